//! `sleepers`: n tasks that sleep again and again, each time for the delay.
//!
//! All of them sleep at once and wake at about the same time. Waiting takes most of the time, so
//! that what timers and wake-ups cost shows as CPU time.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::check::Findings;
use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, Servers, Shape, Workload, Wrong};

/// n tasks that sleep again and again.
pub struct Sleepers {
    n: usize,
    delay: Duration,
    times: u32,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Sleeps of each task, one after the other.
    times: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { times: NonZero::new(5).unwrap_or(NonZero::<u16>::MIN) }
    }
}

/// How a task slept.
#[derive(Clone, Copy, Debug)]
pub struct Sleeps {
    count: u32,
    shortest: Duration,
    /// When the last one ended, and so the next one begins.
    ended: Instant,
}

impl Sleeps {
    fn begin() -> Self {
        Sleeps { count: 0, shortest: Duration::MAX, ended: Instant::now() }
    }

    /// Counts a sleep that has just ended.
    fn note(&mut self) {
        let now = Instant::now();
        self.count += 1;
        self.shortest = self.shortest.min(now - self.ended);
        self.ended = now;
    }
}

impl Workload for Sleepers {
    const NAME: &'static str = "sleepers";
    const UNIT: &'static str = "task";

    type Parameters = Parameters;
    type Input = ();
    type Outcome = Vec<Sleeps>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let turns = shape.n.div_ceil(by.at_once(shape.n)) as u32;
        let sleeps = turns.saturating_mul(shape.params.times.get().into());
        Expected { ideal: Some(shape.delay * sleeps), ..Expected::default() }
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        let Shape { n, delay, params } = shape;
        Ok(Sleepers { n, delay, times: params.times.get().into() })
    }

    fn input(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    /// One sleep that is short: none at all is not allowed, as runtimes differ in what that costs.
    fn warm_up(shape: Shape<Parameters>) -> Shape<Parameters> {
        let params = Parameters { times: NonZero::<u16>::MIN };
        Shape { delay: Duration::from_millis(1), params, ..shape }
    }

    fn blocking(&self, threads: &Threads, _: &Arc<()>) -> Vec<Sleeps> {
        let (delay, times) = (self.delay, self.times);
        threads.map(self.n, move |_| {
            let mut sleeps = Sleeps::begin();
            for _ in 0..times {
                thread::sleep(delay);
                sleeps.note();
            }
            sleeps
        })
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, _: &Arc<()>) -> Vec<Sleeps> {
        let (delay, times) = (self.delay, self.times);
        let task = |_| async move {
            let mut sleeps = Sleeps::begin();
            for _ in 0..times {
                R::sleep(delay).await;
                sleeps.note();
            }
            sleeps
        };
        runtime.map(self.n, task).await
    }

    fn check(&self, (): &(), tasks: &Vec<Sleeps>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("tasks", tasks.len(), self.n);
        for (i, sleeps) in tasks.iter().enumerate() {
            let Sleeps { count, shortest, .. } = sleeps;
            findings.note_count("sleeps of a task", *count as usize, self.times as usize);
            let short =
                || ("short", format!("a sleep of {shortest:?} instead of {:?}", self.delay));
            let long_enough = (*shortest >= self.delay).then_some(()).ok_or_else(short);
            findings.note(|| format!("task {i} of {}", self.n), long_enough);
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::Smol;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(2);

    fn shape(n: usize) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters { times: NonZero::new(3).unwrap() } }
    }

    fn plan(n: usize) -> Sleepers {
        Sleepers::plan(shape(n), Servers(Vec::new())).unwrap()
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let by = |limit| By { model: Model::Threads, limit: NonZero::new(limit) };
        let ideal = |limit| Sleepers::expected(&shape(100), by(limit)).ideal.unwrap();
        assert_eq!([0, 1, 32, 500].map(ideal), [3, 300, 12, 3].map(|sleeps| DELAY * sleeps));
        assert_eq!(Sleepers::expected(&shape(100), by(0)).server, None);
    }

    #[test]
    fn threads_and_tasks_sleep_as_often_and_as_long_as_asked() {
        let (plan, start) = (plan(4), Instant::now());
        let pool = Threads::start(NonZero::new(2).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        assert_eq!(plan.check(&(), &plan.blocking(&Threads::caller(), &Arc::new(()))), Ok(()));
        assert!(start.elapsed() >= DELAY * 12);
        assert_eq!(plan.check(&(), &plan.blocking(&pool, &Arc::new(()))), Ok(()));
        assert_eq!(plan.check(&(), &block_on(plan.concurrent(&smol, &Arc::new(())))), Ok(()));
    }

    #[test]
    fn a_short_sleep_a_sleep_too_few_and_a_task_too_few_are_wrong() {
        let sleeps = |count, shortest| Sleeps { count, shortest, ended: Instant::now() };
        let check = |tasks: &[Sleeps]| {
            plan(2).check(&(), &tasks.to_vec()).map_err(|wrong| wrong.to_string())
        };
        let right = sleeps(3, DELAY);
        assert_eq!(check(&[right, sleeps(3, DELAY * 2)]), Ok(()));
        let short = check(&[right, sleeps(3, DELAY / 2)]).unwrap_err();
        assert_eq!(short, "task 1 of 2: a sleep of 1ms instead of 2ms (short: 1)");
        let few = check(&[sleeps(2, DELAY), right]).unwrap_err();
        assert_eq!(few, "2 sleeps of a task instead of 3 (count: 1)");
        assert_eq!(check(&[right]).unwrap_err(), "1 tasks instead of 2 (count: 1)");
    }

    #[test]
    fn the_shortest_sleep_is_kept() {
        let mut sleeps = Sleeps::begin();
        thread::sleep(DELAY);
        sleeps.note();
        let first = sleeps.shortest;
        assert!(first >= DELAY);
        sleeps.note();
        assert!(sleeps.count == 2 && sleeps.shortest <= first);
    }
}
