//! The one sentence that says what a run found.

use crate::analysis::{Analysis, Comparison, Figures, HeadToHead, Outcome, Row, Speedup};
use crate::figure;
use crate::guide;
use crate::stats::{Estimate, Verdict};

/// What the run found at its largest batch, in a sentence or three of plain text.
///
/// Clients come fastest first, each with its 95 % interval; clients that the evidence can't tell
/// from the fastest are named, and so are those that failed.
pub fn of(analysis: &Analysis) -> String {
    sentences(analysis).join(" ")
}

/// The sentences of [`of`]: the finding, and then what limits it.
pub(crate) fn sentences(analysis: &Analysis) -> Vec<String> {
    let Some((comparison, row)) = subject(analysis) else {
        return vec!["No cell of this run has figures.".to_owned()];
    };
    let scenario = &comparison.scenario;
    let at = match scenario.workload == guide::WORKLOAD {
        true => format!("At {}", scenario.amount(row.n)),
        false => format!("In {}", scenario.at(row.n)),
    };
    let speedups = faster(comparison, row);
    let found = match &comparison.reference {
        Some(reference) if !speedups.is_empty() => said(&speedups, reference),
        _ => times(comparison, row),
    };
    let mut sentences = vec![format!("{at}, {found}.")];
    sentences.extend(no_reference(comparison, row));
    sentences.extend(close_call(&comparison.head_to_head, row.n, comparison.reference.as_deref()));
    sentences.extend(failed(comparison, row));
    sentences
}

/// The largest row that has figures, in the guide's workload where the run has it.
fn subject(analysis: &Analysis) -> Option<(&Comparison, &Row)> {
    let has_figures = |row: &&Row| row.outcomes.iter().any(|outcome| outcome.figures().is_some());
    let largest =
        |comparison: &'_ Comparison| comparison.rows.iter().rposition(|row| has_figures(&row));
    let (guides, others): (Vec<_>, Vec<_>) = analysis
        .comparisons
        .iter()
        .partition(|comparison| comparison.scenario.workload == guide::WORKLOAD);
    guides
        .into_iter()
        .chain(others)
        .find_map(|comparison| Some((comparison, &comparison.rows[largest(comparison)?])))
}

/// The clients with a speedup, the fastest first.
fn faster<'c>(comparison: &'c Comparison, row: &Row) -> Vec<(&'c str, Estimate)> {
    let mut speedups: Vec<_> = figures(comparison, row)
        .filter_map(|(client, figures)| match figures.speedup {
            Speedup::Over(estimate, _) => Some((client, estimate)),
            Speedup::Reference | Speedup::Unknown => None,
        })
        .collect();
    speedups.sort_by(|one, other| other.1.value.total_cmp(&one.1.value));
    speedups
}

fn figures<'c>(comparison: &'c Comparison, row: &Row) -> impl Iterator<Item = (&'c str, Figures)> {
    let outcomes = comparison.clients.iter().zip(&row.outcomes);
    outcomes.filter_map(|(client, outcome)| Some((client.as_str(), *outcome.figures()?)))
}

fn said(speedups: &[(&str, Estimate)], reference: &str) -> String {
    let interval = |estimate: &Estimate| match estimate.interval {
        Some(interval) => format!(" [{}]", figure::interval(interval, ", ")),
        None => String::new(),
    };
    let phrase = |(index, (client, estimate)): (usize, &(&str, Estimate))| {
        let speedup = figure::speedup(estimate.value);
        let interval = interval(estimate);
        match index {
            0 => format!("{client} is {speedup} as fast as {reference}{interval}"),
            _ => format!("{client} {speedup}{interval}"),
        }
    };
    figure::list(&speedups.iter().enumerate().map(phrase).collect::<Vec<_>>())
}

fn times(comparison: &Comparison, row: &Row) -> String {
    let mut times: Vec<_> = figures(comparison, row).collect();
    times.sort_by(|one, other| one.1.time_ns.value.total_cmp(&other.1.time_ns.value));
    let phrase = |(index, (client, figures)): (usize, &(&str, Figures))| {
        let time = figure::duration_ns(figures.time_ns.value);
        let takes = if index == 0 { " takes" } else { "" };
        format!("{client}{takes} {time}")
    };
    figure::list(&times.iter().enumerate().map(phrase).collect::<Vec<_>>())
}

fn no_reference(comparison: &Comparison, row: &Row) -> Option<String> {
    let known = figures(comparison, row).any(|(_, figures)| figures.speedup != Speedup::Unknown);
    let reference = comparison.reference.as_ref()?;
    (!known).then(|| format!("{reference}, the reference, has no figures: there is no speedup."))
}

/// Names the clients that the fastest can't be called faster than.
fn close_call(head_to_head: &HeadToHead, n: u32, reference: Option<&str>) -> Option<String> {
    let HeadToHead { clients, pairs, .. } = head_to_head;
    let beats = |x: usize, y: usize| pairs[x][y].is_some_and(|(_, v)| v == Verdict::Faster);
    let wins = |x: usize| pairs[x].iter().flatten().map(|(estimate, _)| estimate.value).product();
    let fastest = (0..clients.len())
        .max_by(|&one, &other| f64::total_cmp(&wins(one), &wins(other)))
        .filter(|_| head_to_head.n == n)?;
    let close: Vec<&str> = (0..clients.len())
        .filter(|&other| other == fastest || !beats(fastest, other))
        .map(|other| clients[other].as_str())
        .collect();
    let has_interval = pairs.iter().flatten().flatten().any(|(e, _)| e.interval.is_some());
    let worth_saying =
        close.len() > 1 && !reference.is_some_and(|it| close.contains(&it)) && has_interval;
    worth_saying.then(|| format!("Between {} there is no clear winner.", figure::list(&close)))
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
