//! `session` (#16 of the guide): n requests over a few connections that are used again and again.
//!
//! Each connection sends the next request as soon as it has the answer to its last. Some answers
//! take twice as long, some are errors, which are collected beside the others.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::{self, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::{Threads, schedule_end};
use crate::wire::{connect_blocking, exchange, exchange_blocking};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// n requests over a few connections.
pub struct Session {
    servers: Servers,
    n: usize,
    delay: Duration,
    params: Parameters,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Connections, at most.
    connections: NonZero<u8>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { connections: NonZero::new(3).unwrap_or(NonZero::<u8>::MIN) }
    }
}

impl Parameters {
    fn connections(self, at_once: usize) -> usize {
        at_once.min(self.connections.get().into())
    }
}

/// What is asked for in turn: its status, and how many delays it takes.
const ASKED: [(u16, u32); 3] = [(200, 1), (200, 2), (404, 1)];

/// The requests of a batch, and the next that nobody has sent.
pub struct Input {
    batch: u64,
    requests: Vec<Request>,
    next: AtomicUsize,
}

impl Input {
    /// The next request, with its number.
    fn take(&self) -> Option<(usize, &Request)> {
        let i = self.next.fetch_add(1, Ordering::Relaxed);
        self.requests.get(i).map(|request| (i, request))
    }
}

/// The answers that came over one connection, each with the number of its request.
type Answers = Vec<(usize, Result<Response, Error>)>;

impl Workload for Session {
    const NAME: &'static str = "session";

    type Parameters = Parameters;
    type Input = Input;
    /// For each connection its answers, or why there is no such connection.
    type Outcome = Vec<Result<Answers, Error>>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let connections = shape.params.connections(by.at_once(shape.n));
        let delays = (0..shape.n).map(|i| shape.delay * ASKED[i % ASKED.len()].1);
        let of_connections = ServerCounts::fresh(connections, connections);
        Expected {
            server: Some(ServerCounts {
                requests: ServerCounts::fresh(shape.n, connections).requests,
                ..of_connections
            }),
            ideal: Some(schedule_end(connections, delays)),
            cannot: None,
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        Ok(Session { servers, n: shape.n, delay: shape.delay, params: shape.params })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let server = self.servers.of(batch)?;
        let request = |i: usize| {
            let (status, delays) = ASKED[i % ASKED.len()];
            let delay = (self.delay * delays).as_secs_f64();
            http::get_kept(
                server,
                &match status {
                    200 => format!("/delay/{delay}?id={batch}-{i}"),
                    _ => format!("/status/{status}?delay={delay}"),
                },
            )
        };
        let requests = (0..self.n).map(request).collect::<Result<_, _>>()?;
        Ok(Input { batch, requests, next: AtomicUsize::new(0) })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Self::Outcome {
        let shared = Arc::clone(input);
        let at_once = self.n.min(threads.width().get());
        threads.map(self.params.connections(at_once), move |_| {
            let mut stream = connect_blocking(&shared.requests[0])?;
            let mut answers = Vec::new();
            while let Some((i, request)) = shared.take() {
                answers.push((i, exchange_blocking(&mut stream, request)));
            }
            Ok(answers)
        })
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Self::Outcome {
        let connection = |_| {
            let shared = Arc::clone(input);
            async move {
                let addr = shared.requests[0].addr;
                let mut stream = R::connect(addr).await.map_err(Error::Connect)?;
                let mut answers = Vec::new();
                while let Some((i, request)) = shared.take() {
                    answers.push((i, exchange(&mut stream, request).await));
                }
                Ok(answers)
            }
        };
        runtime.map(self.params.connections(self.n), connection).await
    }

    fn check(&self, input: &Input, connections: &Self::Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        let mut answered = vec![0; self.n];
        for (place, connection) in connections.iter().enumerate() {
            let answers = connection.as_ref().map_err(|error| (error.kind(), error.to_string()));
            findings.note(|| format!("connection {place}"), answers.map(drop));
            for (i, answer) in connection.iter().flatten() {
                answered[*i] += 1;
                let checked = match ASKED[i % ASKED.len()].0 {
                    200 => check::echo(answer, &format!("{}-{i}", input.batch)),
                    status => check::status(answer, status),
                };
                findings.note(|| format!("answer {i} of {}", self.n), checked);
            }
        }
        for count in answered {
            findings.note_count("answers to a request", count, 1);
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(10);

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |n, limit| {
            let shape = Shape { n, delay: DELAY, params: Parameters::default() };
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, .. } = Session::expected(&shape, by);
            let ServerCounts { requests, dropped, connections, peak } = server.unwrap();
            assert_eq!((*dropped.end(), &peak), (0, &connections));
            let delays = ideal.unwrap().div_duration_f64(DELAY) as u32;
            (*requests.end(), *connections.end(), delays)
        };
        assert_eq!(of(12, 1), (12, 1, 16));
        assert_eq!(of(12, 2), (12, 2, 8));
        assert_eq!(of(12, 0), (12, 3, 6));
        assert_eq!(of(2, 32), (2, 2, 2));
    }

    #[test]
    fn answers_that_are_missing_twice_there_or_of_another_status_are_wrong() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let shape = Shape { n: 3, delay: DELAY, params: Parameters::default() };
        let plan = Session::plan(shape, servers).unwrap();
        let input = plan.input(5).unwrap();
        let answer = |i: usize, status| {
            let body = format!(r#"{{"args":{{"id":"5-{i}"}}}}"#).into_bytes();
            (i, Ok(Response { status, body }))
        };
        let check = |outcome| plan.check(&input, &outcome).map_err(|wrong| wrong.to_string());
        let right = vec![answer(0, 200), answer(2, 404)];
        assert_eq!(check(vec![Ok(right), Ok(vec![answer(1, 200)])]), Ok(()));
        let status = check(vec![Ok(vec![answer(1, 200), answer(0, 200), answer(2, 200)])]);
        assert_eq!(status.unwrap_err(), "answer 2 of 3: status 200 instead of 404 (status: 1)");
        let missing = check(vec![Ok(vec![answer(0, 200), answer(0, 200), answer(2, 404)])]);
        assert_eq!(missing.unwrap_err(), "2 answers to a request instead of 1 (count: 2)");
        let refused = check(vec![Err(Error::Truncated)]).unwrap_err();
        assert!(refused.ends_with("(count: 3, truncated: 1)"), "{refused}");
    }
}
