//! The rounds: every client in a fresh process, the order balanced, the record kept after each turn.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use waitmark_harness::catalogue::Catalogue;
use waitmark_harness::workload::Servers;
use waitmark_reports::analysis::widest_pair;
use waitmark_reports::record::{self, Counts, Ended, Lateness, Status};

use crate::cell::Cell;
use crate::message::{How, Measured};
use crate::order::Orders;
use crate::profile::Profile;
use crate::progress::Progress;
use crate::server::Server;
use crate::turn::{CellResult, Stopped, Turn};
use crate::verify;

/// Rounds before which the run does not end early, however narrow its intervals: a standard
/// deviation of fewer is little known.
const FEWEST_ROUNDS: u32 = 5;

/// Where and on what the rounds are run.
pub(crate) struct Ground<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) profile: &'a Profile,
    /// `None` where no cell needs it.
    pub(crate) server: Option<&'a Server>,
    pub(crate) servers: &'a Servers,
    /// The folder of Criterion's homes, a folder a round.
    pub(crate) criterion: &'a Path,
    /// When the run has to be over.
    pub(crate) deadline: Option<Instant>,
}

/// A cell and what has become of it.
struct Progressing {
    cell: Cell,
    record: record::Cell,
}

/// All that is measured, as it grows.
pub(crate) struct Rounds<'a> {
    ground: Ground<'a>,
    /// The profile's clients, as the record has them.
    clients: Vec<record::Client>,
    cells: Vec<Progressing>,
}

impl<'a> Rounds<'a> {
    pub(crate) fn new(ground: Ground<'a>, cells: Vec<Cell>) -> Result<Self> {
        let cells = cells.into_iter().map(|cell| Ok(Progressing { record: cell.record()?, cell }));
        let clients = ground.profile.record()?.clients;
        Ok(Rounds { ground, clients, cells: cells.collect::<Result<_>>()? })
    }

    /// Verifies the clients; one that does a workload wrong fails all of its cells of it.
    pub(crate) fn verify(&mut self, plan: &[Cell], progress: &mut Progress) -> Result<(), Stopped> {
        let home = self.ground.criterion.join("verification");
        for client in 0..self.ground.profile.clients.len() {
            let mut left: Vec<&Cell> = plan.iter().filter(|cell| cell.client == client).collect();
            for attempt in 1..=verify::ATTEMPTS {
                if left.is_empty() {
                    break;
                }
                let (outcomes, stopped) = self.turn(client, &left, verify::how, &home, progress);
                let mut again = Vec::new();
                for (cell, outcome) in left.into_iter().zip(outcomes) {
                    let wrong = match outcome {
                        None => continue,
                        Some(Err(reason)) => reason,
                        Some(Ok(measured)) => match verify::wrong_peak(cell, &measured) {
                            None => continue,
                            Some(_) if attempt < verify::ATTEMPTS => {
                                again.push(cell);
                                continue;
                            }
                            Some(wrong) => wrong,
                        },
                    };
                    self.fail_verification(cell, &wrong, progress);
                }
                stopped.map_or(Ok(()), Err)?;
                left = again;
            }
        }
        Ok(())
    }

    fn fail_verification(&mut self, verified: &Cell, reason: &str, progress: &mut Progress) {
        let (workload, client) = (&verified.workload.name, &verified.client_name);
        progress.say(&format!("{workload}/{client} failed its verification: {reason}"));
        for Progressing { cell, record } in &mut self.cells {
            if verify::same_client_and_workload(cell, verified) {
                progress.give_up(self.ground.profile.rounds * cell.estimate(cell.budget()));
                fail(record, format!("verification: {reason}"));
            }
        }
    }

    /// Runs all rounds, or as many as it takes or there is time for, and says why it ended.
    /// `keep` is given what there is after every turn.
    pub(crate) fn run(
        &mut self,
        how: fn(&Cell) -> How,
        progress: &mut Progress,
        mut keep: impl FnMut(&[record::Cell]) -> Result<()>,
    ) -> Result<Ended, Stopped> {
        let profile = self.ground.profile;
        let mut longest = Duration::ZERO;
        for (round, order) in
            (0..profile.rounds).zip(Orders::new(profile.clients.len(), profile.seed))
        {
            let start = Instant::now();
            if self.ground.deadline.is_some_and(|deadline| start + longest > deadline) {
                return Ok(Ended::MaxTime);
            }
            progress.round(round + 1, profile.rounds);
            for (place, client) in order.into_iter().enumerate() {
                self.client(round, place as u32, client, how, progress, &mut keep)?;
            }
            longest = longest.max(start.elapsed());
            let widest = widest_pair(&self.record(), &self.clients);
            progress.say_without_bar(&said(round + 1, profile.rounds, widest));
            let known = |precision| widest.is_some_and(|widest| widest <= precision);
            if round + 1 >= FEWEST_ROUNDS
                && round + 1 < profile.rounds
                && profile.precision.is_some_and(known)
            {
                return Ok(Ended::Precise);
            }
        }
        Ok(Ended::Planned)
    }

