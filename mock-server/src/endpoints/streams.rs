//! Bodies of a size or over a time: `/bytes`, `/stream`, `/drip` and `/cursor`.

use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::HeaderValue;

use super::echo;
use crate::argument;
use crate::body::Body;
use crate::chance;
use crate::request::Request;
use crate::response::{JSON, Refusal, Response};
use crate::route::{Draft, Ending};
use crate::worker::Worker;

static OCTETS: HeaderValue = HeaderValue::from_static(echo::OCTETS);

static NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");

/// Pieces that a drip is cut into at most: more bytes come several at a time.
const MAX_PIECES: usize = 10_000;

/// What one byte more of a drip looks like.
const DROP: u8 = b'*';

/// `n` random bytes.
pub(super) fn bytes(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let length = argument::number("n", request.value, 0..=worker.server.options.max_body)?;
    let mut rng = chance::generator(worker, request)?;
    let mut bytes = vec![0; length];
    rng.fill(&mut bytes);
    Ok(Response::bytes(&OCTETS, bytes).into())
}

/// `n` lines of JSON that each echo the request, numbered by `id`.
pub(super) fn stream(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let limit = worker.server.options.max_body;
    let lines = argument::number("n", request.value, 0..=limit)?;
    let line = |id| Bytes::from(echo::line(request, id));
    // The last line is the longest.
    within(limit, "n", lines, line(lines).len())?;
    let all: Vec<_> = (0..lines).map(line).collect();
    let body = Body::paced(&worker.timers, Duration::ZERO, None, all.into_iter());
    Ok(Response::new(&JSON, body).into())
}

/// `?numbytes=` bytes over a `?duration=`, after a `?delay=`, with the status `?code=`.
pub(super) fn drip(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
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
    let response = Response::new(&OCTETS, body).with_status(status);
    Ok(Draft { ending: Ending::Response(response), delay })
}

/// `?rows=` lines of JSON, one each `?interval=`, as a database cursor gives rows.
pub(super) fn cursor(worker: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
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
    Ok(Response::new(&NDJSON, body).into())
}

/// Refuses `count` pieces of up to `size` bytes if they are over the largest body.
fn within(limit: usize, name: &str, count: usize, size: usize) -> Result<(), Refusal> {
    if count.saturating_mul(size) <= limit {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("{name}: {count} make a body over {limit} bytes")))
}
