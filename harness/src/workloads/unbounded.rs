//! `unbounded` (#19 of the guide): n tasks that each wait and then give their number, all alive at
//! once, or only so many at a time.
//!
//! A bound is worth what it keeps from being made: the next task is spawned when one has ended. A
//! semaphore inside the tasks would bound what they do, and not the memory that they take.

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

/// n tasks that wait.
pub struct Unbounded {
    n: usize,
    delay: Duration,
    at_once: Option<NonZero<usize>>,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Tasks alive at a time, at most; 0 for all of them.
    at_once: u16,
}

impl Parameters {
    fn at_once(self) -> Option<NonZero<usize>> {
        NonZero::new(self.at_once.into())
    }
}

/// The numbers that were given, and how long it took.
pub struct Outcome {
    numbers: Vec<usize>,
    time: Duration,
}

/// What the waits of n tasks alone take, so many at a time.
fn waits(n: usize, at_once: usize, delay: Duration) -> Duration {
    delay * n.div_ceil(at_once) as u32
}

impl Workload for Unbounded {
    const NAME: &'static str = "unbounded";
    const UNIT: &'static str = "task";

    type Parameters = Parameters;
    type Input = ();
    type Outcome = Outcome;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let allowed = shape.params.at_once().map_or(shape.n, NonZero::get);
        let ideal = waits(shape.n, by.at_once(shape.n).min(allowed), shape.delay);
        Expected { ideal: Some(ideal), ..Expected::default() }
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        Ok(Unbounded { n: shape.n, delay: shape.delay, at_once: shape.params.at_once() })
    }

    fn input(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    /// A short wait: none at all is not allowed, as runtimes differ in what that costs.
    fn warm_up(shape: Shape<Parameters>) -> Shape<Parameters> {
        Shape { delay: Duration::from_millis(1), ..shape }
    }

    fn blocking(&self, threads: &Threads, _: &Arc<()>) -> Outcome {
        let (begun, delay) = (Instant::now(), self.delay);
        let task = move |number| {
            thread::sleep(delay);
            number
        };
        let numbers = match self.at_once {
            None => threads.map(self.n, task),
            Some(at_once) => threads.map_at_once(at_once, self.n, task),
        };
        Outcome { numbers, time: begun.elapsed() }
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, _: &Arc<()>) -> Outcome {
        let (begun, delay) = (Instant::now(), self.delay);
        let task = |number| async move {
            R::sleep(delay).await;
            number
        };
        let Some(at_once) = self.at_once else {
            let numbers = runtime.map(self.n, task).await;
            return Outcome { numbers, time: begun.elapsed() };
        };
        let (mut tasks, mut numbers) = (R::TaskSet::default(), Vec::with_capacity(self.n));
        for number in 0..self.n {
            if number >= at_once.get() {
                numbers.extend(R::next_ended(&mut tasks).await);
            }
            runtime.spawn_into(&mut tasks, task(number));
        }
        while let Some(number) = R::next_ended(&mut tasks).await {
            numbers.push(number);
        }
        Outcome { numbers, time: begun.elapsed() }
    }

    fn check(&self, (): &(), Outcome { numbers, time }: &Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        sorted.dedup();
        findings.note_count("numbers", numbers.len(), self.n);
        findings.note_count("different numbers", sorted.len(), self.n);
        if let Some(&strange) = sorted.last().filter(|&&number| number >= self.n) {
            let strange = ("number", format!("number {strange} of {}", self.n));
            findings.note(|| "the last".to_owned(), Err(strange));
        }
        // Where more are alive than allowed, or one does not wait, it takes less than the waits.
        let least = waits(self.n, self.at_once.map_or(self.n, NonZero::get), self.delay);
        let early = || ("early", format!("{time:?}, and the waits alone take {least:?}"));
        let waited = (*time >= least).then_some(()).ok_or_else(early);
        findings.note(|| "the batch".to_owned(), waited);
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

    fn shape(n: usize, at_once: u16) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters { at_once } }
    }

    fn plan(n: usize, at_once: u16) -> Unbounded {
        Unbounded::plan(shape(n, at_once), Servers(Vec::new())).unwrap()
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let waits = |at_once, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let expected = Unbounded::expected(&shape(1000, at_once), by);
            assert_eq!(expected.server, None);
            expected.ideal.unwrap().div_duration_f64(DELAY) as usize
        };
        assert_eq!([0, 1, 32, 5000].map(|limit| waits(0, limit)), [1, 1000, 32, 1]);
        assert_eq!([0, 1, 3, 32].map(|limit| waits(10, limit)), [100, 1000, 334, 100]);
    }

    #[test]
    fn threads_and_tasks_give_each_number_and_keep_to_the_bound() {
        let pool = Threads::start(NonZero::new(4).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        // Were more than two alive at a time, these would take less than their waits.
        for plan in [plan(1, 0), plan(9, 0), plan(9, 2), plan(2, 9)] {
            for threads in [&Threads::caller(), &pool] {
                assert_eq!(plan.check(&(), &plan.blocking(threads, &Arc::new(()))), Ok(()));
            }
            let outcome = block_on(plan.concurrent(&smol, &Arc::new(())));
            assert_eq!(plan.check(&(), &outcome), Ok(()));
        }
    }

    #[test]
    fn numbers_that_are_missing_or_strange_and_waits_too_short_are_wrong() {
        let check = |numbers: &[usize], time| {
            let outcome = Outcome { numbers: numbers.to_vec(), time };
            plan(3, 2).check(&(), &outcome).map_err(|wrong| wrong.to_string())
        };
        assert_eq!(check(&[2, 0, 1], DELAY * 2), Ok(()));
        let early = check(&[0, 1, 2], DELAY).unwrap_err();
        assert_eq!(early, "the batch: 2ms, and the waits alone take 4ms (early: 1)");
        assert_eq!(check(&[0, 1], DELAY * 2).unwrap_err(), "2 numbers instead of 3 (count: 2)");
        let twice = check(&[0, 1, 1], DELAY * 2).unwrap_err();
        assert_eq!(twice, "2 different numbers instead of 3 (count: 1)");
        let strange = check(&[0, 1, 3], DELAY * 2).unwrap_err();
        assert_eq!(strange, "the last: number 3 of 3 (number: 1)");
    }
}
