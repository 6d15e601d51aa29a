//! Every figure that a table, a chart or a sentence shows, computed once from a record.

mod head_to_head;
mod warnings;

use std::collections::BTreeMap;
use std::fmt;

pub use head_to_head::{HeadToHead, widest_pair};
pub use warnings::Warning;

use crate::guide::{self, Published};
use crate::record::{self, Record, Role, Status};
use crate::scenario::Scenario;
use crate::stats::{self, Estimate, Verdict};

/// A record, worked out.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The margin of the verdicts, as a share.
    pub margin: f64,
    /// One for each workload, parameters and delay, in the order of the record.
    pub comparisons: Vec<Comparison>,
    /// What a reader has to know before believing the figures.
    pub warnings: Vec<Warning>,
    /// Every failed cell, in the order of the record.
    pub failures: Vec<Failure>,
}

/// All clients on one workload with its parameters and one delay.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What the clients are compared on.
    pub scenario: Scenario,
    /// The client that speedups are taken against, where there is one.
    pub reference: Option<String>,
    /// The clients, in the order of the record.
    pub clients: Vec<String>,
    /// One for each size, in rising order.
    pub rows: Vec<Row>,
    /// Every client against every other, at the largest size.
    pub head_to_head: HeadToHead,
}

/// All clients on the same size.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Units in a batch.
    pub n: u32,
    /// One for each of the comparison's clients, in the same order.
    pub outcomes: Vec<Outcome>,
    /// The least that the waits alone cost any of the clients in a batch, nanoseconds; `None`
    /// where the workload states nothing.
    pub ideal_ns: Option<f64>,
    /// The speedup if nothing but the waits took time, for the client that waits least; `None`
    /// where the reference has no ideal.
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
    /// What the waits alone cost this client, nanoseconds; `None` where the workload states
    /// nothing.
    pub ideal_ns: Option<f64>,
    /// The share of the time that was unavoidable waiting; `None` without an ideal.
    pub efficiency: Option<f64>,
    /// Against the reference.
    pub speedup: Speedup,
}

/// A cell against the reference's cell of the same scenario and size.
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
    /// What it was to do.
    pub scenario: Scenario,
    /// Units in a batch.
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
        Self { margin, comparisons, warnings, failures }
    }
}

impl Failure {
    fn of(cell: &record::Cell) -> Option<Self> {
        Some(Self {
            scenario: Scenario::of(cell),
            n: cell.n,
            client: cell.client.clone(),
            reason: failure(cell)?,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenario, n, client, reason } = self;
        write!(f, "{client} on {}: {reason}", scenario.at(*n))
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
    let mut scenarios: Vec<(Scenario, Vec<&record::Cell>)> = Vec::new();
    for cell in &record.cells {
        let scenario = Scenario::of(cell);
        match scenarios.iter_mut().find(|(known, _)| *known == scenario) {
            Some((_, cells)) => cells.push(cell),
            None => scenarios.push((scenario, vec![cell])),
        }
    }
    let margin = record.profile.margin;
    scenarios
        .into_iter()
        .map(|(scenario, cells)| Comparison::of(scenario, &cells, margin))
        .collect()
}

impl Comparison {
    fn of(scenario: Scenario, cells: &[&record::Cell], margin: f64) -> Self {
        let mut clients: Vec<String> = Vec::new();
        let mut sizes = BTreeMap::<u32, Vec<&record::Cell>>::new();
        for cell in cells {
            if !clients.contains(&cell.client) {
                clients.push(cell.client.clone());
            }
            sizes.entry(cell.n).or_default().push(cell);
        }
        let reference = cells.iter().find(|cell| cell.role == Role::Reference);
        let reference = reference.map(|cell| cell.client.clone());
        let row = |(&n, cells): (&u32, &Vec<_>)| {
            let published = guide::published(&scenario.workload, n, reference.as_deref());
            Row::of(n, cells, &clients, margin, published)
        };
        let rows = sizes.iter().map(row).collect();
        let head_to_head = match sizes.last_key_value() {
            Some((&n, cells)) => HeadToHead::of(n, cells, &clients, margin),
            None => HeadToHead { n: 0, clients: Vec::new(), pairs: Vec::new() },
        };
        Self { scenario, reference, clients, rows, head_to_head }
    }
}

impl Row {
    fn of(
        n: u32,
        cells: &[&record::Cell],
        clients: &[String],
        margin: f64,
        published: Option<Published>,
    ) -> Self {
        let planned = cells.iter().copied().find(|cell| cell.role == Role::Reference);
        let ideal_ns = cells.iter().filter_map(|cell| cell.ideal_ns).reduce(f64::min);
        let ideal_speedup = planned
            .and_then(|cell| cell.ideal_ns)
            .zip(ideal_ns)
            .map(|(reference, least)| reference / least);
        let reference = planned.filter(|cell| has_figures(cell));
        let find = |client: &str| cells.iter().copied().find(|cell| cell.client == client);
        let outcome = |client: &String| match find(client) {
            None => Outcome::Absent,
            Some(cell) if cell.status == Status::Skipped => Outcome::Skipped,
            Some(cell) => match (failure(cell), Figures::of(cell, reference, margin)) {
                (None, Some(figures)) => Outcome::Measured(figures),
                (reason, _) => Outcome::Failed(reason.unwrap_or_default()),
            },
        };
        let outcomes = clients.iter().map(outcome).collect();
        Self { n, outcomes, ideal_ns, ideal_speedup, published }
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
        let speedup = match reference {
            Some(reference) if reference.client == cell.client => Speedup::Reference,
            Some(reference) => times_as_fast(cell, reference, margin)
                .map_or(Speedup::Unknown, |(estimate, verdict)| Speedup::Over(estimate, verdict)),
            None => Speedup::Unknown,
        };
        let efficiency = cell.ideal_ns.and_then(|ideal| stats::efficiency(ideal, time_ns.value));
        Some(Self { time_ns, ideal_ns: cell.ideal_ns, efficiency, speedup })
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
