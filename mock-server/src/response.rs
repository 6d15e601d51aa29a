//! The ways to answer: JSON, text, bytes, an empty body with a status, or a refusal that says why.

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::json;

use crate::body::Body;

/// The content type of JSON.
pub(crate) static JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The content type of pages.
pub(crate) static HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// An answer as the endpoints make it. What hyper sends is made of it when it is due.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    content_type: Option<&'static HeaderValue>,
    /// One header more: no answer has two.
    header: Option<(HeaderName, HeaderValue)>,
    body: Body,
}

impl Response {
    /// 200 with this body of this content type.
    pub(crate) fn new(content_type: &'static HeaderValue, body: Body) -> Self {
        Self { content_type: Some(content_type), body, ..Self::empty(StatusCode::OK) }
    }

    /// 200 with this body of this content type.
    pub(crate) fn bytes(content_type: &'static HeaderValue, body: impl Into<Bytes>) -> Self {
        Self::new(content_type, Body::Whole(body.into()))
    }

    /// 200 with `value` as JSON.
    #[expect(clippy::expect_used, reason = "what is given has string keys and no failing parts")]
    pub(crate) fn json(value: &impl Serialize) -> Self {
        let mut text = serde_json::to_vec(value).expect("serializes into memory");
        text.push(b'\n');
        Self::bytes(&JSON, text)
    }

    /// An empty body with this status.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, content_type: None, header: None, body: Body::Whole(Bytes::new()) }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// The answer for hyper to send. `headers` is an empty map to use: that of the request saves
    /// making a new one.
    pub(crate) fn into_http(self, mut headers: HeaderMap) -> hyper::Response<Body> {
        if let Some(content_type) = self.content_type {
            headers.insert(CONTENT_TYPE, content_type.clone());
        }
        if let Some((name, value)) = self.header {
            headers.insert(name, value);
        }
        let mut response = hyper::Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        response
    }
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
    pub(crate) fn response(&self) -> Response {
        let response = Response::json(&json!({ "error": self.message })).with_status(self.status);
        match self.allow {
            Some(methods) => response.with_header(ALLOW, HeaderValue::from_static(methods)),
            None => response,
        }
    }
}
