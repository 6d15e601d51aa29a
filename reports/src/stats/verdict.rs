//! What the evidence says of one client against another, all pairs of a table judged together.

use super::{Estimate, Interval};

/// How often, at most, a family of pairs that are all equal may have any of them called different.
pub const FAMILY_ERROR: f64 = 0.05;

/// The most further rounds that are thought of for an undecided pair.
pub const MOST_MORE: usize = 100;

/// What the evidence says of one client against another.
///
/// A difference is sure where the pair's p-value meets [`holm`]'s level for its family. An interval
/// is the pair's own at 95 %, whatever the others are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Surely faster, by more than the margin for all that is known.
    Faster,
    /// Surely faster, and the whole interval is inside the margin: too little to choose by.
    SlightlyFaster,
    /// Not surely different, and the whole interval is inside the margin.
    Same,
    /// Surely slower, and the whole interval is inside the margin.
    SlightlySlower,
    /// Surely slower, by more than the margin for all that is known.
    Slower,
    /// Not surely different, and it could be by more than the margin.
    Undecided {
        /// About how many more rounds would decide it: the fewest after which the pair would be
        /// sure, or its interval inside the margin, if neither its estimate nor its deviation
        /// changed. Above [`MOST_MORE`] where those are not enough, and `None` where nothing is
        /// known to go by.
        more: Option<usize>,
    },
}

/// Judges every pair of a family: all pairs of clients of a table, over all its sizes.
///
/// The `margin` reaches from `1 / (1 + margin)` to `1 + margin`, both included.
pub fn judge(family: &[Estimate], margin: f64) -> Vec<Verdict> {
    let level = level(family);
    family.iter().map(|pair| Verdict::of(pair, level, margin)).collect()
}

/// Whether any of a family is surely different, and not all of its interval inside the margin.
pub fn any_differs(family: &[Estimate], margin: f64) -> bool {
    let level = level(family);
    let small = |pair: &Estimate| pair.interval.is_some_and(|interval| inside(interval, margin));
    family.iter().any(|pair| pair.p_value().is_some_and(|p| p <= level) && !small(pair))
}

fn level(family: &[Estimate]) -> f64 {
    holm(family.iter().filter_map(Estimate::p_value).collect())
}

/// The level that a p-value of this family must meet (at most this) to show a difference: Holm's
/// step-down method, which keeps the chance of any false difference at [`FAMILY_ERROR`].
///
/// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
/// of Statistics 6 (1979). The smallest of m p-values is held against 0.05 / m, the next one against
/// 0.05 / (m - 1), and so on until one is above its level. All before that one are below its level
/// too, and all after it are above, so that this level alone says which are which.
pub fn holm(mut p_values: Vec<f64>) -> f64 {
    p_values.sort_by(f64::total_cmp);
    let tests = p_values.len();
    let levels = (0..tests).map(|rank| FAMILY_ERROR / (tests - rank) as f64);
    let mut steps = p_values.into_iter().zip(levels);
    steps.find(|(p, level)| p > level).map_or(FAMILY_ERROR, |(_, level)| level)
}

impl Verdict {
    fn of(pair: &Estimate, level: f64, margin: f64) -> Self {
        let (Some(interval), Some(p)) = (pair.interval, pair.p_value()) else {
            return Self::Undecided { more: None };
        };
        let found = Self::found(pair.value, interval, p <= level, margin);
        found.unwrap_or_else(|| Self::undecided(pair, level, margin))
    }

    /// The verdict on a ratio of times, above 1 where it is faster; `None` where it is neither
    /// surely different nor the same.
    pub(super) fn found(value: f64, interval: Interval, sure: bool, margin: f64) -> Option<Self> {
        match (sure, inside(interval, margin)) {
            (true, true) if value > 1.0 => Some(Self::SlightlyFaster),
            (true, true) => Some(Self::SlightlySlower),
            (true, false) if value > 1.0 => Some(Self::Faster),
            (true, false) => Some(Self::Slower),
            (false, true) => Some(Self::Same),
            (false, false) => None,
        }
    }

