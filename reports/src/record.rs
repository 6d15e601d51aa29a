//! The record: everything one `cargo bench` measured, as versioned JSON.
//!
//! The record is the boundary of the project: measuring writes it, and every table, chart and
//! verdict is computed from it alone.

mod check;
mod file;
mod outcome;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

pub use file::{ReadError, WriteError};
use serde::{Deserialize, Serialize};

/// The schema this version of waitmark writes, and the only one it reads.
pub const SCHEMA: u32 = 2;

/// The most cells that a record has.
pub const MOST_CELLS: usize = 2048;

/// Everything that one run measured, and what is needed to judge it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this format, [`SCHEMA`].
    pub schema: u32,
    /// The run's own name, 16 hexadecimal digits: rows of several runs can stand in one file.
    pub run: String,
    /// When the run began, RFC 3339 in UTC.
    pub created: String,
    /// The version of waitmark that measured.
    pub tool_version: String,
    /// The git commit that was measured, with `-dirty` where the work tree differed from it.
    pub git_rev: Option<String>,
    /// How the rounds ended.
    pub ended: Ended,
    /// The machine, before, during and after the run.
    pub machine: Machine,
    /// The profile as it ran, every default filled in.
    pub profile: Profile,
    /// The mock server.
    pub server: Server,
    /// The builds that were compared, the base first; none where there was one build alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// Which part of the profile's cells this run measured; absent where it was all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// One entry a cell, in the order of the profile.
    pub cells: Vec<Cell>,
}

/// A build of the benchmark, whose clients ran beside those of others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Its name, as its clients have it after an `@`, e.g. `base`.
    pub name: String,
    /// The version of waitmark it was built from.
    pub tool_version: String,
    /// The git commit it was built from, with `-dirty` where the work tree differed from it.
    pub git_rev: Option<String>,
    /// The compiler that built it, as `rustc --version` prints it.
    pub rustc: String,
    /// Versions of its crates under test, by crate name.
    pub versions: BTreeMap<String, String>,
}

/// A part of a profile's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which part, from 1.
    pub index: u32,
    /// How many parts there are.
    pub of: u32,
}

/// How the rounds ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// They had not: the record was written while the run went on, and the run was killed.
    Running,
    /// All planned rounds ran.
    Planned,
    /// Every pair of concurrent clients was known to the profile's precision before that.
    Precise,
    /// The time that the run was given was over.
    MaxTime,
    /// Somebody stopped the run.
    Interrupted,
    /// An error stopped the run.
    Broken,
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
    /// `net.ipv4.tcp_tw_reuse`: 0 keeps closed connections' ports for a minute; absent where not
    /// known.
    pub tcp_tw_reuse: Option<u32>,
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
    /// Rounds planned; fewer are run where the profile's precision is reached, or time is up.
    pub rounds: u32,
    /// Rounds end early once every pair of concurrent clients is known to this share (the half
    /// width of its interval), e.g. 0.02; absent where they never do.
    pub precision: Option<f64>,
    /// The longest that the run may take, seconds; absent without a limit.
    pub max_time_s: Option<f64>,
    /// Differences whose whole interval is inside this share are `same`, e.g. 0.05.
    pub margin: f64,
    /// Seed of the order of the clients.
    pub seed: u64,
    /// The clients, in the order of reports.
    pub clients: Vec<Client>,
}

/// A client of the profile: a kind with settings, under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// Its name, as cells have it, e.g. `thread-pool-32`.
    pub name: String,
    /// What it is, e.g. `thread-pool`.
    pub kind: String,
    /// Its settings, every default filled in, e.g. `width`.
    pub settings: Values,
    /// The variant it was built in; absent where the run compared none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Client {
    /// Its name without its variant: what the clients that are compared over variants share.
    pub fn plain_name(&self) -> &str {
        let plain = self
            .variant
            .as_deref()
            .and_then(|variant| self.name.strip_suffix(variant)?.strip_suffix('@'));
        plain.unwrap_or(&self.name)
    }
}

/// Settings or parameters by name.
pub type Values = BTreeMap<String, Value>;

/// A setting or parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A count, or an amount in the unit that its name says.
    Number(u64),
    /// A word, or an amount with its unit, e.g. `10ms`.
    Text(String),
}

