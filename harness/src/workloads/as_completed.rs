//! `as_completed` (#7 of the guide): n requests at once, whose answers are taken in the order in
//! which they come.
//!
//! The first request takes the longest, the others one delay more each: the guide's 3, 1, 2.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::check::{self, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::{Threads, schedule_end};
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{
    By, Expected, Model, NoParameters, ServerCounts, Servers, Shape, Timing, Workload, Wrong,
};

/// How much earlier an answer may have been there than one that is taken before it.
///
/// Which of two that come at about the same time is taken first, nobody promises: a task may be
/// held up between its answer and its end. No machine holds one up for so long, and whoever takes
/// answers in the order of the calls leaves them for longer where delays are long enough.
const LEFT: Duration = Duration::from_secs(1);

/// n requests at once, whose answers are taken as they come.
pub struct AsCompleted {
    servers: Servers,
    n: usize,
    delay: Duration,
}

/// The requests of a batch.
pub struct Input {
    batch: u64,
    requests: Vec<Request>,
}

/// What a batch came to.
pub struct Outcome {
    /// In the order in which they were taken.
    answers: Vec<Answer>,
    /// When the first was taken.
    first: Duration,
}

/// An answer that has come.
struct Answer {
    /// The place of its request.
    i: usize,
    answer: Result<Response, Error>,
    there: Instant,
}

/// How long each of `n` requests takes.
fn waits(n: usize, delay: Duration) -> impl Iterator<Item = Duration> {
    (0..n).map(move |i| delay * if i == 0 { n } else { i } as u32)
}

impl Workload for AsCompleted {
    const NAME: &'static str = "as_completed";

    type Parameters = NoParameters;
    type Input = Input;
    type Outcome = Outcome;

    fn expected(shape: &Shape<NoParameters>, by: By) -> Expected {
        let at_once = by.at_once(shape.n);
        let cannot = "can't have several requests under way: takes the answers in the order of \
                      the calls";
        Expected {
            server: Some(ServerCounts::fresh(shape.n, at_once)),
            ideal: Some(schedule_end(at_once, waits(shape.n, shape.delay))),
            cannot: (by.model == Model::Sequential).then_some(cannot),
        }
    }

