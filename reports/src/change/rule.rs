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
/// interval confirms nothing and refutes nothing.
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
    let family: Vec<Estimate> = again.iter().map(|(.., rerun)| *rerun).collect();
    for ((at, direction, _), judged) in again.into_iter().zip(flag(&family, floor)) {
        findings[at] = match direction {
            _ if judged != Finding::Unconfirmed(direction) => Finding::NotConfirmed(direction),
            Direction::More => Finding::Regression,
            Direction::Less => Finding::Improvement,
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
