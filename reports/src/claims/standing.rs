//! Whether a claim holds, by what was measured and where it has to be.

use std::fmt;

use crate::stats::Interval;

/// How a claim stands against one client.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Standing {
    /// The whole interval is inside the bounds, or the check of every batch proved it.
    Holds,
    /// The whole interval is outside.
    DoesNotHold,
    /// A cell failed whose check would have been the proof; why, in one line of plain text.
    Failed(String),
    /// A part of the interval is inside, and a part is not.
    Undecided,
    /// It can't be held against this client.
    NotComparable(Why),
}

/// Why a claim can't be held against a client.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Why {
    /// The record has no such cell of this client.
    NoCell,
    /// A cell failed.
    Failed,
    /// The run ended before a cell.
    NotRun,
    /// A cell has too few rounds for an interval.
    FewRounds,
    /// The client's model can't do what it is about: what the workload says of it, in one line of
    /// plain text.
    Cannot(String),
    /// The rounds don't hold what is measured.
    NotMeasured,
    /// Its width alone keeps it outside the bounds.
    NarrowPool,
    /// The size of the batch alone keeps everybody outside the bounds.
    SmallBatch,
    /// It has a worker that no call blocks.
    SpareWorker,
    /// Nobody that it is measured against has figures of the same rounds.
    NothingBeside,
}

impl Standing {
    /// Whether it is known not to hold.
    pub(super) fn is_refuted(&self) -> bool {
        matches!(self, Self::DoesNotHold | Self::Failed(_))
    }

    /// How an interval stands to bounds that belong to what is claimed.
    pub(super) fn of(interval: Interval, bounds: Interval) -> Self {
        let is_inside = |end: f64| (bounds.low..=bounds.high).contains(&end);
        let beyond = interval.high < bounds.low || interval.low > bounds.high;
        match (is_inside(interval.low) && is_inside(interval.high), beyond) {
            (true, _) => Self::Holds,
            (false, true) => Self::DoesNotHold,
            (false, false) => Self::Undecided,
        }
    }

    /// The word for it, as in reports and CSV.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::DoesNotHold | Self::Failed(_) => "does not hold",
            Self::Undecided => "undecided",
            Self::NotComparable(_) => "not comparable",
        }
    }
}

impl Why {
    /// It in a few words.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::NoCell => "no cell",
            Self::Failed => "failed",
            Self::NotRun => "not run",
            Self::FewRounds => "few rounds",
            Self::Cannot(_) => "can't",
            Self::NotMeasured => "not measured",
            Self::NarrowPool => "narrow pool",
            Self::SmallBatch => "small batch",
            Self::SpareWorker => "spare worker",
            Self::NothingBeside => "nothing beside",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCell => write!(f, "the record has no such cell"),
            Self::Failed => write!(f, "failed"),
            Self::NotRun => write!(f, "not run"),
            Self::FewRounds => write!(f, "under {} rounds", crate::stats::MIN_ROUNDS),
            Self::Cannot(clause) => write!(f, "{clause}"),
            Self::NotMeasured => write!(f, "its rounds don't tell"),
            Self::NarrowPool => write!(f, "its pool is narrower than the claim needs"),
            Self::SmallBatch => write!(f, "the batch is smaller than the claim needs"),
            Self::SpareWorker => write!(f, "it has more workers than there are calls"),
            Self::NothingBeside => write!(f, "whom it is measured against has no figures"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_what_is_claimed() {
        let of = |low, high| {
            let bounds = Interval { low: 4.0, high: 4.6 };
            Standing::of(Interval { low, high }, bounds).as_str()
        };
        assert_eq!(of(4.0, 4.6), "holds");
        assert_eq!(of(4.2, 4.2), "holds");
        assert_eq!(of(3.999, 4.6), "undecided");
        assert_eq!(of(4.0, 4.601), "undecided");
        assert_eq!(of(3.0, 5.0), "undecided");
        // Touching a bound from outside, it may still be there.
        assert_eq!(of(3.0, 4.0), "undecided");
        assert_eq!(of(4.6, 5.0), "undecided");
        assert_eq!(of(3.0, 3.999), "does not hold");
        assert_eq!(of(4.601, 5.0), "does not hold");
    }

    #[test]
    fn an_open_bound_has_one_side() {
        let least = Interval { low: 27.5, high: f64::INFINITY };
        let most = Interval { low: f64::NEG_INFINITY, high: 1.4 };
        let of = |low, high, bounds| Standing::of(Interval { low, high }, bounds);
        assert_eq!(of(27.5, 1e300, least), Standing::Holds);
        assert_eq!(of(20.0, 27.49, least), Standing::DoesNotHold);
        assert_eq!(of(27.0, 28.0, least), Standing::Undecided);
        assert_eq!(of(0.0, 1.4, most), Standing::Holds);
        assert_eq!(of(1.41, 1.5, most), Standing::DoesNotHold);
    }
}
