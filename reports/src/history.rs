//! Trends: what became of the ratios inside each run, from run to run on the same machine.
//!
//! Only ratios to what ran beside in the same rounds are followed, because times move with whatever
//! else the machine does. Runs of different machines are never joined.

mod changes;
mod chart;
mod page;
#[cfg(test)]
mod tests;

use crate::analysis::Analysis;
use crate::record::Record;
use crate::relative::{Against, Found, Relative, relatives};
use crate::scenario::Scenario;

/// The most runs of a machine that a chart has room for; the newest are shown.
pub const MOST_RUNS: usize = 60;

/// Runs as they are added, in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    runs: Vec<Run>,
}

/// One run, without its rounds.
#[derive(Clone, Debug, PartialEq)]
struct Run {
    /// The record; its cells have no rounds any more.
    record: Record,
    ratios: Vec<Relative>,
}

/// All runs of one machine, by date.
struct Machine<'a> {
    runs: Vec<&'a Run>,
    /// Runs that were too many, all older than these.
    older: usize,
}

/// What tells machines apart as far as records know: the processor, how many CPUs, and, where
/// nobody knows the processor, the system.
type Identity<'a> = (Option<&'a str>, u32, Option<&'a str>);

impl History {
    /// Adds a run; `false` if it is there already.
    pub fn add(&mut self, record: &Record) -> bool {
        let is_new = self.runs.iter().all(|run| run.record.run != record.run);
        if is_new {
            self.runs.push(Run::of(record));
        }
        is_new
    }

    /// Whether there is no run.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The page: one HTML file that needs no other.
    pub fn page(&self) -> String {
        page::page(&self.machines())
    }

    /// The runs by machine, the machine of the newest run first.
    fn machines(&self) -> Vec<Machine<'_>> {
        let mut runs: Vec<&Run> = self.runs.iter().collect();
        runs.sort_by_key(|run| run.instant());
        let mut machines: Vec<Machine> = Vec::new();
        for run in runs.into_iter().rev() {
            let is = |machine: &&mut Machine| machine.runs[0].identity() == run.identity();
            match machines.iter_mut().find(is) {
                Some(machine) if machine.runs.len() < MOST_RUNS => machine.runs.push(run),
                Some(machine) => machine.older += 1,
                None => machines.push(Machine { runs: vec![run], older: 0 }),
            }
        }
        for machine in &mut machines {
            machine.runs.reverse();
        }
        machines
    }
}

impl Run {
    fn of(record: &Record) -> Self {
        let mut ratios = relatives(record, &Analysis::of(record));
        // With two builds it is plain which is held against which, whatever they are called.
        if let [_, new] = record.variants.as_slice() {
            for ratio in &mut ratios {
                let end = format!("@{}", new.name);
                ratio.client = ratio.client.strip_suffix(&end).unwrap_or(&ratio.client).to_owned();
                ratio.against = Against::Base("base".to_owned());
            }
        }
        let mut record = record.clone();
        for cell in &mut record.cells {
            cell.rounds.clear();
            cell.confirmation.clear();
        }
        Self { record, ratios }
    }

    fn identity(&self) -> Identity<'_> {
        let machine = &self.record.machine;
        let cpu = machine.cpu_model.as_deref();
        let system = cpu.is_none().then_some(machine.kernel.as_str());
        (cpu, machine.logical_cpus, system)
    }

    /// When it began, in a form whose order is that of time: to the second, then the digits after.
    fn instant(&self) -> (String, String) {
        let (second, rest) = self.record.created.split_at_checked(19).unwrap_or_default();
        let digits = rest.chars().take_while(|it| !"Z+-".contains(*it)).collect();
        (second.to_owned(), digits)
    }
}
