//! What a record says of an expectation, and in which words.

use crate::analysis::{Comparison, Row};

/// The most cells that a verdict names.
pub(super) const NAMED: usize = 3;
/// The most of what there is that is listed for those who named something else.
pub(super) const MOST_LISTED: usize = 10;

/// A size of a comparison.
pub(super) type Size<'a> = (&'a Comparison, &'a Row);

/// What a record says of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holds {
    /// It does, on all of its cells.
    Yes,
    /// That is not known of some cell.
    Unknown,
    /// It surely does not on some cell.
    No,
}

/// An expectation, held against a record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judged {
    pub(crate) holds: Holds,
    /// The evidence, in plain text.
    pub(crate) why: String,
}

impl Judged {
    pub(super) fn unknown(why: String) -> Self {
        Self { holds: Holds::Unknown, why }
    }
}

/// The first of the texts, and how many more there are.
pub(super) fn named(texts: &[String], most: usize) -> String {
    match texts.get(..most) {
        Some(first) if texts.len() > most => {
            format!("{}, and {} more", first.join("; "), texts.len() - most)
        }
        _ if texts.is_empty() => "none".to_owned(),
        _ => texts.join("; "),
    }
}
