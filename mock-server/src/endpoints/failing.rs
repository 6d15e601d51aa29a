//! Endpoints that fail: so many times, for ever, or on the wire.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hyper::StatusCode;
use serde_json::json;

use crate::fault::Fault;
use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::route::{Draft, Ending};
use crate::takeover::Takeover;
use crate::worker::Worker;

/// How often each key of `/flaky` was tried.
#[derive(Default)]
pub(crate) struct Attempts {
    tried: Mutex<HashMap<String, u64>>,
}

/// Keys that are remembered at once.
const MAX_KEYS: usize = 100_000;

impl Attempts {
    /// The number of this attempt, from 1 on. `None`: there are too many keys to remember.
    fn count(&self, key: &str) -> Option<u64> {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        if tried.len() >= MAX_KEYS && !tried.contains_key(key) {
            return None;
        }
        let attempts = tried.entry(key.into()).or_default();
        *attempts += 1;
        Some(*attempts)
    }

    pub(crate) fn forget(&self) {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// 503 for the first `?fails=` attempts with this key, 200 from then on.
pub(super) fn flaky(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let fails = request.number("fails", 0..=u64::MAX)?.unwrap_or(1);
    let key = request.value;
    let attempt = worker.server.attempts.count(key).ok_or_else(|| {
        Refusal::bad_request(format!("key: over {MAX_KEYS} are in use; /stats/reset forgets them"))
    })?;
    let failed = attempt <= fails;
    let response = Response::json(&json!({ "key": key, "attempt": attempt, "failed": failed }));
    let status = if failed { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    Ok(response.with_status(status).into())
}

/// Keeps the client waiting until it leaves; closes the connection when the longest duration is up.
pub(super) fn never(worker: &Worker, _: &Request<'_>) -> Result<Draft, Refusal> {
    let ending = Ending::Takeover(Takeover::Fault(Fault::Empty));
    Ok(Draft { ending, delay: Some(worker.server.options.max_duration) })
}

pub(super) fn fault(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let kind = Fault::named(request.value)
        .ok_or_else(|| Refusal::not_found(format!("kind: is not one of {}", Fault::names())))?;
    Ok(Takeover::Fault(kind).into())
}
