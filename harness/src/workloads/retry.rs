//! `retry` (#17 of the guide): n calls that are tried again where that may help, with a time-out and
//! a longer and longer pause between two tries.
//!
//! Of four calls one answers at once, one fails (503) until its last try, one asks for what is not
//! there (404, which is final), and one never answers, so that each of its tries is timed out.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;
use std::{process, thread};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::{self, Finding, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::{Threads, schedule_end};
use crate::wire::{fetch_blocking_within, fetch_within};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// The time-out of calls that are answered: no machine may be so slow that it makes one fail.
const LONG: Duration = Duration::from_secs(60);

/// n calls with retries.
pub struct Retry {
    servers: Servers,
    n: usize,
    delay: Duration,
    params: Parameters,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// How often a call is tried, at most.
    tries: NonZero<u8>,
    /// How many delays a try may take that is not answered.
    timeout: NonZero<u8>,
}

impl Default for Parameters {
    fn default() -> Self {
        let three = NonZero::new(3).unwrap_or(NonZero::<u8>::MIN);
        Parameters { tries: three, timeout: three }
    }
}

/// What is tried again, and when.
#[derive(Clone, Copy)]
struct Policy {
    tries: u32,
    /// The first pause.
    delay: Duration,
}

impl Policy {
    /// Whether nothing is to come after this try, the first of which is 1.
    fn ends(self, tries: u32, answer: &Answer) -> bool {
        // What the server did not do, it may do yet; what it refused, it refuses again.
        let is_final = answer.as_ref().is_ok_and(|response| response.status < 500);
        is_final || tries == self.tries
    }

    /// The pause after this try: twice the one before.
    fn pause(self, tries: u32) -> Duration {
        self.delay.saturating_mul(2_u32.saturating_pow(tries - 1))
    }

    /// All pauses of a call that is never given a final answer.
    fn pauses(self) -> Duration {
        (1..self.tries)
            .map(|tries| self.pause(tries))
            .fold(Duration::ZERO, Duration::saturating_add)
    }
}

/// What the server does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Answers,
    AnswersLast,
    IsMissing,
    NeverAnswers,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Answers, Kind::AnswersLast, Kind::IsMissing, Kind::NeverAnswers];

    fn of(i: usize) -> Self {
        Kind::ALL[i % Kind::ALL.len()]
    }

    /// How many of `n` calls are of this kind.
    fn count(self, n: usize) -> usize {
        (0..n).map(Kind::of).filter(|kind| *kind == self).count()
    }
}

impl Parameters {
    fn policy(self, delay: Duration) -> Policy {
        Policy { tries: self.tries.get().into(), delay }
    }

    /// The time-out of a call that is never answered.
    fn timeout(self, delay: Duration) -> Duration {
        delay * self.timeout.get().into()
    }

    /// What the waits of a call cost.
    fn wait(self, kind: Kind, delay: Duration) -> Duration {
        let policy = self.policy(delay);
        match kind {
            Kind::Answers | Kind::IsMissing => Duration::ZERO,
            Kind::AnswersLast => policy.pauses(),
            Kind::NeverAnswers => self.timeout(delay) * policy.tries + policy.pauses(),
        }
    }
}

/// The calls of a batch.
pub struct Input {
    batch: u64,
    calls: Vec<Call>,
}

struct Call {
    request: Request,
    timeout: Duration,
}

type Answer = Result<Response, Error>;

/// A call that has ended: its tries, and what came of the last.
pub struct Ended {
    tries: u32,
    answer: Answer,
}

fn call_blocking(call: &Call, policy: Policy) -> Ended {
    let mut tries = 1;
    loop {
        let answer = fetch_blocking_within(call.timeout, &call.request);
        if policy.ends(tries, &answer) {
            return Ended { tries, answer };
        }
        thread::sleep(policy.pause(tries));
        tries += 1;
    }
}

async fn call_async<R: Runtime>(call: &Call, policy: Policy) -> Ended {
    let mut tries = 1;
    loop {
        let answer = fetch_within::<R>(call.timeout, &call.request).await;
        if policy.ends(tries, &answer) {
            return Ended { tries, answer };
        }
        R::sleep(policy.pause(tries)).await;
        tries += 1;
    }
}

/// What the server calls the call of its `/flaky`: no other process may have the same.
fn key(batch: u64, i: usize) -> String {
    format!("{}-{batch}-{i}", process::id())
}

