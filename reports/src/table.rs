//! The tables of a report as one model, which the terminal, Markdown and HTML each render.

mod changes;
mod claims;
mod costs;
mod html;
mod markdown;
mod matrix;
mod moments;
mod scenarios;
mod speedup;
mod terminal;
#[cfg(test)]
mod tests;

pub(crate) use changes::changes;
pub(crate) use claims::claims;
pub(crate) use costs::costs;
pub(crate) use html::html;
pub(crate) use markdown::markdown;
pub(crate) use moments::moments;
pub(crate) use scenarios::Split;
pub use terminal::terminal;

use crate::analysis::{Comparison, Quantity};
use crate::change::Finding;
use crate::figure;
use crate::stats::{Estimate, Verdict};

/// Every table of a comparison, in the order of a report.
pub(crate) fn all(comparison: &Comparison) -> Vec<Table> {
    let largest = comparison.largest();
    let tables = [
        Some(speedup::speedup(comparison, true)),
        largest.and_then(|row| moments(comparison, row)),
        largest.and_then(|row| costs(comparison, row, &Quantity::COSTS)),
        largest.and_then(|row| matrix::versus(comparison, row)),
        matrix::sizes(comparison),
    ];
    tables.into_iter().flatten().collect()
}

/// A table whose cells each hold a few figures, one for each measure.
pub(crate) struct Table {
    pub(crate) name: Name,
    pub(crate) title: String,
    /// What the rows' heads are, e.g. `n`.
    pub(crate) corner: &'static str,
    /// What each of a cell's texts is, in their order.
    pub(crate) measures: Vec<Measure>,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// What a reader needs to understand the table.
    pub(crate) notes: Vec<String>,
}

/// Which table of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// Ratios inside each of several machines.
    Machines,
    /// Times and speedups of all sizes.
    Speedup,
    /// Times and speedups of several scenarios.
    Scenarios,
    /// Moments inside a batch of one size.
    Moments,
    /// What one size costs: CPU time, context switches, memory.
    Costs,
    /// Every client against every other on one size.
    Versus,
    /// Every client against every other over all sizes.
    Sizes,
    /// What changed between two variants.
    Changes,
    /// What the guide claims.
    Claims,
}

/// What a text in a cell tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Time,
    Speedup,
    Interval,
    Efficiency,
    Verdict,
    Rounds,
    Cost,
    Ratio,
    Cpu,
    Switches,
    /// What a claim is about.
    Figure,
    /// What the planned rounds say.
    Planned,
    /// What the confirming rerun says.
    Again,
}

impl Measure {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Speedup => "speedup",
            Self::Interval => "95 %",
            Self::Efficiency => "efficiency",
            Self::Verdict => "verdict",
            Self::Rounds => "it takes",
            Self::Cost => "cost",
            Self::Ratio => "ratio",
            Self::Cpu => "CPU",
            Self::Switches => "switches",
            Self::Figure => "ours",
            Self::Planned => "",
            Self::Again => "again",
        }
    }

    /// How much it matters: a reader looks for the heaviest of a table's measures first.
    fn weight(self) -> u8 {
        match self {
            Self::Verdict => 3,
            Self::Speedup | Self::Cost | Self::Figure => 2,
            Self::Time | Self::Planned => 1,
            _ => 0,
        }
    }
}

pub(crate) struct Column {
    pub(crate) head: String,
    pub(crate) kind: Kind,
}

impl Column {
    fn measured(head: &str) -> Self {
        Self { head: head.to_owned(), kind: Kind::Measured }
    }
}

/// Where a column's figures come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Measured,
    Computed,
    Published,
}

pub(crate) struct Row {
    /// In lines, where there are several.
    pub(crate) head: String,
    /// What is to be said of the row, in lines under its head.
    pub(crate) detail: Vec<String>,
    /// One for each column.
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    pub(crate) fn new(head: String, cells: Vec<Cell>) -> Self {
        Self { head, detail: Vec::new(), cells }
    }
}

/// What a table shows where a row and a column meet.
pub(crate) enum Cell {
    /// One text for each of the table's measures, empty where there is none.
    Figures(Vec<String>, Option<Verdict>),
    /// The same, of what was found of a change.
    Found(Vec<String>, Finding),
    /// The same, of a claim, with the word for how it stands.
    Held(Vec<String>, &'static str),
    /// No figures, and why in a word.
    Without(&'static str),
    /// Nothing belongs here.
    Empty,
}

impl Cell {
    /// The text for the measure at this index.
    fn text(&self, measure: usize) -> &str {
        match self {
            Self::Figures(texts, _) | Self::Found(texts, _) | Self::Held(texts, _) => {
                texts.get(measure).map_or("", String::as_str)
            }
            Self::Without(why) if measure == 0 => why,
            Self::Without(_) | Self::Empty => "",
        }
    }
}

/// The title of what stands under a comparison's tables where a model can't do all of it.
pub(crate) const CANNOT: &str = "What a model can't do";

/// What stands for a figure of the reference itself: one by definition, without digits that look
/// measured.
const ONE: &str = "1x";
const REFERENCE: &str = "reference";
const NO_INTERVAL: &str = "no interval";

impl Table {
    /// Leaves out the measures of which no client has a figure.
    fn without_empty_measures(mut self) -> Self {
        for measure in (0..self.measures.len()).rev() {
            if !self.has_figure(measure) {
                self.measures.remove(measure);
                for cell in self.rows.iter_mut().flat_map(|row| &mut row.cells) {
                    if let Cell::Figures(texts, _) | Cell::Found(texts, _) | Cell::Held(texts, _) =
                        cell
                    {
                        texts.remove(measure);
                    }
                }
            }
        }
        self
    }

    fn has_figure(&self, measure: usize) -> bool {
        let is_figure = |text: &str| !["", ONE, REFERENCE, NO_INTERVAL].contains(&text);
        self.rows.iter().flat_map(|row| self.columns.iter().zip(&row.cells)).any(
            |(column, cell)| {
                let figures = matches!(cell, Cell::Figures(..)) && column.kind == Kind::Measured;
                figures && is_figure(cell.text(measure))
            },
        )
    }
}

/// An interval in a cell, e.g. `1.02–1.07`.
fn interval(estimate: &Estimate) -> String {
    match estimate.interval {
        Some(interval) => figure::interval(interval, "–"),
        None => NO_INTERVAL.to_owned(),
    }
}
