//! The few sentences that say what a run found.

use std::fmt;

use crate::analysis::{Analysis, Comparison, Figures, Outcome, Quantity, Row, Speedup};
use crate::figure;
use crate::guide;
use crate::stats::{Estimate, MOST_MORE, Verdict};

/// A sentence in pieces, so that a page can set some of them apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sentence(Vec<Part>);

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// Words, names and figures.
    Text(String),
    /// A 95 % interval, in its brackets.
    Interval(String),
}

impl Sentence {
    pub(crate) fn parts(&self) -> &[Part] {
        &self.0
    }

    fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Part::Text(text.into()));
        self
    }

    /// The interval of the estimate, where it has one, after a space.
    fn interval(mut self, estimate: &Estimate) -> Self {
        if let Some(interval) = estimate.interval {
            self.0.push(Part::Text(" ".to_owned()));
            self.0.push(Part::Interval(format!("[{}]", figure::interval(interval, ", "))));
        }
        self
    }

    fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Phrases in a row, as [`figure::list`] joins words.
    fn list(phrases: Vec<Self>) -> Self {
        let count = phrases.len();
        phrases.into_iter().enumerate().fold(Self::default(), |list, (index, phrase)| {
            let list = match index {
                0 => list,
                _ if index + 1 == count => list.text(" and "),
                _ => list.text(", "),
            };
            list.then(phrase)
        })
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) | Part::Interval(text) => f.write_str(text),
        })
    }
}

/// What the run found at its largest size, in a few sentences of plain text.
///
/// Clients come fastest first, each with its 95 % interval; those that the evidence can't tell from
/// the fastest are named, and so are those that failed.
pub fn of(analysis: &Analysis) -> String {
    let sentences: Vec<String> = sentences(analysis).iter().map(Sentence::to_string).collect();
    sentences.join(" ")
}

/// The sentences of [`of`]: the finding, and then what limits it.
pub(crate) fn sentences(analysis: &Analysis) -> Vec<Sentence> {
    let Some((comparison, row)) = subject(analysis) else {
        return vec![Sentence::default().text("No cell of this run has figures.")];
    };
    let ranking = ranking(comparison, row);
    let mut sentences = vec![finding(comparison, row, &ranking)];
    let limits = [
        no_reference(comparison, row),
        same(analysis, row, &ranking),
        slightly(analysis, row, &ranking),
        undecided(row, &ranking),
        failed(comparison, row),
    ];
    sentences.extend(limits.into_iter().flatten().map(|limit| Sentence::default().text(limit)));
    sentences
}

/// The largest row that has figures, in the guide's workload where the run has it.
fn subject(analysis: &Analysis) -> Option<(&Comparison, &Row)> {
    let is_guides = |comparison: &&Comparison| comparison.scenario.workload == guide::WORKLOAD;
    let (guides, others): (Vec<_>, Vec<_>) = analysis.comparisons.iter().partition(is_guides);
    let mut all = guides.into_iter().chain(others);
    all.find_map(|comparison| Some((comparison, comparison.largest()?)))
}

/// A client with figures.
struct Ranked<'a> {
    /// Its place in the comparison.
    place: usize,
    client: &'a str,
    figures: &'a Figures,
}

/// The clients with a speedup, the fastest first; where none has one, all by their times.
///
/// Whatever the sentences say of the fastest is said of the first of these.
fn ranking<'a>(comparison: &'a Comparison, row: &'a Row) -> Vec<Ranked<'a>> {
    let outcomes = comparison.clients.iter().zip(&row.outcomes).enumerate();
    let mut all: Vec<Ranked> = outcomes
        .filter_map(|(place, (client, outcome))| {
            Some(Ranked { place, client, figures: outcome.figures()? })
        })
        .collect();
    all.sort_by(|one, other| one.figures.time_ns.value.total_cmp(&other.figures.time_ns.value));
    let speedup = |ranked: &Ranked| match ranked.figures.speedup {
        Speedup::Over(estimate, _) => Some(estimate.value),
        Speedup::Reference | Speedup::Unknown => None,
    };
    if all.iter().any(|ranked| speedup(ranked).is_some()) {
        all.retain(|ranked| speedup(ranked).is_some());
        all.sort_by(|one, other| {
            f64::total_cmp(&speedup(other).unwrap_or(0.0), &speedup(one).unwrap_or(0.0))
        });
    }
    all
}

fn finding(comparison: &Comparison, row: &Row, ranking: &[Ranked]) -> Sentence {
    let scenario = &comparison.scenario;
    let at = match scenario.workload == guide::WORKLOAD {
        true => format!("At {}, ", scenario.amount(row.n)),
        false => format!("In {}, ", scenario.at(row.n)),
    };
    let reference = comparison.reference.as_deref().unwrap_or_default();
    let phrase = |(index, Ranked { client, figures, .. }): (usize, &Ranked)| {
        let first = index == 0;
        let phrase = Sentence::default().text(*client);
        match figures.speedup {
            Speedup::Over(estimate, _) => {
                let speedup = figure::speedup(estimate.value);
                match first {
                    true => phrase.text(format!(" is {speedup} as fast as {reference}")),
                    false => phrase.text(format!(" {speedup}")),
                }
                .interval(&estimate)
            }
            Speedup::Reference | Speedup::Unknown => {
                let takes = if first { " takes" } else { "" };
                phrase.text(format!("{takes} {}", figure::duration_ns(figures.time_ns.value)))
            }
        }
    };
    let phrases = ranking.iter().enumerate().map(phrase).collect();
    Sentence::default().text(at).then(Sentence::list(phrases)).text(".")
}

