//! Trends: what became of the ratios inside each run, from run to run on the same machine.
//!
//! Only ratios to what ran beside in the same rounds are followed, because times move with whatever
//! else the machine does. Runs of different machines are never joined.

mod changes;
mod chart;
mod page;
mod run;
#[cfg(test)]
mod tests;

use run::{Machine, Run};

use crate::record::Record;

/// The most runs of a machine that a chart has room for; the newest are shown.
pub const MOST_RUNS: usize = 60;

/// Runs as they are added, in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    runs: Vec<Run>,
}

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
