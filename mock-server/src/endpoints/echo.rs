//! What httpbin says of a request: its arguments, headers, origin, URL and body.

use std::borrow::Cow;

use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use serde_json::Value;

use super::multipart::{self, Part};
use crate::request::{Argument, Request};
use crate::response::{JSON, Refusal, Response};
use crate::route::Draft;
use crate::worker::Worker;

/// `/delay`: the request with its body.
pub(super) fn posted(request: &Request<'_>) -> Response {
    let mut echo = Echo::of(request);
    echo.body(request);
    echo.response()
}

/// A line of `/stream`: the request without its body, and the number of the line.
pub(super) fn line(request: &Request<'_>, id: usize) -> Vec<u8> {
    let mut echo = Echo::of(request);
    echo.raw(",\"id\":");
    echo.raw(&id.to_string());
    echo.text()
}

pub(super) fn get(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    Ok(Echo::of(request).response().into())
}

pub(super) fn anything(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let mut echo = Echo::of(request);
    echo.body(request);
    echo.raw(",\"method\":");
    echo.string(request.method.as_str());
    echo.raw(",\"json\":");
    echo.raw(&serde_json::from_slice(request.body).unwrap_or(Value::Null).to_string());
    Ok(echo.response().into())
}

pub(super) fn headers(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let mut echo = Echo(b"{\"headers\":".into());
    echo.headers(request.headers);
    Ok(echo.response().into())
}

/// A JSON object, written as text member by member: a serialiser took a quarter of the
/// instructions that a request costs the server.
struct Echo(Vec<u8>);

impl Echo {
    /// What every echo has: the request without its body.
    fn of(request: &Request<'_>) -> Self {
        let mut echo = Self(Vec::with_capacity(512));
        echo.raw("{\"args\":");
        echo.pairs(&request.query);
        echo.raw(",\"headers\":");
        echo.headers(request.headers);
        echo.raw(",\"origin\":");
        echo.string(request.origin);
        echo.raw(",\"url\":");
        echo.url(request);
        echo
    }

    /// The body: as a form if it is one, else as it came.
    fn body(&mut self, request: &Request<'_>) {
        let Form { data, files, form } = Form::of(request);
        self.raw(",\"data\":");
        self.string(&data);
        self.raw(",\"files\":");
        self.pairs(&files);
        self.raw(",\"form\":");
        self.pairs(&form);
    }

    /// A query or form, with a list where a key comes more than once.
    fn pairs(&mut self, pairs: &[Argument<'_>]) {
        self.0.push(b'{');
        for (i, (key, value)) in pairs.iter().enumerate() {
            if pairs[..i].iter().any(|(earlier, _)| earlier == key) {
                continue;
            }
            self.separate();
            self.string(key);
            let further = || pairs[i + 1..].iter().filter(|(k, _)| k == key);
            let several = further().next().is_some();
            self.raw(if several { ":[" } else { ":" });
            self.string(value);
            for (_, value) in further() {
                self.0.push(b',');
                self.string(value);
            }
            self.raw(if several { "]" } else { "" });
        }
        self.0.push(b'}');
    }

    /// Headers with the capitals that httpbin gives them, joined where one comes more than once.
    fn headers(&mut self, headers: &HeaderMap) {
        self.0.push(b'{');
        // Values of the same name come one after the other.
        let mut headers = headers.iter().peekable();
        while let Some((name, value)) = headers.next() {
            self.separate();
            self.0.push(b'"');
            // No character of a header's name has to be escaped.
            capitalize(name.as_str(), &mut self.0);
            self.raw("\":\"");
            self.escaped(&lossy(value));
            while let Some((_, value)) = headers.next_if(|(next, _)| *next == name) {
                self.0.push(b',');
                self.escaped(&lossy(value));
            }
            self.0.push(b'"');
        }
        self.0.push(b'}');
    }

    /// The absolute URL of the request, as the client sees it.
    fn url(&mut self, request: &Request<'_>) {
        let authority = request.uri.authority().map(|authority| authority.as_str());
        // Quicker than a look-up by hash for the few headers there are.
        let host = || request.headers.iter().find(|(name, _)| *name == HOST);
        let host = || host().and_then(|(_, host)| host.to_str().ok());
        self.raw("\"http://");
        self.escaped(authority.or_else(host).unwrap_or_default());
        self.escaped(request.uri.path_and_query().map_or("/", |path| path.as_str()));
        self.0.push(b'"');
    }

    fn string(&mut self, text: &str) {
        self.0.push(b'"');
        self.escaped(text);
        self.0.push(b'"');
    }

    /// `text` as it stands between quotes.
    fn escaped(&mut self, text: &str) {
        if text.bytes().any(|byte| ESCAPED[usize::from(byte)]) {
            let quoted = Value::from(text).to_string();
            self.raw(&quoted[1..quoted.len() - 1]);
        } else {
            self.raw(text);
        }
    }

    /// A comma, but before the first of an object.
    fn separate(&mut self) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
    }

