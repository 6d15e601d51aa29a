//! What a table compares: one workload with its parameters and one delay, in words.

use crate::figure;
use crate::record::{Cell, Value, Values};

/// One workload with its parameters and one delay: what clients are compared on.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The workload, e.g. `fan_out`.
    pub workload: String,
    /// What `n` counts, e.g. `request`.
    pub unit: String,
    /// The workload's parameters.
    pub params: Values,
    /// The delay that the workload is given, milliseconds; `None` where it has none.
    pub delay_ms: Option<f64>,
}

impl Scenario {
    /// The scenario of a cell.
    pub fn of(cell: &Cell) -> Self {
        Self {
            workload: cell.workload.clone(),
            unit: cell.unit.clone(),
            params: cell.params.clone(),
            delay_ms: cell.delay_ms,
        }
    }

    /// Its name, e.g. `pipeline (stages 3, workers 4), delays of 10 ms`.
    pub fn title(&self) -> String {
        match self.delay_ms.map(figure::set_duration_ms) {
            Some(delay) if self.counts_requests() => {
                format!("{}, requests of {delay}", self.name())
            }
            Some(delay) => format!("{}, delays of {delay}", self.name()),
            None => self.name(),
        }
    }

    /// A size of it, e.g. `fan_out with 100 requests of 10 ms each`.
    pub fn at(&self, n: u32) -> String {
        format!("{} with {}", self.name(), self.amount(n))
    }

    /// What a batch of `n` holds, e.g. `100 requests of 10 ms each`.
    pub fn amount(&self, n: u32) -> String {
        let counted = self.counted(n);
        match self.delay_ms.map(figure::set_duration_ms) {
            Some(delay) if self.counts_requests() => format!("{counted} of {delay} each"),
            Some(delay) => format!("{counted} and delays of {delay}"),
            None => counted,
        }
    }

    /// `n` units, e.g. `100 requests`.
    pub fn counted(&self, n: u32) -> String {
        figure::counted(n as usize, &self.unit)
    }

    /// The workload with its parameters.
    fn name(&self) -> String {
        let params: Vec<String> =
            self.params.iter().map(|(name, value)| format!("{name} {value}")).collect();
        match params.as_slice() {
            [] => self.workload.clone(),
            params => format!("{} ({})", self.workload, params.join(", ")),
        }
    }

    /// Only of a request is it plain what its delay is: an item may wait in several places.
    fn counts_requests(&self) -> bool {
        self.unit == "request"
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(
        workload: &str,
        unit: &str,
        params: &[(&str, u64)],
        delay: Option<f64>,
    ) -> Scenario {
        let params = params.iter().map(|&(name, value)| (name.to_owned(), Value::Number(value)));
        Scenario {
            workload: workload.to_owned(),
            unit: unit.to_owned(),
            params: params.collect(),
            delay_ms: delay,
        }
    }

    #[test]
    fn a_title_says_what_is_done_with_what_and_how_long_it_waits() {
        let fan_out = scenario("fan_out", "request", &[], Some(10.0));
        assert_eq!(fan_out.title(), "fan_out, requests of 10 ms");
        assert_eq!(fan_out.at(1), "fan_out with 1 request of 10 ms each");
        let pipeline = scenario("pipeline", "item", &[("stages", 3), ("workers", 4)], Some(10.0));
        assert_eq!(pipeline.title(), "pipeline (stages 3, workers 4), delays of 10 ms");
        assert_eq!(
            pipeline.at(50),
            "pipeline (stages 3, workers 4) with 50 items and delays of 10 ms"
        );
        let sums = scenario("sums", "number", &[], None);
        assert_eq!(sums.title(), "sums");
        assert_eq!(sums.at(7), "sums with 7 numbers");
    }
}
