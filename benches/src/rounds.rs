//! The rounds: every client in a fresh process, in a new random order each time.

use std::path::Path;

use anyhow::{Context, Result};
use fastrand::Rng;
use waitmark_harness::client::Kind;
use waitmark_reports::criterion::{self, Measurement};
use waitmark_reports::record::{self, Lateness, Round, Status, Turn};

use crate::cell::Cell;
use crate::measure::How;
use crate::profile::Profile;
use crate::progress::Progress;
use crate::server::{self, Server, Stats};
use crate::session::{Session, Stopped, Task};
use crate::verify;

/// A cell and what has become of it.
struct Progressing {
    cell: Cell,
    failed: Option<String>,
    rounds: Vec<Round>,
}

/// All that is measured, as it grows.
pub(crate) struct Rounds<'a> {
    profile: &'a Profile,
    server: &'a Server,
    /// The folder of Criterion's homes, a folder a round.
    criterion: &'a Path,
    cells: Vec<Progressing>,
    turns: Vec<Turn>,
}

impl<'a> Rounds<'a> {
    pub(crate) fn new(
        profile: &'a Profile,
        server: &'a Server,
        criterion: &'a Path,
        cells: &[Cell],
    ) -> Self {
        let cells =
            cells.iter().map(|&cell| Progressing { cell, failed: None, rounds: Vec::new() });
        Rounds { profile, server, criterion, cells: cells.collect(), turns: Vec::new() }
    }

    /// Verifies the clients; a wrong one fails all of its cells.
    pub(crate) fn verify(&mut self, plan: &[Cell], progress: &mut Progress) -> Result<(), Stopped> {
        for &cell in plan {
            let home = self.criterion.join("verification").join(cell.client.name());
            if let Some(reason) = verify::check(cell, self.profile, self.server, &home, progress)? {
                self.fail(progress, cell.client, cell.workload.name, &reason);
            }
        }
        Ok(())
    }

    /// Runs all rounds, or as many as there is time for before Ctrl-C.
    pub(crate) fn run(&mut self, how: How, progress: &mut Progress) -> Result<(), Stopped> {
        let mut rng = Rng::with_seed(self.profile.seed);
        for round in 0..self.profile.rounds {
            let mut clients = self.profile.clients.clone();
            rng.shuffle(&mut clients);
            for (order, &client) in clients.iter().enumerate() {
                self.session(round, order as u32, client, how, progress)?;
            }
            let rounds = self.profile.rounds;
            progress.say_without_bar(&format!("round {} of {rounds} done", round + 1));
        }
        Ok(())
    }

    /// One client's turn in a round: its cells that have not failed.
    fn session(
        &mut self,
        round: u32,
        order: u32,
        client: Kind,
        how: How,
        progress: &mut Progress,
    ) -> Result<(), Stopped> {
        let places: Vec<usize> = (0..self.cells.len())
            .filter(|&i| self.cells[i].cell.client == client && self.cells[i].failed.is_none())
            .collect();
        if places.is_empty() {
            return Ok(());
        }
        let cells: Vec<Cell> = places.iter().map(|&i| self.cells[i].cell).collect();
        let home = self.criterion.join(format!("round-{}", round + 1)).join(client.name());
        let (profile, server) = (self.profile, self.server);
        let task = Task { profile, server, client, cells: &cells, how, home: &home };
        let Session { cells: results, stats } = task.run(progress)?;
        self.turns.push(turn(round, client, &stats));
        // A killed client may have left its files half written: they are not looked at.
        let measurements = match how {
            How::Criterion { .. } if results.iter().any(Result::is_ok) => criterion::read(&home),
            _ => Ok(Vec::new()),
        };
        let measurements =
            measurements.map_err(|error| format!("{:#}", anyhow::Error::from(error)));
        for (i, result) in places.into_iter().zip(results) {
            let cell = &mut self.cells[i];
            let taken = result.and_then(|times| {
                observation(&cell.cell, how, times, measurements.as_deref()?, round, order)
                    .map_err(|error| format!("{error:#}"))
            });
            match taken {
                Ok(round) => cell.rounds.push(round),
                Err(reason) => {
                    let left = self.profile.rounds - round - 1;
                    progress.give_up(left * cell.cell.estimate(self.profile));
                    cell.failed = Some(format!("round {}: {reason}", round + 1));
                    progress.say(&format!("{} failed in round {}: {reason}", cell.cell, round + 1));
                }
            }
        }
        Ok(())
    }

