//! What a reader has to know before believing the figures.

mod find;

use std::fmt;

pub(super) use find::of;

use crate::record::Ended;
use crate::stats::MIN_ROUNDS;
use crate::{figure, text};

/// The most places that a warning names.
const NAMED: usize = 3;

/// Something that weakens the figures.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// The run ended before its last round, and not because it was precise enough.
    Stopped {
        /// How it ended.
        ended: Ended,
        /// Rounds that any cell has.
        ran: u32,
        /// Rounds planned.
        planned: u32,
        /// Cells that were never measured.
        skipped: usize,
        /// Whether all rounds were over, and what looked changed was being run again.
        in_rerun: bool,
    },
    /// Failed cells have no figures.
    Failed {
        /// How many.
        failed: usize,
        /// Cells in all.
        cells: usize,
    },
    /// The server answered before a delay was over: times are shorter than they should be.
    EarlyAnswers {
        /// How many answers.
        early: u64,
    },
    /// The server that was loaded tells no counters.
    Uncounted {
        /// Where it ran.
        url: String,
    },
    /// The reference has no figures, so there are no speedups.
    NoReference {
        /// Which and where, e.g. `sequential in fan_out, requests of 10 ms at n = 50 and 100`.
        places: Vec<String>,
    },
    /// Cells lack rounds that others have.
    MissingRounds {
        /// Measured cells with fewer rounds than ran of those that they were to be in.
        cells: usize,
        /// Measured cells in all.
        of: usize,
    },
    /// Too few rounds for an interval.
    FewRounds {
        /// Measured cells with under [`MIN_ROUNDS`] rounds.
        cells: usize,
        /// Measured cells in all.
        of: usize,
    },
    /// Fewer requests were in flight at once than the workload asks for.
    LowPeak {
        /// Where, e.g. `at most 1,739 of 9,000 for tokio on fan_out with 9,000 requests`.
        places: Vec<String>,
    },
    /// The server's own lateness is a large share of the delays.
    LateServer {
        /// How much and where, e.g. `23 % for tokio on fan_out with 100 requests of 1 ms each`.
        places: Vec<String>,
    },
    /// Cells varied from round to round much more than the others of their table.
    UnsteadyCells {
        /// How much and where, e.g. `12 % for tokio on fan_out with 5 requests of 10 ms each`.
        places: Vec<String>,
    },
    /// The reference itself varied from round to round.
    UnsteadyReference {
        /// The reference.
        reference: String,
        /// Where it varied most.
        place: String,
        /// Standard deviation between rounds, as a share.
        deviation: f64,
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
    /// The measured code is in no commit.
    Dirty,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped { ended, ran, planned, skipped, in_rerun } => {
                let how = how(*ended);
                match in_rerun {
                    true => write!(
                        f,
                        "The run {how} after its rounds, in the rerun of what looked changed."
                    )?,
                    false => write!(f, "The run {how} after {ran} of {planned} rounds.")?,
                }
                if *skipped > 0 { write!(f, " Cells never measured: {skipped}.") } else { Ok(()) }
            }
            Self::Failed { failed, cells } => {
                write!(f, "Failed cells, which have no figures: {failed} of {cells}.")
            }
            Self::EarlyAnswers { early } => write!(
                f,
                "Answers that the server sent before their delay was over: {early}. Times may be \
                 too short."
            ),
            Self::Uncounted { url } => write!(
                f,
                "The server at {} is no mock server. Its answers were checked; how many requests it \
                 got, over how many connections and how many at once, and when it answered, was not.",
                text::printable(url)
            ),
            Self::NoReference { places } => {
                let places = named(places);
                write!(f, "Without the figures of the reference there are no speedups: {places}.")
            }
            Self::MissingRounds { cells, of } => {
                write!(f, "Cells that missed some of their rounds: {cells} of {of}.")
            }
            Self::FewRounds { cells, of } => write!(
                f,
                "Cells with under {MIN_ROUNDS} rounds: {cells} of {of}. They have no interval, and \
                 verdicts on them are undecided."
            ),
            Self::LowPeak { places } => write!(
                f,
                "Fewer requests were ever in flight at once than were to be: {}.",
                named(places)
            ),
            Self::LateServer { places } => write!(
                f,
                "The server's own lateness is a large share of the delays: {}.",
                named(places)
            ),
            Self::UnsteadyCells { places } => write!(
                f,
                "Cells that varied between rounds much more than the others: {}.",
                named(places)
            ),
            Self::UnsteadyReference { reference, place, deviation } => {
                let deviation = figure::percent(*deviation);
                write!(
                    f,
                    "{reference}, the reference, varied by {deviation} between rounds of {place}."
                )
            }
            Self::BusyMachine { share } => {
                let share = figure::percent(*share);
                write!(f, "Other programs used {share} of the CPU time just before the run.")
            }
            Self::Steal { share } => {
                let share = figure::percent(*share);
                write!(f, "The hypervisor took {share} of the CPU time during the run.")
            }
            Self::Dirty => write!(f, "The code was measured with changes that are in no commit."),
        }
    }
}

/// What a run that ended so did, after `The run`.
fn how(ended: Ended) -> &'static str {
    match ended {
        Ended::Running => "was killed",
        Ended::Planned | Ended::Precise => "ended",
        Ended::MaxTime => "used up its time",
        Ended::Interrupted => "was interrupted",
        Ended::Broken => "was ended by an error",
    }
}

/// The first of the places, and how many more there are.
fn named(places: &[String]) -> String {
    match places.get(..NAMED) {
        Some(first) if places.len() > NAMED => {
            format!("{}, and {} more", first.join("; "), places.len() - NAMED)
        }
        _ => places.join("; "),
    }
}

#[cfg(test)]
mod tests;
