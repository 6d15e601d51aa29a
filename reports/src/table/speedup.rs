//! The speedup table of one comparison: a row for each size, a column a client.

use super::{Cell, Column, Kind, Measure, Name, ONE, REFERENCE, Row, Table};
use crate::analysis::{self, Comparison, Figures, Outcome, Quantity, Speedup};
use crate::figure;
use crate::guide::{self, Published};

const MEASURES: [Measure; 4] =
    [Measure::Time, Measure::Speedup, Measure::Interval, Measure::Efficiency];

/// The speedup table of `comparison`, with the ideal and, if asked for, what the guide published.
pub(crate) fn speedup(comparison: &Comparison, with_guide: bool) -> Table {
    let has_ideal = comparison.rows.iter().any(|row| row.ideal_ns.is_some());
    let has_guide = with_guide && comparison.rows.iter().any(|row| row.published.is_some());

    let mut columns: Vec<Column> =
        comparison.clients.iter().map(|client| Column::measured(client)).collect();
    let mut notes = Vec::new();
    if has_ideal {
        columns.push(Column { head: "ideal".to_owned(), kind: Kind::Computed });
        notes.push("ideal: what the waits alone cost the client that waits least.".to_owned());
    }
    if has_guide {
        columns.push(Column { head: "guide".to_owned(), kind: Kind::Published });
        let delay = figure::set_duration_ms(guide::DELAY_MS);
        notes.push(format!("guide: published for Python's asyncio, with requests of {delay}."));
    }

    if !comparison.rows.iter().flat_map(|row| &row.outcomes).any(has_costs) {
        notes.push("What it costs in CPU time and context switches was not measured.".to_owned());
    }

    let row = |row: &analysis::Row| {
        let mut cells: Vec<Cell> = row.outcomes.iter().map(outcome_cell).collect();
        if has_ideal {
            cells.push(row.ideal_ns.map_or(Cell::Empty, |ns| ideal_cell(ns, row.ideal_speedup)));
        }
        if has_guide {
            cells.push(row.published.map_or(Cell::Empty, guide_cell));
        }
        Row::new(row.n.to_string(), cells)
    };
    let rows = comparison.rows.iter().map(row).collect();
    let title = "Speedup".to_owned();
    Table {
        name: Name::Speedup,
        title,
        corner: "n",
        measures: MEASURES.into(),
        columns,
        rows,
        notes,
    }
    .without_empty_measures()
}

fn has_costs(outcome: &Outcome) -> bool {
    let figures = outcome.figures();
    figures.is_none_or(|it| Quantity::COSTS.iter().any(|cost| it.quantity(*cost).is_some()))
}

fn outcome_cell(outcome: &Outcome) -> Cell {
    match outcome {
        Outcome::Measured(figures) => {
            let verdict = match figures.speedup {
                Speedup::Over(_, verdict) => Some(verdict),
                Speedup::Reference | Speedup::Unknown => None,
            };
            let text = |measure| figure_text(figures, measure);
            Cell::Figures(MEASURES.map(text).into(), verdict)
        }
        Outcome::Failed(_) => Cell::Without("failed"),
        Outcome::Skipped => Cell::Without("not run"),
        Outcome::Absent => Cell::Empty,
    }
}

fn figure_text(figures: &Figures, measure: Measure) -> String {
    match (measure, figures.speedup) {
        (Measure::Time, _) => figure::duration_ns(figures.time_ns.value),
        (Measure::Speedup, Speedup::Over(estimate, _)) => figure::speedup(estimate.value),
        (Measure::Speedup, Speedup::Reference) => ONE.to_owned(),
        (Measure::Interval, Speedup::Over(estimate, _)) => super::interval(&estimate),
        (Measure::Interval, Speedup::Reference) => REFERENCE.to_owned(),
        (Measure::Efficiency, _) => figures.efficiency.map(figure::percent).unwrap_or_default(),
        _ => String::new(),
    }
}

fn ideal_cell(ns: f64, speedup: Option<f64>) -> Cell {
    let text = |measure| match measure {
        Measure::Time => figure::set_duration_ms(ns / 1e6),
        Measure::Speedup => speedup.map(set_speedup).unwrap_or_default(),
        _ => String::new(),
    };
    Cell::Figures(MEASURES.map(text).into(), None)
}

/// A speedup that follows from what was set: as few digits as it has.
fn set_speedup(speedup: f64) -> String {
    format!("{}x", (speedup * 100.0).round() / 100.0)
}

fn guide_cell(row: Published) -> Cell {
    let text = |measure| match measure {
        Measure::Time => format!("{} s", row.concurrent_s),
        Measure::Speedup => format!("{}x", row.speedup),
        _ => String::new(),
    };
    Cell::Figures(MEASURES.map(text).into(), None)
}
