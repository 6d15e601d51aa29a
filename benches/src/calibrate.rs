//! How often the harness errs, measured by itself: one client under two names must not be told
//! apart, and a client that is slowed by a known share must be found.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use waitmark_reports::analysis::{Analysis, Comparison, Quantity, Row};
use waitmark_reports::stats::Verdict;

use crate::Program;
use crate::cell;
use crate::cli::Cli;
use crate::output;
use crate::profile::Profile;
use crate::run::{Bench, Outcome};

/// The same client under four names, of which two are slowed: at sizes where it matters.
const PROFILE: &str = r#"
    clients = [
        { name = "plain", kind = "tokio" },
        { name = "again", kind = "tokio" },
        { name = "slowed-5", kind = "tokio" },
        { name = "slowed-10", kind = "tokio" },
    ]
    reference = "plain"
    workloads = ["fan_out"]
    sizes = [20, 100]
    precision = 0
"#;

/// What the slowed clients are slowed by, as a share of a batch's time.
const SLOWED: [(&str, f64); 2] = [("slowed-5", 0.05), ("slowed-10", 0.10)];

/// How often what happened, over runs.
#[derive(Default)]
struct Tally {
    /// Runs in whose table `plain` and `again` were told apart.
    false_claims: u32,
    /// By slowed client: cells that were called slower than `plain`, and cells in all.
    found: [(u32, u32); SLOWED.len()],
}

/// Makes `runs` runs and prints how often each was right.
pub(crate) fn calibrate(program: &Program, cli: &Cli, runs: u32) -> Result<ExitCode> {
    ensure!(
        program.catalogue.client("tokio").is_some(),
        "calibration slows a client of kind tokio, and this benchmark has none"
    );
    let mut tally = Tally::default();
    for run in 1..=runs {
        let mut profile = Profile::parse(&program.catalogue, "calibration", PROFILE)?;
        profile.max_time = cli.max_time;
        let mut cells = cell::plan(&program.catalogue, &profile, &[])?;
        for cell in &mut cells {
            let slowed = SLOWED.iter().find(|(name, _)| *name == cell.client_name);
            cell.slowdown = slowed.map_or(0.0, |(_, share)| *share);
        }
        let mut bench = Bench::prepare(program, profile, cells)?;
        let journal = bench.journal()?;
        let Outcome { record, stopped, .. } = bench.run(&journal)?;
        record.write(&journal.path)?;
        if stopped.is_some() {
            return bench.exit_code(stopped, 0);
        }
        tally.add(&Analysis::of(&record));
        output::print(format_args!("run {run} of {runs}: {}\n", tally.said(run)))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Tally {
    fn add(&mut self, analysis: &Analysis) {
        let place = |comparison: &Comparison, name: &str| {
            comparison.clients.iter().position(|client| client == name)
        };
        let mut false_claim = false;
        for comparison in &analysis.comparisons {
            let verdicts = |name: &str| -> Vec<Verdict> {
                let two = place(comparison, name).zip(place(comparison, "plain"));
                let pair =
                    |row: &Row| Some(two.and_then(|(x, y)| row.pairs(Quantity::Time).get(x, y))?.1);
                comparison.rows.iter().filter_map(pair).collect()
            };
            false_claim |= verdicts("again").into_iter().any(is_claim);
            for ((name, _), (found, of)) in SLOWED.iter().zip(&mut self.found) {
                let verdicts = verdicts(name);
                *of += verdicts.len() as u32;
                *found += verdicts.into_iter().filter(|&verdict| is_slower(verdict)).count() as u32;
            }
        }
        self.false_claims += u32::from(false_claim);
    }

    fn said(&self, runs: u32) -> String {
        let found = SLOWED.iter().zip(&self.found).map(|((_, share), (found, of))| {
            format!("slower by {:.0} % found in {found} of {of} cells", share * 100.0)
        });
        let found: Vec<String> = found.collect();
        format!("false claims in {} of {runs} tables; {}", self.false_claims, found.join("; "))
    }
}

/// Whether the verdict says that there is a difference, however small.
fn is_claim(verdict: Verdict) -> bool {
    is_slower(verdict) || is_slower(verdict.reversed())
}

fn is_slower(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Slower | Verdict::SlightlySlower)
}
