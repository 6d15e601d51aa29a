//! What the values of a profile may be, and what is said of those that they may not.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Names are shown in tables, files and terminals.
pub(super) fn check_name(name: &str) -> Result<String> {
    let fits = !name.is_empty() && name.len() <= 40;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+@".contains(c);
    ensure!(
        fits && name.chars().all(plain),
        "{name:?} is not allowed as a name: up to 40 letters, digits and -_.+@"
    );
    Ok(name.to_owned())
}

/// Checks each of a list's entries; the list must have one.
pub(super) fn each<T, U>(
    key: &'static str,
    values: &Option<Vec<T>>,
    check: impl Fn(&T) -> Result<U>,
) -> Result<Vec<U>> {
    let values = values.as_ref().with_context(|| format!("{key}: missing"))?;
    ensure!(!values.is_empty(), "{key}: the list is empty: name at least one");
    values.iter().map(check).collect::<Result<_>>().context(key)
}

/// The same for values, of which none may stand there twice.
pub(super) fn each_value<T: Clone + PartialEq, U>(
    key: &'static str,
    values: Option<&Vec<T>>,
    check: impl Fn(&T) -> Result<U>,
) -> Result<Vec<U>> {
    let values = values.cloned();
    for (i, value) in values.iter().flatten().enumerate() {
        let twice = values.iter().flatten().take(i).any(|other| other == value);
        ensure!(!twice, "{key}: entry {} stands there twice", i + 1);
    }
    each(key, &values, check)
}

pub(super) fn in_range(value: i64, low: u32, high: u32) -> Result<u32> {
    u32::try_from(value)
        .ok()
        .filter(|value| (low..=high).contains(value))
        .with_context(|| format!("{value} is not allowed: {low} to {high}"))
}

pub(super) fn share(key: &'static str, value: Option<f64>) -> Result<f64> {
    let value = value.with_context(|| format!("{key}: missing"))?;
    ensure!((0.0..1.0).contains(&value), "{key}: {value} is not allowed: 0 to below 1");
    Ok(value)
}

/// Reads a duration within these bounds.
pub(crate) fn duration(text: &str, low: Duration, high: Duration) -> Result<Duration> {
    humantime::parse_duration(text).ok().filter(|value| (low..=high).contains(value)).with_context(
        || {
            let (low, high) = (humantime::format_duration(low), humantime::format_duration(high));
            format!("`{text}` is not allowed: {low} to {high}, with its unit, e.g. \"10ms\"")
        },
    )
}
