//! The record on disk: written after every turn, so that nothing that comes later can lose it.

use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Context, Result};
use waitmark_reports::record::{self, Ended, Record};

use crate::folder::Folder;
use crate::machine::{self, Before};
use crate::profile::Profile;
use crate::program::Program;
use crate::server;

/// A run's record as it grows, and where it is kept.
pub(crate) struct Journal {
    /// Everything but the cells and what the machine is like by then.
    record: Record,
    machine: Before,
    /// This run's own file, which later runs leave alone.
    pub(crate) path: PathBuf,
}

impl Journal {
    /// Describes the run and the machine before it. Nothing is written yet.
    pub(crate) fn begin(
        program: &Program,
        profile: &Profile,
        addresses: usize,
        open_files: u64,
        folder: &Folder,
    ) -> Result<Self> {
        let created = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let machine = machine::before(program, open_files);
        let record = Record {
            schema: record::SCHEMA,
            run: format!("{:016x}", fastrand::u64(..)),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            git_rev: machine::git_rev(program.source),
            ended: Ended::Running,
            machine: machine.now(),
            profile: profile.record()?,
            server: server_with(addresses),
            variants: Vec::new(),
            shard: None,
            cells: Vec::new(),
            created,
        };
        let path = folder.dated_record(&record.created);
        Ok(Journal { record, machine, path })
    }

    /// The record with these cells.
    pub(crate) fn record(&self, cells: &[record::Cell], ended: Ended) -> Record {
        Record { cells: cells.to_vec(), ended, machine: self.machine.now(), ..self.record.clone() }
    }

    /// Writes the record of a run that goes on.
    pub(crate) fn keep(&self, cells: &[record::Cell]) -> Result<()> {
        self.record(cells, Ended::Running)
            .write(&self.path)
            .context("the run is stopped, because what it measures can't be kept")
    }
}

/// The server as the record has it: without an address there was none, and so no thread of one.
fn server_with(addresses: usize) -> record::Server {
    record::Server {
        threads: if addresses == 0 { 0 } else { server::THREADS as u32 },
        addresses: u32::try_from(addresses).unwrap_or(u32::MAX),
        url: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_the_server_records_no_thread_of_it() {
        let threads = |addresses| server_with(addresses).threads;
        assert_eq!([0, 1, 64].map(threads), [0, server::THREADS as u32, server::THREADS as u32]);
    }
}
