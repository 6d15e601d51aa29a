//! The ways to answer: JSON, text, bytes, an empty body with a status, or a refusal that says why.

use bytes::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::body::Body;

/// The content type of JSON.
pub(crate) static JSON: HeaderValue = HeaderValue::from_static("application/json");

/// 200 with `value` as JSON.
#[expect(clippy::expect_used, reason = "what is given here has string keys and no failing parts")]
pub(crate) fn json(value: &impl Serialize) -> Response<Body> {
    let mut text = Vec::with_capacity(512);
    serde_json::to_writer(&mut text, value).expect("serializes into memory");
    text.push(b'\n');
    with_type(JSON.clone(), Body::Whole(text.into()))
}

/// 200 with this body.
pub(crate) fn bytes(content_type: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    with_type(HeaderValue::from_static(content_type), Body::Whole(body.into()))
}

/// 200 with this body, whatever kind it is.
pub(crate) fn with_type(content_type: HeaderValue, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// An empty body with this status.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Whole(Bytes::new()));
    *response.status_mut() = status;
    response
}

/// A request that can't be answered as it is. The message names what is wrong with it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
    /// For 405, the methods that are allowed.
    allow: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), allow: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn not_allowed(message: impl Into<String>, allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message) }
    }

    /// The refusal as `{"error": message}`.
    pub(crate) fn response(&self) -> Response<Body> {
        let mut response = json(&json!({ "error": self.message }));
        *response.status_mut() = self.status;
        if let Some(methods) = self.allow {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
        }
        response
    }
}
