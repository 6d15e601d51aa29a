//! What a line of expectations says.

use std::fmt;

use crate::scenario::Scenario;
use crate::text;

/// A line of expectations.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The line, as it was written.
    pub(super) text: String,
    /// On which cells it has to hold.
    pub(super) scope: Scope,
    pub(super) claim: Claim,
}

/// What has to hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Claim {
    /// How many times as fast one client is as another.
    Ratio { fast: String, slow: String, bound: Bound },
    /// Every cell was measured, and its answers were right.
    NoFailedCell,
}

/// What a ratio has to keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// Cells: those that have everything that is named here.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scope {
    pub(super) workload: Option<String>,
    pub(super) n: Option<u32>,
    pub(super) delay_ms: Option<f64>,
    /// Parameters with their values as a report shows them.
    pub(super) params: Vec<(String, String)>,
}

impl Scope {
    pub(super) fn has(&self, scenario: &Scenario, n: u32) -> bool {
        let delay = |ms: f64| {
            scenario.delay_ms.is_some_and(|delay| (delay - ms).abs() <= 1e-9 * delay.abs())
        };
        let param = |(name, wanted): &(String, String)| {
            scenario.params.get(name).is_some_and(|value| value.to_string() == *wanted)
        };
        self.workload.as_ref().is_none_or(|workload| *workload == scenario.workload)
            && self.n.is_none_or(|wanted| wanted == n)
            && self.delay_ms.is_none_or(delay)
            && self.params.iter().all(param)
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::printable(&self.text))
    }
}
