//! How a claim's figures are written.

use crate::figure;
use crate::stats::Interval;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unit {
    /// A ratio.
    Times,
    /// Delays of the scenario.
    Delays,
    /// Nanoseconds.
    Time,
    /// A share of a whole.
    Share,
    /// So many of these: the word for one, and for several.
    Counted(&'static str, &'static str),
}

impl Unit {
    /// Its name where it stands apart from its figures, and how many of the figures' own it is.
    pub(crate) fn plain(self) -> (&'static str, f64) {
        match self {
            Self::Times => ("x", 1.0),
            Self::Delays => ("delays", 1.0),
            Self::Time => ("s", 1e9),
            Self::Share => ("share", 1.0),
            Self::Counted(_, several) => (several, 1.0),
        }
    }

    /// A figure with its unit, e.g. `1.04 delays`.
    pub(crate) fn figure(self, value: f64) -> String {
        match self {
            Self::Times => figure::speedup(value),
            Self::Time => figure::duration_ns(value),
            Self::Share => figure::percent(value),
            Self::Delays => format!("{} delays", figure::number(value)),
            Self::Counted(one, several) => {
                format!("{} {}", counted(value), if value == 1.0 { one } else { several })
            }
        }
    }

    /// The ends of an interval, without the unit where the figure beside it has it.
    pub(crate) fn interval(self, interval: Interval) -> String {
        let Interval { low, high } = interval;
        match self {
            Self::Time => figure::duration_interval(interval, "–"),
            Self::Share => format!("{}–{}", figure::percent(low), figure::percent(high)),
            Self::Times | Self::Delays => figure::interval(interval, "–"),
            Self::Counted(..) => format!("{}–{}", counted(low), counted(high)),
        }
    }

    /// The figures' range, or the one figure where all read alike, e.g. `1.04 to 1.12 delays`.
    pub(crate) fn range(self, least: f64, most: f64) -> String {
        let (low, high) = (self.figure(least), self.figure(most));
        match (low == high, low.split_once(' '), high.split_once(' ')) {
            (true, ..) => high,
            (_, Some((number, _)), _) if matches!(self, Self::Counted(..)) => {
                format!("{number} to {high}")
            }
            (_, Some((number, unit)), Some((_, same))) if unit == same => {
                format!("{number} to {high}")
            }
            _ => format!("{low} to {high}"),
        }
    }

    /// Where something has to be, both ends included, e.g. `at most 1.40 delays`.
    pub(crate) fn bounds(self, Interval { low, high }: Interval) -> String {
        match (low.is_finite(), high.is_finite()) {
            (true, true) => self.range(low, high),
            (true, false) => format!("at least {}", self.figure(low)),
            (false, _) => format!("at most {}", self.figure(high)),
        }
    }
}

/// As a whole number where it is one or has digits enough.
fn counted(value: f64) -> String {
    let is_whole = value.fract() == 0.0 || value >= 999.5;
    if is_whole { figure::count(value.round() as u64) } else { figure::number(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_unit_of_what_is_measured() {
        let written = [
            Unit::Times.figure(27.51),
            Unit::Delays.figure(1.0432),
            Unit::Time.figure(4.2e6),
            Unit::Share.figure(0.551),
            Unit::Counted("batch", "batches").figure(12_400.0),
            Unit::Counted("dropped", "dropped").figure(1.6),
            Unit::Counted("lines/s", "lines/s").figure(45_123.7),
        ];
        let expected =
            "27.5x, 1.04 delays, 4.20 ms, 55 %, 12,400 batches, 1.60 dropped, 45,124 lines/s";
        assert_eq!(written.join(", "), expected);
    }

    #[test]
    fn ranges_say_their_unit_once_and_what_reads_alike_too() {
        assert_eq!(Unit::Times.range(53.11, 54.72), "53.1x to 54.7x");
        assert_eq!(Unit::Delays.range(1.04, 1.12), "1.04 to 1.12 delays");
        assert_eq!(Unit::Delays.range(1.041, 1.042), "1.04 delays");
        assert_eq!(Unit::Time.range(9e5, 1.2e6), "900 us to 1.20 ms");
        assert_eq!(Unit::Counted("batch", "batches").range(900.0, 1200.0), "900 to 1,200 batches");
        let connections = Unit::Counted("connection", "connections");
        assert_eq!(connections.range(1.0, 3.0), "1 to 3 connections");
        assert_eq!(connections.range(1.0, 1.0), "1 connection");
    }

    #[test]
    fn bounds_read_as_they_are_meant() {
        let written = |unit: Unit, low, high| unit.bounds(Interval { low, high });
        assert_eq!(written(Unit::Times, 4.7, f64::INFINITY), "at least 4.70x");
        assert_eq!(written(Unit::Delays, f64::NEG_INFINITY, 1.4), "at most 1.40 delays");
        assert_eq!(written(Unit::Delays, 4.0, 4.6), "4.00 to 4.60 delays");
        assert_eq!(
            written(Unit::Counted("at once", "at once"), f64::NEG_INFINITY, 3.0),
            "at most 3 at once"
        );
    }

    #[test]
    fn intervals_are_as_exact_as_their_figures() {
        let written = |unit: Unit, low, high| unit.interval(Interval { low, high });
        assert_eq!(written(Unit::Delays, 1.021, 1.0642), "1.02–1.06");
        assert_eq!(written(Unit::Time, 4.1e6, 4.35e6), "4.10–4.35 ms");
        assert_eq!(written(Unit::Share, 0.5, 0.561), "50 %–56 %");
        assert_eq!(
            written(Unit::Counted("lines/s", "lines/s"), 44_000.4, 46_000.0),
            "44,000–46,000"
        );
    }
}
