//! How late the answers are, as a client sees them and as the server counts them.
//!
//! ```text
//! cargo run --release -p waitmark-server --example lateness
//! cargo run --release -p waitmark-server --example lateness -- 127.0.0.1:8080
//! ```
//!
//! One blocking socket asks for delays, one after another, and takes the time from before the
//! request is written until the answer's first bytes are read. Meanwhile other connections may keep
//! the server busy with delays of 100 ms each. With an address it measures what listens there, which
//! need not be this server: it only has to wait at `/delay/SECONDS`.

#![expect(clippy::expect_used, reason = "a measurement that fails should stop where it fails")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const DELAYS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_micros(200),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(10),
    Duration::from_millis(100),
];

/// Connections that ask for 100 ms again and again while the probe measures.
const LOADS: [usize; 3] = [0, 100, 1000];

/// What the connections of a load ask for.
const LOAD_DELAY: Duration = Duration::from_millis(100);

/// The probe asks this often, or for this long, whichever ends first.
const REQUESTS: usize = 1000;
const TIME: Duration = Duration::from_secs(3);

fn main() -> io::Result<()> {
    let given = std::env::args().nth(1).map(|addr| addr.parse().expect("an address and port"));
    let server = if given.is_none() { Some(waitmark_server::Server::start()?) } else { None };
    let addr = given.or(server.as_ref().map(|server| server.addr())).expect("one of the two");

    println!(
        "lateness in microseconds      as the client sees it               | of the probe and the load, by /stats"
    );
    println!(
        "   delay connections requests     min     p50     p90     p99     max |      p50     p99     max  early"
    );
    for load in LOADS {
        let load = Load::start(addr, load)?;
        for delay in DELAYS {
            stats(addr, "/stats/reset");
            let late = probe(addr, delay)?;
            print_row(delay, load.connections, &late, stats(addr, "/stats"));
        }
        load.stop();
    }
    Ok(())
}

/// Nanoseconds of lateness of one delay after another, on one connection.
fn probe(addr: SocketAddr, delay: Duration) -> io::Result<Histogram<u64>> {
    let mut lateness = Histogram::new(3).expect("3 digits are in range");
    let mut stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    let path = format!("/delay/{}", delay.as_secs_f64());
    let end = Instant::now() + TIME;
    for i in 0..REQUESTS {
        let start = Instant::now();
        let (first, _) = get(&mut stream, &path)?;
        let late = (first - start).checked_sub(delay).expect("no answer is early");
        // The first request finds the caches cold, here and there.
        if i > 0 {
            lateness.record(late.as_nanos() as u64).expect("the histogram grows");
        }
        if Instant::now() > end {
            break;
        }
    }
    Ok(lateness)
}

/// Sends a GET and reads the whole answer; tells when its first bytes came.
fn get(stream: &mut TcpStream, path: &str) -> io::Result<(Instant, Vec<u8>)> {
    stream.write_all(request(path).as_bytes())?;
    let mut answer = vec![0; 16 << 10];
    let mut length = stream.read(&mut answer)?;
    let first = Instant::now();
    while !is_whole(&answer[..length]) {
        match stream.read(&mut answer[length..])? {
            0 => return Err(io::Error::other(format!("{path}: the answer is not whole"))),
            more => length += more,
        }
    }
    answer.truncate(length);
    if !answer.starts_with(b"HTTP/1.1 200") {
        let answer = String::from_utf8_lossy(&answer);
        return Err(io::Error::other(format!("{path} was answered with {answer:?}")));
    }
    Ok((first, answer))
}

/// True if the body has the length that its head announces, or ends with the last chunk.
fn is_whole(answer: &[u8]) -> bool {
    let answer = String::from_utf8_lossy(answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    match length {
        Some(length) => length.parse() == Ok(body.len()),
        None => body.ends_with("0\r\n\r\n"),
    }
}

/// The server's own counters, if it has any.
fn stats(addr: SocketAddr, path: &str) -> Option<Value> {
    let (_, answer) = get(&mut TcpStream::connect(addr).ok()?, path).ok()?;
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    serde_json::from_slice(&answer[body..]).ok()
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: lateness\r\n\r\n")
}

/// Keep-alive connections that ask for [`LOAD_DELAY`] without a pause, on one thread.
struct Load {
    connections: usize,
    stopping: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

impl Load {
    fn start(addr: SocketAddr, connections: usize) -> io::Result<Self> {
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = stopping.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
            runtime.block_on(async {
                let tasks: Vec<_> =
                    (0..connections).map(|_| tokio::spawn(ask(addr, stop.clone()))).collect();
                for task in tasks {
                    task.await.expect("the load does not panic")?;
                }
                Ok(())
            })
        });
        // Let the connections be made before anything is measured.
        std::thread::sleep(Duration::from_millis(500));
        Ok(Self { connections, stopping, thread })
    }

    fn stop(self) {
        self.stopping.store(true, Relaxed);
        self.thread.join().expect("the load does not panic").expect("every answer is a 200");
    }
}

async fn ask(addr: SocketAddr, stopping: Arc<AtomicBool>) -> io::Result<()> {
    let mut stream = tokio::net::TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let request = request(&format!("/delay/{}", LOAD_DELAY.as_secs_f64()));
    let mut answer = [0; 1024];
    while !stopping.load(Relaxed) {
        stream.write_all(request.as_bytes()).await?;
        let length = stream.read(&mut answer).await?;
        if !answer[..length].starts_with(b"HTTP/1.1 200") {
            return Err(io::Error::other("a request of the load failed"));
        }
    }
    Ok(())
}

fn print_row(delay: Duration, connections: usize, late: &Histogram<u64>, stats: Option<Value>) {
    let us = |nanos: u64| nanos as f64 / 1e3;
    print!("{:>8} {connections:>11} {:>8}", format!("{delay:?}"), late.len());
    print!(" {:>7.1}", us(late.min()));
    for quantile in [0.5, 0.9, 0.99] {
        print!(" {:>7.1}", us(late.value_at_quantile(quantile)));
    }
    print!(" {:>7.1} |", us(late.max()));
    match stats {
        Some(stats) => {
            let own = |name| stats["lateness_us"][name].as_f64().unwrap_or(f64::NAN);
            let (p50, p99, max) = (own("p50"), own("p99"), own("max"));
            println!(" {p50:>8.1} {p99:>7.1} {max:>7.1} {:>6}", stats["early"]);
        }
        None => println!(" none"),
    }
}
