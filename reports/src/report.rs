//! The report of a record: a page, a summary and a table, each written whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use crate::analysis::Analysis;
use crate::record::Record;
use crate::{atomic_file, csv, html, summary};

/// Where a report was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The page: `index.html`, one file that needs no other.
    pub page: PathBuf,
    /// The same tables in Markdown: `summary.md`.
    pub summary: PathBuf,
    /// Every cell's figures, one row a cell: `speedup.csv`.
    pub csv: PathBuf,
}

/// A file of the report could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write {}", .path.display())]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Writes the report of `record` into the folder `dir`, which is made where it is missing.
///
/// # Errors
///
/// An [`Error`] that names the file that could not be written.
pub fn write(record: &Record, dir: &Path) -> Result<Written, Error> {
    let analysis = Analysis::of(record);
    let write = |name: &str, contents: String| {
        let path = dir.join(name);
        match atomic_file::write(&path, contents.as_bytes()) {
            Ok(()) => Ok(path),
            Err(source) => Err(Error { path, source }),
        }
    };
    Ok(Written {
        page: write("index.html", html::page(record, &analysis))?,
        summary: write("summary.md", summary::markdown(record, &analysis))?,
        csv: write("speedup.csv", csv::csv(record, &analysis))?,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::synthetic;

    #[test]
    fn all_three_files_are_written_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("report");
        let written = write(&synthetic::record(), &dir).unwrap();
        let starts = [&written.page, &written.summary, &written.csv]
            .map(|path| fs::read_to_string(path).unwrap()[..15].to_owned());
        assert_eq!(starts, ["<!DOCTYPE html>", "# waitmark: fan", "run,commit,work"]);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 3);
    }

    #[test]
    fn a_folder_that_can_not_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = write(&synthetic::record(), &file).unwrap_err();
        assert_eq!(error.path, file.join("index.html"));
    }
}
