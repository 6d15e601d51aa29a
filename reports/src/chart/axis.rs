//! Logarithmic axes, with ticks where a reader wants them.
//!
//! Any numbers make an axis: what has no logarithm is left out, and the ends stay finite and above
//! zero.

/// Least room beyond the first and the last value, as a factor.
const ROOM: f64 = 1.3;
/// Most ticks on an axis of round values.
const TICKS: usize = 9;
/// Round values are these multiples of every power of ten; the finest that are not too many are
/// taken. An axis has two ticks at least: it spans a factor of `ROOM²`, and so two of the finest.
const STEPS: [&[f64]; 5] = [
    &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
    &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
    &[1.0, 2.0, 5.0],
    &[1.0, 3.0],
    &[1.0],
];
/// Width of a character of a label, as a share of the horizontal axis.
const CHARACTER: f64 = 0.022;
/// Least room between two labels, as a share of the horizontal axis.
const GAP: f64 = 0.02;

/// A range and its ticks, all finite and above zero.
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    /// In rising order.
    pub(super) ticks: Vec<f64>,
    /// How a tick is written.
    pub(super) label: fn(f64) -> String,
}

/// Whether a logarithmic axis has a place for `value`.
pub(super) fn has_place(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

impl Axis {
    /// A horizontal axis with its ticks at these values, leaving out those whose labels would
    /// touch.
    pub(super) fn at(values: impl IntoIterator<Item = f64>, label: fn(f64) -> String) -> Self {
        let mut values: Vec<f64> = values.into_iter().filter(|&value| has_place(value)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        // A tenth on both sides is what markers set apart sideways need.
        let (low, high) = range(&values, 0.1);
        let mut axis = Self { low, high, ticks: Vec::new(), label };
        let half = |value| label(value).len() as f64 * CHARACTER / 2.0;
        // From the top: the largest value is the one that matters most.
        for value in values.into_iter().rev() {
            let apart = |above| axis.share(above) - axis.share(value);
            let fits = |&above: &f64| apart(above) >= half(above) + GAP + half(value);
            if axis.ticks.last().is_none_or(fits) {
                axis.ticks.push(value);
            }
        }
        axis.ticks.reverse();
        axis
    }

    /// An axis that holds these values, with up to nine ticks at round values.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, label: fn(f64) -> String) -> Self {
        let values: Vec<f64> = values.into_iter().filter(|&value| has_place(value)).collect();
        let (low, high) = range(&values, 0.04);
        let mut candidates = STEPS.iter().map(|steps| round_values(steps, low, high));
        let ticks = candidates.find(|ticks| ticks.len() <= TICKS).unwrap_or_else(|| {
            let decades = round_values(&[1.0], low, high);
            let every = decades.len().div_ceil(TICKS);
            decades.into_iter().step_by(every).collect()
        });
        Self { low, high, ticks, label }
    }

    /// The place of `value` on the axis, from 0 at the lower end to 1 at the upper.
    pub(super) fn share(&self, value: f64) -> f64 {
        // Not the logarithm of a quotient, which can be too large a number.
        (value.ln() - self.low.ln()) / self.length()
    }

    /// The natural logarithm of the quotient of its ends.
    pub(super) fn length(&self) -> f64 {
        self.high.ln() - self.low.ln()
    }
}

/// The ends of an axis for these values, with this share of their range to spare on both sides.
fn range(values: &[f64], spare: f64) -> (f64, f64) {
    let low = values.iter().copied().reduce(f64::min).unwrap_or(1.0);
    let high = values.iter().copied().reduce(f64::max).unwrap_or(1.0);
    let room = ((high.ln() - low.ln()) * spare).exp().max(ROOM);
    // The least number divided is zero or itself, and multiplied itself too.
    let least = f64::from_bits(1);
    ((low / room).max(least), (high * room).max(high.next_up()).min(f64::MAX))
}

/// These multiples of every power of ten from `low` to `high`, which are finite and above zero.
fn round_values(steps: &[f64], low: f64, high: f64) -> Vec<f64> {
    let powers = low.log10().floor() as i32..=high.log10().floor() as i32;
    let written = powers.flat_map(|power| steps.iter().map(move |step| format!("{step}e{power}")));
    // Read and not multiplied, so that 0.3 is the nearest number to 0.3.
    let values = written.filter_map(|value| value.parse().ok());
    let mut values: Vec<f64> = values.filter(|value| (low..=high).contains(value)).collect();
    // The least numbers have few digits: 5e-324 and 6e-324 are the same.
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
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
            prop_assert!(!at(&values).ticks.is_empty());
        }

        #[test]
        fn an_axis_of_round_values_has_two_ticks_at_least(low in -290.0..290f64, high in 0.0..9f64) {
            let ends = [10f64.powf(low), 10f64.powf(low + high)];
            prop_assert!(around(&ends).ticks.len() >= 2);
        }
    }

    #[test]
    fn the_least_and_the_greatest_numbers_make_an_axis() {
        let (least, greatest) = (f64::from_bits(1), f64::MAX);
        for values in [&[least][..], &[greatest], &[least, greatest], &[1e-320, 1e308]] {
            check(&around(values), values, TICKS);
            check(&at(values), values, 25);
        }
    }
}