    /// One client's turn in a round: its cells that have not failed.
    fn client(
        &mut self,
        round: u32,
        place: u32,
        client: usize,
        how: fn(&Cell) -> How,
        progress: &mut Progress,
        keep: &mut impl FnMut(&[record::Cell]) -> Result<()>,
    ) -> Result<(), Stopped> {
        let is_due =
            |cell: &Progressing| cell.cell.client == client && cell.record.status != Status::Failed;
        let due: Vec<usize> = (0..self.cells.len()).filter(|&i| is_due(&self.cells[i])).collect();
        let cells: Vec<&Cell> = due.iter().map(|&i| &self.cells[i].cell).collect();
        if cells.is_empty() {
            return Ok(());
        }
        let home = self.ground.criterion.join(format!("round-{}", round + 1));
        let (outcomes, stopped) = self.turn(client, &cells, how, &home, progress);
        if outcomes.iter().flatten().any(Result::is_err) {
            // Where nothing can be written any more, that is why, and no cell is to blame for it.
            keep(&self.record())?;
        }
        for (i, outcome) in due.into_iter().zip(outcomes) {
            let Progressing { cell, record } = &mut self.cells[i];
            match outcome {
                None => {}
                Some(Ok(measured)) => {
                    record.status = Status::Measured;
                    record.rounds.push(observation(measured, round, place));
                }
                Some(Err(reason)) => {
                    let left = self.ground.profile.rounds - round - 1;
                    progress.give_up(left * cell.estimate(how(cell)));
                    progress.say(&format!("{cell} failed in round {}: {reason}", round + 1));
                    fail(record, format!("round {}: {reason}", round + 1));
                }
            }
        }
        keep(&self.record())?;
        stopped.map_or(Ok(()), Err)
    }

    fn turn(
        &self,
        client: usize,
        cells: &[&Cell],
        how: fn(&Cell) -> How,
        home: &Path,
        progress: &mut Progress,
    ) -> (Vec<CellResult>, Option<Stopped>) {
        let Ground { catalogue, profile, server, servers, deadline, .. } = self.ground;
        let client = &profile.clients[client];
        let home = &home.join(&client.name);
        Turn { catalogue, client, server, servers, cells: cells.to_vec(), how, home, deadline }
            .run(progress)
    }

    /// The cells as the record has them.
    pub(crate) fn record(&self) -> Vec<record::Cell> {
        self.cells.iter().map(|cell| cell.record.clone()).collect()
    }

    /// Each cell, and what has become of it.
    pub(crate) fn results(&self) -> impl Iterator<Item = (&Cell, &record::Cell)> {
        self.cells.iter().map(|cell| (&cell.cell, &cell.record))
    }
}

fn fail(record: &mut record::Cell, reason: String) {
    record.status = Status::Failed;
    record.reason.get_or_insert(reason);
}

/// A line for logs: how far the run is, and how well its pairs are known.
fn said(round: u32, rounds: u32, widest: Option<f64>) -> String {
    let known = widest.map(|widest| format!(", every pair known to {:.1} %", 100.0 * widest));
    format!("round {round} of {rounds} done{}", known.unwrap_or_default())
}

/// What the round measured of a cell, as the record has it.
fn observation(measured: Measured, round: u32, place: u32) -> record::Round {
    let counts = measured.stats.map(|stats| Counts {
        requests: stats.requests,
        dropped: stats.dropped,
        connections: stats.connections,
        peak: stats.peak_in_flight,
        early: stats.early,
        lateness: Lateness {
            p50_us: stats.lateness_us.p50,
            p99_us: stats.lateness_us.p99,
            max_us: stats.lateness_us.max,
        },
    });
    record::Round {
        round,
        place,
        method: measured.method,
        timed: measured.timed,
        mean_ns: measured.mean_ns,
        samples_ns: measured.samples_ns,
        batches: measured.batches,
        server: counts,
        costs: measured.costs,
    }
}

/// About how long one pass over `cells` takes.
pub(crate) fn estimate(cells: &[Cell], how: fn(&Cell) -> How) -> Duration {
    let processes = Duration::from_millis(30);
    let clients = cells.iter().map(|cell| cell.client).max().map_or(0, |last| last as u32 + 1);
    cells.iter().map(|cell| cell.estimate(how(cell))).sum::<Duration>() + clients * processes
}
