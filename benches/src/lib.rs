//! The benchmark behind `cargo bench`: it plans the cells, runs the server and the clients as
//! children, and writes the record and the report.
//!
//! [`main!`] makes such a benchmark of any clients and workloads, those of another crate too.

use std::env;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
#[doc(hidden)]
pub use program::Program;
pub use waitmark_harness as harness;

mod calibrate;
mod cell;
mod child;
mod cli;
mod control;
mod folder;
mod interrupt;
mod journal;
mod machine;
mod measure;
mod message;
mod order;
mod output;
mod pass;
mod paths;
mod plan;
mod preflight;
mod profile;
mod program;
mod progress;
mod rounds;
mod run;
mod server;
mod shard;
mod turn;
mod variant;
mod verify;

/// Makes the `main` of a benchmark of these clients and workloads, all of them types.
///
/// `lock` is the path of the crate's `Cargo.lock`, from the file that this stands in: the record
/// says which versions were measured. The target needs `harness = false`.
#[macro_export]
macro_rules! main {
    (lock: $lock:literal, clients: $clients:tt, workloads: $workloads:tt $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::run(&$crate::Program {
                catalogue: $crate::harness::catalogue! { clients: $clients, workloads: $workloads },
                // Cargo's own folder for benchmarks lies in its target directory, wherever that is.
                cargo_tmp: env!("CARGO_TARGET_TMPDIR"),
                source: env!("CARGO_MANIFEST_DIR"),
                lock: include_str!($lock),
                // Of a copy that is in no repository, or in another one's.
                commit: option_env!("WAITMARK_COMMIT"),
            })
        }
    };
}

/// Runs the benchmark with the process's arguments.
#[doc(hidden)]
pub fn run(program: &Program) -> ExitCode {
    dispatch(program).unwrap_or_else(|error| {
        output::note(format_args!("error: {error:#}"));
        if interrupt::requested() { interrupt::EXIT_CODE.into() } else { ExitCode::FAILURE }
    })
}

fn dispatch(program: &Program) -> Result<ExitCode> {
    if env::args().nth(1).is_some_and(|argument| argument == child::FLAG) {
        return child::obey(|order, reports| match order {
            message::Order::Describe => variant::describe(program, reports),
            message::Order::Serve(order) => server::serve(&order, reports),
            message::Order::Measure(job) => measure::run(&program.catalogue, &job, reports),
        });
    }
    let cli = cli::Cli::parse();
    if cli.list {
        return run::list(program, &cli);
    }
    interrupt::listen()?;
    if let Some(runs) = cli.calibrate {
        calibrate::calibrate(program, &cli, runs)
    } else if cli.bench && !cli.test {
        run::measure(program, &cli)
    } else {
        run::test(program, &cli)
    }
}
