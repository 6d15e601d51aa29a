//! The run, from the profile to the report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Result, ensure};
use waitmark_reports::analysis::Analysis;
use waitmark_reports::record::{self, Record};
use waitmark_reports::{report, table};

use crate::cell::{self, Cell};
use crate::folder::Folder;
use crate::measure::How;
use crate::profile::Profile;
use crate::progress::{self, Progress};
use crate::rounds::Rounds;
use crate::server::Server;
use crate::session::Stopped;
use crate::{interrupt, machine, preflight, verify};

/// Prints the names of the cells.
pub(crate) fn list(filters: &[String]) -> Result<ExitCode> {
    for cell in plan(&Profile::from_env()?, filters)? {
        println!("{cell}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs every cell once, and says of each whether its answers were right.
pub(crate) fn test(cargo_tmp: &Path, filters: &[String]) -> Result<ExitCode> {
    let profile = Profile { rounds: 1, ..Profile::from_env()? };
    let mut bench = Bench::prepare(cargo_tmp, profile, filters)?;
    let mut progress = Progress::new(bench.planned(&bench.cells));
    let mut rounds = bench.rounds();
    let stopped = rounds.run(How::Directly { batches: 1 }, &mut progress).err();
    progress.end();
    for (cell, failed) in rounds.results() {
        println!("{cell} ... {}", failed.map_or("ok".into(), |reason| format!("FAILED: {reason}")));
    }
    let failed = rounds.failed();
    println!("{} passed, {failed} failed", bench.cells.len() - failed);
    bench.exit_code(stopped, failed)
}

/// Measures, writes the record and the report, and prints the table.
pub(crate) fn measure(cargo_tmp: &Path, filters: &[String]) -> Result<ExitCode> {
    let mut bench = Bench::prepare(cargo_tmp, Profile::from_env()?, filters)?;
    let planned =
        bench.planned(&bench.verification) + bench.planned(&bench.cells) * bench.profile.rounds;
    let mut progress = Progress::new(planned);
    progress.say(&bench.announcement(&progress::round(planned)));

    let created = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let before = machine::before(bench.open_files);
    let mut rounds = bench.rounds();
    let stopped = rounds
        .verify(&bench.verification, &mut progress)
        .and_then(|()| rounds.run(bench.profile.how(), &mut progress))
        .err();
    let took = progress.end();

    let failed = rounds.failed();
    if rounds.any() {
        let (cells, server) = rounds.into_record();
        let record = bench.record(created, stopped.is_some(), before.after(), server, cells);
        bench.publish(&record)?;
        println!("Took {}.", progress::round(took));
    }
    bench.exit_code(stopped, failed)
}

/// The cells of a profile that match the filters; never none.
fn plan(profile: &Profile, filters: &[String]) -> Result<Vec<Cell>> {
    let cells = cell::plan(profile, filters);
    ensure!(
        !cells.is_empty(),
        "no cell of profile {} matches `{}`: `cargo bench -- --list` lists them",
        profile.name,
        filters.join("` or `")
    );
    Ok(cells)
}

/// All that a run has before its first round.
struct Bench {
    profile: Profile,
    cells: Vec<Cell>,
    verification: Vec<Cell>,
    open_files: u64,
    folder: Folder,
    criterion: PathBuf,
    server: Server,
}

impl Bench {
    /// Refuses what can't work, then starts the server.
    fn prepare(cargo_tmp: &Path, profile: Profile, filters: &[String]) -> Result<Self> {
        let cells = plan(&profile, filters)?;
        let verification = verify::plan(&profile, &cells);
        let open_files = preflight::check(cells.iter().chain(&verification))?;
        let folder = Folder::take(cargo_tmp)?;
        let criterion = folder.fresh_criterion()?;
        interrupt::listen()?;
        let server = Server::start(verify::longest_delay(&cells), &criterion.join("server.log"))?;
        Ok(Bench { profile, cells, verification, open_files, folder, criterion, server })
    }

    fn rounds(&self) -> Rounds<'_> {
        Rounds::new(&self.profile, &self.server, &self.criterion, &self.cells)
    }

    /// About how long one pass over `cells` takes.
    fn planned(&self, cells: &[Cell]) -> std::time::Duration {
        cells.iter().map(|cell| cell.estimate(&self.profile)).sum()
    }

    fn announcement(&self, time: &str) -> String {
        let Profile { name, rounds, seed, .. } = &self.profile;
        let cells = self.cells.len();
        format!(
            "profile {name}: {cells} cells x {rounds} rounds, order by seed {seed}, about {time}"
        )
    }

    fn record(
        &self,
        created: String,
        interrupted: bool,
        machine: record::Machine,
        server: record::Server,
        cells: Vec<record::Cell>,
    ) -> Record {
        Record {
            schema: record::SCHEMA,
            created,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            git_rev: machine::git_rev(),
            interrupted,
            machine,
            profile: self.profile.record(),
            server,
            cells,
        }
    }

    /// Writes the record twice, dated and as the latest, renders the report and prints the table.
    fn publish(&self, record: &Record) -> Result<()> {
        let dated = self.folder.dated_record(&record.created);
        record.write(&dated)?;
        record.write(&self.folder.record())?;
        let written = report::write(record, &self.folder.report())?;
        print!("{}", table::terminal(&Analysis::of(record)));
        println!("\nReport: {}", written.page.display());
        println!("Record: {}", dated.display());
        Ok(())
    }

    /// An error if the run was stopped by one, otherwise what its end means to the caller.
    fn exit_code(&mut self, stopped: Option<Stopped>, failed: usize) -> Result<ExitCode> {
        match stopped {
            Some(Stopped::Interrupted) => {
                eprintln!("interrupted: what was measured before is kept");
                Ok(ExitCode::from(interrupt::EXIT_CODE))
            }
            Some(Stopped::Error(error)) => Err(match self.server.ended() {
                Some(end) => error.context(end),
                None => error,
            }),
            None if failed > 0 => {
                eprintln!("error: {failed} of {} cells failed", self.cells.len());
                Ok(ExitCode::FAILURE)
            }
            None => Ok(ExitCode::SUCCESS),
        }
    }
}
