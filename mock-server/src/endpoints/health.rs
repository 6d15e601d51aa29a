//! The server about itself, outside its own counts.

use hyper::StatusCode;
use hyper::header::HeaderValue;

use crate::metrics;
use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::route::Draft;
use crate::worker::Worker;

static PROMETHEUS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4");

pub(super) fn healthz(_: &Worker, _: &Request<'_>) -> Result<Draft, Refusal> {
    Ok(Response::empty(StatusCode::OK).into())
}

pub(super) fn stats(worker: &Worker, _: &Request<'_>) -> Result<Draft, Refusal> {
    Ok(Response::json(&worker.server.stats.snapshot()).into())
}

/// Zeroes the counters and forgets what earlier requests left behind: a run starts anew.
pub(super) fn reset(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    worker.server.reset();
    stats(worker, request)
}

pub(super) fn metrics(worker: &Worker, _: &Request<'_>) -> Result<Draft, Refusal> {
    let text = metrics::text(&worker.server.stats.snapshot());
    Ok(Response::bytes(&PROMETHEUS, text).into())
}
