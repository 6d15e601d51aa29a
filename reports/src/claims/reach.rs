//! Whether a claim is within a client's reach, whatever it measures: by its width, its workers and
//! what its waits alone take.

use super::cells::{Cells, Place};
use super::rule::{Claim, Measure, Reading, Room};
use super::standing::Why;
use crate::quantity::Quantity;
use crate::record::Cell;
use crate::stats::Interval;

/// Why the claim can't be held against `client`, if it can't.
pub(super) fn out_of_reach(
    claim: &Claim,
    cells: &Cells,
    places: &[Place],
    bounds: Option<Interval>,
    client: &str,
) -> Option<Why> {
    let own: Vec<&Cell> = places.iter().filter_map(|place| cells.cell(place, client)).collect();
    let cell = own.first()?;
    match claim.room {
        Room::AllAtOnce if cell.limit.is_some_and(|limit| limit < cell.n) => {
            return Some(Why::NarrowPool);
        }
        Room::NoSpareWorker if cells.workers(client)? > cell.n.into() => {
            return Some(Why::SpareWorker);
        }
        _ => {}
    }
    let reference = || cells.cell(places.first()?, cells.sequential()?);
    if can_be_inside(claim.measure, &own, reference, bounds?)? {
        return None;
    }
    let waits_longer = |(cell, place): (&&Cell, &Place)| cell.ideal_ns > cells.least_ideal(place);
    let is_narrow = own.iter().zip(places).any(waits_longer);
    Some(if is_narrow { Why::NarrowPool } else { Why::SmallBatch })
}

/// Whether that can be inside the bounds which is measured where nothing but the waits costs time:
/// a time is that or longer, and a speedup that or less. `None` where it is no time, or the waits
/// are not known.
fn can_be_inside<'r>(
    measure: Measure,
    own: &[&Cell],
    reference: impl Fn() -> Option<&'r Cell>,
    bounds: Interval,
) -> Option<bool> {
    let cell = own.first()?;
    let ideal_ns = cell.ideal_ns?;
    Some(match measure {
        Measure::Of(Reading::Delays, _) => {
            let delay_ns = cell.delay_ms.filter(|delay| *delay > 0.0)? * 1e6;
            ideal_ns / delay_ns < bounds.high
        }
        Measure::OverSequential(_) => reference()?.ideal_ns? / ideal_ns > bounds.low,
        Measure::By(Quantity::Time, ..) => {
            let ratio = ideal_ns / own.get(1)?.ideal_ns?;
            bounds.low < ratio && ratio < bounds.high
        }
        _ => return None,
    })
}
