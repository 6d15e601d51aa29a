//! How a delay is written in a path, a query or on the command line.

use std::time::Duration;

/// Units a delay may end in, the longest names first so that `ms` is not taken for an `s`.
const UNITS: [(&str, f64); 4] = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0)];

/// The longest time that can be asked for or set as a limit: sums of a few never overflow a clock.
pub(crate) const LONGEST: Duration = Duration::from_secs(1_000_000_000);

/// Reads `0.01`, `10ms`, `500us` or `2s`. A bare number is seconds, in any form that httpbin takes.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let (number, unit) = UNITS
        .iter()
        .find_map(|&(name, unit)| Some((text.strip_suffix(name)?, unit)))
        .unwrap_or((text, 1.0));
    let number: f64 = number
        .parse()
        .map_err(|_| "is not a number of seconds, or one with a unit of s, ms, us or ns")?;
    if !number.is_finite() {
        return Err("is not a finite number".into());
    }
    let seconds = number * unit;
    match Duration::try_from_secs_f64(seconds) {
        _ if seconds < 0.0 => Err("is negative".into()),
        Ok(duration) if duration <= LONGEST => Ok(duration),
        _ => Err(format!("is over {LONGEST:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_seconds_and_units() {
        for (text, micros) in [
            ("0", 0),
            ("-0", 0),
            ("1", 1_000_000),
            ("+1", 1_000_000),
            ("1.5", 1_500_000),
            ("0.0005", 500),
            ("1e-3", 1_000),
            ("1e9", 1_000_000_000_000_000),
            ("1s", 1_000_000),
            ("10ms", 10_000),
            ("0.5ms", 500),
            ("500us", 500),
            ("2000ns", 2),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_micros(micros)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "foo",
            "-1",
            "1e400",
            "NaN",
            "inf",
            "0x1",
            "s",
            "1 s",
            "1m",
            "1_0",
            "1e30",
            "1000000001",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"9".repeat(10_000)).is_err());
    }
}
