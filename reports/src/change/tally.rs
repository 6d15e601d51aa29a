//! How many cells did what.

use super::{Change, Changes, Finding};

/// How many cells changed, and how many are not known. A cell is a client of a variant on one size of
/// a scenario, whatever quantities it is compared in; it counts as what is most worth knowing of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub cells: usize,
    /// Those that changed, confirmed or never run again.
    pub changed: usize,
    /// Those that looked changed, and in a rerun did not.
    pub not_confirmed: usize,
    /// Those without a ratio.
    pub not_measured: usize,
    /// Those of which an interval reaches beyond the floor.
    pub undecided: usize,
    /// Those that changed by no more than the floor, if at all.
    pub unchanged: usize,
}

impl Tally {
    /// Cells of which it is known whether they changed.
    pub fn known(&self) -> usize {
        self.changed + self.not_confirmed + self.unchanged
    }

    fn add(&mut self, finding: &Finding) {
        self.cells += 1;
        let count = match finding {
            Finding::Regression | Finding::Improvement | Finding::Unconfirmed(_) => {
                &mut self.changed
            }
            Finding::NotConfirmed(_) => &mut self.not_confirmed,
            Finding::NotMeasured(_) => &mut self.not_measured,
            Finding::Undecided => &mut self.undecided,
            Finding::Small | Finding::Unchanged => &mut self.unchanged,
        };
        *count += 1;
    }
}

impl Changes {
    /// How many cells did what.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for (at, change) in self.changes.iter().enumerate() {
            // What is worth the most comes first.
            if !self.changes[..at].iter().any(|earlier| earlier.same_cell(change)) {
                tally.add(&change.finding);
            }
        }
        tally
    }
}

impl Change {
    fn same_cell(&self, other: &Self) -> bool {
        self.n == other.n
            && self.client == other.client
            && self.variant == other.variant
            && self.scenario == other.scenario
    }
}
