//! What the server counts about its own work, lateness first.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use hyper::StatusCode;
use serde::Serialize;

use crate::cpu::CpuTime;
use crate::endpoints::ENDPOINTS;
use crate::fault::Fault;

/// The counters of one server, shared by its workers.
pub(crate) struct Stats {
    in_flight: AtomicU64,
    peak_in_flight: AtomicU64,
    early: AtomicU64,
    dropped: AtomicU64,
    connections: AtomicU64,
    open_connections: AtomicU64,
    accept_errors: AtomicU64,
    /// By place in [`Fault::ALL`].
    faults: [AtomicU64; Fault::ALL.len()],
    /// Answers by place in [`ENDPOINTS`] and status.
    answers: Mutex<BTreeMap<(usize, Option<StatusCode>), u64>>,
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
            in_flight: AtomicU64::new(0),
            peak_in_flight: AtomicU64::new(0),
            early: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            open_connections: AtomicU64::new(0),
            accept_errors: AtomicU64::new(0),
            faults: Default::default(),
            answers: Mutex::default(),
            lateness: Mutex::new(lateness),
        }
    }

    /// Counts a connection, in the order in which they are accepted.
    pub(crate) fn accepted(&self) {
        self.connections.fetch_add(1, Relaxed);
    }

    /// Counts a connection as open until the guard is dropped.
    pub(crate) fn connected(&self) -> Connected<'_> {
        self.open_connections.fetch_add(1, Relaxed);
        Connected { stats: self }
    }

    /// Counts a request as in flight.
    pub(crate) fn began(&self) {
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        if now > self.peak_in_flight.load(Relaxed) {
            self.peak_in_flight.fetch_max(now, Relaxed);
        }
    }

    /// Records how far from its deadline an answer is ready.
    pub(crate) fn due(&self, deadline: Instant) {
        let now = Instant::now();
        if now < deadline {
            self.early.fetch_add(1, Relaxed);
        }
        let late = now.saturating_duration_since(deadline).as_nanos();
        self.lateness().saturating_record(u64::try_from(late).unwrap_or(u64::MAX));
    }

    /// Counts the fault that is to be the answer.
    pub(crate) fn failed(&self, fault: Fault) {
        if let Some(place) = Fault::ALL.iter().position(|(_, other)| *other == fault) {
            self.faults[place].fetch_add(1, Relaxed);
        }
    }

    /// Counts a request in flight as answered. `endpoint` is its place in [`ENDPOINTS`]; without a
    /// status the answer was a fault.
    ///
    /// Called before the answer can reach the client, so that a client that sends one request
    /// after another never overlaps with itself.
    pub(crate) fn answered(&self, endpoint: usize, status: Option<StatusCode>) {
        *self.answers().entry((endpoint, status)).or_default() += 1;
        self.in_flight.fetch_sub(1, Relaxed);
    }

    /// Counts a request in flight as one whose client went away before the answer.
    pub(crate) fn gone(&self) {
        self.dropped.fetch_add(1, Relaxed);
        self.in_flight.fetch_sub(1, Relaxed);
    }

    pub(crate) fn accept_failed(&self) {
        self.accept_errors.fetch_add(1, Relaxed);
    }

    /// Zeroes all counts but those of what is open or in flight now; the peak starts from there.
    pub(crate) fn reset(&self) {
        let counts = [&self.early, &self.dropped, &self.connections, &self.accept_errors];
        for count in counts.into_iter().chain(&self.faults) {
            count.store(0, Relaxed);
        }
        self.peak_in_flight.store(self.in_flight.load(Relaxed), Relaxed);
        self.answers().clear();
        self.lateness().reset();
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut endpoints: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        let mut requests = 0;
        for (&(endpoint, status), &count) in &*self.answers() {
            requests += count;
            let status = status.map_or("fault".into(), |status| status.as_u16().to_string());
            endpoints.entry(ENDPOINTS[endpoint].path).or_default().insert(status, count);
        }
        let faults = Fault::ALL.iter().zip(&self.faults);
        Snapshot {
            requests,
            in_flight: self.in_flight.load(Relaxed),
            peak_in_flight: self.peak_in_flight.load(Relaxed),
            early: self.early.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            connections: self.connections.load(Relaxed),
            open_connections: self.open_connections.load(Relaxed),
            accept_errors: self.accept_errors.load(Relaxed),
            faults: faults.map(|((name, _), count)| (*name, count.load(Relaxed))).collect(),
            endpoints,
            lateness_us: Lateness::of(&self.lateness()),
            cpu_us: CpuTime::so_far(),
        }
    }

    fn answers(&self) -> MutexGuard<'_, BTreeMap<(usize, Option<StatusCode>), u64>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lateness(&self) -> MutexGuard<'_, Histogram<u64>> {
        self.lateness.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// Requests that were answered, by an answer or a fault, but for those about the server itself.
    pub(crate) requests: u64,
    /// Requests whose answer is not handed over yet: inside their delay, or in mid-body.
    pub(crate) in_flight: u64,
    /// The most that were in flight at once.
    pub(crate) peak_in_flight: u64,
    /// Answers that were ready before their deadline. Has to be 0.
    pub(crate) early: u64,
    /// Requests whose client went away before the answer.
    pub(crate) dropped: u64,
    /// Connections that were accepted.
    pub(crate) connections: u64,
    pub(crate) open_connections: u64,
    /// Failures to accept, mostly for want of descriptors.
    pub(crate) accept_errors: u64,
    pub(crate) faults: BTreeMap<&'static str, u64>,
    /// Answers by endpoint and status; `fault` for those that had none.
    pub(crate) endpoints: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// Microseconds from a deadline to the answer being ready.
    pub(crate) lateness_us: Lateness,
    /// Not zeroed by a reset.
    pub(crate) cpu_us: Option<CpuTime>,
}

#[derive(Serialize)]
pub(crate) struct Lateness {
    pub(crate) count: u64,
    pub(crate) mean: f64,
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) max: f64,
}

impl Lateness {
    fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1e3;
        Self {
            count: histogram.len(),
            mean: histogram.mean() / 1e3,
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: histogram.max() as f64 / 1e3,
        }
    }
}
