//! Axes of usual numbers, and of numbers that no machine measures.

use proptest::collection::vec;
use proptest::num::f64::{ANY, NORMAL, POSITIVE, SUBNORMAL};
use proptest::prelude::*;

use super::*;

fn around(values: &[f64]) -> Axis {
    Axis::around(values.iter().copied(), |value| value.to_string())
}

fn at(values: &[f64]) -> Axis {
    Axis::at(values.iter().copied(), |value| value.to_string())
}

#[test]
fn a_narrow_range_still_has_ticks() {
    // No power of ten is in these ranges: plotters alone would draw no tick at all.
    assert_eq!(around(&[18.0, 42.0]).ticks, [15.0, 20.0, 25.0, 30.0, 40.0, 50.0]);
    assert_eq!(around(&[3.1]).ticks, [2.5, 3.0, 4.0]);
}

#[test]
fn a_wide_range_has_few() {
    assert_eq!(around(&[1.0, 100.0]).ticks, [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
    assert_eq!(around(&[0.03, 90.0]).ticks, [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]);
    assert_eq!(around(&[1e-3, 1e5]).ticks.len(), 9);
    assert_eq!(around(&[1e-3, 1e6]).ticks, [1e-3, 1e-1, 1e1, 1e3, 1e5]);
}

#[test]
fn a_close_axis_shows_small_changes() {
    let close =
        |values: &[f64]| Axis::close(values.iter().copied(), |value| value.to_string()).ticks;
    assert_eq!(close(&[1.0]), [0.98, 0.99, 1.0, 1.01, 1.02, 1.03]);
    assert_eq!(close(&[0.95, 1.06]), [0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06, 1.08]);
    assert_eq!(close(&[68.0, 74.0]), [68.0, 70.0, 72.0, 74.0, 76.0]);
    assert_eq!(close(&[1.0, 100.0]), around(&[1.0, 100.0]).ticks);
}

#[test]
fn one_value_has_an_axis_around_it() {
    let axis = at(&[5.0]);
    assert!(axis.low < 5.0 && axis.high > 5.0);
    assert_eq!(axis.ticks, [5.0]);
}

#[test]
fn ticks_that_would_touch_are_left_out_from_below() {
    assert_eq!(at(&[1.0, 98.0, 99.0, 100.0]).ticks, [1.0, 100.0]);
    let spaced = [5.0, 10.0, 20.0, 50.0, 100.0];
    assert_eq!(at(&spaced).ticks, spaced);
    // Long labels need more room than short ones.
    assert_eq!(at(&[1.0, 7.0, 10.0]).ticks, [1.0, 7.0, 10.0]);
    assert_eq!(at(&[1e6, 7e6, 10e6]).ticks, [1e6, 10e6]);
}

#[test]
fn things_in_a_row_are_evenly_apart_and_equal_labels_are_written_once() {
    let row = |labels: &[&str]| {
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        Axis::of_row(&labels)
    };
    let axis = row(&["a", "a", "b", "c", "c"]);
    assert_eq!((axis.low, axis.high), (-0.5, 4.5));
    assert_eq!((&axis.ticks[..], axis.labels.join("")), (&[0.0, 2.0, 3.0][..], "abc".into()));
    assert_eq!([0.0, 2.0, 4.0].map(|place| axis.share(place)), [0.1, 0.5, 0.9]);
    assert_eq!([axis.label(2.0), axis.label(1.0)], ["b", ""]);
    assert_eq!(axis.beside(2.0, 0.2), 3.0);
    // Labels that would touch are left out from the older end.
    let days = ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04", "2025-01-05"];
    assert_eq!(row(&days).labels, ["2025-01-01", "2025-01-03", "2025-01-05"]);
    assert_eq!((row(&["a"]).low, row(&["a"]).high), (-0.5, 0.5));
    assert_eq!((row(&[]).ticks.len(), row(&[]).high), (0, 0.5));
}

#[test]
fn nothing_but_what_has_no_logarithm_makes_an_axis_too() {
    for axis in [at(&[]), around(&[]), around(&[0.0, -1.0, f64::NAN, f64::INFINITY])] {
        assert_eq!((axis.low, axis.high), (1.0 / ROOM, ROOM));
    }
}

fn check(axis: &Axis, values: &[f64], most: usize) {
    let Axis { low, high, ticks, .. } = axis;
    assert!(has_place(*low) && has_place(*high) && low < high, "{axis:?}");
    assert!(axis.length().is_finite() && axis.length() > 0.0, "{axis:?}");
    for value in values.iter().filter(|&&value| has_place(value)).chain(ticks) {
        assert!((low..=high).contains(&value), "{value:e} is not on {axis:?}");
        assert!((0.0..=1.0).contains(&axis.share(*value)), "{value:e} is not on {axis:?}");
    }
    assert!(ticks.is_sorted_by(|one, next| one < next), "{axis:?}");
    assert!(ticks.len() <= most, "{axis:?}");
}

proptest! {
    #[test]
    fn any_numbers_make_an_axis(values in vec(ANY, 0..20)) {
        check(&around(&values), &values, TICKS);
        check(&at(&values), &values, 25);
    }

    #[test]
    fn any_positive_numbers_make_an_axis(values in vec(POSITIVE | NORMAL | SUBNORMAL, 1..20)) {
        check(&around(&values), &values, TICKS);
        check(&at(&values), &values, 25);
        check(&Axis::close(values.clone(), |value| value.to_string()), &values, TICKS);
        prop_assert!(!at(&values).ticks.is_empty());
    }

    #[test]
    fn an_axis_of_round_values_has_two_ticks_at_least(low in -290.0..290f64, high in 0.0..9f64) {
        let ends = [10f64.powf(low), 10f64.powf(low + high)];
        prop_assert!(around(&ends).ticks.len() >= 2);
        let close = Axis::close(ends, |value| value.to_string());
        check(&close, &ends, TICKS);
        prop_assert!(close.ticks.len() >= 2, "{:?}", close);
    }
}

#[test]
fn the_least_and_the_greatest_numbers_make_an_axis() {
    let (least, greatest) = (f64::from_bits(1), f64::MAX);
    for values in [&[least][..], &[greatest], &[least, greatest], &[1e-320, 1e308]] {
        check(&around(values), values, TICKS);
        check(&at(values), values, 25);
        check(&Axis::close(values.iter().copied(), |value| value.to_string()), values, TICKS);
    }
    // Too close to each other for any round number to be between them.
    check(&Axis::close([1e-322], |value| value.to_string()), &[1e-322], TICKS);
}
