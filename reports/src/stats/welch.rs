//! Welch's t test: two geometric means whose rounds have nothing to do with each other.

use super::{Estimate, Interval, Verdict, holm, student};

/// The ratio of two geometric means over rounds that do not pair up, as those of two runs.
///
/// Source: B. L. Welch, "The generalization of 'Student's' problem when several different
/// population variances are involved", Biometrika 34 (1947), on the logarithms, with the degrees of
/// freedom of Satterthwaite (1946), which are no whole number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Welch {
    /// The one geometric mean by the other.
    pub value: f64,
    /// Its own 95 % interval; absent where either mean is of too few rounds to have one.
    pub interval: Option<Interval>,
    /// The two-sided p-value that the true ratio is 1; absent like the interval.
    pub p_value: Option<f64>,
}

impl Welch {
    /// The ratio of `one` to `other`: with `v = s² / k` of either's logarithms, the interval is
    /// `exp(difference of the means ± t · √(v1 + v2))`, with
    /// `(v1 + v2)² / (v1² / (k1 - 1) + v2² / (k2 - 1))` degrees of freedom.
    pub fn ratio(one: &Estimate, other: &Estimate) -> Self {
        let log = one.value.ln() - other.value.ln();
        let unknown = Self { value: log.exp(), interval: None, p_value: None };
        let (Some(first), Some(second)) = (one.freedom(), other.freedom()) else {
            return unknown;
        };
        let [v1, v2] = [one, other].map(|it| it.standard_error().powi(2));
        let error = (v1 + v2).sqrt();
        // As shares of their sum, because the squares of very small ones are nought.
        let (s1, s2) = (v1 / (v1 + v2), v2 / (v1 + v2));
        let (first, second) = (first as f64, second as f64);
        let freedom = match s1.is_finite() {
            true => 1.0 / (s1 * s1 / first + s2 * s2 / second),
            // Neither varies, and no freedom makes an interval of it.
            false => first + second,
        };
        let half = student::fractional_quantile(freedom) * error;
        let t = if log == 0.0 { 0.0 } else { log / error };
        let interval = Interval { low: (log - half).exp(), high: (log + half).exp() };
        Self { interval: Some(interval), p_value: Some(student::p_value(t, freedom)), ..unknown }
    }

    /// The estimate of the ratio the other way round.
    pub fn inverse(&self) -> Self {
        let turned = |Interval { low, high }| Interval { low: 1.0 / high, high: 1.0 / low };
        Self { value: 1.0 / self.value, interval: self.interval.map(turned), ..*self }
    }
}

