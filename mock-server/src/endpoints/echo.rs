//! What httpbin says of a request: its arguments, headers, origin and URL.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::request::{Argument, Request};

/// `args`, a list where a key comes more than once.
pub(crate) struct Args<'a>(pub(crate) &'a [Argument<'a>]);

impl Serialize for Args<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (i, (key, value)) in self.0.iter().enumerate() {
            if self.0[..i].iter().any(|(earlier, _)| earlier == key) {
                continue;
            }
            let values: Vec<_> =
                self.0[i..].iter().filter(|(k, _)| k == key).map(|(_, v)| v).collect();
            match values[..] {
                [_] => map.serialize_entry(key, value)?,
                _ => map.serialize_entry(key, &values)?,
            }
        }
        map.end()
    }
}

/// `headers`, with the capitals that httpbin gives them, and joined where one comes twice.
pub(crate) struct Headers<'a>(pub(crate) &'a hyper::HeaderMap);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for name in self.0.keys() {
            let values: Vec<_> = self
                .0
                .get_all(name)
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect();
            map.serialize_entry(&capitalized(name.as_str()), &values.join(","))?;
        }
        map.end()
    }
}

/// `user-agent` as `User-Agent`.
fn capitalized(name: &str) -> String {
    let mut start = true;
    name.chars()
        .map(|c| {
            let c = if start { c.to_ascii_uppercase() } else { c };
            start = c == '-';
            c
        })
        .collect()
}

/// The absolute URL of the request, as the client sees it.
pub(crate) fn url(request: &Request<'_>) -> String {
    let host = request.headers.get(hyper::header::HOST).and_then(|host| host.to_str().ok());
    let host = request.uri.authority().map(|authority| authority.as_str()).or(host);
    let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
    format!("http://{}{path}", host.unwrap_or_default())
}
