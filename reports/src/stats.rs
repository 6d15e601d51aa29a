//! The statistics: geometric means over rounds, their intervals, efficiency and verdicts.
//!
//! Rounds are the unit of evidence: a statistic takes one number from each round, and never the
//! samples inside a round, which are not independent of each other.

#[cfg(test)]
pub(crate) mod simulation;
mod student;
mod verdict;
mod welch;

pub(crate) use verdict::inside;
pub use verdict::{FAMILY_ERROR, MOST_MORE, Verdict, any_differs, holm, judge};
pub use welch::{Welch, judge_unpaired};

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
    /// Its own 95 % interval, whatever it stands beside; absent under [`MIN_ROUNDS`] rounds.
    pub interval: Option<Interval>,
    /// Rounds it was computed from.
    pub rounds: usize,
    /// Sample standard deviation of the rounds' logarithms; 0 under two rounds.
    pub deviation: f64,
}

impl Estimate {
    /// The geometric mean of one positive number a round: `exp(mean(ln x))`, with the interval
    /// `exp(mean ± t · s / √k)`, where `s` is the sample standard deviation of the `k` logarithms
    /// and `t` the 97.5 % quantile of Student's distribution with `k - 1` degrees of freedom.
    ///
    /// The log scale makes ratios symmetric: halving and doubling weigh the same. `None` when
    /// there are no rounds, or a number is not above zero.
    pub fn geometric_mean(per_round: &[f64]) -> Option<Self> {
        let usable = per_round.iter().all(|x| x.is_finite() && *x > 0.0);
        let logs: Vec<f64> = per_round.iter().map(|x| x.ln()).collect();
        usable.then(|| Self::of_logs(&logs)).flatten()
    }

    /// The same of numbers that may be 0, of which there is no logarithm: then their arithmetic mean,
    /// without an interval. `None` when there are no rounds, or a number is not finite.
    pub(crate) fn over_rounds(per_round: &[f64]) -> Option<Self> {
        Self::geometric_mean(per_round).or_else(|| {
            let value = mean(per_round).filter(|mean| mean.is_finite())?;
            Some(Self { value, interval: None, rounds: per_round.len(), deviation: 0.0 })
        })
    }

    /// The same from the logarithms of the numbers.
    pub fn of_logs(logs: &[f64]) -> Option<Self> {
        let mean = mean(logs)?;
        let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
        let deviation = (squares / (logs.len() - 1).max(1) as f64).sqrt();
        Some(Self::new(mean, deviation, logs.len()))
    }

    fn new(log: f64, deviation: f64, rounds: usize) -> Self {
        let estimate = Self { value: log.exp(), interval: None, rounds, deviation };
        let interval = estimate.freedom().map(|freedom| {
            let half = student::quantile(freedom) * estimate.standard_error();
            Interval { low: (log - half).exp(), high: (log + half).exp() }
        });
        Self { interval, ..estimate }
    }

    /// What it would be after this many rounds with the same mean and deviation.
    fn after(&self, rounds: usize) -> Self {
        Self::new(self.value.ln(), self.deviation, rounds)
    }

    /// Degrees of freedom; `None` under [`MIN_ROUNDS`] rounds.
    fn freedom(&self) -> Option<usize> {
        (self.rounds >= MIN_ROUNDS).then(|| self.rounds - 1)
    }

    /// The standard error of the mean of the logarithms.
    fn standard_error(&self) -> f64 {
        self.deviation / (self.rounds as f64).sqrt()
    }

    /// The two-sided p-value of Student's t test that the true value is 1; `None` under
    /// [`MIN_ROUNDS`] rounds.
    pub fn p_value(&self) -> Option<f64> {
        let freedom = self.freedom()?;
        let log = self.value.ln();
        // Rounds that all agree leave no doubt: nought by nought is no difference.
        let t = if log == 0.0 { 0.0 } else { log / self.standard_error() };
        Some(student::p_value(t, freedom as f64))
    }

    /// Half the width of the interval as a share of the value, e.g. 0.02 for 2 % to either side.
    pub fn half_width(&self) -> Option<f64> {
        self.interval.map(|Interval { low, high }| (high / low).sqrt() - 1.0)
    }

    /// The estimate of the ratio the other way round.
    pub fn inverse(&self) -> Self {
        let turned = |Interval { low, high }| Interval { low: 1.0 / high, high: 1.0 / low };
        Self { value: 1.0 / self.value, interval: self.interval.map(turned), ..*self }
    }
}

/// The arithmetic mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The middle value, or the mean of the two in the middle; `None` of nothing.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some((values[last / 2] + values[last.div_ceil(2)]) / 2.0)
}

/// The share of the time that was unavoidable waiting: ideal by measured. `None` without an
/// ideal, where there is nothing to wait for.
pub fn efficiency(ideal: f64, measured: f64) -> Option<f64> {
    (ideal > 0.0 && measured > 0.0).then(|| ideal / measured)
}

#[cfg(test)]
mod tests;
