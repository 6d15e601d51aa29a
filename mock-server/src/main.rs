//! The `mock-server` command: arguments, signals, and one line when it starts.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use tokio::signal::unix::{Signal, SignalKind, signal};
use waitmark_server::{Options, bind, parse_delay, run};

/// A mock HTTP server with httpbin's paths and delays that are never early and hardly late
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Longest delay a request may ask for, in seconds or with a unit
    #[arg(long, default_value = "60s", value_parser = parse_delay)]
    max_delay: Duration,
    /// Worker threads; each connection stays on one of them
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: u16,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let options = Options { threads: args.threads.into(), max_delay: args.max_delay };
    let listener =
        bind(args.listen).with_context(|| format!("cannot listen on {}", args.listen))?;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "listening on http://{}", listener.local_addr()?)?;
    stdout.flush()?;
    run(listener, options, signalled()).context("the server failed")
}

/// Ends at the first SIGINT or SIGTERM; a second one ends the process at once.
async fn signalled() {
    let signals = || Some((watch(SignalKind::interrupt())?, watch(SignalKind::terminate())?));
    let Some((mut interrupt, mut terminate)) = signals() else {
        return std::future::pending().await;
    };
    let mut next = async move || {
        tokio::select! {
            _ = interrupt.recv() => 130,
            _ = terminate.recv() => 143,
        }
    };
    next().await;
    tokio::spawn(async move {
        let code = next().await;
        std::process::exit(code);
    });
}

/// Without a handler the signal keeps its default, which stops the server as well.
fn watch(kind: SignalKind) -> Option<Signal> {
    signal(kind).ok()
}
