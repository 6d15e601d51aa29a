//! `first_completed` (#6 of the guide): n requests at once; the first answer, or the first error,
//! ends it and cancels those that are left.
//!
//! The first request takes one delay, and the others n of them down to two: the guide's 1, 3, 2.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::check::{self, Finding, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::{Threads, schedule};
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, Model, ServerCounts, Servers, Shape, Timing, Workload, Wrong};

/// n requests at once, of which the first to be answered is enough.
pub struct FirstCompleted {
    servers: Servers,
    n: usize,
    delay: Duration,
    until: Until,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// What is waited for.
    until: Until,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Until {
    /// The first answer, whichever it is.
    #[default]
    Answer,
    /// The first that is an error: the first request's, which is the only one.
    Error,
}

impl Until {
    fn reached(self, answer: &Answer) -> bool {
        self == Until::Answer || answer.as_ref().is_ok_and(|response| response.status == 500)
    }
}

/// The requests of a batch.
pub struct Input {
    batch: u64,
    requests: Vec<Request>,
}

type Answer = Result<Response, Error>;

/// What a batch came to.
pub struct Outcome {
    /// The requests that were answered, by their places, up to the one that was waited for.
    answers: Vec<(usize, Answer)>,
    /// When the one that was waited for was there.
    first: Duration,
}

/// How long each of `n` requests takes.
fn waits(n: usize, delay: Duration) -> impl Iterator<Item = Duration> {
    (0..n).map(move |i| delay * if i == 0 { 1 } else { n + 1 - i } as u32)
}

/// When the last request ends that `at_once` threads begin before the first has ended.
fn end_of_begun(n: usize, delay: Duration, at_once: usize) -> Duration {
    let begun = schedule(at_once, waits(n, delay)).filter(|request| request.start < delay);
    begun.map(|request| request.end).max().unwrap_or_default()
}

impl Workload for FirstCompleted {
    const NAME: &'static str = "first_completed";

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Outcome;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let Shape { n, delay, .. } = *shape;
        let at_once = by.at_once(n);
        // One at a time, the first request is the last, as it is enough.
        let most = if at_once == 1 { 1 } else { n as u64 };
        // How many of the others were begun, or answered, before it is a matter of time.
        let begun = ServerCounts {
            requests: 1..=most,
            connections: 1..=most,
            ..ServerCounts::fresh(n, at_once)
        };
        let (server, ideal, cannot) = match by.model {
            Model::Tasks => {
                // What the batch before has cancelled is in flight until the server has seen it.
                let peak = most..=2 * most - 1;
                (ServerCounts { dropped: 1.min(most - 1)..=most - 1, peak, ..begun }, delay, None)
            }
            Model::Threads if by.at_once(2) > 1 => {
                let cannot = "can't cancel a blocking call: what was begun runs to its end";
                (begun, end_of_begun(n, delay, at_once), Some(cannot))
            }
            Model::Threads | Model::Sequential => {
                let cannot = "can't wait for several at once: makes the requests in their order, \
                              of which the first is the shortest, until one is enough";
                (begun, delay, Some(cannot))
            }
        };
        Expected { server: Some(server), ideal: Some(ideal), cannot }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        let Shape { n, delay, params } = shape;
        Ok(FirstCompleted { servers, n, delay, until: params.until })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let server = self.servers.of(batch)?;
        let request = |(i, wait): (usize, Duration)| {
            let wait = wait.as_secs_f64();
            let path = match self.is_error(i) {
                true => format!("/status/500?delay={wait}"),
                false => format!("/delay/{wait}?id={batch}-{i}"),
            };
            http::get(server, &path)
        };
        let requests = waits(self.n, self.delay).enumerate().map(request);
        Ok(Input { batch, requests: requests.collect::<Result<_, _>>()? })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Outcome {
        let (start, until) = (Instant::now(), self.until);
        let enough = Arc::new(AtomicBool::new(false));
        let job = |i| {
            let (shared, enough) = (Arc::clone(input), Arc::clone(&enough));
            move || {
                if enough.load(Ordering::Relaxed) {
                    return None;
                }
                let answer = fetch_blocking(&shared.requests[i]);
                if until.reached(&answer) {
                    enough.store(true, Ordering::Relaxed);
                }
                Some((i, answer))
            }
        };
        let mut ended = threads.as_completed((0..self.n).map(job)).flatten();
        let mut answers = Vec::with_capacity(self.n);
        for (i, answer) in ended.by_ref() {
            let reached = until.reached(&answer);
            answers.push((i, answer));
            if reached {
                break;
            }
        }
        let first = start.elapsed();
        // Nobody wants these any more, and nothing can end them early.
        ended.for_each(drop);
        Outcome { answers, first }
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Outcome {
        let start = Instant::now();
        let mut tasks = R::TaskSet::default();
        for i in 0..self.n {
            let shared = Arc::clone(input);
            let fetch = async move { (i, fetch::<R>(&shared.requests[i]).await) };
            runtime.spawn_into(&mut tasks, fetch);
        }
        let mut answers = Vec::with_capacity(self.n);
        while let Some((i, answer)) = R::next_ended(&mut tasks).await {
            let reached = self.until.reached(&answer);
            answers.push((i, answer));
            if reached {
                break;
            }
        }
        let first = start.elapsed();
        R::cancel_all(tasks).await;
        Outcome { answers, first }
    }

    fn timings(&self, outcome: &Outcome) -> Vec<Timing> {
        // Other answers may have come before the error.
        let name = match self.until {
            Until::Answer => "first answer",
            Until::Error => "first error",
        };
        vec![(name, outcome.first)]
    }

    fn check(&self, input: &Input, Outcome { answers, .. }: &Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        let reached = answers.iter().position(|(_, answer)| self.until.reached(answer));
        let wanted = reached.unwrap_or(answers.len()) + 1;
        findings.note_count("answers up to the one waited for", answers.len(), wanted);
        let mut seen = vec![false; self.n];
        for (place, (i, answer)) in answers.iter().enumerate() {
            let right = match mem::replace(&mut seen[*i], true) {
                true => Err(("twice", format!("request {i} again"))),
                false => self.check_answer(*i, answer, &format!("{}-{i}", input.batch)),
            };
            findings.note(|| format!("answer {place} of {}", answers.len()), right);
        }
        findings.result()
    }
}

impl FirstCompleted {
    /// Whether request `i` is answered with an error.
    fn is_error(&self, i: usize) -> bool {
        self.until == Until::Error && i == 0
    }

