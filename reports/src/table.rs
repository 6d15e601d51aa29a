//! The tables of a report as one model, which the terminal, Markdown and HTML each render.

mod html;
mod markdown;
mod speedup;
mod terminal;
#[cfg(test)]
mod tests;
mod versus;

pub(crate) use html::html;
pub(crate) use markdown::markdown;
pub(crate) use speedup::speedup;
pub use terminal::terminal;
pub(crate) use versus::versus;

use crate::stats::Verdict;

/// A table whose cells each hold a few figures, one for each measure.
pub(crate) struct Table {
    /// What the rows' heads are, e.g. `n`.
    pub(crate) corner: &'static str,
    /// What each of a cell's texts is, in their order.
    pub(crate) measures: Vec<Measure>,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// What a reader needs to understand the columns.
    pub(crate) notes: Vec<String>,
}

/// What a text in a cell tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Time,
    Speedup,
    Interval,
    Efficiency,
    Verdict,
}

impl Measure {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Speedup => "speedup",
            Self::Interval => "95 %",
            Self::Efficiency => "efficiency",
            Self::Verdict => "verdict",
        }
    }

    /// How much it matters: a reader looks for the heaviest of a table's measures first.
    fn weight(self) -> u8 {
        match self {
            Self::Verdict => 3,
            Self::Speedup => 2,
            Self::Time => 1,
            Self::Interval | Self::Efficiency => 0,
        }
    }
}

pub(crate) struct Column {
    pub(crate) head: String,
    pub(crate) kind: Kind,
}

/// Where a column's figures come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Measured,
    Computed,
    Published,
}

pub(crate) struct Row {
    pub(crate) head: String,
    /// One for each column.
    pub(crate) cells: Vec<Cell>,
}

/// What a table shows where a row and a column meet.
pub(crate) enum Cell {
    /// One text for each of the table's measures, empty where there is none.
    Figures(Vec<String>, Option<Verdict>),
    /// No figures, and why in a word.
    Without(&'static str),
    /// Nothing belongs here.
    Empty,
}

impl Cell {
    /// The text for the measure at this index.
    fn text(&self, measure: usize) -> &str {
        match self {
            Self::Figures(texts, _) => texts.get(measure).map_or("", String::as_str),
            Self::Without(why) if measure == 0 => why,
            Self::Without(_) | Self::Empty => "",
        }
    }
}
