//! What httpbin says of a request: its arguments, headers, origin, URL and body.

use std::borrow::Cow;
use std::sync::Arc;

use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::request::{Argument, Request};
use crate::response::{self, Refusal};
use crate::route::Draft;
use crate::worker::Worker;

/// `/get` and the lines of `/stream`: the request without its body.
#[derive(Serialize)]
pub(super) struct Got<'a> {
    args: Pairs<'a>,
    headers: Headers<'a>,
    origin: &'a str,
    url: String,
}

impl<'a> Got<'a> {
    pub(super) fn of(request: &'a Request<'_>) -> Self {
        Self {
            args: Pairs(Cow::Borrowed(&request.query)),
            headers: Headers(request.headers),
            origin: request.origin,
            url: url(request),
        }
    }
}

/// `/delay` and `/anything`: the request with its body.
#[derive(Serialize)]
pub(super) struct Posted<'a> {
    args: Pairs<'a>,
    /// The body as it came, unless it is a form.
    data: Cow<'a, str>,
    /// Always empty: a multipart body is shown as it is.
    files: Pairs<'a>,
    form: Pairs<'a>,
    headers: Headers<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    json: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    origin: &'a str,
    url: String,
}

impl<'a> Posted<'a> {
    pub(super) fn of(request: &'a Request<'_>) -> Self {
        let content_type = request.headers.get(CONTENT_TYPE).map_or(&b""[..], |v| v.as_bytes());
        let is_form = content_type.starts_with(b"application/x-www-form-urlencoded");
        let (form, data) = if is_form {
            (form_urlencoded::parse(request.body).collect(), Cow::Borrowed(""))
        } else {
            (Vec::new(), text(request.body))
        };
        let Got { args, headers, origin, url } = Got::of(request);
        Self {
            args,
            data,
            files: Pairs(Cow::Borrowed(&[])),
            form: Pairs(Cow::Owned(form)),
            headers,
            json: None,
            method: None,
            origin,
            url,
        }
    }
}

pub(super) fn get(_: &Arc<Worker>, request: &Request<'_>) -> Result<Draft, Refusal> {
    Ok(response::json(&Got::of(request)).into())
}

pub(super) fn anything(_: &Arc<Worker>, request: &Request<'_>) -> Result<Draft, Refusal> {
    let posted = Posted::of(request);
    let json = serde_json::from_str(&posted.data).unwrap_or(Value::Null);
    let method = Some(request.method.as_str());
    Ok(response::json(&Posted { json: Some(json), method, ..posted }).into())
}

pub(super) fn headers(_: &Arc<Worker>, request: &Request<'_>) -> Result<Draft, Refusal> {
    Ok(response::json(&json!({ "headers": Headers(request.headers) })).into())
}

/// A query or form, with a list where a key comes more than once.
struct Pairs<'a>(Cow<'a, [Argument<'a>]>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (i, (key, value)) in self.0.iter().enumerate() {
            if self.0[..i].iter().any(|(earlier, _)| earlier == key) {
                continue;
            }
            let mut further = self.0[i + 1..].iter().filter(|(k, _)| k == key).map(|(_, v)| v);
            match further.next() {
                None => map.serialize_entry(key, value)?,
                Some(second) => {
                    let all: Vec<_> = [value, second].into_iter().chain(further).collect();
                    map.serialize_entry(key, &all)?;
                }
            }
        }
        map.end()
    }
}

/// Headers with the capitals that httpbin gives them, joined where one comes more than once.
struct Headers<'a>(&'a hyper::HeaderMap);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        // Values of the same name come one after the other.
        let mut headers = self.0.iter().peekable();
        while let Some((name, value)) = headers.next() {
            let mut joined = lossy(value);
            while let Some((_, value)) = headers.next_if(|(next, _)| *next == name) {
                joined += ",";
                joined += lossy(value);
            }
            map.serialize_entry(&capitalized(name.as_str()), &joined)?;
        }
        map.end()
    }
}

fn lossy(value: &HeaderValue) -> Cow<'_, str> {
    match value.to_str() {
        Ok(ascii) => Cow::Borrowed(ascii),
        Err(_) => String::from_utf8_lossy(value.as_bytes()),
    }
}

/// `user-agent` as `User-Agent`.
fn capitalized(name: &str) -> String {
    let mut start = true;
    let capital = |c: char| {
        let c = if start { c.to_ascii_uppercase() } else { c };
        start = c == '-';
        c
    };
    name.chars().map(capital).collect()
}

/// The absolute URL of the request, as the client sees it.
fn url(request: &Request<'_>) -> String {
    let authority = request.uri.authority().map(|authority| authority.as_str());
    let host = || request.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = authority.or_else(host).unwrap_or_default();
    let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
    ["http://", host, path].concat()
}

/// A body as text, or as a data URL if it is none.
fn text(body: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(format!("data:application/octet-stream;base64,{}", base64(body))),
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = bytes.chunks(3).flat_map(|chunk| {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | usize::from(*chunk.get(i).unwrap_or(&0)));
        // Each byte needs another digit than it fills; the rest of the four is padding.
        (0..4).map(move |i| match i <= chunk.len() {
            true => char::from(DIGITS[bits >> (18 - 6 * i) & 63]),
            false => '=',
        })
    });
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn header_names_are_capitalized() {
        assert_eq!(capitalized("x-forwarded-for"), "X-Forwarded-For");
    }
}
