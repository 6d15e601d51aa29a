//! Finds what weakens a record's figures.

use super::Warning;
use crate::analysis::{Comparison, Outcome, Quantity, Row, Speedup};
use crate::change::suspects;
use crate::record::{Cell, Counts, Ended, Profile, Record, Role, Status};
use crate::scenario::Scenario;
use crate::stats::{self, MIN_ROUNDS};
use crate::{conditions, figure};

/// Share of CPU time in use before the run above which the machine was not idle.
const BUSY: f64 = 0.1;
/// Share of CPU time taken by the hypervisor above which the run was disturbed.
const STEAL: f64 = 0.01;
/// Standard deviation between rounds of the reference, mostly the quietest client, above which the
/// machine was not steady; a share.
const UNSTEADY: f64 = 0.02;
/// How many times the median deviation of its table a cell's must be to stand out. With 10 rounds
/// of equal noise that is beyond chance for any number of cells.
const STANDS_OUT: f64 = 3.0;
/// Standard deviation between rounds under which no cell is called unsteady, as a share.
const STEADY: f64 = 0.03;
/// Share of the lowest peak to be expected, under which the peak of a cell was too low.
const LOW_PEAK: f64 = 0.9;
/// Share of a delay above which the median lateness of its answers is a large part of it.
const LATE: f64 = 0.1;

