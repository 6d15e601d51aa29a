//! `paced`: n short handlers that arrive at a fixed rate, far below what could be done.
//!
//! An open loop: arrivals are by the clock, whatever became of those before, so that a handler that
//! is late is late in the figures too. The batch takes as long as its arrivals do, on any client.
//! What sets clients apart is the CPU time and the switches that it takes them to sleep and wake
//! for each, and how late the latest handlers end.

use std::hint;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::check::Findings;
use crate::http::Error;
use crate::latency::median_and_p99;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, Model, Servers, Shape, Timing, Workload, Wrong};

/// n short handlers that arrive at a fixed rate.
pub struct Paced {
    n: usize,
    every: Duration,
    steps: u32,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Microseconds from one arrival to the next.
    every_us: NonZero<u32>,
    /// Thousands of steps of computing in each handler: a number of steps and not a time, so that
    /// it is the same work whatever it takes; 20 take about 30 us at 3 GHz.
    work: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters {
            every_us: NonZero::new(500).unwrap_or(NonZero::<u32>::MIN),
            work: NonZero::new(20).unwrap_or(NonZero::<u16>::MIN),
        }
    }
}

/// What a handler came to, when its arrival was due, and when it ended.
#[derive(Clone, Copy, Debug)]
pub struct Handled {
    result: u64,
    due: Instant,
    end: Instant,
}

/// The handler of arrival `i`, which was due at `due`.
fn handle(i: usize, steps: u32, due: Instant) -> Handled {
    Handled { result: compute(i as u64, steps), due, end: Instant::now() }
}

/// So many steps of a xorshift generator (Marsaglia 2003, "Xorshift RNGs"), each of which needs the
/// one before.
fn compute(seed: u64, steps: u32) -> u64 {
    // Anything but 0, where it would stay.
    let mut x = hint::black_box(seed.wrapping_add(1));
    for _ in 0..steps {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    x
}

/// Arrivals by the clock, each with the time at which it is due, the first one after a period. To
/// take the next is to sleep until then.
fn arrivals(n: usize, every: Duration) -> impl Iterator<Item = (usize, Instant)> {
    let start = Instant::now();
    (0..n).map(move |i| {
        let due = start + every * (i as u32 + 1);
        let left = due.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            thread::sleep(left);
        }
        (i, due)
    })
}

impl Workload for Paced {
    const NAME: &'static str = "paced";
    const DELAYED: bool = false;

