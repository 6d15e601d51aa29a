//! `waitmark compare`: what two runs say of each other.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use waitmark_reports::compare::{self, Compared};
use waitmark_reports::record::Record;

use super::{json_files, print, records_folder};

/// Compare two runs cell by cell.
///
/// A hint and no proof: two runs are two moments, and their rounds don't pair up. Times are
/// compared by Welch's t test. Where the machine or the method differ no cell is called faster or
/// slower, unless --cross-machine is given. To know what a change did, run both builds as variants
/// in one run. The exit code is 0 whatever is found, and 1 for a record that can't be read.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The record that the other is held against: a path, or `latest` or `previous` for the newest
    /// and the one before among waitmark/records/*.json in the target folder (in $WAITMARK_OUTPUT
    /// if that is set).
    base: PathBuf,
    /// The other record: a path, `latest` or `previous`.
    new: PathBuf,
    /// Judge in spite of another machine or method, and say so on every line.
    #[arg(long)]
    cross_machine: bool,
}

pub(crate) fn run(Arguments { base, new, cross_machine }: Arguments) -> Result<()> {
    let [base, new] = [base, new].map(|name| Ok::<_, anyhow::Error>(Record::read(&found(name)?)?));
    print(&compare::terminal(&Compared::of(&base?, &new?, cross_machine)))
}

/// The path that a name stands for.
fn found(name: PathBuf) -> Result<PathBuf> {
    let age = match name.to_str() {
        Some("latest") => 0,
        Some("previous") => 1,
        _ => return Ok(name),
    };
    let folder = records_folder();
    // Their names are their dates.
    let mut records = json_files(&folder)
        .with_context(|| format!("can't list {}: give the path of a record", folder.display()))?;
    let (count, name) = (records.len(), name.display());
    if count <= age {
        bail!(
            "there is no {name} record: {} holds {count}; `cargo bench` writes one a run",
            folder.display()
        );
    }
    Ok(records.swap_remove(count - 1 - age))
}