/// Judges a family of ratios of times, each above 1 where what it is of got faster, as
/// [`super::judge`] does. How many more rounds would decide one is not told: they would be of
/// another run.
pub fn judge_unpaired(family: &[Welch], margin: f64) -> Vec<Verdict> {
    let level = holm(family.iter().filter_map(|ratio| ratio.p_value).collect());
    let verdict = |ratio: &Welch| {
        let (interval, p) = (ratio.interval?, ratio.p_value?);
        Verdict::found(ratio.value, interval, p <= level, margin)
    };
    let undecided = Verdict::Undecided { more: None };
    family.iter().map(|ratio| verdict(ratio).unwrap_or(undecided)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn welch(one: &[f64], other: &[f64]) -> Welch {
        Welch::ratio(&Estimate::of_logs(one).unwrap(), &Estimate::of_logs(other).unwrap())
    }

    /// Checks the ratio against the difference of the logarithms, its interval and its p-value.
    fn check(one: &[f64], other: &[f64], [difference, low, high, p]: [f64; 4]) {
        let it = welch(one, other);
        let interval = it.interval.unwrap();
        let got = [it.value.ln(), interval.low.ln(), interval.high.ln(), it.p_value.unwrap()];
        for (got, want) in got.into_iter().zip([difference, low, high, p]) {
            assert!((got - want).abs() < 1e-8, "got {got}, want {want}");
        }
    }

    #[test]
    fn the_sleep_of_student_as_r_has_it() {
        // R's own example, t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776,
        // p-value = 0.07939, 95 percent confidence interval -3.3654832 to 0.2054832. The further
        // digits are scipy's, stats.ttest_ind(equal_var=False).
        check(
            &[0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
            &[1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
            [-1.58, -3.3654832307117104, 0.20548323071171137, 0.0793941401873583],
        );
    }

    #[test]
    fn few_rounds_that_vary_against_more_that_do_not() {
        // scipy 1.17 on the logarithms of 10, 11, 12.5 ms and 8, 8.1, 8.3, 7.9, 8.05 ms: df =
        // 2.0643.
        check(
            &[10f64, 11.0, 12.5].map(f64::ln),
            &[8f64, 8.1, 8.3, 7.9, 8.05].map(f64::ln),
            [0.3207171428873776, 0.04856622879518441, 0.5928680569795708, 0.036475404220853797],
        );
    }

    #[test]
    fn samples_of_unequal_size_and_variance() {
        // The second textbook example of the article on Welch's test in Wikipedia, by scipy 1.17:
        // df = 9.9047.
        check(
            &[17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2, 14.7, 21.8],
            &[
                21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5, 20.7, 23.4, 21.8, 20.7, 21.7, 21.5, 22.5,
                23.6, 21.5, 22.5, 23.5, 21.5, 21.8,
            ],
            [-1.525, -3.698421325375163, 0.6484213253751658, 0.14884169660532817],
        );
    }

    #[test]
    fn rounds_that_do_not_vary_leave_no_doubt() {
        let same = welch(&[1.0; 3], &[1.0; 5]);
        assert_eq!((same.value, same.p_value), (1.0, Some(1.0)));
        assert_eq!(same.interval, Some(Interval { low: 1.0, high: 1.0 }));
        assert_eq!(welch(&[1.0; 3], &[2.0; 3]).p_value, Some(0.0));
        // Variances whose squares are nought.
        let tiny = welch(&[1.0, 1.0, 1.0 + 1e-15], &[1.0, 1.0 + 1e-15, 1.0]);
        assert!(tiny.p_value.unwrap() > 0.9, "{tiny:?}");
    }

    #[test]
    fn under_three_rounds_on_either_side_nothing_is_known() {
        for (one, other) in [(&[0.5; 2][..], &[1.0; 9][..]), (&[0.5; 9], &[1.0; 2])] {
            let it = welch(one, other);
            assert!((it.value - (-0.5f64).exp()).abs() < 1e-12);
            assert_eq!((it.interval, it.p_value), (None, None));
            assert_eq!(judge_unpaired(&[it], 0.05), [Verdict::Undecided { more: None }]);
        }
    }

    #[test]
    fn a_ratio_is_judged_with_its_family() {
        // p is 0.0365: sure alone, and not beside another.
        let sure =
            welch(&[10f64, 11.0, 12.5].map(f64::ln), &[8f64, 8.1, 8.3, 7.9, 8.05].map(f64::ln));
        let undecided = Verdict::Undecided { more: None };
        assert_eq!(judge_unpaired(&[sure], 0.02), [Verdict::Faster]);
        assert_eq!(judge_unpaired(&[sure.inverse()], 0.02), [Verdict::Slower]);
        // 1 to 1.0 exactly is the same within any margin.
        let same = welch(&[1.0; 3], &[1.0; 3]);
        assert_eq!(judge_unpaired(&[sure, same], 0.02), [undecided, Verdict::Same]);
        assert_eq!(judge_unpaired(&[sure], 1.0), [Verdict::SlightlyFaster]);
    }

    #[test]
    fn the_interval_holds_the_truth_as_often_as_it_says() {
        // Five rounds that vary four times as much as ten others.
        let mut random = fastrand::Rng::with_seed(8);
        let mut normal = |deviation: f64| {
            let (u, v) = (1.0 - random.f64(), random.f64());
            deviation * (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
        };
        let runs = 4000;
        let held = (0..runs).filter(|_| {
            let one: Vec<f64> = (0..5).map(|_| normal(0.04)).collect();
            let other: Vec<f64> = (0..10).map(|_| normal(0.01)).collect();
            let Interval { low, high } = welch(&one, &other).interval.unwrap();
            low <= 1.0 && 1.0 <= high
        });
        let share = held.count() as f64 / f64::from(runs);
        // Three standard errors of a share of 95 % are 1 %.
        assert!((0.94..=0.96).contains(&share), "{share}");
    }

    fn logs() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-1.0f64..1.0, 3..12)
    }

    proptest! {
        #[test]
        fn the_other_way_round_is_the_inverse(one in logs(), other in logs()) {
            let (there, back) = (welch(&one, &other), welch(&other, &one).inverse());
            prop_assert!((there.value / back.value - 1.0).abs() < 1e-9);
            let (there_interval, back_interval) = (there.interval.unwrap(), back.interval.unwrap());
            prop_assert!((there_interval.low / back_interval.low - 1.0).abs() < 1e-9);
            prop_assert!((there.p_value.unwrap() - back.p_value.unwrap()).abs() < 1e-9);
        }

        #[test]
        fn one_is_outside_of_the_interval_where_p_is_small(one in logs(), other in logs()) {
            let it = welch(&one, &other);
            let Interval { low, high } = it.interval.unwrap();
            let p = it.p_value.unwrap();
            // At the edge itself the search for the quantile decides.
            prop_assume!((p - 0.05).abs() > 1e-6);
            prop_assert_eq!(p < 0.05, high < 1.0 || low > 1.0);
        }

        #[test]
        fn samples_alike_have_the_freedom_of_both(logs in logs(), by in -1.0f64..1.0) {
            // Then Welch's test is Student's: s² is the mean of both, and k1 + k2 - 2 the freedom.
            let moved: Vec<f64> = logs.iter().map(|log| log + by).collect();
            let it = welch(&moved, &logs);
            let estimate = Estimate::of_logs(&logs).unwrap();
            let rounds = logs.len() as f64;
            let half = student::quantile(2 * logs.len() - 2)
                * estimate.deviation * (2.0 / rounds).sqrt();
            let high = (by + half).exp();
            prop_assert!((it.interval.unwrap().high / high - 1.0).abs() < 1e-6);
        }
    }
}