impl Workload for Retry {
    const NAME: &'static str = "retry";
    const UNIT: &'static str = "call";

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Vec<Ended>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let Shape { n, delay, params } = *shape;
        let [answers, last, missing, never] = Kind::ALL.map(|kind| kind.count(n) as u64);
        let (at_once, tries) = (by.at_once(n), u64::from(params.tries.get()));
        let (answered, dropped) = (answers + last * tries + missing, never * tries);
        let exactly = |count| count..=count;
        // Those that never answer are all under way together, the others only for a moment. What
        // was given up is in flight until the server has seen its client leave.
        let least = never.min(at_once as u64).max(1);
        let most = at_once as u64 + dropped;
        let waits = (0..n).map(|i| params.wait(Kind::of(i), delay));
        let ideal = schedule_end(at_once, waits);
        Expected {
            server: Some(ServerCounts {
                requests: exactly(answered),
                dropped: exactly(dropped),
                connections: exactly(answered + dropped),
                peak: least..=most,
            }),
            ideal: (!ideal.is_zero()).then_some(ideal),
            cannot: None,
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        let Shape { n, delay, params } = shape;
        Ok(Retry { servers, n, delay, params })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let server = self.servers.of(batch)?;
        let fails = self.params.tries.get() - 1;
        let call = |i| {
            let (path, timeout) = match Kind::of(i) {
                Kind::Answers => (format!("/delay/0?id={batch}-{i}"), LONG),
                Kind::AnswersLast => (format!("/flaky/{}?fails={fails}", key(batch, i)), LONG),
                Kind::IsMissing => ("/status/404".to_owned(), LONG),
                Kind::NeverAnswers => ("/never".to_owned(), self.params.timeout(self.delay)),
            };
            Ok(Call { request: http::get(server, &path)?, timeout })
        };
        Ok(Input { batch, calls: (0..self.n).map(call).collect::<Result<_, _>>()? })
    }

