//! The clients and workloads of a program by name, and how any of them runs any other.
//!
//! [`catalogue!`](crate::catalogue!) writes a program out for every pair of a client and a workload,
//! so that which client runs is decided before the clock starts, and nothing inside a batch is
//! decided at run time.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Client;
use crate::http;
use crate::meter::Usage;
use crate::runtime::Environment;
use crate::workload::{By, Expected, Model, Servers, Shape, Timing, Workload, Wrong};

/// Every client and workload of a program, in the order of reports.
pub struct Catalogue {
    /// The kinds of client.
    pub clients: Vec<Kind>,
    /// The workloads.
    pub workloads: Vec<Entry>,
}

/// Makes the [`Catalogue`] of these clients and workloads, all of them types.
///
/// ```
/// use waitmark_harness::{clients::*, workloads::*};
///
/// let catalogue = waitmark_harness::catalogue! {
///     clients: [Sequential, Tokio],
///     workloads: [FanOut, Pipeline],
/// };
/// assert_eq!(catalogue.clients[1].name, "tokio");
/// ```
#[macro_export]
macro_rules! catalogue {
    (clients: [$($client:ty),* $(,)?], workloads: $workloads:tt $(,)?) => {
        $crate::catalogue::Catalogue {
            clients: vec![$($crate::catalogue!(@client $client, $workloads)),*],
            workloads: $crate::catalogue!(@workloads $workloads),
        }
    };
    (@client $client:ty, [$($workload:ty),* $(,)?]) => {
        $crate::catalogue::Kind::of::<$client>(
            vec![$($crate::catalogue::Runner::of::<$client, $workload>()),*],
        )
    };
    (@workloads [$($workload:ty),* $(,)?]) => {
        vec![$($crate::catalogue::Entry::of::<$workload>()),*]
    };
}

/// A kind of client, whatever its type.
pub struct Kind {
    /// Its name, e.g. `thread-pool`.
    pub name: &'static str,
    /// Its concurrency model.
    pub model: Model,
    /// The crates whose versions say what was measured.
    pub crates: &'static [&'static str],
    /// Checks settings and fills in what they leave out.
    pub settings: fn(Value) -> Read<Value>,
    /// How many things such a client can do at once in a batch of n; `None` for no limit.
    pub limit: fn(&Value, usize) -> Read<Option<NonZero<usize>>>,
    /// Variables that its process must be started with.
    pub environment: fn(&Value) -> Read<Environment>,
    /// One for each workload, in the catalogue's order.
    runners: Vec<Runner>,
}

/// A workload, whatever its type.
pub struct Entry {
    /// Its name, e.g. `fan_out`.
    pub name: &'static str,
    /// What n counts, in the singular.
    pub unit: &'static str,
    /// Whether the profile's delays are for it.
    pub delayed: bool,
    /// Checks parameters and fills in what they leave out.
    pub params: fn(Value) -> Read<Value>,
    /// What a batch has to come to, done by such a client.
    pub expected: fn(&AnyShape, By) -> Read<Expected>,
}

/// A shape whose parameters are some workload's.
pub type AnyShape = Shape<Value>;

/// What settings or parameters say, if they are such a client's or workload's.
pub type Read<T> = Result<T, serde_json::Error>;

type Start = fn(&Value, AnyShape, Servers) -> Result<Box<dyn Batches>, StartError>;

/// Starts one client for one workload.
pub struct Runner {
    workload: &'static str,
    start: Start,
}

/// Why batches can't be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings or parameters are no such client's or workload's.
    #[error(transparent)]
    Settings(#[from] serde_json::Error),
    /// The client can't be started.
    #[error("can't start the client: {0}")]
    Client(io::Error),
    /// There can be no such batch.
    #[error("can't plan the batch: {0}")]
    Plan(http::Error),
    /// The very first batch went wrong.
    #[error("warm-up: {0}")]
    WarmUp(Wrong),
    /// The program has no such workload.
    #[error("no workload is named `{0}`")]
    UnknownWorkload(String),
}

impl Catalogue {
    /// The kind of this name.
    pub fn client(&self, name: &str) -> Option<&Kind> {
        self.clients.iter().find(|kind| kind.name == name)
    }

    /// The workload of this name.
    pub fn workload(&self, name: &str) -> Option<&Entry> {
        self.workloads.iter().find(|entry| entry.name == name)
    }
}

