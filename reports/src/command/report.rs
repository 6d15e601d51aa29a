//! `waitmark report`: a record's report, written again.

use std::path::PathBuf;

use anyhow::{Context, Result};
use waitmark_reports::analysis::Analysis;
use waitmark_reports::record::Record;
use waitmark_reports::{report, table};

use super::{latest_record, print};

/// Write the report of a record again, and print its speedup table.
///
/// The report is a page (index.html, one file that needs no network), the same tables in
/// Markdown (summary.md), and one row for each cell (speedup.csv). Where several builds were
/// compared, there is also one row for each change (changes.csv); otherwise, of scenarios of the
/// guide, one for each of its claims and client (claims.csv).
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The record [default: waitmark/record.json in $CARGO_TARGET_DIR, or in target; in
    /// $WAITMARK_OUTPUT if that is set].
    record: Option<PathBuf>,
    /// The folder to write into [default: `report` beside the record].
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(crate) fn run(Arguments { record, output }: Arguments) -> Result<()> {
    let path = record.unwrap_or_else(latest_record);
    let output = output.unwrap_or_else(|| path.with_file_name("report"));
    let record = Record::read(&path)?;
    let written = report::write(&record, &output)
        .context("the report was not written; name another folder with --output")?;
    let table = table::terminal(&Analysis::of(&record));
    let paths: String =
        written.files().iter().map(|path| format!("{}\n", path.display())).collect();
    print(&format!("{table}\n{paths}"))
}
