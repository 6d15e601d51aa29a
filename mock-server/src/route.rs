//! Which endpoint answers a path, and the one place where an answer waits for its delay.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::Response;

use crate::endpoints::{delay, observe, status};
use crate::request::Request;
use crate::response::{Body, Refusal};
use crate::worker::Worker;

/// What an endpoint makes of a request, at once: the answer, and how long to hold it back.
pub(crate) struct Reply {
    pub(crate) response: Response<Body>,
    /// How long to wait before answering. `None`: the request is not one that the counters are for.
    pub(crate) delay: Option<Duration>,
}

impl From<Response<Body>> for Reply {
    fn from(response: Response<Body>) -> Self {
        Self { response, delay: None }
    }
}

/// The answer of the endpoint that the path names.
pub(crate) fn route(worker: &Worker, request: &Request<'_>) -> Reply {
    let segments = match request.segments() {
        Ok(segments) => segments,
        Err(refusal) => return refusal.response().into(),
    };
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    let reply = match segments[..] {
        ["delay", seconds] => delay::delay(&worker.server.options, request, seconds),
        ["status", code] => status::status(code),
        ["healthz"] => observe::healthz(),
        ["stats"] => observe::stats(worker),
        ["stats", "reset"] => observe::reset(worker),
        _ => Err(Refusal::not_found(format!("no endpoint {}", request.uri.path()))),
    };
    reply.unwrap_or_else(|refusal| refusal.response().into())
}

/// Holds the reply back for its delay, counted from `received`, and counts what came of it.
pub(crate) async fn hold(worker: Arc<Worker>, received: Instant, reply: Reply) -> Response<Body> {
    let Some(delay) = reply.delay else {
        return reply.response;
    };
    let in_flight = worker.server.stats.enter();
    if !delay.is_zero() {
        let deadline = received + delay;
        worker.timers.sleep_until(deadline).await;
        in_flight.due(deadline);
    }
    in_flight.answered();
    reply.response
}