impl Kind {
    #[doc(hidden)]
    pub fn of<C: Client>(runners: Vec<Runner>) -> Self {
        Kind {
            name: C::KIND,
            model: C::MODEL,
            crates: C::CRATES,
            settings: filled_in::<C::Settings>,
            limit: |settings, n| Ok(C::limit(&C::Settings::deserialize(settings)?, n)),
            environment: |settings| Ok(C::environment(&C::Settings::deserialize(settings)?)),
            runners,
        }
    }

    /// Starts such a client and runs the workload's warm-up batch.
    ///
    /// # Errors
    ///
    /// A [`StartError`] that says what is wrong.
    pub fn start(
        &self,
        settings: &Value,
        workload: &str,
        shape: AnyShape,
        servers: Servers,
    ) -> Result<Box<dyn Batches>, StartError> {
        let runner = self.runners.iter().find(|runner| runner.workload == workload);
        let unknown = || StartError::UnknownWorkload(workload.to_owned());
        (runner.ok_or_else(unknown)?.start)(settings, shape, servers)
    }
}

impl Entry {
    #[doc(hidden)]
    pub fn of<W: Workload>() -> Self {
        Entry {
            name: W::NAME,
            unit: W::UNIT,
            delayed: W::DELAYED,
            params: filled_in::<W::Parameters>,
            expected: |shape, by| Ok(W::expected(&typed::<W>(shape)?, by)),
        }
    }
}

impl Runner {
    #[doc(hidden)]
    pub fn of<C: Client, W: Workload>() -> Self {
        Runner {
            workload: W::NAME,
            start: |settings, shape, servers| {
                let settings = C::Settings::deserialize(settings)?;
                let client = C::start(&settings, shape.n).map_err(StartError::Client)?;
                let plan = |shape| W::plan(shape, servers.clone()).map_err(StartError::Plan);
                let warm_up = plan(W::warm_up(typed::<W>(&shape)?))?;
                let plan = plan(typed::<W>(&shape)?)?;
                let mut running = Running { client, plan: Arc::new(warm_up) };
                running.run().map_err(StartError::WarmUp)?;
                Ok(Box::new(Running { plan: Arc::new(plan), ..running }))
            },
        }
    }
}

/// Reads settings or parameters, and gives them back with every default.
fn filled_in<T: Serialize + DeserializeOwned>(value: Value) -> Read<Value> {
    let read = serde_path_to_error::deserialize::<_, T>(value).map_err(|error| {
        let (path, problem) = (error.path().to_string(), error.inner().to_string());
        // Some problems name their place themselves.
        let named = path == "." || problem.contains(&format!("`{path}`"));
        let place = if named { String::new() } else { format!("{path}: ") };
        serde_json::Error::custom(format!("{place}{problem}"))
    })?;
    serde_json::to_value(read)
}

fn typed<W: Workload>(shape: &AnyShape) -> Read<Shape<W::Parameters>> {
    let params = W::Parameters::deserialize(&shape.params)?;
    Ok(Shape { n: shape.n, delay: shape.delay, params })
}

/// A started client with a planned workload.
pub trait Batches {
    /// Runs one batch: makes its input, times it, and checks its outcome.
    ///
    /// # Errors
    ///
    /// What is wrong with the outcome.
    fn run(&mut self) -> Result<Taken, Wrong>;
}

/// What a batch took.
#[derive(Clone, Debug)]
pub struct Taken {
    /// From before its first step to after its last.
    pub time: Duration,
    /// What the process used in that time; `None` where it is not measured.
    pub usage: Option<Usage>,
    /// What the workload tells of moments inside it.
    pub timings: Vec<Timing>,
}

/// How many batches there have been in this process.
static BATCHES: AtomicU64 = AtomicU64::new(0);

struct Running<C, W> {
    client: C,
    plan: Arc<W>,
}

impl<C: Client, W: Workload> Batches for Running<C, W> {
    fn run(&mut self) -> Result<Taken, Wrong> {
        let batch = BATCHES.fetch_add(1, Ordering::Relaxed);
        let input = self.plan.input(batch).map_err(|error| Wrong {
            first: format!("the batch's input: {error}"),
            kinds: [(error.kind(), 1)].into(),
        })?;
        let input = Arc::new(input);
        let before = Usage::now();
        let start = Instant::now();
        let outcome = self.client.run(&self.plan, &input);
        let time = start.elapsed();
        let usage = Usage::now().zip(before).map(|(after, before)| after - before);
        self.plan.check(&input, &outcome)?;
        Ok(Taken { time, usage, timings: self.plan.timings(&outcome) })
    }
}
