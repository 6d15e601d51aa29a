//! The `mock-server` command: a line for each address it listens on, and one when it has stopped.

mod cli;

use std::io::Write;
use std::process::{self, ExitCode};
use std::thread;

use anyhow::Context;
use clap::Parser;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio::sync::oneshot;
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
    run(listeners, args.options(), signalled()?).context("the server failed")?;
    writeln!(stdout, "stopped").context("cannot write to standard output")
}

/// Ends at the first SIGINT or SIGTERM; a second one ends the process at once.
///
/// A thread waits for them, and not tokio: its `signal` feature would be part of every program that
/// is built beside this one, and have the runtimes that clients are measured on listen for signals.
fn signalled() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot listen for signals")?;
    let (stop, stopped) = oneshot::channel();
    let mut stop = Some(stop);
    thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in &mut signals {
            match stop.take() {
                // Nobody waits any more only once the server has failed, and the process ends.
                Some(stop) => drop(stop.send(())),
                None => process::exit(128 + signal),
            }
        }
    })?;
    Ok(async {
        let _ = stopped.await;
    })
}
