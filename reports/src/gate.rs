//! The gate: whether what a run measured may pass.

mod changes;
mod settings;
mod step_summary;
#[cfg(test)]
mod tests;
mod verdict;

use std::cmp::Reverse;
use std::fmt::Write as _;

use changes::Judge;
pub use settings::{FILE, Settings, SettingsError, percent};
pub use step_summary::step_summary;
pub use verdict::{Outcome, Subject, Verdict};

use crate::analysis::{Analysis, Warning};
use crate::expectation::{self, Expectation, Holds};
use crate::record::{Ended, Record};
use crate::{headline, text};

/// What a run has to keep to.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// The least change that is news, as a share.
    pub floor: f64,
    /// Whether a change has to be confirmed by its rerun.
    pub confirm: bool,
    /// What else has to hold.
    pub expectations: Vec<Expectation>,
}

/// A run, held against its rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// The figures that the verdicts are of.
    pub analysis: Analysis,
    /// Every verdict, the failed ones first.
    pub verdicts: Vec<Verdict>,
}

impl Gate {
    /// Judges a record: what changed between its builds, where it has several, and whether it meets
    /// the expectations.
    pub fn of(record: &Record, rules: &Rules) -> Self {
        let analysis = Analysis::with_floor(record, rules.floor);
        let mut verdicts: Vec<Verdict> = incomplete(&analysis).into_iter().collect();
        if let Some(changes) = &analysis.changes {
            verdicts.extend(Judge::new(changes, record.profile.margin, rules.confirm).verdicts());
        }
        let variants = analysis.changes.as_ref().map_or(&[][..], |changes| &changes.variants);
        let expected = |it: &Expectation| expected(it, &analysis, variants, rules.floor);
        verdicts.extend(rules.expectations.iter().map(expected));
        verdicts.sort_by_key(|verdict| Reverse(verdict.outcome));
        Self { analysis, verdicts }
    }

    /// Whether the run may pass: it may not if anything in it may not.
    pub fn outcome(&self) -> Outcome {
        self.verdicts.iter().map(|verdict| verdict.outcome).max().unwrap_or(Outcome::Pass)
    }

    /// What was found and every verdict, in lines of at most 100 columns.
    pub fn terminal(&self) -> String {
        let mut text = text::wrapped("", &headline::of(&self.analysis)) + "\n";
        for Verdict { outcome, text: of, .. } in &self.verdicts {
            text.push_str(&text::wrapped(&format!("{outcome:<9}  "), of));
        }
        let count =
            |outcome| self.verdicts.iter().filter(|verdict| verdict.outcome == outcome).count();
        let [fail, undecided, pass] = [Outcome::Fail, Outcome::Undecided, Outcome::Pass].map(count);
        let _ = writeln!(
            text,
            "\ngate: {} ({fail} failed, {undecided} undecided, {pass} passed)",
            self.outcome()
        );
        text
    }
}

/// A run that was cut short may have missed what it would have found.
fn incomplete(analysis: &Analysis) -> Option<Verdict> {
    let stopped = |warning: &&Warning| {
        let Warning::Stopped { ended, .. } = warning else { return false };
        matches!(ended, Ended::Running | Ended::Interrupted | Ended::Broken)
    };
    let text = analysis.warnings.iter().find(stopped)?.to_string();
    Some(Verdict { outcome: Outcome::Undecided, subject: Subject::Run, text })
}

fn expected(
    expectation: &Expectation,
    analysis: &Analysis,
    variants: &[String],
    floor: f64,
) -> Verdict {
    let judged = expectation::judge(expectation, analysis, variants, floor);
    Verdict {
        outcome: match judged.holds {
            Holds::Yes => Outcome::Pass,
            Holds::Unknown => Outcome::Undecided,
            Holds::No => Outcome::Fail,
        },
        subject: Subject::Expectation,
        text: format!("`{expectation}`: {}", judged.why),
    }
}
