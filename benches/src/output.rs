//! Text for people. A run must not end because nobody reads it any more: Ctrl-C in
//! `cargo bench 2>&1 | tee log` ends `tee` first.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::{Context, Result};

/// Prints `text` on standard output; a reader that has seen enough and went away is no failure.
pub(crate) fn print(text: impl Display) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match write!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("can't write to standard output"),
    }
}

/// Writes a line to standard error, if that can be written.
pub(crate) fn note(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
