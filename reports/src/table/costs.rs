//! What a size costs: a row for each cost, a column a client.

use super::{Cell, Column, Measure, Name, ONE, REFERENCE, Row, Table};
use crate::analysis::{self, Comparison, Outcome, Pair, Quantity, Unit};
use crate::figure;

const MEASURES: [Measure; 3] = [Measure::Cost, Measure::Ratio, Measure::Interval];

/// These costs of `row`, or `None` where nothing of them was measured.
pub(crate) fn costs(
    comparison: &Comparison,
    row: &analysis::Row,
    quantities: &[Quantity],
) -> Option<Table> {
    let reference = comparison.reference_place();
    let of_quantity = |quantity: &Quantity| {
        let outcomes = row.outcomes.iter().enumerate();
        let measured = |(_, outcome): (usize, &Outcome)| {
            outcome.figures().is_some_and(|figures| figures.quantity(*quantity).is_some())
        };
        let cell = |(place, outcome)| cell(row, *quantity, reference, place, outcome);
        outcomes
            .clone()
            .any(measured)
            .then(|| Row::new(quantity.label().to_owned(), outcomes.map(cell).collect()))
    };
    let rows: Vec<Row> = quantities.iter().filter_map(of_quantity).collect();
    let has_memory = rows.iter().any(|row| row.head == Quantity::Memory.label());
    let table = Table {
        name: Name::Costs,
        title: format!("What it costs at {}", comparison.scenario.counted(row.n)),
        corner: "",
        measures: MEASURES.into(),
        columns: comparison.clients.iter().map(|client| Column::measured(client)).collect(),
        rows,
        notes: notes(comparison, has_memory),
    };
    (!table.rows.is_empty()).then(|| table.without_empty_measures())
}

fn notes(comparison: &Comparison, has_memory: bool) -> Vec<String> {
    let unit = &comparison.scenario.unit;
    let mut notes = vec![
        format!("CPU: CPU time for each {unit}, in user mode and in the kernel."),
        "switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken \
         away). Where a round counted none there is no ratio."
            .to_owned(),
    ];
    if has_memory {
        let memory = "peak memory: the most that the client's process had at once, its own code \
                      included: of the whole process, not for each";
        notes.push(format!("{memory} {unit}."));
    }
    let ratio = |reference| format!("ratio: to {reference}, inside each round.");
    notes.extend(comparison.reference.as_ref().map(ratio));
    notes
}

fn cell(
    row: &analysis::Row,
    quantity: Quantity,
    reference: Option<usize>,
    place: usize,
    outcome: &Outcome,
) -> Cell {
    let Some(figures) = outcome.figures() else {
        return match outcome {
            Outcome::Failed(_) => Cell::Without("failed"),
            Outcome::Skipped => Cell::Without("not run"),
            _ => Cell::Empty,
        };
    };
    let Some(cost) = figures.quantity(quantity) else {
        return Cell::Without("not measured");
    };
    let cost = match quantity.unit() {
        Unit::Time => figure::duration_ns(cost.value / f64::from(row.n)),
        Unit::Count => figure::number(cost.value),
        Unit::Bytes => figure::bytes(cost.value),
    };
    let pair = reference.and_then(|reference| row.pairs(quantity).get(place, reference));
    let [ratio, interval] = match pair {
        Some(pair) => [ratio(pair), super::interval(&pair.0.inverse())],
        None if reference == Some(place) => [ONE.to_owned(), REFERENCE.to_owned()],
        None => [String::new(), String::new()],
    };
    Cell::Figures(vec![cost, ratio, interval], pair.map(|(_, verdict)| verdict))
}

/// What the first of the pair takes, by what the second takes, and the verdict on it.
pub(super) fn ratio((estimate, verdict): Pair) -> String {
    format!("{} {}", figure::speedup(estimate.inverse().value), verdict.cost_word())
}
