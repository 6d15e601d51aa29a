//! `as_completed` (#7 of the guide): n requests at once, whose answers are taken in the order in
//! which they come.
//!
//! The first request takes the longest, the others one delay more each: the guide's 3, 1, 2. When
//! answers are taken is told by three moments: of the first, the middle and the last of them.
//!
//! What the check misses: who takes answers in the order of the calls is found out only where that
//! leaves one for a second, while others come: where n delays are longer than that. In shorter
//! batches the time of the `first answer` tells, which is then as late as the last.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::check::{self, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::{Threads, schedule_end};
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{
    By, Expected, NoParameters, ServerCounts, Servers, Shape, Timing, Workload, Wrong,
};

/// For how long an answer has to lie there to be left: so long until another was there, and so
/// long again until the one was that was taken before it.
///
/// Which of two that come at about the same time is taken first, nobody promises: a task may be
/// held up between its answer and its end. No scheduler holds up one task alone for so long. The
/// whole process may be suspended for longer; but with an answer in between, it was running either
/// before that or after.
const LEFT: Duration = Duration::from_millis(500);

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
    start: Instant,
    /// In the order in which they were taken.
    answers: Vec<Answer>,
    /// When each was.
    taken: Vec<Duration>,
}

impl Outcome {
    fn begin(n: usize) -> Self {
        let (answers, taken) = (Vec::with_capacity(n), Vec::with_capacity(n));
        Outcome { start: Instant::now(), answers, taken }
    }

    fn take(&mut self, answer: Answer) {
        self.taken.push(self.start.elapsed());
        self.answers.push(answer);
    }

    /// Whether an answer that was there at the one time was left if it was not taken by the other.
    fn was_left(&self, there: Instant, until: Instant) -> bool {
        until >= there + LEFT * 2
            && self
                .answers
                .iter()
                .any(|other| there + LEFT <= other.there && other.there + LEFT <= until)
    }
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
            cannot: (by.at_once(2) == 1).then_some(cannot),
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
        let mut outcome = Outcome::begin(self.n);
        let job = |i| {
            let shared = Arc::clone(input);
            move || {
                let answer = fetch_blocking(&shared.requests[i]);
                Answer { i, answer, there: Instant::now() }
            }
        };
        for answer in threads.as_completed((0..self.n).map(job)) {
            outcome.take(answer);
        }
        outcome
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Outcome {
        let mut outcome = Outcome::begin(self.n);
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
            outcome.take(answer);
        }
        outcome
    }

    fn timings(&self, Outcome { taken, .. }: &Outcome) -> Vec<Timing> {
        // The middle one by nearest rank, as of latencies.
        let middle = taken.get(taken.len().div_ceil(2).saturating_sub(1));
        [("first answer", taken.first()), ("median answer", middle), ("last answer", taken.last())]
            .map(|(name, time)| (name, time.copied().unwrap_or_default()))
            .into()
    }

    fn check(&self, input: &Input, outcome: &Outcome) -> Result<(), Wrong> {
        let answers = &outcome.answers;
        let mut findings = Findings::default();
        findings.note_count("answers", answers.len(), self.n);
        let mut seen = vec![false; self.n];
        let mut latest = answers.first();
        for answer in answers {
            let Answer { i, there, .. } = answer;
            let before = latest.filter(|latest| outcome.was_left(*there, latest.there));
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

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;
    use crate::workload::Model;

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
        assert_eq!(of(3, Model::Threads, 1), of(3, Model::Sequential, 1));
        // Of two threads, one takes 3 and the other 1 and 2.
        assert_eq!(of(3, Model::Threads, 2), (ServerCounts::fresh(3, 2), DELAY * 3, false));
        assert_eq!(of(3, Model::Tasks, 0), (ServerCounts::fresh(3, 3), DELAY * 3, false));
        assert_eq!(of(1, Model::Tasks, 0), (ServerCounts::fresh(1, 1), DELAY, false));
        // It could have had several under way.
        assert_eq!(of(1, Model::Threads, 2), of(1, Model::Tasks, 0));
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
            let answers = taken.iter().map(answer).collect();
            let outcome = Outcome { answers, ..Outcome::begin(0) };
            plan.check(&plan.input(7).unwrap(), &outcome).map_err(|wrong| wrong.to_string())
        };
        assert_eq!(check(&[(1, 10), (2, 20), (0, 30)]), Ok(()));
        assert_eq!(check(&[(2, 21), (1, 20), (0, 30)]), Ok(()));
        let order = check(&[(0, 3000), (1, 1000), (2, 2000)]).unwrap_err();
        assert_eq!(order, "answer 1 of 3: there 2s before answer 0, taken after (order: 1)");
        let order = check(&[(0, 3000), (2, 2400), (1, 1900)]).unwrap_err();
        assert_eq!(order, "answer 1 of 3: there 1.1s before answer 0, taken after (order: 1)");
        // Suspended once, either right after the first answer or right before the last.
        assert_eq!(check(&[(0, 3000), (2, 2900), (1, 10)]), Ok(()));
        assert_eq!(check(&[(0, 3000), (2, 20), (1, 10)]), Ok(()));
        assert!(
            check(&[(1, 10), (1, 10), (0, 30)]).unwrap_err().contains("taken again (twice: 1)")
        );
        assert_eq!(check(&[(1, 10)]).unwrap_err(), "1 answers instead of 3 (count: 1)");
    }

    #[test]
    fn three_moments_tell_when_answers_were_taken() {
        let plan = AsCompleted::plan(shape(3), Servers(Vec::new())).unwrap();
        let of = |taken: &[u64]| {
            let taken = taken.iter().copied().map(Duration::from_millis).collect();
            let timings = plan.timings(&Outcome { taken, ..Outcome::begin(0) });
            let names: Vec<_> = timings.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, ["first answer", "median answer", "last answer"]);
            timings.into_iter().map(|(_, time)| time.as_millis()).collect::<Vec<_>>()
        };
        assert_eq!(of(&[10, 20, 30]), [10, 20, 30]);
        assert_eq!(of(&[10, 20]), [10, 10, 20]);
        assert_eq!(of(&[10]), [10, 10, 10]);
        assert_eq!(of(&[]), [0, 0, 0]);
    }
}
