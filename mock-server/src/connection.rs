//! One connection from its first byte to its last.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::request::Request;
use crate::response::Body;
use crate::route;
use crate::worker::Worker;

/// Serves requests until the client leaves, or the server stops and the last answer is out.
pub(crate) async fn serve(
    worker: Arc<Worker>,
    stream: TcpStream,
    origin: IpAddr,
    mut stopping: watch::Receiver<bool>,
) {
    let _connected = worker.server.stats.connected();
    let service = service_fn(|request| answer(worker.clone(), origin, request));
    let mut connection = http1::Builder::new()
        .timer(worker.timers.clone())
        // The answers are small: one write of head and body together.
        .writev(false)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        biased;
        // An error is the client's doing or its leaving: it has no one to be told to.
        _ = &mut connection => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    std::pin::Pin::new(&mut connection).graceful_shutdown();
    let _ = connection.await;
}

async fn answer(
    worker: Arc<Worker>,
    origin: IpAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let received = Instant::now();
    let reply = {
        let (head, _body) = request.into_parts();
        route::route(&worker, &Request::new(&head, origin))
    };
    Ok(route::hold(worker, received, reply).await)
}
