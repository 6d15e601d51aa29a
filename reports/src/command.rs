//! The subcommands of `waitmark`, a file each.

pub(crate) mod compare;
pub(crate) mod export;
pub(crate) mod gate;
pub(crate) mod history;
pub(crate) mod merge;
pub(crate) mod report;
pub(crate) mod versions;

use std::env;
use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where `cargo bench` leaves the record of its latest run.
fn latest_record() -> PathBuf {
    output_folder().join("record.json")
}

/// Where `cargo bench` keeps the record of every run, named by its date.
fn records_folder() -> PathBuf {
    output_folder().join("records")
}

/// Where `cargo bench` writes to.
fn output_folder() -> PathBuf {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    set("WAITMARK_OUTPUT").map_or_else(
        || PathBuf::from(set("CARGO_TARGET_DIR").unwrap_or("target".into())).join("waitmark"),
        PathBuf::from,
    )
}

/// The JSON files of a folder, sorted by their names; not those of the folders in it.
fn json_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // A file that is just being written has a name that begins with a point.
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.extension().is_some_and(|it| it == "json") && path.is_file() && !hidden {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Writes a line to standard error, if that can be written.
pub(crate) fn note(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints `text`; a reader that has seen enough and went away is no failure.
fn print(text: &str) -> Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("can't write to standard output"),
    }
}
