//! `fan_in`: a dispatcher hands n messages to workers in turn, who all answer over one channel.
//!
//! Workers are always ready to run: a control beside `chain` and `paced`, where they have time to
//! sleep. What counts is what it costs that many send to one.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};

use serde::{Deserialize, Serialize};

use crate::check::Findings;
use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, Servers, Shape, Workload, Wrong};

/// Messages that wait for a worker, at most.
const ROOM: NonZero<usize> = NonZero::new(4).unwrap(); // Evaluated by the compiler.

/// A dispatcher hands n messages to workers in turn.
pub struct FanIn {
    n: usize,
    workers: NonZero<usize>,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Workers, each with a channel that its messages come by.
    workers: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { workers: NonZero::new(100).unwrap_or(NonZero::<u16>::MIN) }
    }
}

/// What a worker answers: which message, and who had it.
#[derive(Clone, Copy, Debug)]
struct Answer {
    message: usize,
    worker: usize,
}

/// The answers in the order in which they came, and how many workers there were.
pub struct Answers {
    workers: usize,
    answers: Vec<Answer>,
}

/// How many messages are under way at once, at most. As the answers' channel has room for as many,
/// no worker ever waits for the dispatcher, and the dispatcher waits only for workers.
fn window(workers: NonZero<usize>) -> NonZero<usize> {
    workers.saturating_mul(ROOM)
}

/// The dispatcher's work on a thread.
fn dispatch_blocking(
    n: usize,
    inboxes: Vec<SyncSender<usize>>,
    window: usize,
    answered: &Receiver<Answer>,
) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(n);
    for message in 0..n {
        if message >= window {
            answers.extend(answered.recv());
        }
        // Fails only if the worker is gone; then its answers are missing.
        let _ = inboxes[message % inboxes.len()].send(message);
    }
    // Without messages to come the workers end, and with them their answers.
    drop(inboxes);
    answers.extend(answered);
    answers
}

/// The dispatcher's work.
async fn dispatch<R: Runtime>(
    n: usize,
    mut inboxes: Vec<R::Sender<usize>>,
    window: usize,
    mut answered: R::Receiver<Answer>,
) -> Vec<Answer> {
    let (mut answers, workers) = (Vec::with_capacity(n), inboxes.len());
    for message in 0..n {
        if message >= window {
            answers.extend(R::receive(&mut answered).await);
        }
        // Fails only if the worker is gone; then its answers are missing.
        let _ = R::send(&mut inboxes[message % workers], message).await;
    }
    // Without messages to come the workers end, and with them their answers.
    drop(inboxes);
    while let Some(answer) = R::receive(&mut answered).await {
        answers.push(answer);
    }
    answers
}

/// The work of the dispatcher and of a worker on one thread, over the same channels.
fn alone(n: usize) -> Vec<Answer> {
    let (inbox, messages) = mpsc::sync_channel(ROOM.get());
    let (answer, answered) = mpsc::sync_channel(ROOM.get());
    let mut answers = Vec::with_capacity(n);
    for message in 0..n {
        // Each has room, as it is emptied right after.
        let _ = inbox.send(message);
        let _ = messages.recv().map(|message| answer.send(Answer { message, worker: 0 }));
        answers.extend(answered.recv());
    }
    answers
}

/// Work on one of the pool's threads; the dispatcher's gives the answers.
type Job = Box<dyn FnOnce() -> Vec<Answer> + Send>;

impl Workload for FanIn {
    const NAME: &'static str = "fan_in";
    const UNIT: &'static str = "message";
    const DELAYED: bool = false;

