//! The statistics: geometric means over rounds, their intervals, efficiency and verdicts.
//!
//! Rounds are the unit of evidence: a statistic takes one number from each round, and never the
//! samples inside a round, which are not independent of each other.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Rounds below which there is no interval. Two rounds have one degree of freedom, and a t
/// quantile of 12.7: an interval that says nothing.
pub const MIN_ROUNDS: usize = 3;

/// The confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// A 95 % confidence interval, in the unit of its estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// A geometric mean over rounds, with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The geometric mean.
    pub value: f64,
    /// Absent under [`MIN_ROUNDS`] rounds.
    pub interval: Option<Interval>,
    /// Rounds it was computed from.
    pub rounds: usize,
}

impl Estimate {
    /// The geometric mean of one positive number a round: `exp(mean(ln x))`, with the interval
    /// `exp(mean ± t · s / √k)`, where `s` is the sample standard deviation of the `k` logarithms
    /// and `t` the 97.5 % quantile of Student's distribution with `k - 1` degrees of freedom.
    ///
    /// The log scale makes ratios symmetric: halving and doubling weigh the same. `None` when
    /// there are no rounds, or a number is not above zero.
    pub fn geometric_mean(per_round: &[f64]) -> Option<Self> {
        if per_round.is_empty() || !per_round.iter().all(|x| x.is_finite() && *x > 0.0) {
            return None;
        }
        let logs: Vec<f64> = per_round.iter().map(|x| x.ln()).collect();
        let centre = mean(&logs);
        let interval = half_width(&logs, centre)
            .map(|half| Interval { low: (centre - half).exp(), high: (centre + half).exp() });
        Some(Self { value: centre.exp(), interval, rounds: per_round.len() })
    }
}

/// The arithmetic mean.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The middle value, or the mean of the two in the middle; `None` of nothing.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some((values[last / 2] + values[last.div_ceil(2)]) / 2.0)
}

/// Half the width of the 95 % Student-t interval around `centre`, the mean of `values`.
fn half_width(values: &[f64], centre: f64) -> Option<f64> {
    if values.len() < MIN_ROUNDS {
        return None;
    }
    let freedom = (values.len() - 1) as f64;
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    let standard_error = (squares / freedom / values.len() as f64).sqrt();
    Some(t_quantile(freedom) * standard_error)
}

/// The two-sided 95 % quantile of Student's t distribution.
fn t_quantile(freedom: f64) -> f64 {
    #[expect(clippy::expect_used, reason = "location, scale and freedom are all valid")]
    let distribution = StudentsT::new(0.0, 1.0, freedom).expect("freedom is above zero");
    distribution.inverse_cdf(0.5 + CONFIDENCE / 2.0)
}

/// The share of the time that was unavoidable waiting: ideal by measured. `None` without a delay,
/// where there is nothing to wait for.
pub fn efficiency(ideal: f64, measured: f64) -> Option<f64> {
    (ideal > 0.0 && measured > 0.0).then(|| ideal / measured)
}

/// What the evidence says of one client against another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval of the speedup is above 1, and not all of it inside the margin.
    Faster,
    /// The whole interval is below 1, and not all of it inside the margin.
    Slower,
    /// The whole interval is inside the margin: any difference is too small to matter.
    Same,
    /// The interval has 1 in it and reaches out of the margin, or there is no interval.
    Inconclusive,
}

impl Verdict {
    /// The verdict for a speedup, with the margin `m` reaching from `1 / (1 + m)` to `1 + m`.
    ///
    /// `Same` is asked first: a difference that is certain and smaller than the margin is not
    /// worth a rank.
    pub fn of(speedup: &Estimate, margin: f64) -> Self {
        let Some(Interval { low, high }) = speedup.interval else {
            return Self::Inconclusive;
        };
        if low >= 1.0 / (1.0 + margin) && high <= 1.0 + margin {
            Self::Same
        } else if low > 1.0 {
            Self::Faster
        } else if high < 1.0 {
            Self::Slower
        } else {
            Self::Inconclusive
        }
    }

    /// The word for it, as in reports and CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Same => "same",
            Self::Inconclusive => "inconclusive",
        }
    }
}

#[cfg(test)]
mod tests;