    fn plan(shape: Shape<NoParameters>, servers: Servers) -> Result<Self, Error> {
        Ok(AsCompleted { servers, n: shape.n, delay: shape.delay })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let server = self.servers.of(batch)?;
        let request = |(i, wait): (usize, Duration)| {
            http::get(server, &format!("/delay/{}?id={batch}-{i}", wait.as_secs_f64()))
        };
        let requests = waits(self.n, self.delay).enumerate().map(request);
        Ok(Input { batch, requests: requests.collect::<Result<_, _>>()? })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Outcome {
        let mut taken = Taken::begin(self.n);
        let job = |i| {
            let shared = Arc::clone(input);
            move || {
                let answer = fetch_blocking(&shared.requests[i]);
                Answer { i, answer, there: Instant::now() }
            }
        };
        for answer in threads.as_completed((0..self.n).map(job)) {
            taken.note(answer);
        }
        taken.outcome
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Outcome {
        let mut taken = Taken::begin(self.n);
        let mut tasks = R::TaskSet::default();
        for i in 0..self.n {
            let shared = Arc::clone(input);
            let task = async move {
                let answer = fetch::<R>(&shared.requests[i]).await;
                Answer { i, answer, there: Instant::now() }
            };
            runtime.spawn_into(&mut tasks, task);
        }
        while let Some(answer) = R::next_ended(&mut tasks).await {
            taken.note(answer);
        }
        taken.outcome
    }

    fn timings(&self, outcome: &Outcome) -> Vec<Timing> {
        vec![("first answer", outcome.first)]
    }

    fn check(&self, input: &Input, Outcome { answers, .. }: &Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("answers", answers.len(), self.n);
        let mut seen = vec![false; self.n];
        let mut latest = answers.first();
        for answer in answers {
            let Answer { i, there, .. } = answer;
            let before = latest.filter(|latest| latest.there >= *there + LEFT);
            let right = if mem::replace(&mut seen[*i], true) {
                Err(("twice", "taken again".to_owned()))
            } else if let Some(before) = before {
                let left = before.there - *there;
                Err(("order", format!("there {left:?} before answer {}, taken after", before.i)))
            } else {
                check::echo(&answer.answer, &format!("{}-{i}", input.batch))
            };
            findings.note(|| format!("answer {i} of {}", self.n), right);
            latest = latest.filter(|latest| latest.there > *there).or(Some(answer));
        }
        findings.result()
    }
}

/// Answers as they are taken.
struct Taken {
    start: Instant,
    outcome: Outcome,
}

impl Taken {
    fn begin(n: usize) -> Self {
        let outcome = Outcome { answers: Vec::with_capacity(n), first: Duration::ZERO };
        Taken { start: Instant::now(), outcome }
    }

    fn note(&mut self, answer: Answer) {
        if self.outcome.answers.is_empty() {
            self.outcome.first = self.start.elapsed();
        }
        self.outcome.answers.push(answer);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    const DELAY: Duration = Duration::from_millis(10);

    fn shape(n: usize) -> Shape<NoParameters> {
        Shape { n, delay: DELAY, params: NoParameters {} }
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |n, model, limit| {
            let by = By { model, limit: NonZero::new(limit) };
            let Expected { server, ideal, cannot } = AsCompleted::expected(&shape(n), by);
            (server.unwrap(), ideal.unwrap(), cannot.is_some())
        };
        assert_eq!(of(3, Model::Sequential, 1), (ServerCounts::fresh(3, 1), DELAY * 6, true));
        assert_eq!(of(3, Model::Threads, 1), (ServerCounts::fresh(3, 1), DELAY * 6, false));
        // Of two threads, one takes 3 and the other 1 and 2.
        assert_eq!(of(3, Model::Threads, 2), (ServerCounts::fresh(3, 2), DELAY * 3, false));
        assert_eq!(of(3, Model::Tasks, 0), (ServerCounts::fresh(3, 3), DELAY * 3, false));
        assert_eq!(of(1, Model::Tasks, 0), (ServerCounts::fresh(1, 1), DELAY, false));
    }

    #[test]
    fn every_answer_is_taken_once_and_none_is_left_for_long() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = AsCompleted::plan(shape(3), servers).unwrap();
        let start = Instant::now();
        let check = |taken: &[(usize, u64)]| {
            let answer = |&(i, millis)| {
                let body = format!(r#"{{"args":{{"id":"7-{i}"}}}}"#).into_bytes();
                let there = start + Duration::from_millis(millis);
                Answer { i, answer: Ok(Response { status: 200, body }), there }
            };
            let outcome = Outcome { answers: taken.iter().map(answer).collect(), first: DELAY };
            assert_eq!(plan.timings(&outcome), [("first answer", DELAY)]);
            plan.check(&plan.input(7).unwrap(), &outcome).map_err(|wrong| wrong.to_string())
        };
        assert_eq!(check(&[(1, 10), (2, 20), (0, 30)]), Ok(()));
        assert_eq!(check(&[(2, 21), (1, 20), (0, 30)]), Ok(()));
        let order = check(&[(0, 3000), (1, 1000), (2, 2000)]).unwrap_err();
        assert_eq!(order, "answer 1 of 3: there 2s before answer 0, taken after (order: 2)");
        let order = check(&[(0, 3000), (2, 2100), (1, 1900)]).unwrap_err();
        assert_eq!(order, "answer 1 of 3: there 1.1s before answer 0, taken after (order: 1)");
        assert!(
            check(&[(1, 10), (1, 10), (0, 30)]).unwrap_err().contains("taken again (twice: 1)")
        );
        assert_eq!(check(&[(1, 10)]).unwrap_err(), "1 answers instead of 3 (count: 1)");
    }
}
