//! What the evidence can say of a change.

/// Which way a quantity went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The variant takes more of it than the base.
    More,
    /// It takes less.
    Less,
}

/// What the evidence says of a change.
///
/// A ratio is flagged where it is surely not 1, by Holm's method over all of the record, and its
/// estimate is beyond the floor: above `1 + floor`, or below `1 / (1 + floor)`. A flagged one is
/// confirmed where its rerun alone is flagged in the same direction, in the family of the reruns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It takes more, confirmed by a rerun.
    Regression,
    /// It takes less, confirmed by a rerun.
    Improvement,
    /// It looks changed, and there was no rerun that could tell.
    Unconfirmed(Direction),
    /// It looked changed, and in the rerun it did not.
    NotConfirmed(Direction),
    /// There is no ratio, for this reason.
    NotMeasured(String),
    /// The interval reaches beyond the floor, or there is none.
    Undecided,
    /// Surely changed, and the whole interval is inside the floor.
    Small,
    /// Not surely changed, and the whole interval is inside the floor.
    Unchanged,
}

impl Finding {
    /// The word for it, as in reports and CSV.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::Improvement => "improvement",
            Self::Unconfirmed(_) => "unconfirmed",
            Self::NotConfirmed(_) => "not confirmed",
            Self::NotMeasured(_) => "not measured",
            Self::Undecided => "undecided",
            Self::Small => "small",
            Self::Unchanged => "no change",
        }
    }

    /// Whether something changed, for all that is known.
    pub fn is_change(&self) -> bool {
        matches!(self, Self::Regression | Self::Improvement | Self::Unconfirmed(_))
    }
}
