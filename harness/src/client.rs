//! The list of clients, and how any of them runs any workload.

use std::fmt;
use std::io;
use std::num::NonZero;
use std::str::FromStr;
use std::sync::Arc;

use futures_lite::future::block_on;

use crate::clients::{async_std, sequential, smol, thread_pool, tokio};
use crate::runtime::Runtime;
use crate::workload::{Outcome, Workload};

/// What makes the clients comparable: sizes that are set, never left to a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Worker threads of each async runtime.
    pub workers: NonZero<usize>,
    /// Threads of the thread pool.
    pub pool_width: NonZero<usize>,
}

/// A way to run workloads. Every [`Runtime`] is one.
pub(crate) trait Drive: Sized {
    /// Starts the threads of the client.
    fn start(settings: &Settings) -> io::Result<Self>;

    /// Runs one batch.
    fn run<W: Workload>(&self, workload: &Arc<W>) -> Outcome;

    /// Requests that the client can have in flight at once; `None` for no limit.
    fn width(settings: &Settings) -> Option<NonZero<usize>>;
}

impl<R: Runtime> Drive for R {
    fn start(settings: &Settings) -> io::Result<Self> {
        R::start(settings.workers.get())
    }

    /// The root future runs on a worker, as it would in a service. The calling thread only waits,
    /// by the same means for all: some runtimes' own `block_on` would have it drive I/O, and so
    /// give them a worker more than was set.
    fn run<W: Workload>(&self, workload: &Arc<W>) -> Outcome {
        let (runtime, workload) = (self.clone(), Arc::clone(workload));
        block_on(self.spawn(async move { workload.concurrent(&runtime).await }))
    }

    fn width(_: &Settings) -> Option<NonZero<usize>> {
        None
    }
}

/// Makes the list of clients from a line each: its kind, its type, its name, and what it is.
macro_rules! clients {
    ($($kind:ident($client:ty) = $name:literal, $doc:literal;)*) => {
        /// Which client: a concurrency model that sends the load.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = $doc] $kind,)*
        }

        impl Kind {
            /// Every client, in the order of reports.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)*];

            /// The client's name, as profiles and reports write it.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name,)* }
            }

            fn limit(self, settings: &Settings) -> Option<NonZero<usize>> {
                match self { $(Kind::$kind => <$client as Drive>::width(settings),)* }
            }

            /// Starts the client: its threads begin here and end when it is dropped.
            ///
            /// # Errors
            ///
            /// If its threads can't be started, or the process lacks its [`environment`].
            ///
            /// [`environment`]: Kind::environment
            pub fn start(self, settings: &Settings) -> io::Result<Client> {
                Ok(Client(match self {
                    $(Kind::$kind => Started::$kind(<$client as Drive>::start(settings)?),)*
                }))
            }
        }

        enum Started {
            $($kind($client),)*
        }

        impl Client {
            /// Runs `workload` once. Which client this is is decided here, once a batch.
            pub fn run<W: Workload>(&self, workload: &Arc<W>) -> Outcome {
                match &self.0 { $(Started::$kind(client) => Drive::run(client, workload),)* }
            }
        }
    };
}

clients! {
    Sequential(sequential::Sequential) = "sequential", "One request after the other.";
    ThreadPool(thread_pool::ThreadPool) = "thread-pool", "Blocking requests on a pool of threads.";
    Tokio(tokio::Tokio) = "tokio", "tokio's multi-thread runtime.";
    AsyncStd(async_std::AsyncStd) = "async-std", "async-std's global executor.";
    Smol(smol::Smol) = "smol", "A smol executor on threads of its own.";
}

/// A started client.
pub struct Client(Started);

impl Kind {
    /// Requests that the client has in flight at once, at most, when it is given `n`.
    pub fn width(self, n: usize, settings: &Settings) -> usize {
        self.limit(settings).map_or(n, |width| width.get().min(n))
    }

    /// Variables that a process must be started with to run this client.
    pub fn environment(self, settings: &Settings) -> Vec<(&'static str, String)> {
        match self {
            Kind::AsyncStd => vec![(async_std::THREAD_COUNT, settings.workers.to_string())],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error of a name that no client has.
#[derive(Debug, thiserror::Error)]
#[error("no client is named `{0}`; there are {names}", names = Kind::ALL.iter().map(|k| k.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownClient(String);

impl FromStr for Kind {
    type Err = UnknownClient;

    fn from_str(name: &str) -> Result<Self, UnknownClient> {
        Kind::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownClient(name.to_owned()))
    }
}
