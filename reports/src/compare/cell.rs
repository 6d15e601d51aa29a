//! The cells of a run, to be found in another.

use crate::analysis::{Analysis, Outcome};
use crate::scenario::Scenario;

/// A cell of a record, worked out.
pub(super) struct Cell<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) n: u32,
    pub(super) client: &'a str,
    pub(super) outcome: &'a Outcome,
}

impl Cell<'_> {
    /// Whether it is the same cell, of whatever run.
    pub(super) fn is(&self, other: &Cell) -> bool {
        (self.n, self.client, self.scenario) == (other.n, other.client, other.scenario)
    }
}

/// Every cell that the record has, table by table.
pub(super) fn cells(analysis: &Analysis) -> Vec<Cell<'_>> {
    let rows = analysis.comparisons.iter().flat_map(|it| it.rows.iter().map(move |row| (it, row)));
    let cells = rows.flat_map(|(comparison, row)| {
        comparison.clients.iter().zip(&row.outcomes).map(move |(client, outcome)| Cell {
            scenario: &comparison.scenario,
            n: row.n,
            client,
            outcome,
        })
    });
    cells.filter(|cell| *cell.outcome != Outcome::Absent).collect()
}
