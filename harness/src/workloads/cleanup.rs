//! `cleanup` (#11 of the guide): n tasks that each hold a resource during a request, which ends
//! well, with an error, or by cancellation; whichever it is, the resource must be released.
//!
//! The resource counts: how often it was taken, and how often it was released. A task is cancelled
//! in the middle of its answer, and only once all are there: what is counted then is no matter of
//! time.

use std::convert::Infallible;
use std::mem;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::answer::{Useless, sound};
use crate::check::{self, Finding, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{fetch, fetch_blocking, fetch_with};
use crate::workload::{By, Expected, Model, ServerCounts, Servers, Shape, Workload, Wrong};

/// n tasks that each hold a resource during a request.
pub struct Cleanup {
    servers: Servers,
    n: usize,
    delay: Duration,
    end: End,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    end: End,
}

/// How the tasks end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum End {
    /// With the answer to their request.
    #[default]
    Done,
    /// Early, as their request is answered with a 500.
    Error,
    /// Cancelled while they wait for the rest of an answer.
    Cancelled,
}

/// The requests of a batch, and what its resources count.
pub struct Input {
    batch: u64,
    requests: Vec<Request>,
    /// Requests whose answers begin after the delay and never end, where tasks are to be cancelled.
    endless: Vec<Request>,
    taken: AtomicUsize,
    released: AtomicUsize,
    /// What came of tasks that ended before they could be cancelled.
    ended: Mutex<Vec<Answer>>,
}

type Answer = Result<Response, Useless>;

/// Something that has to be given back: a connection of a pool, a lock, a temporary file.
struct Resource<'i>(&'i Input);

impl<'i> Resource<'i> {
    fn take(input: &'i Input) -> Self {
        input.taken.fetch_add(1, Ordering::Relaxed);
        Resource(input)
    }
}

/// Runs however its owner ends: at its last line, at a `?`, in a panic, or at an await where it is
/// cancelled.
impl Drop for Resource<'_> {
    fn drop(&mut self) {
        self.0.released.fetch_add(1, Ordering::Relaxed);
    }
}

/// What came of a batch, counted right at its end.
pub struct Outcome {
    answers: Vec<Answer>,
    cancelled: usize,
    taken: usize,
    released: usize,
}

impl Outcome {
    fn of(input: &Input, answers: Vec<Answer>, cancelled: usize) -> Self {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        Outcome { answers, cancelled, taken: count(&input.taken), released: count(&input.released) }
    }
}

