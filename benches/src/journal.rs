//! The record on disk: written after every turn, so that nothing that comes later can lose it.

use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Context, Result};
use waitmark_reports::change;
use waitmark_reports::record::{self, Ended, Record};

use crate::folder::Folder;
use crate::machine::{self, Before};
use crate::plan::Plan;
use crate::program::Program;
use crate::server::Server;
use crate::shard::Shard;

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
        plan: &Plan,
        server: Option<&Server>,
        open_files: u64,
        folder: &Folder,
    ) -> Result<Self> {
        let created = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let machine = machine::before(program, open_files);
        let record = Record {
            schema: record::SCHEMA,
            run: format!("{:016x}", fastrand::u64(..)),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            git_rev: machine::git_rev(program),
            ended: Ended::Running,
            machine: machine.now(),
            profile: plan.profile.record()?,
            server: Server::record(server),
            variants: plan.variants.iter().map(|variant| variant.record()).collect(),
            shard: plan.shard.map(|Shard(shard)| shard),
            cells: Vec::new(),
            created,
        };
        let path = folder.dated_record(&record.created, &record.run[..4]);
        Ok(Journal { record, machine, path })
    }

    /// The record with these cells.
    pub(crate) fn record(&self, cells: &[record::Cell], ended: Ended) -> Record {
        Record { cells: cells.to_vec(), ended, machine: self.machine.now(), ..self.record.clone() }
    }

    /// The places of the cells that look changed from one variant to another.
    pub(crate) fn suspects(&self, cells: &[record::Cell]) -> Vec<usize> {
        let Record { profile, variants, .. } = &self.record;
        change::suspects(cells, &profile.clients, variants, profile.margin)
    }

    /// Writes the record of a run that goes on.
    pub(crate) fn keep(&self, cells: &[record::Cell]) -> Result<()> {
        self.record(cells, Ended::Running)
            .write(&self.path)
            .context("the run is stopped, because what it measures can't be kept")
    }
}