    /// Fails the cells of a client before the first round.
    fn fail(&mut self, progress: &mut Progress, client: Kind, workload: &str, reason: &str) {
        progress.say(&format!("{client} failed: {reason}"));
        for cell in &mut self.cells {
            if cell.cell.client == client && cell.cell.workload.name == workload {
                progress.give_up(self.profile.rounds * cell.cell.estimate(self.profile));
                cell.failed.get_or_insert_with(|| reason.to_owned());
            }
        }
    }

    /// Whether there is anything to report.
    pub(crate) fn any(&self) -> bool {
        self.cells.iter().any(|cell| cell.failed.is_some() || !cell.rounds.is_empty())
    }

    /// How many cells failed.
    pub(crate) fn failed(&self) -> usize {
        self.cells.iter().filter(|cell| cell.failed.is_some()).count()
    }

    /// Each cell, and why it failed if it did.
    pub(crate) fn results(&self) -> impl Iterator<Item = (&Cell, Option<&str>)> {
        self.cells.iter().map(|cell| (&cell.cell, cell.failed.as_deref()))
    }

    /// The cells and the server's account, as the record has them.
    pub(crate) fn into_record(self) -> (Vec<record::Cell>, record::Server) {
        let server = record::Server { threads: server::THREADS as u32, turns: self.turns };
        (self.cells.into_iter().map(Progressing::into_record).collect(), server)
    }
}

impl Progressing {
    fn into_record(self) -> record::Cell {
        let status = match &self.failed {
            Some(_) => Status::Failed,
            None if self.rounds.is_empty() => Status::Skipped,
            None => Status::Measured,
        };
        record::Cell {
            workload: self.cell.workload.name.to_owned(),
            delay_ms: self.cell.delay.as_secs_f64() * 1e3,
            n: self.cell.n,
            client: self.cell.client.name().to_owned(),
            width: self.cell.width,
            status,
            reason: self.failed,
            rounds: self.rounds,
        }
    }
}

/// What the server counted in a client's turn, as the record has it.
fn turn(round: u32, client: Kind, stats: &Stats) -> Turn {
    let late = &stats.lateness_us;
    Turn {
        round,
        client: client.name().to_owned(),
        requests: stats.requests,
        peak_in_flight: stats.peak_in_flight,
        early: stats.early,
        lateness: Lateness { p50_us: late.p50, p99_us: late.p99, max_us: late.max },
    }
}

/// What the round measured of the cell: times taken directly, or Criterion's.
fn observation(
    cell: &Cell,
    how: How,
    times: Vec<f64>,
    measurements: &[Measurement],
    round: u32,
    order: u32,
) -> Result<Round> {
    if let How::Criterion { .. } = how {
        let is_cells = |m: &&Measurement| {
            m.group == cell.workload.name
                && m.function == cell.client.name()
                && m.value == cell.parameter()
        };
        let found = measurements.iter().find(is_cells);
        let found = found.with_context(|| format!("Criterion left no samples of {cell}"))?;
        return Ok(Round {
            round,
            order,
            iterations: found.iterations,
            mean_ns: found.mean_ns,
            samples_ns: found.samples_ns.clone(),
        });
    }
    let mean_ns = times.iter().sum::<f64>() / times.len() as f64;
    Ok(Round { round, order, iterations: 1, mean_ns, samples_ns: times })
}
