//! The rounds: every client in a fresh process, the order balanced, the record kept after each turn.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use waitmark_harness::catalogue::Catalogue;
use waitmark_harness::workload::Servers;
use waitmark_reports::analysis::widest_pair;
use waitmark_reports::record::{self, Ended, Status};

use crate::cell::Cell;
use crate::message::How;
use crate::order::Grouped;
use crate::pass::{Pass, What};
use crate::profile::Profile;
use crate::progress::Progress;
use crate::server::Server;
use crate::turn::{CellResult, Stopped, Turn};
use crate::variant::Programs;
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
    /// What runs the clients of each variant.
    pub(crate) programs: &'a Programs,
}

/// Keeps the cells as they are by now.
pub(crate) type Keep<'k> = dyn FnMut(&[record::Cell]) -> Result<()> + 'k;

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
    /// Cells that failed in their rerun.
    given_up: BTreeSet<usize>,
}

impl<'a> Rounds<'a> {
    pub(crate) fn new(ground: Ground<'a>, cells: Vec<Cell>) -> Result<Self> {
        let progressing = |cell: Cell| {
            let mut record = cell.record()?;
            let rounds = cell.workload.rounds;
            record.planned_rounds = Some(rounds).filter(|&rounds| rounds < ground.profile.rounds);
            if let Some(fault) = &cell.fault {
                fail(&mut record, fault.clone());
            }
            Ok(Progressing { cell, record })
        };
        let cells = cells.into_iter().map(progressing).collect::<Result<_>>()?;
        let clients = ground.profile.record()?.clients;
        Ok(Rounds { ground, clients, cells, given_up: BTreeSet::new() })
    }