    type Parameters = Parameters;
    type Input = ();
    type Outcome = Answers;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let workers = usize::from(shape.params.workers.get());
        let cannot = match by.limit.map(NonZero::get) {
            Some(1) => Some("has no thread for a worker: its dispatcher does the work itself"),
            Some(limit) if limit <= workers => {
                Some("has fewer threads than there are workers: the messages go to that many")
            }
            _ => None,
        };
        Expected { cannot, ..Expected::default() }
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        Ok(FanIn { n: shape.n, workers: shape.params.workers.into() })
    }

    fn input(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    /// One thread dispatches, the others are workers, no more than were asked for.
    fn blocking(&self, threads: &Threads, _: &Arc<()>) -> Answers {
        let (n, width) = (self.n, threads.width().get());
        let Some(others) = NonZero::new(width - 1) else {
            return Answers { workers: 1, answers: threads.run([move || alone(n)]).concat() };
        };
        let workers = self.workers.min(others);
        let window = window(workers).get();
        let (answer, answered) = mpsc::sync_channel(window);
        let mut inboxes = Vec::with_capacity(workers.get());
        let mut jobs: Vec<Job> = Vec::with_capacity(width);
        for worker in 0..workers.get() {
            let (inbox, messages) = mpsc::sync_channel(ROOM.get());
            let answer = answer.clone();
            inboxes.push(inbox);
            jobs.push(Box::new(move || {
                for message in messages {
                    // Has room; fails only if the dispatcher is gone.
                    let _ = answer.send(Answer { message, worker });
                }
                Vec::new()
            }));
        }
        drop(answer);
        jobs.push(Box::new(move || dispatch_blocking(n, inboxes, window, &answered)));
        Answers { workers: workers.get(), answers: threads.run(jobs).concat() }
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, _: &Arc<()>) -> Answers {
        let (workers, window) = (self.workers.get(), window(self.workers));
        let (answer, answered) = R::channel(window);
        let mut inboxes = Vec::with_capacity(workers);
        let worker = |worker| {
            let (inbox, mut messages) = R::channel(ROOM);
            let mut answer = answer.clone();
            inboxes.push(inbox);
            async move {
                while let Some(message) = R::receive(&mut messages).await {
                    // Has room; fails only if the dispatcher is gone.
                    let _ = R::send(&mut answer, Answer { message, worker }).await;
                }
            }
        };
        let tasks: Vec<_> = (0..workers).map(worker).map(|worker| runtime.spawn(worker)).collect();
        drop(answer);
        let answers = dispatch::<R>(self.n, inboxes, window.get(), answered).await;
        for task in tasks {
            task.await;
        }
        Answers { workers, answers }
    }

    fn check(&self, (): &(), outcome: &Answers) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("answers", outcome.answers.len(), self.n);
        let mut seen = vec![false; self.n];
        for (i, &Answer { message, worker }) in outcome.answers.iter().enumerate() {
            let right = match seen.get_mut(message) {
                None => Err(("message", format!("to message {message} of {}", self.n))),
                Some(true) => Err(("twice", format!("to message {message}, which had one"))),
                Some(seen) => {
                    *seen = true;
                    let wanted = message % outcome.workers;
                    let other = || ("worker", format!("by worker {worker} instead of {wanted}"));
                    (worker == wanted).then_some(()).ok_or_else(other)
                }
            };
            findings.note(|| format!("answer {i}"), right);
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::Smol;
    use crate::workload::Model;

    fn shape(n: usize, workers: u16) -> Shape<Parameters> {
        let params = Parameters { workers: NonZero::new(workers).unwrap() };
        Shape { n, delay: Duration::ZERO, params }
    }

    fn plan(n: usize, workers: u16) -> FanIn {
        FanIn::plan(shape(n, workers), Servers(Vec::new())).unwrap()
    }

    #[test]
    fn a_pool_that_has_too_few_threads_says_so() {
        let cannot = |limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            FanIn::expected(&shape(10, 4), by).cannot.unwrap_or_default()
        };
        assert!(cannot(1).starts_with("has no thread for a worker: "));
        assert!([2, 4].iter().all(|&limit| cannot(limit).starts_with("has fewer threads than")));
        assert_eq!([0, 5, 32].map(cannot), [""; 3]);
    }

    #[test]
    fn threads_and_tasks_answer_every_message() {
        let pool = |width| Threads::start(NonZero::new(width).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        // Fewer messages than workers, as many as are under way at once, and many more.
        for (n, workers) in [(1, 3), (2, 1), (12, 3), (500, 3)] {
            let plan = plan(n, workers);
            for (threads, used) in
                [(Threads::caller(), 1), (pool(1), 1), (pool(2), 1), (pool(3), 2), (pool(9), 8)]
            {
                let outcome = plan.blocking(&threads, &Arc::new(()));
                assert_eq!(plan.check(&(), &outcome), Ok(()));
                assert_eq!(outcome.workers, used.min(workers.into()));
            }
            let outcome = block_on(plan.concurrent(&smol, &Arc::new(())));
            assert_eq!(plan.check(&(), &outcome), Ok(()));
            assert_eq!(outcome.workers, usize::from(workers));
        }
    }

    #[test]
    fn lost_doubled_strange_and_misdealt_messages_are_wrong() {
        let check = |answers: &[(usize, usize)]| {
            let answer = |&(message, worker)| Answer { message, worker };
            let answers = answers.iter().map(answer).collect();
            plan(3, 2).check(&(), &Answers { workers: 2, answers }).map_err(|w| w.to_string())
        };
        assert_eq!(check(&[(1, 1), (0, 0), (2, 0)]), Ok(()));
        let lost = check(&[(0, 0), (2, 0)]).unwrap_err();
        assert_eq!(lost, "2 answers instead of 3 (count: 1)");
        let doubled = check(&[(0, 0), (1, 1), (1, 1)]).unwrap_err();
        assert_eq!(doubled, "answer 2: to message 1, which had one (twice: 1)");
        let strange = check(&[(0, 0), (1, 1), (3, 1)]).unwrap_err();
        assert_eq!(strange, "answer 2: to message 3 of 3 (message: 1)");
        let misdealt = check(&[(0, 1), (1, 1), (2, 0)]).unwrap_err();
        assert_eq!(misdealt, "answer 0: by worker 1 instead of 0 (worker: 1)");
    }
}