    fn check_answer(&self, i: usize, answer: &Answer, id: &str) -> Result<(), Finding> {
        match self.is_error(i) {
            true => check::status(answer, 500),
            false => check::echo(answer, id),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    const DELAY: Duration = Duration::from_millis(10);

    fn shape(n: usize, until: Until) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters { until } }
    }

    #[test]
    fn the_first_ends_tasks_and_leaves_threads_what_they_have_begun() {
        let of = |n, model, limit| {
            let by = By { model, limit: NonZero::new(limit) };
            FirstCompleted::expected(&shape(n, Until::Answer), by)
        };
        let server = |n, model, limit| of(n, model, limit).server.unwrap();
        let tasks = server(3, Model::Tasks, 0);
        assert_eq!((tasks.requests, tasks.dropped, tasks.peak), (1..=3, 1..=2, 3..=5));
        assert_eq!(server(1, Model::Tasks, 0), ServerCounts::fresh(1, 1));
        let threads = server(3, Model::Threads, 32);
        assert_eq!((threads.requests, threads.dropped, threads.peak), (1..=3, 0..=0, 3..=3));
        assert_eq!(server(3, Model::Sequential, 1), ServerCounts::fresh(1, 1));
        assert_eq!(server(3, Model::Threads, 1), ServerCounts::fresh(1, 1));

        let ideal = |n, model, limit| of(n, model, limit).ideal.unwrap();
        assert_eq!(ideal(3, Model::Tasks, 0), DELAY);
        assert_eq!(ideal(3, Model::Sequential, 1), DELAY);
        assert_eq!(
            [1, 2, 32].map(|limit| ideal(3, Model::Threads, limit)),
            [1, 3, 3].map(|d| DELAY * d)
        );
        assert_eq!(ideal(1, Model::Threads, 32), DELAY);

        assert_eq!(of(3, Model::Tasks, 0).cannot, None);
        let cannot = |model, limit| of(3, model, limit).cannot.unwrap();
        assert!(cannot(Model::Threads, 32).starts_with("can't cancel a blocking call"));
        assert!(cannot(Model::Sequential, 1).starts_with("can't wait for several"));
        // A pool of one has begun nothing else that could run to its end.
        assert_eq!(cannot(Model::Threads, 1), cannot(Model::Sequential, 1));
    }

