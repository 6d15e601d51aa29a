//! Cells of two runs that can't be compared: added, removed, failed or not run.

use std::fmt;

use super::cell::Cell;
use crate::analysis::Outcome;
use crate::scenario::Scenario;
use crate::{figure, text};

/// A client on some sizes of a scenario that have no ratio, for the same reason.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// Why, e.g. `added`, in one line of plain text.
    pub why: String,
    /// The client.
    pub client: String,
    /// What was done.
    pub scenario: Scenario,
    /// The sizes.
    pub sizes: Vec<u32>,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { why, client, scenario, sizes } = self;
        let sizes: Vec<String> = sizes.iter().map(u32::to_string).collect();
        let sizes = figure::list(&sizes);
        write!(f, "{why}: {client} on {}, n = {sizes}", scenario.title())
    }
}

/// Every cell of either run that has no ratio, those of the base run first.
pub(super) fn left_out(base: &[Cell], new: &[Cell]) -> Vec<LeftOut> {
    let mut all: Vec<LeftOut> = Vec::new();
    let sides = [(base, new, "base", "removed"), (new, base, "new", "added")];
    for (cells, others, run, alone) in sides {
        for cell in cells {
            let alone = others.iter().all(|other| !other.is(cell)).then_some(alone);
            if let Some(why) = why(cell.outcome, run, alone) {
                push(&mut all, cell, why);
            }
        }
    }
    all
}

/// Why a cell of this run has no ratio, where the other run has no such cell or this one's has no
/// figures.
fn why(outcome: &Outcome, run: &str, alone: Option<&str>) -> Option<String> {
    let prefix = alone.map(|alone| format!("{alone}, ")).unwrap_or_default();
    match outcome {
        Outcome::Failed(reason) => {
            Some(format!("{prefix}failed in {run} ({})", text::short(reason)))
        }
        Outcome::Skipped => Some(format!("{prefix}not run in {run}")),
        Outcome::Measured(_) | Outcome::Absent => alone.map(str::to_owned),
    }
}

fn push(all: &mut Vec<LeftOut>, cell: &Cell, why: String) {
    let same = all
        .iter_mut()
        .find(|it| it.why == why && it.client == cell.client && it.scenario == *cell.scenario);
    match same {
        Some(it) => it.sizes.push(cell.n),
        None => all.push(LeftOut {
            why,
            client: cell.client.to_owned(),
            scenario: cell.scenario.clone(),
            sizes: vec![cell.n],
        }),
    }
}
