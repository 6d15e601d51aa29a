//! One session of one client: its cells in a child process, watched from the parent.

use std::fs;
use std::path::Path;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use waitmark_harness::client::Kind;

use crate::cell::Cell;
use crate::child::{Child, Order};
use crate::interrupt;
use crate::measure::{How, Job, JobCell, Report};
use crate::profile::Profile;
use crate::progress::Progress;
use crate::server::{Server, Stats};

/// How often a waiting parent looks for Ctrl-C and moves the bar.
const TICK: Duration = Duration::from_millis(100);

/// A child that says nothing for this long, and ten times as long as its cell should take, hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of a session: for each cell the times that were taken directly, or why it failed.
pub(crate) struct Session {
    pub(crate) cells: Vec<Result<Vec<f64>, String>>,
    /// What the server counted during the session.
    pub(crate) stats: Stats,
}

/// What a session needs to know.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) server: &'a Server,
    pub(crate) client: Kind,
    pub(crate) cells: &'a [Cell],
    pub(crate) how: How,
    /// Where Criterion writes; the child's log lies beside it.
    pub(crate) home: &'a Path,
}

/// Why a session has no result.
pub(crate) enum Stopped {
    /// Ctrl-C: the child has been killed.
    Interrupted,
    /// The session could not be held at all.
    Error(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Stopped::Error(error.into())
    }
}

impl Task<'_> {
    /// Holds the session. A killed, crashed or hanging child fails all of its cells.
    pub(crate) fn run(&self, progress: &mut Progress) -> Result<Session, Stopped> {
        fs::create_dir_all(self.home)
            .with_context(|| format!("can't make {}", self.home.display()))?;
        self.server.reset()?;
        let mut results = vec![None; self.cells.len()];
        let broken = self.watch(&mut results, progress)?;
        let stats = self.server.stats()?;
        let wrong = broken.or_else(|| self.wrong_counts(&stats));
        let cells = results
            .into_iter()
            .map(|result| match &wrong {
                Some(reason) => Err(reason.clone()),
                None => result.unwrap_or_else(|| Err("the client left it out".to_owned())),
            })
            .collect();
        Ok(Session { cells, stats })
    }

    /// Runs the child and collects what it reports. Gives the reason if it broke.
    fn watch(
        &self,
        results: &mut [Option<Result<Vec<f64>, String>>],
        progress: &mut Progress,
    ) -> Result<Option<String>, Stopped> {
        let environment = self
            .client
            .environment(&self.profile.settings)
            .into_iter()
            .chain([("CRITERION_HOME", self.home.display().to_string())]);
        let log = self.home.with_extension("log");
        let mut child = Child::spawn(&Order::Measure(self.job()), environment, &log)?;
        let mut heard = Instant::now();
        let mut patience = PATIENCE;
        loop {
            if interrupt::requested() {
                return Err(Stopped::Interrupted);
            }
            match child.report(TICK) {
                Ok(Report::Started(i)) => {
                    let planned = self.cells[i].estimate(self.profile);
                    patience = PATIENCE + 10 * planned;
                    progress.start(self.cells[i].to_string(), planned);
                }
                Ok(Report::Done(i, times)) => results[i] = Some(Ok(times)),
                Ok(Report::Failed(i, reason)) => results[i] = Some(Err(reason)),
                Ok(Report::Finished) => break,
                Err(RecvTimeoutError::Timeout) if heard.elapsed() < patience => {
                    progress.tick();
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {
                    let silence = heard.elapsed().as_secs();
                    return Ok(Some(format!("the client hung: no word for {silence} s")));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = child.wait()?;
                    return Ok(Some(format!("the client's process ended early ({status})")));
                }
            }
            heard = Instant::now();
        }
        progress.finish();
        let status = child.wait()?;
        Ok((!status.success()).then(|| format!("the client's process failed ({status})")))
    }

    fn job(&self) -> Job {
        let settings = &self.profile.settings;
        Job {
            client: self.client.name().to_owned(),
            workers: settings.workers.get(),
            pool_width: settings.pool_width.get(),
            server: self.server.addr,
            how: self.how,
            cells: self
                .cells
                .iter()
                .map(|cell| JobCell {
                    workload: cell.workload.name.to_owned(),
                    n: cell.n as usize,
                    delay: cell.delay,
                    parameter: cell.parameter(),
                })
                .collect(),
        }
    }

    /// What the server counted must fit what the client was to do.
    fn wrong_counts(&self, stats: &Stats) -> Option<String> {
        let width = self.cells.iter().map(|cell| u64::from(cell.width)).max().unwrap_or(0);
        if stats.early > 0 {
            return Some(format!("the server answered {} requests early", stats.early));
        }
        if stats.peak_in_flight > width {
            return Some(format!(
                "the server saw {} requests in flight, and the client has at most {width}",
                stats.peak_in_flight
            ));
        }
        (stats.in_flight > 0).then(|| format!("{} requests were left in flight", stats.in_flight))
    }
}
