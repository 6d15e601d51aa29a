//! `speedup.csv`: one row a cell, plain numbers, empty where there is none.

use crate::analysis::{Analysis, Comparison, Figures, Outcome, Row, Speedup};
use crate::record::{Record, Values};

const HEADER: &str = "run,commit,workload,params,delay_ms,n,client,status,rounds,mean_s,mean_low_s,mean_high_s,speedup,speedup_low,speedup_high,efficiency,verdict\n";

/// Every cell of the record as comma-separated values, with a header.
///
/// Each row stands alone: rows of several runs can be put into one file.
pub(crate) fn csv(record: &Record, analysis: &Analysis) -> String {
    let mut text = HEADER.to_owned();
    for comparison in &analysis.comparisons {
        for row in &comparison.rows {
            for (client, outcome) in comparison.clients.iter().zip(&row.outcomes) {
                if let Some(status) = status(outcome) {
                    let mut fields = cell(record, comparison, row, client, status);
                    fields.extend(figures(outcome.figures()));
                    text.push_str(&(fields.join(",") + "\n"));
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

/// Which cell a row is of.
fn cell(
    record: &Record,
    comparison: &Comparison,
    row: &Row,
    client: &str,
    status: &str,
) -> Vec<String> {
    let scenario = &comparison.scenario;
    vec![
        quoted(&record.run),
        quoted(record.git_rev.as_deref().unwrap_or_default()),
        quoted(&scenario.workload),
        quoted(&params(&scenario.params)),
        number(scenario.delay_ms),
        row.n.to_string(),
        quoted(client),
        status.to_owned(),
    ]
}

/// `name=value` for each parameter, with `;` between them.
fn params(params: &Values) -> String {
    let pairs: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join(";")
}

/// What was measured in a cell; all fields are empty without figures.
fn figures(figures: Option<&Figures>) -> [String; 9] {
    let seconds = |ns: f64| ns / 1e9;
    let time = figures.map(|figures| figures.time_ns);
    let interval = time.and_then(|time| time.interval);
    let (speedup, verdict) = match figures.map(|figures| figures.speedup) {
        Some(Speedup::Over(estimate, verdict)) => (estimate.interval, verdict.as_str()),
        _ => (None, ""),
    };
    [
        time.map(|time| time.rounds.to_string()).unwrap_or_default(),
        number(time.map(|time| seconds(time.value))),
        number(interval.map(|interval| seconds(interval.low))),
        number(interval.map(|interval| seconds(interval.high))),
        number(figures.and_then(|figures| figures.speedup.value())),
        number(speedup.map(|interval| interval.low)),
        number(speedup.map(|interval| interval.high)),
        number(figures.and_then(|figures| figures.efficiency)),
        verdict.to_owned(),
    ]
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
        insta::assert_snapshot!(csv(&record, &Analysis::of(&record)), @"
        run,commit,workload,params,delay_ms,n,client,status,rounds,mean_s,mean_low_s,mean_high_s,speedup,speedup_low,speedup_high,efficiency,verdict
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,sequential,measured,5,0.0519999479999376,0.0518979594710934,0.05210213695400317,1,,,0.9615394230790384,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,tokio,measured,5,0.010449989549987469,0.01042949377832551,0.01047052559941026,4.976076555023923,4.959184436829265,4.993026211642638,0.9569387559829657,faster
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,smol,measured,5,0.010479989519987402,0.010459434908789537,0.01050058452457604,4.9618320610687014,4.9480748935150745,4.9756274777723855,0.9541994274830172,faster
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,20,sequential,measured,5,0.20799979199975044,0.20759183788437366,0.2084085478160127,1,,,0.9615394230790383,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,20,tokio,failed,,,,,,,,,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,20,smol,skipped,,,,,,,,,
        ");
    }

    #[test]
    fn without_intervals_their_fields_are_empty() {
        let record = synthetic::record_of(&["sequential", "tokio"], &[5], 2);
        insta::assert_snapshot!(csv(&record, &Analysis::of(&record)), @"
        run,commit,workload,params,delay_ms,n,client,status,rounds,mean_s,mean_low_s,mean_high_s,speedup,speedup_low,speedup_high,efficiency,verdict
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,sequential,measured,2,0.05194797397396745,,,1,,,0.9625014447157529,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,tokio,measured,2,0.0104447632378623,,,4.973590381221456,,,0.9574175854700054,inconclusive
        ");
    }

    #[test]
    fn names_with_commas_and_quotes_stay_one_field() {
        let mut record = synthetic::record_of(&["sequential"], &[5], 2);
        record.cells[0].client = "one, \"two\"".to_owned();
        record.cells[0].workload = "a,b".to_owned();
        let text = csv(&record, &Analysis::of(&record));
        let row = text.lines().nth(1).unwrap();
        assert!(row.contains(r#","a,b",,10,5,"one, ""two""",measured,2,0.05"#), "{row}");
    }
}
