//! Which endpoint answers a path, and the arguments that every endpoint takes.

use std::borrow::Cow;
use std::time::Duration;

use hyper::header::{ALLOW, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use crate::chance;
use crate::endpoints::{self, Endpoint, UNKNOWN};
use crate::fault::Fault;
use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::takeover::Takeover;
use crate::worker::Worker;

/// What an endpoint makes of a request, at once; the waiting comes after.
pub(crate) struct Reply {
    pub(crate) ending: Ending,
    /// How long to wait first.
    pub(crate) delay: Duration,
    /// The place in [`ENDPOINTS`](endpoints::ENDPOINTS) of the endpoint to count this for, if it
    /// is to be counted.
    pub(crate) endpoint: Option<usize>,
}

/// What comes after the wait.
pub(crate) enum Ending {
    Response(Response),
    Takeover(Takeover),
}

impl Reply {
    /// A response that no counter is for.
    pub(crate) fn outside(response: Response) -> Self {
        Self { ending: Ending::Response(response), delay: Duration::ZERO, endpoint: None }
    }
}

/// What an endpoint itself says of a request; delays and faults of the query are not its business.
pub(crate) struct Draft {
    pub(crate) ending: Ending,
    /// The delay that is the endpoint's own, which the query then can't change.
    pub(crate) delay: Option<Duration>,
}

impl From<Response> for Draft {
    fn from(response: Response) -> Self {
        Self { ending: Ending::Response(response), delay: None }
    }
}

impl From<Takeover> for Draft {
    fn from(takeover: Takeover) -> Self {
        Self { ending: Ending::Takeover(takeover), delay: None }
    }
}

/// The reply of the endpoint that the path names.
pub(crate) fn route(worker: &Worker, head: &Parts, body: &[u8], origin: &str) -> Reply {
    let path = match decoded(head.uri.path()) {
        Ok(path) => path,
        Err(refusal) => return Reply { endpoint: Some(UNKNOWN), ..refused(&refusal) },
    };
    let (place, endpoint, value) = endpoints::find(&path);
    let request = Request::new(head, body, origin, value);
    let reply = allowed(endpoint, &request).and_then(|()| {
        if endpoint.counted {
            return reply(worker, endpoint, &request);
        }
        let Draft { ending, .. } = (endpoint.handler)(worker, &request)?;
        Ok(Reply { ending, delay: Duration::ZERO, endpoint: None })
    });
    let reply = reply.unwrap_or_else(|refusal| refused(&refusal));
    Reply { endpoint: endpoint.counted.then_some(place), ..reply }
}

/// Whether the answer to this path is made of the counters.
pub(crate) fn reads_counters(path: &str) -> bool {
    path.starts_with("/stats") || path == "/metrics"
}

fn decoded(path: &str) -> Result<Cow<'_, str>, Refusal> {
    if !path.starts_with('/') {
        return Err(Refusal::bad_request("path: does not begin with a /"));
    }
    // Looking first is cheaper than decoding what needs none.
    if !path.contains('%') {
        return Ok(path.into());
    }
    let path = percent_decode_str(path).decode_utf8();
    path.map_err(|_| Refusal::bad_request("path: is not UTF-8 once decoded"))
}

fn refused(refusal: &Refusal) -> Reply {
    Reply::outside(refusal.response())
}

fn allowed(endpoint: &Endpoint, request: &Request<'_>) -> Result<(), Refusal> {
    if endpoint.methods.allow(request.method) {
        return Ok(());
    }
    let (method, allow) = (request.method, endpoint.methods.list());
    Err(Refusal::not_allowed(format!("method: {method} is not one of {allow}"), allow))
}

/// The endpoint's draft with the delay and the fault that the query asks for.
fn reply(worker: &Worker, endpoint: &Endpoint, request: &Request<'_>) -> Result<Reply, Refusal> {
    if request.method == Method::OPTIONS {
        return Ok(options(endpoint));
    }
    let asked = request.duration("delay", worker.server.options.max_delay)?;
    let Draft { ending, delay } = (endpoint.handler)(worker, request)?;
    if delay.is_some() && asked.is_some() {
        return Err(Refusal::bad_request("delay: the path gives one already"));
    }
    let delay = delay.or(asked).unwrap_or_default();
    let delay = chance::spread(worker, request, delay)?;
    let ending = fault(worker, request)?.map_or(ending, Ending::Takeover);
    Ok(Reply { ending, delay, endpoint: None })
}

/// The fault that `?fault=` and `?p=` make of this request.
fn fault(worker: &Worker, request: &Request<'_>) -> Result<Option<Takeover>, Refusal> {
    let Some(name) = request.argument("fault")? else {
        return Ok(None);
    };
    let fault = Fault::named(name)
        .ok_or_else(|| Refusal::bad_request(format!("fault: is not one of {}", Fault::names())))?;
    Ok(chance::happens(worker, request)?.then_some(Takeover::Fault(fault)))
}

fn options(endpoint: &Endpoint) -> Reply {
    let allow = HeaderValue::from_static(endpoint.methods.list());
    Reply::outside(Response::empty(StatusCode::OK).with_header(ALLOW, allow))
}
