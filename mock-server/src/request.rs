//! A request as the endpoints see it: read whole, its path and query decoded.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Uri};

use crate::argument;
use crate::response::Refusal;

/// Decoded key and value of one query argument.
pub(crate) type Argument<'a> = (Cow<'a, str>, Cow<'a, str>);

/// One request, borrowed from what hyper read.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    /// The client's address.
    pub(crate) origin: &'a str,
    /// What the path has in the place of the endpoint's `{...}`; empty if that has none.
    pub(crate) value: &'a str,
    pub(crate) query: Vec<Argument<'a>>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(head: &'a Parts, body: &'a [u8], origin: &'a str, value: &'a str) -> Self {
        let query = head.uri.query().unwrap_or_default();
        Self {
            method: &head.method,
            uri: &head.uri,
            headers: &head.headers,
            body,
            origin,
            value,
            query: form_urlencoded::parse(query.as_bytes()).collect(),
        }
    }

    /// The value of a query argument. Twice the same is refused: there is no right one.
    pub(crate) fn argument(&self, name: &str) -> Result<Option<&str>, Refusal> {
        if self.query.is_empty() {
            return Ok(None);
        }
        let mut values = self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(Refusal::bad_request(format!("{name}: is given twice"))),
            (value, _) => Ok(value.map(AsRef::as_ref)),
        }
    }

    /// A number from the query.
    pub(crate) fn number<T>(
        &self,
        name: &str,
        range: RangeInclusive<T>,
    ) -> Result<Option<T>, Refusal>
    where
        T: FromStr + PartialOrd + Display,
    {
        self.argument(name)?.map(|text| argument::number(name, text, range)).transpose()
    }

    /// A delay or duration from the query.
    pub(crate) fn duration(
        &self,
        name: &str,
        limit: Duration,
    ) -> Result<Option<Duration>, Refusal> {
        self.argument(name)?.map(|text| argument::duration(name, text, limit)).transpose()
    }
}
