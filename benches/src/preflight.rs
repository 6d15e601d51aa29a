//! What can't work is refused before anything is measured, with the fix named.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::cell::Cell;
use crate::machine::{read_number, tcp_tw_reuse};
use crate::server::{ADDRESSES, BACKLOG};

/// Descriptors a process needs beside its connections: those of the server's listeners among them.
const OTHER_FILES: u64 = 64 + ADDRESSES as u64;

/// Closed connections that a run is allowed for within the minute that their ports are kept: 10,000
/// in a second.
const CLOSED_IN_A_MINUTE: u64 = 600_000;

/// Checks that each of the cells can be run, with so many open files, against the run's own server or
/// the one that runs elsewhere.
pub(crate) fn check<'a>(
    cells: impl IntoIterator<Item = &'a Cell>,
    open_files: u64,
    elsewhere: Option<SocketAddr>,
) -> Result<()> {
    let ports = port_range();
    let queue = read_number("/proc/sys/net/core/somaxconn").filter(|_| elsewhere.is_none());
    let reuse = tcp_tw_reuse();
    let mut pace = Pace::default();
    for cell in cells {
        let Some(server) = &cell.expected.server else { continue };
        let peak = *server.peak.end();
        check_open_files(cell, peak, open_files)?;
        if let Some((low, high)) = ports {
            check_ports(cell, peak, low, high)?;
        }
        if let Some(queue) = queue {
            check_queue(cell, peak, queue)?;
        }
        pace.add(cell, *server.connections.end());
    }
    match (ports, elsewhere) {
        (Some((low, high)), Some(server)) => check_pace(&pace, reuse, server, low, high),
        (Some((low, high)), None) if pace.connections > 0.0 => check_time_wait(reuse, low, high),
        _ => Ok(()),
    }
}

/// Connections of one round, and how long it takes.
#[derive(Default)]
struct Pace {
    connections: f64,
    time: Duration,
}

impl Pace {
    fn add(&mut self, cell: &Cell, connections: u64) {
        let (batches, time) = cell.round();
        self.connections += batches * connections as f64;
        self.time += time;
    }

    fn in_a_minute(&self) -> f64 {
        self.connections / self.time.as_secs_f64().max(1e-3) * 60.0
    }
}

/// A server elsewhere has one address, and so the ports of one; on loopback the kernel gives them out
/// again at a setting of 2 too.
fn check_pace(
    pace: &Pace,
    reuse: Option<u32>,
    server: SocketAddr,
    low: u64,
    high: u64,
) -> Result<()> {
    let (ports, needed) = ((high + 1).saturating_sub(low) as f64, pace.in_a_minute());
    let again = match reuse {
        Some(1) | None => true,
        Some(2) => server.ip().is_loopback(),
        Some(_) => false,
    };
    ensure!(
        again || needed <= ports,
        "the run opens about {needed:.0} connections a minute to {server}, each keeps its local port \
         for a minute, and there are {ports}: set net.ipv4.tcp_tw_reuse to 1, or use a profile with \
         smaller sizes or longer delays"
    );
    Ok(())
}

/// Raises the soft limit of open files, which children inherit, to the hard one and returns what holds
/// then.
pub(crate) fn open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    // macOS refuses an unlimited soft limit: what was set before holds then, and is checked.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).is_ok();
    let holds = if raised { limit.maximum } else { limit.current };
    holds.unwrap_or(u64::MAX)
}

/// The client needs a descriptor for each connection that is open at once; the server a few more,
/// for those that it has not yet seen closed.
fn check_open_files(cell: &impl ToString, peak: u64, limit: u64) -> Result<()> {
    let needed = [("client", peak), ("mock server", peak + peak / 4)];
    for (process, connections) in needed {
        let needed = connections + OTHER_FILES;
        ensure!(
            needed <= limit,
            "{}: with {peak} connections at once the {process} needs {needed} open files, and the \
             limit is {limit}: raise it with `ulimit -Hn {needed}`, as root if need be, or use a \
             profile with smaller sizes",
            cell.to_string()
        );
    }
    Ok(())
}

/// A batch has one address, and so the ports of one, of which half may be closing still.
fn check_ports(cell: &impl ToString, peak: u64, low: u64, high: u64) -> Result<()> {
    let (ports, needed) = ((high + 1).saturating_sub(low), 2 * peak);
    ensure!(
        needed <= ports,
        "{}: {peak} connections at once need {needed} local ports, and there are {ports}: widen \
         net.ipv4.ip_local_port_range, or use a profile with smaller sizes",
        cell.to_string()
    );
    Ok(())
}

