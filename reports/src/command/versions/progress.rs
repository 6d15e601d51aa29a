//! How far the builds are: lines that stay, and on a terminal one that moves.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// How much of a moving line is shown: one that wraps could not be taken back.
const WIDTH: usize = 78;

/// Standard error, with at most one line that is taken back.
pub(super) struct Progress {
    is_terminal: bool,
    /// The line that is there now; empty for none.
    shown: String,
}

impl Progress {
    pub(super) fn new() -> Self {
        Progress { is_terminal: io::stderr().is_terminal(), shown: String::new() }
    }

    /// A line that stays.
    pub(super) fn say(&mut self, line: &str) {
        self.clear();
        // A run does not end because nobody reads this any more.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// A line that the next one takes the place of; none where there is no terminal.
    pub(super) fn show(&mut self, line: &str) {
        let line: String = line.chars().take(WIDTH).collect();
        if !self.is_terminal || line == self.shown {
            return;
        }
        self.clear();
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "{line}").and_then(|()| stderr.flush());
        self.shown = line;
    }

    /// Takes the moving line back.
    pub(super) fn clear(&mut self) {
        if !std::mem::take(&mut self.shown).is_empty() {
            let _ = write!(io::stderr().lock(), "\r\x1b[2K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A time for people: `1m 5s`.
pub(super) fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64().round().max(1.0) as u64;
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, seconds) => format!("{minutes}m {seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_for_people() {
        let texts = [0.2, 41.4, 59.7, 65.0, 3600.0].map(|s| shown(Duration::from_secs_f64(s)));
        assert_eq!(texts, ["1s", "41s", "1m 0s", "1m 5s", "60m 0s"]);
    }
}
