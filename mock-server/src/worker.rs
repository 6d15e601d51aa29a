//! A worker thread: a runtime of its own, the timers that drive it, and the connections given to it.

use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use crate::accept::Accepted;
use crate::connection;
use crate::options::Options;
use crate::stats::Stats;
use crate::timer::Timers;

/// What all workers of one server share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) stats: Stats,
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
        while let Some(accepted) = accepted.recv().await {
            self.spawn(accepted);
        }
    }

    /// Starts serving a connection on this thread.
    pub(crate) fn spawn(self: &Arc<Self>, accepted: Accepted) {
        // A socket that the poller has no room for is closed, and its client sees that.
        if let Ok(stream) = tokio::net::TcpStream::from_std(accepted.stream) {
            tokio::spawn(connection::serve(
                self.clone(),
                stream,
                accepted.origin,
                accepted.stopping,
            ));
        }
    }
}

/// A runtime without a clock of its own: it parks until I/O or the timers' alarm wakes it.
fn runtime(timers: &Timers) -> io::Result<Runtime> {
    let timers = timers.clone();
    Builder::new_current_thread().enable_io().on_thread_park(move || timers.before_park()).build()
}
