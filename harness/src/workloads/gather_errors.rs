//! `gather_errors` (#4, #5 of the guide): n calls at once of which every second one fails; the first
//! failure cancels what is left, or all outcomes are collected in the order of the calls.
//!
//! The first call takes the longest, the others one delay more each, so that they end in another
//! order than they were begun in.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::{self, Finding, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::{Threads, schedule, schedule_end};
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, Model, ServerCounts, Servers, Shape, Workload, Wrong};

/// n calls at once, of which every second one fails.
pub struct GatherErrors {
    servers: Servers,
    n: usize,
    delay: Duration,
    on_error: OnError,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// What becomes of the other calls once one has failed.
    on_error: OnError,
}

/// What becomes of the other calls once one has failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OnError {
    /// They are cancelled.
    #[default]
    Cancel,
    /// They go on, and failures stand beside answers.
    Collect,
}

/// The requests of a batch.
pub struct Input {
    batch: u64,
    requests: Vec<Request>,
}

type Answer = Result<Response, Error>;

/// A call that has ended: its place among the calls, and its answer.
type Ended = (usize, Answer);

/// Whether call `i` is one of those that fail.
fn fails(i: usize) -> bool {
    i.is_multiple_of(2)
}

fn failed(answer: &Answer) -> bool {
    !answer.as_ref().is_ok_and(|response| response.status == 200)
}

/// How long each of `n` calls takes.
fn waits(n: usize, delay: Duration) -> impl Iterator<Item = Duration> {
    (0..n).map(move |i| delay * if i == 0 { n } else { i } as u32)
}

/// When the last call ends that is begun, where the first failure keeps others from being begun.
fn end_of_begun(n: usize, delay: Duration, at_once: usize) -> Duration {
    let calls = || schedule(at_once, waits(n, delay));
    let failures = calls().enumerate().filter(|(i, _)| fails(*i));
    let first = failures.map(|(_, call)| call.end).min().unwrap_or_default();
    calls().filter(|call| call.start < first).map(|call| call.end).max().unwrap_or_default()
}

/// When the first failure is there if all calls are begun at once.
fn first_failure(n: usize, delay: Duration) -> Duration {
    let failures = waits(n, delay).enumerate().filter(|(i, _)| fails(*i));
    failures.map(|(_, wait)| wait).min().unwrap_or_default()
}

impl Workload for GatherErrors {
    const NAME: &'static str = "gather_errors";
    const UNIT: &'static str = "call";

