//! What changed between builds that ran side by side: every client of each variant against the same
//! client of the base, cell by cell.
//!
//! All cells, variants and quantities of a record are one family. What is flagged in it is judged
//! once more by a rerun in fresh processes, where it had one.

mod finding;
mod pairing;
mod rule;
#[cfg(test)]
mod simulation;
mod tally;
#[cfg(test)]
mod tests;

pub use finding::{Direction, Finding};
pub use tally::Tally;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use pairing::Pair;

use crate::quantity::Quantity;
use crate::record::{Cell, Client, Record, Variant};
use crate::scenario::Scenario;
use crate::stats::Estimate;

/// What changed between the variants of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The least change that is news, as a share.
    pub floor: f64,
    /// The variant that the others are compared with; empty where the record has none.
    pub base: String,
    /// The others, in the order of the record.
    pub variants: Vec<String>,
    /// One a cell, variant and quantity: what changed first, then what is not known, then the rest.
    pub changes: Vec<Change>,
}

/// One client of a variant on one cell against the base's, in one quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What was done.
    pub scenario: Scenario,
    /// Units in a batch.
    pub n: u32,
    /// The client, without its variant.
    pub client: String,
    /// The variant that is compared with the base.
    pub variant: String,
    /// [`Quantity::Time`] or [`Quantity::Cpu`].
    pub quantity: Quantity,
    /// What a batch of the base takes, nanoseconds: the geometric mean over rounds.
    pub base: Option<f64>,
    /// What a batch of the variant takes, nanoseconds.
    pub new: Option<f64>,
    /// What the variant takes by what the base takes, inside each round: above 1 it takes more.
    pub estimate: Option<Estimate>,
    /// The same in the confirming rerun alone.
    pub confirmation: Option<Estimate>,
    /// What the evidence says.
    pub finding: Finding,
}

impl Changes {
    /// Works out what changed in `record`. Its first variant is the base of all others.
    pub fn of(record: &Record, floor: f64) -> Self {
        let names = |variants: &[Variant]| variants.iter().map(|it| it.name.clone()).collect();
        let (base, variants) = match record.variants.split_first() {
            Some((base, others)) => (base.name.clone(), names(others)),
            None => (String::new(), Vec::new()),
        };
        let pairs = pairing::pairs(&record.cells, &record.profile.clients, &record.variants);
        let mut changes: Vec<Change> =
            judged(&pairs, floor).into_iter().map(|(_, change)| change).collect();
        changes.sort_by(|one, other| one.rank().cmp(&other.rank()).then(one.by_size(other)));
        Self { floor, base, variants, changes }
    }
}

/// The places in `cells` of what has to be run again to confirm what looks changed: the cells of the
/// base and of the variant, in rising order.
pub fn suspects(
    cells: &[Cell],
    clients: &[Client],
    variants: &[Variant],
    floor: f64,
) -> Vec<usize> {
    let pairs = pairing::pairs(cells, clients, variants);
    let flagged =
        judged(&pairs, floor).into_iter().filter(|(_, change)| change.flagged().is_some());
    let places = flagged.filter_map(|(pair, _)| pair.places()).flatten();
    places.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The change of every pair and quantity, judged as one family.
fn judged<'p, 'c>(pairs: &'p [Pair<'c>], floor: f64) -> Vec<(&'p Pair<'c>, Change)> {
    let quantities = |pair: &'p Pair<'c>| pair.quantities().into_iter().map(move |it| (pair, it));
    let mut changes: Vec<(&Pair, Change)> =
        pairs.iter().flat_map(quantities).map(|(pair, of)| (pair, Change::of(pair, of))).collect();
    let measured = changes.iter_mut().map(|(_, change)| change);
    let measured: Vec<(Estimate, &mut Change)> =
        measured.filter_map(|change| Some((change.estimate?, change))).collect();
    let (family, mut measured): (Vec<Estimate>, Vec<&mut Change>) = measured.into_iter().unzip();
    let reruns: Vec<Option<Estimate>> = measured.iter().map(|it| it.confirmation).collect();
    let mut findings = rule::flag(&family, floor);
    rule::confirm(&mut findings, &reruns, floor);
    for (change, finding) in measured.iter_mut().zip(findings) {
        change.finding = finding;
    }
    changes
}

impl Change {
    /// The change of `pair` as far as its family has no say in it.
    fn of(pair: &Pair, quantity: Quantity) -> Self {
        let [base, new] = pair.takes(quantity);
        let estimate = pair.ratio(quantity);
        Self {
            scenario: pair.scenario.clone(),
            n: pair.n,
            client: pair.client.to_owned(),
            variant: pair.variant.to_owned(),
            quantity,
            base,
            new,
            estimate,
            confirmation: pair.rerun(quantity),
            finding: match estimate {
                Some(_) => Finding::Undecided,
                None => Finding::NotMeasured(pair.reason(quantity)),
            },
        }
    }

    /// Which way it went, where the planned rounds flagged it, whatever the rerun says.
    pub fn flagged(&self) -> Option<Direction> {
        match self.finding {
            Finding::Regression => Some(Direction::More),
            Finding::Improvement => Some(Direction::Less),
            Finding::Unconfirmed(direction) | Finding::NotConfirmed(direction) => Some(direction),
            _ => None,
        }
    }

    /// Its place in reports: what a reader has to see comes first.
    fn rank(&self) -> u8 {
        match self.finding {
            Finding::Regression => 0,
            Finding::Unconfirmed(Direction::More) => 1,
            Finding::Improvement => 2,
            Finding::Unconfirmed(Direction::Less) => 3,
            Finding::NotConfirmed(_) => 4,
            Finding::NotMeasured(_) => 5,
            Finding::Undecided => 6,
            Finding::Small => 7,
            Finding::Unchanged => 8,
        }
    }

    /// What changed the most comes first, to a percent; all others stay in the order of the record.
    fn by_size(&self, other: &Self) -> Ordering {
        let size = |change: &Self| match change.flagged() {
            Some(_) => {
                change.estimate.map_or(0.0, |ratio| (100.0 * ratio.value.ln()).abs().round())
            }
            None => 0.0,
        };
        size(other).total_cmp(&size(self))
    }
}
