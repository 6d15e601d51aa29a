//! `waitmark history`: trends over all records of a folder.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use waitmark_reports::atomic_file;
use waitmark_reports::history::History;
use waitmark_reports::record::Record;

use super::{json_files, note, print, records_folder};

/// Write a page of trends over all records of a folder.
///
/// For each machine, scenario and size: the clients' speedups over the reference (with variants:
/// the new one's time by the base's) over time, with intervals, and marks where versions (of
/// the run or of the builds that it compared), the method or the kernel changed. Runs of different machines are never joined, and of each machine
/// the newest 60 are shown. What is no record is named and left out. The page is one file that
/// needs no network.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder, of which all *.json are read [default: waitmark/records in $CARGO_TARGET_DIR, or
    /// in target; records in $WAITMARK_OUTPUT if that is set].
    dir: Option<PathBuf>,
    /// The page to write [default: history.html in the folder].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(Arguments { dir, output }: Arguments) -> Result<()> {
    let dir = dir.unwrap_or_else(records_folder);
    let files = json_files(&dir)
        .with_context(|| format!("can't list {}: give the folder of records", dir.display()))?;
    let mut history = History::default();
    for path in &files {
        match Record::read(path) {
            Ok(record) if history.add(&record) => {}
            Ok(record) => {
                note(format_args!(
                    "warning: {} is run {} once more: left out",
                    path.display(),
                    record.run
                ));
            }
            Err(error) => note(format_args!("warning: {:#}: left out", anyhow::Error::from(error))),
        }
    }
    if history.is_empty() {
        bail!(
            "no record can be read in {}: `cargo bench` writes one a run into {}",
            dir.display(),
            records_folder().display()
        );
    }
    let output = output.unwrap_or_else(|| dir.join("history.html"));
    atomic_file::write(&output, history.page().as_bytes())
        .with_context(|| format!("can't write {}: name another --output", output.display()))?;
    print(&format!("{}\n", output.display()))
}
