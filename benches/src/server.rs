//! The mock server, in a child process of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use waitmark_harness::{http, wire};
use waitmark_server::Options;

use crate::child::{Child, Listening, Order, Reports};

/// How long the server may take to listen.
const START: Duration = Duration::from_secs(10);

/// How long the server is given to see that a client is gone.
const SETTLE: Duration = Duration::from_secs(2);

/// One thread, so that the clients keep the rest of the machine.
pub(crate) const THREADS: usize = 1;

/// Serves until the parent is gone: the whole life of the server's process.
pub(crate) fn serve(max_delay: Duration, mut reports: Reports) -> Result<()> {
    let listener = waitmark_server::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
        .context("can't listen on the loopback address")?;
    reports.send(&Listening { addr: listener.local_addr()? })?;
    let options = Options { threads: THREADS, max_delay, ..Options::default() };
    waitmark_server::run([listener], options, std::future::pending())?;
    Ok(())
}

/// The running server. Dropping it ends it.
pub(crate) struct Server {
    child: Child<Listening>,
    pub(crate) addr: SocketAddr,
}

/// What the server has counted since its counters were last reset: the part of its `/stats` that
/// is used here.
#[derive(Debug, Deserialize)]
pub(crate) struct Stats {
    /// Delays answered.
    pub(crate) requests: u64,
    pub(crate) in_flight: u64,
    pub(crate) peak_in_flight: u64,
    pub(crate) early: u64,
    pub(crate) lateness_us: Lateness,
}

/// Percentiles of the lateness, microseconds.
#[derive(Debug, Deserialize)]
pub(crate) struct Lateness {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl Server {
    /// Starts the server on a free port, its output in the file `log`.
    pub(crate) fn start(max_delay: Duration, log: &Path) -> Result<Self> {
        let child = Child::spawn(&Order::Serve { max_delay }, [], log)?;
        let Listening { addr } = child
            .report(START)
            .with_context(|| format!("the mock server did not start; see {}", log.display()))?;
        Ok(Server { child, addr })
    }

    /// Zeroes the server's counters, once it is idle: the requests of a client that was killed are
    /// in flight until the server sees that it is gone, and must not count as the next one's.
    pub(crate) fn reset(&self) -> Result<()> {
        let deadline = Instant::now() + SETTLE;
        while self.stats()?.in_flight > 0 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        self.get("/stats/reset").map(drop)
    }

    /// Reads the server's counters.
    pub(crate) fn stats(&self) -> Result<Stats> {
        serde_json::from_slice(&self.get("/stats")?).context("the mock server's counters")
    }

    /// Why the server can't answer, if its process has ended.
    pub(crate) fn ended(&mut self) -> Option<String> {
        self.child.ended().map(|status| format!("the mock server ended ({status})"))
    }

    fn get(&self, path: &str) -> Result<Vec<u8>> {
        let response = wire::fetch_blocking(self.addr, &http::get(self.addr, path)?)
            .with_context(|| format!("asking the mock server for {path}"))?;
        ensure!(response.status == 200, "the mock server answered {path} with {}", response.status);
        Ok(response.body)
    }
}
