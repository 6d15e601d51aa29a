//! What a workload is: something to do, written once for threads and once for async runtimes.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;

/// Something to do, and what a right outcome of it is.
pub trait Workload: Sized + Send + Sync + 'static {
    /// Its name, as profiles and reports write it.
    const NAME: &'static str;
    /// What `n` counts, in the singular.
    const UNIT: &'static str = "request";
    /// Whether the profile's delays are for it.
    const DELAYED: bool = true;

    /// What a profile may set beside size and delay, with a default for each: a struct of numbers,
    /// words and flags, or [`NoParameters`].
    type Parameters: Serialize + DeserializeOwned;
    /// What one batch is given.
    type Input: Send + Sync + 'static;
    /// What a batch comes to.
    type Outcome: Send + 'static;

    /// What a batch of this shape has to come to, done by such a client.
    fn expected(shape: &Shape<Self::Parameters>, by: By) -> Expected;

    /// Makes what all batches of this shape share.
    ///
    /// # Errors
    ///
    /// If there can be no such batch.
    fn plan(shape: Shape<Self::Parameters>, servers: Servers) -> Result<Self, Error>;

    /// Makes the input of one batch, before the clock starts. What the server remembers (keys,
    /// rooms, windows) must be no other batch's: `batch` counts them.
    ///
    /// # Errors
    ///
    /// If it can't be made.
    fn input(&self, batch: u64) -> Result<Self::Input, Error>;

    /// The shape of the batch that a process runs before all others, which pays for what is made
    /// at its first use. Without delays, unless the workload needs them.
    fn warm_up(shape: Shape<Self::Parameters>) -> Shape<Self::Parameters> {
        Shape { delay: Duration::ZERO, ..shape }
    }

    /// Does it on blocking threads.
    fn blocking(&self, threads: &Threads, input: &Arc<Self::Input>) -> Self::Outcome;

    /// Does it on an async runtime. No task may outlive the batch: its work would be in the next
    /// one's time, and a runtime can't be stopped by a task of its own.
    fn concurrent<R: Runtime>(
        &self,
        runtime: &R,
        input: &Arc<Self::Input>,
    ) -> impl Future<Output = Self::Outcome> + Send;

    /// Moments inside the batch that the report shows beside its time, each by its name, e.g. when
    /// the `first answer` was there: the same names for every batch of a shape.
    fn timings(&self, _: &Self::Outcome) -> Vec<Timing> {
        Vec::new()
    }

    /// Checks the outcome of the batch with this input, after the clock has stopped.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn check(&self, input: &Self::Input, outcome: &Self::Outcome) -> Result<(), Wrong>;
}

/// How long something inside a batch took: its name, and the time.
pub type Timing = (&'static str, Duration);

/// A client, as far as what a batch comes to depends on it.
#[derive(Clone, Copy, Debug)]
pub struct By {
    /// Its concurrency model.
    pub model: Model,
    /// How many things it can do at once; `None` for no limit.
    pub limit: Option<NonZero<usize>>,
}

impl By {
    /// How many of `n` things it does at once.
    pub fn at_once(self, n: usize) -> usize {
        self.limit.map_or(n, |limit| limit.get().min(n))
    }
}

/// A concurrency model, by what it can do with something that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// One thing after the other: nothing else goes on until it ends.
    Sequential,
    /// Blocking calls on threads: other things go on, but it can't be ended early.
    Threads,
    /// Tasks of an async runtime: it can be cancelled wherever it waits.
    Tasks,
}

/// The parameters of a workload that has none.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

/// The size of a batch, its delay, and the workload's parameters.
#[derive(Clone, Copy, Debug)]
pub struct Shape<P> {
    /// How many of the workload's unit.
    pub n: usize,
    /// The delay of each request or wait; zero where the workload is not
    /// [`DELAYED`](Workload::DELAYED).
    pub delay: Duration,
    /// The workload's parameters.
    pub params: P,
}

/// The addresses of the mock server, none where no workload needs it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Servers(pub Vec<SocketAddr>);

impl Servers {
    /// The address for all requests of this batch.
    ///
    /// Batches take the addresses in turn: a closed connection keeps its ports for a while, and
    /// with one address a run of fresh connections would soon search for free ones. Inside a batch
    /// the address is one, as a service's is.
    ///
    /// # Errors
    ///
    /// [`Error::NoServer`] where there is none.
    pub fn of(&self, batch: u64) -> Result<SocketAddr, Error> {
        let at = batch.checked_rem(self.0.len() as u64).ok_or(Error::NoServer)?;
        Ok(self.0[at as usize])
    }
}

/// What a batch has to come to, beside its outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// What the server has to count; `None` where the workload does without it.
    pub server: Option<ServerCounts>,
    /// What the waits alone cost; `None` where the workload does not wait.
    pub ideal: Option<Duration>,
    /// What the client's model can't do of the workload, and does instead, as a clause that
    /// follows its name: "can't cancel: …"; `None` where it can do all of it.
    pub cannot: Option<&'static str>,
}

/// What the server has to count in one batch.
///
/// A range is for what is a matter of time, as how many requests were answered before the others
/// are cancelled: the least where nothing stalls, and the most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerCounts {
    /// Requests answered.
    pub requests: RangeInclusive<u64>,
    /// Requests whose client goes away before the answer.
    pub dropped: RangeInclusive<u64>,
    /// Connections opened.
    pub connections: RangeInclusive<u64>,
    /// Requests in flight at once, at the peak: the least where nothing stalls, and the most.
    pub peak: RangeInclusive<u64>,
}

impl ServerCounts {
    /// The counts of `requests` that are all answered, each over a connection of its own, with
    /// exactly `peak` in flight at once.
    pub fn fresh(requests: usize, peak: usize) -> Self {
        let exactly = |count: usize| count as u64..=count as u64;
        ServerCounts {
            requests: exactly(requests),
            dropped: exactly(0),
            connections: exactly(requests),
            peak: exactly(peak),
        }
    }
}

/// What is wrong with an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The first thing that is wrong.
    pub first: String,
    /// How many things are wrong, by kind.
    pub kinds: BTreeMap<&'static str, usize>,
}

impl std::error::Error for Wrong {}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", self.first)?;
        for (i, (kind, count)) in self.kinds.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{kind}: {count}")?;
        }
        f.write_str(")")
    }
}
