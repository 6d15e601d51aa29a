//! What a reader has to know before believing the figures.

use std::fmt;

use super::{Comparison, Outcome, Row, Speedup};
use crate::record::{Cell, Ended, Record, Role};
use crate::scenario::Scenario;
use crate::stats::MIN_ROUNDS;
use crate::{conditions, figure};

/// Share of CPU time in use before the run above which the machine was not idle.
const BUSY: f64 = 0.1;
/// Share of CPU time taken by the hypervisor above which the run was disturbed.
const STEAL: f64 = 0.01;
/// Difference between the fastest and the slowest round of the reference above which the machine
/// was not steady.
const UNSTEADY: f64 = 0.05;

/// Something that weakens the figures.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// The run ended before its last round, and not because it was precise.
    Stopped {
        /// How it ended.
        ended: Ended,
        /// Cells that were never measured.
        skipped: usize,
    },
    /// Failed cells have no figures.
    Failed {
        /// How many.
        failed: usize,
        /// Cells in all.
        cells: usize,
    },
    /// The reference has no figures, so there are no speedups.
    NoReference {
        /// Which and where, e.g. `sequential in fan_out, requests of 10 ms at n = 50 and 100`.
        places: Vec<String>,
    },
    /// Too few rounds for an interval.
    FewRounds {
        /// Measured cells with under [`MIN_ROUNDS`] rounds.
        cells: usize,
        /// Measured cells in all.
        of: usize,
    },
    /// The server answered before a delay was over: times are shorter than they should be.
    EarlyAnswers {
        /// How many answers.
        early: u64,
    },
    /// Something else was using the machine before the run.
    BusyMachine {
        /// Share of CPU time, 0 to 1.
        share: f64,
    },
    /// The hypervisor gave CPU time to others.
    Steal {
        /// Share of CPU time, 0 to 1.
        share: f64,
    },
    /// The reference itself varied from round to round.
    UnsteadyReference {
        /// The reference.
        reference: String,
        /// Where it varied most.
        place: String,
        /// Slowest round by fastest, less 1.
        spread: f64,
    },
    /// The measured code is in no commit.
    Dirty,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped { ended, skipped } => write!(
                f,
                "The run {}. Cells never measured: {skipped}. Others may have fewer rounds.",
                how(*ended)
            ),
            Self::Failed { failed, cells } => {
                write!(f, "Failed cells, which have no figures: {failed} of {cells}.")
            }
            Self::NoReference { places } => {
                let places = figure::list(places);
                write!(f, "Without the figures of the reference there are no speedups: {places}.")
            }
            Self::FewRounds { cells, of } => write!(
                f,
                "Cells with under {MIN_ROUNDS} rounds: {cells} of {of}. They have no interval, and \
                 verdicts on them are inconclusive."
            ),
            Self::EarlyAnswers { early } => write!(
                f,
                "Answers that the server sent before their delay was over: {early}. Times may be \
                 too short."
            ),
            Self::BusyMachine { share } => {
                let share = figure::percent(*share);
                write!(f, "Other programs used {share} of the CPU time just before the run.")
            }
            Self::Steal { share } => {
                let share = figure::percent(*share);
                write!(f, "The hypervisor took {share} of the CPU time during the run.")
            }
            Self::UnsteadyReference { reference, place, spread } => {
                let spread = figure::percent(*spread);
                write!(
                    f,
                    "{reference}, the reference, varied by {spread} between rounds of {place}."
                )
            }
            Self::Dirty => write!(f, "The code was measured with changes that are in no commit."),
        }
    }
}