    /// Delays that are short: none may be nothing, as runtimes differ in what waiting for that is.
    fn warm_up(shape: Shape<Parameters>) -> Shape<Parameters> {
        Shape { delay: Duration::from_millis(1), ..shape }
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Vec<Ended> {
        let (shared, policy) = (Arc::clone(input), self.params.policy(self.delay));
        threads.map(self.n, move |i| call_blocking(&shared.calls[i], policy))
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Vec<Ended> {
        let policy = self.params.policy(self.delay);
        let call = |i| {
            let shared = Arc::clone(input);
            async move { call_async::<R>(&shared.calls[i], policy).await }
        };
        runtime.map(self.n, call).await
    }

    fn check(&self, input: &Input, calls: &Vec<Ended>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("calls", calls.len(), self.n);
        let all = u32::from(self.params.tries.get());
        for (i, Ended { tries, answer }) in calls.iter().enumerate() {
            let (wanted, right) = match Kind::of(i) {
                Kind::Answers => (1, check::echo(answer, &format!("{}-{i}", input.batch))),
                Kind::AnswersLast => (all, check_attempt(answer, &key(input.batch, i), all)),
                Kind::IsMissing => (1, check::status(answer, 404)),
                Kind::NeverAnswers => (all, check_timed_out(answer)),
            };
            findings.note_count("tries", *tries as usize, wanted as usize);
            findings.note(|| format!("call {i} of {}", self.n), right);
        }
        findings.result()
    }
}

/// Checks that an answer of `/flaky` is that of the last try.
fn check_attempt(answer: &Answer, key: &str, tries: u32) -> Result<(), Finding> {
    let answer = answer.as_ref().map_err(|error| (error.kind(), error.to_string()))?;
    let body = check::json_of(answer)?;
    let told = (&body["key"], &body["attempt"]);
    if told == (&Value::from(key), &Value::from(tries)) {
        return Ok(());
    }
    Err(("attempt", format!("attempt {} of {} instead of {tries} of {key:?}", told.1, told.0)))
}

fn check_timed_out(answer: &Answer) -> Result<(), Finding> {
    match answer {
        Err(Error::TimedOut(_)) => Ok(()),
        Err(error) => Err((error.kind(), error.to_string())),
        Ok(response) => Err(("answered", format!("answered with {}", response.status))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(10);

    /// A status and a body, or why there are none.
    type Told<B> = Result<(u16, B), Error>;

    fn shape(n: usize, tries: u8) -> Shape<Parameters> {
        let tries = NonZero::new(tries).unwrap();
        Shape { n, delay: DELAY, params: Parameters { tries, ..Parameters::default() } }
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |n, tries, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, cannot } = Retry::expected(&shape(n, tries), by);
            let ServerCounts { requests, dropped, connections, peak } = server.unwrap();
            assert_eq!((cannot, *requests.start()), (None, *requests.end()));
            assert_eq!(*connections.start(), requests.start() + dropped.start());
            let delays = ideal.map_or(0, |ideal| ideal.div_duration_f64(DELAY) as usize);
            (*requests.start(), *dropped.start(), peak, delays)
        };
        // 0, 1 + 2, 0 and 3 * 3 + 1 + 2 delays.
        assert_eq!(of(4, 3, 0), (5, 3, 1..=7, 12));
        assert_eq!(of(4, 3, 1), (5, 3, 1..=4, 15));
        assert_eq!(of(8, 3, 0), (10, 6, 2..=14, 12));
        assert_eq!(of(8, 3, 1), (10, 6, 1..=7, 30));
        assert_eq!(of(1, 3, 0), (1, 0, 1..=1, 0));
        assert_eq!(of(6, 3, 32), (9, 3, 1..=9, 12));
        assert_eq!(of(4, 1, 0), (3, 1, 1..=5, 3));
    }

    #[test]
    fn failures_and_silence_are_tried_again_and_pauses_double() {
        let policy = shape(4, 3).params.policy(DELAY);
        let status = |status| Ok(Response { status, body: Vec::new() });
        for is_final in [200, 404] {
            assert!(policy.ends(1, &status(is_final)));
        }
        for again in [status(503), Err(Error::TimedOut(DELAY)), Err(Error::Truncated)] {
            assert!(!policy.ends(1, &again) && !policy.ends(2, &again) && policy.ends(3, &again));
        }
        assert_eq!([1, 2, 3].map(|tries| policy.pause(tries)), [1, 2, 4].map(|d| DELAY * d));
        assert_eq!(policy.pauses(), DELAY * 3);
        assert_eq!(shape(4, 1).params.policy(DELAY).pauses(), Duration::ZERO);
        // No number of tries is too many to be told of.
        assert!(shape(4, 255).params.policy(DELAY).pauses() > Duration::from_secs(1 << 20));
    }

    #[test]
    fn tries_and_answers_are_those_of_their_kind_of_call() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = Retry::plan(shape(4, 3), servers).unwrap();
        let right = |i| {
            let body = match i {
                0 => r#"{"args":{"id":"7-0"}}"#.to_owned(),
                _ => format!(r#"{{"key":"{}","attempt":3,"failed":false}}"#, key(7, i)),
            };
            match Kind::of(i) {
                Kind::Answers => (1, Ok((200, body))),
                Kind::AnswersLast => (3, Ok((200, body))),
                Kind::IsMissing => (1, Ok((404, String::new()))),
                Kind::NeverAnswers => (3, Err(Error::TimedOut(DELAY))),
            }
        };
        let check = |at: usize, other: Option<(u32, Told<&str>)>| {
            let mut calls: Vec<_> = (0..4).map(right).collect();
            if let Some((tries, answer)) = other {
                calls[at] = (tries, answer.map(|(status, body)| (status, body.to_owned())));
            }
            let ended = |(tries, answer): (u32, Told<String>)| {
                let answer = answer.map(|(status, body)| Response { status, body: body.into() });
                Ended { tries, answer }
            };
            let calls = calls.into_iter().map(ended).collect();
            plan.check(&plan.input(7).unwrap(), &calls).map_err(|wrong| wrong.to_string())
        };
        assert_eq!(check(0, None), Ok(()));
        let wrong = |at, tries, answer| check(at, Some((tries, answer))).unwrap_err();
        assert_eq!(wrong(2, 2, Ok((404, ""))), "2 tries instead of 1 (count: 1)");
        assert_eq!(wrong(3, 3, Ok((200, ""))), "call 3 of 4: answered with 200 (answered: 1)");
        let early = wrong(1, 3, Ok((503, "")));
        assert_eq!(early, "call 1 of 4: status 503 instead of 200 (status: 1)");
        let other = wrong(1, 3, Ok((200, r#"{"key":"7-1","attempt":2}"#)));
        assert!(
            other.starts_with(r#"call 1 of 4: attempt 2 of "7-1" instead of 3 of "#),
            "{other}"
        );
        assert!(wrong(3, 3, Err(Error::Truncated)).ends_with("(truncated: 1)"));
    }
}
