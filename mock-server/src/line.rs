//! A connection's socket and what it is busy with, so that no client can hold it for nothing.
//!
//! hyper's own header time-out starts a timer for each request, and runs while a kept-alive
//! connection is idle. Here a connection has one [`Watchdog`], which is only set anew when it goes
//! off, and idle connections have a limit of their own.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::options::Options;
use crate::takeover::Takeover;
use crate::timer::{Sleep, Timers};

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Between requests, or sending the rest of an answer; since the last byte moved.
    Quiet,
    /// Reading a request's headers; since their first byte.
    Reading,
    /// Working on a request or waiting for its delay; since its headers were read.
    Busy,
}

/// The state that the socket, the requests and the watchdog of one connection share.
pub(crate) struct Line {
    /// The client's address.
    pub(crate) origin: String,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    since: Instant,
    takeover: Option<Takeover>,
}

impl Line {
    pub(crate) fn new(origin: IpAddr) -> Arc<Self> {
        let state = State { phase: Phase::Quiet, since: Instant::now(), takeover: None };
        Arc::new(Self { origin: origin.to_string(), state: Mutex::new(state) })
    }

    /// Marks the connection as at work on a request until the guard is dropped.
    pub(crate) fn busy(line: &Arc<Self>) -> Busy {
        line.enter(Phase::Busy);
        Busy { line: line.clone() }
    }

    /// Leaves the connection to `takeover`, once hyper has let go of it.
    pub(crate) fn take_over(&self, takeover: Takeover) {
        self.state().takeover = Some(takeover);
    }

    /// What the connection was left to, if it was.
    pub(crate) fn taken_over(&self) -> Option<Takeover> {
        self.state().takeover.take()
    }

    fn enter(&self, phase: Phase) {
        let mut state = self.state();
        state.phase = phase;
        state.since = Instant::now();
    }

    fn read(&self) {
        if self.state().phase == Phase::Quiet {
            self.enter(Phase::Reading);
        }
    }

    fn wrote(&self) {
        if self.state().phase == Phase::Quiet {
            self.enter(Phase::Quiet);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is worked on.
pub(crate) struct Busy {
    line: Arc<Line>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.line.enter(Phase::Quiet);
    }
}

/// The socket, which tells the line when bytes move.
pub(crate) struct Socket {
    pub(crate) stream: TcpStream,
    pub(crate) line: Arc<Line>,
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.line.read();
        }
        polled
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        if polled.is_ready() {
            self.line.wrote();
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Ends when the connection has been in one phase for longer than that phase may last.
///
/// Must be polled by the task that serves the connection, after the connection itself.
pub(crate) struct Watchdog {
    line: Arc<Line>,
    timers: Timers,
    limits: Limits,
    /// Set to no later than the end of the phase, and left alone while it is earlier.
    sleep: Sleep,
}

struct Limits {
    quiet: Duration,
    reading: Duration,
    busy: Duration,
}

impl Watchdog {
    pub(crate) fn new(line: &Arc<Line>, timers: &Timers, options: &Options) -> Self {
        let limits = Limits {
            quiet: options.idle_timeout,
            reading: options.header_timeout,
            // Reading the body, the delay and the answer, each of which has its own limit.
            busy: options.header_timeout + options.max_delay + options.max_duration,
        };
        let sleep = timers.sleep_until(Instant::now() + limits.reading.min(limits.quiet));
        Self { line: line.clone(), timers: timers.clone(), limits, sleep }
    }

    fn deadline(&self) -> Instant {
        let state = self.line.state();
        state.since
            + match state.phase {
                Phase::Quiet => self.limits.quiet,
                Phase::Reading => self.limits.reading,
                Phase::Busy => self.limits.busy,
            }
    }
}

impl Future for Watchdog {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            let deadline = this.deadline();
            if deadline < this.sleep.deadline() {
                this.sleep = this.timers.sleep_until(deadline);
            }
            // A task's waker stays the same: a sleep that has it needs no further poll.
            if this.sleep.is_waiting() || Pin::new(&mut this.sleep).poll(cx).is_pending() {
                return Poll::Pending;
            }
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            this.sleep = this.timers.sleep_until(deadline);
        }
    }
}
