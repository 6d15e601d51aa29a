//! The endpoints: the list of them, and a file for each kind.

mod delay;
mod document;
mod echo;
mod failing;
mod health;
mod index;
mod limited;
mod multipart;
mod pages;
mod redirect;
mod social;
mod status;
mod streams;

use hyper::Method;

use crate::request::Request;
use crate::response::Refusal;
use crate::route::Draft;
use crate::worker::Worker;

pub(crate) use failing::Attempts;
pub(crate) use limited::Limiters;

/// A path and what answers it.
pub(crate) struct Endpoint {
    /// The path, with `{...}` where a request has a value.
    pub(crate) path: &'static str,
    /// What the path has before and after its `{...}`.
    around: Option<(&'static str, &'static str)>,
    /// A request to try.
    pub(crate) example: &'static str,
    /// What it does, in a line.
    pub(crate) about: &'static str,
    pub(crate) methods: Methods,
    /// Whether its requests show in the counters, and take `?delay=` and `?fault=`.
    pub(crate) counted: bool,
    pub(crate) handler: Handler,
}

pub(crate) type Handler = fn(&Worker, &Request<'_>) -> Result<Draft, Refusal>;

/// The methods that an endpoint takes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Methods {
    /// Those that read.
    Get,
    /// These and those that write.
    Any,
}

impl Methods {
    pub(crate) fn allow(self, method: &Method) -> bool {
        match *method {
            Method::GET | Method::HEAD | Method::OPTIONS => true,
            Method::POST | Method::PUT | Method::PATCH | Method::DELETE | Method::TRACE => {
                self == Self::Any
            }
            _ => false,
        }
    }

    pub(crate) fn list(self) -> &'static str {
        match self {
            Self::Get => "GET, HEAD, OPTIONS",
            Self::Any => "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, TRACE",
        }
    }
}

/// Every endpoint, the most used first, and last the one for paths that no other has.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    any("/delay/{d}", "/delay/10ms?id=7", "echoes the request, after the delay", delay::delay),
    any(
        "/status/{codes}",
        "/status/200:9,503:1",
        "one of these statuses, by weight",
        status::status,
    ),
    get("/get", "/get?a=1", "echoes the request", echo::get),
    any("/anything", "/anything?a=1", "echoes the request with its body", echo::anything),
    any(BELOW_ANYTHING, "/anything/here", "the same, below it", echo::anything),
    get("/headers", "/headers", "the request's headers", echo::headers),
    get("/json", "/json", "a document", document::json),
    get("/bytes/{n}", "/bytes/1024?seed=1", "n random bytes", streams::bytes),
    get("/stream/{n}", "/stream/3", "n lines of JSON, chunked", streams::stream),
    get("/drip", "/drip?numbytes=5&duration=1&delay=0", "bytes over a time", streams::drip),
    get("/cursor", "/cursor?rows=5&interval=100ms", "rows at an interval", streams::cursor),
    get("/redirect/{n}", "/redirect/3", "n redirects, then /get", redirect::redirect),
    get("/relative-redirect/{n}", "/relative-redirect/3", "the same", redirect::redirect),
    get("/users", "/users?count=10", "users, by id", social::users),
    get("/users/{id}", "/users/1", "a user", social::user),
    get("/users/{id}/posts", "/users/1/posts", "what this user wrote", social::posts),
    get("/pages/{k}", "/pages/0", "a page that links to further pages, in cycles", pages::page),
    any("/flaky/{key}", "/flaky/a?fails=2", "fails so often, then answers", failing::flaky),
    any("/never", "/never", "no answer", failing::never),
    any("/limited", "/limited?rate=5&period=2s", "429 over this rate", limited::limited),
    any("/fault/{kind}", "/fault/reset", "a fault on the wire", failing::fault),
    get("/chat/{room}", "/chat/lobby", "a chat of lines, after an upgrade", social::chat),
    outside("/", "/", "this page", index::index),
    outside("/healthz", "/healthz", "200 while the server runs", health::healthz),
    outside("/stats", "/stats", "the counters as JSON", health::stats),
    outside("/stats/reset", "/stats/reset", "zeroes the counters, starts over", health::reset),
    outside("/metrics", "/metrics", "the counters for Prometheus", health::metrics),
    any("(unknown)", "", "404", index::unknown),
];

/// Stands for all paths below `/anything`, however deep.
const BELOW_ANYTHING: &str = "/anything/{path}";

/// The place of the endpoint for unknown paths.
pub(crate) const UNKNOWN: usize = ENDPOINTS.len() - 1;

const fn any(
    path: &'static str,
    example: &'static str,
    about: &'static str,
    handler: Handler,
) -> Endpoint {
    Endpoint { counted: true, ..outside(path, example, about, handler) }
}

const fn get(
    path: &'static str,
    example: &'static str,
    about: &'static str,
    handler: Handler,
) -> Endpoint {
    Endpoint { methods: Methods::Get, ..any(path, example, about, handler) }
}

/// An endpoint about the server itself.
const fn outside(
    path: &'static str,
    example: &'static str,
    about: &'static str,
    handler: Handler,
) -> Endpoint {
    let around = around(path);
    Endpoint { path, around, example, about, methods: Methods::Any, counted: false, handler }
}

/// What is before and after the `{...}` of a path. In bytes, as a constant can't search a string.
const fn around(path: &str) -> Option<(&str, &str)> {
    let (mut from, mut to) = (0, 0);
    let mut i = 0;
    while i < path.len() {
        match path.as_bytes()[i] {
            b'{' => from = i,
            b'}' => to = i + 1,
            _ => {}
        }
        i += 1;
    }
    if to == 0 { None } else { Some((path.split_at(from).0, path.split_at(to).1)) }
}

impl Endpoint {
    /// What `path` has in the place of this endpoint's `{...}`, if it is one of its paths.
    fn value<'p>(&self, path: &'p str) -> Option<&'p str> {
        let Some((before, after)) = self.around else {
            return (path == self.path).then_some("");
        };
        let value = path.strip_prefix(before)?.strip_suffix(after)?;
        let one_segment = self.path == BELOW_ANYTHING || !value.contains('/');
        (!value.is_empty() && one_segment).then_some(value)
    }
}

/// The endpoint that a decoded path names, its place in [`ENDPOINTS`], and the value of its `{...}`.
pub(crate) fn find(path: &str) -> (usize, &'static Endpoint, &str) {
    let mut endpoints = ENDPOINTS.iter().enumerate();
    let found = endpoints.find_map(|(i, endpoint)| Some((i, endpoint, endpoint.value(path)?)));
    found.unwrap_or((UNKNOWN, &ENDPOINTS[UNKNOWN], ""))
}