/// The mock server that the clients load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// Worker threads; 0 where nobody knows, or there was no server.
    pub threads: u32,
    /// Addresses it listens on; batches take them in turn.
    pub addresses: u32,
    /// Where it ran, if it was not this run's own, e.g. `http://10.0.0.2:8080`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// One client x one workload with its parameters x one size x one delay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What was done, e.g. `fan_out`.
    pub workload: String,
    /// What `n` counts, e.g. `request`.
    pub unit: String,
    /// The workload's parameters, every default filled in.
    pub params: Values,
    /// The delay that the workload is given, e.g. that of each request, milliseconds; absent where
    /// the workload has none.
    pub delay_ms: Option<f64>,
    /// How many units are in a batch.
    pub n: u32,
    /// Who did it, by name, e.g. `thread-pool-32`.
    pub client: String,
    /// The client's part in the table of its workload.
    pub role: Role,
    /// How many things the client can do at once; absent where nothing limits it.
    pub limit: Option<u32>,
    /// Rounds planned for the cell, from the first on; absent where it is to be in all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_rounds: Option<u32>,
    /// How long the cell's samples may take in a round, milliseconds.
    pub budget_ms: f64,
    /// What the waits alone cost in a batch, nanoseconds; absent where the workload states none.
    pub ideal_ns: Option<f64>,
    /// What the server has to count in each batch; absent where the workload does without it.
    pub expected: Option<Expected>,
    /// What the client's model can't do of the workload, and does instead; absent where it does
    /// all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot: Option<String>,
    /// Whether the cell's figures may be used.
    pub status: Status,
    /// Why the cell failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What each round measured, in the order of the rounds.
    pub rounds: Vec<Round>,
    /// What each round of the confirming rerun measured, counted anew from 0; none where nothing
    /// looked changed between variants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmation: Vec<Round>,
}

impl Cell {
    /// How many of so many rounds the cell was to be in.
    pub fn planned(&self, rounds: u32) -> u32 {
        self.planned_rounds.map_or(rounds, |planned| planned.min(rounds))
    }
}

/// A client's part in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Speedups are taken against it.
    Reference,
    /// It is compared with the others.
    Compared,
}

/// What the server has to count in one batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Requests answered.
    pub requests: Bounds,
    /// Requests whose client went away before the answer.
    pub dropped: Bounds,
    /// Connections opened.
    pub connections: Bounds,
    /// Requests in flight at once, at the peak: at least this many where nothing stalls.
    pub peak_low: u64,
    /// And never more than this.
    pub peak_high: u64,
}

/// How many of something there have to be: a number; or, where it is a matter of time, the least
/// where nothing stalls, and the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bounds {
    /// So many.
    Exactly(u64),
    /// From so many to so many.
    Between(u64, u64),
}

impl Bounds {
    /// The least and the most.
    pub fn ends(self) -> (u64, u64) {
        match self {
            Bounds::Exactly(count) => (count, count),
            Bounds::Between(least, most) => (least, most),
        }
    }
}

impl From<RangeInclusive<u64>> for Bounds {
    fn from(range: RangeInclusive<u64>) -> Self {
        match range.into_inner() {
            (least, most) if least == most => Bounds::Exactly(least),
            (least, most) => Bounds::Between(least, most),
        }
    }
}

/// What became of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    pub place: u32,
    /// Who timed the batches.
    pub method: Method,
    /// Batches timed, the same number in each sample.
    pub timed: u64,
    /// Mean time of a batch, nanoseconds: the mean of the samples.
    pub mean_ns: f64,
    /// Mean time of a batch in each sample, nanoseconds.
    pub samples_ns: Vec<f64>,
    /// Batches in all, those before the timed ones included: what `server` and `costs` are sums of.
    pub batches: u64,
    /// What the server counted; absent where the workload does without it.
    pub server: Option<Counts>,
    /// What the batches cost; absent where not measured.
    pub costs: Option<Costs>,
    /// Moments inside a batch by their names, e.g. when the `first answer` was there: the median over
    /// the batches, nanoseconds. None where the workload tells of none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub timings_ns: BTreeMap<String, f64>,
}

/// Who timed the batches of a cell in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Criterion, where ten batches fit into the budget.
    Criterion,
    /// The same code without Criterion, a batch a sample, two at least.
    Direct,
}

/// What the server counted over all batches of a cell in a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Requests answered.
    pub requests: u64,
    /// Requests whose client went away before the answer.
    pub dropped: u64,
    /// Connections opened.
    pub connections: u64,
    /// Requests in flight at once, at most.
    pub peak: u64,
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

/// What all batches of a cell in a round cost, between the first instant of each and its last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// CPU time of the client's process in user mode, nanoseconds.
    pub user_ns: u64,
    /// CPU time of the client's process in the kernel, nanoseconds.
    pub system_ns: u64,
    /// Times that a thread of the client gave up its CPU to wait.
    pub voluntary: u64,
    /// Times that a thread of the client had its CPU taken away.
    pub involuntary: u64,
    /// CPU time of the server's process, user mode and kernel, nanoseconds; absent where the
    /// workload does without it.
    pub server_ns: Option<u64>,
    /// The most memory that the client's process had at once (resident, its own code included),
    /// bytes; absent where not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
}
