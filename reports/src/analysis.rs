//! Every figure that a table, a chart or a sentence shows, computed once from a record.

mod head_to_head;
mod warnings;

use std::collections::BTreeMap;
use std::fmt;

pub use head_to_head::HeadToHead;
pub use warnings::Warning;

use crate::figure;
use crate::guide::{self, Published};
use crate::record::{self, Record, Status};
use crate::stats::{self, Estimate, Verdict};

/// A record, worked out.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The client that speedups are taken against.
    pub reference: String,
    /// The margin of the verdicts, as a share.
    pub margin: f64,
    /// One for each workload and delay, in the order of the record.
    pub comparisons: Vec<Comparison>,
    /// What a reader has to know before believing the figures.
    pub warnings: Vec<Warning>,
    /// Every failed cell, in the order of the record.
    pub failures: Vec<Failure>,
}

/// All clients on one workload with one delay.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The workload, e.g. `fan_out`.
    pub workload: String,
    /// The delay of each request, milliseconds.
    pub delay_ms: f64,
    /// The clients, in the order of the record.
    pub clients: Vec<String>,
    /// One for each number of requests, in rising order.
    pub rows: Vec<Row>,
    /// Every client against every other, at the largest number of requests.
    pub head_to_head: HeadToHead,
}

/// All clients on the same number of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Requests in a batch.
    pub n: u32,
    /// One for each of the comparison's clients, in the same order.
    pub outcomes: Vec<Outcome>,
    /// The speedup if all requests waited at once and nothing else took time; `None` where the
    /// reference has no cell.
    pub ideal_speedup: Option<f64>,
    /// What the guide published for this row, where the reference is the one it took.
    pub published: Option<Published>,
}

/// What became of one cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was measured, and every answer was right.
    Measured(Figures),
    /// It has no figures, for this reason.
    Failed(String),
    /// The run ended before it.
    Skipped,
    /// The record has no such cell.
    Absent,
}

/// The figures of a measured cell. Times are of a whole batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Geometric mean of the rounds' means, nanoseconds, so that the ratio of two times of the
    /// same rounds is the speedup.
    pub time_ns: Estimate,
    /// Requests in flight at once, at most.
    pub width: u32,
    /// The shortest possible time at that width, nanoseconds: [`stats::ideal`].
    pub ideal_ns: f64,
    /// The share of the time that was unavoidable waiting; `None` without a delay.
    pub efficiency: Option<f64>,
    /// Against the reference.
    pub speedup: Speedup,
}

/// A cell against the reference's cell with the same workload, delay and size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speedup {
    /// This is the reference: 1 by definition, not by measurement.
    Reference,
    /// Reference time by own time.
    Over(Estimate, Verdict),
    /// The reference has no figures, or shares no round with this cell.
    Unknown,
}

impl Speedup {
    /// The speedup's value, 1 for the reference itself.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Reference => Some(1.0),
            Self::Over(estimate, _) => Some(estimate.value),
            Self::Unknown => None,
        }
    }
}

/// A failed cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The workload.
    pub workload: String,
    /// The delay of each request, milliseconds.
    pub delay_ms: f64,
    /// Requests in a batch.
    pub n: u32,
    /// The client.
    pub client: String,
    /// Why it failed.
    pub reason: String,
}

impl Analysis {
    /// Works out every figure of a record.
    ///
    /// A failed cell gets no figures, whatever its rounds hold, and no part in any verdict.
    pub fn of(record: &Record) -> Self {
        let margin = record.profile.margin;
        let comparisons = comparisons(record);
        let failures = record.cells.iter().filter_map(Failure::of).collect();
        let warnings = warnings::of(record, &comparisons);
        Self {
            reference: record.profile.reference.clone(),
            margin,
            comparisons,
            warnings,
            failures,
        }
    }
}

