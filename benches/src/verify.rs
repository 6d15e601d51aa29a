//! The verification before the rounds: every client runs every workload once, small, and both its
//! answers and the server's counters must be right.

use std::time::Duration;

use anyhow::Result;
use waitmark_harness::catalogue::Catalogue;

use crate::cell::Cell;
use crate::message::{How, Measured};
use crate::profile::Profile;

/// Long enough that a whole batch is in flight before its first answer is due: this, and more for
/// each thing to do.
const DELAY: Duration = Duration::from_millis(25);
const DELAY_EACH: Duration = Duration::from_micros(300);

/// Things to do beyond what the client can do at once, so that its limit shows.
const BEYOND: u32 = 4;

/// The batch of a client without a limit, or with one that grows with n.
const UNLIMITED: u32 = 40;

/// What the waits of a batch may take, where a smaller batch takes less.
const LONGEST: Duration = Duration::from_millis(300);

/// A machine that stalls for longer than the delay ends the first requests before the last begin.
/// A client that is wrong is so every time.
pub(crate) const ATTEMPTS: usize = 3;

/// The longest delay that the server is asked for: a workload whose requests take different times
/// asks for up to n times the delay.
pub(crate) fn longest_delay<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Duration {
    let longest = |cell: &Cell| cell.delay.map(|delay| delay.saturating_mul(cell.n));
    cells.into_iter().filter_map(longest).max().unwrap_or_default()
}

/// The cells of the verification: one for each client and workload among `cells`.
pub(crate) fn plan(catalogue: &Catalogue, profile: &Profile, cells: &[Cell]) -> Result<Vec<Cell>> {
    let mut plan: Vec<Cell> = Vec::new();
    for cell in cells.iter().filter(|cell| cell.fault.is_none()) {
        if plan.iter().any(|other| same_client_and_workload(other, cell)) {
            continue;
        }
        let client = &profile.clients[cell.client];
        let of_size = |n| {
            let delay = cell.delay.map(|_| DELAY + DELAY_EACH * n);
            Cell::new(catalogue, &cell.workload, (cell.client, client), n, delay)
        };
        // A limit shows once it is passed. One that no cell gets to need not be: it may be beyond
        // what the machine can do.
        let same = cells.iter().filter(|other| same_client_and_workload(other, cell));
        let largest = same.map(|cell| cell.n).max().unwrap_or(1).max(UNLIMITED);
        let limit = of_size(largest)?.limit.and_then(|limit| u32::try_from(limit.get()).ok());
        let n = limit.filter(|&limit| limit < largest).map_or(UNLIMITED, |limit| limit + BEYOND);
        let mut verified = of_size(n)?;
        while verified.n > 1 && verified.expected.ideal.is_some_and(|ideal| ideal > LONGEST) {
            verified = of_size(verified.n / 2)?;
        }
        plan.push(verified);
    }
    Ok(plan)
}

/// Whether a failed verification of the one fails the other.
pub(crate) fn same_client_and_workload(one: &Cell, other: &Cell) -> bool {
    let key = |cell: &Cell| (cell.client, cell.workload.name.clone(), cell.workload.params.clone());
    key(one) == key(other)
}

/// How a cell of the verification is measured.
pub(crate) fn how(_: &Cell) -> How {
    How::Batches(1)
}

/// What is wrong with a client that did its batch right: it is less concurrent than it says, or
/// cancels less.
pub(crate) fn too_few(cell: &Cell, measured: &Measured) -> Option<String> {
    let (expected, stats) = (cell.expected.server.as_ref()?, measured.stats.as_ref()?);
    let (peak, least) = (stats.peak_in_flight, *expected.peak.start());
    let (dropped, fewest) = (stats.dropped, *expected.dropped.start());
    if peak < least {
        return Some(format!(
            "the server saw {peak} requests in flight at most, and the client should have {least}"
        ));
    }
    (dropped < fewest).then(|| {
        format!(
            "the server saw the client leave {dropped} requests, and it should leave {fewest} at \
             least"
        )
    })
}
