//! Reading a record from its file, and writing it there: damage is named by its place.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;

use super::check::{Fault, check};
use super::{Record, SCHEMA};
use crate::{atomic_file, text};

/// Why a record could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("no record at {}: `cargo bench` writes one, or give the path of another", .path.display())]
    Missing {
        /// Where the record was looked for.
        path: PathBuf,
    },
    /// The file is there but can't be read.
    #[error("can't read the record {}", .path.display())]
    Io {
        /// The record.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Not JSON, or JSON that is not a record.
    #[error("the record {} is damaged: {problem}", .path.display())]
    Damaged {
        /// The record.
        path: PathBuf,
        /// What is wrong, with line and column.
        problem: String,
    },
    /// Written by another version of waitmark.
    #[error(
        "the record {} has schema {found}, and this version of waitmark reads schema {SCHEMA} only: \
         use the waitmark that wrote it, or measure again",
        .path.display()
    )]
    UnknownSchema {
        /// The record.
        path: PathBuf,
        /// What its `schema` field holds, or as much of it as fits a line.
        found: String,
    },
    /// A value that no measurement can give, such as a negative time.
    #[error("the record {} is damaged: {place} {problem}", .path.display())]
    Impossible {
        /// The record.
        path: PathBuf,
        /// The field, e.g. `cells[3].rounds[0].mean_ns`.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// Why a record could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write the record {}", .path.display())]
pub struct WriteError {
    /// Where it should have gone.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// The only field that is read before the schema is known.
#[derive(Deserialize)]
struct Versioned {
    schema: serde_json::Value,
}

impl Record {
    /// Reads and checks a record.
    ///
    /// # Errors
    ///
    /// A [`ReadError`] that names the file and, where it is damaged, the place. The schema is
    /// checked before anything else, so a record of another version is refused by its number and
    /// not by the first field that differs.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let json = fs::read(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => ReadError::Missing { path: path.into() },
            _ => ReadError::Io { path: path.into(), source },
        })?;
        let damaged = |error| ReadError::Damaged { path: path.into(), problem: in_short(&error) };
        let Versioned { schema } = serde_json::from_slice(&json).map_err(damaged)?;
        if schema != SCHEMA {
            let found = text::short(&schema.to_string());
            return Err(ReadError::UnknownSchema { path: path.into(), found });
        }
        let record: Self = serde_json::from_slice(&json).map_err(damaged)?;
        match check(&record) {
            Ok(()) => Ok(record),
            Err(Fault { place, problem }) => {
                Err(ReadError::Impossible { path: path.into(), place, problem })
            }
        }
    }

    /// What is wrong with the record and where, if it could not be read back.
    pub(crate) fn fault(&self) -> Option<String> {
        check(self).err().map(|Fault { place, problem }| format!("{place} {problem}"))
    }

    /// Writes the record as indented JSON, creating the folder; readers see all of it or none.
    ///
    /// # Errors
    ///
    /// A [`WriteError`] that names the file.
    pub fn write(&self, path: &Path) -> Result<(), WriteError> {
        let failed = |source| WriteError { path: path.into(), source };
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        atomic_file::write(path, &text).map_err(failed)
    }
}

/// What serde says, which repeats whatever it did not expect, with the place at its end.
fn in_short(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = error.to_string();
    text::short(message.strip_suffix(&place).unwrap_or(&message)) + &place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    /// What `Record::read` says of a file with this text, with the folder's name cut.
    fn complaint(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.json");
        fs::write(&path, text).unwrap();
        let error = Record::read(&path).unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "")
    }

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records/one.json");
        let record = synthetic::record();
        record.write(&path).unwrap();
        assert_eq!(Record::read(&path).unwrap(), record);
    }

    #[test]
    fn a_missing_file_says_how_to_get_one() {
        let error = Record::read(Path::new("no/such/record.json")).unwrap_err();
        assert!(matches!(error, ReadError::Missing { .. }));
        insta::assert_snapshot!(error, @"no record at no/such/record.json: `cargo bench` writes one, or give the path of another");
    }

    #[test]
    fn a_cut_file_is_named_with_the_place_of_the_cut() {
        let whole = serde_json::to_string_pretty(&synthetic::record()).unwrap();
        insta::assert_snapshot!(complaint(&whole[..whole.len() / 2]), @"the record /record.json is damaged: EOF while parsing a string at line 1415 column 19");
    }

    #[test]
    fn no_part_of_a_record_passes_for_the_whole() {
        let record = synthetic::record_of(&["sequential", "tokio"], &[5], 2);
        let whole = serde_json::to_string(&record).unwrap();
        for end in (0..whole.len()).step_by(7) {
            assert!(complaint(&whole[..end]).contains(" is damaged: "), "cut at {end}");
        }
    }

    #[test]
    fn an_unknown_schema_is_refused_before_the_rest_is_read() {
        insta::assert_snapshot!(complaint(r#"{ "schema": 1, "cells": "elsewhere" }"#), @"the record /record.json has schema 1, and this version of waitmark reads schema 2 only: use the waitmark that wrote it, or measure again");
    }

    #[test]
    fn json_without_a_schema_is_not_a_record() {
        insta::assert_snapshot!(complaint(r#"{ "cells": [] }"#), @"the record /record.json is damaged: missing field `schema` at line 1 column 15");
    }

    #[test]
    fn a_field_of_the_wrong_type_is_named_by_line_and_column() {
        let text = serde_json::to_string_pretty(&synthetic::record()).unwrap();
        insta::assert_snapshot!(complaint(&text.replacen("\"n\": 5", "\"n\": \"five\"", 1)), @r#"the record /record.json is damaged: invalid type: string "five", expected u32 at line 79 column 17"#);
    }

    #[test]
    fn what_is_quoted_is_kept_short() {
        let long = "x".repeat(3_000_000);
        insta::assert_snapshot!(complaint(&format!("{{ \"schema\": \"{long}\" }}")), @r#"the record /record.json has schema "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..., and this version of waitmark reads schema 2 only: use the waitmark that wrote it, or measure again"#);
        let whole = serde_json::to_string(&synthetic::record()).unwrap();
        let text = whole.replacen("\"planned\"", &format!("\"{long}\""), 1);
        insta::assert_snapshot!(complaint(&text), @"the record /record.json is damaged: unknown variant `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... at line 1 column 3000156");
        let text = whole.replacen("\"planned\"", r#""\u001b[2J\nno""#, 1);
        insta::assert_snapshot!(complaint(&text), @r"the record /record.json is damaged: unknown variant `\u{1b}[2J no`, expected one of `running`, `planned`, `precise`, `max_time`, `interrupted`, `broken` at line 1 column 169");
    }

    #[test]
    fn an_impossible_value_is_refused_by_its_place() {
        let mut record = synthetic::record();
        record.cells[1].rounds[2].mean_ns = -1.0;
        let complaint = complaint(&serde_json::to_string(&record).unwrap());
        insta::assert_snapshot!(complaint, @"the record /record.json is damaged: cells[1].rounds[2].mean_ns is -1.0, and must be from 1.0 to 1000000000000000.0");
    }

    #[test]
    fn a_record_that_can_not_be_written_names_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let path = file.join("record.json");
        let error = synthetic::record().write(&path).unwrap_err();
        assert_eq!(error.path, path);
        assert!(error.to_string().contains("file/record.json"), "{error}");
    }
}
