//! One client's turn in a round: its cells in child processes, watched from the parent.

use std::fs;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use waitmark_harness::catalogue::Catalogue;
use waitmark_harness::workload::{ServerCounts, Servers};

use crate::cell::Cell;
use crate::child::Child;
use crate::control::Stats;
use crate::interrupt::{self, TICK};
use crate::measure::CRITERION_HOME;
use crate::message::{How, Job, Measured, Order, Report};
use crate::profile::Client;
use crate::progress::Progress;
use crate::server::Server;

/// A child that says nothing for this long, and ten times as long as its cell should take, hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most characters of a client's own reason for a failure.
const LONGEST_REASON: usize = 500;

/// How long a child may take to end after its last report.
const END: Duration = Duration::from_secs(1);

/// What a turn needs to know.
pub(crate) struct Turn<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) client: &'a Client,
    pub(crate) server: Option<&'a Server>,
    pub(crate) servers: &'a Servers,
    pub(crate) cells: Vec<&'a Cell>,
    pub(crate) how: fn(&Cell) -> How,
    /// What the client is run by, if it is not this program.
    pub(crate) program: Option<&'a Path>,
    /// Where Criterion writes, and the children's output goes.
    pub(crate) home: &'a Path,
    /// When the run has to be over.
    pub(crate) deadline: Option<Instant>,
}

/// What came of a cell: `None` if its time had not come.
pub(crate) type CellResult = Option<Result<Measured, String>>;

/// Why the run goes no further.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// Ctrl-C.
    Interrupted,
    /// The time that the run was given is over.
    MaxTime,
    /// An error that no other cell would escape.
    Error(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Stopped::Error(error.into())
    }
}

/// How a child went away.
enum End {
    /// After its last report.
    Finished,
    /// In the middle of a cell, or before its first.
    Broken { cell: Option<usize>, reason: String },
    /// It was killed, because the run goes no further.
    Stopped(Stopped),
}

