//! Who beats whom: each row's client against each column's, on one size and over all of them.

use super::costs::ratio;
use super::{Cell, Column, Measure, Name, Row, Table};
use crate::analysis::{self, Comparison, OverSizes, Quantity};
use crate::stats::Verdict;
use crate::{figure, headline};

/// The verdicts on one size, or `None` where no two clients can be compared on it.
pub(crate) fn versus(comparison: &Comparison, row: &analysis::Row) -> Option<Table> {
    let title = format!("Head to head at {}", comparison.scenario.counted(row.n));
    let measures = [
        Measure::Verdict,
        Measure::Speedup,
        Measure::Interval,
        Measure::Rounds,
        Measure::Cpu,
        Measure::Switches,
    ];
    let cell = |x: usize, y: usize| {
        let (estimate, verdict) = row.pairs(Quantity::Time).get(x, y)?;
        let cost = |quantity| row.pairs(quantity).get(x, y).map(ratio).unwrap_or_default();
        let texts = vec![
            verdict.as_str().to_owned(),
            figure::speedup(estimate.value),
            super::interval(&estimate),
            takes(verdict),
            cost(Quantity::Cpu),
            cost(Quantity::Voluntary),
        ];
        Some(Cell::Figures(texts, Some(verdict)))
    };
    let notes = [
        "Each row's client against each column's.",
        "CPU, switches: by what the column's client takes.",
    ];
    let mut table = matrix(comparison, Name::Versus, title, &measures, cell)?;
    let has_costs = !row.pairs(Quantity::Cpu).is_empty();
    let notes = notes.into_iter().take(1 + usize::from(has_costs));
    table.notes = notes.map(str::to_owned).collect();
    Some(table)
}

/// What holds over all sizes, or `None` where no two clients share several.
pub(crate) fn sizes(comparison: &Comparison) -> Option<Table> {
    let cell = |x: usize, y: usize| {
        let is = |pair: &&analysis::PairOverSizes| (pair.x, pair.y) == (x.min(y), x.max(y));
        let pair = comparison.over_sizes.iter().find(is)?;
        let found = if x < y { pair.found.clone() } else { pair.found.reversed() };
        Some(over_sizes(found))
    };
    let title = "Over all sizes".to_owned();
    let measures = [Measure::Verdict, Measure::Speedup, Measure::Interval, Measure::Rounds];
    let mut table = matrix(comparison, Name::Sizes, title, &measures, cell)?;
    table.notes = vec![
        "Each row's client against each column's: the average of the sizes' speedups, or how they \
         differ."
            .to_owned(),
    ];
    Some(table)
}

fn over_sizes(found: OverSizes) -> Cell {
    match found {
        OverSizes::Agree(estimate, verdict) => {
            let speedup = figure::speedup(estimate.value);
            let texts =
                [verdict.as_str().to_owned(), speedup, super::interval(&estimate), takes(verdict)];
            Cell::Figures(texts.into(), Some(verdict))
        }
        OverSizes::Differ { least, most } => {
            let range = format!("{} to {}", figure::speedup(least), figure::speedup(most));
            Cell::Figures(vec!["by size".to_owned(), range, String::new(), String::new()], None)
        }
        OverSizes::Cross { first_faster, between } => {
            let order = if first_faster { "faster, then slower" } else { "slower, then faster" };
            let between = between.iter().map(|(from, to)| format!("between {from} and {to}"));
            let between = figure::list(&between.collect::<Vec<_>>());
            Cell::Figures(vec![order.to_owned(), between, String::new(), String::new()], None)
        }
    }
}

/// What it would take to decide, in the fewest words.
fn takes(verdict: Verdict) -> String {
    match verdict {
        Verdict::Undecided { more: Some(more) } => headline::more_rounds(more),
        _ => String::new(),
    }
}

/// A table of the clients that have any cell against another; `None` where there are no two.
fn matrix(
    comparison: &Comparison,
    name: Name,
    title: String,
    measures: &[Measure],
    cell: impl Fn(usize, usize) -> Option<Cell>,
) -> Option<Table> {
    let clients = &comparison.clients;
    let met: Vec<usize> =
        (0..clients.len()).filter(|&x| (0..clients.len()).any(|y| cell(x, y).is_some())).collect();
    let row = |&x: &usize| {
        Row::new(
            clients[x].clone(),
            met.iter().map(|&y| cell(x, y).unwrap_or(Cell::Empty)).collect(),
        )
    };
    let table = Table {
        name,
        title,
        corner: "",
        measures: measures.into(),
        columns: met.iter().map(|&y| Column::measured(&clients[y])).collect(),
        rows: met.iter().map(row).collect(),
        notes: Vec::new(),
    };
    (!met.is_empty()).then(|| table.without_empty_measures())
}
