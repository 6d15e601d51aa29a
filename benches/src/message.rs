//! What the run and its child processes say to each other, a line of JSON each.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use waitmark_harness::workload::Servers;
use waitmark_reports::record::{self, Costs, Counts, Lateness, Method};

use crate::control::Stats;

/// The version of these messages. A variant must speak the same one: it goes up with every change
/// to what is here, or to what it means.
pub(crate) const PROTOCOL: u32 = 3;

/// What a child is for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Say what build this is.
    Describe,
    /// Be the mock server.
    Serve(Serve),
    /// Run one client's cells.
    Measure(Job),
}

/// What build a child is of. The first two fields are those of every version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Description {
    pub(crate) protocol: u32,
    /// The schema of the records that it would write.
    pub(crate) schema: u32,
    pub(crate) build: Value,
}

/// The rest of a [`Description`], of a build that speaks this protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Build {
    /// Whether it was built to be debugged, and not to be fast.
    pub(crate) debug: bool,
    pub(crate) tool_version: String,
    pub(crate) git_rev: Option<String>,
    pub(crate) rustc: String,
    pub(crate) versions: BTreeMap<String, String>,
    /// Its kinds of client, and its workloads.
    pub(crate) clients: Vec<String>,
    pub(crate) workloads: Vec<String>,
}

/// How to be the mock server.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Serve {
    /// The longest delay that will be asked for.
    pub(crate) max_delay: Duration,
}

/// What the server says once it listens.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Listening {
    pub(crate) servers: Servers,
}

/// The cells of one client, and how to measure them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// The client's kind, its name and its settings.
    pub(crate) kind: String,
    pub(crate) client: String,
    pub(crate) settings: Value,
    pub(crate) servers: Servers,
    pub(crate) cells: Vec<JobCell>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct JobCell {
    pub(crate) workload: String,
    pub(crate) params: Value,
    pub(crate) n: usize,
    pub(crate) delay: Duration,
    /// The cell's name within its client and workload.
    pub(crate) parameter: String,
    /// Whether the server counts what the cell does.
    pub(crate) counted: bool,
    pub(crate) how: How,
    /// The share of its time that each batch is made longer by, to see whether it is found.
    pub(crate) slowdown: f64,
}

/// How a cell is measured, after a batch that is its warm-up. Every answer of every batch is
/// checked.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum How {
    /// As many batches as fit into the budget: Criterion's samples if ten do, otherwise batches timed
    /// one by one, two at least. How long a batch takes is told, so that what a batch happens to
    /// take has no part in how it is measured; where nobody knows, a batch that is not counted tells.
    Budget { budget: Duration, batch: Option<Duration> },
    /// This many batches, timed one by one.
    Batches(u64),
}

/// What the child tells of its cells, by their place in the job.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Report {
    Started(usize),
    Done(usize, Box<Measured>),
    Failed(usize, String),
    /// The last report: no cell is left.
    Finished,
}

/// What a cell came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) method: Method,
    /// Batches timed, the same number in each sample.
    pub(crate) timed: u64,
    pub(crate) mean_ns: f64,
    pub(crate) samples_ns: Vec<f64>,
    /// Batches in all.
    pub(crate) batches: u64,
    pub(crate) costs: Option<Costs>,
    /// The median of each of the workload's timings over the batches, nanoseconds.
    pub(crate) timings_ns: BTreeMap<String, f64>,
    /// What the server counted of them.
    pub(crate) stats: Option<Stats>,
}

impl Measured {
    /// What a round measured of a cell, as the record has it.
    pub(crate) fn observed(self, round: u32, place: u32) -> record::Round {
        let counts = self.stats.map(|stats| Counts {
            requests: stats.requests,
            dropped: stats.dropped,
            connections: stats.connections,
            peak: stats.peak_in_flight,
            early: stats.early,
            lateness: Lateness {
                p50_us: stats.lateness_us.p50,
                p99_us: stats.lateness_us.p99,
                max_us: stats.lateness_us.max,
            },
        });
        record::Round {
            round,
            place,
            method: self.method,
            timed: self.timed,
            mean_ns: self.mean_ns,
            samples_ns: self.samples_ns,
            batches: self.batches,
            server: counts,
            costs: self.costs,
            timings_ns: self.timings_ns,
        }
    }
}
