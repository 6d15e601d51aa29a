//! The mock server, in a child process of its own or wherever it runs already.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::str::FromStr;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use waitmark_harness::workload::Servers;
use waitmark_reports::record;
#[cfg(feature = "server")]
pub(crate) use waitmark_server::BACKLOG;

use crate::child::{Child, Reports};
use crate::control;
use crate::interrupt::{self, TICK};
use crate::message::{Listening, Order, Serve};

/// Without the server nothing is held by its queue.
#[cfg(not(feature = "server"))]
pub(crate) const BACKLOG: u32 = 0;

/// How long the server may take to listen.
const START: Duration = Duration::from_secs(10);

/// How long a server elsewhere may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// The longest URL that a record has room for.
const LONGEST_URL: usize = 100;

/// One thread, so that the clients keep the rest of the machine.
const THREADS: usize = 1;

/// Addresses that the server listens on, 127.0.0.1 and up. Each has local ports of its own: with
/// this many the ports of closed connections don't run out within the minute that they are kept.
/// Only Linux has more than one without being told.
pub(crate) const ADDRESSES: u8 = if cfg!(target_os = "linux") { 64 } else { 1 };

/// Serves until the parent is gone: the whole life of the server's process.
#[cfg(feature = "server")]
pub(crate) fn serve(order: &Serve, mut reports: Reports) -> Result<()> {
    let listen = |last| waitmark_server::bind(SocketAddr::from(([127, 0, 0, last], 0)));
    let listeners = (1..=ADDRESSES)
        .map(listen)
        .collect::<Result<Vec<_>, _>>()
        .context("can't listen on the loopback addresses")?;
    let addrs = listeners.iter().map(|listener| listener.local_addr()).collect::<Result<_, _>>()?;
    reports.send(&Listening { servers: Servers(addrs) })?;
    let options = waitmark_server::Options {
        threads: THREADS,
        max_delay: order.max_delay,
        ..Default::default()
    };
    waitmark_server::run(listeners, options, std::future::pending())?;
    Ok(())
}

/// A variant's build has no server to be.
#[cfg(not(feature = "server"))]
pub(crate) fn serve(_: &Serve, _: Reports) -> Result<()> {
    bail!("this build leaves the mock server out")
}

/// Where a server runs that is not this run's own: `http://HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    text: String,
    /// `HOST:PORT`.
    authority: String,
}

impl FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not allowed: http://HOST:PORT, without a path");
        let rest = text.strip_prefix("http://").ok_or_else(wrong)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = authority.rsplit_once(':').ok_or_else(wrong)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:[]".contains(c);
        if host.is_empty()
            || text.len() > LONGEST_URL
            || !host.chars().all(plain)
            || !port.parse().is_ok_and(|port: u16| port > 0)
        {
            return Err(wrong());
        }
        Ok(Url { text: format!("http://{authority}"), authority: authority.to_owned() })
    }
}

/// The running server. Dropping it ends it, if it is this run's own.
pub(crate) struct Server {
    /// `None` for one that runs elsewhere.
    child: Option<Child<Listening>>,
    url: Option<Url>,
    pub(crate) servers: Servers,
    /// Whether it is a mock server, whose counters say what it did.
    pub(crate) counts: bool,
}

impl Server {
    /// Starts the server on free ports, its output in the file `log`.
    pub(crate) fn start(max_delay: Duration, log: &Path) -> Result<Self> {
        ensure!(
            cfg!(feature = "server"),
            "this build leaves the mock server out: build it with the feature `server`, or name one \
             with --server"
        );
        let child = Child::spawn(None, &Order::Serve(Serve { max_delay }), [], log)?;
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
        Ok(Server { child: Some(child), url: None, servers, counts: true })
    }

    /// The server that runs there.
    ///
    /// # Errors
    ///
    /// If nothing there accepts a connection, or it does not speak HTTP.
    pub(crate) fn at(url: &Url) -> Result<Self> {
        let find = || -> Result<(SocketAddr, bool)> {
            let mut refused = None;
            for addr in url.authority.to_socket_addrs()? {
                match TcpStream::connect_timeout(&addr, CONNECT) {
                    Ok(_) => return Ok((addr, control::is_mock_server(addr)?)),
                    Err(error) => refused = Some(error),
                }
            }
            Err(refused.map_or_else(|| anyhow!("the name has no address"), Into::into))
        };
        let (addr, counts) = find().with_context(|| format!("no server at {}", url.text))?;
        Ok(Server { child: None, url: Some(url.clone()), servers: Servers(vec![addr]), counts })
    }

    /// Where it runs, if that is elsewhere.
    pub(crate) fn elsewhere(&self) -> Option<&str> {
        self.url.as_ref().map(|url| &*url.text)
    }

    /// Checks that the server runs and answers: no cell is to blame for what one that does not
    /// makes of it.
    pub(crate) fn check(&self) -> Result<()> {
        self.check_runs()?;
        match self.servers.0.first() {
            Some(&addr) if self.counts => {
                control::answers(addr).context("the mock server does not answer")
            }
            Some(addr) => TcpStream::connect_timeout(addr, CONNECT)
                .map(drop)
                .context("the server accepts no connection"),
            None => Ok(()),
        }
    }

    /// Checks that the server is not stopped, without asking it: it counts what it is asked.
    pub(crate) fn check_runs(&self) -> Result<()> {
        let stopped = self.child.as_ref().is_some_and(Child::is_stopped);
        ensure!(!stopped, "the mock server is stopped, as by SIGSTOP");
        Ok(())
    }

    /// Why the server can't answer, if its process has ended.
    pub(crate) fn ended(&mut self) -> Option<String> {
        let status = self.child.as_mut()?.ended()?;
        Some(format!("the mock server ended ({status})"))
    }

    /// As the record has it, where there is one.
    pub(crate) fn record(server: Option<&Self>) -> record::Server {
        let own = server.is_some_and(|server| server.child.is_some());
        let addresses = server.map_or(0, |server| server.servers.0.len());
        record::Server {
            threads: if own { THREADS as u32 } else { 0 },
            addresses: u32::try_from(addresses).unwrap_or(u32::MAX),
            url: server.and_then(Server::elsewhere).map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_run_without_a_server_records_no_thread_of_one() {
        let record::Server { threads, addresses, url } = Server::record(None);
        assert_eq!((threads, addresses, url), (0, 0, None));
    }

    #[test]
    fn a_url_is_a_host_and_a_port() {
        let parsed = |text: &str| text.parse::<Url>().map(|url| (url.text, url.authority));
        let pair = |one: &str, other: &str| Ok((one.to_owned(), other.to_owned()));
        assert_eq!(parsed("http://a.b:80/"), pair("http://a.b:80", "a.b:80"));
        assert_eq!(parsed("http://[::1]:8080"), pair("http://[::1]:8080", "[::1]:8080"));
        for wrong in [
            "",
            "a:80",
            "https://a:80",
            "http://a",
            "http://:80",
            "http://a:0",
            "http://a:80/b",
            "http://a:99999",
            "http://u@a:80",
            "http://a b:80",
        ] {
            let refused = parsed(wrong).unwrap_err();
            assert_eq!(
                refused,
                format!("`{wrong}` is not allowed: http://HOST:PORT, without a path")
            );
        }
    }

    #[test]
    fn where_nobody_listens_there_is_no_server() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url: Url = format!("http://{free}").parse().unwrap();
        let refused = Server::at(&url).map(drop).unwrap_err();
        assert_eq!(refused.to_string(), format!("no server at http://{free}"));
    }
}
