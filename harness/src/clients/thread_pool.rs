//! Blocking calls on a pool of threads: of a fixed width, or of one thread for each of n.

use std::io;
use std::num::NonZero;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::threads::Threads;
use crate::workload::{Model, Workload};

/// Blocking calls on a pool of threads.
pub struct ThreadPool(Threads);

/// How many threads the pool has.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    width: Width,
}

/// A number, or `n`: a statement about a pool is one about its width, so there is no default.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "Text", into = "Text")]
enum Width {
    Fixed(NonZero<usize>),
    N,
}

/// A width as a profile writes it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Text {
    Number(i64),
    Word(String),
}

/// More threads than any machine is asked for by a pool's width.
const WIDEST: usize = 20_000;

impl TryFrom<Text> for Width {
    type Error = String;

    fn try_from(text: Text) -> Result<Self, String> {
        let allowed = |text: &dyn std::fmt::Display| {
            format!("width {text} is not allowed: 1 to {WIDEST}, or \"n\" for as many as n")
        };
        match text {
            Text::Word(word) if word == "n" => Ok(Width::N),
            Text::Word(word) => Err(allowed(&format!("{word:?}"))),
            Text::Number(number) => usize::try_from(number)
                .ok()
                .filter(|&width| width <= WIDEST)
                .and_then(NonZero::new)
                .map(Width::Fixed)
                .ok_or_else(|| allowed(&number)),
        }
    }
}

impl From<Width> for Text {
    fn from(width: Width) -> Text {
        match width {
            Width::Fixed(width) => Text::Number(width.get() as i64),
            Width::N => Text::Word("n".to_owned()),
        }
    }
}

impl Settings {
    fn threads(&self, n: usize) -> NonZero<usize> {
        match self.width {
            Width::Fixed(width) => width,
            Width::N => NonZero::new(n).unwrap_or(NonZero::<usize>::MIN),
        }
    }
}

impl Client for ThreadPool {
    const KIND: &'static str = "thread-pool";
    const MODEL: Model = Model::Threads;
    const CRATES: &'static [&'static str] = &["crossbeam-channel"];

    type Settings = Settings;

    fn start(settings: &Settings, n: usize) -> io::Result<Self> {
        Threads::start(settings.threads(n)).map(ThreadPool)
    }

    fn limit(settings: &Settings, n: usize) -> Option<NonZero<usize>> {
        Some(settings.threads(n))
    }

    fn run<W: Workload>(&self, workload: &Arc<W>, input: &Arc<W::Input>) -> W::Outcome {
        workload.blocking(&self.0, input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_a_number_or_n() {
        let limit = |text: &str| -> Result<usize, String> {
            let settings: Settings = serde_json::from_str(text).map_err(|e| e.to_string())?;
            Ok(ThreadPool::limit(&settings, 100).unwrap().get())
        };
        assert_eq!(limit(r#"{"width": 32}"#), Ok(32));
        assert_eq!(limit(r#"{"width": "n"}"#), Ok(100));
        for wrong in [r#"{"width": 0}"#, r#"{"width": -1}"#, r#"{"width": 20001}"#] {
            assert!(limit(wrong).unwrap_err().contains("is not allowed: 1 to 20000, or \"n\""));
        }
        assert!(limit(r#"{"width": "m"}"#).unwrap_err().starts_with("width \"m\" is not allowed"));
        assert!(limit("{}").unwrap_err().starts_with("missing field `width`"));
    }

    crate::client_contract!(ThreadPool, r#"{"width": 4}"#);
}
