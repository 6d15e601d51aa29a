//! The ways to answer: JSON, an empty body with a status, or a refusal that says why.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

pub(crate) type Body = Full<Bytes>;

/// 200 with `value` as JSON.
#[expect(
    clippy::expect_used,
    reason = "the types given here have string keys and no failing parts"
)]
pub(crate) fn json(value: &impl Serialize) -> Response<Body> {
    let text = serde_json::to_vec(value).expect("serializes");
    let mut response = Response::new(Full::new(Bytes::from(text)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An empty body with this status.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// A request that can't be answered as it is. The message names what is wrong with it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: message.into() }
    }

    /// The refusal as `{"error": message}`.
    pub(crate) fn response(&self) -> Response<Body> {
        let mut response = json(&json!({ "error": self.message }));
        *response.status_mut() = self.status;
        response
    }
}
