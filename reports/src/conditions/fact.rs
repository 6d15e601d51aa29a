//! What facts are made of.

use crate::text;

/// A name and its value, each in one line of plain text.
pub(crate) type Fact = (String, String);

/// The fact, made one line of plain text.
pub(super) fn fact(name: &str, value: impl Into<String>) -> Fact {
    (text::printable(name).into_owned(), text::printable(&value.into()).into_owned())
}

/// The first twelve digits of a commit, and whether the code differed from it.
pub(crate) fn short(rev: &str) -> String {
    let (commit, dirty) = match rev.strip_suffix("-dirty") {
        Some(commit) => (commit, ", with changes"),
        None => (rev, ""),
    };
    format!("{}{dirty}", commit.chars().take(12).collect::<String>())
}
