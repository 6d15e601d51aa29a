//! How often the harness errs, measured by itself: one client under two names must not be told
//! apart, and a client that is slowed by a known share must be found.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use waitmark_reports::analysis::{Analysis, Comparison, Quantity, Row};
use waitmark_reports::stats::Verdict;

use crate::cell;
use crate::cli::Cli;
use crate::output;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::program::Program;
use crate::run::{Bench, Ran};

/// The same client under four names, of which two are slowed: at sizes where it matters.
const PROFILE: &str = r#"
    clients = [
        { name = "plain", kind = "tokio" },
        { name = "again", kind = "tokio" },
        { name = "slowed-5", kind = "tokio" },
        { name = "slowed-10", kind = "tokio" },
    ]
    reference = "plain"
    workloads = ["fan_out", { name = "pipeline", sizes = [20], delays = ["5ms"] }]
    sizes = [20, 100]
    budget = "150ms"
"#;

/// What the slowed clients are slowed by, as a share of a batch's time.
const SLOWED: [(&str, f64); 2] = [("slowed-5", 0.05), ("slowed-10", 0.10)];

/// What false claims are looked for in.
const QUANTITIES: [(Quantity, &str); 2] = [(Quantity::Time, "time"), (Quantity::Cpu, "CPU time")];

/// How often what happened, over runs.
#[derive(Default)]
struct Tally {
    /// Tables in which `plain` and `again` were told apart by their time, and by their CPU time.
    false_claims: [u32; QUANTITIES.len()],
    /// Tables in all, for each of the two.
    tables: u32,
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
        let (mut cells, _) = cell::plan(&program.catalogue, &profile, &[])?;
        for cell in &mut cells {
            let slowed = SLOWED.iter().find(|(name, _)| *name == cell.client_name);
            cell.slowdown = slowed.map_or(0.0, |(_, share)| *share);
        }
        let mut bench = Bench::prepare(program, Plan::alone(profile, cells))?;
        let journal = bench.journal()?;
        let Ran { record, stopped, .. } = bench.run(&journal)?;
        record.write(&journal.path)?;
        if stopped.is_some() {
            return bench.exit_code(stopped, 0);
        }
        tally.add(&Analysis::of(&record));
        output::print(format_args!("run {run} of {runs}: {}\n", tally.said()))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Tally {
    fn add(&mut self, analysis: &Analysis) {
        for comparison in &analysis.comparisons {
            self.tables += 1;
            for (claims, (quantity, _)) in self.false_claims.iter_mut().zip(QUANTITIES) {
                let claimed = verdicts(comparison, "again", quantity).into_iter().any(is_claim);
                *claims += u32::from(claimed);
            }
            for ((name, _), (found, of)) in SLOWED.iter().zip(&mut self.found) {
                let verdicts = verdicts(comparison, name, Quantity::Time);
                *of += verdicts.len() as u32;
                *found += verdicts.into_iter().filter(|&verdict| is_slower(verdict)).count() as u32;
            }
        }
    }

    fn said(&self) -> String {
        let claims = QUANTITIES.iter().zip(&self.false_claims).map(|((_, name), claims)| {
            format!("false claims on {name} in {claims} of {} tables", self.tables)
        });
        let found = SLOWED.iter().zip(&self.found).map(|((_, share), (found, of))| {
            format!("slower by {:.0} % found in {found} of {of} cells", share * 100.0)
        });
        claims.chain(found).collect::<Vec<_>>().join("; ")
    }
}

/// What is said of this client against `plain`, on each size.
fn verdicts(comparison: &Comparison, name: &str, quantity: Quantity) -> Vec<Verdict> {
    let place = |name: &str| comparison.clients.iter().position(|client| client == name);
    let two = place(name).zip(place("plain"));
    let verdict = |row: &Row| Some(row.pairs(quantity).get(two?.0, two?.1)?.1);
    comparison.rows.iter().filter_map(verdict).collect()
}

/// Whether the verdict says that there is a difference, however small.
fn is_claim(verdict: Verdict) -> bool {
    is_slower(verdict) || is_slower(verdict.reversed())
}

fn is_slower(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Slower | Verdict::SlightlySlower)
}