    #[test]
    fn the_shortest_request_is_the_first_and_the_longest_the_second() {
        let waits =
            |n| waits(n, DELAY).map(|wait| wait.div_duration_f64(DELAY)).collect::<Vec<_>>();
        assert_eq!(waits(3), [1.0, 3.0, 2.0]);
        assert_eq!(waits(2), [1.0, 2.0]);
        assert_eq!(waits(1), [1.0]);
    }

    fn check(until: Until, answers: &[(usize, u16, &str)]) -> Result<(), String> {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = FirstCompleted::plan(shape(3, until), servers).unwrap();
        let answer = |&(i, status, id): &(usize, u16, &str)| {
            let body = format!(r#"{{"args":{{"id":"{id}"}}}}"#).into_bytes();
            (i, Ok(Response { status, body }))
        };
        let answers = answers.iter().map(answer).collect();
        let outcome = Outcome { answers, first: DELAY };
        plan.check(&plan.input(7).unwrap(), &outcome).map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn the_moment_is_that_of_what_is_waited_for() {
        for (until, moment) in [(Until::Answer, "first answer"), (Until::Error, "first error")] {
            let plan = FirstCompleted::plan(shape(3, until), Servers(Vec::new())).unwrap();
            let outcome = Outcome { answers: Vec::new(), first: DELAY };
            assert_eq!(plan.timings(&outcome), [(moment, DELAY)]);
        }
    }

    #[test]
    fn one_right_answer_is_enough_and_no_other_is_taken() {
        let of = |answers: &[_]| check(Until::Answer, answers);
        assert_eq!(of(&[(0, 200, "7-0")]), Ok(()));
        assert_eq!(of(&[(2, 200, "7-2")]), Ok(()));
        let two = of(&[(0, 200, "7-0"), (2, 200, "7-2")]).unwrap_err();
        assert_eq!(two, "2 answers up to the one waited for instead of 1 (count: 1)");
        assert!(of(&[]).unwrap_err().starts_with("0 answers up to the one waited for"));
        let other = of(&[(0, 200, "7-2")]).unwrap_err();
        assert_eq!(other, r#"answer 0 of 1: id "7-2" instead of "7-0" (id: 1)"#);
        assert!(of(&[(0, 500, "")]).unwrap_err().contains("status 500 instead of 200"));
    }

    #[test]
    fn the_first_requests_error_is_waited_for() {
        let of = |answers: &[_]| check(Until::Error, answers);
        let [good, error] = [(2, 200, "7-2"), (0, 500, "")];
        assert_eq!(of(&[error]), Ok(()));
        assert_eq!(of(&[good, error]), Ok(()));
        let none = of(&[good]).unwrap_err();
        assert_eq!(none, "1 answers up to the one waited for instead of 2 (count: 1)");
        let twice = of(&[good, good, error]).unwrap_err();
        assert_eq!(twice, "answer 1 of 3: request 2 again (twice: 1)");
        assert!(of(&[(1, 500, "")]).unwrap_err().contains("status 500 instead of 200"));
    }
}
