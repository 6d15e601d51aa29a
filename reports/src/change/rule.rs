//! The rule of the alarm: what is flagged, and what confirms it. It sees estimates and nothing else.

use super::finding::{Direction, Finding};
use crate::stats::{self, Estimate, holm};

/// What the planned rounds say of every ratio of a family.
///
/// A ratio is flagged if its p-value meets Holm's level for the family and its estimate is beyond
/// the floor. It is then unconfirmed until [`confirm`] has judged its rerun.
pub(super) fn flag(family: &[Estimate], floor: f64) -> Vec<Finding> {
    let level = holm(family.iter().filter_map(Estimate::p_value).collect());
    let finding = |ratio: &Estimate| {
        let sure = ratio.p_value().is_some_and(|p| p <= level);
        let small = ratio.interval.is_some_and(|interval| stats::inside(interval, floor));
        match beyond(ratio.value, floor).filter(|_| sure) {
            Some(direction) => Finding::Unconfirmed(direction),
            None if small && sure => Finding::Small,
            None if small => Finding::Unchanged,
            None => Finding::Undecided,
        }
    };
    family.iter().map(finding).collect()
}

/// Judges the flagged ratios of a family again, each by the rerun it had.
///
/// The reruns of the flagged ones are a family of their own. A rerun of too few rounds for an
/// interval confirms nothing. Nothing is refuted but by an interval that is all within the floor, or
/// by one that is surely on the other side: a noisy rerun can't tell.
pub(super) fn confirm(findings: &mut [Finding], reruns: &[Option<Estimate>], floor: f64) {
    let flagged = |(at, finding): (usize, &Finding)| match finding {
        Finding::Unconfirmed(direction) => Some((at, *direction)),
        _ => None,
    };
    let again = |(at, direction): (usize, Direction)| {
        let rerun = reruns[at].filter(|rerun| rerun.interval.is_some())?;
        Some((at, direction, rerun))
    };
    let flagged = findings.iter().enumerate().filter_map(flagged);
    let again: Vec<(usize, Direction, Estimate)> = flagged.filter_map(again).collect();
    let rerun: Vec<Estimate> = again.iter().map(|(.., rerun)| *rerun).collect();
    for ((at, direction, _), judged) in again.into_iter().zip(flag(&rerun, floor)) {
        findings[at] = match judged {
            Finding::Undecided => continue,
            Finding::Unconfirmed(again) if again == direction => match direction {
                Direction::More => Finding::Regression,
                Direction::Less => Finding::Improvement,
            },
            _ => Finding::NotConfirmed(direction),
        };
    }
}

