//! Accepting connections and handing them to the workers in turn.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use crate::worker::Worker;

/// Connections that may wait to be accepted. A burst over the usual 128 would lose SYNs, which
/// are only sent again a whole second later.
const BACKLOG: i32 = 4096;

/// How long to leave a listener alone that has no descriptor left to accept with.
const BACK_OFF: Duration = Duration::from_millis(20);

/// A connection on its way to the worker that serves it.
pub(crate) struct Accepted {
    pub(crate) stream: TcpStream,
    /// The client's address.
    pub(crate) origin: IpAddr,
    /// True once the server stops. The server waits for the last of these to go.
    pub(crate) stopping: watch::Receiver<bool>,
    /// One of the connections that may be open at once.
    pub(crate) place: OwnedSemaphorePermit,
}

/// A listener on `addr` (port 0: a free one) with a backlog for bursts of 4,096 connections.
///
/// # Errors
/// Whatever the system says of the address: in use, not this machine's, or not permitted.
pub fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
    // A server that is started again must not wait for the last one's connections to time out.
    socket.set_reuse_address(true)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Accepts for ever, giving connections to this worker and the `others` in turn.
pub(crate) async fn accept(
    worker: &Arc<Worker>,
    listener: &tokio::net::TcpListener,
    others: &[mpsc::UnboundedSender<Accepted>],
    stopping: &watch::Sender<bool>,
) {
    let places = worker.server.options.max_connections.min(Semaphore::MAX_PERMITS);
    let places = Arc::new(Semaphore::new(places));
    let mut turn = 0;
    // The semaphore is never closed.
    while let Ok(place) = places.clone().acquire_owned().await {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // A client that gave up before its turn is no fault of this server's.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(_) => {
                worker.server.stats.accept_failed();
                worker.timers.sleep_until(Instant::now() + BACK_OFF).await;
                continue;
            }
        };
        // A client that is already gone fails here or at the first read: nothing to tell anyone.
        let _ = stream.set_nodelay(true);
        let Ok(stream) = stream.into_std() else { continue };
        let stopping = stopping.subscribe();
        let accepted = Accepted { stream, origin: peer.ip(), stopping, place };
        match others.get(turn) {
            Some(other) => {
                turn += 1;
                // The other end is only gone if its thread panicked; the client sees a close.
                let _ = other.send(accepted);
            }
            None => {
                turn = 0;
                worker.spawn(accepted);
            }
        }
    }
}
