//! The report of a record: a page, a summary and a table, each written whole or not at all.

use std::path::{Path, PathBuf};
use std::{fs, io};

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
    /// What changed between variants, one row a cell, variant and quantity: `changes.csv`, where
    /// there are variants.
    pub changes: Option<PathBuf>,
    /// What each client says of the guide's claims, one row a claim and client: `claims.csv`, where
    /// there is a scenario of the guide.
    pub claims: Option<PathBuf>,
}

impl Written {
    /// All files, the page first.
    pub fn files(&self) -> Vec<&Path> {
        let always = [&self.page, &self.summary, &self.csv];
        always.into_iter().chain(&self.changes).chain(&self.claims).map(PathBuf::as_path).collect()
    }
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
    write_analysis(record, &Analysis::of(record), dir)
}

/// Like [`write()`], with this `analysis` of the record.
///
/// # Errors
///
/// An [`Error`] that names the file that could not be written.
pub fn write_analysis(record: &Record, analysis: &Analysis, dir: &Path) -> Result<Written, Error> {
    let write = |name: &str, contents: String| {
        let path = dir.join(name);
        match atomic_file::write(&path, contents.as_bytes()) {
            Ok(()) => Ok(path),
            Err(source) => Err(Error { path, source }),
        }
    };
    Ok(Written {
        page: write("index.html", html::page(record, analysis))?,
        summary: write("summary.md", summary::markdown(record, analysis))?,
        csv: write("speedup.csv", csv::csv(record, analysis))?,
        changes: match &analysis.changes {
            Some(changes) => Some(write("changes.csv", csv::changes(record, changes))?),
            None => remove(dir.join("changes.csv"))?,
        },
        claims: match &analysis.claims {
            Some(claims) => Some(write("claims.csv", csv::claims(record, claims))?),
            None => remove(dir.join("claims.csv"))?,
        },
    })
}

/// Removes what an earlier record's report left there.
fn remove(path: PathBuf) -> Result<Option<PathBuf>, Error> {
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error { path, source }),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    #[test]
    fn all_files_are_written_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("report");
        let written = write(&synthetic::record(), &dir).unwrap();
        let starts = [&written.page, &written.summary, &written.csv]
            .map(|path| fs::read_to_string(path).unwrap()[..15].to_owned());
        assert_eq!(starts, ["<!DOCTYPE html>", "# waitmark: fan", "run,commit,work"]);
        let claims = fs::read_to_string(written.claims.unwrap()).unwrap();
        assert!(claims.starts_with("run,commit,scenario,claim,"), "{claims}");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 4);
    }

    #[test]
    fn changes_have_a_file_only_where_builds_were_compared() {
        let dir = tempfile::tempdir().unwrap();
        let record = synthetic::variants(&["base", "new"], &[5], 3);
        let written = write(&record, dir.path()).unwrap();
        assert_eq!(written.files().len(), 4);
        let changes = written.changes.unwrap();
        assert!(fs::read_to_string(&changes).unwrap().starts_with("run,commit,"));
        // What an earlier record left would be taken for this one's.
        let written = write(&synthetic::record(), dir.path()).unwrap();
        assert_eq!((written.changes, changes.exists()), (None, false));
        let claims = written.claims.unwrap();
        let written = write(&record, dir.path()).unwrap();
        assert_eq!((written.claims, claims.exists()), (None, false), "builds have no claims");
    }

    #[test]
    fn the_floor_of_the_analysis_is_that_of_the_report() {
        let dir = tempfile::tempdir().unwrap();
        let mut record = synthetic::variants(&["base", "new"], &[5], 5);
        synthetic::slow(synthetic::cell_mut(&mut record, "tokio@new", 5), 1.08);
        let said = |floor| {
            let analysis = Analysis::with_floor(&record, floor);
            let written = write_analysis(&record, &analysis, dir.path()).unwrap();
            fs::read_to_string(written.summary).unwrap().lines().nth(2).unwrap().to_owned()
        };
        assert!(said(0.05).starts_with("new takes 1.08x the time"), "{}", said(0.05));
        assert_eq!(said(0.1), "No change of 10 % or more in 2 cells between base and new.");
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
