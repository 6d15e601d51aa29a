//! Every figure that a table, a chart or a sentence shows, computed once from a record.

mod cannot;
mod comparison;
mod moments;
mod pairs;
mod sizes;
mod warnings;

use std::fmt;

pub use cannot::Cannot;
pub use comparison::{Comparison, Figures, Outcome, Row, Speedup};
pub use moments::{Moment, Timed};
pub use pairs::{Pair, Pairs, widest_pair};
pub use sizes::{OverSizes, PairOverSizes};
pub use warnings::Warning;

use crate::change::Changes;
use crate::claims::Claims;
pub use crate::quantity::{Quantity, Unit};
use crate::record::{Cell, Record};
use crate::scenario::Scenario;
use crate::text;

/// A record, worked out.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The margin of the verdicts, as a share.
    pub margin: f64,
    /// What changed between the record's variants; absent where it has under two.
    pub changes: Option<Changes>,
    /// What the record says of the guide's claims; absent where it says nothing.
    pub claims: Option<Claims>,
    /// One for each workload, parameters and delay, in the order of the record, and those of a
    /// workload beside each other.
    pub comparisons: Vec<Comparison>,
    /// What a reader has to know before believing the figures.
    pub warnings: Vec<Warning>,
    /// Every failed cell, in the order of the record.
    pub failures: Vec<Failure>,
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
    /// Why it failed, in one line of plain text.
    pub reason: String,
}

impl Analysis {
    /// Works out every figure of a record.
    ///
    /// A failed cell gets no figures, whatever its rounds hold, and no part in any verdict. The
    /// least change between variants that is news is the profile's margin.
    pub fn of(record: &Record) -> Self {
        Self::with_floor(record, record.profile.margin)
    }

    /// Like [`Analysis::of`], with another least change between variants that is news, as a share.
    pub fn with_floor(record: &Record, floor: f64) -> Self {
        let margin = record.profile.margin;
        let changes = (record.variants.len() > 1).then(|| Changes::of(record, floor));
        let comparisons = comparisons(&record.cells, margin);
        let warnings = warnings::of(record, &comparisons);
        let failures = record.cells.iter().filter_map(Failure::of).collect();
        let claims = Claims::of(record);
        Self { margin, changes, claims, comparisons, warnings, failures }
    }
}

impl Failure {
    fn of(cell: &Cell) -> Option<Self> {
        Some(Self {
            scenario: Scenario::of(cell),
            n: cell.n,
            client: cell.client.clone(),
            reason: text::printable(cell.failure()?).into_owned(),
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenario, n, client, reason } = self;
        write!(f, "{client} on {}: {reason}", scenario.at(*n))
    }
}

fn comparisons(cells: &[Cell], margin: f64) -> Vec<Comparison> {
    let mut scenarios: Vec<(Scenario, Vec<&Cell>)> = Vec::new();
    for cell in cells {
        let scenario = Scenario::of(cell);
        match scenarios.iter_mut().find(|(known, _)| *known == scenario) {
            Some((_, cells)) => cells.push(cell),
            None => scenarios.push((scenario, vec![cell])),
        }
    }
    let workloads: Vec<String> = scenarios.iter().map(|it| it.0.workload.clone()).collect();
    scenarios.sort_by_key(|(scenario, _)| workloads.iter().position(|it| *it == scenario.workload));
    scenarios
        .into_iter()
        .map(|(scenario, cells)| Comparison::of(scenario, &cells, margin))
        .collect()
}

#[cfg(test)]
mod tests;
