//! Sentences in pieces.

use std::fmt;

use crate::figure;
use crate::stats::Estimate;

/// A sentence in pieces, so that a page can set some of them apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sentence(Vec<Part>);

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// Words, names and figures.
    Text(String),
    /// A 95 % interval, in its brackets.
    Interval(String),
}

impl Sentence {
    pub(crate) fn parts(&self) -> &[Part] {
        &self.0
    }

    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Part::Text(text.into()));
        self
    }

    /// The interval of the estimate, where it has one, after a space.
    pub(super) fn interval(mut self, estimate: &Estimate) -> Self {
        if let Some(interval) = estimate.interval {
            self.0.push(Part::Text(" ".to_owned()));
            self.0.push(Part::Interval(format!("[{}]", figure::interval(interval, ", "))));
        }
        self
    }

    pub(super) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Phrases in a row, as [`figure::list`] joins words.
    pub(super) fn list(phrases: Vec<Self>) -> Self {
        let count = phrases.len();
        phrases.into_iter().enumerate().fold(Self::default(), |list, (index, phrase)| {
            let list = match index {
                0 => list,
                _ if index + 1 == count => list.text(" and "),
                _ => list.text(", "),
            };
            list.then(phrase)
        })
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) | Part::Interval(text) => f.write_str(text),
        })
    }
}
