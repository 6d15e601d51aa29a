//! What may be held against other runs and machines: a cell's time by the time of what ran beside
//! it, in the same rounds on the same machine.

use crate::analysis::{Analysis, Comparison, Outcome, Quantity, Row};
use crate::record::{Client, Record};
use crate::scenario::Scenario;
use crate::stats::{Estimate, Verdict};

/// A cell against the reference's, or against the same client's of the base variant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Relative {
    /// What was done.
    pub(crate) scenario: Scenario,
    /// Units in a batch.
    pub(crate) n: u32,
    /// The client, by its whole name.
    pub(crate) client: String,
    /// The client that it is held against.
    pub(crate) against: Against,
    /// What was found.
    pub(crate) found: Found,
}

/// What a client is held against, by its whole name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Against {
    /// The reference: more speedup is better.
    Reference(String),
    /// The same client of the base variant: less of its time is better.
    Base(String),
}

/// What became of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found {
    /// The client's time by the other's, inside each round, and the verdict on the client.
    Ratio(Estimate, Verdict),
    /// There is none, and why in a word.
    Without(&'static str),
}

impl Against {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Reference(name) | Self::Base(name) => name,
        }
    }

    /// The ratio as reports show it: the reference's time by the client's, which is its speedup; or
    /// the client's by the base's.
    pub(crate) fn shown(&self, ratio: Estimate) -> Estimate {
        match self {
            Self::Reference(_) => ratio.inverse(),
            Self::Base(_) => ratio,
        }
    }
}

/// Every cell of the record that something ran beside, table by table: against the base variant
/// where the record has variants, and against the reference otherwise.
pub(crate) fn relatives(record: &Record, analysis: &Analysis) -> Vec<Relative> {
    let rows = analysis.comparisons.iter().flat_map(|it| it.rows.iter().map(move |row| (it, row)));
    rows.flat_map(|(comparison, row)| of_row(record, comparison, row)).collect()
}

fn of_row(record: &Record, comparison: &Comparison, row: &Row) -> Vec<Relative> {
    let relative = |(place, client): (usize, &String)| {
        let (other, against) = against(record, comparison, client)?;
        let found = found(row, place, other)?;
        let (scenario, client) = (comparison.scenario.clone(), client.clone());
        Some(Relative { scenario, n: row.n, client, against, found })
    };
    comparison.clients.iter().enumerate().filter_map(relative).collect()
}

/// What a client is held against, and the other's place; `None` for the reference, for the base's
/// own clients, and where there is neither.
fn against(record: &Record, comparison: &Comparison, client: &str) -> Option<(usize, Against)> {
    if let Some(base) = record.variants.first() {
        let known = |name: &str| record.profile.clients.iter().find(|it| it.name == name);
        let own = known(client).filter(|it| it.variant.is_some())?;
        let is_base = |it: &Client| it.variant.as_ref() == Some(&base.name);
        let same = |name: &String| {
            known(name).is_some_and(|it| is_base(it) && it.plain_name() == own.plain_name())
        };
        let place = comparison.clients.iter().position(same).filter(|_| !is_base(own))?;
        return Some((place, Against::Base(comparison.clients[place].clone())));
    }
    let place = comparison.reference_place()?;
    let reference = &comparison.clients[place];
    (reference != client).then(|| (place, Against::Reference(reference.clone())))
}

/// `None` where the record has no such cell.
fn found(row: &Row, place: usize, other: usize) -> Option<Found> {
    let pair = row.pairs(Quantity::Time).get(place, other);
    Some(match (&row.outcomes[place], &row.outcomes[other], pair) {
        (Outcome::Absent, ..) => return None,
        (Outcome::Failed(_), ..) => Found::Without("failed"),
        (Outcome::Skipped, ..) => Found::Without("not run"),
        (_, _, Some((speedup, verdict))) => Found::Ratio(speedup.inverse(), verdict),
        (Outcome::Measured(_), Outcome::Measured(_), None) => Found::Without("no shared round"),
        (Outcome::Measured(_), ..) => Found::Without("nothing to compare with"),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::{Status, Variant};
    use crate::synthetic;

    /// Like [`synthetic::record_of`], with each client in two builds, the second one of which
    /// takes 1.2 times as long.
    pub(crate) fn builds(names: [&str; 2], clients: &[&str], sizes: &[u32], rounds: u32) -> Record {
        let of = |name: &str| clients.iter().map(|it| format!("{it}@{name}")).collect::<Vec<_>>();
        let all = names.map(of).concat();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let mut record = synthetic::record_of(&all, sizes, rounds);
        for client in &mut record.profile.clients {
            let (kind, variant) = client.name.split_once('@').unwrap();
            (client.kind, client.variant) = (kind.to_owned(), Some(variant.to_owned()));
        }
        for cell in record.cells.iter_mut().filter(|cell| cell.client.ends_with(names[1])) {
            let slower: Vec<f64> = cell.rounds.iter().map(|round| round.mean_ns * 1.2).collect();
            synthetic::time(cell, &slower);
        }
        record.variants = names
            .map(|name| Variant {
                name: name.to_owned(),
                tool_version: "0.1.0".to_owned(),
                git_rev: None,
                rustc: "rustc 1.95.0".to_owned(),
                versions: [("tokio".to_owned(), name.to_owned())].into(),
            })
            .into();
        record
    }

    fn told(record: &Record) -> Vec<String> {
        let told = |it: &Relative| {
            let found = match it.found {
                Found::Ratio(ratio, verdict) => {
                    let shown = it.against.shown(ratio).value;
                    format!("{:.3} {:.3} {}", ratio.value, shown, verdict.as_str())
                }
                Found::Without(why) => why.to_owned(),
            };
            let against = match &it.against {
                Against::Reference(name) => format!("over {name}"),
                Against::Base(name) => format!("/ {name}"),
            };
            format!("{} {against} n={}: {found}", it.client, it.n)
        };
        relatives(record, &Analysis::of(record)).iter().map(told).collect()
    }

    #[test]
    fn clients_are_held_against_the_reference() {
        let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 5);
        synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 20), "killed");
        let skipped = synthetic::cell_mut(&mut record, "smol", 20);
        (skipped.status, skipped.rounds) = (Status::Skipped, Vec::new());
        assert_eq!(
            told(&record),
            [
                "tokio over sequential n=5: 0.201 4.976 faster",
                "smol over sequential n=5: 0.202 4.962 faster",
                "tokio over sequential n=20: failed",
                "smol over sequential n=20: not run",
            ]
        );
        synthetic::fail(synthetic::cell_mut(&mut record, "sequential", 5), "killed");
        assert_eq!(told(&record)[0], "tokio over sequential n=5: nothing to compare with");
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 2);
        record.cells[0].rounds.remove(0);
        record.cells[1].rounds.remove(1);
        assert_eq!(told(&record), ["tokio over sequential n=5: no shared round"]);
    }

    #[test]
    fn without_a_reference_there_is_nothing() {
        assert_eq!(told(&synthetic::record_of(&["tokio", "smol"], &[5], 5)), [""; 0]);
    }

    #[test]
    fn variants_are_held_against_the_base() {
        let record = builds(["base", "new"], &["sequential", "tokio"], &[5], 5);
        assert_eq!(
            told(&record),
            [
                "sequential@new / sequential@base n=5: 1.200 1.200 slower",
                "tokio@new / tokio@base n=5: 1.200 1.200 slower",
            ]
        );
    }
}
