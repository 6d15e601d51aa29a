//! Student's t distribution: what a mean over few rounds can be told to be.

use std::sync::OnceLock;

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::CONFIDENCE;

/// What `|t|` stays under with the probability [`CONFIDENCE`], under `freedom` degrees of freedom:
/// 2.262 for 9.
pub(super) fn quantile(freedom: usize) -> f64 {
    // The search for one takes long, and all pairs of a run ask for the same few.
    static KNOWN: [OnceLock<f64>; 1024] = [const { OnceLock::new() }; 1024];
    let search = || fractional_quantile(freedom as f64);
    KNOWN.get(freedom).map_or_else(search, |known| *known.get_or_init(search))
}

/// The same for degrees of freedom that are no whole number.
pub(super) fn fractional_quantile(freedom: f64) -> f64 {
    distribution(freedom).inverse_cdf(0.5 + CONFIDENCE / 2.0)
}

/// The two-sided p-value of `t`: how often `|t|` comes out at least as large by chance alone; 1
/// where times were so far apart that there is no `t`.
pub(super) fn p_value(t: f64, freedom: f64) -> f64 {
    if t.is_nan() {
        return 1.0;
    }
    2.0 * distribution(freedom).cdf(-t.abs())
}

fn distribution(freedom: f64) -> StudentsT {
    #[expect(clippy::expect_used, reason = "location, scale and freedom are all valid")]
    StudentsT::new(0.0, 1.0, freedom.max(1.0)).expect("freedom is above zero")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Two-sided 95 %, from the tables of any textbook; R: qt(0.975, df).
        let table = [
            (1, 12.706204736),
            (2, 4.302652730),
            (3, 3.182446305),
            (4, 2.776445105),
            (9, 2.262157163),
            (29, 2.045229642),
            (99, 1.984216952),
        ];
        for (freedom, want) in table {
            let got = quantile(freedom);
            assert!((got - want).abs() < 1e-8, "df {freedom}: got {got}, want {want}");
        }
    }

    #[test]
    fn quantiles_between_whole_degrees_of_freedom() {
        // scipy 1.17: stats.t.ppf(0.975, df).
        let table =
            [(1.5, 6.016663104427929), (2.5, 3.5746548420036817), (17.776, 2.102821310380221)];
        for (freedom, want) in table {
            let got = fractional_quantile(freedom);
            assert!((got - want).abs() < 1e-8, "df {freedom}: got {got}, want {want}");
        }
    }

    #[test]
    fn p_values_by_closed_forms() {
        // With 1 degree of freedom t is Cauchy's: p = 1 - 2 atan(t) / pi. With 2 it is
        // 1 - t / sqrt(2 + t^2).
        for t in [0.0, 0.1, 1.0, 2.5, 40.0] {
            let cauchy = 1.0 - 2.0 * f64::atan(t) / std::f64::consts::PI;
            assert!((p_value(t, 1.0) - cauchy).abs() < 1e-12, "{t}");
            let two = 1.0 - t / (2.0 + t * t).sqrt();
            assert!((p_value(-t, 2.0) - two).abs() < 1e-12, "{t}");
        }
        assert_eq!(p_value(f64::INFINITY, 9.0), 0.0);
    }

    #[test]
    fn a_quantile_has_its_p_value() {
        for freedom in [2, 4, 9, 19] {
            assert!((p_value(quantile(freedom), freedom as f64) - 0.05).abs() < 1e-10);
        }
    }
}
