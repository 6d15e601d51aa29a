//! `waitmark.toml`: what a project holds its runs to.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;
use toml::{Spanned, Value};

use crate::expectation::{Expectation, ParseError};
use crate::text;

/// The file of settings, where it is not named otherwise.
pub const FILE: &str = "waitmark.toml";

/// What a project holds its runs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The least change that is news, as a share; absent where it is the run's own margin.
    pub floor: Option<f64>,
    /// What has to hold, in the order of the file.
    pub expectations: Vec<Expectation>,
}

/// Why settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file can't be read.
    #[error("can't read the expectations {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It can, and something in it is wrong.
    #[error("{}, line {line}: {problem}", .path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what is allowed.
        problem: String,
    },
}

/// The file as TOML has it. Its values are read as any, so that what is wrong with one can say what
/// is allowed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    gate: Section,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    floor: Option<Spanned<Value>>,
    #[serde(default)]
    expect: Vec<Spanned<Value>>,
}

/// What is wrong, and where in the text.
type Wrong = (Range<usize>, String);

impl Settings {
    /// Reads a file of settings.
    ///
    /// # Errors
    ///
    /// A [`SettingsError`] that names the file and, where it is wrong, the line and what is allowed.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = fs::read_to_string(path)
            .map_err(|source| SettingsError::Io { path: path.into(), source })?;
        Self::parse(&text).map_err(|(place, problem)| {
            let before = text.get(..place.start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            SettingsError::Wrong { path: path.into(), line, problem }
        })
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        let File { gate: Section { floor, expect } } =
            toml::from_str(text).map_err(|error: toml::de::Error| {
                (error.span().unwrap_or_default(), text::short(error.message()))
            })?;
        let expectations = expect.iter().map(expectation).collect::<Result<_, _>>()?;
        Ok(Self { floor: floor.as_ref().map(self::floor).transpose()?, expectations })
    }
}

fn floor(value: &Spanned<Value>) -> Result<f64, Wrong> {
    let wrong = |problem| (value.span(), format!("floor {problem}"));
    let text = value.get_ref().as_str();
    let text = text.ok_or_else(|| wrong("must be a text, such as \"5 %\"".to_owned()))?;
    percent(text).map_err(wrong)
}

fn expectation(value: &Spanned<Value>) -> Result<Expectation, Wrong> {
    let wrong = |problem| (value.span(), problem);
    let line = value.get_ref().as_str();
    let line = line.ok_or_else(|| wrong("an expectation must be a text".to_owned()))?;
    line.parse().map_err(|error: ParseError| wrong(error.to_string()))
}

/// A percentage with its sign, e.g. `5 %`, as a share.
///
/// # Errors
///
/// What is allowed, to be said after the name of what it was to be.
pub fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().strip_suffix('%').map(str::trim);
    let plain = |number: &&str| number.chars().all(|it| it.is_ascii_digit() || it == '.');
    let percent: Option<f64> = number.filter(plain).and_then(|number| number.parse().ok());
    match percent.filter(|percent| (0.0..=100.0).contains(percent)) {
        Some(percent) => Ok(percent / 100.0),
        None => Err(format!(
            "is `{}`, and must be a percentage from 0 % to 100 %, such as `5 %`",
            text::short(text)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a file with this text, with the folder's name cut.
    fn refusal(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::write(&path, text).unwrap();
        let error = Settings::read(&path).unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "")
    }

    #[test]
    fn a_whole_file() {
        let text = "[gate]\nfloor = \"2.5 %\"\nexpect = [\n  \"no failed cell\",\n  \"n=5: a over b >= 2\"\n]\n";
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.floor, Some(0.025));
        let lines: Vec<String> = settings.expectations.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["no failed cell", "n=5: a over b >= 2"]);
    }

    #[test]
    fn an_empty_file_expects_nothing() {
        assert_eq!(Settings::parse("").unwrap(), Settings::default());
        assert_eq!(Settings::parse("[gate]").unwrap(), Settings::default());
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        let refusals = [
            "[gate]\nfloor = 0.05",
            "[gate]\nfloor = \"5\"",
            "[gate]\nfloor = \"101 %\"",
            "[gate]\nfloor = \"-1 %\"",
            "[gate]\nflor = \"5 %\"",
            "[gates]",
            "[gate]\nexpect = \"no failed cell\"",
            "[gate]\nexpect = [\n  \"no failed cell\",\n  7,\n]",
            "[gate]\nexpect = [\n  \"no failed cell\",\n  \"tokio over smol\",\n]",
            "[gate]\n\nexpect = [",
            "gate",
        ];
        insta::assert_snapshot!(refusals.map(refusal).join("\n"), @r#"
        /waitmark.toml, line 2: floor must be a text, such as "5 %"
        /waitmark.toml, line 2: floor is `5`, and must be a percentage from 0 % to 100 %, such as `5 %`
        /waitmark.toml, line 2: floor is `101 %`, and must be a percentage from 0 % to 100 %, such as `5 %`
        /waitmark.toml, line 2: floor is `-1 %`, and must be a percentage from 0 % to 100 %, such as `5 %`
        /waitmark.toml, line 2: unknown field `flor`, expected `floor` or `expect`
        /waitmark.toml, line 1: unknown field `gates`, expected `gate`
        /waitmark.toml, line 2: invalid type: string "no failed cell", expected a sequence
        /waitmark.toml, line 4: an expectation must be a text
        /waitmark.toml, line 4: `tokio over smol` is no expectation: it must be `CLIENT over CLIENT >= NUMBER`, `CLIENT over CLIENT <= NUMBER` or `no failed cell`, after the cells it is for and a `:` if it is not for all
        /waitmark.toml, line 3: unclosed array, expected `]`
        /waitmark.toml, line 1: key with no value, expected `=`
        "#);
    }

    #[test]
    fn a_file_that_can_not_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Settings::read(folder.path()).unwrap_err();
        assert!(matches!(error, SettingsError::Io { .. }));
        let path = folder.path().display().to_string();
        assert!(error.to_string().contains(&path), "{error}");
    }
}