    /// Undecided, with what it would take at this `level` and `margin`.
    fn undecided(pair: &Estimate, level: f64, margin: f64) -> Self {
        let decided = |more: usize| {
            let then = pair.after(pair.rounds + more);
            then.p_value().is_some_and(|p| p <= level)
                || then.interval.is_some_and(|interval| inside(interval, margin))
        };
        // Both only become easier with rounds, so the first that does can be searched for by halves.
        let (mut less, mut enough) = (0, MOST_MORE + 1);
        while enough - less > 1 {
            let half = less.midpoint(enough);
            if decided(half) { enough = half } else { less = half }
        }
        Self::Undecided { more: Some(enough) }
    }

    /// The same evidence seen from the other side.
    pub fn reversed(self) -> Self {
        match self {
            Self::Faster => Self::Slower,
            Self::SlightlyFaster => Self::SlightlySlower,
            Self::SlightlySlower => Self::SlightlyFaster,
            Self::Slower => Self::Faster,
            Self::Same | Self::Undecided { .. } => self,
        }
    }

    /// The word for it, as in reports and CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::SlightlyFaster => "slightly faster",
            Self::Same => "same",
            Self::SlightlySlower => "slightly slower",
            Self::Slower => "slower",
            Self::Undecided { .. } => "undecided",
        }
    }

    /// The word for it where it is of a cost, of which the faster client takes less.
    pub fn cost_word(self) -> &'static str {
        match self {
            Self::Faster => "less",
            Self::SlightlyFaster => "slightly less",
            Self::SlightlySlower => "slightly more",
            Self::Slower => "more",
            Self::Same | Self::Undecided { .. } => self.as_str(),
        }
    }
}

