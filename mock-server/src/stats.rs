//! What the server counts about its own work, lateness first.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;

/// The counters of one server, shared by its workers.
pub(crate) struct Stats {
    requests: AtomicU64,
    in_flight: AtomicU64,
    peak_in_flight: AtomicU64,
    early: AtomicU64,
    dropped: AtomicU64,
    connections: AtomicU64,
    open_connections: AtomicU64,
    /// Nanoseconds from a deadline to the answer being ready, of delays above zero.
    lateness: Mutex<Histogram<u64>>,
}

/// Lateness is kept from a nanosecond to a minute; what is later than that counts as a minute.
const MAX_LATENESS: Duration = Duration::from_secs(60);

/// Three digits: a percentile is off by at most a thousandth of itself.
const LATENESS_DIGITS: u8 = 3;

impl Stats {
    #[expect(clippy::expect_used, reason = "the bounds are constants that are in range")]
    pub(crate) fn new() -> Self {
        let lateness = Histogram::new_with_max(MAX_LATENESS.as_nanos() as u64, LATENESS_DIGITS)
            .expect("1 ns to 60 s at 3 digits is a valid range");
        Self {
            requests: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            peak_in_flight: AtomicU64::new(0),
            early: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            open_connections: AtomicU64::new(0),
            lateness: Mutex::new(lateness),
        }
    }

    /// Counts a request as in flight until the guard is dropped.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        self.peak_in_flight.fetch_max(now, Relaxed);
        InFlight { stats: self, answered: false }
    }

    /// Counts a connection as open until the guard is dropped.
    pub(crate) fn connected(&self) -> Connected<'_> {
        self.connections.fetch_add(1, Relaxed);
        self.open_connections.fetch_add(1, Relaxed);
        Connected { stats: self }
    }

    /// Zeroes all counts but those of what is open or in flight now; the peak starts from there.
    pub(crate) fn reset(&self) {
        for count in [&self.requests, &self.early, &self.dropped, &self.connections] {
            count.store(0, Relaxed);
        }
        self.peak_in_flight.store(self.in_flight.load(Relaxed), Relaxed);
        self.lateness().reset();
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let lateness = self.lateness();
        let us = |nanos: u64| nanos as f64 / 1e3;
        Snapshot {
            requests: self.requests.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            peak_in_flight: self.peak_in_flight.load(Relaxed),
            early: self.early.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            connections: self.connections.load(Relaxed),
            open_connections: self.open_connections.load(Relaxed),
            lateness_us: Lateness {
                count: lateness.len(),
                mean: lateness.mean() / 1e3,
                p50: us(lateness.value_at_quantile(0.5)),
                p90: us(lateness.value_at_quantile(0.9)),
                p99: us(lateness.value_at_quantile(0.99)),
                max: us(lateness.max()),
            },
        }
    }

    fn lateness(&self) -> MutexGuard<'_, Histogram<u64>> {
        self.lateness.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in flight. Dropped without an answer, it counts as a client that went away.
pub(crate) struct InFlight<'a> {
    stats: &'a Stats,
    answered: bool,
}

impl InFlight<'_> {
    /// Records how far from its deadline an answer is ready.
    pub(crate) fn due(&self, deadline: Instant) {
        let now = Instant::now();
        if now < deadline {
            self.stats.early.fetch_add(1, Relaxed);
        }
        let late = now.saturating_duration_since(deadline).as_nanos();
        self.stats.lateness().saturating_record(u64::try_from(late).unwrap_or(u64::MAX));
    }

    /// Counts the request as answered. Called before the answer can reach the client, so that a
    /// client that sends one request after another never overlaps with itself.
    pub(crate) fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let count = if self.answered { &self.stats.requests } else { &self.stats.dropped };
        count.fetch_add(1, Relaxed);
        self.stats.in_flight.fetch_sub(1, Relaxed);
    }
}

/// An open connection.
pub(crate) struct Connected<'a> {
    stats: &'a Stats,
}

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.stats.open_connections.fetch_sub(1, Relaxed);
    }
}

/// The counters at one moment, as `/stats` shows them.
#[derive(Serialize)]
pub(crate) struct Snapshot {
    requests: u64,
    in_flight: u64,
    peak_in_flight: u64,
    early: u64,
    dropped: u64,
    connections: u64,
    open_connections: u64,
    lateness_us: Lateness,
}

#[derive(Serialize)]
struct Lateness {
    count: u64,
    mean: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
}
