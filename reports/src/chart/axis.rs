//! Logarithmic axes, with ticks where a reader wants them.

/// Room beyond the first and the last value, as a factor.
const ROOM: f64 = 1.3;
/// Most ticks on an axis of round values.
const TICKS: usize = 9;
/// Least share of the axis between two ticks.
const APART: f64 = 0.055;

/// A range and its ticks, all above zero.
#[derive(Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<f64>,
}

impl Axis {
    /// An axis with its ticks at these rising values, leaving out those too close to be read.
    pub(super) fn at(values: Vec<f64>) -> Self {
        let (low, high) = range(values.iter().copied());
        let least = (high / low).ln() * APART;
        let mut ticks: Vec<f64> = Vec::new();
        // From the top: the largest value is the one that matters most.
        for &value in values.iter().rev() {
            if ticks.last().is_none_or(|&above| (above / value).ln() >= least) {
                ticks.push(value);
            }
        }
        ticks.reverse();
        Self { low, high, ticks }
    }

    /// An axis that holds these values, with ticks at 1, 2 and 5 of every power of ten, or at
    /// fewer of them where those are too many.
    pub(super) fn around(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = range(values);
        let steps: [&[f64]; 3] = [&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        let candidates = steps.map(|steps| round_values(steps, low, high));
        let [.., decades] = &candidates;
        let ticks = candidates.iter().find(|ticks| ticks.len() <= TICKS).unwrap_or(decades).clone();
        Self { low, high, ticks }
    }
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::INFINITY, 0.0), |(low, high), value| (value.min(low), value.max(high)));
    (low / ROOM, high * ROOM)
}

/// These multiples of every power of ten from `low` to `high`.
fn round_values(steps: &[f64], low: f64, high: f64) -> Vec<f64> {
    let powers = low.log10().floor() as i32..=high.log10().floor() as i32;
    let values = powers.flat_map(|power| steps.iter().map(move |step| times_ten_to(*step, power)));
    values.filter(|value| (low..=high).contains(value)).collect()
}

/// `step · 10^power`, dividing for negative powers so that 0.3 is the nearest number to 0.3.
fn times_ten_to(step: f64, power: i32) -> f64 {
    match power {
        0.. => step * 10f64.powi(power),
        _ => step / 10f64.powi(-power),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_range_still_has_ticks() {
        // No power of ten is in this range: plotters alone would draw no tick at all.
        let axis = Axis::around([18.0, 42.0].into_iter());
        assert_eq!(axis.ticks, [20.0, 50.0]);
    }

    #[test]
    fn a_wide_range_has_few() {
        let axis = Axis::around([1.0, 100.0].into_iter());
        assert_eq!(axis.ticks, [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        let axis = Axis::around([0.03, 90.0].into_iter());
        assert_eq!(axis.ticks, [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]);
        let axis = Axis::around([1e-3, 1e5].into_iter());
        assert_eq!(axis.ticks.len(), 9);
    }

    #[test]
    fn one_value_has_an_axis_around_it() {
        let axis = Axis::at(vec![5.0]);
        assert!(axis.low < 5.0 && axis.high > 5.0);
        assert_eq!(axis.ticks, [5.0]);
    }

    #[test]
    fn ticks_that_would_touch_are_left_out_from_below() {
        let axis = Axis::at(vec![1.0, 98.0, 99.0, 100.0]);
        assert_eq!(axis.ticks, [1.0, 100.0]);
        let spaced = vec![5.0, 10.0, 20.0, 50.0, 100.0];
        assert_eq!(Axis::at(spaced.clone()).ticks, spaced);
    }
}
