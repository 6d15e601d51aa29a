//! Axes with ticks where a reader wants them: logarithmic ones, and those of things in a row.
//!
//! Any numbers make a logarithmic axis: what has no logarithm is left out, and the ends stay finite
//! and above zero.

/// Least room beyond the first and the last value, as a factor.
const ROOM: f64 = 1.3;
/// The same where a small change is to be seen.
const CLOSE_ROOM: f64 = 1.03;
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

/// A range and its ticks, all finite; on a logarithmic axis they are above zero.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) scale: Scale,
    pub(super) low: f64,
    pub(super) high: f64,
    /// In rising order.
    pub(super) ticks: Vec<f64>,
    /// How each tick is written.
    pub(super) labels: Vec<String>,
}

/// What equal distances on an axis are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Equal ratios.
    Logarithmic,
    /// Equal differences.
    Even,
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
        let (low, high) = range(&values, 0.1, ROOM);
        let candidates = values.into_iter().map(|value| (value, label(value))).collect();
        Self::with_room(Scale::Logarithmic, low, high, candidates)
    }

    /// A horizontal axis of things in a row at 0, 1, 2 and so on, each with its label; of equal
    /// labels next to each other the first is written.
    pub(super) fn of_row(labels: &[String]) -> Self {
        let mut candidates: Vec<(f64, String)> = Vec::new();
        for (place, label) in labels.iter().enumerate() {
            if candidates.last().is_none_or(|(_, last)| last != label) {
                candidates.push((place as f64, label.clone()));
            }
        }
        let last = labels.len().saturating_sub(1) as f64;
        // As much room at the ends as half the way to the next, or a tenth where many stand close.
        let room = (last * 0.1).max(0.5);
        Self::with_room(Scale::Even, -room, last + room, candidates)
    }

    /// The axis with its ticks at those values whose labels don't touch, the largest first: it is
    /// the one that matters most.
    fn with_room(scale: Scale, low: f64, high: f64, candidates: Vec<(f64, String)>) -> Self {
        let mut axis = Self { scale, low, high, ticks: Vec::new(), labels: Vec::new() };
        let half = |label: &String| label.len() as f64 * CHARACTER / 2.0;
        for (value, label) in candidates.into_iter().rev() {
            let fits = axis.ticks.last().zip(axis.labels.last()).is_none_or(|(above, its)| {
                axis.share(*above) - axis.share(value) >= half(its) + GAP + half(&label)
            });
            if fits {
                axis.ticks.push(value);
                axis.labels.push(label);
            }
        }
        axis.ticks.reverse();
        axis.labels.reverse();
        axis
    }

    /// An axis that holds these values, with up to nine ticks at round values.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, label: fn(f64) -> String) -> Self {
        Self::round(values, ROOM, label)
    }

    /// The same with as little room as leaves a small change to be seen.
    pub(super) fn close(values: impl IntoIterator<Item = f64>, label: fn(f64) -> String) -> Self {
        Self::round(values, CLOSE_ROOM, label)
    }

    fn round(values: impl IntoIterator<Item = f64>, room: f64, label: fn(f64) -> String) -> Self {
        let values: Vec<f64> = values.into_iter().filter(|&value| has_place(value)).collect();
        let (low, high) = range(&values, 0.04, room);
        // Over a narrow range a logarithmic axis is nearly even.
        let narrow = high / low < ROOM * ROOM;
        let even = if narrow { even_values(low, high) } else { None };
        let ticks = even.unwrap_or_else(|| powers_and_between(low, high));
        let labels = ticks.iter().map(|tick| label(*tick)).collect();
        Self { scale: Scale::Logarithmic, low, high, ticks, labels }
    }

    /// How the tick at `value` is written; nothing where there is none.
    pub(super) fn label(&self, value: f64) -> String {
        let place = self.ticks.iter().position(|tick| *tick == value);
        place.map(|place| self.labels[place].clone()).unwrap_or_default()
    }

    /// The place of `value` on the axis, from 0 at the lower end to 1 at the upper.
    pub(super) fn share(&self, value: f64) -> f64 {
        // Not the logarithm of a quotient, which can be too large a number.
        (self.along(value) - self.along(self.low)) / self.length()
    }

    /// The value that is this share of the axis further up than `value`.
    pub(super) fn beside(&self, value: f64, share: f64) -> f64 {
        match self.scale {
            Scale::Logarithmic => value * (share * self.length()).exp(),
            Scale::Even => value + share * self.length(),
        }
    }

    /// How far it is from end to end.
    fn length(&self) -> f64 {
        self.along(self.high) - self.along(self.low)
    }

    /// Where `value` is, in what equal distances are.
    fn along(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Logarithmic => value.ln(),
            Scale::Even => value,
        }
    }
}

/// The ends of an axis for these values, with this share of their range to spare on both sides, and
/// this factor at least.
fn range(values: &[f64], spare: f64, least_room: f64) -> (f64, f64) {
    let low = values.iter().copied().reduce(f64::min).unwrap_or(1.0);
    let high = values.iter().copied().reduce(f64::max).unwrap_or(1.0);
    let room = ((high.ln() - low.ln()) * spare).exp().max(least_room);
    // The least number divided is zero or itself, and multiplied itself too.
    let least = f64::from_bits(1);
    ((low / room).max(least), (high * room).max(high.next_up()).min(f64::MAX))
}

/// Up to nine multiples of powers of ten, the finest that are not too many.
fn powers_and_between(low: f64, high: f64) -> Vec<f64> {
    let mut candidates = STEPS.iter().map(|steps| round_values(steps, low, high));
    candidates.find(|ticks| ticks.len() <= TICKS).unwrap_or_else(|| {
        let decades = round_values(&[1.0], low, high);
        let every = decades.len().div_ceil(TICKS);
        decades.into_iter().step_by(every).collect()
    })
}

/// Up to nine values at equal distances: one, two or five of a power of ten, the least that are not
/// too many. `None` of numbers too small to have any between them.
fn even_values(low: f64, high: f64) -> Option<Vec<f64>> {
    let finest = ((high - low) / TICKS as f64).log10().floor() as i32;
    let steps = (finest..=finest + 1).flat_map(|power| [1, 2, 5].map(|times| (times, power)));
    let values = |(times, power): (i64, i32)| -> Vec<f64> {
        let step = times as f64 * 10f64.powi(power);
        let multiples = (low / step).ceil() as i64..=(high / step).floor() as i64;
        // Read and not multiplied, so that 0.3 is the nearest number to 0.3.
        let written =
            multiples.filter_map(|it| Some(format!("{}e{power}", it.checked_mul(times)?)));
        let values = written.filter_map(|value| value.parse().ok());
        values.filter(|value| (low..=high).contains(value)).collect()
    };
    steps.map(values).find(|ticks| (2..=TICKS).contains(&ticks.len()))
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
mod tests;
