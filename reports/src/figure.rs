//! How figures are written: three significant digits, and the unit that fits.

use crate::stats::Interval;

/// A number with three significant digits, and all the digits before the point.
pub(crate) fn number(value: f64) -> String {
    if value == 0.0 {
        // Counted as none, not measured to be close to it.
        return "0".to_owned();
    }
    format!("{value:.*}", decimals(value))
}

/// Decimals that give three significant digits, from none to six.
fn decimals(value: f64) -> usize {
    // What rounds up to the next power of ten has one decimal less: 9.996 is 10.0.
    let mut decimals = 0;
    let mut least = 99.95;
    while value.abs() < least && decimals < 6 {
        decimals += 1;
        least /= 10.0;
    }
    decimals
}

/// A speedup, e.g. `51.2x`.
pub(crate) fn speedup(value: f64) -> String {
    format!("{}x", number(value))
}

/// An interval, both ends with the decimals of the lower one, e.g. `49.8 to 52.1`.
///
/// Verdicts turn on which side of 1 an end is, so an end reads as 1 only where it is 1.
pub(crate) fn interval(Interval { low, high }: Interval, between: &str) -> String {
    let reads_as_one = |end: f64, decimals: usize| {
        let unit = 10f64.powi(decimals as i32);
        end != 1.0 && (end * unit).round() == unit
    };
    let mut decimals = decimals(low);
    while decimals < 6 && [low, high].iter().any(|&end| reads_as_one(end, decimals)) {
        decimals += 1;
    }
    format!("{low:.decimals$}{between}{high:.decimals$}")
}

/// By how much more than 1 the ratio is, e.g. `1.2 to 3.1 %`.
pub(crate) fn percents(Interval { low, high }: Interval) -> String {
    format!("{:.1} to {:.1} %", (low - 1.0) * 100.0, (high - 1.0) * 100.0)
}

/// A duration given in nanoseconds, in the unit that keeps it from 1 to 999, e.g. `10.4 ms`.
pub(crate) fn duration_ns(ns: f64) -> String {
    let (unit, name) = time_unit(ns);
    format!("{} {name}", number(ns / unit))
}

/// An interval of durations given in nanoseconds, in the unit that fits its upper end and with the
/// decimals of the lower one, e.g. `9.98–10.53 ms`.
pub(crate) fn duration_interval(Interval { low, high }: Interval, between: &str) -> String {
    let (unit, name) = time_unit(high);
    let (low, high) = (low / unit, high / unit);
    let decimals = decimals(low);
    format!("{low:.decimals$}{between}{high:.decimals$} {name}")
}

/// The nanoseconds of the unit that fits this many, and its name.
fn time_unit(ns: f64) -> (f64, &'static str) {
    // The rounded figure decides: 999.7 us is 1.00 ms.
    match ns {
        ns if ns >= 999.5e6 => (1e9, "s"),
        ns if ns >= 999.5e3 => (1e6, "ms"),
        ns if ns >= 999.5 => (1e3, "us"),
        _ => (1.0, "ns"),
    }
}

/// A number of bytes, in the unit that keeps it from 1 to 999, but in no smaller one than MiB.
pub(crate) fn bytes(bytes: f64) -> String {
    let mebi = bytes / f64::from(1 << 20);
    match mebi {
        mebi if mebi >= 999.5 => format!("{} GiB", number(mebi / 1024.0)),
        mebi => format!("{} MiB", number(mebi)),
    }
}

/// A duration that was set and not measured: as few digits as it has, e.g. `10 ms`, `1 s`.
pub(crate) fn set_duration_ms(ms: f64) -> String {
    match ms {
        ms if ms >= 1000.0 => format!("{} s", ms / 1000.0),
        ms if ms >= 1.0 || ms == 0.0 => format!("{ms} ms"),
        ms => format!("{} us", ms * 1000.0),
    }
}

/// A share as a percentage without decimals where it has two digits before the point.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = if (10.0..99.5).contains(&percent) { 0 } else { 1 };
    format!("{percent:.decimals$} %")
}

