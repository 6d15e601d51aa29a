//! `spawn_many`: n tasks that are spawned from inside a task, and each do next to nothing.
//!
//! What a task costs to make, to queue and to await, and what workers cost each other at one queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::check::Findings;
use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, Model, NoParameters, Servers, Shape, Workload, Wrong};

/// n tasks that each do next to nothing.
pub struct SpawnMany {
    n: usize,
}

/// What the tasks of a batch came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// How many have been awaited.
    tasks: usize,
    /// Of their numbers, which count from 1.
    sum: u64,
}

impl Workload for SpawnMany {
    const NAME: &'static str = "spawn_many";
    const UNIT: &'static str = "task";
    const DELAYED: bool = false;

    type Parameters = NoParameters;
    /// The sum that a batch's tasks add to.
    type Input = AtomicU64;
    type Outcome = Done;

    fn expected(_: &Shape<NoParameters>, by: By) -> Expected {
        let alone = "has nothing to spawn: it calls one function after the other";
        let cannot = (by.model == Model::Sequential).then_some(alone);
        Expected { cannot, ..Expected::default() }
    }

    fn plan(shape: Shape<NoParameters>, _: Servers) -> Result<Self, Error> {
        Ok(SpawnMany { n: shape.n })
    }

    fn input(&self, _: u64) -> Result<AtomicU64, Error> {
        Ok(AtomicU64::new(0))
    }

    /// A pool's thread can't wait for jobs without being lost to them: they come from the caller's.
    fn blocking(&self, threads: &Threads, sum: &Arc<AtomicU64>) -> Done {
        let shared = Arc::clone(sum);
        let add = move |i| {
            shared.fetch_add(i as u64 + 1, Ordering::Relaxed);
        };
        let tasks = threads.map(self.n, add).len();
        Done { tasks, sum: sum.load(Ordering::Relaxed) }
    }

    /// This future is itself a task, as the request is that spawns in a service.
    async fn concurrent<R: Runtime>(&self, runtime: &R, sum: &Arc<AtomicU64>) -> Done {
        let add = |i| {
            let shared = Arc::clone(sum);
            async move {
                shared.fetch_add(i as u64 + 1, Ordering::Relaxed);
            }
        };
        let tasks = runtime.map(self.n, add).await.len();
        Done { tasks, sum: sum.load(Ordering::Relaxed) }
    }

    fn check(&self, _: &AtomicU64, done: &Done) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("tasks", done.tasks, self.n);
        let n = self.n as u64;
        let wanted = n * (n + 1) / 2;
        let other = || ("sum", format!("{} instead of {wanted}", done.sum));
        let right = (done.sum == wanted).then_some(()).ok_or_else(other);
        findings.note(|| "the sum of the tasks' numbers".to_owned(), right);
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;
    use std::time::Duration;

    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::Smol;

    fn plan(n: usize) -> SpawnMany {
        let shape = Shape { n, delay: Duration::ZERO, params: NoParameters {} };
        SpawnMany::plan(shape, Servers(Vec::new())).unwrap()
    }

    #[test]
    fn only_sequential_has_nothing_to_spawn() {
        let shape = Shape { n: 5, delay: Duration::ZERO, params: NoParameters {} };
        let cannot = |model| {
            let by = By { model, limit: NonZero::new(1) };
            SpawnMany::expected(&shape, by).cannot.is_some()
        };
        let models = [Model::Sequential, Model::Threads, Model::Tasks];
        assert_eq!(models.map(cannot), [true, false, false]);
    }

    #[test]
    fn threads_and_tasks_add_every_number() {
        let pool = |width| Threads::start(NonZero::new(width).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        for (n, sum) in [(1, 1), (2, 3), (1000, 500_500)] {
            let (plan, done) = (plan(n), Done { tasks: n, sum });
            let sum = || Arc::new(plan.input(0).unwrap());
            for threads in [Threads::caller(), pool(1), pool(3)] {
                assert_eq!(plan.blocking(&threads, &sum()), done);
            }
            assert_eq!(block_on(plan.concurrent(&smol, &sum())), done);
        }
    }

    #[test]
    fn a_number_that_was_not_added_and_a_task_too_few_are_wrong() {
        let check = |tasks, sum| {
            plan(3).check(&AtomicU64::new(0), &Done { tasks, sum }).map_err(|w| w.to_string())
        };
        assert_eq!(check(3, 6), Ok(()));
        let sum = check(3, 5).unwrap_err();
        assert_eq!(sum, "the sum of the tasks' numbers: 5 instead of 6 (sum: 1)");
        assert_eq!(check(2, 6).unwrap_err(), "2 tasks instead of 3 (count: 1)");
        assert_eq!(check(2, 3).unwrap_err(), "2 tasks instead of 3 (count: 1, sum: 1)");
    }
}
