//! `/redirect/{n}`: n redirects in a row, the last of which leads to `/get`.

use hyper::StatusCode;
use hyper::header::{HeaderValue, LOCATION};

use crate::argument;
use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::route::Draft;
use crate::worker::Worker;

/// Far more than any client follows.
const MAX_REDIRECTS: u32 = 1_000;

pub(super) fn redirect(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let left = argument::number("n", request.value, 1..=MAX_REDIRECTS)?;
    let location = match left {
        1 => HeaderValue::from_static("/get"),
        _ => HeaderValue::try_from(format!("/relative-redirect/{}", left - 1))
            .map_err(|_| Refusal::bad_request("n: is no part of a path"))?,
    };
    Ok(Response::empty(StatusCode::FOUND).with_header(LOCATION, location).into())
}
