//! A request as the endpoints see it: read whole, its path and query decoded.

use std::borrow::Cow;
use std::net::IpAddr;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Uri};

use crate::response::Refusal;

/// Decoded key and value of one query argument.
pub(crate) type Argument<'a> = (Cow<'a, str>, Cow<'a, str>);

/// One request, borrowed from what hyper read.
pub(crate) struct Request<'a> {
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    /// The client's address.
    pub(crate) origin: IpAddr,
    pub(crate) query: Vec<Argument<'a>>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(head: &'a Parts, origin: IpAddr) -> Self {
        let query = head.uri.query().unwrap_or_default();
        Self {
            uri: &head.uri,
            headers: &head.headers,
            origin,
            query: form_urlencoded::parse(query.as_bytes()).collect(),
        }
    }

    /// The decoded segments of the path: `/delay/1` is `delay` and `1`.
    pub(crate) fn segments(&self) -> Result<Vec<Cow<'a, str>>, Refusal> {
        let path = self.uri.path();
        path.strip_prefix('/')
            .unwrap_or(path)
            .split('/')
            .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8())
            .collect::<Result<_, _>>()
            .map_err(|_| Refusal::bad_request("path: is not UTF-8 once decoded"))
    }
}
