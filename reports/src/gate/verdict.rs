//! What the gate says of one thing.

use std::fmt;

/// Whether something may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It may.
    Pass,
    /// The evidence does not tell.
    Undecided,
    /// It may not.
    Fail,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "PASS",
            Self::Undecided => "UNDECIDED",
            Self::Fail => "FAIL",
        })
    }
}

/// What a verdict is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The run itself.
    Run,
    /// Changes between builds.
    Change,
    /// An expectation.
    Expectation,
}

/// One thing that was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether it may pass.
    pub outcome: Outcome,
    /// What it is on.
    pub subject: Subject,
    /// What was found, in a line of plain text.
    pub text: String,
}
