//! What github-action-benchmark reads as `customSmallerIsBetter`: a list of named values, of which
//! less is better.
//!
//! <https://github.com/benchmark-action/github-action-benchmark>
//!
//! Runners differ from run to run, so that only ratios inside a run can be held against an earlier
//! one.

use serde::Serialize;

use super::common::{self, Error, name};
use crate::analysis::Analysis;
use crate::figure;
use crate::record::Record;
use crate::relative::{Against, Found, Relative, relatives};
use crate::stats::{Estimate, Verdict};

/// An entry as the action's parser wants it; `range` and `extra` are shown beside the value.
#[derive(Serialize)]
struct Entry {
    name: String,
    unit: &'static str,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    extra: String,
}

/// Every cell that has a ratio.
pub(super) fn github(record: &Record, analysis: &Analysis) -> Result<String, Error> {
    let relatives = relatives(record, analysis);
    let entries: Vec<Entry> = relatives.iter().filter_map(|it| entry(record, it)).collect();
    if entries.is_empty() { Err(Error::NoRatios) } else { Ok(common::pretty(&entries)) }
}

fn entry(record: &Record, relative: &Relative) -> Option<Entry> {
    let Relative { scenario, n, client, against, found } = relative;
    let Found::Ratio(ratio, verdict) = found else { return None };
    Some(Entry {
        name: plain(&name(scenario, &common::client(record, client), *n)),
        unit: match against {
            Against::Reference(_) => "x the reference's time",
            Against::Base(_) => "x the base's time",
        },
        value: ratio.value,
        range: ratio.interval.map(|interval| figure::interval(interval, " to ")),
        extra: plain(&extra(against, *ratio, *verdict)),
    })
}

fn extra(against: &Against, ratio: Estimate, verdict: Verdict) -> String {
    let rounds = figure::counted(ratio.rounds, "round");
    let speedup = match against {
        Against::Reference(_) => format!(", speedup {}", figure::speedup(1.0 / ratio.value)),
        Against::Base(_) => String::new(),
    };
    format!("{} against {}{speedup}, {rounds}", verdict.as_str(), against.name())
}

/// The text without what would end a code span or a cell of the tables that the action writes.
fn plain(text: &str) -> String {
    text.replace('`', "'").replace('|', "¦")
}