impl Turn<'_> {
    /// Holds the turn: what came of each cell, and why the run goes no further, if so.
    ///
    /// Each workload has a child of its own, so that none finds the memory and the threads that
    /// another left. A killed, crashed or hanging child fails the cell that it was at; another child
    /// goes on with the cells after it.
    pub(crate) fn run(&self, progress: &mut Progress) -> (Vec<CellResult>, Option<Stopped>) {
        let mut outcomes: Vec<CellResult> = vec![None; self.cells.len()];
        let mut from = 0;
        while from < self.cells.len() {
            let cells = self.of_one_workload(from);
            let end = self
                .spawn(cells.clone())
                .and_then(|child| self.watch(child, cells.clone(), &mut outcomes, progress))
                .unwrap_or_else(|error| End::Stopped(Stopped::Error(error)));
            progress.finish();
            from = match end {
                End::Finished => cells.end,
                End::Stopped(stopped) => return (outcomes, Some(stopped)),
                End::Broken { cell: Some(cell), reason } => {
                    outcomes[cell] = Some(Err(reason));
                    cell + 1
                }
                // A child that can't begin won't begin with the next cell either.
                End::Broken { cell: None, reason } => {
                    outcomes[from..].fill(Some(Err(reason)));
                    self.cells.len()
                }
            };
            let failed = outcomes.iter().flatten().any(Result::is_err);
            let server = self.server.filter(|_| failed);
            if let Some(error) = server.and_then(|server| server.check().err()) {
                // No cell is to blame for what no cell can do.
                for outcome in &mut outcomes {
                    outcome.take_if(|outcome| outcome.is_err());
                }
                return (outcomes, Some(Stopped::Error(error)));
            }
        }
        for outcome in &mut outcomes {
            outcome.get_or_insert_with(|| Err("the client left it out".to_owned()));
        }
        (outcomes, None)
    }

    /// The cells from this one on that are of its workload, with its parameters.
    fn of_one_workload(&self, from: usize) -> Range<usize> {
        let of = |cell: &Cell| (cell.workload.name.clone(), cell.workload.params.clone());
        let same = |cell: &&&Cell| of(cell) == of(self.cells[from]);
        from..from + self.cells[from..].iter().take_while(same).count()
    }

    /// Collects what a child reports that runs these cells.
    fn watch(
        &self,
        mut child: Child<Report>,
        cells: Range<usize>,
        outcomes: &mut [CellResult],
        progress: &mut Progress,
    ) -> Result<End> {
        // Silence is counted in waits: while this process itself is stopped, by Ctrl-Z, it hears
        // nothing either.
        let (mut silence, mut patience) = (Duration::ZERO, PATIENCE);
        let (mut at, from) = (None, cells.start);
        loop {
            if interrupt::requested() {
                return Ok(End::Stopped(Stopped::Interrupted));
            }
            if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(End::Stopped(Stopped::MaxTime));
            }
            let broken = |reason| Ok(End::Broken { cell: at, reason });
            match child.report(TICK) {
                Ok(Report::Started(i))
                    if at.map_or(from, |at| at + 1) == from + i && from + i < cells.end =>
                {
                    let cell = self.cells[from + i];
                    let planned = cell.estimate((self.how)(cell));
                    patience = PATIENCE + 10 * planned;
                    at = Some(from + i);
                    progress.start(cell.to_string(), planned);
                }
                Ok(Report::Done(i, measured)) if at == Some(from + i) => {
                    let wrong = wrong_counts(self.cells[from + i], &measured);
                    outcomes[from + i] = Some(wrong.map_or(Ok(*measured), Err));
                }
                Ok(Report::Failed(i, reason)) if at == Some(from + i) => {
                    outcomes[from + i] = Some(Err(short(&reason)));
                }
                Ok(Report::Finished) => break,
                Ok(_) => return broken("the client reported a cell that it was not at".to_owned()),
                Err(RecvTimeoutError::Timeout) if silence < patience => {
                    self.server.map_or(Ok(()), Server::check_runs)?;
                    progress.tick();
                    silence += TICK;
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {
                    let silence = silence.as_secs();
                    return broken(format!("the client hung: no word for {silence} s"));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let how = match child.wait(END) {
                        Some(status) => format!("the client's process ended early ({status})"),
                        None => "the client hung up, or said what is no report".to_owned(),
                    };
                    // What was reported before holds: only a cell that was not is lost.
                    at = at.filter(|&at| outcomes[at].is_none());
                    let next = at.or_else(|| cells.clone().find(|&i| outcomes[i].is_none()));
                    return Ok(match next {
                        Some(cell) if at.is_some() || outcomes[from].is_some() => {
                            End::Broken { cell: Some(cell), reason: how }
                        }
                        Some(_) => End::Broken { cell: None, reason: how },
                        None => End::Finished,
                    });
                }
            }
            silence = Duration::ZERO;
        }
        // Everything is reported: how the process ends changes nothing of it, and dropping it ends
        // it if it does not by itself.
        let client = &self.client.name;
        match child.wait(END) {
            Some(status) if status.success() => {}
            Some(status) => {
                progress.say(&format!("{client}'s process failed after its last cell ({status})"))
            }
            None => progress.say(&format!(
                "{client}'s process did not end after its last cell, and was killed"
            )),
        }
        Ok(End::Finished)
    }

    fn spawn(&self, cells: Range<usize>) -> Result<Child<Report>> {
        fs::create_dir_all(self.home)
            .with_context(|| format!("can't make {}", self.home.display()))?;
        let kind = self.catalogue.client(&self.client.kind).context("no such kind of client")?;
        let environment = (kind.environment)(&self.client.settings)?
            .into_iter()
            // What a workload keeps in files is gone with the next run, however this one ends.
            .chain([CRITERION_HOME, "TMPDIR"].map(|name| (name, self.home.display().to_string())));
        let job = Job {
            kind: self.client.kind.clone(),
            client: self.client.name.clone(),
            settings: self.client.settings.clone(),
            servers: self.servers.clone(),
            cells: self.cells[cells].iter().map(|cell| cell.job((self.how)(cell))).collect(),
        };
        let log = self.home.join("output.log");
        Child::spawn(self.program, &Order::Measure(job), environment, &log)
    }
}

/// The first line of a reason, as far as a report has room for it.
fn short(reason: &str) -> String {
    let line = reason.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect()
}

/// What the server counted must be exactly what the cell's batches have to come to.
fn wrong_counts(cell: &Cell, Measured { stats, batches, .. }: &Measured) -> Option<String> {
    let expected = cell.expected.server.as_ref().filter(|_| cell.counted)?;
    let Some(stats) = stats else { return Some("the server's counters are missing".to_owned()) };
    let ServerCounts { requests, dropped, connections, peak } = expected;
    // Where it is a matter of time, the least is what the verification has seen.
    let of_all = |each: &RangeInclusive<u64>| {
        let exact = each.start() == each.end();
        let least = if exact { each.start().saturating_mul(*batches) } else { 0 };
        least..=each.end().saturating_mul(*batches)
    };
    let counts = [
        ("early answers", stats.early, 0..=0),
        ("requests", stats.requests, of_all(requests)),
        ("dropped requests", stats.dropped, of_all(dropped)),
        ("connections", stats.connections, of_all(connections)),
        ("requests left in flight", stats.in_flight, 0..=0),
    ];
    for (what, counted, wanted) in counts {
        if !wanted.contains(&counted) {
            let (least, most) = (wanted.start(), wanted.end());
            let wanted = if least == most { least.to_string() } else { format!("up to {most}") };
            return Some(format!("the server counted {counted} {what} instead of {wanted}"));
        }
    }
    (stats.peak_in_flight > *peak.end()).then(|| too_many(stats, *peak.end()))
}

fn too_many(stats: &Stats, most: u64) -> String {
    let peak = stats.peak_in_flight;
    format!("the server saw {peak} requests in flight, and the client has at most {most}")
}

#[cfg(test)]
mod tests;
