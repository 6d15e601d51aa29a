//! `/healthz`, `/stats` and `/stats/reset`: the server about itself, outside its own counts.

use hyper::StatusCode;

use crate::response::{self, Refusal};
use crate::route::Reply;
use crate::worker::Worker;

pub(crate) fn healthz() -> Result<Reply, Refusal> {
    Ok(response::empty(StatusCode::OK).into())
}

pub(crate) fn stats(worker: &Worker) -> Result<Reply, Refusal> {
    Ok(response::json(&worker.server.stats.snapshot()).into())
}

pub(crate) fn reset(worker: &Worker) -> Result<Reply, Refusal> {
    worker.server.stats.reset();
    Ok(response::json(&worker.server.stats.snapshot()).into())
}
