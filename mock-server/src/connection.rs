//! One connection from its first byte to its last.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::answer::answer;
use crate::line::{Line, Socket, Watchdog};
use crate::worker::Worker;

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// Serves requests until the client leaves or takes too long, a takeover ends the connection, or
/// the server stops and the last answer is out.
pub(crate) async fn serve(
    worker: Arc<Worker>,
    stream: TcpStream,
    origin: IpAddr,
    mut stopping: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    let _connected = worker.server.stats.connected();
    let line = Line::new(origin);
    let mut watchdog = Watchdog::new(&line, &worker.timers, &worker.server.options);
    let socket = Socket { stream, line: line.clone() };
    let service = service_fn(|request| answer(worker.clone(), line.clone(), request));
    let mut connection = http1::Builder::new()
        // The watchdog's work.
        .header_read_timeout(None)
        // The answers are small: one write of head and body together.
        .writev(false)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(socket), service);
    // What goes wrong on a connection is the client's doing or its leaving: there is no one to tell.
    let mut draining = false;
    loop {
        tokio::select! {
            biased;
            _ = &mut connection => break,
            () = &mut watchdog => return,
            () = stopped(&mut stopping), if !draining => {
                draining = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    }
    if let Some(takeover) = line.taken_over() {
        let parts = connection.into_parts();
        let stream = parts.io.into_inner().stream;
        tokio::select! {
            _ = takeover.run(stream, parts.read_buf, &worker) => {}
            () = stopped(&mut stopping) => {}
        }
    }
}

/// Ends once the server is to stop, or is gone.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
