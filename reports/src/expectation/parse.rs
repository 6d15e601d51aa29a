//! Reads an expectation from its line.
//!
//! ```text
//! line  = [scope ":"] claim
//! scope = any of WORKLOAD, n=NUMBER, delay=DURATION, PARAMETER=VALUE, with spaces between them
//! claim = CLIENT "over" CLIENT (">=" | "<=") NUMBER, or "no failed cell"
//! ```

use std::str::FromStr;

use super::line::{Bound, Claim, Expectation, Scope};
use crate::text;

const NO_FAILED_CELL: &str = "no failed cell";

/// A line that is no expectation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{line}` is no expectation: {problem}")]
pub struct ParseError {
    /// The line, or as much of it as fits a message.
    pub line: String,
    /// What is wrong with it, and what is allowed.
    pub problem: String,
}

impl FromStr for Expectation {
    type Err = ParseError;

    fn from_str(line: &str) -> Result<Self, ParseError> {
        let parsed = match line.split_once(':') {
            Some((scope, claim)) => self::scope(scope).and_then(|it| Ok((it, self::claim(claim)?))),
            None => self::claim(line).map(|claim| (Scope::default(), claim)),
        };
        match parsed {
            Ok((scope, claim)) => Ok(Self { text: line.trim().to_owned(), scope, claim }),
            Err(problem) => Err(ParseError { line: text::short(line.trim()), problem }),
        }
    }
}

fn scope(words: &str) -> Result<Scope, String> {
    let mut scope = Scope::default();
    for word in words.split_whitespace() {
        match word.split_once('=') {
            None => once(&mut scope.workload, word.to_owned(), "the workload")?,
            Some(("n", n)) => once(&mut scope.n, count(n)?, "n")?,
            Some(("delay", delay)) => once(&mut scope.delay_ms, duration_ms(delay)?, "delay")?,
            Some((name, value)) if name.is_empty() || value.is_empty() => {
                return Err(format!("`{}` must be PARAMETER=VALUE", text::short(word)));
            }
            Some((name, _)) if scope.params.iter().any(|(known, _)| known == name) => {
                return Err(format!("{} is given twice", text::short(name)));
            }
            Some((name, value)) => scope.params.push((name.to_owned(), value.to_owned())),
        }
    }
    match scope == Scope::default() {
        true => {
            Err("before the `:` there must be a workload, n=, delay= or PARAMETER=VALUE".into())
        }
        false => Ok(scope),
    }
}

fn once<T>(place: &mut Option<T>, value: T, name: &str) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("{name} is given twice")),
    }
}

fn claim(text: &str) -> Result<Claim, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.join(" ") == NO_FAILED_CELL {
        return Ok(Claim::NoFailedCell);
    }
    let (clients, bound) = match (text.split_once(">="), text.split_once("<=")) {
        (Some((clients, number)), None) => (clients, Bound::AtLeast(self::number(number)?)),
        (None, Some((clients, number))) => (clients, Bound::AtMost(self::number(number)?)),
        _ => return Err(allowed()),
    };
    let words: Vec<&str> = clients.split_whitespace().collect();
    let sides: Vec<String> = words.split(|word| *word == "over").map(|it| it.join(" ")).collect();
    match sides.as_slice() {
        [fast, slow] if fast.is_empty() || slow.is_empty() => Err(allowed()),
        [fast, slow] if fast == slow => {
            Err(format!("{} is held against itself", text::short(fast)))
        }
        [fast, slow] => Ok(Claim::Ratio { fast: fast.clone(), slow: slow.clone(), bound }),
        _ => Err(allowed()),
    }
}

fn allowed() -> String {
    format!(
        "it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or \
         `{NO_FAILED_CELL}`, after the cells it is for and a `:` if it is not for all"
    )
}

/// Digits with at most one point: how many times as fast something is is never written otherwise.
fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let plain = text.chars().all(|it| it.is_ascii_digit() || it == '.');
    let value = text.parse().ok().filter(|value: &f64| plain && *value > 0.0 && value.is_finite());
    value.ok_or_else(|| {
        format!("`{}` must be a number above 0, such as 40 or 1.10", text::short(text))
    })
}

fn count(text: &str) -> Result<u32, String> {
    let plain = text.chars().all(|it| it.is_ascii_digit());
    let value = text.parse().ok().filter(|value| plain && *value > 0);
    value.ok_or_else(|| {
        format!("n is `{}`, and must be a whole number from 1 to {}", text::short(text), u32::MAX)
    })
}