/// Every warning of a record, the gravest first.
pub(super) fn of(record: &Record, comparisons: &[Comparison]) -> Vec<Warning> {
    [
        stopped(record, comparisons),
        failed(comparisons),
        early_answers(record),
        no_reference(comparisons),
        few_rounds(comparisons),
        unsteady_reference(record),
        busy_machine(record),
        steal(record),
        dirty(record),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn rows(comparisons: &[Comparison]) -> impl Iterator<Item = (&Comparison, &Row)> {
    comparisons
        .iter()
        .flat_map(|comparison| comparison.rows.iter().map(move |row| (comparison, row)))
}

fn outcomes(comparisons: &[Comparison]) -> impl Iterator<Item = &Outcome> {
    rows(comparisons).flat_map(|(_, row)| &row.outcomes)
}

fn stopped(record: &Record, comparisons: &[Comparison]) -> Option<Warning> {
    let ended = record.ended;
    let skipped = outcomes(comparisons).filter(|outcome| **outcome == Outcome::Skipped).count();
    (!matches!(ended, Ended::Planned | Ended::Precise))
        .then_some(Warning::Stopped { ended, skipped })
}

/// What a run that ended so did, after `The run`.
fn how(ended: Ended) -> &'static str {
    match ended {
        Ended::Running => "was killed",
        Ended::Planned => "ended as planned",
        Ended::Precise => "ended as precise as it was to be",
        Ended::MaxTime => "used up the time it was given",
        Ended::Interrupted => "was stopped early",
        Ended::Broken => "was stopped by an error",
    }
}

fn failed(comparisons: &[Comparison]) -> Option<Warning> {
    let failed =
        outcomes(comparisons).filter(|outcome| matches!(outcome, Outcome::Failed(_))).count();
    let cells = outcomes(comparisons).filter(|outcome| **outcome != Outcome::Absent).count();
    (failed > 0).then_some(Warning::Failed { failed, cells })
}

fn early_answers(record: &Record) -> Option<Warning> {
    let early = conditions::early(&record.cells);
    (early > 0).then_some(Warning::EarlyAnswers { early })
}

fn no_reference(comparisons: &[Comparison]) -> Option<Warning> {
    let without = |row: &Row| {
        let mut figures = row.outcomes.iter().filter_map(Outcome::figures).peekable();
        figures.peek().is_some() && figures.all(|cell| cell.speedup == Speedup::Unknown)
    };
    let place = |comparison: &Comparison| {
        let reference = comparison.reference.as_ref()?;
        let rows = comparison.rows.iter().filter(|row| without(row));
        let sizes: Vec<String> = rows.map(|row| row.n.to_string()).collect();
        let title = comparison.scenario.title();
        let sizes_of = || format!("{reference} in {title} at n = {}", figure::list(&sizes));
        (!sizes.is_empty()).then(sizes_of)
    };
    let places: Vec<String> = comparisons.iter().filter_map(place).collect();
    (!places.is_empty()).then_some(Warning::NoReference { places })
}

fn few_rounds(comparisons: &[Comparison]) -> Option<Warning> {
    let rounds: Vec<usize> = outcomes(comparisons)
        .filter_map(Outcome::figures)
        .map(|cell| cell.time_ns.rounds)
        .collect();
    let cells = rounds.iter().filter(|&&rounds| rounds < MIN_ROUNDS).count();
    (cells > 0).then_some(Warning::FewRounds { cells, of: rounds.len() })
}

fn unsteady_reference(record: &Record) -> Option<Warning> {
    let (cell, spread) = record
        .cells
        .iter()
        .filter(|cell| cell.role == Role::Reference && super::has_figures(cell))
        .filter_map(|cell| Some((cell, spread_of(cell)?)))
        .max_by(|one, other| one.1.total_cmp(&other.1))?;
    (spread > UNSTEADY).then(|| Warning::UnsteadyReference {
        reference: cell.client.clone(),
        place: Scenario::of(cell).at(cell.n),
        spread,
    })
}

/// How far apart a cell's fastest and slowest round are, as a share.
fn spread_of(cell: &Cell) -> Option<f64> {
    let means = || cell.rounds.iter().map(|round| round.mean_ns);
    Some(means().reduce(f64::max)? / means().reduce(f64::min)? - 1.0)
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
