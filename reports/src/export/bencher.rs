//! Bencher Metric Format, which Bencher's adapter `json` reads: benchmarks by name, each with its
//! measures, each with a value and the ends of its interval.
//!
//! <https://bencher.dev/docs/reference/bencher-metric-format>

use std::collections::BTreeMap;

use serde::Serialize;

use super::common::{self, Error, name};
use crate::analysis::{Analysis, Figures, Quantity, Speedup};
use crate::record::Record;
use crate::stats::Estimate;

/// Measures by name. `latency` is Bencher's own, in nanoseconds; whether more or less of another
/// one is better its threshold there says.
type Measures = BTreeMap<&'static str, Metric>;

#[derive(Serialize)]
struct Metric {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upper_value: Option<f64>,
}

impl From<Estimate> for Metric {
    fn from(estimate: Estimate) -> Self {
        Self {
            value: estimate.value,
            lower_value: estimate.interval.map(|interval| interval.low),
            upper_value: estimate.interval.map(|interval| interval.high),
        }
    }
}

/// Every cell that has figures.
pub(super) fn bencher(record: &Record, analysis: &Analysis) -> Result<String, Error> {
    let mut benchmarks: BTreeMap<String, Measures> = BTreeMap::new();
    for comparison in &analysis.comparisons {
        for row in &comparison.rows {
            for (client, outcome) in comparison.clients.iter().zip(&row.outcomes) {
                if let Some(figures) = outcome.figures() {
                    let client = common::client(record, client);
                    let name = name(&comparison.scenario, &client, row.n);
                    benchmarks.insert(name, measures(figures));
                }
            }
        }
    }
    if benchmarks.is_empty() { Err(Error::NoFigures) } else { Ok(common::pretty(&benchmarks)) }
}

fn measures(figures: &Figures) -> Measures {
    let speedup = match figures.speedup {
        Speedup::Over(estimate, _) => Some(estimate),
        Speedup::Reference | Speedup::Unknown => None,
    };
    let measures = [
        ("latency", Some(figures.time_ns)),
        ("speedup", speedup),
        // Nanoseconds of a batch, like the latency.
        ("cpu-time", figures.quantity(Quantity::Cpu)),
    ];
    measures.into_iter().filter_map(|(name, it)| Some((name, it?.into()))).collect()
}