/// On which side of the floor the ratio is, if it is beyond it.
fn beyond(ratio: f64, floor: f64) -> Option<Direction> {
    match ratio {
        ratio if ratio > 1.0 + floor => Some(Direction::More),
        ratio if ratio < 1.0 / (1.0 + floor) => Some(Direction::Less),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FLOOR: f64 = 0.05;

    /// Five rounds around this ratio, that deviate from it by this share and its half.
    fn ratio(value: f64, share: f64) -> Estimate {
        let logs = [-share, -share / 2.0, 0.0, share / 2.0, share].map(|it| value.ln() + it);
        Estimate::of_logs(&logs).unwrap()
    }

    fn reversed(finding: &Finding) -> Finding {
        let turned = |direction: &Direction| match direction {
            Direction::More => Direction::Less,
            Direction::Less => Direction::More,
        };
        match finding {
            Finding::Regression => Finding::Improvement,
            Finding::Improvement => Finding::Regression,
            Finding::Unconfirmed(direction) => Finding::Unconfirmed(turned(direction)),
            Finding::NotConfirmed(direction) => Finding::NotConfirmed(turned(direction)),
            other => other.clone(),
        }
    }

    #[test]
    fn the_rule_by_hand() {
        // The deviation is 0.79 of the share, the standard error 0.35 of it, and t at 97.5 % and 4
        // degrees of freedom 2.776: the half width is 0.982 of the share.
        let more = Finding::Unconfirmed(Direction::More);
        let less = Finding::Unconfirmed(Direction::Less);
        for (value, share, found) in [
            (1.051, 0.001, &more),
            (1.04, 0.001, &Finding::Small),
            (1.04, 0.02, &Finding::Undecided),
            (1.0, 0.02, &Finding::Unchanged),
            (1.0, 0.06, &Finding::Undecided),
            (1.2, 0.2, &Finding::Undecided),
            (1.2, 0.18, &more),
            (1.0 / 1.051, 0.001, &less),
            (0.96, 0.001, &Finding::Small),
        ] {
            assert_eq!(
                flag(&[ratio(value, share)], FLOOR),
                *std::slice::from_ref(found),
                "{value}, {share}"
            );
        }
    }

    #[test]
    fn the_floor_itself_is_not_beyond_it() {
        assert_eq!([1.25, 0.8, 1.0].map(|ratio| beyond(ratio, 0.25)), [None; 3]);
        assert_eq!(beyond(1.26, 0.25), Some(Direction::More));
        assert_eq!(beyond(0.79, 0.25), Some(Direction::Less));
    }

    #[test]
    fn reruns_are_a_family_of_their_own() {
        // 1.08 with a half width of 6.9 %, p = 0.036: flagged alone, and not among four.
        let (sure, unsure) = (ratio(1.3, 0.01), ratio(1.08, 0.07));
        let mut one = flag(&[sure, ratio(1.0, 0.01)], FLOOR);
        confirm(&mut one, &[Some(unsure), Some(unsure)], FLOOR);
        assert_eq!(one, [Finding::Regression, Finding::Unchanged]);
        let mut four = flag(&[sure; 4], FLOOR);
        confirm(&mut four, &[Some(unsure); 4], FLOOR);
        assert_eq!(four, [const { Finding::Unconfirmed(Direction::More) }; 4]);
        // What has no rerun is no burden to the others.
        let mut some = flag(&[sure; 4], FLOOR);
        confirm(&mut some, &[None, None, Some(unsure), None], FLOOR);
        let unconfirmed = Finding::Unconfirmed(Direction::More);
        assert_eq!(some[2], Finding::Regression);
        assert!([0, 1, 3].iter().all(|&at| some[at] == unconfirmed), "{some:?}");
    }

    #[test]
    fn a_rerun_that_can_not_tell_refutes_nothing() {
        let judged = |value, share| {
            let mut findings = flag(&[ratio(1.3, 0.01)], FLOOR);
            confirm(&mut findings, &[Some(ratio(value, share))], FLOOR);
            findings.remove(0)
        };
        assert_eq!(judged(1.3, 0.01), Finding::Regression);
        assert_eq!(judged(1.3, 0.6), Finding::Unconfirmed(Direction::More));
        assert_eq!(judged(1.0, 0.2), Finding::Unconfirmed(Direction::More));
        for (value, share) in [(1.0, 0.01), (1.02, 0.001), (0.8, 0.01)] {
            assert_eq!(judged(value, share), Finding::NotConfirmed(Direction::More), "{value}");
        }
    }

    proptest! {
        #[test]
        fn the_other_way_round_everything_is_turned(
            ratios in prop::collection::vec((0.7f64..1.4, 0.0f64..0.2), 1..20),
            reruns in prop::collection::vec(prop::option::of((0.7f64..1.4, 0.0f64..0.2)), 20),
            floor in 0.0f64..0.2,
        ) {
            let family: Vec<Estimate> = ratios.iter().map(|it| ratio(it.0, it.1)).collect();
            let again: Vec<Option<Estimate>> =
                reruns.iter().map(|it| it.map(|it| ratio(it.0, it.1))).collect();
            let mut there = flag(&family, floor);
            let first = there.clone();
            confirm(&mut there, &again, floor);
            let mut back = flag(&family.iter().map(Estimate::inverse).collect::<Vec<_>>(), floor);
            let turned: Vec<_> = again.iter().map(|it| it.map(|it| it.inverse())).collect();
            confirm(&mut back, &turned, floor);
            prop_assert_eq!(&back.iter().map(reversed).collect::<Vec<_>>(), &there);
            // Only what was flagged, and ran again, can be confirmed or not.
            for (at, (before, after)) in first.iter().zip(&there).enumerate() {
                let judged = matches!(before, Finding::Unconfirmed(_)) && again[at].is_some();
                prop_assert!(judged || before == after, "{before:?} became {after:?}");
            }
        }
    }
}
