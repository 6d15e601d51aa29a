//! `/limited`: enforces a rate, so that a client that limits itself can prove that it does.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::StatusCode;
use hyper::header::{HeaderValue, RETRY_AFTER};
use serde_json::json;

use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::route::Draft;
use crate::worker::Worker;

/// One limiter for each rate, period and key.
#[derive(Default)]
pub(crate) struct Limiters {
    limiters: Mutex<HashMap<Limit, VecDeque<Instant>>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Limit {
    key: String,
    rate: usize,
    period: Duration,
}

/// The highest rate: as many instants are remembered for each limit.
const MAX_RATE: usize = 10_000;

/// Limits that are remembered at once.
const MAX_LIMITS: usize = 1_000;

impl Limiters {
    /// Admits a request, or says how long it would have had to wait: never more than `rate`
    /// requests are admitted within any `period`, wherever it begins.
    fn admit(&self, limit: Limit, now: Instant) -> Result<Option<Duration>, Refusal> {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        if limiters.len() >= MAX_LIMITS && !limiters.contains_key(&limit) {
            return Err(Refusal::bad_request(format!(
                "key: over {MAX_LIMITS} limits are in use; /stats/reset forgets them"
            )));
        }
        let (rate, period) = (limit.rate, limit.period);
        let admitted = limiters.entry(limit).or_default();
        if admitted.len() == rate
            && let Some(free) = admitted.front().map(|oldest| *oldest + period)
        {
            if now < free {
                return Ok(Some(free - now));
            }
            admitted.pop_front();
        }
        admitted.push_back(now);
        Ok(None)
    }

    pub(crate) fn forget(&self) {
        self.limiters.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

pub(super) fn limited(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let max_period = worker.server.options.max_duration;
    let limit = Limit {
        key: request.argument("key")?.unwrap_or_default().into(),
        rate: request.number("rate", 1..=MAX_RATE)?.unwrap_or(5),
        period: request.duration("period", max_period)?.unwrap_or(Duration::from_secs(1)),
    };
    match worker.server.limiters.admit(limit, Instant::now())? {
        None => Ok(Response::json(&json!({ "limited": false })).into()),
        Some(wait) => Ok(too_many(wait).into()),
    }
}

/// 429, with the wait in whole seconds for the header and as it is in the body.
fn too_many(wait: Duration) -> Response {
    let seconds = wait.as_secs_f64().ceil() as u64;
    Response::json(&json!({ "limited": true, "retry_after": wait.as_secs_f64() }))
        .with_status(StatusCode::TOO_MANY_REQUESTS)
        .with_header(RETRY_AFTER, HeaderValue::from(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_of_a_period_has_more_than_the_rate() {
        let limiters = Limiters::default();
        let start = Instant::now();
        let period = Duration::from_secs(2);
        let at = |millis| {
            let limit = Limit { key: String::new(), rate: 2, period };
            limiters.admit(limit, start + Duration::from_millis(millis)).unwrap()
        };
        assert_eq!(at(0), None);
        assert_eq!(at(1500), None);
        assert_eq!(at(1999), Some(Duration::from_millis(1)));
        assert_eq!(at(2000), None);
        // The second was at 1500: a window that began at 0 and one that began at 2 s would allow it.
        assert_eq!(at(2001), Some(Duration::from_millis(1499)));
        assert_eq!(at(3500), None);
    }
}
