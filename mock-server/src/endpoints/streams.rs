//! Bodies of a size or over a time: `/bytes`, `/stream`, `/drip` and `/cursor`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::HeaderValue;
use serde::Serialize;

use super::echo::Got;
use crate::argument;
use crate::body::Body;
use crate::chance;
use crate::request::Request;
use crate::response::{self, Refusal};
use crate::route::{Draft, Ending};
use crate::worker::Worker;

const OCTETS: &str = "application/octet-stream";

/// Pieces that a drip is cut into at most: more bytes come several at a time.
const MAX_PIECES: usize = 10_000;

/// What one byte more of a drip looks like.
const DROP: u8 = b'*';

/// `n` random bytes.
pub(super) fn bytes(worker: &Arc<Worker>, request: &Request<'_>) -> Result<Draft, Refusal> {
    let length = argument::number("n", request.segment(1), 0..=worker.server.options.max_body)?;
    let mut rng = chance::generator(worker, request)?;
    let mut bytes = vec![0; length];
    rng.fill(&mut bytes);
    Ok(response::bytes(OCTETS, bytes).into())
}

/// `n` lines of JSON that each echo the request, numbered by `id`.
pub(super) fn stream(worker: &Arc<Worker>, request: &Request<'_>) -> Result<Draft, Refusal> {
    #[derive(Serialize)]
    struct Line<'a> {
        #[serde(flatten)]
        got: Got<'a>,
        id: usize,
    }
    let limit = worker.server.options.max_body;
    let lines = argument::number("n", request.segment(1), 0..=limit)?;
    let line = |id| {
        let line = serde_json::to_string(&Line { got: Got::of(request), id });
        line.map_or_else(|_| Bytes::new(), |line| Bytes::from(line + "\n"))
    };
    // The last line is the longest.
    within(limit, "n", lines, line(lines).len())?;
    let all: Vec<_> = (0..lines).map(line).collect();
    let body = Body::paced(&worker.timers, Duration::ZERO, None, all.into_iter());
    Ok(response::with_type(response::JSON.clone(), body).into())
}

/// `?numbytes=` bytes over a `?duration=`, after a `?delay=`, with the status `?code=`.
pub(super) fn drip(worker: &Arc<Worker>, request: &Request<'_>) -> Result<Draft, Refusal> {
    let options = &worker.server.options;
    let length = request.number("numbytes", 1..=options.max_body)?.unwrap_or(10);
    // httpbin's defaults.
    let duration =
        request.duration("duration", options.max_duration)?.unwrap_or(Duration::from_secs(2));
    let code = request.number("code", 200..=599)?.unwrap_or(200);
    let status =
        StatusCode::from_u16(code).map_err(|_| Refusal::bad_request("code: is no status"))?;
    let delay = match request.argument("delay")? {
        Some(_) => None,
        None => Some(Duration::from_secs(2).min(options.max_delay)),
    };

    let piece = length.div_ceil(MAX_PIECES);
    let pieces = length.div_ceil(piece);
    let drops = Bytes::from(vec![DROP; piece]);
    let drip = (0..pieces).map(move |i| drops.slice(..piece.min(length - i * piece)));
    let interval = duration.div_f64(pieces as f64);
    let body = Body::paced(&worker.timers, interval, Some(length as u64), drip);
    let mut response = response::with_type(HeaderValue::from_static(OCTETS), body);
    *response.status_mut() = status;
    Ok(Draft { ending: Ending::Response(response), delay })
}

/// `?rows=` lines of JSON, one each `?interval=`, as a database cursor gives rows.
pub(super) fn cursor(worker: &Arc<Worker>, request: &Request<'_>) -> Result<Draft, Refusal> {
    let options = &worker.server.options;
    let rows = request.number("rows", 0..=options.max_body)?.unwrap_or(10);
    let interval =
        request.duration("interval", options.max_duration)?.unwrap_or(Duration::from_millis(100));
    let row = |row| Bytes::from(format!("{{\"row\":{row}}}\n"));
    within(options.max_body, "rows", rows, row(rows).len())?;
    let total = interval.checked_mul(u32::try_from(rows).unwrap_or(u32::MAX));
    if total.is_none_or(|total| total > options.max_duration) {
        return Err(Refusal::bad_request(format!(
            "interval: {rows} rows would take longer than {:?}",
            options.max_duration
        )));
    }
    let body = Body::paced(&worker.timers, interval, None, (0..rows).map(row));
    Ok(response::with_type(HeaderValue::from_static("application/x-ndjson"), body).into())
}

/// Refuses `count` pieces of up to `size` bytes if they are over the largest body.
fn within(limit: usize, name: &str, count: usize, size: usize) -> Result<(), Refusal> {
    if count.saturating_mul(size) <= limit {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("{name}: {count} make a body over {limit} bytes")))
}
