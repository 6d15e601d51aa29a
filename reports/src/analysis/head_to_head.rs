//! Who beats whom: every client against every other, round by round.

use super::{has_figures, times_as_fast};
use crate::record;
use crate::scenario::Scenario;
use crate::stats::{Estimate, Interval, Verdict};

/// Every client against every other on one size.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadToHead {
    /// Units in a batch.
    pub n: u32,
    /// The clients that have figures at this size, in the order of the record.
    pub clients: Vec<String>,
    /// `pairs[x][y]`: how many times as fast `clients[x]` is as `clients[y]`, and the verdict on
    /// it; `None` where `x` is `y`, or the two share no round.
    pub pairs: Vec<Vec<Option<(Estimate, Verdict)>>>,
}

impl HeadToHead {
    pub(super) fn of(n: u32, cells: &[&record::Cell], order: &[String], margin: f64) -> Self {
        let ranked: Vec<_> = order
            .iter()
            .filter_map(|client| cells.iter().copied().find(|cell| cell.client == *client))
            .filter(|cell| has_figures(cell))
            .collect();
        let against = |one: &record::Cell| {
            ranked
                .iter()
                .map(|other| match one.client == other.client {
                    true => None,
                    false => times_as_fast(one, other, margin),
                })
                .collect()
        };
        Self {
            n,
            clients: ranked.iter().map(|cell| cell.client.clone()).collect(),
            pairs: ranked.iter().map(|cell| against(cell)).collect(),
        }
    }
}

/// How far the least known pair of concurrent clients can be from its estimate: half the width of
/// its 95 % interval, as a share, e.g. 0.02. A client is concurrent unless its `limit` is 1, and
/// two are a pair where both were measured on the same scenario and size.
///
/// A run may end early once this is below the precision that its profile asks for. Ending on the
/// width of intervals keeps what they promise, because the width does not depend on which way the
/// difference goes; ending on a verdict does not, because chance then ends the run whenever it
/// happens to favour one.
///
/// `None` while a pair has no interval yet, and where there is no pair.
pub fn widest_pair(cells: &[record::Cell]) -> Option<f64> {
    let concurrent: Vec<&record::Cell> =
        cells.iter().filter(|cell| cell.limit != Some(1) && has_figures(cell)).collect();
    let mut widest = None;
    for (index, one) in concurrent.iter().enumerate() {
        for other in concurrent[index + 1..].iter().filter(|other| comparable(one, other)) {
            let (estimate, _) = times_as_fast(one, other, 0.0)?;
            let Interval { low, high } = estimate.interval?;
            widest = Some(widest.unwrap_or(0.0_f64).max((high / low).sqrt() - 1.0));
        }
    }
    widest
}

fn comparable(one: &record::Cell, other: &record::Cell) -> bool {
    one.n == other.n && Scenario::of(one) == Scenario::of(other)
}
