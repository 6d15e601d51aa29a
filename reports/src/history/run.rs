//! One run of a history, and the machine that it is of.

use crate::analysis::Analysis;
use crate::record::Record;
use crate::relative::{Against, Relative, relatives};

/// One run, without its rounds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// The record; its cells have no rounds any more.
    pub(super) record: Record,
    pub(super) ratios: Vec<Relative>,
}

/// All runs of one machine, by date.
pub(super) struct Machine<'a> {
    pub(super) runs: Vec<&'a Run>,
    /// Runs that were too many, all older than these.
    pub(super) older: usize,
}

/// What tells machines apart as far as records know: the processor, how many CPUs, and, where
/// nobody knows the processor, the system.
pub(super) type Identity<'a> = (Option<&'a str>, u32, Option<&'a str>);

impl Run {
    pub(super) fn of(record: &Record) -> Self {
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

    pub(super) fn identity(&self) -> Identity<'_> {
        let machine = &self.record.machine;
        let cpu = machine.cpu_model.as_deref();
        let system = cpu.is_none().then_some(machine.kernel.as_str());
        (cpu, machine.logical_cpus, system)
    }

    /// When it began, in a form whose order is that of time: to the second, then the digits after.
    pub(super) fn instant(&self) -> (String, String) {
        let (second, rest) = self.record.created.split_at_checked(19).unwrap_or_default();
        let digits = rest.chars().take_while(|it| !"Z+-".contains(*it)).collect();
        (second.to_owned(), digits)
    }
}
