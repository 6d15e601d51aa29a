//! `retry` (#17 of the guide): n calls that are tried again when they fail, each wait twice the last.
//!
//! Of each four calls one is answered at once, one fails twice before it is, one asks for what is not
//! there, which no other try would change, and one is never answered, so that every try of it ends
//! by its time-out.

use std::num::NonZero;
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::{self, Finding, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::{Threads, schedule_end};
use crate::wire::{fetch_blocking_within, fetch_within};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// How often the server fails a call of [`Kind::Flaky`] before it answers.
const FAILURES: u32 = 2;

/// The time-out of calls that are answered: one that comes is an error.
const PATIENT: Duration = Duration::from_secs(60);

/// n calls, tried again when they fail.
pub struct Retry {
    servers: Servers,
    n: usize,
    policy: Policy,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Tries of each call, at most.
    tries: NonZero<u8>,
    /// The time-out of a try that is never answered, in delays.
    timeout: NonZero<u8>,
}

impl Default for Parameters {
    fn default() -> Self {
        let three = NonZero::new(3).unwrap_or(NonZero::<u8>::MIN);
        Parameters { tries: three, timeout: three }
    }
}

/// When a call is tried again.
#[derive(Clone, Copy, Debug)]
struct Policy {
    tries: u32,
    /// The wait before the second try. Each wait after it is twice the one before.
    first_wait: Duration,
    timeout: Duration,
}

impl Policy {
    fn of(shape: &Shape<Parameters>) -> Self {
        let Parameters { tries, timeout } = shape.params;
        Policy {
            tries: tries.get().into(),
            first_wait: shape.delay,
            timeout: shape.delay * timeout.get().into(),
        }
    }

    /// How long to wait before the next try, after so many; `None` if there is none, because the
    /// answer is final or all tries are used up.
    fn wait(&self, tried: u32, answer: &Result<Response, Error>) -> Option<Duration> {
        let passing = match answer {
            Ok(response) => response.status >= 500,
            Err(_) => true,
        };
        (passing && tried < self.tries).then(|| self.first_wait * 2_u32.pow(tried - 1))
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Answered,
    Flaky,
    NotFound,
    Never,
}

impl Kind {
    fn of(call: usize) -> Self {
        [Kind::Answered, Kind::Flaky, Kind::NotFound, Kind::Never][call % 4]
    }

    /// How often it is tried.
    fn tries(self, policy: &Policy) -> u32 {
        match self {
            Kind::Answered | Kind::NotFound => 1,
            Kind::Flaky => policy.tries.min(FAILURES + 1),
            Kind::Never => policy.tries,
        }
    }

    /// What its tries and the waits between them take, if nothing else takes time.
    fn takes(self, policy: &Policy) -> Duration {
        let tries = self.tries(policy);
        let waits = policy.first_wait * (2_u32.pow(tries - 1) - 1);
        waits + if self == Kind::Never { policy.timeout * tries } else { Duration::ZERO }
    }
}

/// A call: what is asked for, and how long each try may take.
struct Call {
    request: Request,
    timeout: Duration,
}

/// The calls of a batch.
pub struct Input {
    batch: u64,
    calls: Vec<Call>,
}

/// What became of a call: its last answer, and how many tries it took.
pub struct Tried {
    answer: Result<Response, Error>,
    tries: u32,
}

impl Workload for Retry {
    const NAME: &'static str = "retry";
    const UNIT: &'static str = "call";

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Vec<Tried>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let (policy, at_once) = (Policy::of(shape), by.at_once(shape.n));
        let calls = || (0..shape.n).map(Kind::of);
        let tries = |never: bool| {
            let those = calls().filter(|&kind| (kind == Kind::Never) == never);
            those.map(|kind| u64::from(kind.tries(&policy))).sum::<u64>()
        };
        let (answered, never) = (tries(false), tries(true));
        // Answers come at once: what surely overlaps are the calls that get none.
        let waiting = calls().filter(|&kind| kind == Kind::Never).count().clamp(1, at_once);
        Expected {
            server: Some(ServerCounts {
                requests: answered..=answered,
                dropped: never..=never,
                connections: answered + never..=answered + never,
                // The server may read a call's next try before it sees that the last was given up.
                peak: waiting as u64..=at_once as u64 + never,
            }),
            ideal: Some(schedule_end(at_once, calls().map(|kind| kind.takes(&policy)))),
            cannot: None,
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        Ok(Retry { servers, n: shape.n, policy: Policy::of(&shape) })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let server = self.servers.of(batch)?;
        let call = |i| {
            let (path, timeout) = match Kind::of(i) {
                Kind::Answered => (format!("/delay/0?id={batch}-{i}"), PATIENT),
                Kind::Flaky => {
                    let key = format!("{}-{batch}-{i}", process::id());
                    (format!("/flaky/{key}?fails={FAILURES}"), PATIENT)
                }
                Kind::NotFound => ("/status/404".to_owned(), PATIENT),
                Kind::Never => ("/never".to_owned(), self.policy.timeout),
            };
            Ok(Call { request: http::get(server, &path)?, timeout })
        };
        Ok(Input { batch, calls: (0..self.n).map(call).collect::<Result<_, _>>()? })
    }

    /// With waits that are short: none at all are not allowed.
    fn warm_up(shape: Shape<Parameters>) -> Shape<Parameters> {
        Shape { delay: Duration::from_millis(1), ..shape }
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Vec<Tried> {
        let (policy, shared) = (self.policy, Arc::clone(input));
        threads.map(self.n, move |i| {
            let Call { request, timeout } = &shared.calls[i];
            let mut tries = 1;
            loop {
                let answer = fetch_blocking_within(*timeout, request);
                let Some(wait) = policy.wait(tries, &answer) else {
                    return Tried { answer, tries };
                };
                thread::sleep(wait);
                tries += 1;
            }
        })
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Vec<Tried> {
        let policy = self.policy;
        let call = |i| {
            let shared = Arc::clone(input);
            async move {
                let Call { request, timeout } = &shared.calls[i];
                let mut tries = 1;
                loop {
                    let answer = fetch_within::<R>(*timeout, request).await;
                    let Some(wait) = policy.wait(tries, &answer) else {
                        return Tried { answer, tries };
                    };
                    R::sleep(wait).await;
                    tries += 1;
                }
            }
        };
        runtime.map(self.n, call).await
    }

    fn check(&self, input: &Input, calls: &Vec<Tried>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("calls", calls.len(), self.n);
        for (i, call) in calls.iter().enumerate() {
            let kind = Kind::of(i);
            findings.note_count("tries of a call", call.tries as usize, {
                kind.tries(&self.policy) as usize
            });
            let place = || format!("call {i} of {}", self.n);
            findings.note(place, self.ended(kind, &call.answer, &format!("{}-{i}", input.batch)));
        }
        findings.result()
    }
}

impl Retry {
    /// Checks the last answer of a call.
    fn ended(&self, kind: Kind, answer: &Result<Response, Error>, id: &str) -> Result<(), Finding> {
        match (kind, answer) {
            (Kind::Answered, _) => check::echo(answer, id),
            (Kind::Flaky, _) if self.policy.tries > FAILURES => check::status(answer, 200),
            (Kind::Flaky, _) => check::status(answer, 503),
            (Kind::NotFound, _) => check::status(answer, 404),
            (Kind::Never, Err(Error::TimedOut(_))) => Ok(()),
            (Kind::Never, Err(error)) => Err((error.kind(), error.to_string())),
            (Kind::Never, Ok(response)) => {
                Err(("in time", format!("status {} instead of a time-out", response.status)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(10);

    fn shape(n: usize, tries: u8) -> Shape<Parameters> {
        let tries = NonZero::new(tries).unwrap();
        Shape { n, delay: DELAY, params: Parameters { tries, ..Parameters::default() } }
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |n, tries, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, .. } = Retry::expected(&shape(n, tries), by);
            let ServerCounts { requests, dropped, connections, peak } = server.unwrap();
            assert_eq!(*connections.start(), requests.start() + dropped.start());
            let delays = ideal.unwrap().div_duration_f64(DELAY) as u32;
            (*requests.start(), *dropped.start(), peak, delays)
        };
        // Three time-outs of three delays, and waits of one and two.
        assert_eq!(of(4, 3, 0), (5, 3, 1..=7, 12));
        assert_eq!(of(4, 3, 1), (5, 3, 1..=4, 15));
        assert_eq!(of(8, 3, 0), (10, 6, 2..=14, 12));
        assert_eq!(of(8, 3, 2), (10, 6, 2..=8, 18));
        assert_eq!(of(4, 1, 0), (3, 1, 1..=5, 3));
        assert_eq!(of(4, 5, 0), (5, 5, 1..=9, 15 + 15));
        assert_eq!(of(1, 3, 0), (1, 0, 1..=1, 0));
    }

    #[test]
    fn waits_double_and_what_is_final_is_not_tried_again() {
        let policy = Policy::of(&shape(4, 4));
        let failed = || Ok(Response { status: 503, body: Vec::new() });
        let waits = |answer: fn() -> Result<Response, Error>| {
            (1..=5).map_while(|tried| policy.wait(tried, &answer())).collect::<Vec<_>>()
        };
        assert_eq!((1..=4).map(|tried| policy.wait(tried, &failed())).collect::<Vec<_>>(), {
            [Some(DELAY), Some(DELAY * 2), Some(DELAY * 4), None]
        });
        assert_eq!(waits(|| Err(Error::TimedOut(DELAY))).len(), 3);
        assert_eq!(waits(|| Ok(Response { status: 404, body: Vec::new() })), []);
        assert_eq!(waits(|| Ok(Response { status: 200, body: Vec::new() })), []);
    }

    #[test]
    fn a_wrong_end_and_a_wrong_number_of_tries_are_found() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = Retry::plan(shape(4, 3), servers).unwrap();
        let input = plan.input(7).unwrap();
        let status = |status| Ok(Response { status, body: br#"{"args":{"id":"7-0"}}"#.to_vec() });
        let right = || {
            let call = |(answer, tries)| Tried { answer, tries };
            let late = Err(Error::TimedOut(DELAY * 3));
            [(status(200), 1), (status(200), 3), (status(404), 1), (late, 3)].map(call)
        };
        let wrong = |damage: fn(&mut [Tried; 4])| {
            let mut calls = right();
            damage(&mut calls);
            plan.check(&input, &calls.into()).map_err(|wrong| wrong.to_string())
        };
        assert_eq!(wrong(|_| {}), Ok(()));
        let tries = wrong(|calls| calls[2].tries = 3).unwrap_err();
        assert_eq!(tries, "3 tries of a call instead of 1 (count: 1)");
        let given_up = wrong(|calls| calls[1].answer = Err(Error::Truncated)).unwrap_err();
        assert!(given_up.starts_with("call 1 of 4: ") && given_up.ends_with("(truncated: 1)"));
        let answered =
            wrong(|calls| calls[3].answer = Ok(Response { status: 200, body: Vec::new() }));
        let answered = answered.unwrap_err();
        assert_eq!(answered, "call 3 of 4: status 200 instead of a time-out (in time: 1)");
        assert!(plan.check(&input, &right().into_iter().take(3).collect()).is_err());
    }
}
