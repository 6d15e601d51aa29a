//! The verdicts on what changed between builds.

use super::verdict::{Outcome, Subject, Verdict};
use crate::change::{Change, Changes, Direction, Finding};
use crate::quantity::Quantity;
use crate::scope::Scopes;
use crate::stats::Estimate;
use crate::{figure, text};

/// The most rows that are named where they are counted.
const NAMED: usize = 3;

/// How the changes of a run are judged.
pub(super) struct Judge<'c> {
    changes: &'c Changes,
    scopes: Scopes,
    /// The least change that the run itself ran again.
    margin: f64,
    /// Whether a change has to be confirmed by its rerun.
    confirm: bool,
}

impl<'c> Judge<'c> {
    pub(super) fn new(changes: &'c Changes, margin: f64, confirm: bool) -> Self {
        let scopes = Scopes::of(changes.changes.iter().map(|change| &change.scenario));
        Self { changes, scopes, margin, confirm }
    }

    /// A verdict for every row that was flagged, and one for all rows of each other kind.
    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let changes = &self.changes.changes;
        if changes.is_empty() {
            let text = "no cell of one build could be held against one of another".to_owned();
            return vec![verdict(Outcome::Undecided, text)];
        }
        let counted = [self.undecided(), self.not_measured(), self.unchanged()];
        let flagged = changes.iter().filter_map(|change| self.flagged(change));
        flagged.chain(counted.into_iter().flatten()).collect()
    }

    fn flagged(&self, change: &Change) -> Option<Verdict> {
        let (outcome, end) = match (&change.finding, change.flagged()?) {
            (Finding::Regression, _) => (Outcome::Fail, "confirmed by a rerun"),
            (Finding::Improvement, _) => (Outcome::Pass, "confirmed by a rerun"),
            (Finding::NotConfirmed(_), Direction::More) if !self.confirm => {
                (Outcome::Fail, "not confirmed by the rerun, which was not asked for")
            }
            (Finding::NotConfirmed(_), _) => (Outcome::Pass, "not confirmed by the rerun"),
            (_, Direction::Less) => (Outcome::Pass, "not run again"),
            (_, Direction::More) if !self.confirm => (Outcome::Fail, "not run again"),
            (_, Direction::More) => (Outcome::Undecided, "not run again"),
        };
        let why = match outcome {
            Outcome::Undecided => self.no_rerun(change),
            Outcome::Pass | Outcome::Fail => String::new(),
        };
        Some(verdict(outcome, format!("{}, {end}{why}", self.sentence(change))))
    }

    /// Why a flagged change was not run again.
    fn no_rerun(&self, change: &Change) -> String {
        match change.estimate.is_some_and(|ratio| ratio.value <= 1.0 + self.margin) {
            true => format!(", as the run's own margin is {}", figure::set_percent(self.margin)),
            false if change.confirmation.is_some() => " often enough to tell".to_owned(),
            false => ", so not confirmed".to_owned(),
        }
    }

    /// What a change is, with its figures.
    fn sentence(&self, change: &Change) -> String {
        let Change { client, scenario, n, variant, estimate, confirmation, .. } = change;
        let what = match change.quantity {
            Quantity::Cpu => "CPU time",
            _ => "time",
        };
        let again = confirmation.as_ref().map(|again| format!(", again {}", ratio(again)));
        format!(
            "{client} on {}: {variant} takes {} the {what} of {}{}",
            self.scopes.label(scenario, *n),
            estimate.as_ref().map(ratio).unwrap_or_default(),
            self.changes.base,
            again.unwrap_or_default()
        )
    }

    fn undecided(&self) -> Option<Verdict> {
        let end = |change: &Change| match change.estimate.and_then(|ratio| ratio.interval) {
            Some(interval) => figure::interval(interval, " to "),
            None => "no interval".to_owned(),
        };
        let floor = figure::set_percent(self.changes.floor);
        let did = format!("may have changed by more than {floor} or not");
        let rows = self.rows(|finding| *finding == Finding::Undecided);
        self.counted(Outcome::Undecided, &rows, &(did + &self.named(&rows, end)))
    }

    fn not_measured(&self) -> Option<Verdict> {
        let end = |change: &Change| match &change.finding {
            Finding::NotMeasured(reason) => text::short(reason),
            _ => String::new(),
        };
        let rows = self.rows(|finding| matches!(finding, Finding::NotMeasured(_)));
        let did = format!("could not be compared{}", self.named(&rows, end));
        self.counted(Outcome::Undecided, &rows, &did)
    }

    fn unchanged(&self) -> Option<Verdict> {
        let floor = figure::set_percent(self.changes.floor);
        let rows = self.rows(|finding| matches!(finding, Finding::Small | Finding::Unchanged));
        self.counted(Outcome::Pass, &rows, &format!("did not change by more than {floor}"))
    }

    fn rows(&self, is: fn(&Finding) -> bool) -> Vec<&Change> {
        self.changes.changes.iter().filter(|change| is(&change.finding)).collect()
    }

    fn counted(&self, outcome: Outcome, rows: &[&Change], did: &str) -> Option<Verdict> {
        let all = figure::counted(self.changes.changes.len(), "row");
        let text = || format!("{} of {all} {did}", rows.len());
        (!rows.is_empty()).then(|| verdict(outcome, text()))
    }

    /// The first of the rows, each with its end, and how many more there are.
    fn named(&self, rows: &[&Change], end: fn(&Change) -> String) -> String {
        let row = |change: &&Change| {
            let label = self.scopes.label(&change.scenario, change.n);
            let Change { client, variant, quantity, .. } = change;
            format!("; {client}@{variant} on {label}, {}: {}", quantity.label(), end(change))
        };
        let named: String = rows.iter().take(NAMED).map(row).collect();
        match rows.len().saturating_sub(NAMED) {
            0 => named,
            more => format!("{named}; and {more} more"),
        }
    }
}

fn verdict(outcome: Outcome, text: String) -> Verdict {
    Verdict { outcome, subject: Subject::Change, text }
}

/// A ratio with its interval.
fn ratio(ratio: &Estimate) -> String {
    let interval = ratio.interval.map(|it| format!(" [{}]", figure::interval(it, ", ")));
    format!("{}{}", figure::speedup(ratio.value), interval.unwrap_or_default())
}
