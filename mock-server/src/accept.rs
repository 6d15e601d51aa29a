//! Accepting connections and handing them to the workers in turn.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, mpsc, watch};

use crate::worker::Worker;

/// How many connections [`bind`] asks the kernel to keep until they are accepted. It keeps fewer
/// where the system's own limit is lower (`net.core.somaxconn`).
///
/// A burst over the usual 128 would lose SYNs, which are only sent again a whole second later.
pub const BACKLOG: u32 = 4096;

/// How long to leave a listener alone that has no descriptor left to accept with.
const BACK_OFF: Duration = Duration::from_millis(20);

/// A connection on its way to the worker that serves it.
pub(crate) struct Accepted {
    pub(crate) stream: TcpStream,
    pub(crate) guest: Guest,
}

/// What a connection brings along besides its socket.
pub(crate) struct Guest {
    /// The client's address.
    pub(crate) origin: IpAddr,
    /// True once the server stops. The server waits for the last of these to go.
    pub(crate) stopping: watch::Receiver<bool>,
    /// One of the connections that may be open at once.
    pub(crate) place: OwnedSemaphorePermit,
}

/// A listener on `addr` (port 0: a free one) with a backlog of [`BACKLOG`] connections.
///
/// # Errors
/// Whatever the system says of the address: in use, not this machine's, or not permitted.
pub fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
    // A server that is started again must not wait for the last one's connections to time out.
    socket.set_reuse_address(true)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG as i32)?;
    Ok(socket.into())
}

/// Brings the connections of all listeners of a server to its workers.
pub(crate) struct Acceptor {
    worker: Arc<Worker>,
    /// The ways to the other workers.
    others: Vec<mpsc::UnboundedSender<Accepted>>,
    places: Arc<Semaphore>,
    /// Connections so far, which says whose turn it is.
    turn: AtomicUsize,
    stopping: watch::Sender<bool>,
}

impl Acceptor {
    pub(crate) fn new(worker: Arc<Worker>, others: Vec<mpsc::UnboundedSender<Accepted>>) -> Self {
        let places = worker.server.options.max_connections.min(Semaphore::MAX_PERMITS);
        Self {
            worker,
            others,
            places: Arc::new(Semaphore::new(places)),
            turn: AtomicUsize::new(0),
            stopping: watch::Sender::new(false),
        }
    }

    /// Accepts from one listener for ever.
    pub(crate) async fn accept(self: Arc<Self>, listener: tokio::net::TcpListener) {
        // The semaphore is never closed.
        while let Ok((accepted, place)) = self.next(&listener).await {
            match accepted {
                Ok((stream, peer)) => {
                    self.worker.server.stats.accepted();
                    self.give(stream, peer.ip(), place);
                }
                // A client that gave up before its turn is no fault of this server's.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(_) => {
                    drop(place);
                    self.worker.server.stats.accept_failed();
                    self.worker.timers.sleep_until(Instant::now() + BACK_OFF).await;
                }
            }
        }
    }

    /// The next connection of a listener, and a place for it.
    ///
    /// A place is not kept while there is no connection: the other listeners may have one.
    async fn next(
        &self,
        listener: &tokio::net::TcpListener,
    ) -> Result<(io::Result<(tokio::net::TcpStream, SocketAddr)>, OwnedSemaphorePermit), AcquireError>
    {
        let mut place = pin!(self.places.clone().acquire_owned());
        poll_fn(|cx| {
            let taken = ready!(place.as_mut().poll(cx))?;
            if let Poll::Ready(accepted) = listener.poll_accept(cx) {
                return Poll::Ready(Ok((accepted, taken)));
            }
            place.set(self.places.clone().acquire_owned());
            Poll::Pending
        })
        .await
    }

    /// Gives a connection to the worker whose turn it is.
    fn give(&self, stream: tokio::net::TcpStream, origin: IpAddr, place: OwnedSemaphorePermit) {
        // A client that is already gone fails here or at the first read: nothing to tell anyone.
        let _ = stream.set_nodelay(true);
        let guest = Guest { origin, stopping: self.stopping.subscribe(), place };
        let turn = self.turn.fetch_add(1, Relaxed) % (self.others.len() + 1);
        let Some(other) = self.others.get(turn) else {
            return self.worker.spawn(stream, guest);
        };
        if let Ok(stream) = stream.into_std() {
            // The other end is only gone if its thread panicked; the client sees a close.
            let _ = other.send(Accepted { stream, guest });
        }
    }

    /// Tells all connections to end, and waits until they have.
    pub(crate) async fn stop(&self) {
        self.stopping.send_replace(true);
        // Every connection holds a receiver for as long as it lives.
        self.stopping.closed().await;
    }
}
