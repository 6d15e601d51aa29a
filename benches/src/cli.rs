//! The arguments after `cargo bench --`.

use clap::Parser;

/// Measure what concurrency models buy for work that waits on I/O, and render the report.
///
/// The record goes to waitmark/record.json in cargo's target directory, the report to
/// waitmark/report/index.html beside it.
#[derive(Debug, Parser)]
#[command(
    name = "cargo bench --",
    override_usage = "cargo bench [-- [OPTIONS] [FILTER]...]",
    after_help = "Environment:\n  \
        WAITMARK_PROFILE  default, quick, guide, or the path of a profile of your own\n  \
        WAITMARK_OUTPUT   the folder for records and reports instead of target/waitmark\n\n\
        Exit codes:\n  0 all measured, 1 an error or a failed cell, 130 interrupted"
)]
pub(crate) struct Cli {
    /// Only cells whose name contains this, such as fan_out/tokio or /100, each with its reference
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,

    /// List the names of the cells and stop
    #[arg(long)]
    pub(crate) list: bool,

    /// Run every cell once and check its answers, without measuring
    #[arg(long)]
    pub(crate) test: bool,

    /// Measure; cargo bench adds this, and without it cells are only tested
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
}
