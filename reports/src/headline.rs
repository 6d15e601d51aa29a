//! The few sentences that say what a run found.

mod changes;
mod sentence;

pub(crate) use sentence::{Part, Sentence};

use crate::analysis::{Analysis, Comparison, Figures, Outcome, Quantity, Row, Speedup};
use crate::figure;
use crate::guide;
use crate::stats::{Estimate, MOST_MORE, Verdict};

/// What the run found at its largest size, in a few sentences of plain text.
///
/// Clients come fastest first, each with its 95 % interval; those that the evidence can't tell from
/// the fastest are named, and so are those that failed. Where builds were compared it says what
/// changed between them instead.
pub fn of(analysis: &Analysis) -> String {
    let sentences: Vec<String> = sentences(analysis).iter().map(Sentence::to_string).collect();
    sentences.join(" ")
}

/// The sentences of [`of`]: the finding, and then what limits it.
pub(crate) fn sentences(analysis: &Analysis) -> Vec<Sentence> {
    if let Some(changes) = &analysis.changes {
        return changes::sentences(changes);
    }
    let Some((comparison, row)) = subject(analysis) else {
        return vec![Sentence::default().text("No cell of this run has figures.")];
    };
    let ranking = ranking(comparison, row);
    let mut sentences = vec![finding(comparison, row, &ranking)];
    let lead = Lead::of(analysis, row, &ranking);
    let limits = [
        no_reference(comparison, row),
        lead.as_ref().and_then(Lead::same),
        lead.as_ref().and_then(Lead::slightly),
        lead.as_ref().and_then(Lead::undecided),
        failed(comparison, row),
    ];
    sentences.extend(limits.into_iter().flatten().map(|limit| Sentence::default().text(limit)));
    sentences
}

/// The workload that the sentences of a run of one build are about.
pub(crate) fn workload(analysis: &Analysis) -> Option<&str> {
    Some(&*subject(analysis)?.0.scenario.workload)
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
    // What share of the reference's time it takes, or the time itself: either way less is faster.
    let share = |ranked: &Ranked| match ranked.figures.speedup {
        Speedup::Over(estimate, _) => Some(1.0 / estimate.value),
        Speedup::Reference | Speedup::Unknown => None,
    };
    let time = |ranked: &Ranked| ranked.figures.time_ns.value;
    if all.iter().any(|ranked| share(ranked).is_some()) {
        all.retain(|ranked| share(ranked).is_some());
    }
    let rank = |ranked: &Ranked| share(ranked).unwrap_or_else(|| time(ranked));
    all.sort_by(|one, other| rank(one).total_cmp(&rank(other)));
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

/// What is known of the fastest client against each of the others.
struct Lead<'a> {
    fastest: &'a str,
    others: Vec<(&'a str, Estimate, Verdict)>,
    margin: String,
}

impl<'a> Lead<'a> {
    fn of(analysis: &Analysis, row: &Row, ranking: &[Ranked<'a>]) -> Option<Self> {
        let (first, others) = ranking.split_first()?;
        let against = |other: &Ranked<'a>| {
            let pair = row.pairs(Quantity::Time).get(first.place, other.place)?;
            Some((other.client, pair.0, pair.1))
        };
        Some(Self {
            fastest: first.client,
            others: others.iter().filter_map(against).collect(),
            margin: figure::set_percent(analysis.margin),
        })
    }

    /// Names the clients that are as fast.
    fn same(&self) -> Option<String> {
        let same = self.others.iter().filter(|(.., verdict)| *verdict == Verdict::Same);
        let same: Vec<&str> = same.map(|(client, ..)| *client).collect();
        let are = if same.len() == 1 { "is" } else { "are" };
        let Self { fastest, margin, .. } = self;
        (!same.is_empty())
            .then(|| format!("{} {are} as fast as {fastest} within {margin}.", figure::list(&same)))
    }

    /// Names the clients that are surely slower, by too little to choose by.
    fn slightly(&self) -> Option<String> {
        let by = self.others.iter().filter_map(|(client, estimate, verdict)| {
            let interval = estimate.interval.filter(|_| *verdict == Verdict::SlightlyFaster)?;
            Some(format!("than {client} by {}", figure::percents(interval)))
        });
        let by: Vec<String> = by.collect();
        let Self { fastest, margin, .. } = self;
        (!by.is_empty()).then(|| {
            format!("{fastest} is faster {}, within the margin of {margin}.", figure::list(&by))
        })
    }

    /// Names the clients that may be as fast or not, and what it would take to know.
    fn undecided(&self) -> Option<String> {
        let more = self.others.iter().filter_map(|(client, _, verdict)| match verdict {
            Verdict::Undecided { more } => Some((*client, (*more)?)),
            _ => None,
        });
        let (mut names, more): (Vec<&str>, Vec<usize>) = more.unzip();
        names.insert(0, self.fastest);
        let most = more.into_iter().max()?;
        let names = figure::list(&names);
        let takes = more_rounds(most);
        Some(format!("Between {names} there is no clear winner: {takes} would tell."))
    }
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
mod tests;
