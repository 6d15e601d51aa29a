//! `session` (#16 of the guide): n requests over a few connections that are used again, with
//! answers of several kinds.
//!
//! Each connection takes the next request of one queue as soon as it has its answer. Of four
//! requests two take two delays, and two are answered 404, which stands beside the other answers.

use std::mem;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::{self, Finding, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::{Threads, schedule_end};
use crate::wire::{connect_blocking, exchange, exchange_blocking};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// n requests over connections that are used again.
pub struct Session {
    servers: Servers,
    n: usize,
    delay: Duration,
    connections: usize,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Connections, at most.
    connections: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { connections: NonZero::new(3).unwrap_or(NonZero::<u16>::MIN) }
    }
}

impl Parameters {
    /// How many connections there are for `n` requests.
    fn connections(self, n: usize) -> usize {
        usize::from(self.connections.get()).min(n)
    }
}

/// The requests of a batch, and how many of them have been taken.
pub struct Input {
    batch: u64,
    requests: Vec<Request>,
    taken: AtomicUsize,
}

impl Input {
    /// The next request that no connection has taken.
    fn next(&self) -> Option<(usize, &Request)> {
        let i = self.taken.fetch_add(1, Ordering::Relaxed);
        Some((i, self.requests.get(i)?))
    }
}

type Answer = Result<Response, Error>;

/// What came over one connection: requests by their places, and their answers. Without them, if
/// there was no connection.
type Answers = Result<Vec<(usize, Answer)>, Error>;

/// Whether request `i` is for something that is not there.
fn is_missing(i: usize) -> bool {
    i % 4 >= 2
}

/// How long each of `n` requests takes.
fn waits(n: usize, delay: Duration) -> impl Iterator<Item = Duration> {
    (0..n).map(move |i| delay * (1 + i as u32 % 2))
}

/// Uses a connection for one request after the other, until there is none or one breaks it.
fn use_blocking(input: &Input) -> Answers {
    let mut stream = connect_blocking(&input.requests[0])?;
    let mut answers = Vec::with_capacity(input.requests.len());
    while let Some((i, request)) = input.next() {
        let answer = exchange_blocking(&mut stream, request);
        let broken = answer.is_err();
        answers.push((i, answer));
        if broken {
            break;
        }
    }
    Ok(answers)
}

async fn use_async<R: Runtime>(input: &Input) -> Answers {
    let mut stream = R::connect(input.requests[0].addr).await.map_err(Error::Connect)?;
    let mut answers = Vec::with_capacity(input.requests.len());
    while let Some((i, request)) = input.next() {
        let answer = exchange(&mut stream, request).await;
        let broken = answer.is_err();
        answers.push((i, answer));
        if broken {
            break;
        }
    }
    Ok(answers)
}

impl Workload for Session {
    const NAME: &'static str = "session";