impl Cleanup {
    /// Spawns tasks whose answers never end, cancels them once each is in the middle of its own, and
    /// gives what came of those that ended nevertheless.
    async fn cancelled<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Vec<Answer> {
        // Nothing is ever sent: all wait once each has let go of its sender.
        let (waits, mut all_wait) = R::channel::<Infallible>(NonZero::<usize>::MIN);
        let mut tasks = R::TaskSet::default();
        for i in 0..self.n {
            let (input, mut waits) = (Arc::clone(input), Some(waits.clone()));
            runtime.spawn_into(&mut tasks, async move {
                let _resource = Resource::take(&input);
                let begun = |body: &[u8]| waits = waits.take().filter(|_| body.is_empty());
                let answer = sound(fetch_with::<R>(&input.endless[i], begun).await);
                input.ended.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
            });
        }
        drop(waits);
        R::receive(&mut all_wait).await;
        R::cancel_all(tasks).await;
        mem::take(&mut *input.ended.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Workload for Cleanup {
    const NAME: &'static str = "cleanup";
    const UNIT: &'static str = "task";

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Outcome;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let at_once = by.at_once(shape.n);
        let answered = ServerCounts::fresh(shape.n, at_once);
        let (server, cannot) = match (shape.params.end, by.model) {
            (End::Done | End::Error, _) => (answered, None),
            (End::Cancelled, Model::Tasks) => {
                let ServerCounts { requests: all, dropped: none, .. } = answered.clone();
                // What the batch before has cancelled is in flight until the server has seen it.
                let (all_at_once, n) = (at_once as u64, shape.n as u64);
                let peak = all_at_once..=all_at_once + n;
                (ServerCounts { requests: none, dropped: all, peak, ..answered }, None)
            }
            (End::Cancelled, Model::Sequential | Model::Threads) => {
                (answered, Some("can't cancel a blocking call: each runs to its end"))
            }
        };
        let ideal = shape.delay * shape.n.div_ceil(at_once) as u32;
        Expected { server: Some(server), ideal: Some(ideal), cannot }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        Ok(Cleanup { servers, n: shape.n, delay: shape.delay, end: shape.params.end })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let (server, delay) = (self.servers.of(batch)?, self.delay.as_secs_f64());
        let all = |path: &dyn Fn(usize) -> String, count| -> Result<Vec<Request>, Error> {
            (0..count).map(|i| http::get(server, &path(i))).collect()
        };
        let requests = match self.end {
            End::Error => all(&|_| format!("/status/500?delay={delay}"), self.n)?,
            _ => all(&|i| format!("/delay/{delay}?id={batch}-{i}"), self.n)?,
        };
        let endless = if self.end == End::Cancelled { self.n } else { 0 };
        // The second of two bytes would come after five minutes.
        let path = |_| format!("/drip?delay={delay}&numbytes=2&duration=600s");
        Ok(Input {
            batch,
            requests,
            endless: all(&path, endless)?,
            taken: AtomicUsize::new(0),
            released: AtomicUsize::new(0),
            ended: Mutex::default(),
        })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Outcome {
        let shared = Arc::clone(input);
        let answers = threads.map(self.n, move |i| {
            let _resource = Resource::take(&shared);
            sound(fetch_blocking(&shared.requests[i]))
        });
        Outcome::of(input, answers, 0)
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Outcome {
        if self.end == End::Cancelled {
            let ended = self.cancelled(runtime, input).await;
            let cancelled = self.n.saturating_sub(ended.len());
            return Outcome::of(input, ended, cancelled);
        }
        let task = |i| {
            let input = Arc::clone(input);
            async move {
                let _resource = Resource::take(&input);
                sound(fetch::<R>(&input.requests[i]).await)
            }
        };
        let answers = runtime.map(self.n, task).await;
        Outcome::of(input, answers, 0)
    }

    fn check(&self, input: &Input, outcome: &Outcome) -> Result<(), Wrong> {
        let Outcome { answers, cancelled, taken, released } = outcome;
        let mut findings = Findings::default();
        findings.note_count("tasks", answers.len() + cancelled, self.n);
        findings.note_count("resources taken", *taken, self.n);
        findings.note_count("resources released", *released, self.n);
        for (i, answer) in answers.iter().enumerate() {
            let right = match (self.end, answer) {
                _ if *cancelled > 0 => Err(("ended", ended_early(answer))),
                (End::Error, answer) => has_failed(answer),
                (_, Ok(response)) => check::echo_of(response, &format!("{}-{i}", input.batch)),
                (_, Err(useless)) => Err(useless.finding()),
            };
            findings.note(|| format!("answer {i} of {}", self.n), right);
        }
        findings.result()
    }
}

fn has_failed(answer: &Answer) -> Result<(), Finding> {
    match answer {
        Err(Useless::Status(500)) => Ok(()),
        Err(useless) => Err(useless.finding()),
        Ok(_) => Err(("status", "status 200 instead of 500".to_owned())),
    }
}

fn ended_early(answer: &Answer) -> String {
    let how = answer.as_ref().err().map(|useless| format!(": {useless}")).unwrap_or_default();
    format!("a task ended before it could be cancelled{how}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_millis(10);

    fn shape(n: usize, end: End) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters { end } }
    }

    #[test]
    fn what_is_expected_of_each_model() {
        let of = |end, model, limit| {
            let by = By { model, limit: NonZero::new(limit) };
            let Expected { server, ideal, cannot } = Cleanup::expected(&shape(10, end), by);
            (server.unwrap(), ideal.unwrap(), cannot.is_some())
        };
        let answered = |peak| ServerCounts::fresh(10, peak);
        for end in [End::Done, End::Error] {
            assert_eq!(of(end, Model::Sequential, 1), (answered(1), DELAY * 10, false));
            assert_eq!(of(end, Model::Threads, 4), (answered(4), DELAY * 3, false));
            assert_eq!(of(end, Model::Tasks, 0), (answered(10), DELAY, false));
        }
        assert_eq!(of(End::Cancelled, Model::Threads, 4), (answered(4), DELAY * 3, true));
        let cancelled =
            ServerCounts { requests: 0..=0, dropped: 10..=10, peak: 10..=20, ..answered(10) };
        assert_eq!(of(End::Cancelled, Model::Tasks, 0), (cancelled, DELAY, false));
    }

    fn check(end: End, answers: Vec<Answer>, [cancelled, taken, released]: [usize; 3]) -> String {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = Cleanup::plan(shape(2, end), servers).unwrap();
        let outcome = Outcome { answers, cancelled, taken, released };
        let checked = plan.check(&plan.input(7).unwrap(), &outcome);
        checked.map_or_else(|wrong| wrong.to_string(), |()| "right".to_owned())
    }

    fn answer(id: &str) -> Answer {
        let body = format!(r#"{{"args":{{"id":"{id}"}}}}"#).into_bytes();
        Ok(Response { status: 200, body })
    }

    #[test]
    fn a_resource_is_counted_when_it_is_taken_and_when_its_owner_ends() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = Cleanup::plan(shape(2, End::Done), servers).unwrap();
        let input = plan.input(0).unwrap();
        let fails = || -> Answer {
            let _resource = Resource::take(&input);
            sound(Err(Error::Truncated))
        };
        assert!(fails().is_err());
        let _held = Resource::take(&input);
        let Outcome { taken, released, .. } = Outcome::of(&input, Vec::new(), 0);
        assert_eq!((taken, released), (2, 1));
    }

    #[test]
    fn each_end_has_its_own_right_outcome() {
        let failed = || Err(Useless::Status(500));
        let answers = || vec![answer("7-0"), answer("7-1")];
        assert_eq!(check(End::Done, answers(), [0, 2, 2]), "right");
        assert_eq!(check(End::Error, vec![failed(), failed()], [0, 2, 2]), "right");
        assert_eq!(check(End::Cancelled, Vec::new(), [2, 2, 2]), "right");
        assert_eq!(check(End::Cancelled, answers(), [0, 2, 2]), "right");

        let other = check(End::Done, vec![answer("7-1"), failed()], [0, 2, 2]);
        assert_eq!(other, r#"answer 0 of 2: id "7-1" instead of "7-0" (id: 1, status: 1)"#);
        let no_error = check(End::Error, vec![failed(), answer("7-1")], [0, 2, 2]);
        assert_eq!(no_error, "answer 1 of 2: status 200 instead of 500 (status: 1)");
        let early = check(End::Cancelled, vec![Err(Error::Truncated.into())], [1, 2, 2]);
        assert_eq!(
            early,
            "answer 0 of 2: a task ended before it could be cancelled: the connection closed before \
             the answer was whole (ended: 1)"
        );
    }

    #[test]
    fn a_resource_that_was_not_released_is_wrong() {
        let kept = check(End::Cancelled, Vec::new(), [2, 2, 1]);
        assert_eq!(kept, "1 resources released instead of 2 (count: 1)");
        let never = check(End::Cancelled, Vec::new(), [1, 1, 1]);
        assert!(never.ends_with("(count: 3)"), "{never}");
    }
}
