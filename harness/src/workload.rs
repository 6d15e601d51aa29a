//! What is to be done: the trait of workloads and their list.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::client::Client;
use crate::http::{Error, Response};
use crate::runtime::Runtime;
use crate::thread_pool::ThreadPool;
use crate::workloads::fan_out;

/// The size of a batch and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// The mock server.
    pub server: SocketAddr,
    /// Requests.
    pub n: usize,
    /// The delay of each.
    pub delay: Duration,
}

/// Something to do, written once for threads and once for async runtimes.
pub trait Workload: Send + Sync + 'static {
    /// Does it on blocking threads.
    fn blocking(&self, threads: &ThreadPool) -> Outcome;

    /// Does it on an async runtime.
    fn concurrent<R: Runtime>(&self, runtime: &R) -> impl Future<Output = Outcome> + Send;

    /// Checks the outcome against what a right one is.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn check(&self, outcome: &Outcome) -> Result<(), Wrong>;
}

/// What a batch came to: an answer or an error for each request, in the order of the calls.
#[derive(Debug)]
pub struct Outcome {
    /// The answers.
    pub answers: Vec<Result<Response, Error>>,
}

/// What is wrong with an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The first thing that is wrong.
    pub first: String,
    /// How many answers are wrong, by kind.
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

/// A workload in the list.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name, as profiles and reports write it.
    pub name: &'static str,
    /// Makes its plan for a batch.
    pub plan: fn(&Batch) -> Result<Box<dyn AnyWorkload>, Error>,
}

/// Every workload, in the order of reports.
pub const ALL: &[Entry] = &[Entry { name: "fan_out", plan: |batch| fan_out::FanOut::plan(batch) }];

/// A planned workload of any kind, for callers that pick it by name.
pub trait AnyWorkload {
    /// Runs it once on `client`.
    fn run(&self, client: &Client) -> Outcome;

    /// Checks the outcome against what a right one is.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn check(&self, outcome: &Outcome) -> Result<(), Wrong>;
}

impl<W: Workload> AnyWorkload for Arc<W> {
    fn run(&self, client: &Client) -> Outcome {
        client.run(self)
    }

    fn check(&self, outcome: &Outcome) -> Result<(), Wrong> {
        W::check(self, outcome)
    }
}