    /// `json` as it is.
    fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }

    /// The whole object and the end of its line.
    fn text(mut self) -> Vec<u8> {
        self.raw("}\n");
        self.0
    }

    fn response(self) -> Response {
        Response::bytes(&JSON, self.text())
    }
}

/// What a body holds, by its content type.
#[derive(Default)]
struct Form<'a> {
    /// The body, unless it is a form.
    data: Cow<'a, str>,
    files: Vec<Argument<'a>>,
    form: Vec<Argument<'a>>,
}

impl<'a> Form<'a> {
    fn of(request: &Request<'a>) -> Self {
        // Most requests have none, and then its type does not matter.
        if request.body.is_empty() {
            return Self::default();
        }
        let content_type = request.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let content_type = content_type.unwrap_or_default();
        if content_type.starts_with("application/x-www-form-urlencoded") {
            let form = form_urlencoded::parse(request.body).collect();
            return Self { form, ..Self::default() };
        }
        let Some(boundary) = multipart::boundary(content_type) else {
            return Self { data: text(request.body, OCTETS), ..Self::default() };
        };
        let parts = multipart::parts(request.body, boundary).into_iter();
        let (files, form): (Vec<_>, Vec<_>) = parts.partition(|part| part.is_file);
        let pairs = |parts: Vec<Part<'a>>| {
            let text = |part: &Part<'a>| text(part.content, part.content_type.unwrap_or(OCTETS));
            parts.iter().map(|part| (part.name.into(), text(part))).collect()
        };
        Self { files: pairs(files), form: pairs(form), ..Self::default() }
    }
}

/// What bytes are that nothing is known of.
pub(super) const OCTETS: &str = "application/octet-stream";

/// The bytes that JSON has to escape.
static ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut control = 0;
    while control < b' ' {
        escaped[control as usize] = true;
        control += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    escaped
};

fn lossy(value: &HeaderValue) -> Cow<'_, str> {
    match value.to_str() {
        Ok(ascii) => Cow::Borrowed(ascii),
        Err(_) => String::from_utf8_lossy(value.as_bytes()),
    }
}

/// Appends `user-agent` as `User-Agent`.
fn capitalize(name: &str, out: &mut Vec<u8>) {
    let mut start = true;
    out.extend(name.bytes().map(|byte| {
        let byte = if start { byte.to_ascii_uppercase() } else { byte };
        start = byte == b'-';
        byte
    }));
}

/// Bytes as text, or as a data URL of this type if they are none.
fn text<'a>(bytes: &'a [u8], content_type: &str) -> Cow<'a, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(format!("data:{content_type};base64,{}", base64(bytes))),
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
        let mut out = Vec::new();
        capitalize("x-forwarded-for", &mut out);
        assert_eq!(out, b"X-Forwarded-For");
    }

    #[test]
    fn strings_read_back_as_they_were() {
        for text in ["", "plain", "\"", "\\", "a\nb\u{1}\u{7f}", "é \u{2028}", "{\"a\":[1]}"] {
            let mut echo = Echo(b"{\"text\":".into());
            echo.string(text);
            let read: Value = serde_json::from_slice(&echo.text()).unwrap();
            assert_eq!(read["text"], text);
        }
    }
}