fn no_reference(comparison: &Comparison, row: &Row) -> Option<String> {
    let reference = comparison.reference.as_ref()?;
    let mut figures = row.outcomes.iter().filter_map(Outcome::figures);
    let known = figures.any(|figures| figures.speedup != Speedup::Unknown);
    (!known).then(|| format!("{reference}, the reference, has no figures: there is no speedup."))
}

/// What is known of the fastest against each of the others.
fn against_fastest<'a>(
    row: &Row,
    ranking: &'a [Ranked],
) -> impl Iterator<Item = (&'a str, Estimate, Verdict)> {
    let others = ranking
        .split_first()
        .into_iter()
        .flat_map(|(first, others)| others.iter().map(move |other| (first, other)));
    others.filter_map(|(first, other)| {
        let (estimate, verdict) = row.pairs(Quantity::Time).get(first.place, other.place)?;
        Some((other.client, estimate, verdict))
    })
}

/// Names the clients that are as fast as the fastest.
fn same(analysis: &Analysis, row: &Row, ranking: &[Ranked]) -> Option<String> {
    let same = against_fastest(row, ranking).filter(|(.., verdict)| *verdict == Verdict::Same);
    let same: Vec<&str> = same.map(|(client, ..)| client).collect();
    let margin = figure::set_percent(analysis.margin);
    let are = if same.len() == 1 { "is" } else { "are" };
    let fastest = ranking.first()?.client;
    (!same.is_empty())
        .then(|| format!("{} {are} as fast as {fastest} within {margin}.", figure::list(&same)))
}

/// Names the clients that the fastest is surely faster than, by too little to choose by.
fn slightly(analysis: &Analysis, row: &Row, ranking: &[Ranked]) -> Option<String> {
    let by = against_fastest(row, ranking).filter_map(|(client, estimate, verdict)| {
        let interval = estimate.interval.filter(|_| verdict == Verdict::SlightlyFaster)?;
        Some(format!("than {client} by {}", figure::percents(interval)))
    });
    let by: Vec<String> = by.collect();
    let margin = figure::set_percent(analysis.margin);
    let fastest = ranking.first()?.client;
    (!by.is_empty()).then(|| {
        format!("{fastest} is faster {}, within the margin of {margin}.", figure::list(&by))
    })
}

/// Names the clients that could be as fast as the fastest or not, and what it would take to know.
fn undecided(row: &Row, ranking: &[Ranked]) -> Option<String> {
    let fastest = ranking.first()?.client;
    let mut names = vec![fastest];
    let mut most = 0;
    for (client, _, verdict) in against_fastest(row, ranking) {
        if let Verdict::Undecided { more: Some(more) } = verdict {
            names.push(client);
            most = most.max(more);
        }
    }
    let names_of = || figure::list(&names);
    (names.len() > 1).then(|| {
        format!(
            "Between {} there is no clear winner: {} would tell.",
            names_of(),
            more_rounds(most)
        )
    })
}

/// How many more rounds, in words.
pub(crate) fn more_rounds(more: usize) -> String {
    match more {
        1..=MOST_MORE => format!("about {}", figure::counted(more, "more round")),
        _ => format!("more than {MOST_MORE} more rounds"),
    }
}

/// Names the clients that failed; a failed reference has had its sentence already.
fn failed(comparison: &Comparison, row: &Row) -> Option<String> {
    let failed: Vec<&str> = comparison
        .clients
        .iter()
        .zip(&row.outcomes)
        .filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_)))
        .map(|(client, _)| client.as_str())
        .filter(|client| Some(*client) != comparison.reference.as_deref())
        .collect();
    let verb = if failed.len() == 1 { "has" } else { "have" };
    (!failed.is_empty()).then(|| format!("{} failed and {verb} no figures.", figure::list(&failed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::synthetic;

    fn headline_of(record: &Record) -> String {
        of(&Analysis::of(record))
    }

    #[test]
    fn nothing_measured() {
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 5);
        assert_eq!(
            headline_of(&synthetic::record_of(&[], &[], 5)),
            "No cell of this run has figures."
        );
        for client in ["sequential", "tokio"] {
            synthetic::fail(synthetic::cell_mut(&mut record, client, 5), "refused");
        }
        assert_eq!(headline_of(&record), "No cell of this run has figures.");
    }

    #[test]
    fn the_headline_prefers_the_guides_workload_and_its_largest_row() {
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5, 20], 5);
        for (place, client) in ["sequential", "tokio"].into_iter().enumerate() {
            record.cells.insert(0, synthetic::cell("files", 2.5, 1, client, place as u32, 5));
        }
        assert!(headline_of(&record).starts_with("At 20 requests of 10 ms each, tokio is 17.6x"));
        record.cells.retain(|cell| cell.workload == "files");
        let headline = headline_of(&record);
        assert!(
            headline.starts_with("In files with 1 request of 2.5 ms each, tokio"),
            "{headline}"
        );
    }

    #[test]
    fn a_difference_too_small_to_choose_by() {
        let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[100], 10);
        record.profile.margin = 0.05;
        insta::assert_snapshot!(headline_of(&record), @"At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.8] and smol 53.1x [53.0, 53.1]. tokio is faster than smol by 3.0 to 3.3 %, within the margin of 5 %.");
        record.profile.margin = 0.01;
        insta::assert_snapshot!(headline_of(&record), @"At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.8] and smol 53.1x [53.0, 53.1].");
    }
}
