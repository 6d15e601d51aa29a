//! Every statistic against a known answer, and the laws they keep.

use proptest::prelude::*;

use super::*;

fn close(got: f64, want: f64) {
    assert!((got - want).abs() <= 1e-9 * want.abs(), "got {got}, want {want}");
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
fn a_p_value_worked_by_hand() {
    // The same rounds: t = ln 2 / (ln 2 / sqrt(3)) = sqrt(3), and with 2 degrees of freedom
    // p = 1 - t / sqrt(2 + t^2) = 1 - sqrt(3 / 5).
    let estimate = Estimate::geometric_mean(&[1.0, 2.0, 4.0]).unwrap();
    close(estimate.p_value().unwrap(), 1.0 - (3f64 / 5.0).sqrt());
    close(estimate.inverse().p_value().unwrap(), 1.0 - (3f64 / 5.0).sqrt());
    close(estimate.deviation, 2f64.ln());
}

#[test]
fn rounds_that_all_agree_leave_no_doubt() {
    let p_value = |ratio| Estimate::geometric_mean(&[ratio; 3]).unwrap().p_value().unwrap();
    assert_eq!(p_value(1.0), 1.0);
    assert_eq!(p_value(2.0), 0.0);
}

#[test]
fn the_inverse_is_the_ratio_the_other_way_round() {
    let there = Estimate::geometric_mean(&[1.0, 2.0, 4.0]).unwrap().inverse();
    let back = Estimate::geometric_mean(&[1.0, 0.5, 0.25]).unwrap();
    close(there.value, back.value);
    close(there.interval.unwrap().low, back.interval.unwrap().low);
    close(there.interval.unwrap().high, back.interval.unwrap().high);
    close(there.half_width().unwrap(), back.half_width().unwrap());
}

#[test]
fn half_the_width_is_a_share() {
    let interval = Some(Interval { low: 0.9, high: 1.6 });
    let estimate = Estimate { value: 1.2, interval, rounds: 3, deviation: 0.1 };
    close(estimate.half_width().unwrap(), 4.0 / 3.0 - 1.0);
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
        assert_eq!(estimate.p_value(), None);
        assert_eq!(judge(&[estimate], 0.02), [Verdict::Undecided { more: None }]);
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

/// What each of two clients took in each of a few rounds.
fn rounds() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((0.5f64..2.0, 0.5f64..2.0), 3..12)
}

fn speedup(rounds: &[(f64, f64)]) -> Estimate {
    let ratios: Vec<f64> = rounds.iter().map(|(reference, own)| reference / own).collect();
    Estimate::geometric_mean(&ratios).unwrap()
}

#[test]
fn means() {
    assert_eq!(mean(&[]), None);
    assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
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