    type Parameters = Parameters;
    type Input = Input;
    /// By connection.
    type Outcome = Vec<Answers>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let connections = by.at_once(shape.params.connections(shape.n));
        let opened = connections as u64;
        let fresh = ServerCounts::fresh(shape.n, connections);
        Expected {
            server: Some(ServerCounts { connections: opened..=opened, ..fresh }),
            ideal: Some(schedule_end(connections, waits(shape.n, shape.delay))),
            cannot: None,
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        let Shape { n, delay, params } = shape;
        Ok(Session { servers, n, delay, connections: params.connections(n) })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let server = self.servers.of(batch)?;
        let request = |(i, wait): (usize, Duration)| {
            let wait = wait.as_secs_f64();
            let path = match is_missing(i) {
                true => format!("/status/404?delay={wait}"),
                false => format!("/delay/{wait}?id={batch}-{i}"),
            };
            http::get_kept(server, &path)
        };
        let requests = waits(self.n, self.delay).enumerate().map(request);
        let requests = requests.collect::<Result<_, _>>()?;
        Ok(Input { batch, requests, taken: AtomicUsize::new(0) })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Vec<Answers> {
        let shared = Arc::clone(input);
        let connections = self.connections.min(threads.width().get());
        threads.map(connections, move |_| use_blocking(&shared))
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Vec<Answers> {
        let connection = |_| {
            let shared = Arc::clone(input);
            async move { use_async::<R>(&shared).await }
        };
        runtime.map(self.connections, connection).await
    }

    fn check(&self, input: &Input, connections: &Vec<Answers>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        let mut seen = vec![false; self.n];
        for answers in connections {
            let answers = answers.as_ref().map_err(|error| (error.kind(), error.to_string()));
            for (i, answer) in answers.as_ref().map_or(&[][..], |answers| answers) {
                let right = match mem::replace(&mut seen[*i], true) {
                    true => Err(("twice", "answered again".to_owned())),
                    false => check_answer(*i, answer, &format!("{}-{i}", input.batch)),
                };
                findings.note(|| format!("answer {i} of {}", self.n), right);
            }
            findings.note(|| "a connection".to_owned(), answers.map(drop));
        }
        let answered = seen.into_iter().filter(|seen| *seen).count();
        findings.note_count("answered requests", answered, self.n);
        findings.result()
    }
}

fn check_answer(i: usize, answer: &Answer, id: &str) -> Result<(), Finding> {
    match is_missing(i) {
        true => check::status(answer, 404),
        false => check::echo(answer, id),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(10);

    fn shape(n: usize) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters::default() }
    }

    #[test]
    fn no_more_connections_are_opened_than_are_used_at_once() {
        let of = |n, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, cannot } = Session::expected(&shape(n), by);
            let ServerCounts { requests, dropped, connections, peak } = server.unwrap();
            assert_eq!((requests, dropped, cannot), (n as u64..=n as u64, 0..=0, None));
            assert_eq!(connections, peak);
            (*peak.start(), *peak.end(), ideal.unwrap().div_duration_f64(DELAY) as usize)
        };
        assert_eq!(of(12, 1), (1, 1, 18));
        // The last, which takes two delays, is begun at 8.
        assert_eq!(of(12, 2), (2, 2, 10));
        assert_eq!(of(12, 0), (3, 3, 7));
        assert_eq!(of(12, 32), of(12, 0));
        assert_eq!(of(2, 0), (2, 2, 2));
        assert_eq!(of(1, 0), (1, 1, 1));
    }

    #[test]
    fn every_request_is_taken_once() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let input = Session::plan(shape(3), servers).unwrap().input(7).unwrap();
        let taken: Vec<_> = (0..5).map(|_| input.next().map(|(i, _)| i)).collect();
        assert_eq!(taken, [Some(0), Some(1), Some(2), None, None]);
    }

    #[test]
    fn answers_are_those_of_their_requests_each_once() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = Session::plan(shape(3), servers).unwrap();
        let answer = |&(i, status, id): &(usize, u16, &str)| {
            let body = format!(r#"{{"args":{{"id":"{id}"}}}}"#).into_bytes();
            (i, Ok(Response { status, body }))
        };
        let check = |connections: Vec<Answers>| {
            let input = plan.input(7).unwrap();
            plan.check(&input, &connections).map_err(|wrong| wrong.to_string())
        };
        let of = |connections: &[&[(usize, u16, &str)]]| {
            let answers = |answers: &&[_]| Ok(answers.iter().map(answer).collect());
            check(connections.iter().map(answers).collect())
        };
        let [a, b, missing] = [(0, 200, "7-0"), (1, 200, "7-1"), (2, 404, "")];
        assert_eq!(of(&[&[a, missing], &[], &[b]]), Ok(()));
        let few = of(&[&[a, missing]]).unwrap_err();
        assert_eq!(few, "2 answered requests instead of 3 (count: 1)");
        let twice = of(&[&[a, missing], &[b, a]]).unwrap_err();
        assert_eq!(twice, "answer 0 of 3: answered again (twice: 1)");
        let other = of(&[&[(0, 200, "7-1"), b, missing]]).unwrap_err();
        assert_eq!(other, r#"answer 0 of 3: id "7-1" instead of "7-0" (id: 1)"#);
        let there = of(&[&[a, b, (2, 200, "7-2")]]).unwrap_err();
        assert_eq!(there, "answer 2 of 3: status 200 instead of 404 (status: 1)");
        let refused = Err(Error::Connect(io::ErrorKind::ConnectionRefused.into()));
        let none = check(vec![Ok([a, b, missing].iter().map(answer).collect()), refused]);
        assert_eq!(
            none.unwrap_err(),
            "a connection: connecting failed: connection refused (connect: 1)"
        );
    }
}
