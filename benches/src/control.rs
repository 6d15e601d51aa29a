//! The mock server's counters, asked for between batches and never waited for without a limit.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use waitmark_harness::{http, wire};

/// How long the server may take to answer, between batches and to be asked whether it does.
const ANSWER: Duration = Duration::from_secs(5);
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// The longest answer, head and body, in bytes: a mock server's is far below it.
const LONGEST_ANSWER: usize = 1 << 20;

/// How long the server is given to see that a client is gone.
const SETTLE: Duration = Duration::from_secs(2);

/// What the server has counted since its counters were last reset: the part of its `/stats` that
/// is used here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stats {
    pub(crate) requests: u64,
    pub(crate) dropped: u64,
    pub(crate) connections: u64,
    pub(crate) in_flight: u64,
    pub(crate) peak_in_flight: u64,
    pub(crate) early: u64,
    pub(crate) lateness_us: Lateness,
    cpu_us: Option<Cpu>,
}

/// Percentiles of the lateness, microseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lateness {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

/// CPU time of the server's process since its start, microseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Cpu {
    user: u64,
    system: u64,
}

impl Stats {
    /// CPU time of the server's process since its start.
    fn cpu(&self) -> Option<Duration> {
        self.cpu_us.map(|cpu| Duration::from_micros(cpu.user + cpu.system))
    }
}

/// The server's CPU time when its counters were zeroed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zero {
    cpu: Option<Duration>,
    /// What being asked costs it, which is no batch's.
    asking: Option<Duration>,
}

impl Zero {
    /// The CPU time of the server's process from then to these counters, less what asking for them
    /// took; `None` where it is not measured.
    pub(crate) fn until(self, stats: &Stats) -> Option<Duration> {
        Some(stats.cpu()?.saturating_sub(self.cpu?).saturating_sub(self.asking?))
    }
}

/// Zeroes the server's counters, once it is idle: the requests of a client that was killed are in
/// flight until the server sees that it is gone, and must not count as the next one's.
///
/// # Errors
///
/// If the server does not answer, or is not idle within two seconds.
pub(crate) fn reset(server: SocketAddr) -> Result<Zero> {
    let deadline = Instant::now() + SETTLE;
    loop {
        let idle = stats(server)?;
        let in_flight = idle.in_flight;
        if in_flight == 0 {
            let cpu = get(server, "/stats/reset", ANSWER)?.cpu();
            let asking = cpu.zip(idle.cpu()).map(|(now, before)| now.saturating_sub(before));
            return Ok(Zero { cpu, asking });
        }
        ensure!(
            Instant::now() < deadline,
            "the mock server still has {in_flight} requests in flight that are no longer waited for"
        );
        thread::sleep(Duration::from_millis(5));
    }
}

/// Reads the server's counters, without the connection that they are asked over.
///
/// # Errors
///
/// If the server does not answer.
pub(crate) fn stats(server: SocketAddr) -> Result<Stats> {
    let stats: Stats = get(server, "/stats", ANSWER)?;
    Ok(Stats { connections: stats.connections.saturating_sub(1), ..stats })
}

/// Asks for a sign of life: a server may be stopped, or gone.
///
/// # Errors
///
/// If there is none within a second.
pub(crate) fn answers(server: SocketAddr) -> Result<()> {
    get(server, "/stats", SIGN_OF_LIFE).map(drop)
}

/// Whether the server there tells counters such as a mock server's.
///
/// # Errors
///
/// If it does not answer at all.
pub(crate) fn is_mock_server(server: SocketAddr) -> Result<bool> {
    let response = ask(server, "/stats", ANSWER)?;
    Ok(response.status == 200 && serde_json::from_slice::<Stats>(&response.body).is_ok())
}

fn get(server: SocketAddr, path: &str, limit: Duration) -> Result<Stats> {
    let response = ask(server, path, limit)?;
    ensure!(response.status == 200, "the mock server answered {path} with {}", response.status);
    serde_json::from_slice(&response.body).context("the mock server's counters")
}

fn ask(server: SocketAddr, path: &str, limit: Duration) -> Result<http::Response> {
    let ask = || {
        let deadline = Instant::now() + limit;
        let stream = TcpStream::connect_timeout(&server, limit).map_err(http::Error::Connect)?;
        let mut stream = Limited { stream, deadline, left: LONGEST_ANSWER };
        wire::exchange_blocking(&mut stream, &http::get(server, path)?)
    };
    ask().with_context(|| format!("asking the server for {path}"))
}

/// A stream that ends with an error at its deadline, or after too many bytes: a server elsewhere may
/// be anything.
struct Limited {
    stream: TcpStream,
    deadline: Instant,
    left: usize,
}

impl Limited {
    fn time(&self) -> io::Result<Option<Duration>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let in_time = (!left.is_zero()).then_some(left);
        in_time.map(Some).ok_or_else(|| io::Error::from(io::ErrorKind::TimedOut))
    }
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.time()?)?;
        let read = self.stream.read(buffer)?;
        let too_long = || io::Error::new(io::ErrorKind::InvalidData, "the answer is too long");
        self.left = self.left.checked_sub(read).ok_or_else(too_long)?;
        Ok(read)
    }
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.time()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
