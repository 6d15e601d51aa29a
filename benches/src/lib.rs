//! The benchmark behind `cargo bench`: it plans the cells, runs the server and the clients as
//! children, and writes the record and the report.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

mod cell;
mod child;
mod cli;
mod folder;
mod interrupt;
mod machine;
mod measure;
mod preflight;
mod profile;
mod progress;
mod rounds;
mod run;
mod server;
mod session;
mod verify;

/// Runs the benchmark with the process's arguments, its files beside `cargo_tmp`.
pub fn main(cargo_tmp: &Path) -> ExitCode {
    dispatch(cargo_tmp).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn dispatch(cargo_tmp: &Path) -> Result<ExitCode> {
    if env::args().nth(1).is_some_and(|argument| argument == child::FLAG) {
        return child::main().map(|()| ExitCode::SUCCESS);
    }
    let cli = cli::Cli::parse();
    if cli.list {
        run::list(&cli.filters)
    } else if cli.bench && !cli.test {
        run::measure(cargo_tmp, &cli.filters)
    } else {
        run::test(cargo_tmp, &cli.filters)
    }
}
