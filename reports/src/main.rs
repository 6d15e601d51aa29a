//! `waitmark`: what is done with the records of `cargo bench`. It measures nothing.

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use command::{compare, export, history, merge, report};

/// Renders what `cargo bench` recorded.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Report(report::Arguments),
    Compare(compare::Arguments),
    Export(export::Arguments),
    Merge(merge::Arguments),
    History(history::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Report(arguments) => report::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Compare(arguments) => compare::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Export(arguments) => export::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Merge(arguments) => merge::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::History(arguments) => history::run(arguments).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
