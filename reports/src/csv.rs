//! `speedup.csv`: one row a cell, plain numbers, empty where there is none.

use crate::analysis::{Analysis, Comparison, Figures, Outcome, Row, Speedup};

const HEADER: &str = "workload,delay_ms,n,client,status,mean_s,speedup,speedup_low,speedup_high,efficiency,verdict\n";

/// Every cell of the record as comma-separated values, with a header.
pub(crate) fn csv(analysis: &Analysis) -> String {
    let mut text = HEADER.to_owned();
    for comparison in &analysis.comparisons {
        for row in &comparison.rows {
            for (client, outcome) in comparison.clients.iter().zip(&row.outcomes) {
                if let Some(status) = status(outcome) {
                    text.push_str(&line(comparison, row, client, status, outcome.figures()));
                }
            }
        }
    }
    text
}

fn status(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Measured(_) => Some("measured"),
        Outcome::Failed(_) => Some("failed"),
        Outcome::Skipped => Some("skipped"),
        Outcome::Absent => None,
    }
}

fn line(
    comparison: &Comparison,
    row: &Row,
    client: &str,
    status: &str,
    figures: Option<&Figures>,
) -> String {
    let mean_s = figures.map(|figures| figures.time_ns.value / 1e9);
    let speedup = figures.and_then(|figures| figures.speedup.value());
    let (interval, verdict) = match figures.map(|figures| figures.speedup) {
        Some(Speedup::Over(estimate, verdict)) => (estimate.interval, verdict.as_str()),
        _ => (None, ""),
    };
    let fields = [
        quoted(&comparison.workload),
        comparison.delay_ms.to_string(),
        row.n.to_string(),
        quoted(client),
        status.to_owned(),
        number(mean_s),
        number(speedup),
        number(interval.map(|interval| interval.low)),
        number(interval.map(|interval| interval.high)),
        number(figures.and_then(|figures| figures.efficiency)),
        verdict.to_owned(),
    ];
    fields.join(",") + "\n"
}

/// All the digits that tell it from its neighbours, never an exponent.
fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A field as RFC 4180 wants it.
fn quoted(field: &str) -> String {
    match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Status;
    use crate::synthetic;

    #[test]
    fn one_row_a_cell_and_nothing_where_there_is_none() {
        let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 5);
        synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 20), "killed, by signal 9");
        let skipped = synthetic::cell_mut(&mut record, "smol", 20);
        skipped.status = Status::Skipped;
        skipped.rounds.clear();
        insta::assert_snapshot!(csv(&Analysis::of(&record)), @"
        workload,delay_ms,n,client,status,mean_s,speedup,speedup_low,speedup_high,efficiency,verdict
        fan_out,10,5,sequential,measured,0.0519999479999376,1,,,0.9615394230790384,
        fan_out,10,5,tokio,measured,0.010449989549987469,4.976076555023923,4.959184436829265,4.993026211642638,0.9569387559829657,faster
        fan_out,10,5,smol,measured,0.010479989519987402,4.9618320610687014,4.9480748935150745,4.9756274777723855,0.9541994274830172,faster
        fan_out,10,20,sequential,measured,0.20799979199975044,1,,,0.9615394230790383,
        fan_out,10,20,tokio,failed,,,,,,
        fan_out,10,20,smol,skipped,,,,,,
        ");
    }

    #[test]
    fn without_intervals_their_fields_are_empty() {
        let record = synthetic::record_of(&["sequential", "tokio"], &[5], 2);
        insta::assert_snapshot!(csv(&Analysis::of(&record)), @"
        workload,delay_ms,n,client,status,mean_s,speedup,speedup_low,speedup_high,efficiency,verdict
        fan_out,10,5,sequential,measured,0.05194797397396745,1,,,0.9625014447157529,
        fan_out,10,5,tokio,measured,0.0104447632378623,4.973590381221456,,,0.9574175854700054,inconclusive
        ");
    }

    #[test]
    fn names_with_commas_and_quotes_stay_one_field() {
        let mut record = synthetic::record_of(&["sequential"], &[5], 2);
        record.cells[0].client = "one, \"two\"".to_owned();
        record.cells[0].workload = "a,b".to_owned();
        let text = csv(&Analysis::of(&record));
        let row = text.lines().nth(1).unwrap();
        assert!(row.starts_with(r#""a,b",10,5,"one, ""two""",measured,0.05"#), "{row}");
    }
}
