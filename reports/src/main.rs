//! `waitmark`: what is done before `cargo bench` and with its records. It measures nothing.

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use command::{compare, export, gate, history, merge, report, versions};

/// Makes builds for `cargo bench` to compare, and renders and judges what it recorded.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Report(report::Arguments),
    Gate(gate::Arguments),
    Versions(versions::Arguments),
    Compare(compare::Arguments),
    Export(export::Arguments),
    Merge(merge::Arguments),
    History(history::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Report(arguments) => report::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Gate(arguments) => gate::run(arguments),
        Command::Versions(arguments) => versions::run(arguments),
        Command::Compare(arguments) => compare::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Export(arguments) => export::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::Merge(arguments) => merge::run(arguments).map(|()| ExitCode::SUCCESS),
        Command::History(arguments) => history::run(arguments).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        command::note(format_args!("error: {error:#}"));
        ExitCode::FAILURE
    })
}
