//! What a held connection costs the server: its memory and descriptors while many wait at once, and
//! after they are gone. Linux only, as it reads `/proc`.
//!
//! ```text
//! cargo run --release -p waitmark-server --example hold             # 15,000 connections for 10 s
//! cargo run --release -p waitmark-server --example hold -- 1000 2   # 1,000 for 2 s
//! cargo run --release -p waitmark-server --example hold -- 15000 10 127.0.0.1:8080 PID
//! ```
//!
//! The server runs in a process of its own. With an address and a process id, another server that
//! waits at `/delay/SECONDS` is measured instead.

#![expect(clippy::expect_used, reason = "a measurement that fails should stop where it fails")]

use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|arg| arg == "serve") {
        return serve();
    }
    let number =
        |i: usize, otherwise| args.get(i).map_or(otherwise, |arg| arg.parse().expect("a number"));
    let (connections, seconds) = (number(0, 15_000), number(1, 10));
    let server = if args.len() < 4 { Some(OwnServer::start()?) } else { None };
    let (addr, pid) = match &server {
        Some(server) => (server.addr, server.child.id()),
        None => (args[2].parse().expect("an address and port"), number(3, 0) as u32),
    };

    // A first round trip, so that what is made once is not counted as a connection's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(ask(addr, 0))?;
    let before = Footprint::of(pid)?;
    let (during, failed) = runtime.block_on(hold(addr, connections, seconds, pid))?;
    std::thread::sleep(Duration::from_secs(1));
    let after = Footprint::of(pid)?;

    println!("{connections} connections held for {seconds} s, {failed} failed");
    println!("            resident KiB  descriptors");
    for (when, footprint) in [("before", &before), ("during", &during), ("after", &after)] {
        println!("{when:<10} {:>13} {:>12}", footprint.resident_kib, footprint.descriptors);
    }
    let grown = during.resident_kib - before.resident_kib;
    println!("{:.2} KiB a held connection", grown as f64 / connections as f64);
    Ok(())
}

/// Has every connection wait at once; the footprint is taken in the middle of the wait.
async fn hold(
    addr: SocketAddr,
    connections: usize,
    seconds: usize,
    pid: u32,
) -> io::Result<(Footprint, usize)> {
    let held: Vec<_> = (0..connections).map(|_| tokio::spawn(ask(addr, seconds))).collect();
    tokio::time::sleep(Duration::from_secs(seconds as u64) * 3 / 4).await;
    let during = Footprint::of(pid)?;
    let mut failed = 0;
    for task in held {
        if let Err(error) = task.await.expect("a client does not panic") {
            failed += 1;
            if failed == 1 {
                eprintln!("the first that failed: {error}");
            }
        }
    }
    Ok((during, failed))
}

/// One delay on a connection of its own.
async fn ask(addr: SocketAddr, seconds: usize) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr).await?;
    let request = format!("GET /delay/{seconds} HTTP/1.1\r\nhost: hold\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).await?;
    if answer[..length].starts_with(b"HTTP/1.1 200") {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&answer[..length]).into_owned()))
}

struct Footprint {
    resident_kib: i64,
    descriptors: usize,
}

impl Footprint {
    fn of(pid: u32) -> io::Result<Self> {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = resident.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        Ok(Self {
            resident_kib: resident.ok_or_else(|| io::Error::other("no VmRSS"))?,
            descriptors: std::fs::read_dir(format!("/proc/{pid}/fd"))?.count(),
        })
    }
}

/// This program again, as the server; it ends when its input closes.
struct OwnServer {
    child: Child,
    addr: SocketAddr,
}

impl OwnServer {
    fn start() -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { child, addr: line.trim().parse().expect("the server's address") })
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn serve() -> io::Result<()> {
    let server = waitmark_server::Server::start()?;
    println!("{}", server.addr());
    io::stdout().flush()?;
    io::stdin().lines().for_each(drop);
    Ok(())
}