    type Parameters = Parameters;
    type Input = Input;
    /// In the order of the calls where all are collected; else in the order in which they ended, up
    /// to the first failure.
    type Outcome = Vec<Ended>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let Shape { n, delay, params: Parameters { on_error } } = *shape;
        let at_once = by.at_once(n);
        let all = ServerCounts::fresh(n, at_once);
        if on_error == OnError::Collect {
            let ideal = schedule_end(at_once, waits(n, delay));
            return Expected { server: Some(all), ideal: Some(ideal), cannot: None };
        }
        // One at a time, the first call is the last, as it fails.
        let most = if at_once == 1 { 1 } else { n as u64 };
        // How many of the others were begun, or answered, before the failure is a matter of time.
        let begun = ServerCounts { requests: 1..=most, connections: 1..=most, ..all };
        let (server, ideal, cannot) = match by.model {
            Model::Tasks => {
                // What the batch before has cancelled is in flight until the server has seen it.
                let peak = most..=2 * most - 1;
                // Of two calls the one that fails takes longest: nothing is left to cancel.
                let least = u64::from(n > 2);
                let server = ServerCounts { dropped: least..=most - 1, peak, ..begun };
                (server, first_failure(n, delay), None)
            }
            Model::Threads if by.at_once(2) > 1 => {
                let cannot = "can't cancel a blocking call: what was begun runs to its end";
                (begun, end_of_begun(n, delay, at_once), Some(cannot))
            }
            Model::Threads | Model::Sequential => {
                let cannot = "can't begin a call before the one before has ended: the first \
                              failure leaves nothing to cancel";
                (begun, end_of_begun(n, delay, at_once), Some(cannot))
            }
        };
        Expected { server: Some(server), ideal: Some(ideal), cannot }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        let Shape { n, delay, params } = shape;
        Ok(GatherErrors { servers, n, delay, on_error: params.on_error })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let server = self.servers.of(batch)?;
        let request = |(i, wait): (usize, Duration)| {
            let wait = wait.as_secs_f64();
            let path = match fails(i) {
                true => format!("/status/500?delay={wait}"),
                false => format!("/delay/{wait}?id={batch}-{i}"),
            };
            http::get(server, &path)
        };
        let requests = waits(self.n, self.delay).enumerate().map(request);
        Ok(Input { batch, requests: requests.collect::<Result<_, _>>()? })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Vec<Ended> {
        let shared = Arc::clone(input);
        if self.on_error == OnError::Collect {
            return threads.map(self.n, move |i| (i, fetch_blocking(&shared.requests[i])));
        }
        let over = Arc::new(AtomicBool::new(false));
        let call = |i| {
            let (shared, over) = (Arc::clone(&shared), Arc::clone(&over));
            move || {
                if over.load(Ordering::Relaxed) {
                    return None;
                }
                let answer = fetch_blocking(&shared.requests[i]);
                if failed(&answer) {
                    over.store(true, Ordering::Relaxed);
                }
                Some((i, answer))
            }
        };
        let mut calls = threads.as_completed((0..self.n).map(call)).flatten();
        let mut ended = Vec::with_capacity(self.n);
        for call in calls.by_ref() {
            ended.push(call);
            if ended.last().is_some_and(|(_, answer)| failed(answer)) {
                break;
            }
        }
        // Nobody wants these any more, and nothing can end them early.
        calls.for_each(drop);
        ended
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Vec<Ended> {
        let call = |i| {
            let shared = Arc::clone(input);
            async move { (i, fetch::<R>(&shared.requests[i]).await) }
        };
        if self.on_error == OnError::Collect {
            return runtime.map(self.n, call).await;
        }
        let mut calls = R::TaskSet::default();
        for i in 0..self.n {
            runtime.spawn_into(&mut calls, call(i));
        }
        let mut ended = Vec::with_capacity(self.n);
        while let Some(call) = R::next_ended(&mut calls).await {
            ended.push(call);
            if ended.last().is_some_and(|(_, answer)| failed(answer)) {
                break;
            }
        }
        R::cancel_all(calls).await;
        ended
    }

    fn check(&self, input: &Input, ended: &Vec<Ended>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        match self.on_error {
            OnError::Collect => findings.note_count("outcomes", ended.len(), self.n),
            OnError::Cancel => {
                let first = ended.iter().position(|(_, answer)| failed(answer));
                let wanted = first.unwrap_or(ended.len()) + 1;
                findings.note_count("outcomes up to a failure", ended.len(), wanted);
            }
        }
        let mut seen = vec![false; self.n];
        for (place, (i, answer)) in ended.iter().enumerate() {
            let in_order = self.on_error == OnError::Cancel || place == *i;
            let right = if mem::replace(&mut seen[*i], true) {
                Err(("twice", format!("call {i} again")))
            } else if in_order {
                check_answer(*i, answer, &format!("{}-{i}", input.batch))
            } else {
                Err(("order", format!("call {i} in its place")))
            };
            findings.note(|| format!("outcome {place} of {}", self.n), right);
        }
        findings.result()
    }
}

/// Checks the answer of call `i`: the failure that was asked for, or the call's own id.
fn check_answer(i: usize, answer: &Answer, id: &str) -> Result<(), Finding> {
    match fails(i) {
        true => check::status(answer, 500),
        false => check::echo(answer, id),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    const DELAY: Duration = Duration::from_millis(10);

    fn shape(n: usize, on_error: OnError) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters { on_error } }
    }

    fn expected(n: usize, on_error: OnError, model: Model, limit: usize) -> Expected {
        GatherErrors::expected(&shape(n, on_error), By { model, limit: NonZero::new(limit) })
    }

    #[test]
    fn collected_every_call_is_made() {
        let of = |model, limit| {
            let Expected { server, ideal, cannot } = expected(5, OnError::Collect, model, limit);
            assert_eq!(cannot, None);
            (server.unwrap(), ideal.unwrap())
        };
        assert_eq!(of(Model::Sequential, 1), (ServerCounts::fresh(5, 1), DELAY * 15));
        // 5 on one thread; 1, 2 and 3 on the other, and then 4 on the first to be free.
        assert_eq!(of(Model::Threads, 2), (ServerCounts::fresh(5, 2), DELAY * 9));
        assert_eq!(of(Model::Threads, 32), (ServerCounts::fresh(5, 5), DELAY * 5));
        assert_eq!(of(Model::Tasks, 0), of(Model::Threads, 5));
    }