    /// Verifies the clients; one that does a workload wrong fails all of its cells of it.
    pub(crate) fn verify(
        &mut self,
        plan: &[Cell],
        deadline: Option<Instant>,
        progress: &mut Progress,
    ) -> Result<(), Stopped> {
        let home = self.ground.criterion.join("verification");
        for client in 0..self.ground.profile.clients.len() {
            let mut left: Vec<&Cell> = plan.iter().filter(|cell| cell.client == client).collect();
            for attempt in 1..=verify::ATTEMPTS {
                if left.is_empty() {
                    break;
                }
                let (outcomes, stopped) =
                    self.turn(client, &left, verify::how, deadline, &home, progress);
                let mut again = Vec::new();
                for (cell, outcome) in left.into_iter().zip(outcomes) {
                    let wrong = match outcome {
                        None => continue,
                        Some(Err(reason)) => reason,
                        Some(Ok(measured)) => match verify::too_few(cell, &measured) {
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
        progress.say(&format!("{} failed its verification: {reason}", verified.verified()));
        for Progressing { cell, record } in &mut self.cells {
            if verify::same_client_and_workload(cell, verified) {
                progress.give_up(cell.left(cell.budget(), 0));
                fail(record, format!("verification: {reason}"));
            }
        }
    }

    /// Runs all rounds, or as many as it takes or there is time for, and says why it ended.
    /// `keep` is given what there is after every turn.
    pub(crate) fn run(
        &mut self,
        how: fn(&Cell) -> How,
        deadline: Option<Instant>,
        progress: &mut Progress,
        keep: &mut Keep<'_>,
    ) -> Result<Ended, Stopped> {
        let cells = (0..self.cells.len()).collect();
        let seed = self.ground.profile.seed;
        let pass = Pass { what: What::Rounds, cells, how, seed, deadline };
        self.pass(&pass, progress, keep)
    }

    /// Runs these cells again for as many rounds, to see whether they show again what they showed.
    pub(crate) fn confirm(
        &mut self,
        cells: Vec<usize>,
        how: fn(&Cell) -> How,
        deadline: Option<Instant>,
        progress: &mut Progress,
        keep: &mut Keep<'_>,
    ) -> Result<Ended, Stopped> {
        // Another order: what one made of the cells must not be made of them again.
        let seed = self.ground.profile.seed.wrapping_add(1);
        let pass = Pass { what: What::Confirmation, cells, how, seed, deadline };
        self.pass(&pass, progress, keep)
    }

    fn pass(
        &mut self,
        pass: &Pass,
        progress: &mut Progress,
        keep: &mut Keep<'_>,
    ) -> Result<Ended, Stopped> {
        let Profile { rounds, precision, .. } = *self.ground.profile;
        let mut longest = Duration::ZERO;
        for (round, order) in (0..rounds).zip(Grouped::new(self.groups(pass), pass.seed)) {
            let start = Instant::now();
            if pass.deadline.is_some_and(|deadline| start + longest > deadline) {
                return Ok(Ended::MaxTime);
            }
            progress.at(format!("{} {} of {rounds}", pass.what.word(), round + 1));
            for (place, client) in order.into_iter().enumerate() {
                self.client(pass, round, place as u32, client, progress, keep)?;
            }
            longest = longest.max(start.elapsed());
            let widest = widest_pair(&self.going_on(round + 1), &self.clients);
            progress.say_without_bar(&said(pass.what, round + 1, rounds, widest));
            let known = |precision| widest.is_some_and(|widest| widest <= precision);
            if pass.what == What::Rounds
                && (FEWEST_ROUNDS..rounds).contains(&(round + 1))
                && precision.is_some_and(known)
            {
                return Ok(Ended::Precise);
            }
        }
        Ok(Ended::Planned)
    }

    /// The clients of a pass, those of several builds together.
    fn groups(&self, pass: &Pass) -> Vec<Vec<usize>> {
        let clients: BTreeSet<usize> =
            pass.cells.iter().map(|&i| self.cells[i].cell.client).collect();
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for client in clients {
            groups.entry(self.clients[client].plain_name()).or_default().push(client);
        }
        groups.into_values().collect()
    }

    /// One client's turn in a round: those of its cells in the pass that have not failed.
    fn client(
        &mut self,
        pass: &Pass,
        round: u32,
        place: u32,
        client: usize,
        progress: &mut Progress,
        keep: &mut Keep<'_>,
    ) -> Result<(), Stopped> {
        let is_due = |&i: &usize| {
            let Progressing { cell, record } = &self.cells[i];
            let given_up = pass.what == What::Confirmation && self.given_up.contains(&i);
            let takes_part = cell.client == client && round < cell.workload.rounds;
            takes_part && record.status != Status::Failed && !given_up
        };
        let due: Vec<usize> = pass.cells.iter().copied().filter(is_due).collect();
        let cells: Vec<&Cell> = due.iter().map(|&i| &self.cells[i].cell).collect();
        if cells.is_empty() {
            return Ok(());
        }
        let (what, number) = (pass.what.word(), round + 1);
        let home = self.ground.criterion.join(format!("{what}-{number}"));
        let (outcomes, stopped) =
            self.turn(client, &cells, pass.how, pass.deadline, &home, progress);
        if outcomes.iter().flatten().any(Result::is_err) {
            // Where nothing can be written any more, that is why, and no cell is to blame for it.
            keep(&self.record())?;
        }
        for (i, outcome) in due.into_iter().zip(outcomes) {
            let Progressing { cell, record } = &mut self.cells[i];
            let outcome = outcome.map(|outcome| {
                let observed = outcome?.observed(round, place);
                observed.check(record).map(|()| observed)
            });
            match outcome {
                None => {}
                Some(Ok(observed)) => {
                    record.status = Status::Measured;
                    pass.what.rounds(record).push(observed);
                }
                Some(Err(reason)) => {
                    progress.give_up(cell.left((pass.how)(cell), number));
                    progress.say(&format!("{cell} failed in {what} {number}: {reason}"));
                    match pass.what {
                        What::Rounds => fail(record, format!("{what} {number}: {reason}")),
                        // What the rounds found stands; only nobody can say that it was so again.
                        What::Confirmation => {
                            record.confirmation.clear();
                            self.given_up.insert(i);
                        }
                    }
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
        deadline: Option<Instant>,
        home: &Path,
        progress: &mut Progress,
    ) -> (Vec<CellResult>, Option<Stopped>) {
        let Ground { catalogue, profile, server, servers, programs, .. } = self.ground;
        let client = &profile.clients[client];
        let program = client.variant.as_deref().and_then(|variant| programs.of(variant));
        let home = &home.join(&client.name);
        Turn {
            catalogue,
            client,
            server,
            servers,
            cells: cells.to_vec(),
            how,
            program,
            home,
            deadline,
        }
        .run(progress)
    }

    /// How many cells failed in their rerun.
    pub(crate) fn given_up(&self) -> usize {
        self.given_up.len()
    }

    /// The cells as the record has them.
    pub(crate) fn record(&self) -> Vec<record::Cell> {
        self.cells.iter().map(|cell| cell.record.clone()).collect()
    }

    /// The cells that take part in this round, or all of them if none does.
    fn going_on(&self, round: u32) -> Vec<record::Cell> {
        let going_on = self.cells.iter().filter(|cell| round < cell.cell.workload.rounds);
        let records: Vec<_> = going_on.map(|cell| cell.record.clone()).collect();
        if records.is_empty() { self.record() } else { records }
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
fn said(what: What, round: u32, rounds: u32, widest: Option<f64>) -> String {
    let widest = widest.filter(|_| what == What::Rounds);
    let known = widest.map(|widest| format!(", every pair known to {:.1} %", 100.0 * widest));
    format!("{} {round} of {rounds} done{}", what.word(), known.unwrap_or_default())
}

/// About how long the first pass over `cells` takes.
pub(crate) fn estimate(cells: &[Cell], how: fn(&Cell) -> How) -> Duration {
    cells.iter().map(|cell| cell.estimate(how(cell))).sum::<Duration>() + processes(cells)
}

/// About how long all their rounds take.
pub(crate) fn estimate_all(cells: &[Cell], how: fn(&Cell) -> How) -> Duration {
    let rounds = cells.iter().map(|cell| cell.workload.rounds).max().unwrap_or(0);
    let cells_alone = cells.iter().map(|cell| cell.left(how(cell), 0)).sum::<Duration>();
    cells_alone + rounds * processes(cells)
}

/// About how long it takes to start a process for each client and workload.
fn processes(cells: &[Cell]) -> Duration {
    let of = |cell: &Cell| (cell.client, cell.workload.name.clone(), cell.workload.label.clone());
    let processes: BTreeSet<_> = cells.iter().map(of).collect();
    Duration::from_millis(10) * processes.len() as u32
}