/// Without reuse the ports of closed connections are kept for a minute.
fn check_time_wait(reuse: Option<u32>, low: u64, high: u64) -> Result<()> {
    let ports = (high + 1).saturating_sub(low) * u64::from(ADDRESSES);
    ensure!(
        reuse != Some(0) || ports >= CLOSED_IN_A_MINUTE,
        "net.ipv4.tcp_tw_reuse is 0, so that closed connections keep their ports for a minute, and \
         {ports} ports are too few for that: set it to 2, or widen net.ipv4.ip_local_port_range"
    );
    Ok(())
}

/// The kernel cuts what the listener asks for to its own limit. A burst that fits into what was
/// asked for must fit into what is given; a larger one is accepted while it comes.
fn check_queue(cell: &impl ToString, peak: u64, limit: u64) -> Result<()> {
    let needed = peak.min(BACKLOG.into());
    ensure!(
        needed <= limit,
        "{}: {peak} connections at once overrun the accept queue, which holds {limit}: set \
         net.core.somaxconn to {needed} or more, or use a profile with smaller sizes",
        cell.to_string()
    );
    Ok(())
}

/// The range of local ports, where the system tells.
fn port_range() -> Option<(u64, u64)> {
    let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: &str = "fan_out/tokio/10ms/100";

    #[test]
    fn what_fits_passes() {
        check_open_files(&CELL, 100, 125 + OTHER_FILES).unwrap();
        check_ports(&CELL, 100, 1000, 1199).unwrap();
        check_queue(&CELL, 128, 128).unwrap();
        // More than any queue holds is accepted while it comes.
        check_queue(&CELL, 9000, 4096).unwrap();
        check_time_wait(Some(0), 32_768, 60_999).unwrap();
        check_time_wait(Some(2), 1000, 1001).unwrap();
        check_time_wait(None, 1000, 1001).unwrap();
    }

    #[test]
    fn a_server_elsewhere_has_the_ports_of_one_address() {
        let check = |connections, reuse, server: &str| {
            let pace = Pace { connections, time: Duration::from_secs(1) };
            check_pace(&pace, reuse, server.parse().unwrap(), 32_768, 60_999)
        };
        let (away, loopback) = ("192.0.2.2:80", "127.0.0.1:80");
        check(470.0, Some(2), away).unwrap();
        check(5000.0, Some(1), away).unwrap();
        check(5000.0, Some(2), loopback).unwrap();
        assert!(check(5000.0, Some(0), loopback).is_err());
        insta::assert_snapshot!(check(471.0, Some(2), away).unwrap_err(), @"the run opens about 28260 connections a minute to 192.0.2.2:80, each keeps its local port for a minute, and there are 28232: set net.ipv4.tcp_tw_reuse to 1, or use a profile with smaller sizes or longer delays");
    }

    #[test]
    fn what_does_not_fit_names_the_cell_the_need_and_the_fix() {
        insta::assert_snapshot!(check_open_files(&CELL, 100, 64).unwrap_err(), @"fan_out/tokio/10ms/100: with 100 connections at once the client needs 228 open files, and the limit is 64: raise it with `ulimit -Hn 228`, as root if need be, or use a profile with smaller sizes");
        insta::assert_snapshot!(check_open_files(&CELL, 100, 124 + OTHER_FILES).unwrap_err(), @"fan_out/tokio/10ms/100: with 100 connections at once the mock server needs 253 open files, and the limit is 252: raise it with `ulimit -Hn 253`, as root if need be, or use a profile with smaller sizes");
        insta::assert_snapshot!(check_ports(&CELL, 100, 1000, 1198).unwrap_err(), @"fan_out/tokio/10ms/100: 100 connections at once need 200 local ports, and there are 199: widen net.ipv4.ip_local_port_range, or use a profile with smaller sizes");
        insta::assert_snapshot!(check_queue(&CELL, 129, 128).unwrap_err(), @"fan_out/tokio/10ms/100: 129 connections at once overrun the accept queue, which holds 128: set net.core.somaxconn to 129 or more, or use a profile with smaller sizes");
        insta::assert_snapshot!(check_queue(&CELL, 9000, 4095).unwrap_err(), @"fan_out/tokio/10ms/100: 9000 connections at once overrun the accept queue, which holds 4095: set net.core.somaxconn to 4096 or more, or use a profile with smaller sizes");
        insta::assert_snapshot!(check_time_wait(Some(0), 40_000, 49_000).unwrap_err(), @"net.ipv4.tcp_tw_reuse is 0, so that closed connections keep their ports for a minute, and 576064 ports are too few for that: set it to 2, or widen net.ipv4.ip_local_port_range");
    }
}
