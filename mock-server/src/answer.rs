//! One request from its last byte to its answer: the one place where answers wait and are counted.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::{Method, Response, StatusCode};

use crate::body::Body;
use crate::line::Line;
use crate::response::Refusal;
use crate::route::{self, Ending, Reply};
use crate::takeover::Takeover;
use crate::worker::Worker;

/// The answer was not one for hyper to send: the connection belongs to a takeover now.
#[derive(Debug, thiserror::Error)]
#[error("the connection is taken over")]
pub(crate) struct TakenOver;

/// What lasts as long as the server is at work on a request. Dropped before it is done, its client
/// went away.
pub(crate) struct Serving {
    line: Arc<Line>,
    counted: Option<Counted>,
}

/// A request that the counters know of.
struct Counted {
    /// The place in [`ENDPOINTS`](crate::endpoints::ENDPOINTS).
    endpoint: usize,
    /// The status it is to be answered with, if it is no fault.
    status: Option<StatusCode>,
}

impl Serving {
    fn new(line: Arc<Line>) -> Self {
        line.busy();
        Self { line, counted: None }
    }

    fn count(&mut self, reply: &Reply) {
        let status = match &reply.ending {
            Ending::Response(response) => Some(response.status),
            Ending::Takeover(_) => None,
        };
        if let Some(endpoint) = reply.endpoint {
            self.line.worker.server.stats.began();
            self.counted = Some(Counted { endpoint, status });
        }
    }

    /// Ends when the answer is due.
    async fn wait(&self, deadline: Instant) {
        self.line.worker.timers.sleep_until(deadline).await;
        if self.counted.is_some() {
            self.line.worker.server.stats.due(deadline);
        }
    }

    /// Counts the request as answered; called when the last of its answer is handed to hyper.
    pub(crate) fn done(mut self) {
        if let Some(Counted { endpoint, status }) = self.counted.take() {
            self.line.worker.server.stats.answered(endpoint, status);
        }
    }

    /// Is done at once, unless the response has a body that takes time and someone takes it.
    fn respond(self, mut response: Response<Body>, head_only: bool) -> Response<Body> {
        let rest = if head_only { Some(self) } else { response.body_mut().attach(self) };
        rest.into_iter().for_each(Self::done);
        response
    }

    /// Is done as far as HTTP goes.
    fn leave_to(self, takeover: Takeover) {
        let stats = &self.line.worker.server.stats;
        if let (Some(_), Takeover::Fault(fault)) = (&self.counted, &takeover) {
            stats.failed(*fault);
        }
        self.line.take_over(takeover);
        self.done();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if self.counted.is_some() {
            self.line.worker.server.stats.gone();
        }
        self.line.quiet();
    }
}

/// Reads the rest of a request, finds its answer, and holds that back until its deadline.
pub(crate) async fn answer(
    line: Arc<Line>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Body>, TakenOver> {
    let mut serving = Serving::new(line);
    let (mut head, body) = request.into_parts();
    let body = match body.is_end_stream() {
        true => Ok(Bytes::new()),
        // Boxed, as few requests have a body and all would pay for the place.
        false => Box::pin(read(&serving.line.worker, body)).await,
    };
    if route::reads_counters(head.uri.path()) {
        // Boxed, as few ask for them. Without a descriptor for it they are read as they are.
        let _ = Box::pin(serving.line.worker.catch_up()).await;
    }
    let received = Instant::now();
    let (reply, log) = {
        let Line { worker, origin, .. } = &*serving.line;
        let reply = match &body {
            Ok(body) => route::route(worker, &head, body, origin),
            Err(refusal) => Reply::outside(refusal.response()),
        };
        let log = worker.server.options.log;
        (reply, log.then(|| format!("{origin} {} {}", head.method, head.uri)))
    };
    let head_only = head.method == Method::HEAD;
    // A held connection should cost little: its request goes before the wait.
    head.headers.clear();
    let headers = head.headers;
    drop((head.uri, body));

    serving.count(&reply);
    if !reply.delay.is_zero() {
        serving.wait(received + reply.delay).await;
    }
    if let Some(log) = log {
        let status = match &reply.ending {
            Ending::Response(response) => response.status.as_str(),
            Ending::Takeover(_) => "fault",
        };
        eprintln!("{log} {status} {:?}", received.elapsed());
    }
    match reply.ending {
        Ending::Response(response) => Ok(serving.respond(response.into_http(headers), head_only)),
        Ending::Takeover(takeover) => {
            serving.leave_to(takeover);
            Err(TakenOver)
        }
    }
}

/// The whole body of a request, within the limits of size and time.
async fn read(worker: &Worker, body: Incoming) -> Result<Bytes, Refusal> {
    let options = &worker.server.options;
    let whole = Limited::new(body, options.max_body).collect();
    let timeout = worker.timers.sleep_until(Instant::now() + options.header_timeout);
    tokio::select! {
        biased;
        whole = whole => match whole {
            Ok(whole) => Ok(whole.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("body: is over the maximum of {} bytes", options.max_body),
            )),
            Err(error) => Err(Refusal::bad_request(format!("body: {error}"))),
        },
        () = timeout => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            format!("body: took longer than {:?}", options.header_timeout),
        )),
    }
}
