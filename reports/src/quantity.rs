//! What is compared between clients: the time of a batch, and what it cost.

use crate::record::{Costs, Round};
use crate::stats::Estimate;

/// Something that a batch takes. Less of it is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Time from the first request to the last answer, nanoseconds.
    Time,
    /// CPU time of the client, nanoseconds: [`Quantity::User`] and [`Quantity::System`].
    Cpu,
    /// CPU time of the client in user mode, nanoseconds.
    User,
    /// CPU time of the client in the kernel, nanoseconds.
    System,
    /// CPU time of the server, nanoseconds.
    Server,
    /// Context switches in which a thread of the client gave up its CPU to wait.
    Voluntary,
    /// Context switches in which a thread of the client had its CPU taken away.
    Involuntary,
    /// The most memory that the client's process had at once, bytes.
    Memory,
}

/// What a quantity is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Time,
    /// Times that something happened.
    Count,
    /// Bytes.
    Bytes,
}

impl Quantity {
    /// Every quantity, each at the place of its number.
    pub(crate) const ALL: [Self; 8] = [
        Self::Time,
        Self::Cpu,
        Self::User,
        Self::System,
        Self::Server,
        Self::Voluntary,
        Self::Involuntary,
        Self::Memory,
    ];

    /// All but the time, in the order of reports.
    pub const COSTS: [Self; 7] = [
        Self::Cpu,
        Self::User,
        Self::System,
        Self::Server,
        Self::Voluntary,
        Self::Involuntary,
        Self::Memory,
    ];

    /// The costs that tell the most in the fewest lines.
    pub const MAIN_COSTS: [Self; 4] = [Self::Cpu, Self::Server, Self::Voluntary, Self::Memory];

    /// Its name, as in CSV.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Cpu => "cpu",
            Self::User => "user",
            Self::System => "system",
            Self::Server => "server_cpu",
            Self::Voluntary => "voluntary",
            Self::Involuntary => "involuntary",
            Self::Memory => "peak_memory",
        }
    }

    /// Its name, as in tables.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Cpu => "CPU",
            Self::User => "user",
            Self::System => "kernel",
            Self::Server => "server CPU",
            Self::Voluntary => "switches",
            Self::Involuntary => "preempted",
            Self::Memory => "peak memory",
        }
    }

    /// What it is counted in.
    pub fn unit(self) -> Unit {
        match self {
            Self::Voluntary | Self::Involuntary => Unit::Count,
            Self::Memory => Unit::Bytes,
            _ => Unit::Time,
        }
    }

    /// What a batch of this round took of it, on average; `None` where that was not measured. Memory
    /// is the process's, whatever the number of its batches.
    pub(crate) fn of(self, round: &Round) -> Option<f64> {
        let cost = |sum: fn(&Costs) -> Option<u64>| {
            Some(sum(round.costs.as_ref()?)? as f64 / round.batches as f64)
        };
        match self {
            Self::Time => Some(round.mean_ns),
            Self::Cpu => cost(|costs| Some(costs.user_ns + costs.system_ns)),
            Self::User => cost(|costs| Some(costs.user_ns)),
            Self::System => cost(|costs| Some(costs.system_ns)),
            Self::Server => cost(|costs| costs.server_ns),
            Self::Voluntary => cost(|costs| Some(costs.voluntary)),
            Self::Involuntary => cost(|costs| Some(costs.involuntary)),
            Self::Memory => Some(round.costs.as_ref()?.peak_memory_bytes? as f64),
        }
    }

    /// What a batch takes of it, over these rounds; `None` where no round measured it.
    ///
    /// A count may be 0 in a round, and then has no logarithm: it gets the arithmetic mean, without
    /// an interval.
    pub(crate) fn estimate(self, rounds: &[Round]) -> Option<Estimate> {
        let values: Vec<f64> = rounds.iter().filter_map(|round| self.of(round)).collect();
        Estimate::over_rounds(&values)
    }

    /// How many times as little of it `one` takes as `other`: the ratio inside each round that both
    /// have, averaged over rounds. `None` where they share no round, or either counted none of it
    /// in one of them.
    pub(crate) fn ratio(self, one: &[Round], other: &[Round]) -> Option<Estimate> {
        let ratios: Vec<f64> = self.ratios(one, other).map(|(_, ratio)| ratio).collect();
        Estimate::geometric_mean(&ratios)
    }

    /// The ratios of [`Quantity::ratio`], each with its round. Both have their rounds in order.
    pub(crate) fn ratios(self, one: &[Round], other: &[Round]) -> impl Iterator<Item = (u32, f64)> {
        one.iter().filter_map(move |round| {
            let same = other.binary_search_by_key(&round.round, |other| other.round).ok()?;
            Some((round.round, self.of(&other[same])? / self.of(round)?))
        })
    }
}
