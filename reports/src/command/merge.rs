//! `waitmark merge`: several records made one record, or one report.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use waitmark_reports::merge::machines::Machines;
use waitmark_reports::merge::{self, Kind, Part};
use waitmark_reports::record::Record;

use super::print;

/// Make one record of the shards of a run, or one report of runs on several machines.
///
/// Records of `cargo bench -- --shard I/K` are joined into the record that a run of all cells would
/// have left: merged/record.json beside the first of them. They have to be of one profile, one
/// build and one kind of machine.
///
/// Whole records become a report with a column a machine: merged/index.html, summary.md and
/// ratios.csv beside the first of them. It has ratios inside each machine (speedups over its own
/// reference, or a variant's time by the base's) and no times, which say nothing across machines.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The records: all of them shards, or none.
    #[arg(required = true)]
    records: Vec<PathBuf>,
    /// The file of the joined record, or the folder of the report [default: record.json in, or the
    /// folder, `merged` beside the first record].
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Join shards although some are missing; the record then counts as that of an interrupted run.
    #[arg(long)]
    partial: bool,
}

pub(crate) fn run(Arguments { records, output, partial }: Arguments) -> Result<()> {
    let parts = records.iter().map(|path| part(path)).collect::<Result<Vec<Part>>>()?;
    let folder = records.first().map(|first| first.with_file_name("merged")).unwrap_or_default();
    match merge::kind(&parts)? {
        Kind::Shards => {
            let record = merge::join(&parts, partial)?;
            let path = file(output.unwrap_or(folder.join("record.json")));
            record.write(&path).context("the record was not written; name another --output")?;
            let (shards, cells) = (parts.len(), record.cells.len());
            print(&format!("shards: {shards}, cells: {cells}\n{}\n", path.display()))
        }
        Kind::Machines => {
            let machines = Machines::of(&parts)?;
            let written = machines
                .write(&output.unwrap_or(folder))
                .context("the report was not written; name another folder with --output")?;
            let paths = written.iter().map(|path| format!("{}\n", path.display()));
            print(&format!("{}\n\n{}", machines.headline(), paths.collect::<String>()))
        }
    }
}

fn part(path: &Path) -> Result<Part> {
    Ok(Part { name: path.display().to_string(), record: Record::read(path)? })
}

/// The file itself, or the record in it if it is a folder.
fn file(output: PathBuf) -> PathBuf {
    if output.is_dir() { output.join("record.json") } else { output }
}