/// A share that was set and not measured, as a percentage with as few digits as it has.
pub(crate) fn set_percent(share: f64) -> String {
    // Six decimals hide what binary fractions add: 0.07 is 7 %, not 7.000000000000001 %.
    format!("{} %", (share * 1e8).round() / 1e6)
}

/// A count with a comma between thousands, e.g. `40,500`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Words in a row, e.g. `tokio, smol and async-std`.
pub(crate) fn list<S: AsRef<str>>(words: &[S]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// `1 round`, `5 rounds`, `9,000 requests`.
pub(crate) fn counted(count: usize, one: &str) -> String {
    format!("{} {one}{}", self::count(count as u64), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_whole_number() {
        assert_eq!(number(0.0), "0");
    }

    #[test]
    fn speedups_have_three_digits() {
        let written = [0.0421, 0.987, 0.9996, 1.0, 4.7, 9.994, 9.996, 51.23, 99.96, 1234.5];
        let written: Vec<_> = written.into_iter().map(speedup).collect();
        let expected = "0.0421x 0.987x 1.00x 1.00x 4.70x 9.99x 10.0x 51.2x 100x 1234x";
        assert_eq!(written.join(" "), expected);
    }

    #[test]
    fn durations_take_the_unit_that_fits() {
        let written = [1.0, 850.0, 999.6, 12_340.0, 999_700.0, 10_412_345.0, 1.0449e9, 104.5e9];
        let written: Vec<_> = written.into_iter().map(duration_ns).collect();
        let expected = "1.00 ns, 850 ns, 1.00 us, 12.3 us, 1.00 ms, 10.4 ms, 1.04 s, 104 s";
        assert_eq!(written.join(", "), expected);
    }

    #[test]
    fn both_ends_of_an_interval_of_durations_have_the_same_unit() {
        let written = |low, high| duration_interval(Interval { low, high }, "–");
        assert_eq!(written(9.98e6, 10.53e6), "9.98–10.53 ms");
        assert_eq!(written(999.0, 1001.0), "0.999–1.001 us");
        assert_eq!(written(0.2, 3.0), "0.200–3.000 ns");
    }

    #[test]
    fn bytes_are_mebibytes_and_more() {
        let written = [0.0, 65_536.0, 4_349_952.0, 1_048_051_000.0, 1_048_100_000.0, 2e12];
        let written: Vec<_> = written.into_iter().map(bytes).collect();
        assert_eq!(written.join(", "), "0 MiB, 0.0625 MiB, 4.15 MiB, 999 MiB, 0.976 GiB, 1863 GiB");
    }

    #[test]
    fn set_durations_keep_their_own_digits() {
        let written: Vec<_> = [10.0, 2.5, 0.5, 1000.0, 1500.0, 0.0].map(set_duration_ms).into();
        assert_eq!(written.join(", "), "10 ms, 2.5 ms, 500 us, 1 s, 1.5 s, 0 ms");
    }

    #[test]
    fn percents_counts_and_lists() {
        assert_eq!(
            [0.0512, 0.874, 0.994, 0.996].map(percent).join(", "),
            "5.1 %, 87 %, 99 %, 99.6 %"
        );
        assert_eq!(
            [0, 999, 1000, 40_500, 1_000_000].map(count).join(" "),
            "0 999 1,000 40,500 1,000,000"
        );
        assert_eq!([0.02, 0.07, 0.025].map(set_percent).join(", "), "2 %, 7 %, 2.5 %");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(counted(1, "round") + ", " + &counted(2, "round"), "1 round, 2 rounds");
    }

    #[test]
    fn both_ends_of_an_interval_have_the_same_decimals() {
        assert_eq!(interval(Interval { low: 9.98, high: 10.53 }, " to "), "9.98 to 10.53");
    }

    #[test]
    fn an_end_reads_as_one_only_where_it_is_one() {
        let written = |low, high| interval(Interval { low, high }, " to ");
        assert_eq!(written(1.004, 1.031), "1.004 to 1.031");
        assert_eq!(written(0.9704, 1.0002), "0.9704 to 1.0002");
        assert_eq!(written(1.0, 1.0), "1.00 to 1.00");
        assert_eq!(written(1.0 + 1e-12, 1.2), "1.000000 to 1.200000");
    }
}
