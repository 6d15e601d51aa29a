//! One connection from its first byte to its last.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::answer::answer;
use crate::line::{Line, Socket, Watchdog};

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// Serves requests until the client leaves or takes too long, a takeover ends the connection, or
/// the server stops and the last answer is out.
pub(crate) async fn serve(
    line: Arc<Line>,
    stream: TcpStream,
    stopping: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    let _connected = line.worker.server.stats.connected();
    let mut watchdog = Watchdog::new(line.clone());
    let socket = Socket::new(stream, line.clone());
    let service = service_fn(|request| answer(line.clone(), request));
    let mut connection = http1::Builder::new()
        // The watchdog's work.
        .header_read_timeout(None)
        // The answers are small: one write of head and body together.
        .writev(false)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(socket), service);
    // What goes wrong on a connection is the client's doing or its leaving: there is no one to tell.
    let mut stopped = pin!(stopped(&stopping));
    let mut draining = false;
    loop {
        tokio::select! {
            biased;
            _ = &mut connection => break,
            () = &mut watchdog => return,
            () = &mut stopped, if !draining => {
                draining = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    }
    if let Some(takeover) = line.taken_over() {
        let parts = connection.into_parts();
        let socket = parts.io.into_inner();
        tokio::select! {
            _ = takeover.run(socket, parts.read_buf) => {}
            () = &mut stopped, if !draining => {}
        }
    }
}

/// Ends once the server is to stop, or is gone.
///
/// It is asked whenever the connection does something, so it looks for news before it waits again.
async fn stopped(stopping: &watch::Receiver<bool>) {
    let mut waiter = stopping.clone();
    let mut stop = pin!(waiter.wait_for(|stopping| *stopping));
    let mut waiting = false;
    poll_fn(|cx| {
        if waiting && stopping.has_changed().is_ok_and(|changed| !changed) {
            return Poll::Pending;
        }
        waiting = true;
        stop.as_mut().poll(cx).map(drop)
    })
    .await;
}
