//! The run, from the profile to the report.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use waitmark_harness::workload::Servers;
use waitmark_reports::analysis::Analysis;
use waitmark_reports::record::{self, Ended, Record, Status};
use waitmark_reports::{report, table};

use crate::cell::Cell;
use crate::cli::Cli;
use crate::folder::Folder;
use crate::journal::Journal;
use crate::message::How;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::program::Program;
use crate::progress::{Progress, round as about};
use crate::rounds::{Ground, Rounds, estimate, estimate_all};
use crate::server::Server;
use crate::turn::Stopped;
use crate::variant::Programs;
use crate::{interrupt, output, preflight, variant, verify};

/// The part of a time limit that the first rounds of variants may take, so that there is time to run
/// again what looks changed.
const FIRST: f64 = 0.6;

/// Prints the names of the cells.
pub(crate) fn list(program: &Program, cli: &Cli) -> Result<ExitCode> {
    for cell in Plan::of(program, cli)?.cells {
        output::print(format_args!("{cell}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Verifies every client and runs every cell once, and says of each whether it was right.
pub(crate) fn test(program: &Program, cli: &Cli) -> Result<ExitCode> {
    let mut plan = Plan::of(program, cli)?;
    plan.profile = Profile { rounds: 1, precision: None, max_time: None, ..plan.profile };
    let mut bench = Bench::prepare(program, plan)?;
    let once: fn(&Cell) -> How = |_| How::Batches(1);
    let Bench { verification, plan, .. } = &bench;
    let mut progress = Progress::new(estimate(verification, once) + estimate(&plan.cells, once));
    let mut rounds = bench.rounds()?;
    let stopped = rounds
        .verify(verification, None, &mut progress)
        .and_then(|()| rounds.run(once, None, &mut progress, &mut |_| Ok(())))
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
    let mut bench = Bench::prepare(program, Plan::of(program, cli)?)?;
    let journal = bench.journal()?;
    let Ran { record, unconfirmed, stopped, took } = bench.run(&journal)?;
    if record.cells.iter().all(|cell| cell.status == Status::Skipped) {
        // It would be the latest, and has nothing in it. There may be none yet.
        let _ = fs::remove_file(&journal.path);
    }
    ensure!(
        record.ended != Ended::MaxTime || record.cells.iter().any(|cell| !cell.rounds.is_empty()),
        "the time was over before anything was measured, and the last record is left as it is: \
         one round takes about {}",
        about(
            estimate(&bench.verification, verify::how) + estimate(&bench.plan.cells, Cell::budget)
        )
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
    bench.exit_code(stopped, with(Status::Failed) + unconfirmed)
}

/// All that a run has before its first round.
pub(crate) struct Bench<'a> {
    program: &'a Program,
    plan: Plan,
    verification: Vec<Cell>,
    open_files: u64,
    folder: Folder,
    criterion: PathBuf,
    programs: Programs,
    /// `None` where no cell needs it.
    server: Option<Server>,
    servers: Servers,
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) record: Record,
    /// Cells that failed when they were run again.
    pub(crate) unconfirmed: usize,
    pub(crate) stopped: Option<Stopped>,
    pub(crate) took: Duration,
}

impl<'a> Bench<'a> {
    /// Refuses what can't work, then starts the server, or finds it where it runs.
    pub(crate) fn prepare(program: &'a Program, mut plan: Plan) -> Result<Self> {
        let mut verification = verify::plan(&program.catalogue, &plan.profile, &plan.cells)?;
        let folder = Folder::take(program.cargo_tmp.as_ref())?;
        let criterion = folder.fresh_criterion()?;
        let open_files = preflight::open_files();
        let needed = plan.cells.iter().any(|cell| cell.expected.server.is_some());
        let longest = verify::longest_delay(plan.cells.iter().chain(&verification));
        let elsewhere = plan.server.as_ref().filter(|_| needed).map(Server::at).transpose()?;
        let away = elsewhere.as_ref().map(|server| server.servers.0[0]);
        preflight::check(plan.cells.iter().chain(&verification), open_files, away)?;
        let server = match elsewhere {
            None if needed => Some(Server::start(longest, &criterion.join("server.log"))?),
            elsewhere => elsewhere,
        };
        if server.as_ref().is_some_and(|server| !server.counts) {
            // Nobody counts there, so that nothing can be held against what is expected. How the
            // cells are measured stays the same.
            for cell in plan.cells.iter_mut().chain(&mut verification) {
                cell.counted = false;
            }
        }
        let servers = server.as_ref().map_or(Servers(Vec::new()), |server| server.servers.clone());
        let programs = Programs::copy(&plan.variants, &criterion)?;
        Ok(Bench {
            program,
            plan,
            verification,
            open_files,
            folder,
            criterion,
            programs,
            server,
            servers,
        })
    }

    /// The journal of a run that is about to begin.
    pub(crate) fn journal(&self) -> Result<Journal> {
        Journal::begin(
            self.program,
            &self.plan,
            self.server.as_ref(),
            self.open_files,
            &self.folder,
        )
    }

    /// Verifies, runs the rounds, and keeps the record after every turn.
    pub(crate) fn run(&mut self, journal: &Journal) -> Result<Ran> {
        let rounds = estimate_all(&self.plan.cells, Cell::budget);
        let planned = estimate(&self.verification, verify::how) + rounds;
        let mut progress = Progress::new(planned);
        for line in self.announcement(planned) {
            progress.say(&line);
        }
        let mut rounds = self.rounds()?;
        let ended = self.rounds_and_rerun(&mut rounds, journal, &mut progress);
        let took = progress.end();
        let (ended, stopped) = match ended {
            Ok(ended) => (ended, None),
            Err(Stopped::MaxTime) => (Ended::MaxTime, None),
            Err(Stopped::Interrupted) => (Ended::Interrupted, Some(Stopped::Interrupted)),
            Err(error) => (Ended::Broken, Some(error)),
        };
        let unconfirmed = rounds.given_up();
        Ok(Ran { record: journal.record(&rounds.record(), ended), unconfirmed, stopped, took })
    }

    fn rounds_and_rerun(
        &self,
        rounds: &mut Rounds<'_>,
        journal: &Journal,
        progress: &mut Progress,
    ) -> Result<Ended, Stopped> {
        let Plan { profile, confirm, .. } = &self.plan;
        let start = Instant::now();
        let within = |share| profile.max_time.map(|time: Duration| start + time.mul_f64(share));
        let first = within(if *confirm { FIRST } else { 1.0 });
        let keep = &mut |cells: &[record::Cell]| journal.keep(cells);
        let ended = rounds
            .verify(&self.verification, first, progress)
            .and_then(|()| rounds.run(Cell::budget, first, progress, keep));
        let ended = match ended {
            // What there is of the last round is kept, and there may be enough to look at.
            Err(Stopped::MaxTime) if *confirm => Ended::MaxTime,
            ended => ended?,
        };
        let suspects = if *confirm { journal.suspects(&rounds.record()) } else { Vec::new() };
        if suspects.is_empty() {
            return Ok(ended);
        }
        let of = |&i: &usize| self.plan.cells[i].clone();
        let again = suspects.iter().map(of).collect::<Vec<_>>();
        progress.add(estimate_all(&again, Cell::budget));
        progress.say(&format!(
            "{} cells look changed, and are run again to see whether they do again",
            suspects.len()
        ));
        let again = rounds.confirm(suspects, Cell::budget, within(1.0), progress, keep)?;
        Ok(if again == Ended::MaxTime { again } else { ended })
    }

    fn rounds(&self) -> Result<Rounds<'_>> {
        let ground = Ground {
            catalogue: &self.program.catalogue,
            profile: &self.plan.profile,
            server: self.server.as_ref(),
            servers: &self.servers,
            criterion: &self.criterion,
            programs: &self.programs,
        };
        Rounds::new(ground, self.plan.cells.clone())
    }

    /// What is about to happen, in a few lines.
    fn announcement(&self, planned: Duration) -> Vec<String> {
        let Profile { name, rounds, seed, precision, max_time, .. } = &self.plan.profile;
        let cells = self.plan.cells.len();
        let fewer = if precision.is_some() { "up to " } else { "" };
        let limit = max_time.map(|time| format!(", at most {}", about(time)));
        let mut lines = vec![format!(
            "profile {name}: {cells} cells x {fewer}{rounds} rounds, order by seed {seed}, about {}{}",
            about(planned),
            limit.unwrap_or_default()
        )];
        lines.extend(variant::described(&self.plan.variants));
        lines.extend(self.plan.notes.iter().cloned());
        if let Some(server) = self.server.as_ref().filter(|server| !server.counts)
            && let Some(url) = server.elsewhere()
        {
            lines.push(format!(
                "{url} is no mock server: its answers are checked, and nobody can check how many \
                 requests it got, over how many connections, and how many at once"
            ));
        }
        lines
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
                let cells = self.plan.cells.len();
                output::note(format_args!("error: {failed} of {cells} cells failed"));
                Ok(ExitCode::FAILURE)
            }
            Some(Stopped::MaxTime) | None => Ok(ExitCode::SUCCESS),
        }
    }
}
