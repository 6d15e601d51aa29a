//! What can't work is refused before anything is measured, with the fix named.

use std::fs;

use anyhow::{Result, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::cell::Cell;

/// Descriptors a process needs beside its connections.
const OTHER_FILES: u64 = 64;

/// Raises the soft limit of open files, which children inherit, and checks that the largest of the
/// cells can be run. Returns the limit.
pub(crate) fn check<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> Result<u64> {
    let n = cells.into_iter().map(|cell| u64::from(cell.n)).max().unwrap_or(0);
    let files = raise_open_files();
    check_open_files(n, files)?;
    if let Some((low, high)) = port_range() {
        check_ports(n, low, high)?;
    }
    if let Some(backlog) = read_number("/proc/sys/net/core/somaxconn") {
        check_backlog(n, backlog)?;
    }
    Ok(files)
}

/// Raises the soft limit to the hard one and returns what holds then.
fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    // macOS refuses an unlimited soft limit: what was set before holds then, and is checked.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).is_ok();
    let holds = if raised { limit.maximum } else { limit.current };
    holds.unwrap_or(u64::MAX)
}

/// A connection and the one before it, which may be closing still, for each request.
fn files_needed(n: u64) -> u64 {
    2 * n + OTHER_FILES
}

fn check_open_files(n: u64, limit: u64) -> Result<()> {
    let needed = files_needed(n);
    ensure!(
        needed <= limit,
        "batches of {n} requests need {needed} open files, and the limit is {limit}: \
         raise it with `ulimit -Hn {needed}`, as root if need be, or use a profile with smaller sizes"
    );
    Ok(())
}

fn check_ports(n: u64, low: u64, high: u64) -> Result<()> {
    let ports = (high + 1).saturating_sub(low);
    ensure!(
        2 * n <= ports,
        "batches of {n} requests need {} local ports, and there are {ports}: \
         widen net.ipv4.ip_local_port_range, or use a profile with smaller sizes",
        2 * n
    );
    Ok(())
}

fn check_backlog(n: u64, backlog: u64) -> Result<()> {
    ensure!(
        n <= backlog,
        "{n} requests at once overrun the accept queue, which holds {backlog}: \
         set net.core.somaxconn to {n} or more, or use a profile with smaller sizes"
    );
    Ok(())
}

/// The range of local ports, where the system tells.
fn port_range() -> Option<(u64, u64)> {
    let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

fn read_number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_passes() {
        check_open_files(100, 264).unwrap();
        check_ports(100, 1000, 1199).unwrap();
        check_backlog(100, 100).unwrap();
    }

    #[test]
    fn what_does_not_fit_names_the_need_and_the_fix() {
        insta::assert_snapshot!(check_open_files(100, 64).unwrap_err(), @"batches of 100 requests need 264 open files, and the limit is 64: raise it with `ulimit -Hn 264`, as root if need be, or use a profile with smaller sizes");
        insta::assert_snapshot!(check_ports(100, 1000, 1198).unwrap_err(), @"batches of 100 requests need 200 local ports, and there are 199: widen net.ipv4.ip_local_port_range, or use a profile with smaller sizes");
        insta::assert_snapshot!(check_backlog(129, 128).unwrap_err(), @"129 requests at once overrun the accept queue, which holds 128: set net.core.somaxconn to 129 or more, or use a profile with smaller sizes");
    }
}
