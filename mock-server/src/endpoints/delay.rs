//! `/delay/{d}`: the product. Answers with what was asked, after the delay.

use std::net::IpAddr;
use std::time::Duration;

use serde::Serialize;

use super::echo::{self, Args, Headers};
use crate::delay;
use crate::options::Options;
use crate::request::Request;
use crate::response::{self, Refusal};
use crate::route::Reply;

#[derive(Serialize)]
struct Answer<'a> {
    args: Args<'a>,
    headers: Headers<'a>,
    origin: IpAddr,
    url: String,
}

pub(crate) fn delay(
    options: &Options,
    request: &Request<'_>,
    seconds: &str,
) -> Result<Reply, Refusal> {
    let delay = within(options.max_delay, "delay", seconds)?;
    let response = response::json(&Answer {
        args: Args(&request.query),
        headers: Headers(request.headers),
        origin: request.origin,
        url: echo::url(request),
    });
    Ok(Reply { response, delay: Some(delay) })
}

/// Reads the delay that `argument` gives; over the limit is an error, never a silent cap.
pub(crate) fn within(limit: Duration, argument: &str, text: &str) -> Result<Duration, Refusal> {
    let delay = delay::parse(text)
        .map_err(|reason| Refusal::bad_request(format!("{argument}: '{}' {reason}", cut(text))))?;
    if delay > limit {
        return Err(Refusal::bad_request(format!(
            "{argument}: '{}' is over the maximum of {limit:?}",
            cut(text)
        )));
    }
    Ok(delay)
}

/// The start of a value that may be too long to show.
fn cut(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}
