//! Which cells are meant, in as few words as tell them apart: `fan_out n=100 delay=10ms`.

use crate::figure;
use crate::scenario::Scenario;

/// The scenarios of a report, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Scopes(Vec<Scenario>);

impl Scopes {
    pub(crate) fn of<'s>(scenarios: impl Iterator<Item = &'s Scenario>) -> Self {
        let mut known: Vec<Scenario> = Vec::new();
        for scenario in scenarios {
            if !known.contains(scenario) {
                known.push(scenario.clone());
            }
        }
        Self(known)
    }

    /// A size of the scenario: its workload, and of its delay and parameters those in which the
    /// report has another scenario of that workload.
    pub(crate) fn label(&self, scenario: &Scenario, n: u32) -> String {
        let same = || self.0.iter().filter(|it| it.workload == scenario.workload);
        let mut words = vec![scenario.workload.clone(), format!("n={n}")];
        if same().any(|it| it.delay_ms != scenario.delay_ms) {
            words.extend(scenario.delay_ms.map(|delay| format!("delay={}", self::delay(delay))));
        }
        for (name, value) in &scenario.params {
            if same().any(|it| it.params.get(name) != Some(value)) {
                words.push(format!("{name}={value}"));
            }
        }
        words.join(" ")
    }
}

/// A delay without a space: `10ms`.
pub(crate) fn delay(ms: f64) -> String {
    figure::set_duration_ms(ms).replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Value;

    fn scenario(workload: &str, delay_ms: Option<f64>, stages: Option<u64>) -> Scenario {
        let params = stages.map(|stages| ("stages".to_owned(), Value::Number(stages)));
        Scenario {
            workload: workload.to_owned(),
            unit: "item".to_owned(),
            params: params.into_iter().collect(),
            delay_ms,
        }
    }

    #[test]
    fn only_what_tells_scenarios_apart_is_named() {
        let all = [
            scenario("timeouts", Some(10.0), Some(1)),
            scenario("fan_out", Some(10.0), Some(1)),
            scenario("fan_out", Some(0.5), Some(1)),
            scenario("pipeline", Some(10.0), Some(3)),
            scenario("pipeline", Some(10.0), Some(5)),
            scenario("sums", None, None),
            scenario("sums", Some(1500.0), Some(3)),
        ];
        let scopes = Scopes::of(all.iter().chain(&all));
        let labels = all.iter().map(|it| scopes.label(it, 100)).collect::<Vec<_>>();
        insta::assert_snapshot!(labels.join("\n"), @"
        timeouts n=100
        fan_out n=100 delay=10ms
        fan_out n=100 delay=500us
        pipeline n=100 stages=3
        pipeline n=100 stages=5
        sums n=100
        sums n=100 delay=1.5s stages=3
        ");
    }
}