/// Every warning of a record, the gravest first.
pub(in crate::analysis) fn of(record: &Record, comparisons: &[Comparison]) -> Vec<Warning> {
    let measured: Vec<&Cell> = record.cells.iter().filter(|cell| cell.has_figures()).collect();
    [
        stopped(record),
        failed(comparisons),
        early_answers(record),
        uncounted(record),
        no_reference(comparisons),
        missing_rounds(record, &measured),
        few_rounds(&measured),
        low_peak(&measured),
        late_server(&measured),
        unsteady_cells(comparisons),
        unsteady_reference(&measured),
        busy_machine(record),
        steal(record),
        dirty(record),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn stopped(record: &Record) -> Option<Warning> {
    let ended = record.ended;
    let skipped = record.cells.iter().filter(|cell| cell.status == Status::Skipped).count();
    let (ran, planned) = (conditions::rounds_run(record), record.profile.rounds);
    let stopped = !matches!(ended, Ended::Planned | Ended::Precise);
    let in_rerun = is_in_rerun(record);
    stopped.then_some(Warning::Stopped { ended, ran, planned, skipped, in_rerun })
}

/// Whether what looked changed was being run again when the run ended: the rerun begins when every
/// cell has its rounds, where there is anything to run again.
fn is_in_rerun(record: &Record) -> bool {
    let Profile { rounds, margin, clients, .. } = &record.profile;
    let is_over = |cell: &Cell| {
        let planned = cell.planned(*rounds) as usize;
        matches!(cell.status, Status::Failed) || cell.rounds.len() >= planned
    };
    record.cells.iter().any(|cell| !cell.confirmation.is_empty())
        || (record.cells.iter().all(is_over)
            && !suspects(&record.cells, clients, &record.variants, *margin).is_empty())
}

fn failed(comparisons: &[Comparison]) -> Option<Warning> {
    let outcomes = || comparisons.iter().flat_map(|c| &c.rows).flat_map(|row| &row.outcomes);
    let failed = outcomes().filter(|outcome| matches!(outcome, Outcome::Failed(_))).count();
    let cells = outcomes().filter(|outcome| **outcome != Outcome::Absent).count();
    (failed > 0).then_some(Warning::Failed { failed, cells })
}

fn early_answers(record: &Record) -> Option<Warning> {
    let early = conditions::early(&record.cells);
    (early > 0).then_some(Warning::EarlyAnswers { early })
}

fn uncounted(record: &Record) -> Option<Warning> {
    let url = record.server.url.clone()?;
    let counted = record.cells.iter().any(|cell| cell.expected.is_some());
    (!counted).then_some(Warning::Uncounted { url })
}

fn no_reference(comparisons: &[Comparison]) -> Option<Warning> {
    let without = |row: &&Row| {
        let mut figures = row.outcomes.iter().filter_map(Outcome::figures).peekable();
        figures.peek().is_some() && figures.all(|cell| cell.speedup == Speedup::Unknown)
    };
    let place = |comparison: &Comparison| {
        let reference = comparison.reference.as_ref()?;
        let rows = comparison.rows.iter().filter(without);
        let sizes: Vec<String> = rows.map(|row| row.n.to_string()).collect();
        let title = comparison.scenario.title();
        let place = || format!("{reference} in {title} at n = {}", figure::list(&sizes));
        (!sizes.is_empty()).then(place)
    };
    let places: Vec<String> = comparisons.iter().filter_map(place).collect();
    (!places.is_empty()).then_some(Warning::NoReference { places })
}

fn missing_rounds(record: &Record, measured: &[&Cell]) -> Option<Warning> {
    let ran = conditions::rounds_run(record);
    let misses = |cell: &&&Cell| cell.rounds.len() < cell.planned(ran) as usize;
    let cells = measured.iter().filter(misses).count();
    (cells > 0).then_some(Warning::MissingRounds { cells, of: measured.len() })
}

fn few_rounds(measured: &[&Cell]) -> Option<Warning> {
    let cells = measured.iter().filter(|cell| cell.rounds.len() < MIN_ROUNDS).count();
    (cells > 0).then_some(Warning::FewRounds { cells, of: measured.len() })
}

fn low_peak(measured: &[&Cell]) -> Option<Warning> {
    let low = |cell: &&Cell| {
        let expected = cell.expected.as_ref()?.peak_low;
        let peak = counts(cell).map(|counts| counts.peak).max()?;
        let share = peak as f64 / expected as f64;
        let (peak, expected) = (figure::count(peak), figure::count(expected));
        (share < LOW_PEAK)
            .then(|| (share, format!("at most {peak} of {expected} for {}", place(cell))))
    };
    let places = worst_first(measured.iter().filter_map(low), |share| share);
    (!places.is_empty()).then_some(Warning::LowPeak { places })
}

fn late_server(measured: &[&Cell]) -> Option<Warning> {
    let late = |cell: &&Cell| {
        let late_ns = stats::median(counts(cell).map(|c| c.lateness.p50_us * 1e3).collect())?;
        // Every wait is as much longer, whether they come one after the other or all at once.
        let batch_ns = || Some(Quantity::Time.estimate(&cell.rounds)?.value);
        let delay_ns = cell.delay_ms.map(|ms| ms * 1e6).filter(|&ns| ns > 0.0).or_else(batch_ns)?;
        let share = late_ns / delay_ns;
        (share > LATE).then(|| (share, format!("{} for {}", figure::percent(share), place(cell))))
    };
    let places = worst_first(measured.iter().filter_map(late), |share| -share);
    (!places.is_empty()).then_some(Warning::LateServer { places })
}

fn unsteady_cells(comparisons: &[Comparison]) -> Option<Warning> {
    let found = comparisons.iter().flat_map(unsteady_in);
    let places = worst_first(found, |deviation| -deviation);
    (!places.is_empty()).then_some(Warning::UnsteadyCells { places })
}

/// The cells of one table that stand out, each with its deviation between rounds.
fn unsteady_in(comparison: &Comparison) -> Vec<(f64, String)> {
    let deviations: Vec<(f64, &str, u32)> = comparison
        .rows
        .iter()
        .flat_map(|row| comparison.clients.iter().zip(&row.outcomes).map(move |it| (row.n, it)))
        .filter_map(|(n, (client, outcome))| {
            let time = outcome.figures()?.time_ns;
            (time.rounds >= MIN_ROUNDS).then_some((time.deviation, client.as_str(), n))
        })
        .collect();
    let usual = stats::median(deviations.iter().map(|(deviation, ..)| *deviation).collect());
    let most = (usual.unwrap_or(0.0) * STANDS_OUT).max(STEADY);
    let described = |(deviation, client, n): (f64, &str, u32)| {
        let at = comparison.scenario.at(n);
        (deviation, format!("{} for {client} on {at}", figure::percent(deviation)))
    };
    deviations.into_iter().filter(|(deviation, ..)| *deviation > most).map(described).collect()
}

fn unsteady_reference(measured: &[&Cell]) -> Option<Warning> {
    let deviation = |cell: &Cell| Some(Quantity::Time.estimate(&cell.rounds)?.deviation);
    let (cell, deviation) = measured
        .iter()
        .filter(|cell| cell.role == Role::Reference)
        .filter_map(|cell| Some((cell, deviation(cell)?)))
        .max_by(|one, other| one.1.total_cmp(&other.1))?;
    (deviation > UNSTEADY).then(|| Warning::UnsteadyReference {
        reference: cell.client.clone(),
        place: Scenario::of(cell).at(cell.n),
        deviation,
    })
}

fn busy_machine(record: &Record) -> Option<Warning> {
    let share = record.machine.busy_before?;
    (share > BUSY).then_some(Warning::BusyMachine { share })
}

fn steal(record: &Record) -> Option<Warning> {
    let share = record.machine.steal?;
    (share > STEAL).then_some(Warning::Steal { share })
}

fn dirty(record: &Record) -> Option<Warning> {
    record.git_rev.as_ref()?.ends_with("-dirty").then_some(Warning::Dirty)
}

/// What the server counted in each round of a cell.
fn counts(cell: &Cell) -> impl Iterator<Item = &Counts> {
    cell.rounds.iter().filter_map(|round| round.server.as_ref())
}

/// Which cell, e.g. `tokio on fan_out with 100 requests of 10 ms each`.
fn place(cell: &Cell) -> String {
    format!("{} on {}", cell.client, Scenario::of(cell).at(cell.n))
}

/// The texts, those with the lowest rank first.
fn worst_first(found: impl Iterator<Item = (f64, String)>, rank: fn(f64) -> f64) -> Vec<String> {
    let mut found: Vec<(f64, String)> = found.collect();
    found.sort_by(|one, other| rank(one.0).total_cmp(&rank(other.0)));
    found.into_iter().map(|(_, text)| text).collect()
}