fn duration_ms(text: &str) -> Result<f64, String> {
    let units = [("us", 1e-3), ("ms", 1.0), ("s", 1e3)];
    let parsed = units.iter().find_map(|(unit, ms)| {
        let number = text.strip_suffix(unit)?;
        let plain = !number.is_empty() && number.chars().all(|it| it.is_ascii_digit() || it == '.');
        number.parse().ok().filter(|value: &f64| plain && value.is_finite()).map(|it| it * ms)
    });
    parsed.ok_or_else(|| {
        format!("delay is `{}`, and must be like 500us, 10ms or 1.5s", text::short(text))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(line: &str) -> Expectation {
        line.parse().unwrap()
    }

    fn refused(lines: &[&str]) -> String {
        let refused = |line: &&str| line.parse::<Expectation>().unwrap_err().to_string();
        lines.iter().map(refused).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_whole_line() {
        let line =
            "  pipeline n=100 delay=1.5s stages=3 mode=fast:  tokio@new over thread-pool-32>=40.5 ";
        let expectation = parsed(line);
        assert_eq!(expectation.to_string(), line.trim());
        let param = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let scope = Scope {
            workload: Some("pipeline".to_owned()),
            n: Some(100),
            delay_ms: Some(1500.0),
            params: vec![param("stages", "3"), param("mode", "fast")],
        };
        assert_eq!(expectation.scope, scope);
        let (fast, slow) = ("tokio@new".to_owned(), "thread-pool-32".to_owned());
        let claim = Claim::Ratio { fast, slow, bound: Bound::AtLeast(40.5) };
        assert_eq!(expectation.claim, claim);
    }

    #[test]
    fn the_shortest_lines() {
        let (fast, slow) = ("my pool".to_owned(), "tokio".to_owned());
        let claim = Claim::Ratio { fast, slow, bound: Bound::AtMost(1.1) };
        assert_eq!(parsed("my pool over tokio <= 1.10").claim, claim);
        assert_eq!(parsed("no failed  cell").claim, Claim::NoFailedCell);
        let scope = Scope { delay_ms: Some(0.5), ..Scope::default() };
        assert_eq!(parsed("delay=500us:no failed cell").scope, scope);
    }

    #[test]
    fn what_is_wrong_is_said_with_what_is_allowed() {
        insta::assert_snapshot!(refused(&[
            "",
            "tokio over smol",
            "tokio over smol > 2",
            "tokio >= 2",
            "tokio over smol over sequential >= 2",
            "over smol >= 2",
            "tokio over tokio >= 1",
            "tokio over smol >= 2x",
            "tokio over smol >= -2",
            "tokio over smol <= 0",
            "tokio over smol <= 1e3",
            "tokio over smol <= ",
            "tokio over smol >= 1 <= 2",
            "no failed cells",
        ]), @"
        `` is no expectation: it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or `no failed cell`, after the cells it is for and a `:` if it is not for all
        `tokio over smol` is no expectation: it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or `no failed cell`, after the cells it is for and a `:` if it is not for all
        `tokio over smol > 2` is no expectation: it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or `no failed cell`, after the cells it is for and a `:` if it is not for all
        `tokio >= 2` is no expectation: it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or `no failed cell`, after the cells it is for and a `:` if it is not for all
        `tokio over smol over sequential >= 2` is no expectation: it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or `no failed cell`, after the cells it is for and a `:` if it is not for all
        `over smol >= 2` is no expectation: it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or `no failed cell`, after the cells it is for and a `:` if it is not for all
        `tokio over tokio >= 1` is no expectation: tokio is held against itself
        `tokio over smol >= 2x` is no expectation: `2x` must be a number above 0, such as 40 or 1.10
        `tokio over smol >= -2` is no expectation: `-2` must be a number above 0, such as 40 or 1.10
        `tokio over smol <= 0` is no expectation: `0` must be a number above 0, such as 40 or 1.10
        `tokio over smol <= 1e3` is no expectation: `1e3` must be a number above 0, such as 40 or 1.10
        `tokio over smol <=` is no expectation: `` must be a number above 0, such as 40 or 1.10
        `tokio over smol >= 1 <= 2` is no expectation: it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or `no failed cell`, after the cells it is for and a `:` if it is not for all
        `no failed cells` is no expectation: it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or `no failed cell`, after the cells it is for and a `:` if it is not for all
        ");
    }

    #[test]
    fn a_wrong_scope_is_named() {
        insta::assert_snapshot!(refused(&[
            ": no failed cell",
            "n=0: no failed cell",
            "n=ten: no failed cell",
            "n=+1: no failed cell",
            "n=5000000000: no failed cell",
            "delay=10: no failed cell",
            "delay=ms: no failed cell",
            "delay=infs: no failed cell",
            "stages=: no failed cell",
            "=3: no failed cell",
            "n=1 n=2: no failed cell",
            "stages=1 stages=2: no failed cell",
            "fan_out pipeline: no failed cell",
        ]), @"
        `: no failed cell` is no expectation: before the `:` there must be a workload, n=, delay= or PARAMETER=VALUE
        `n=0: no failed cell` is no expectation: n is `0`, and must be a whole number from 1 to 4294967295
        `n=ten: no failed cell` is no expectation: n is `ten`, and must be a whole number from 1 to 4294967295
        `n=+1: no failed cell` is no expectation: n is `+1`, and must be a whole number from 1 to 4294967295
        `n=5000000000: no failed cell` is no expectation: n is `5000000000`, and must be a whole number from 1 to 4294967295
        `delay=10: no failed cell` is no expectation: delay is `10`, and must be like 500us, 10ms or 1.5s
        `delay=ms: no failed cell` is no expectation: delay is `ms`, and must be like 500us, 10ms or 1.5s
        `delay=infs: no failed cell` is no expectation: delay is `infs`, and must be like 500us, 10ms or 1.5s
        `stages=: no failed cell` is no expectation: `stages=` must be PARAMETER=VALUE
        `=3: no failed cell` is no expectation: `=3` must be PARAMETER=VALUE
        `n=1 n=2: no failed cell` is no expectation: n is given twice
        `stages=1 stages=2: no failed cell` is no expectation: stages is given twice
        `fan_out pipeline: no failed cell` is no expectation: the workload is given twice
        ");
    }

    #[test]
    fn what_a_message_repeats_is_short_and_in_one_line() {
        let long = refused(&[&format!("{}\u{1b}[2J\n", "x".repeat(1_000_000))]);
        assert!(long.len() < 500 && !long.contains(['\u{1b}', '\n']), "{long}");
    }

    proptest! {
        #[test]
        fn no_line_is_read_in_two_ways(
            workload in prop::option::of("[a-z_]{1,12}"),
            n in prop::option::of(1u32..),
            delay in prop::option::of(0u32..100_000),
            stages in prop::option::of("[a-z0-9.]{1,5}"),
            fast in "[a-np-z][a-z0-9@-]{0,12}",
            slow in "[A-NP-Z][a-z0-9@-]{0,12}",
            bound in (any::<bool>(), 0.001f64..1e6),
        ) {
            let words = [
                workload.clone(),
                n.map(|n| format!("n={n}")),
                delay.map(|us| format!("delay={us}us")),
                stages.as_ref().map(|stages| format!("stages={stages}")),
            ];
            let scope = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let colon = if scope.is_empty() { "" } else { ": " };
            let (sign, bound) = match bound {
                (true, value) => (">=", Bound::AtLeast(value)),
                (false, value) => ("<=", Bound::AtMost(value)),
            };
            let (Bound::AtLeast(value) | Bound::AtMost(value)) = bound;
            let read = parsed(&format!("{scope}{colon}{fast} over {slow} {sign} {value}"));
            prop_assert_eq!(read.claim, Claim::Ratio { fast, slow, bound });
            let delay_ms = delay.map(|us| f64::from(us) * 1e-3);
            let params = stages.map(|stages| ("stages".to_owned(), stages)).into_iter().collect();
            prop_assert_eq!(read.scope, Scope { workload, n, delay_ms, params });
        }

        #[test]
        fn any_text_is_read_or_refused(line in ".{0,60}") {
            if let Err(error) = line.parse::<Expectation>() {
                prop_assert!(!error.problem.is_empty());
            }
        }

        #[test]
        fn words_of_the_language_in_any_order_are_read_or_refused(
            words in prop::collection::vec(prop::sample::select(vec![
                "no", "failed", "cell", "over", ">=", "<=", "40", "1.1", "tokio", "smol", ":",
                "n=5", "delay=10ms", "a=b", "=", ".",
            ]), 0..10),
        ) {
            let line = words.join(" ");
            if let Ok(read) = line.parse::<Expectation>() {
                prop_assert_eq!(read.to_string().parse(), Ok(read));
            }
        }
    }
}
