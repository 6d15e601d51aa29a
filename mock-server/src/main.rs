//! The `mock-server` command: a line for each address it listens on, and one when it has stopped.

mod cli;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tokio::signal::unix::{Signal, SignalKind, signal};
use waitmark_server::{bind, run};

fn main() -> ExitCode {
    match serve(&cli::Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(args: &cli::Args) -> anyhow::Result<()> {
    cli::raise_file_limit();
    let listeners = args.listen.iter().map(|&addr| {
        bind(addr).with_context(|| {
            format!("cannot listen on {addr}, choose another address with --listen")
        })
    });
    let listeners = listeners.collect::<anyhow::Result<Vec<_>>>()?;
    let mut stdout = std::io::stdout().lock();
    for listener in &listeners {
        writeln!(stdout, "listening on http://{}", listener.local_addr()?)?;
    }
    stdout.flush()?;
    run(listeners, args.options(), signalled()).context("the server failed")?;
    writeln!(stdout, "stopped").context("cannot write to standard output")
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
    tokio::spawn(async move { std::process::exit(next().await) });
}

/// Without a handler the signal keeps its default, which stops the server as well.
fn watch(kind: SignalKind) -> Option<Signal> {
    signal(kind).ok()
}
