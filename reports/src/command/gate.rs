//! `waitmark gate`: whether a run may pass, as an exit code.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, iter};

use anyhow::{Context, Result};
use waitmark_reports::gate::{self, Gate, Outcome, Rules, Settings, SettingsError, step_summary};
use waitmark_reports::record::Record;
use waitmark_reports::report;

use super::{latest_record, note, print};

/// Usage that can't be meant, as clap has it too.
const USAGE: u8 = 2;
/// A regression, or an expectation that does not hold.
const FAILED: u8 = 3;
/// The evidence does not tell, and that is to be fatal.
const UNDECIDED: u8 = 4;

/// The variable by which GitHub names the file of a job's summary.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Say by the exit code whether a run may pass, by what changed between its builds and by what is
/// expected of it.
///
/// A build fails where a client surely takes more time or CPU time than in the base (Holm's method
/// at 5 % over all cells of the run), where the estimate of how much more is beyond the floor, and
/// where both are so in the rerun once more.
///
/// Expectations are lines in waitmark.toml:
///
///   [gate]
///   floor = "5 %"
///   expect = [
///       "fan_out n=100: tokio over sequential >= 40",
///       "smol over tokio <= 1.10",
///       "no failed cell",
///   ]
///
/// `A over B` is how many times as fast as B A is. It fails where the whole 95 % interval is beyond
/// the bound, and is undecided where the bound is inside an interval that is wider than the floor to
/// either side. Before a colon, any of WORKLOAD, n=, delay= and PARAMETER=VALUE says which cells are
/// meant. Where builds were compared, `tokio@base` is one build's client, and `tokio` that of every
/// build but the base.
///
/// The report is written first, whatever the verdict. Exit codes: 0 pass, 1 an error, 2 wrong usage,
/// 3 failed, 4 undecided with --strict.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The record [default: waitmark/record.json in $CARGO_TARGET_DIR, or in target; in
    /// $WAITMARK_OUTPUT if that is set].
    record: Option<PathBuf>,
    /// The least change that is news [default: that of waitmark.toml, or the run's own margin].
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    floor: Option<f64>,
    /// Fail by the planned rounds alone, whatever the rerun says.
    #[arg(long)]
    no_confirm: bool,
    /// Exit with 4 where the evidence does not tell.
    #[arg(long)]
    strict: bool,
    /// The file of expectations [default: waitmark.toml, where there is one].
    #[arg(long, value_name = "FILE")]
    expectations: Option<PathBuf>,
    /// The folder to write the report into [default: `report` beside the record].
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// A percentage, with or without its sign.
fn percent(text: &str) -> Result<f64, String> {
    let signed: String = text.trim_end_matches('%').chars().chain(iter::once('%')).collect();
    gate::percent(&signed)
        .map_err(|_| "it must be a percentage from 0 to 100, such as 5".to_owned())
}

pub(crate) fn run(arguments: Arguments) -> Result<ExitCode> {
    let settings = match settings(arguments.expectations.as_deref()) {
        Err(error @ SettingsError::Wrong { .. }) => return Ok(usage(&error.to_string())),
        other => other?,
    };
    let path = arguments.record.unwrap_or_else(latest_record);
    let record = Record::read(&path)?;
    if record.variants.len() < 2 && settings.expectations.is_empty() {
        return Ok(usage(&format!(
            "nothing to gate: {} is of one build, and nothing is expected of it; compare it with \
             another by `cargo bench -- --variant base=PATH`, or write expectations into {}",
            path.display(),
            gate::FILE
        )));
    }
    let rules = Rules {
        floor: arguments.floor.or(settings.floor).unwrap_or(record.profile.margin),
        confirm: !arguments.no_confirm,
        expectations: settings.expectations,
    };
    let gate = Gate::of(&record, &rules);
    let output = arguments.output.unwrap_or_else(|| path.with_file_name("report"));
    let written = report::write_analysis(&record, &gate.analysis, &output)
        .context("the report was not written; name another folder with --output");
    let report = written.as_ref().map(|written| format!("Report: {}\n", written.page.display()));
    print(&format!("{}{}", gate.terminal(), report.unwrap_or_default()))?;
    let summary = env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty());
    let appended = summary.map_or(Ok(()), |path| append(Path::new(&path), &step_summary(&gate)));
    let code = exit_code(gate.outcome(), arguments.strict);
    match written.map(drop).and(appended) {
        // A verdict that fails is not undone by what could not be written of it.
        Err(error) if gate.outcome() == Outcome::Fail => {
            note(format_args!("error: {error:#}"));
            Ok(code)
        }
        done => done.map(|()| code),
    }
}

/// The settings that are named, or those of the folder that the command was called in.
fn settings(named: Option<&Path>) -> Result<Settings, SettingsError> {
    match named {
        Some(path) => Settings::read(path),
        // A link to nowhere is there: what was expected must not be passed over.
        None => match Path::new(gate::FILE).symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
            _ => Settings::read(Path::new(gate::FILE)),
        },
    }
}

fn usage(problem: &str) -> ExitCode {
    note(format_args!("error: {problem}"));
    ExitCode::from(USAGE)
}

/// Adds to a file that other steps write to as well.
fn append(path: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("can't append to {}, which {STEP_SUMMARY} names", path.display()))
}

fn exit_code(outcome: Outcome, strict: bool) -> ExitCode {
    match outcome {
        Outcome::Pass => ExitCode::SUCCESS,
        Outcome::Undecided if strict => ExitCode::from(UNDECIDED),
        Outcome::Undecided => ExitCode::SUCCESS,
        Outcome::Fail => ExitCode::from(FAILED),
    }
}
