//! The verification before the rounds: every client runs every workload once, small, and both its
//! answers and the server's counters must be right.

use std::path::Path;
use std::time::Duration;

use crate::cell::Cell;
use crate::measure::How;
use crate::profile::Profile;
use crate::progress::Progress;
use crate::server::Server;
use crate::session::{Stopped, Task};

/// Long enough that a whole batch is in flight before its first answer is due.
const DELAY: Duration = Duration::from_millis(50);

/// Requests beyond what the client can have in flight, so that its limit shows.
const BEYOND: u32 = 8;

/// A machine that stalls for longer than the delay ends the first requests before the last begin.
/// A client that is wrong is so every time.
const ATTEMPTS: usize = 3;

/// The batch of a client without a limit.
const UNLIMITED: u32 = 40;

/// The cells of the verification: one for each client and workload among `cells`.
pub(crate) fn plan(profile: &Profile, cells: &[Cell]) -> Vec<Cell> {
    let mut plan: Vec<Cell> = Vec::new();
    for &cell in cells {
        let seen =
            |other: &Cell| (other.client, other.workload.name) == (cell.client, cell.workload.name);
        if !plan.iter().any(seen) {
            let limit = cell.client.width(usize::MAX, &profile.settings);
            let n = u32::try_from(limit).map_or(UNLIMITED, |limit| limit + BEYOND);
            let width = cell.client.width(n as usize, &profile.settings) as u32;
            plan.push(Cell { delay: DELAY, n, width, ..cell });
        }
    }
    plan
}

/// The longest delay that the server is asked for.
pub(crate) fn longest_delay(cells: &[Cell]) -> Duration {
    cells.iter().map(|cell| cell.delay).chain([DELAY]).max().unwrap_or(DELAY)
}

/// Runs one cell of the verification. `Some` says what is wrong with its client.
pub(crate) fn check(
    cell: Cell,
    profile: &Profile,
    server: &Server,
    home: &Path,
    progress: &mut Progress,
) -> Result<Option<String>, Stopped> {
    let task = Task {
        profile,
        server,
        client: cell.client,
        cells: &[cell],
        how: How::Directly { batches: 1 },
        home,
    };
    // The batch, and the one without delays before it.
    let wanted = (2 * u64::from(cell.n), u64::from(cell.width));
    let mut counted = (0, 0);
    for _ in 0..ATTEMPTS {
        let session = task.run(progress)?;
        if let [Err(reason)] = session.cells.as_slice() {
            return Ok(Some(format!("verification: {reason}")));
        }
        counted = (session.stats.requests, session.stats.peak_in_flight);
        if counted == wanted {
            return Ok(None);
        }
    }
    Ok(Some(format!(
        "verification: the server counted {} requests, {} in flight at most, instead of {}, {}",
        counted.0, counted.1, wanted.0, wanted.1
    )))
}
