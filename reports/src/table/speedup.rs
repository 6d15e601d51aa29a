//! The speedup table of one comparison: a row for each size, a column a client.

use super::{Cell, Column, Kind, Measure, Row, Table};
use crate::analysis::{self, Comparison, Figures, Outcome, Speedup};
use crate::figure;
use crate::guide::{self, Published};

/// The speedup table of `comparison`, with the ideal and what the guide published.
pub(crate) fn speedup(comparison: &Comparison) -> Table {
    let measures = measures(comparison);
    let has_ideal = comparison.rows.iter().any(|row| row.ideal_ns.is_some());
    let has_guide = comparison.rows.iter().any(|row| row.published.is_some());

    let mut columns: Vec<Column> = comparison
        .clients
        .iter()
        .map(|client| Column { head: client.clone(), kind: Kind::Measured })
        .collect();
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

    let row = |row: &analysis::Row| {
        let mut cells: Vec<Cell> =
            row.outcomes.iter().map(|outcome| outcome_cell(outcome, &measures)).collect();
        if has_ideal {
            let cell = row.ideal_ns.map(|ns| ideal_cell(ns, row.ideal_speedup, &measures));
            cells.push(cell.unwrap_or(Cell::Empty));
        }
        if has_guide {
            let cell = row.published.map_or(Cell::Empty, |row| guide_cell(row, &measures));
            cells.push(cell);
        }
        Row { head: row.n.to_string(), cells }
    };
    let rows = comparison.rows.iter().map(row).collect();
    Table { corner: "n", measures, columns, rows, notes }
}

/// The measures that any cell of the comparison has.
fn measures(comparison: &Comparison) -> Vec<Measure> {
    let figures =
        || comparison.rows.iter().flat_map(|row| &row.outcomes).filter_map(Outcome::figures);
    let has_speedup = figures().any(|cell| matches!(cell.speedup, Speedup::Over(..)));
    let has_interval = figures().any(|cell| match cell.speedup {
        Speedup::Over(estimate, _) => estimate.interval.is_some(),
        _ => false,
    });
    let has_efficiency = figures().any(|cell| cell.efficiency.is_some());
    [
        (Measure::Time, true),
        (Measure::Speedup, has_speedup),
        (Measure::Interval, has_interval),
        (Measure::Efficiency, has_efficiency),
    ]
    .into_iter()
    .filter_map(|(measure, present)| present.then_some(measure))
    .collect()
}

fn outcome_cell(outcome: &Outcome, measures: &[Measure]) -> Cell {
    match outcome {
        Outcome::Measured(figures) => {
            let texts = measures.iter().map(|&measure| figure_text(figures, measure)).collect();
            let verdict = match figures.speedup {
                Speedup::Over(_, verdict) => Some(verdict),
                Speedup::Reference | Speedup::Unknown => None,
            };
            Cell::Figures(texts, verdict)
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
        // One by definition: no digits that look measured.
        (Measure::Speedup, Speedup::Reference) => "1x".to_owned(),
        (Measure::Interval, Speedup::Over(estimate, _)) => match estimate.interval {
            Some(interval) => figure::interval(interval, "–"),
            None => "no interval".to_owned(),
        },
        (Measure::Interval, Speedup::Reference) => "reference".to_owned(),
        (Measure::Efficiency, _) => figures.efficiency.map(figure::percent).unwrap_or_default(),
        (Measure::Speedup | Measure::Interval | Measure::Verdict, _) => String::new(),
    }
}

fn ideal_cell(ns: f64, speedup: Option<f64>, measures: &[Measure]) -> Cell {
    let text = |measure: &Measure| match measure {
        Measure::Time => figure::set_duration_ms(ns / 1e6),
        Measure::Speedup => speedup.map(set_speedup).unwrap_or_default(),
        _ => String::new(),
    };
    Cell::Figures(measures.iter().map(text).collect(), None)
}

/// A speedup that follows from what was set: as few digits as it has.
fn set_speedup(speedup: f64) -> String {
    format!("{}x", (speedup * 100.0).round() / 100.0)
}

fn guide_cell(row: Published, measures: &[Measure]) -> Cell {
    let text = |measure: &Measure| match measure {
        Measure::Time => format!("{} s", row.concurrent_s),
        Measure::Speedup => format!("{}x", row.speedup),
        _ => String::new(),
    };
    Cell::Figures(measures.iter().map(text).collect(), None)
}