/// Whether the whole interval is inside the margin.
pub(crate) fn inside(Interval { low, high }: Interval, margin: f64) -> bool {
    low >= 1.0 / (1.0 + margin) && high <= 1.0 + margin
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A pair of 9 rounds that was found this many times as fast, with logarithms that deviate so.
    fn pair(value: f64, deviation: f64) -> Estimate {
        Estimate::new(value.ln(), deviation, 9)
    }

    #[test]
    fn holm_by_hand() {
        // Four tests: 0.01 meets 0.05 / 4, 0.015 meets 0.05 / 3, 0.03 misses 0.05 / 2, and so does
        // 0.04, although it would meet the last level.
        assert_eq!(holm(vec![0.03, 0.01, 0.04, 0.015]), 0.025);
        assert_eq!(holm(vec![0.02, 0.02, 0.02]), 0.05 / 3.0);
        assert_eq!(holm(vec![0.01, 0.02]), 0.05);
        // A p-value that is its level meets it, and the next one gets its own.
        assert_eq!(holm(vec![0.025, 0.03]), 0.05);
        assert_eq!(holm(vec![0.05]), 0.05);
        assert_eq!(holm(vec![0.051]), 0.05);
        assert_eq!(holm(vec![]), 0.05);
    }

    #[test]
    fn verdicts_at_the_edges() {
        let of = |low: f64, high: f64, level| {
            let estimate = Estimate {
                value: (low * high).sqrt(),
                interval: Some(Interval { low, high }),
                rounds: 9,
                deviation: 0.05,
            };
            let verdict = Verdict::of(&estimate, level, 0.25);
            (verdict.as_str(), estimate.p_value().unwrap())
        };
        let [sure, unsure] = [1.0, 0.0];
        assert_eq!(of(1.1, 1.3, sure).0, "faster");
        assert_eq!(of(0.7, 0.9, sure).0, "slower");
        assert_eq!(of(0.9, 1.3, unsure).0, "undecided");
        // Both ends of the margin, 0.8 and 1.25, belong to it.
        assert_eq!(of(0.8, 1.25, unsure).0, "same");
        assert_eq!(of(0.79, 1.25, unsure).0, "undecided");
        assert_eq!(of(0.8, 1.26, unsure).0, "undecided");
        // Sure, and still too little to choose by.
        assert_eq!(of(1.1, 1.25, sure).0, "slightly faster");
        assert_eq!(of(0.8, 0.95, sure).0, "slightly slower");
        // A p-value that is the level meets it.
        let (_, p) = of(1.1, 1.3, sure);
        assert_eq!(of(1.1, 1.3, p).0, "faster");
        assert_eq!(of(1.1, 1.3, p * 0.999).0, "undecided");
    }

    #[test]
    fn without_a_margin_nothing_is_slight_and_only_the_very_same_is_the_same() {
        assert_eq!(judge(&[pair(1.0, 0.0)], 0.0), [Verdict::Same]);
        assert_eq!(judge(&[pair(1.001, 0.0)], 0.0), [Verdict::Faster]);
        assert_eq!(judge(&[pair(1.001, 0.0)], 0.01), [Verdict::SlightlyFaster]);
    }

    #[test]
    fn a_pair_is_judged_with_its_family() {
        // t = ln 1.05 / (0.05 / 3) = 2.93, which is p = 0.019.
        let (five, none) = (pair(1.05, 0.05), pair(1.0, 0.05));
        assert_eq!(judge(&[five], 0.02), [Verdict::Faster]);
        let [five, ..] = judge(&[five, none, none], 0.02)[..] else { panic!() };
        assert!(matches!(five, Verdict::Undecided { .. }), "0.05 / 3 is not met: {five:?}");
    }

    #[test]
    fn those_who_can_not_be_judged_are_no_burden_to_others() {
        let two_rounds = Estimate::new(0.5, 0.1, 2);
        let family = [pair(1.05, 0.05), two_rounds, two_rounds];
        let undecided = Verdict::Undecided { more: None };
        assert_eq!(judge(&family, 0.02), [Verdict::Faster, undecided, undecided]);
    }

    #[test]
    fn what_it_would_take_is_the_fewest_rounds_that_decide() {
        let more = |pair: Estimate, level, margin| match Verdict::of(&pair, level, margin) {
            Verdict::Undecided { more } => more.unwrap(),
            other => panic!("{other:?}"),
        };
        // 3 % with a deviation of 5 %: R's qt(0.975, k - 1) * 0.05 / sqrt(k) is 0.0302 at 13 rounds
        // and 0.0289 at 14, and ln 1.03 is 0.0296.
        assert_eq!(more(pair(1.03, 0.05), 0.05, 0.0), 5);
        // No difference at all: inside 2 % (0.0198 on the log scale) once
        // qt(0.975, k - 1) * 0.05 / sqrt(k) is, at 27 rounds (0.01978).
        assert_eq!(more(pair(1.0, 0.05), 0.05, 0.02), 18);
        // A difference as large as the margin is never inside it.
        assert_eq!(more(pair(1.0, 0.05), 0.05, 0.0), MOST_MORE + 1);
        assert_eq!(more(pair(1.0, 0.5), 0.05, 0.02), MOST_MORE + 1);
    }

    proptest! {
        #[test]
        fn what_it_would_take_is_enough_and_one_less_is_not(
            log in -0.1f64..0.1,
            deviation in 0.01f64..0.2,
            level in 0.001f64..0.05,
            margin in 0.0f64..0.1,
        ) {
            let decided = |more| {
                let then = Estimate::new(log, deviation, 9 + more);
                !matches!(Verdict::of(&then, level, margin), Verdict::Undecided { .. })
            };
            match Verdict::of(&Estimate::new(log, deviation, 9), level, margin) {
                Verdict::Undecided { more: Some(more) } if more <= MOST_MORE => {
                    prop_assert!(decided(more) && !decided(more - 1));
                }
                Verdict::Undecided { more } => {
                    prop_assert_eq!(more, Some(MOST_MORE + 1));
                    prop_assert!(!decided(MOST_MORE));
                }
                _ => prop_assert!(decided(0)),
            }
        }

        #[test]
        fn changing_sides_turns_the_verdicts_around(
            logs in prop::collection::vec(-0.2f64..0.2, 1..20),
            deviation in 0.01f64..0.2,
            margin in 0.0f64..0.1,
        ) {
            let pairs: Vec<_> = logs.iter().map(|log| Estimate::new(*log, deviation, 9)).collect();
            let back: Vec<_> = pairs.iter().map(Estimate::inverse).collect();
            let turned: Vec<_> =
                judge(&back, margin).into_iter().map(Verdict::reversed).collect();
            prop_assert_eq!(judge(&pairs, margin), turned);
        }

        #[test]
        fn holms_level_says_what_the_steps_say(
            mut p_values in prop::collection::vec(0.0f64..0.1, 0..20),
        ) {
            let level = holm(p_values.clone());
            p_values.sort_by(f64::total_cmp);
            let tests = p_values.len();
            let mut going = true;
            for (rank, p) in p_values.into_iter().enumerate() {
                going = going && p <= FAMILY_ERROR / (tests - rank) as f64;
                prop_assert_eq!(p <= level, going);
            }
        }
    }
}
