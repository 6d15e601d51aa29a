//! What the guide claims, held against a record: what each client measured, and whether it holds.
//!
//! The claims are data, in `claims/list.rs`, in the terms of `claims/rule.rs`: whom each is about,
//! what is measured on which cells, and inside which bounds that has to be.

mod answer;
mod cells;
mod list;
mod measured;
mod rule;
mod sentence;
mod standing;
#[cfg(test)]
mod tests;
mod unit;

pub(crate) use answer::Answer;
use cells::{Cells, Place};
pub(crate) use rule::Claim;
pub(crate) use standing::Standing;
use unit::Unit;

use crate::figure;
use crate::record::Record;
use crate::stats::Interval;

/// The guide's claims, and what the record says of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    /// Those that any client measured a scenario of, in the guide's order.
    pub(crate) held: Vec<Held>,
    /// The others, by their numbers in the guide; of a number there may be several claims.
    pub(crate) unmeasured: Vec<u32>,
    /// The clients of the record that have cells, in its order.
    pub(crate) clients: Vec<String>,
}

/// A claim that was held against the record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Held {
    pub(crate) claim: &'static Claim,
    /// Units in a batch.
    pub(crate) n: u32,
    /// Inside which bounds what is measured has to be; `None` where the check of every batch is the
    /// proof.
    pub(crate) bounds: Option<Interval>,
    /// One for each client that the claim is about, in the order of the record.
    pub(crate) answers: Vec<Answer>,
}

/// What the answers to a claim come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overall {
    /// It holds for every client that it could be held against.
    Holds,
    /// It holds for none of them.
    DoesNotHold,
    /// It holds for some of them.
    Depends,
    /// It holds for none of them, and for some it may.
    Undecided,
    /// It could be held against nobody.
    Unknown,
}

impl Claims {
    /// Holds every claim against the record, for each client by itself.
    ///
    /// `None` of a record of several builds, which are compared with each other, and of one without
    /// any scenario of the guide.
    pub fn of(record: &Record) -> Option<Self> {
        if !record.variants.is_empty() {
            return None;
        }
        let cells = Cells::of(record);
        let (mut held, mut unmeasured) = (Vec::new(), Vec::new());
        for claim in list::CLAIMS {
            match Held::of(claim, &cells) {
                Some(found) => held.push(found),
                None => unmeasured.push(claim.number),
            }
        }
        unmeasured.extend(list::NOT_COMPARABLE_YET);
        unmeasured.dedup();
        let clients = cells.clients().map(|(client, _)| client.to_owned()).collect();
        (!held.is_empty()).then_some(Self { held, unmeasured, clients })
    }

    /// How many of the claims hold, and which were not measured, in a few sentences.
    pub(crate) fn summary(&self) -> String {
        let count = |overall| self.held.iter().filter(|held| held.overall() == overall).count();
        let others = [
            (Overall::Depends, "for some"),
            (Overall::DoesNotHold, "for none"),
            (Overall::Undecided, "undecided"),
            (Overall::Unknown, "comparable with nobody"),
        ];
        let others = others.map(|(overall, what)| (count(overall), what)).into_iter();
        let others = others.filter(|(count, _)| *count > 0);
        let others: String = others.map(|(count, what)| format!("; {what}: {count}")).collect();
        let (holds, all) = (count(Overall::Holds), self.held.len());
        let hold = format!(
            "Claims that hold for every client that they can be held against: {holds} of {all}{others}."
        );
        let held = |number: &u32| self.held.iter().any(|held| held.claim.number == *number);
        let (some, none): (Vec<u32>, Vec<u32>) = self.unmeasured.iter().partition(|it| held(it));
        let some = (!some.is_empty()).then(|| format!("some of {}", numbered(&some)));
        let none = (!none.is_empty()).then(|| numbered(&none));
        let missing: Vec<String> = none.into_iter().chain(some).collect();
        match missing.as_slice() {
            [] => hold,
            missing => format!("{hold} Not measured here: {}.", missing.join("; ")),
        }
    }
}

/// The numbers, three or more in a row as a range, e.g. `#1, #3 to #6 and #24`.
fn numbered(numbers: &[u32]) -> String {
    let rows = numbers.chunk_by(|one, next| one + 1 == *next);
    let row = |row: &[u32]| match row {
        [first, _, .., last] if row.len() > 2 => vec![format!("#{first} to #{last}")],
        row => row.iter().map(|number| format!("#{number}")).collect(),
    };
    figure::list(&rows.flat_map(row).collect::<Vec<_>>())
}

impl Held {
    /// `None` where no client has a scenario of the claim.
    fn of(claim: &'static Claim, cells: &Cells) -> Option<Self> {
        let places: Vec<Place> = cells.places(&claim.measure.scenes())?;
        let n = places.first()?.n;
        let bounds = claim.bound.at(n, cells.logical_cpus());
        let answer = |(client, model)| {
            claim.who.is(model).then(|| Answer::of(claim, cells, &places, bounds, client))
        };
        let answers: Vec<Answer> = cells.clients().filter_map(answer).collect();
        (!answers.is_empty()).then_some(Self { claim, n, bounds, answers })
    }

    fn overall(&self) -> Overall {
        let is = |standing: &Standing| self.answers.iter().any(|it| it.standing == *standing);
        match (is(&Standing::Holds), is(&Standing::DoesNotHold), is(&Standing::Undecided)) {
            (true, false, false) => Overall::Holds,
            (false, true, false) => Overall::DoesNotHold,
            (false, false, false) => Overall::Unknown,
            (true, ..) => Overall::Depends,
            (false, _, true) => Overall::Undecided,
        }
    }

    /// What has to be inside which bounds, e.g. `Time at n = 10: 4.00 to 4.60 delays`.
    pub(crate) fn rule(&self) -> String {
        let Self { claim, n, bounds, .. } = self;
        let bounds = match *bounds {
            None => "proved by the check of every batch".to_owned(),
            Some(bounds) => self.unit().bounds(bounds),
        };
        format!("{} at n = {n}: {bounds}", claim.measured)
    }

    /// What its figures count.
    pub(crate) fn unit(&self) -> Unit {
        self.claim.measure.unit()
    }

    /// What the clients say, in one sentence.
    pub(crate) fn sentence(&self) -> String {
        sentence::sentence(&self.answers, self.unit())
    }
}
