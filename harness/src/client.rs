//! What a client is: a way to run any workload.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use futures_lite::future::block_on;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::runtime::{Environment, Runtime};
use crate::workload::{Model, Workload};

/// A concurrency model that runs workloads. Every [`Runtime`] is one.
///
/// One is started for each cell and dropped after it. Its threads begin and end with it, where they
/// are its own: those of a global executor last as long as the process.
pub trait Client: Sized + 'static {
    /// The kind's name, e.g. `thread-pool`; profiles name their clients as they like.
    const KIND: &'static str;
    /// Its concurrency model.
    const MODEL: Model;
    /// The crates whose versions say what was measured; none for what std does.
    const CRATES: &'static [&'static str] = &[];

    /// What a profile may set. Sizes are set or have a fixed default, never left to a library's.
    type Settings: Serialize + DeserializeOwned;

    /// Starts the client for batches of `n`.
    ///
    /// # Errors
    ///
    /// If its threads can't be started, or the process lacks its [`environment`].
    ///
    /// [`environment`]: Client::environment
    fn start(settings: &Self::Settings, n: usize) -> io::Result<Self>;

    /// How many things it can do at once in a batch of `n`; `None` for no limit.
    fn limit(settings: &Self::Settings, n: usize) -> Option<NonZero<usize>>;

    /// Variables that a process must be started with to run this client.
    fn environment(_settings: &Self::Settings) -> Environment {
        Environment::new()
    }

    /// Runs one batch.
    fn run<W: Workload>(&self, workload: &Arc<W>, input: &Arc<W::Input>) -> W::Outcome;
}

/// The settings of a client that has none.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// The settings of an async runtime.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeSettings {
    /// Worker threads; as many as the machine has CPUs, unless set.
    #[serde(default = "cpus")]
    pub workers: NonZero<usize>,
}

fn cpus() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

impl<R: Runtime> Client for R {
    const KIND: &'static str = R::KIND;
    const MODEL: Model = Model::Tasks;
    const CRATES: &'static [&'static str] = R::CRATES;

    type Settings = RuntimeSettings;

    fn start(settings: &RuntimeSettings, _: usize) -> io::Result<Self> {
        R::start(settings.workers)
    }

    fn limit(_: &RuntimeSettings, _: usize) -> Option<NonZero<usize>> {
        None
    }

    fn environment(settings: &RuntimeSettings) -> Environment {
        R::environment(settings.workers)
    }

    /// The root future runs on a worker, as it would in a service. The calling thread only waits,
    /// by the same means for all: some runtimes' own `block_on` would have it drive I/O, and so
    /// give them a worker more than was set.
    fn run<W: Workload>(&self, workload: &Arc<W>, input: &Arc<W::Input>) -> W::Outcome {
        let (runtime, workload, input) = (self.clone(), Arc::clone(workload), Arc::clone(input));
        block_on(self.spawn(async move { workload.concurrent(&runtime, &input).await }))
    }
}
