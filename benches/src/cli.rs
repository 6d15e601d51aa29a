//! The arguments after `cargo bench --`.

use std::time::Duration;

use clap::Parser;

use crate::profile;
use crate::server::Url;
use crate::shard::Shard;
use crate::variant;

/// Measure what concurrency models buy for work that waits on I/O, and render the report.
///
/// The record goes to waitmark/record.json in cargo's target directory, the report to
/// waitmark/report/index.html beside it.
#[derive(Debug, Parser)]
#[command(
    name = "cargo bench --",
    override_usage = "cargo bench [-- [OPTIONS] [FILTER]...]",
    after_help = "Environment:\n  \
        WAITMARK_PROFILE  default, quick, guide, variants, or the path of a profile of your own\n  \
        WAITMARK_OUTPUT   the folder for records and reports instead of target/waitmark\n\n\
        Exit codes:\n  0 all measured, 1 an error or a failed cell, 2 wrong usage, 130 interrupted"
)]
pub(crate) struct Cli {
    /// Only cells whose name contains this, such as fan_out/tokio or /100, each with its reference,
    /// or with the same client of the other variants
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,

    /// End the run by then, with as many rounds as there was time for
    #[arg(
        long,
        value_name = "TIME",
        conflicts_with_all = ["list", "test"],
        value_parser = max_time
    )]
    pub(crate) max_time: Option<Duration>,

    /// Run the clients of another build of this benchmark in the same rounds: as CLIENT@NAME beside
    /// this build's CLIENT@new, compared with the first variant. PATH is its program, which `cargo
    /// bench --no-run` names
    #[arg(long, value_name = "NAME=PATH")]
    pub(crate) variant: Vec<variant::Named>,

    /// Measure the variants alone: this build only serves and watches
    #[arg(long, requires = "variant")]
    pub(crate) only_variants: bool,

    /// Only the clients that run on this crate, such as tokio; all of them if none does
    #[arg(long = "crate", value_name = "NAME")]
    pub(crate) crate_name: Option<String>,

    /// Don't run cells again that look changed from one variant to another
    #[arg(long, requires = "variant")]
    pub(crate) no_confirm: bool,

    /// Only this part of the cells: 2/3 is the second of three. `waitmark merge` joins the records
    #[arg(long, value_name = "I/K")]
    pub(crate) shard: Option<Shard>,

    /// Load a server that runs elsewhere, which may be another machine: http://HOST:PORT
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<Url>,

    /// List the names of the cells and stop
    #[arg(long)]
    pub(crate) list: bool,

    /// Run every cell once and check its answers, without measuring
    #[arg(long)]
    pub(crate) test: bool,

    /// Measure how often the harness errs: so many runs of one client under two names, and slowed
    #[arg(
        long,
        value_name = "RUNS",
        num_args = 0..=1,
        default_missing_value = "20",
        conflicts_with_all = [
            "list", "test", "filters", "variant", "only_variants", "crate_name", "no_confirm",
            "shard", "server",
        ],
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    pub(crate) calibrate: Option<u32>,

    /// Measure; cargo bench adds this, and without it cells are only tested
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
}

fn max_time(text: &str) -> Result<Duration, String> {
    profile::duration(text, Duration::from_secs(1), Duration::from_secs(24 * 3600))
        .map_err(|error| error.to_string())
}
