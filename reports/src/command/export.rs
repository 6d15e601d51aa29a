//! `waitmark export`: a record in the formats of others.

use std::path::PathBuf;

use anyhow::{Context, Result};
use waitmark_reports::record::{Record, Status};
use waitmark_reports::{atomic_file, export};

use super::{latest_record, note, print};

/// Write a record in a format of others.
///
/// The result goes to standard output, or into a file with --output.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The format.
    format: Format,
    /// The record [default: waitmark/record.json in $CARGO_TARGET_DIR, or in target; in
    /// $WAITMARK_OUTPUT if that is set].
    record: Option<PathBuf>,
    /// The file to write into [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Comma-separated values, one row a cell: what speedup.csv of the report holds.
    Csv,
    /// The same rows as JSON, one object a line, with null where there is nothing.
    Jsonl,
    /// Bencher Metric Format, for `bencher run --adapter json`: latency and cpu-time of a batch in
    /// nanoseconds, and speedup, with their intervals.
    Bencher,
    /// For github-action-benchmark with `tool: customSmallerIsBetter`: of each cell its time by the
    /// reference's, or by the base variant's where there are variants.
    Github,
}

pub(crate) fn run(Arguments { format, record, output }: Arguments) -> Result<()> {
    let record = Record::read(&record.unwrap_or_else(latest_record))?;
    let (format, holds_all) = match format {
        Format::Csv => (export::Format::Csv, true),
        Format::Jsonl => (export::Format::JsonLines, true),
        Format::Bencher => (export::Format::Bencher, false),
        Format::Github => (export::Format::Github, false),
    };
    let text = export::export(&record, format)?;
    let without = record.cells.iter().filter(|cell| cell.status != Status::Measured).count();
    if without > 0 && !holds_all {
        note(format_args!(
            "warning: failed or not run, and left out: {without} of {}",
            record.cells.len()
        ));
    }
    match output {
        None => print(&text),
        Some(path) => atomic_file::write(&path, text.as_bytes())
            .with_context(|| format!("can't write {}: name another --output", path.display())),
    }
}
