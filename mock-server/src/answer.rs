//! One request from its last byte to its answer: the one place where answers wait and are counted.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::{Method, Response, StatusCode};

use crate::body::Body;
use crate::line::{Busy, Line};
use crate::response::Refusal;
use crate::route::{self, Ending, Reply};
use crate::stats::InFlight;
use crate::takeover::Takeover;
use crate::worker::Worker;

/// The answer was not one for hyper to send: the connection belongs to a takeover now.
#[derive(Debug, thiserror::Error)]
#[error("the connection is taken over")]
pub(crate) struct TakenOver;

/// What lasts as long as the server is at work on a request.
pub(crate) struct Serving {
    in_flight: Option<InFlight>,
    _busy: Busy,
}

impl Serving {
    /// Counts the request as answered; called when the last of its answer is handed to hyper.
    pub(crate) fn done(self) {
        if let Some(in_flight) = self.in_flight {
            in_flight.answered();
        }
    }

    /// Is done at once, unless the response has a body that takes time and someone takes it.
    fn respond(self, mut response: Response<Body>, head_only: bool) -> Response<Body> {
        let rest = if head_only { Some(self) } else { response.body_mut().attach(self) };
        rest.into_iter().for_each(Self::done);
        response
    }

    /// Is done as far as HTTP goes.
    fn leave_to(self, takeover: &Takeover) {
        if let (Some(in_flight), Takeover::Fault(fault)) = (&self.in_flight, takeover) {
            in_flight.failed(*fault);
        }
        self.done();
    }
}

/// Reads the rest of a request, finds its answer, and holds that back until its deadline.
pub(crate) async fn answer(
    worker: Arc<Worker>,
    line: Arc<Line>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Body>, TakenOver> {
    let busy = Line::busy(&line);
    let (head, body) = request.into_parts();
    let body = read(&worker, body).await;
    let received = Instant::now();
    // Under a load that never lets the runtime park, sleepers are woken here.
    worker.timers.fire(received);
    let reply = match &body {
        Ok(body) => route::route(&worker, &head, body, &line.origin),
        Err(refusal) => Reply::outside(refusal.response()),
    };
    let head_only = head.method == Method::HEAD;
    let log =
        worker.server.options.log.then(|| format!("{} {} {}", line.origin, head.method, head.uri));
    // A held connection should cost little: its request goes before the wait.
    drop((head, body));

    let status = match &reply.ending {
        Ending::Response(response) => Some(response.status()),
        Ending::Takeover(_) => None,
    };
    let in_flight =
        reply.endpoint.map(|endpoint| InFlight::enter(worker.server.clone(), endpoint, status));
    if !reply.delay.is_zero() {
        let deadline = received + reply.delay;
        worker.timers.sleep_until(deadline).await;
        in_flight.iter().for_each(|in_flight| in_flight.due(deadline));
    }
    if let Some(log) = log {
        let status = status.map_or("fault".into(), |status| status.as_u16().to_string());
        eprintln!("{log} {status} {:?}", received.elapsed());
    }
    let serving = Serving { in_flight, _busy: busy };
    match reply.ending {
        Ending::Response(response) => Ok(serving.respond(response, head_only)),
        Ending::Takeover(takeover) => {
            serving.leave_to(&takeover);
            line.take_over(takeover);
            Err(TakenOver)
        }
    }
}

/// The whole body of a request, within the limits of size and time.
async fn read(worker: &Worker, body: Incoming) -> Result<Bytes, Refusal> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
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
