//! Every statistic against a known answer, and the laws they keep.

use proptest::prelude::*;

use super::*;

fn close(got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-9 * want.abs(), "got {got}, want {want}");
}

fn interval(low: f64, high: f64) -> Estimate {
    Estimate { value: (low * high).sqrt(), interval: Some(Interval { low, high }), rounds: 5 }
}

#[test]
fn t_quantiles_are_those_of_the_tables() {
    // Two-sided 95 %, from the tables of any textbook; R: qt(0.975, df).
    let table = [
        (1.0, 12.706204736),
        (2.0, 4.302652730),
        (3.0, 3.182446305),
        (4.0, 2.776445105),
        (9.0, 2.262157163),
        (29.0, 2.045229642),
        (99.0, 1.984216952),
    ];
    for (freedom, want) in table {
        let got = t_quantile(freedom);
        assert!((got - want).abs() < 1e-8, "df {freedom}: got {got}, want {want}");
    }
}

#[test]
fn a_mean_and_interval_worked_by_hand() {
    // ln 1, ln 2, ln 4 are 0, 1, 2 times ln 2: mean ln 2, standard deviation ln 2, standard error
    // ln 2 / sqrt(3). With t(2) = 4.302652730 the interval is 2 · 2^(±4.302652730 / sqrt(3)).
    let estimate = Estimate::geometric_mean(&[1.0, 2.0, 4.0]).unwrap();
    close(estimate.value, 2.0);
    let Interval { low, high } = estimate.interval.unwrap();
    let factor = 2f64.powf(4.302_652_729_696_144 / 3f64.sqrt());
    close(low, 2.0 / factor);
    close(high, 2.0 * factor);
    assert_eq!(estimate.rounds, 3);
}

#[test]
fn equal_rounds_have_an_interval_of_no_width() {
    let estimate = Estimate::geometric_mean(&[8.0; 5]).unwrap();
    let Interval { low, high } = estimate.interval.unwrap();
    close(estimate.value, 8.0);
    close(low, 8.0);
    close(high, 8.0);
}

#[test]
fn under_three_rounds_there_is_no_interval() {
    assert_eq!(Estimate::geometric_mean(&[]), None);
    for rounds in [&[4.0][..], &[2.0, 8.0]] {
        let estimate = Estimate::geometric_mean(rounds).unwrap();
        close(estimate.value, 4.0);
        assert_eq!(estimate.interval, None);
        assert_eq!(Verdict::of(&estimate, 0.02), Verdict::Inconclusive);
    }
}

#[test]
fn a_mean_of_impossible_numbers_is_none() {
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Estimate::geometric_mean(&[1.0, wrong, 2.0]), None);
    }
}

#[test]
fn efficiency_is_the_share_of_unavoidable_waiting() {
    assert_eq!(efficiency(10.0, 12.5), Some(0.8));
    assert_eq!(efficiency(0.0, 12.5), None);
}

#[test]
fn verdicts_at_the_edges() {
    let of = |low, high| Verdict::of(&interval(low, high), 0.25);
    assert_eq!(of(1.1, 1.3), Verdict::Faster);
    assert_eq!(of(1.3, 1.4), Verdict::Faster);
    assert_eq!(of(0.7, 0.9), Verdict::Slower);
    assert_eq!(of(0.9, 1.3), Verdict::Inconclusive);
    assert_eq!(of(0.7, 1.4), Verdict::Inconclusive);
    assert_eq!(of(0.7, 1.1), Verdict::Inconclusive);
    // Both ends of the margin, 0.8 and 1.25, belong to it.
    assert_eq!(of(0.8, 1.25), Verdict::Same);
    // Certain, and still too small to matter.
    assert_eq!(of(1.1, 1.2), Verdict::Same);
    assert_eq!(of(0.85, 0.95), Verdict::Same);
    // An end on 1 is not above 1.
    assert_eq!(of(1.0, 1.3), Verdict::Inconclusive);
}

#[test]
fn without_a_margin_only_an_interval_of_exactly_one_is_the_same() {
    assert_eq!(Verdict::of(&interval(1.0, 1.0), 0.0), Verdict::Same);
    assert_eq!(Verdict::of(&interval(1.001, 1.002), 0.0), Verdict::Faster);
}

/// What each of two clients took in each of a few rounds.
fn rounds() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((0.5f64..2.0, 0.5f64..2.0), 3..12)
}

fn speedup(rounds: &[(f64, f64)]) -> Estimate {
    let ratios: Vec<f64> = rounds.iter().map(|(reference, own)| reference / own).collect();
    Estimate::geometric_mean(&ratios).unwrap()
}

#[test]
fn medians() {
    assert_eq!(median(vec![]), None);
    assert_eq!(median(vec![3.0]), Some(3.0));
    assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(vec![9.0, 1.0, 2.0, 4.0]), Some(3.0));
}

proptest! {
    #[test]
    fn the_interval_holds_the_estimate(rounds in rounds()) {
        let estimate = speedup(&rounds);
        let Interval { low, high } = estimate.interval.unwrap();
        prop_assert!(low <= estimate.value && estimate.value <= high);
    }

    #[test]
    fn changing_sides_turns_the_verdict_around(rounds in rounds(), margin in 0.0f64..0.5) {
        let back: Vec<_> = rounds.iter().map(|&(a, b)| (b, a)).collect();
        let (there, back) = (speedup(&rounds), speedup(&back));
        prop_assert!((there.value * back.value - 1.0).abs() < 1e-9);
        let opposite = match Verdict::of(&there, margin) {
            Verdict::Faster => Verdict::Slower,
            Verdict::Slower => Verdict::Faster,
            other => other,
        };
        prop_assert_eq!(Verdict::of(&back, margin), opposite);
    }

    #[test]
    fn the_unit_of_time_does_not_matter(rounds in rounds(), unit in 1e-6f64..1e6) {
        let scaled: Vec<_> = rounds.iter().map(|&(a, b)| (a * unit, b * unit)).collect();
        let (one, other) = (speedup(&rounds), speedup(&scaled));
        prop_assert!((one.value / other.value - 1.0).abs() < 1e-9);
        let (one, other) = (one.interval.unwrap(), other.interval.unwrap());
        prop_assert!((one.low / other.low - 1.0).abs() < 1e-9);
        prop_assert!((one.high / other.high - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_the_rounds_does_not_matter(rounds in rounds(), by in 0usize..12) {
        let mut turned = rounds.clone();
        turned.rotate_left(by % rounds.len());
        let (one, other) = (speedup(&rounds), speedup(&turned));
        prop_assert!((one.value / other.value - 1.0).abs() < 1e-9);
        let (one, other) = (one.interval.unwrap(), other.interval.unwrap());
        prop_assert!((one.low / other.low - 1.0).abs() < 1e-9);
    }
}
