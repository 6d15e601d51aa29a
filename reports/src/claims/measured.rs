//! What a client's cells say of a claim.

use super::cells::{Cells, Place};
use super::rule::{Claim, Measure, Reading};
use super::standing::{Standing, Why};
use crate::quantity::Quantity;
use crate::record::{Cell, Round, Status, Value};
use crate::stats::{self, Estimate, Interval, MIN_ROUNDS};
use crate::text;

/// What was measured, over rounds.
pub(super) struct Measured {
    estimate: Estimate,
    /// A number for each round, or one for all.
    values: Vec<f64>,
    /// Whether these are counts, and no estimates of something.
    is_exact: bool,
}

/// What the claim is about in the cells of `client`, which are at `places`: one for each of the
/// claim's scenes.
pub(super) fn measured(
    claim: &Claim,
    cells: &Cells,
    places: &[Place],
    client: &str,
) -> Result<Measured, Why> {
    let own = places.iter().map(|place| usable(cells.cell(place, client), claim.whole));
    let own: Vec<&Cell> = own.collect::<Result<_, _>>()?;
    let (Some(cell), Some(place)) = (own.first(), places.first()) else { return Err(Why::NoCell) };
    let beside = |client: Option<&str>| {
        let cell = client.and_then(|client| cells.cell(place, client));
        usable(cell, false).map_err(|_| Why::NothingBeside)
    };
    match claim.measure {
        Measure::Of(Reading::Peak, _) => peak(cell),
        Measure::Of(reading, _) => of_rounds(cell, reading),
        Measure::By(quantity, ..) => own
            .last()
            .map_or(Err(Why::NoCell), |other| ratio(quantity, other, cell).ok_or(Why::NotMeasured)),
        Measure::OverSequential(_) => {
            let sequential = beside(cells.sequential())?;
            ratio(Quantity::Time, cell, sequential).ok_or(Why::NothingBeside)
        }
        Measure::BySequential(_) => {
            let sequential = beside(cells.sequential())?;
            ratio(Quantity::Time, sequential, cell).ok_or(Why::NothingBeside)
        }
        Measure::Checked(_) => {
            let batches = own.iter().flat_map(|cell| &cell.rounds).map(|round| round.batches);
            Ok(Measured::counted(vec![batches.sum::<u64>() as f64]))
        }
    }
}

fn usable(cell: Option<&Cell>, whole: bool) -> Result<&Cell, Why> {
    let cell = cell.ok_or(Why::NoCell)?;
    match (cell.status, &cell.cannot) {
        (Status::Skipped, _) => Err(Why::NotRun),
        (_, Some(clause)) if whole => Err(Why::Cannot(text::printable(clause).into_owned())),
        _ if !cell.has_figures() => Err(Why::Failed),
        _ => Ok(cell),
    }
}

/// The most that were in flight in any round.
fn peak(cell: &Cell) -> Result<Measured, Why> {
    let peaks = cell.rounds.iter().filter_map(|round| Some(round.server.as_ref()?.peak as f64));
    let most = peaks.reduce(f64::max).ok_or(Why::NotMeasured)?;
    Ok(Measured::counted(vec![most]))
}

fn of_rounds(cell: &Cell, reading: Reading) -> Result<Measured, Why> {
    let values: Option<Vec<f64>> =
        cell.rounds.iter().map(|round| read(reading, cell, round)).collect();
    let values = values.ok_or(Why::NotMeasured)?;
    match reading {
        Reading::Connections | Reading::Requests | Reading::Dropped => {
            Ok(Measured::counted(values))
        }
        _ => {
            let estimate = Estimate::over_rounds(&values).ok_or(Why::NotMeasured)?;
            Ok(Measured { estimate, values, is_exact: false })
        }
    }
}

/// `None` where the round does not tell.
fn read(reading: Reading, cell: &Cell, round: &Round) -> Option<f64> {
    let delay_ns = || cell.delay_ms.filter(|delay| *delay > 0.0).map(|delay| delay * 1e6);
    let moment = |name: &str| round.timings_ns.get(name).copied();
    let a_batch = |count: u64| count as f64 / round.batches as f64;
    let counts = round.server.as_ref();
    match reading {
        Reading::Delays => Some(round.mean_ns / delay_ns()?),
        Reading::MomentInDelays(name) => Some(moment(name)? / delay_ns()?),
        Reading::Moment(name) => moment(name),
        Reading::MomentShare(name) => {
            Some(moment(name)? / stats::median(round.samples_ns.clone())?)
        }
        Reading::Peak => Some(counts?.peak as f64),
        Reading::Connections => Some(a_batch(counts?.connections)),
        Reading::Requests => Some(a_batch(counts?.requests + counts?.dropped)),
        Reading::Dropped => Some(a_batch(counts?.dropped)),
        Reading::Lines => {
            let Value::Number(lines) = cell.params.get("lines")? else { return None };
            let (n, seconds) = (f64::from(cell.n), round.mean_ns / 1e9);
            Some(n * (n - 1.0) * *lines as f64 / seconds)
        }
    }
}

/// What `other` takes by what `one` takes, inside each round that both have.
fn ratio(quantity: Quantity, one: &Cell, other: &Cell) -> Option<Measured> {
    let ratios = quantity.ratios(&one.rounds, &other.rounds);
    let values: Vec<f64> = ratios.map(|(_, ratio)| ratio).collect();
    let estimate = Estimate::geometric_mean(&values)?;
    Some(Measured { estimate, values, is_exact: false })
}

impl Measured {
    fn counted(values: Vec<f64>) -> Self {
        let value = values.iter().sum::<f64>() / values.len() as f64;
        let estimate = Estimate { value, interval: None, rounds: values.len(), deviation: 0.0 };
        Self { estimate, values, is_exact: true }
    }

    /// It with how it stands; `bounds` are `None` where it proves the claim wherever it is.
    pub(super) fn held(self, bounds: Option<Interval>) -> (Option<Estimate>, Standing) {
        let Some(bounds) = bounds else { return (Some(self.estimate), Standing::Holds) };
        match self.interval() {
            Some(interval) => (Some(self.estimate), Standing::of(interval, bounds)),
            None => (None, Standing::NotComparable(Why::FewRounds)),
        }
    }

    /// Where it is: the interval of an estimate; of counts, and where a round's number has no
    /// logarithm, all that the rounds have.
    fn interval(&self) -> Option<Interval> {
        let ends = || {
            let (least, most) = (f64::INFINITY, f64::NEG_INFINITY);
            let low = self.values.iter().copied().fold(least, f64::min);
            Interval { low, high: self.values.iter().copied().fold(most, f64::max) }
        };
        match self.estimate.interval {
            Some(interval) => Some(interval),
            None if self.is_exact || self.values.len() >= MIN_ROUNDS => Some(ends()),
            None => None,
        }
    }
}
