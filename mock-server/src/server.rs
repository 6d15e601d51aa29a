//! Running a server: on the calling thread until told to stop, or in the background of a test.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::accept::{self, Accepted, Acceptor};
use crate::options::Options;
use crate::worker::{Shared, Worker};

/// How much longer than the maximum delay a stopping server waits for the answers in flight.
const DRAIN_GRACE: Duration = Duration::from_secs(1);

/// Serves `listeners`, all as one server, until `shutdown` ends, then answers what is in flight and
/// returns.
///
/// Blocks the calling thread, which is the first worker; `shutdown` is polled on it, inside a
/// tokio runtime with I/O enabled. Once it ends no connection is accepted any more, idle ones are
/// closed, and those with a request are given the maximum delay and a second to get their answer.
///
/// # Errors
/// If there is no listener, one can't be watched, or a thread, runtime or timer can't be made.
pub fn run(
    listeners: impl IntoIterator<Item = TcpListener>,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let options = options.bounded();
    let drain = options.max_delay + DRAIN_GRACE;
    serve(listeners.into_iter().collect(), options, drain, shutdown)
}

/// [`run`], with a limit of `drain` on how long the answers in flight are waited for.
fn serve(
    listeners: Vec<TcpListener>,
    options: Options,
    drain: Duration,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    if listeners.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no listener to serve is given"));
    }
    let others = options.threads.saturating_sub(1);
    let server = Arc::new(Shared::new(options));

    let (senders, threads): (Vec<_>, Vec<_>) =
        (0..others).map(|_| start_worker(server.clone())).collect::<io::Result<_>>()?;
    let served = Worker::block_on(server, |worker| async move {
        // The senders go with it, and the other workers end with their sender.
        let acceptor = Arc::new(Acceptor::new(worker.clone(), senders));
        let mut accepting = JoinSet::new();
        for listener in listeners {
            accepting.spawn(acceptor.clone().accept(watched(listener)?));
        }
        tokio::select! {
            biased;
            () = shutdown => {}
            // Nobody stops accepting but by a panic, which has been reported where it happened.
            Some(ended) = accepting.join_next() => ended?,
        }
        accepting.shutdown().await;
        tokio::select! {
            () = acceptor.stop() => {}
            () = worker.timers.sleep_until(Instant::now() + drain) => {}
        }
        io::Result::Ok(())
    });
    for thread in threads {
        // A worker's panic has been reported where it happened.
        let _ = thread.join();
    }
    served?
}

/// A listener that the current runtime watches.
fn watched(listener: TcpListener) -> io::Result<tokio::net::TcpListener> {
    let addr = listener.local_addr()?;
    listener
        .set_nonblocking(true)
        .and_then(|()| tokio::net::TcpListener::from_std(listener))
        .map_err(|error| {
            io::Error::new(error.kind(), format!("can't watch the listener on {addr}: {error}"))
        })
}

/// Starts one of the further workers, which serves what it is sent.
fn start_worker(
    server: Arc<Shared>,
) -> io::Result<(mpsc::UnboundedSender<Accepted>, JoinHandle<io::Result<()>>)> {
    let (sender, accepted) = mpsc::unbounded_channel();
    let thread = std::thread::Builder::new()
        .name("worker".into())
        .spawn(move || Worker::block_on(server, |worker| worker.serve(accepted)))?;
    Ok((sender, thread))
}

/// A server in the background, on a free port of the loopback interface; stopped when dropped.
///
/// Dropping it does not wait for delays in flight: their clients see the connection close.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Server {
    /// Starts a server with the default options.
    ///
    /// # Errors
    /// If no port is free or no thread can be started.
    pub fn start() -> io::Result<Self> {
        Self::start_with(Options::default())
    }

    /// Starts a server with these options.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_with(options: Options) -> io::Result<Self> {
        let listener = accept::bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("mock-server".into()).spawn(move || {
            serve(vec![listener], options.bounded(), Duration::ZERO, async {
                // An error is the guard's drop, which is a stop as well.
                let _ = stopped.await;
            })
        })?;
        Ok(Self { addr, stop: Some(stop), thread: Some(thread) })
    }

    /// Where the server listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The server's address as a URL without a slash at the end: `http://127.0.0.1:49152`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
