//! The record: everything one `cargo bench` measured, as versioned JSON.
//!
//! The record is the boundary of the project: measuring writes it, and every table, chart and
//! verdict is computed from it alone.

mod file;

use std::collections::BTreeMap;

pub use file::{ReadError, WriteError};
use serde::{Deserialize, Serialize};

/// The schema this version of waitmark writes, and the only one it reads.
pub const SCHEMA: u32 = 1;

/// Everything that one run measured, and what is needed to judge it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this format, [`SCHEMA`].
    pub schema: u32,
    /// When the run began, RFC 3339 in UTC.
    pub created: String,
    /// The version of waitmark that measured.
    pub tool_version: String,
    /// The git commit that was measured, with `-dirty` where the work tree differed from it.
    pub git_rev: Option<String>,
    /// Whether the run was stopped before its last round.
    pub interrupted: bool,
    /// The machine, before, during and after the run.
    pub machine: Machine,
    /// The profile as it ran, every default filled in.
    pub profile: Profile,
    /// What the mock server says of itself.
    pub server: Server,
    /// One entry a cell, in the order of the profile.
    pub cells: Vec<Cell>,
}

/// The machine the run took place on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name; absent where the system does not tell.
    pub cpu_model: Option<String>,
    /// Logical CPUs this process may use.
    pub logical_cpus: u32,
    /// Operating system, kernel release and architecture.
    pub kernel: String,
    /// The limit on open files during the run.
    pub open_files: u64,
    /// Share of CPU time in use just before the run, when nothing of it was running yet, 0 to 1;
    /// absent where not measured.
    pub busy_before: Option<f64>,
    /// One-minute load average before the first round; absent where not measured.
    pub load_before: Option<f64>,
    /// One-minute load average after the last round, the run's own load included.
    pub load_after: Option<f64>,
    /// Share of CPU time that the hypervisor took during the run, 0 to 1; absent where not
    /// measured.
    pub steal: Option<f64>,
    /// The compiler that built the benchmark, as `rustc --version` prints it.
    pub rustc: String,
    /// Versions of the crates under test and of those that measure, by crate name.
    pub versions: BTreeMap<String, String>,
}

/// The profile as it ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Its name, or the path it was read from.
    pub name: String,
    /// The client that speedups are taken against.
    pub reference: String,
    /// Rounds planned; a cell may hold fewer after an interruption or a failure.
    pub rounds: u32,
    /// Samples a cell takes in a round.
    pub samples: u32,
    /// How Criterion took the samples; absent where batches were timed one by one.
    pub criterion: Option<Criterion>,
    /// Worker threads of each async runtime.
    pub workers: u32,
    /// Threads of the thread pool.
    pub pool_width: u32,
    /// Differences whose whole interval is inside this share are `same`, e.g. 0.02.
    pub margin: f64,
    /// Seed of the order of the clients in every round.
    pub seed: u64,
}

/// How Criterion took the samples of a cell in a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Warm-up before the samples, milliseconds.
    pub warm_up_ms: f64,
    /// Time the samples aim to fill, milliseconds.
    pub measurement_ms: f64,
}

/// The mock server's own account of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// Worker threads.
    pub threads: u32,
    /// What it counted in each client's turn, in the order of the turns.
    pub turns: Vec<Turn>,
}

/// What the server counted while one client had its turn in a round: all of the client's cells,
/// warm-up included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Which round, from 0.
    pub round: u32,
    /// Whose turn.
    pub client: String,
    /// Requests answered.
    pub requests: u64,
    /// Requests in flight at once, at most.
    pub peak_in_flight: u64,
    /// Answers that went out before their delay was over; must be 0.
    pub early: u64,
    /// How late the answers went out, by the server's own clock.
    pub lateness: Lateness,
}

/// Percentiles of the time between the end of a delay and its answer, microseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lateness {
    /// Median.
    pub p50_us: f64,
    /// 99th percentile.
    pub p99_us: f64,
    /// The latest answer.
    pub max_us: f64,
}

/// One client x one workload x one size x one delay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What was done, e.g. `fan_out`.
    pub workload: String,
    /// The delay of each request, milliseconds.
    pub delay_ms: f64,
    /// Requests in a batch.
    pub n: u32,
    /// Who did it, e.g. `tokio`.
    pub client: String,
    /// Requests that the client has in flight at once in this cell, at most.
    pub width: u32,
    /// Whether the cell's figures may be used.
    pub status: Status,
    /// Why the cell failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What each round measured, in the order of the rounds.
    pub rounds: Vec<Round>,
}

/// What became of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every answer in every round was right.
    Measured,
    /// A wrong answer, a lost process or a wrong count: the cell has no figures.
    Failed,
    /// The run was stopped before the cell's first round.
    Skipped,
}

/// One cell in one round: one observation, whatever the number of its samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Which round, from 0. Cells are compared inside a round.
    pub round: u32,
    /// The place of the client in its round, from 0.
    pub order: u32,
    /// Iterations in each sample.
    pub iterations: u64,
    /// Mean time of one iteration, a whole batch, nanoseconds.
    pub mean_ns: f64,
    /// Mean time of one iteration in each sample, nanoseconds.
    pub samples_ns: Vec<f64>,
}