    #[test]
    fn the_first_failure_ends_tasks_and_leaves_threads_what_they_have_begun() {
        let of = |n, model, limit| expected(n, OnError::Cancel, model, limit);
        let server = |n, model, limit| of(n, model, limit).server.unwrap();
        let tasks = server(5, Model::Tasks, 0);
        assert_eq!((tasks.requests, tasks.dropped, tasks.peak), (1..=5, 1..=4, 5..=9));
        assert_eq!(server(2, Model::Tasks, 0).dropped, 0..=1);
        assert_eq!(server(1, Model::Tasks, 0), ServerCounts::fresh(1, 1));
        let threads = server(5, Model::Threads, 32);
        assert_eq!((threads.requests, threads.dropped, threads.peak), (1..=5, 0..=0, 5..=5));
        assert_eq!(server(5, Model::Sequential, 1), ServerCounts::fresh(1, 1));

        let ideal = |n, model, limit| of(n, model, limit).ideal.unwrap().div_duration_f64(DELAY);
        assert_eq!([1, 2, 3, 5].map(|n| ideal(n, Model::Tasks, 0)), [1.0, 2.0, 2.0, 2.0]);
        assert_eq!([1, 2, 3, 32].map(|limit| ideal(5, Model::Threads, limit)), [5.0; 4]);
        // Of two threads, one takes 40 and the other 1 and 2, which fails.
        assert_eq!(ideal(40, Model::Threads, 2), 40.0);

        assert_eq!(of(5, Model::Tasks, 0).cannot, None);
        let cannot = |model, limit| of(5, model, limit).cannot.unwrap();
        assert!(cannot(Model::Threads, 32).starts_with("can't cancel a blocking call"));
        assert!(cannot(Model::Sequential, 1).starts_with("can't begin a call"));
        // A pool of one has begun nothing else, and has nothing to cancel either.
        assert_eq!(cannot(Model::Threads, 1), cannot(Model::Sequential, 1));
        // Nor has a wider one whose batch is of one call; but it could have had.
        assert_ne!(of(1, Model::Threads, 32).cannot, of(1, Model::Threads, 1).cannot);
    }

    fn check(on_error: OnError, ended: &[(usize, u16, &str)]) -> Result<(), String> {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = GatherErrors::plan(shape(3, on_error), servers).unwrap();
        let answer = |&(i, status, id): &(usize, u16, &str)| {
            let body = format!(r#"{{"args":{{"id":"{id}"}}}}"#).into_bytes();
            (i, Ok(Response { status, body }))
        };
        let ended = ended.iter().map(answer).collect();
        plan.check(&plan.input(7).unwrap(), &ended).map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn collected_outcomes_are_those_of_their_calls_in_their_order() {
        let of = |ended: &[_]| check(OnError::Collect, ended);
        let [a, b, c] = [(0, 500, ""), (1, 200, "7-1"), (2, 500, "")];
        assert_eq!(of(&[a, b, c]), Ok(()));
        let order = of(&[a, c, b]).unwrap_err();
        assert_eq!(order, "outcome 1 of 3: call 2 in its place (order: 2)");
        let few = of(&[a, b]).unwrap_err();
        assert_eq!(few, "2 outcomes instead of 3 (count: 1)");
        let good = of(&[(0, 200, "7-0"), b, c]).unwrap_err();
        assert_eq!(good, "outcome 0 of 3: status 200 instead of 500 (status: 1)");
        let other = of(&[a, (1, 200, "6-1"), c]).unwrap_err();
        assert_eq!(other, r#"outcome 1 of 3: id "6-1" instead of "7-1" (id: 1)"#);
    }

    #[test]
    fn a_cancelled_batch_ends_with_its_one_failure() {
        let of = |ended: &[_]| check(OnError::Cancel, ended);
        let [good, bad] = [(1, 200, "7-1"), (2, 500, "")];
        assert_eq!(of(&[good, bad]), Ok(()));
        assert_eq!(of(&[bad]), Ok(()));
        let none = of(&[good]).unwrap_err();
        assert_eq!(none, "1 outcomes up to a failure instead of 2 (count: 1)");
        let later = of(&[bad, good]).unwrap_err();
        assert_eq!(later, "2 outcomes up to a failure instead of 1 (count: 1)");
        assert!(of(&[]).is_err());
        assert!(of(&[(1, 503, "")]).unwrap_err().contains("status 503 instead of 200"));
        let twice = of(&[good, good, bad]).unwrap_err();
        assert_eq!(twice, "outcome 1 of 3: call 1 again (twice: 1)");
    }
}
