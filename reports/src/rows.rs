//! Every cell of a record as a row of named fields, which every format writes in its own way.

use crate::analysis::{
    Analysis, Comparison, Figures, Moment, Outcome, Quantity, Row, Speedup, Unit,
};
use crate::record::{Record, Values};
use crate::stats::Estimate;

/// What stands in a row where a column is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    Text(String),
    Count(u64),
    Number(f64),
    /// There is none.
    Nothing,
}

impl Field {
    fn number(value: Option<f64>) -> Self {
        value.map_or(Self::Nothing, Self::Number)
    }

    fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Nothing, |text| Self::Text(text.to_owned()))
    }
}

/// The columns that tell which cell it is and how long it took.
const COLUMNS: [&str; 17] = [
    "run",
    "commit",
    "workload",
    "params",
    "delay_ms",
    "n",
    "client",
    "status",
    "rounds",
    "mean_s",
    "mean_low_s",
    "mean_high_s",
    "speedup",
    "speedup_low",
    "speedup_high",
    "efficiency",
    "verdict",
];

/// The names of all columns, those of the costs and the moments last.
pub(crate) fn columns() -> Vec<String> {
    let costs = Quantity::COSTS.into_iter().flat_map(cost_columns);
    let timings = "timings".to_owned();
    COLUMNS.map(str::to_owned).into_iter().chain(costs).chain([timings]).collect()
}

/// A cost's columns: what a batch takes, its interval, the ratio to what the reference takes, its
/// interval, and the verdict on it.
fn cost_columns(quantity: Quantity) -> [String; 7] {
    let unit = match quantity.unit() {
        Unit::Time => "_s",
        Unit::Count => "",
        Unit::Bytes => "_bytes",
    };
    let name = quantity.name();
    [
        format!("{name}{unit}"),
        format!("{name}_low{unit}"),
        format!("{name}_high{unit}"),
        format!("{name}_ratio"),
        format!("{name}_ratio_low"),
        format!("{name}_ratio_high"),
        format!("{name}_verdict"),
    ]
}

/// One row a cell, table by table, with a field for each of [`columns`].
pub(crate) fn rows(record: &Record, analysis: &Analysis) -> Vec<Vec<Field>> {
    let mut rows = Vec::new();
    for comparison in &analysis.comparisons {
        for row in &comparison.rows {
            for (place, outcome) in row.outcomes.iter().enumerate() {
                if let Some(status) = status(outcome) {
                    let mut fields = cell(record, comparison, row, place, status);
                    fields.extend(figures(outcome.figures()));
                    let cost = |quantity: &Quantity| cost(comparison, row, place, *quantity);
                    fields.extend(Quantity::COSTS.iter().flat_map(cost));
                    fields.push(timings(row, place));
                    rows.push(fields);
                }
            }
        }
    }
    rows
}

fn status(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Measured(_) => Some("measured"),
        Outcome::Failed(_) => Some("failed"),
        Outcome::Skipped => Some("skipped"),
        Outcome::Absent => None,
    }
}

/// Which cell a row is of.
fn cell(
    record: &Record,
    comparison: &Comparison,
    row: &Row,
    place: usize,
    status: &str,
) -> Vec<Field> {
    let scenario = &comparison.scenario;
    let params = params(&scenario.params);
    vec![
        Field::text(Some(&record.run)),
        Field::text(record.git_rev.as_deref()),
        Field::text(Some(&scenario.workload)),
        Field::text(Some(&params).filter(|params| !params.is_empty()).map(String::as_str)),
        Field::number(scenario.delay_ms),
        Field::Count(row.n.into()),
        Field::text(Some(&comparison.clients[place])),
        Field::text(Some(status)),
    ]
}

/// `name=value` for each parameter, with `;` between them.
pub(crate) fn params(params: &Values) -> String {
    let pairs: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join(";")
}

/// What was measured in a cell, in seconds; all fields are empty without figures.
fn figures(figures: Option<&Figures>) -> Vec<Field> {
    let time = figures.map(|figures| figures.time_ns);
    let (speedup, verdict) = match figures.map(|figures| figures.speedup) {
        Some(Speedup::Over(estimate, verdict)) => (Some(estimate), Some(verdict.as_str())),
        _ => (None, None),
    };
    // The reference's is 1 by definition, and has no interval.
    let value = figures.and_then(|figures| figures.speedup.value());
    let [_, low, high] = estimate(speedup, 1.0);
    let rounds = time.map_or(Field::Nothing, |time| Field::Count(time.rounds as u64));
    let mut fields = vec![rounds];
    fields.extend(estimate(time, 1e9));
    fields.extend([Field::number(value), low, high]);
    fields.push(Field::number(figures.and_then(|figures| figures.efficiency)));
    fields.push(Field::text(verdict));
    fields
}

fn cost(comparison: &Comparison, row: &Row, place: usize, quantity: Quantity) -> Vec<Field> {
    let scale = if quantity.unit() == Unit::Time { 1e9 } else { 1.0 };
    let figures = row.outcomes[place].figures();
    let cost = figures.and_then(|figures| figures.quantity(quantity));
    let reference = comparison.reference_place();
    let pair = reference.and_then(|reference| row.pairs(quantity).get(place, reference));
    let mut fields: Vec<Field> = estimate(cost, scale).into();
    fields.extend(estimate(pair.map(|(speedup, _)| speedup.inverse()), 1.0));
    fields.push(Field::text(pair.map(|(_, verdict)| verdict.cost_word())));
    fields
}

/// `name=seconds` for each moment inside a batch, with `;` between them.
fn timings(row: &Row, place: usize) -> Field {
    let timing = |moment: &Moment| {
        let seconds = moment.clients[place]?.time_ns.value / 1e9;
        Some(format!("{}={seconds}", moment.name))
    };
    let timings: Vec<String> = row.moments.iter().filter_map(timing).collect();
    if timings.is_empty() { Field::Nothing } else { Field::Text(timings.join(";")) }
}

/// The value and the ends of its interval, in units of `scale`.
fn estimate(estimate: Option<Estimate>, scale: f64) -> [Field; 3] {
    let interval = estimate.and_then(|estimate| estimate.interval);
    [
        estimate.map(|estimate| estimate.value),
        interval.map(|interval| interval.low),
        interval.map(|interval| interval.high),
    ]
    .map(|value| Field::number(value.map(|value| value / scale)))
}
