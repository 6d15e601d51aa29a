//! Moments inside a batch: a row for each that the workload tells of, a column a client.

use super::{Cell, Column, Measure, Name, ONE, Row, Table};
use crate::analysis::{self, Comparison, Moment, Outcome, Timed};
use crate::figure;

const MEASURES: [Measure; 3] = [Measure::Time, Measure::Interval, Measure::Ratio];

/// The moments of `row`, or `None` where the workload tells of none.
pub(crate) fn moments(comparison: &Comparison, row: &analysis::Row) -> Option<Table> {
    let reference = comparison.reference_place();
    let of_moment = |moment: &Moment| {
        let cells = moment.clients.iter().zip(&row.outcomes).enumerate();
        let cells = cells.map(|(place, (timed, outcome))| match timed {
            Some(timed) => figures(timed, reference == Some(place)),
            None => without(outcome),
        });
        Row::new(moment.name.clone(), cells.collect())
    };
    let mut notes = vec![
        "time: the median over a round's batches, and then the geometric mean over rounds, with its \
         95 % interval. Where a round's was 0 it is the arithmetic mean, and has none."
            .to_owned(),
    ];
    let ratio = |reference| format!("ratio: to {reference}, inside each round.");
    notes.extend(comparison.reference.as_ref().map(ratio));
    let table = Table {
        name: Name::Moments,
        title: format!("Moments inside a batch of {}", comparison.scenario.counted(row.n)),
        corner: "",
        measures: MEASURES.into(),
        columns: comparison.clients.iter().map(|client| Column::measured(client)).collect(),
        rows: row.moments.iter().map(of_moment).collect(),
        notes,
    };
    (!table.rows.is_empty()).then(|| table.without_empty_measures())
}

fn figures(timed: &Timed, is_reference: bool) -> Cell {
    let interval = timed.time_ns.interval.map(|it| figure::duration_interval(it, "–"));
    let ratio = match timed.ratio {
        _ if is_reference => ONE.to_owned(),
        Some(ratio) => figure::speedup(ratio.value),
        None => String::new(),
    };
    let interval = interval.unwrap_or_else(|| super::NO_INTERVAL.to_owned());
    let time = figure::duration_ns(timed.time_ns.value);
    Cell::Figures(vec![time, interval, ratio], None)
}

fn without(outcome: &Outcome) -> Cell {
    match outcome {
        Outcome::Measured(_) => Cell::Without("not told"),
        Outcome::Failed(_) => Cell::Without("failed"),
        Outcome::Skipped => Cell::Without("not run"),
        Outcome::Absent => Cell::Empty,
    }
}