impl Failure {
    fn of(cell: &record::Cell) -> Option<Self> {
        Some(Self {
            workload: cell.workload.clone(),
            delay_ms: cell.delay_ms,
            n: cell.n,
            client: cell.client.clone(),
            reason: failure(cell)?,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workload, n, client, reason, .. } = self;
        let delay = figure::set_duration_ms(self.delay_ms);
        let requests = figure::counted(*n as usize, "request");
        write!(f, "{client} on {workload} with {requests} of {delay}: {reason}")
    }
}

/// Why the cell has no figures although it was run.
fn failure(cell: &record::Cell) -> Option<String> {
    let unusable = |round: &record::Round| !round.mean_ns.is_finite() || round.mean_ns <= 0.0;
    match cell.status {
        Status::Skipped => None,
        Status::Failed => {
            Some(cell.reason.clone().unwrap_or_else(|| "the record gives no reason".to_owned()))
        }
        Status::Measured if cell.rounds.is_empty() => {
            Some("it is called measured and has no rounds".to_owned())
        }
        Status::Measured => cell
            .rounds
            .iter()
            .find(|round| unusable(round))
            .map(|round| format!("round {} took {} ns", round.round, round.mean_ns)),
    }
}

fn comparisons(record: &Record) -> Vec<Comparison> {
    let mut kinds: Vec<(&str, f64)> = Vec::new();
    for cell in &record.cells {
        let kind = (cell.workload.as_str(), cell.delay_ms);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let compare = |(workload, delay_ms)| {
        let cells: Vec<_> = record
            .cells
            .iter()
            .filter(|cell| cell.workload == workload && cell.delay_ms == delay_ms)
            .collect();
        Comparison::of(workload, delay_ms, &cells, record)
    };
    kinds.into_iter().map(compare).collect()
}

impl Comparison {
    fn of(workload: &str, delay_ms: f64, cells: &[&record::Cell], record: &Record) -> Self {
        let mut clients: Vec<String> = Vec::new();
        let mut sizes = BTreeMap::<u32, Vec<&record::Cell>>::new();
        for cell in cells {
            if !clients.contains(&cell.client) {
                clients.push(cell.client.clone());
            }
            sizes.entry(cell.n).or_default().push(cell);
        }
        let profile = &record.profile;
        let row = |(&n, cells): (&u32, &Vec<_>)| {
            let published = guide::published(workload, n, &profile.reference);
            Row::of(n, cells, &clients, profile, published)
        };
        let rows = sizes.iter().map(row).collect();
        let head_to_head = match sizes.last_key_value() {
            Some((&n, cells)) => HeadToHead::of(n, cells, &clients, profile.margin),
            None => HeadToHead { n: 0, clients: Vec::new(), pairs: Vec::new() },
        };
        Self { workload: workload.to_owned(), delay_ms, clients, rows, head_to_head }
    }

    /// The row with the most requests.
    pub fn largest(&self) -> Option<&Row> {
        self.rows.last()
    }
}

impl Row {
    fn of(
        n: u32,
        cells: &[&record::Cell],
        clients: &[String],
        profile: &record::Profile,
        published: Option<Published>,
    ) -> Self {
        let find = |client: &str| cells.iter().copied().find(|cell| cell.client == client);
        let planned = find(&profile.reference);
        let ideal_speedup = planned.map(|cell| stats::ideal(1.0, n, cell.width));
        let reference = planned.filter(|cell| has_figures(cell));
        let outcome = |client: &String| match find(client) {
            None => Outcome::Absent,
            Some(cell) if cell.status == Status::Skipped => Outcome::Skipped,
            Some(cell) => match (failure(cell), Figures::of(cell, reference, profile.margin)) {
                (None, Some(figures)) => Outcome::Measured(figures),
                (reason, _) => Outcome::Failed(reason.unwrap_or_default()),
            },
        };
        let outcomes = clients.iter().map(outcome).collect();
        Self { n, outcomes, ideal_speedup, published }
    }
}

impl Outcome {
    /// The figures, where the cell was measured.
    pub fn figures(&self) -> Option<&Figures> {
        match self {
            Self::Measured(figures) => Some(figures),
            _ => None,
        }
    }
}

impl Figures {
    fn of(cell: &record::Cell, reference: Option<&record::Cell>, margin: f64) -> Option<Self> {
        let means: Vec<f64> = cell.rounds.iter().map(|round| round.mean_ns).collect();
        let time_ns = Estimate::geometric_mean(&means)?;
        let ideal_ns = stats::ideal(cell.delay_ms * 1e6, cell.n, cell.width);
        let speedup = match reference {
            Some(reference) if reference.client == cell.client => Speedup::Reference,
            Some(reference) => times_as_fast(cell, reference, margin)
                .map_or(Speedup::Unknown, |(estimate, verdict)| Speedup::Over(estimate, verdict)),
            None => Speedup::Unknown,
        };
        let efficiency = stats::efficiency(ideal_ns, time_ns.value);
        Some(Self { time_ns, width: cell.width, ideal_ns, efficiency, speedup })
    }
}

fn has_figures(cell: &record::Cell) -> bool {
    cell.status == Status::Measured && failure(cell).is_none()
}

/// How many times as fast `cell` is as `other`: the ratio of their times inside each round that
/// both have, averaged over rounds. `None` when they share no round.
fn times_as_fast(
    cell: &record::Cell,
    other: &record::Cell,
    margin: f64,
) -> Option<(Estimate, Verdict)> {
    let others: BTreeMap<u32, f64> =
        other.rounds.iter().map(|round| (round.round, round.mean_ns)).collect();
    let ratios: Vec<f64> = cell
        .rounds
        .iter()
        .filter_map(|round| Some(others.get(&round.round)? / round.mean_ns))
        .collect();
    let estimate = Estimate::geometric_mean(&ratios)?;
    Some((estimate, Verdict::of(&estimate, margin)))
}

#[cfg(test)]
mod tests;