    type Parameters = Parameters;
    type Input = ();
    type Outcome = Vec<Handled>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let every = Duration::from_micros(shape.params.every_us.get().into());
        let alone = "can't take what arrives while it handles something: that waits for its end";
        Expected {
            server: None,
            ideal: Some(every * shape.n as u32),
            cannot: (by.model == Model::Sequential).then_some(alone),
        }
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        let Parameters { every_us, work } = shape.params;
        Ok(Paced {
            n: shape.n,
            every: Duration::from_micros(every_us.get().into()),
            steps: u32::from(work.get()) * 1000,
        })
    }

    fn input(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    /// All of it, as fast as the arrivals can be.
    fn warm_up(shape: Shape<Parameters>) -> Shape<Parameters> {
        let params = Parameters { every_us: NonZero::<u32>::MIN, ..shape.params };
        Shape { params, ..shape }
    }

    /// The caller's thread, which has nothing else to do, sleeps until the next arrival before it
    /// hands out the job.
    fn blocking(&self, threads: &Threads, _: &Arc<()>) -> Vec<Handled> {
        let steps = self.steps;
        threads.run(arrivals(self.n, self.every).map(|(i, due)| move || handle(i, steps, due)))
    }

    /// A thread that may block paces the arrivals, which no worker does: a runtime's timers have
    /// each their own precision, and would be measured here instead.
    async fn concurrent<R: Runtime>(&self, runtime: &R, _: &Arc<()>) -> Vec<Handled> {
        let (n, every, steps, spawner) = (self.n, self.every, self.steps, runtime.clone());
        let spawn = move |(i, due)| spawner.spawn(async move { handle(i, steps, due) });
        let pace = move || arrivals(n, every).map(spawn).collect::<Vec<_>>();
        let mut handled = Vec::with_capacity(n);
        for handler in runtime.unblock(pace).await {
            handled.push(handler.await);
        }
        handled
    }

    fn timings(&self, handled: &Vec<Handled>) -> Vec<Timing> {
        median_and_p99(
            handled.iter().map(|Handled { due, end, .. }| end.saturating_duration_since(*due)),
        )
    }

    fn check(&self, (): &(), handled: &Vec<Handled>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("handlers", handled.len(), self.n);
        for (i, Handled { result, due, end }) in handled.iter().enumerate() {
            let wanted = compute(i as u64, self.steps);
            let early = due.saturating_duration_since(*end);
            let right = if *result != wanted {
                Err(("result", format!("{result} instead of {wanted}")))
            } else if !early.is_zero() {
                Err(("early", format!("at its end {early:?} before its arrival")))
            } else {
                Ok(())
            };
            findings.note(|| format!("handler {i} of {}", self.n), right);
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::Smol;

    fn shape(n: usize) -> Shape<Parameters> {
        let (every_us, work) = (NonZero::new(300).unwrap(), NonZero::<u16>::MIN);
        let params = Parameters { every_us, work };
        Shape { n, delay: Duration::ZERO, params }
    }

    fn plan(n: usize) -> Paced {
        Paced::plan(shape(n), Servers(Vec::new())).unwrap()
    }

    #[test]
    fn a_batch_takes_as_long_as_its_arrivals_on_any_client() {
        let of = |model, limit| {
            let by = By { model, limit: NonZero::new(limit) };
            let Expected { ideal, cannot, .. } = Paced::expected(&shape(10), by);
            (ideal.unwrap(), cannot.is_some())
        };
        let all = Duration::from_millis(3);
        assert_eq!(of(Model::Sequential, 1), (all, true));
        assert_eq!(of(Model::Threads, 1), (all, false));
        assert_eq!(of(Model::Tasks, 0), (all, false));
    }

    #[test]
    fn the_work_is_that_of_the_generator() {
        // The first numbers after the seed 1, worked out by hand from the definition.
        assert_eq!(compute(0, 0), 1);
        assert_eq!(compute(0, 1), 0x4082_2041);
        assert_ne!(compute(0, 1000), compute(1, 1000));
        assert_ne!(compute(0, 1000), compute(0, 1001));
    }

    #[test]
    fn no_arrival_is_early() {
        let start = Instant::now();
        let every = Duration::from_millis(1);
        for (i, (index, due)) in arrivals(4, every).enumerate() {
            assert_eq!(i, index);
            assert!(due >= start + every * (i as u32 + 1) && Instant::now() >= due);
        }
    }

    #[test]
    fn threads_and_tasks_handle_each_arrival() {
        let pool = |width| Threads::start(NonZero::new(width).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        for n in [1, 2, 9] {
            let plan = plan(n);
            for threads in [Threads::caller(), pool(1), pool(3)] {
                let start = Instant::now();
                assert_eq!(plan.check(&(), &plan.blocking(&threads, &Arc::new(()))), Ok(()));
                assert!(start.elapsed() >= plan.every * n as u32);
            }
            let start = Instant::now();
            let handled = block_on(plan.concurrent(&smol, &Arc::new(())));
            assert_eq!(plan.check(&(), &handled), Ok(()));
            assert!(start.elapsed() >= plan.every * n as u32);
            assert_eq!(plan.timings(&handled).len(), 2);
        }
    }

    #[test]
    fn another_result_a_handler_too_few_and_one_that_was_not_waited_for_are_wrong() {
        let now = Instant::now();
        let check_due = |all: &[usize], due| {
            let all = all.iter().map(|&i| Handled { end: now, ..handle(i, 1000, due) }).collect();
            plan(2).check(&(), &all).map_err(|wrong| wrong.to_string())
        };
        let check = |all: &[usize]| check_due(all, now);
        assert_eq!(check(&[0, 1]), Ok(()));
        let swapped = check(&[1, 0]).unwrap_err();
        assert!(swapped.starts_with("handler 0 of 2: ") && swapped.ends_with("(result: 2)"));
        assert_eq!(check(&[0]).unwrap_err(), "1 handlers instead of 2 (count: 1)");
        let early = check_due(&[0, 1], now + Duration::from_micros(3)).unwrap_err();
        assert_eq!(early, "handler 0 of 2: at its end 3µs before its arrival (early: 2)");
    }

    #[test]
    fn a_latency_is_from_the_planned_arrival_to_the_end() {
        let due = Instant::now();
        let at = |millis| Handled { result: 0, due, end: due + Duration::from_millis(millis) };
        let timings = plan(2).timings(&vec![at(7), at(3)]);
        let [median, p99] = [3, 7].map(Duration::from_millis);
        assert_eq!(timings, [("median latency", median), ("p99 latency", p99)]);
    }
}
