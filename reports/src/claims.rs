//! What the guide claims, held against a record: what each client measured, and whether it holds.
//!
//! The claims are data, in `claims/list.rs`, in the terms of `claims/rule.rs`: whom each is about,
//! what is measured on which cells, and inside which bounds that has to be.

mod answer;
mod cells;
mod list;
mod measured;
mod reach;
mod rule;
mod scenes;
mod sentence;
mod standing;
#[cfg(test)]
mod tests;
mod unit;

pub(crate) use answer::Answer;
use cells::{Cells, Place};
use rule::Bound;
pub(crate) use rule::Claim;
use sentence::Length;
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
    /// The delay of its scenario, milliseconds; `None` where it has none.
    delay_ms: Option<f64>,
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
    /// It holds for some of them, and for some not.
    Depends,
    /// It holds for some of them, and may for the others.
    Open,
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
        let (proved, measured): (Vec<&Held>, Vec<&Held>) =
            self.held.iter().partition(|held| held.claim.is_proved());
        let hold = [
            ("Claims that hold for every client that they can be held against", measured),
            ("Claims that the check of every batch proves for every client", proved),
        ];
        let hold = hold.into_iter().filter(|(_, held)| !held.is_empty());
        let hold: Vec<String> =
            hold.map(|(what, held)| format!("{what}: {}.", tally(&held))).collect();
        let hold = hold.join(" ");
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

/// How many of the claims hold, and what of the others, e.g. `3 of 5; for none: 2`.
fn tally(held: &[&Held]) -> String {
    let count = |overall| held.iter().filter(|held| held.overall() == overall).count();
    let others = [
        (Overall::Open, "for some, undecided for others"),
        (Overall::Depends, "for some, not for others"),
        (Overall::DoesNotHold, "for none"),
        (Overall::Undecided, "undecided"),
        (Overall::Unknown, "comparable with nobody"),
    ];
    let others = others.map(|(overall, what)| (count(overall), what)).into_iter();
    let others = others.filter(|(count, _)| *count > 0);
    let others: String = others.map(|(count, what)| format!("; {what}: {count}")).collect();
    format!("{} of {}{others}", count(Overall::Holds), held.len())
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
    /// `None` where no client has a scenario of the claim, or none says what its bounds are made of.
    fn of(claim: &'static Claim, cells: &Cells) -> Option<Self> {
        let places: Vec<Place> = cells.places(&claim.measure.scenes())?;
        let n = places.first()?.n;
        let bounds = claim.bound.at(n, cells.logical_cpus(), cells.ideals(&places));
        if bounds.is_none() && claim.bound != Bound::Proved {
            return None;
        }
        let delay_ms = places.first()?.scenario.delay_ms;
        let answer = |(client, model)| {
            claim.who.is(model).then(|| Answer::of(claim, cells, &places, bounds, client))
        };
        let answers: Vec<Answer> = cells.clients().filter_map(answer).collect();
        (!answers.is_empty()).then_some(Self { claim, n, delay_ms, bounds, answers })
    }

    fn overall(&self) -> Overall {
        let is = |standing: &Standing| self.answers.iter().any(|it| it.standing == *standing);
        let is_refuted = self.answers.iter().any(|it| it.standing.is_refuted());
        match (is(&Standing::Holds), is_refuted, is(&Standing::Undecided)) {
            (true, false, false) => Overall::Holds,
            (false, true, false) => Overall::DoesNotHold,
            (false, false, false) => Overall::Unknown,
            (true, true, _) => Overall::Depends,
            (true, false, true) => Overall::Open,
            (false, _, true) => Overall::Undecided,
        }
    }

    /// What has to be inside which bounds, e.g. `Time at n = 10: 4.00 to 4.60 delays of 10 ms`.
    pub(crate) fn rule(&self) -> String {
        let bounds = match self.bounds {
            None => "checked in every batch".to_owned(),
            Some(bounds) => self.unit().bounds(bounds),
        };
        // The same microseconds weigh more on a shorter delay.
        let delay = self.delay_ms.filter(|_| self.unit() == Unit::Delays);
        let delay = delay.map(|ms| format!(" of {}", figure::set_duration_ms(ms)));
        let (measured, n) = (self.claim.measured, figure::count(self.n.into()));
        format!("{measured} at n = {n}: {bounds}{}", delay.unwrap_or_default())
    }

    /// What its figures count.
    pub(crate) fn unit(&self) -> Unit {
        self.claim.measure.unit()
    }

    /// What the clients say, in one sentence.
    pub(crate) fn sentence(&self) -> String {
        sentence::sentence(&self.answers, self.unit(), Length::Full)
    }

    /// The claim, its rule and what the clients say, with reasons of a word or two.
    pub(crate) fn in_short(&self) -> String {
        let said = sentence::sentence(&self.answers, self.unit(), Length::Short);
        format!("{}. {}. {said}", self.claim.claim, self.rule())
    }
}
