//! The run, from the profile to the report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use waitmark_harness::workload::Servers;
use waitmark_reports::analysis::Analysis;
use waitmark_reports::record::{Ended, Record, Status};
use waitmark_reports::{report, table};

use crate::cell::{self, Cell};
use crate::cli::Cli;
use crate::folder::Folder;
use crate::journal::Journal;
use crate::message::How;
use crate::profile::Profile;
use crate::program::Program;
use crate::progress::{Progress, round as about};
use crate::rounds::{Ground, Rounds, estimate};
use crate::server::Server;
use crate::turn::Stopped;
use crate::{interrupt, output, preflight, verify};

/// Prints the names of the cells.
pub(crate) fn list(program: &Program, cli: &Cli) -> Result<ExitCode> {
    let profile = Profile::from_env(&program.catalogue)?;
    for cell in plan(program, &profile, &cli.filters)? {
        output::print(format_args!("{cell}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Verifies every client and runs every cell once, and says of each whether it was right.
pub(crate) fn test(program: &Program, cli: &Cli) -> Result<ExitCode> {
    let profile = Profile::from_env(&program.catalogue)?;
    let profile = Profile { rounds: 1, precision: None, max_time: None, ..profile };
    let cells = plan(program, &profile, &cli.filters)?;
    let mut bench = Bench::prepare(program, profile, cells)?;
    let once: fn(&Cell) -> How = |_| How::Batches(1);
    let mut progress =
        Progress::new(estimate(&bench.verification, once) + estimate(&bench.cells, once));
    let mut rounds = bench.rounds()?;
    let stopped = rounds
        .verify(&bench.verification, &mut progress)
        .and_then(|()| rounds.run(once, &mut progress, |_| Ok(())))
        .err();
    progress.end();
    let (mut passed, mut failed) = (0, 0);
    for (cell, record) in rounds.results() {
        passed += usize::from(record.status == Status::Measured);
        failed += usize::from(record.status == Status::Failed);
        let said = match (record.status, &record.reason) {
            (Status::Measured, _) => "ok",
            (Status::Skipped, _) => "not run",
            (Status::Failed, reason) => &format!("FAILED: {}", reason.as_deref().unwrap_or("")),
        };
        output::print(format_args!("{cell} ... {said}\n"))?;
    }
    drop(rounds);
    output::print(format_args!("{passed} passed, {failed} failed\n"))?;
    bench.exit_code(stopped, failed)
}

/// Measures, writes the record and the report, and prints the table.
pub(crate) fn measure(program: &Program, cli: &Cli) -> Result<ExitCode> {
    let mut profile = Profile::from_env(&program.catalogue)?;
    profile.max_time = cli.max_time.or(profile.max_time);
    let cells = plan(program, &profile, &cli.filters)?;
    let mut bench = Bench::prepare(program, profile, cells)?;
    let journal = bench.journal()?;
    let Ran { record, stopped, took } = bench.run(&journal)?;
    ensure!(
        record.ended != Ended::MaxTime || record.cells.iter().any(|cell| !cell.rounds.is_empty()),
        "the time was over before anything was measured, and the last record is left as it is: \
         one round takes about {}",
        about(estimate(&bench.verification, verify::how) + estimate(&bench.cells, Cell::budget))
    );
    let with = |status| record.cells.iter().filter(|cell| cell.status == status).count();
    // A run that was stopped before it measured anything leaves the last record and report alone.
    if with(Status::Measured) > 0 || stopped.is_none() {
        let published = bench.publish(&record, &journal.path);
        let published = published.and(output::print(format_args!("Took {}.\n", about(took))));
        match &stopped {
            None => published?,
            // Why the run stopped comes last, and is what it ends with.
            Some(_) => {
                published.unwrap_or_else(|error| output::note(format_args!("error: {error:#}")));
            }
        }
    }
    bench.exit_code(stopped, with(Status::Failed))
}

/// The cells of a profile that match the filters; never none.
fn plan(program: &Program, profile: &Profile, filters: &[String]) -> Result<Vec<Cell>> {
    let cells = cell::plan(&program.catalogue, profile, filters)?;
    ensure!(
        !cells.is_empty(),
        "no cell of profile {} matches `{}`: `cargo bench -- --list` lists them",
        profile.name,
        filters.join("` or `")
    );
    Ok(cells)
}

/// All that a run has before its first round.
pub(crate) struct Bench<'a> {
    program: &'a Program,
    pub(crate) profile: Profile,
    pub(crate) cells: Vec<Cell>,
    verification: Vec<Cell>,
    open_files: u64,
    pub(crate) folder: Folder,
    criterion: PathBuf,
    /// `None` where no cell needs it.
    server: Option<Server>,
    servers: Servers,
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) record: Record,
    pub(crate) stopped: Option<Stopped>,
    pub(crate) took: Duration,
}

impl<'a> Bench<'a> {
    /// Refuses what can't work, then starts the server.
    pub(crate) fn prepare(
        program: &'a Program,
        profile: Profile,
        cells: Vec<Cell>,
    ) -> Result<Self> {
        let verification = verify::plan(&program.catalogue, &profile, &cells)?;
        let open_files = preflight::check(cells.iter().chain(&verification))?;
        let folder = Folder::take(program.cargo_tmp.as_ref())?;
        let criterion = folder.fresh_criterion()?;
        let needed = cells.iter().any(|cell| cell.expected.server.is_some());
        let start = || {
            Server::start(
                verify::longest_delay(cells.iter().chain(&verification)),
                &criterion.join("server.log"),
            )
        };
        let server = needed.then(start).transpose()?;
        let servers =
            server.as_ref().map_or(Servers(Vec::new()), |server: &Server| server.servers.clone());
        Ok(Bench {
            program,
            profile,
            cells,
            verification,
            open_files,
            folder,
            criterion,
            server,
            servers,
        })
    }

    /// The journal of a run that is about to begin.
    pub(crate) fn journal(&self) -> Result<Journal> {
        let addresses = self.servers.0.len();
        Journal::begin(self.program, &self.profile, addresses, self.open_files, &self.folder)
    }

    /// Verifies, runs the rounds, and keeps the record after every turn.
    pub(crate) fn run(&mut self, journal: &Journal) -> Result<Ran> {
        let rounds = estimate(&self.cells, Cell::budget) * self.profile.rounds;
        let planned = estimate(&self.verification, verify::how) + rounds;
        let mut progress = Progress::new(planned);
        progress.say(&self.announcement(planned));
        let mut rounds = self.rounds()?;
        let ended = rounds
            .verify(&self.verification, &mut progress)
            .and_then(|()| rounds.run(Cell::budget, &mut progress, |cells| journal.keep(cells)));
        let took = progress.end();
        let (ended, stopped) = match ended {
            Ok(ended) => (ended, None),
            Err(Stopped::MaxTime) => (Ended::MaxTime, None),
            Err(Stopped::Interrupted) => (Ended::Interrupted, Some(Stopped::Interrupted)),
            Err(error) => (Ended::Broken, Some(error)),
        };
        Ok(Ran { record: journal.record(&rounds.record(), ended), stopped, took })
    }

    fn rounds(&self) -> Result<Rounds<'_>> {
        let ground = Ground {
            catalogue: &self.program.catalogue,
            profile: &self.profile,
            server: self.server.as_ref(),
            servers: &self.servers,
            criterion: &self.criterion,
            deadline: self.profile.max_time.map(|time| Instant::now() + time),
        };
        Rounds::new(ground, self.cells.clone())
    }

    fn announcement(&self, planned: Duration) -> String {
        let Profile { name, rounds, seed, precision, max_time, .. } = &self.profile;
        let cells = self.cells.len();
        let fewer = if precision.is_some() { "up to " } else { "" };
        let limit = max_time.map(|time| format!(", at most {}", about(time)));
        format!(
            "profile {name}: {cells} cells x {fewer}{rounds} rounds, order by seed {seed}, about {}{}",
            about(planned),
            limit.unwrap_or_default()
        )
    }

    /// Prints the table, writes the record and renders the report: each of them whatever became of
    /// the others.
    pub(crate) fn publish(&self, record: &Record, dated: &Path) -> Result<()> {
        let table = output::print(table::terminal(&Analysis::of(record)));
        let kept = record.write(dated).map_err(anyhow::Error::from);
        let latest = record.write(&self.folder.record()).map_err(anyhow::Error::from);
        let written = report::write(record, &self.folder.report()).map_err(anyhow::Error::from);
        let mut paths = String::new();
        if let Ok(written) = &written {
            paths += &format!("\nReport: {}", written.page.display());
        }
        if kept.is_ok() {
            paths += &format!("\nRecord: {}", dated.display());
        }
        let paths = output::print(format_args!("{paths}\n"));
        kept.and(latest).and(written.map(drop)).and(table).and(paths)
    }

    /// An error if the run was stopped by one, otherwise what its end means to the caller.
    pub(crate) fn exit_code(
        &mut self,
        stopped: Option<Stopped>,
        failed: usize,
    ) -> Result<ExitCode> {
        match stopped {
            Some(Stopped::Interrupted) => {
                output::note("interrupted: what was measured before is kept");
                Ok(ExitCode::from(interrupt::EXIT_CODE))
            }
            Some(Stopped::Error(error)) => {
                Err(match self.server.as_mut().and_then(Server::ended) {
                    Some(end) => error.context(end),
                    None => error,
                })
            }
            Some(Stopped::MaxTime) | None if failed > 0 => {
                let cells = self.cells.len();
                output::note(format_args!("error: {failed} of {cells} cells failed"));
                Ok(ExitCode::FAILURE)
            }
            Some(Stopped::MaxTime) | None => Ok(ExitCode::SUCCESS),
        }
    }
}
