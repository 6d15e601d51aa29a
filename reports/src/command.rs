//! The subcommands of `waitmark`, a file each.

pub(crate) mod gate;
pub(crate) mod report;
pub(crate) mod versions;

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where `cargo bench` leaves the record of its latest run.
fn latest_record() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Path::new(&target).join("waitmark/record.json")
}

/// Prints `text`; a reader that has seen enough and went away is no failure.
fn print(text: &str) -> Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("can't write to standard output"),
    }
}
