//! The server about itself, outside its own counts.

use std::sync::Arc;

use hyper::StatusCode;

use crate::metrics;
use crate::request::Request;
use crate::response::{self, Refusal};
use crate::route::Draft;
use crate::worker::Worker;

pub(super) fn healthz(_: &Arc<Worker>, _: &Request<'_>) -> Result<Draft, Refusal> {
    Ok(response::empty(StatusCode::OK).into())
}

pub(super) fn stats(worker: &Arc<Worker>, _: &Request<'_>) -> Result<Draft, Refusal> {
    Ok(response::json(&worker.server.stats.snapshot()).into())
}

/// Zeroes the counters and forgets what earlier requests left behind: a run starts anew.
pub(super) fn reset(worker: &Arc<Worker>, request: &Request<'_>) -> Result<Draft, Refusal> {
    worker.server.reset();
    stats(worker, request)
}

pub(super) fn metrics(worker: &Arc<Worker>, _: &Request<'_>) -> Result<Draft, Refusal> {
    let text = metrics::text(&worker.server.stats.snapshot());
    Ok(response::bytes("text/plain; version=0.0.4", text).into())
}
