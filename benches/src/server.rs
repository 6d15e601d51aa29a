//! The mock server, in a child process of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use waitmark_harness::workload::Servers;
use waitmark_server::Options;

use crate::child::{Child, Reports};
use crate::control;
use crate::interrupt::{self, TICK};
use crate::message::{Listening, Order, Serve};

/// How long the server may take to listen.
const START: Duration = Duration::from_secs(10);

/// One thread, so that the clients keep the rest of the machine.
pub(crate) const THREADS: usize = 1;

/// Addresses that the server listens on, 127.0.0.1 and up. Each has local ports of its own: with
/// this many the ports of closed connections don't run out within the minute that they are kept.
/// Only Linux has more than one without being told.
pub(crate) const ADDRESSES: u8 = if cfg!(target_os = "linux") { 64 } else { 1 };

/// Serves until the parent is gone: the whole life of the server's process.
pub(crate) fn serve(order: &Serve, mut reports: Reports) -> Result<()> {
    let listen =
        |last| waitmark_server::bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0)));
    let listeners = (1..=ADDRESSES)
        .map(listen)
        .collect::<Result<Vec<_>, _>>()
        .context("can't listen on the loopback addresses")?;
    let addrs = listeners.iter().map(|listener| listener.local_addr()).collect::<Result<_, _>>()?;
    reports.send(&Listening { servers: Servers(addrs) })?;
    let options = Options { threads: THREADS, max_delay: order.max_delay, ..Options::default() };
    waitmark_server::run(listeners, options, std::future::pending())?;
    Ok(())
}

/// The running server. Dropping it ends it.
pub(crate) struct Server {
    child: Child<Listening>,
    pub(crate) servers: Servers,
}

impl Server {
    /// Starts the server on free ports, its output in the file `log`.
    pub(crate) fn start(max_delay: Duration, log: &Path) -> Result<Self> {
        let child = Child::spawn(&Order::Serve(Serve { max_delay }), [], log)?;
        let deadline = Instant::now() + START;
        let Listening { servers } = loop {
            match child.report(TICK) {
                Err(RecvTimeoutError::Timeout) if interrupt::requested() => {
                    bail!("interrupted before the mock server had started")
                }
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
                started => {
                    break started.with_context(|| {
                        format!("the mock server did not start; see {}", log.display())
                    })?;
                }
            }
        };
        Ok(Server { child, servers })
    }

    /// Checks that the server runs and answers: no cell is to blame for what one that does not
    /// makes of it.
    pub(crate) fn check(&self) -> Result<()> {
        self.check_runs()?;
        match self.servers.0.first() {
            Some(&server) => control::answers(server).context("the mock server does not answer"),
            None => Ok(()),
        }
    }

    /// Checks that the server is not stopped, without asking it: it counts what it is asked.
    pub(crate) fn check_runs(&self) -> Result<()> {
        ensure!(!self.child.is_stopped(), "the mock server is stopped, as by SIGSTOP");
        Ok(())
    }

    /// Why the server can't answer, if its process has ended.
    pub(crate) fn ended(&mut self) -> Option<String> {
        self.child.ended().map(|status| format!("the mock server ended ({status})"))
    }
}
