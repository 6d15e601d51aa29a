//! A worker thread: a runtime of its own, the timers that drive it, and the connections given to it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use crate::accept::{Accepted, Guest};
use crate::chat::Rooms;
use crate::connection;
use crate::endpoints::{Attempts, Limiters};
use crate::line::Line;
use crate::options::Options;
use crate::stats::Stats;
use crate::timer::{IDLE_TURN, TURN, Timers};

/// What all workers of one server share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) stats: Stats,
    pub(crate) attempts: Attempts,
    pub(crate) limiters: Limiters,
    pub(crate) rooms: Rooms,
    /// Requests so far that drew without a seed of their own.
    draws: AtomicU64,
}

impl Shared {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            stats: Stats::new(),
            attempts: Attempts::default(),
            limiters: Limiters::default(),
            rooms: Rooms::default(),
            draws: AtomicU64::new(0),
        }
    }

    /// The seed for the next request that has none.
    pub(crate) fn next_seed(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.options.seed, self.draws.fetch_add(1, Relaxed)).hash(&mut hasher);
        hasher.finish()
    }

    /// Starts over, but for the connections and the requests in flight.
    pub(crate) fn reset(&self) {
        self.stats.reset();
        self.attempts.forget();
        self.limiters.forget();
        self.draws.store(0, Relaxed);
    }
}

/// What a connection needs from the thread it is served on.
pub(crate) struct Worker {
    pub(crate) server: Arc<Shared>,
    pub(crate) timers: Timers,
}

impl Worker {
    /// Runs `main` on this thread; connections that are still open when it ends are dropped.
    pub(crate) fn block_on<F: Future>(
        server: Arc<Shared>,
        main: impl FnOnce(Arc<Self>) -> F,
    ) -> io::Result<F::Output> {
        let timers = Timers::new()?;
        let runtime = runtime(&timers)?;
        let _entered = runtime.enter();
        let _attached = timers.attach()?;
        Ok(runtime.block_on(main(Arc::new(Self { server, timers }))))
    }

    /// Serves the connections that come through `accepted` until its sender is gone.
    pub(crate) async fn serve(self: Arc<Self>, mut accepted: mpsc::UnboundedReceiver<Accepted>) {
        while let Some(Accepted { stream, guest }) = accepted.recv().await {
            // A socket that the poller has no room for is closed, and its client sees that.
            if let Ok(stream) = TcpStream::from_std(stream) {
                self.spawn(stream, guest);
            }
        }
    }

    /// Ends when this thread has dealt with all that clients had done before.
    ///
    /// Linux tells of events in the order in which they came, so the thread has seen those from before
    /// when it sees one that is made here. Three times: a client may have to be accepted, then read,
    /// then found to be gone.
    pub(crate) async fn catch_up(&self) -> io::Result<()> {
        for _ in 0..3 {
            let (here, there) = UnixStream::pair()?;
            // A new socket counts as readable until it was tried.
            let _ = here.try_read(&mut [0]);
            there.try_write(&[0])?;
            here.readable().await?;
        }
        Ok(())
    }

    /// Starts serving a connection on this thread.
    pub(crate) fn spawn(self: &Arc<Self>, stream: TcpStream, guest: Guest) {
        let Guest { origin, stopping, place } = guest;
        let line = Line::new(self.clone(), origin);
        tokio::spawn(connection::serve(line, stream, stopping, place));
    }
}

/// A runtime without a clock of its own: it parks until I/O or the timers' alarm wakes it.
fn runtime(timers: &Timers) -> io::Result<Runtime> {
    let (parking, unparked) = (timers.clone(), timers.clone());
    Builder::new_current_thread()
        .enable_io()
        .max_io_events_per_tick(IDLE_TURN)
        .max_io_events_per_busy_tick(TURN)
        .on_thread_park(move || parking.before_park())
        .on_thread_unpark(move || unparked.after_park())
        .build()
}
