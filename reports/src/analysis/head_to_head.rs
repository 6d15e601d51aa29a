//! Who beats whom: every client against every other, round by round.

use super::{has_figures, times_as_fast};
use crate::record;
use crate::stats::{Estimate, Verdict};

/// Every client against every other on one number of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadToHead {
    /// Requests in a batch.
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
