//! `waitmark`: renders what `cargo bench` recorded. It measures nothing.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use waitmark_reports::analysis::Analysis;
use waitmark_reports::record::Record;
use waitmark_reports::{report, table};

/// Renders what `cargo bench` recorded.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the report of a record again, and print its speedup table.
    ///
    /// The report is a page (index.html, one file that needs no network), the same tables in
    /// Markdown (summary.md), and one row for each cell (speedup.csv).
    Report {
        /// The record [default: waitmark/record.json in $CARGO_TARGET_DIR, or in target].
        record: Option<PathBuf>,
        /// The folder to write into [default: `report` beside the record].
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Report { record, output } => {
            let record = record.unwrap_or_else(latest_record);
            let output = output.unwrap_or_else(|| record.with_file_name("report"));
            render(&record, &output)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Where `cargo bench` leaves the record of its latest run.
fn latest_record() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Path::new(&target).join("waitmark/record.json")
}

fn render(path: &Path, output: &Path) -> anyhow::Result<()> {
    let record = Record::read(path)?;
    let written = report::write(&record, output)
        .context("the report was not written; name another folder with --output")?;
    let table = table::terminal(&Analysis::of(&record));
    let files = [written.page, written.summary, written.csv];
    let paths: String = files.iter().map(|path| format!("{}\n", path.display())).collect();
    print(&format!("{table}\n{paths}"))
}

/// Prints `text`; a reader that has seen enough and went away is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("can't print the table"),
    }
}
