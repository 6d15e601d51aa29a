//! Reading the values of arguments. A refusal names the argument and what would have been right.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::delay;
use crate::response::Refusal;

/// A delay or duration of at most `limit`; over it is an error, never a silent cap.
pub(crate) fn duration(name: &str, text: &str, limit: Duration) -> Result<Duration, Refusal> {
    let duration = delay::parse(text).map_err(|reason| refused(name, text, &reason))?;
    if duration > limit {
        return Err(refused(name, text, &format!("is over the maximum of {limit:?}")));
    }
    Ok(duration)
}

/// A number within `range`.
pub(crate) fn number<T>(name: &str, text: &str, range: RangeInclusive<T>) -> Result<T, Refusal>
where
    T: FromStr + PartialOrd + Display,
{
    let within = text.parse().ok().filter(|number| range.contains(number));
    within.ok_or_else(|| {
        let (from, to) = (range.start(), range.end());
        refused(name, text, &format!("is not a number from {from} to {to}"))
    })
}

/// 400 for the value `text` of the argument `name`.
pub(crate) fn refused(name: &str, text: &str, reason: &str) -> Refusal {
    Refusal::bad_request(format!("{name}: '{}' {reason}", start(text)))
}

/// The start of a value that may be too long to show.
fn start(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}
