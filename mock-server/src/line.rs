//! A connection's socket and what it is busy with, so that no client can hold it for nothing.
//!
//! hyper's own header time-out starts a timer for each request, and runs while a kept-alive
//! connection is idle. Here a connection has one [`Watchdog`], which is only set anew when it goes
//! off, and idle connections have a limit of their own.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::options::Options;
use crate::takeover::Takeover;
use crate::timer::Sleep;
use crate::worker::Worker;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Between requests, or sending the rest of an answer; since the last byte moved.
    Quiet = 0,
    /// Reading a request's headers; since their first byte.
    Reading = 1,
    /// Working on a request or waiting for its delay; since its headers were read.
    Busy = 2,
}

/// One connection, as its socket, its requests and its watchdog share it.
pub(crate) struct Line {
    pub(crate) worker: Arc<Worker>,
    /// The client's address.
    pub(crate) origin: String,
    /// The phase in the lowest bits, and above them the clock's nanoseconds at its beginning. Only
    /// the thread that serves the connection uses it.
    state: AtomicU64,
    takeover: Mutex<Option<Takeover>>,
}

/// The bits that hold a phase.
const PHASE_BITS: u32 = 2;

impl Line {
    pub(crate) fn new(worker: Arc<Worker>, origin: IpAddr) -> Arc<Self> {
        // Its limits count from here, not from when the turn began.
        worker.timers.tick();
        let line = Self {
            worker,
            origin: origin.to_string(),
            state: AtomicU64::default(),
            takeover: Mutex::default(),
        };
        line.quiet();
        Arc::new(line)
    }

    /// Marks the connection as at work on a request.
    pub(crate) fn busy(&self) {
        self.enter(Phase::Busy);
    }

    /// Marks the connection as done with its request.
    pub(crate) fn quiet(&self) {
        self.enter(Phase::Quiet);
    }

    /// Leaves the connection to `takeover`, once hyper has let go of it.
    pub(crate) fn take_over(&self, takeover: Takeover) {
        *self.takeover() = Some(takeover);
    }

    /// What the connection was left to, if it was.
    pub(crate) fn taken_over(&self) -> Option<Takeover> {
        self.takeover().take()
    }

    fn takeover(&self) -> MutexGuard<'_, Option<Takeover>> {
        self.takeover.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, phase: Phase) {
        let since = self.worker.timers.clock();
        self.state.store(since << PHASE_BITS | phase as u64, Relaxed);
    }

    /// The phase and its beginning.
    fn state(&self) -> (Phase, u64) {
        let state = self.state.load(Relaxed);
        let phase = match state & ((1 << PHASE_BITS) - 1) {
            0 => Phase::Quiet,
            1 => Phase::Reading,
            _ => Phase::Busy,
        };
        (phase, state >> PHASE_BITS)
    }

    /// Bytes were read or, else, written.
    fn moved(&self, read: bool) {
        self.worker.timers.count_io();
        if self.state().0 == Phase::Quiet {
            self.enter(if read { Phase::Reading } else { Phase::Quiet });
        }
    }
}

/// The socket, which tells the line when bytes move.
pub(crate) struct Socket {
    pub(crate) stream: TcpStream,
    pub(crate) line: Arc<Line>,
    /// Whether the client is known to be gone.
    ended: bool,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, line: Arc<Line>) -> Self {
        Self { stream, line, ended: false }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ended {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.line.moved(true);
        } else if polled.is_ready() && self.line.state().0 != Phase::Quiet {
            // hyper, told of the end right after a request, would drop that before it was begun, and
            // so uncounted. It is told the next time.
            self.ended = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
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
            self.line.moved(false);
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
    limits: Limits,
    /// The clock when to look again: no later than the end of the phase.
    next: u64,
    sleep: Sleep,
}

/// How long a connection may stay in each phase, in nanoseconds.
struct Limits {
    quiet: u64,
    reading: u64,
    busy: u64,
}

impl Watchdog {
    pub(crate) fn new(line: Arc<Line>) -> Self {
        let Options { idle_timeout, header_timeout, max_delay, max_duration, .. } =
            line.worker.server.options;
        // No sum of the limits comes near what fits.
        let nanos = |limit: Duration| limit.as_nanos() as u64;
        let limits = Limits {
            quiet: nanos(idle_timeout),
            reading: nanos(header_timeout),
            // Reading the body, the delay and the answer, each of which has its own limit.
            busy: nanos(header_timeout + max_delay + max_duration),
        };
        let timers = &line.worker.timers;
        let next = timers.clock() + limits.reading.min(limits.quiet);
        let sleep = timers.sleep_until(timers.instant(next));
        Self { line, limits, next, sleep }
    }

    /// The end of the phase.
    fn deadline(&self) -> u64 {
        let (phase, since) = self.line.state();
        since
            + match phase {
                Phase::Quiet => self.limits.quiet,
                Phase::Reading => self.limits.reading,
                Phase::Busy => self.limits.busy,
            }
    }

    fn look_again_at(&mut self, next: u64) {
        let timers = &self.line.worker.timers;
        self.sleep = timers.sleep_until(timers.instant(next));
        self.next = next;
    }
}

impl Future for Watchdog {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            let deadline = this.deadline();
            if deadline < this.next {
                this.look_again_at(deadline);
            }
            // A task's waker stays the same: a sleep that has it needs no further poll.
            let timers = &this.line.worker.timers;
            if this.sleep.was_polled() && timers.clock() < this.next {
                return Poll::Pending;
            }
            if Pin::new(&mut this.sleep).poll(cx).is_pending() {
                return Poll::Pending;
            }
            timers.tick();
            if deadline <= timers.clock() {
                return Poll::Ready(());
            }
            this.look_again_at(deadline);
        }
    }
}
