//! A workload without the server: n tasks that each take a number of naps, one after the other.
//!
//! It shows what a client's own timers and wake-ups cost, without sockets.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use waitmark_benches::harness::check::Findings;
use waitmark_benches::harness::http::Error;
use waitmark_benches::harness::runtime::Runtime;
use waitmark_benches::harness::threads::Threads;
use waitmark_benches::harness::workload::{By, Expected, Servers, Shape, Workload, Wrong};

/// n tasks that each take a number of naps.
pub struct Naps {
    n: usize,
    /// How long a nap is.
    delay: Duration,
    /// How many naps a task takes.
    naps: u32,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    naps: NonZero<u8>,
}

impl Default for Parameters {
    fn default() -> Self {
        // Checked when this is compiled.
        Parameters { naps: const { NonZero::new(3).unwrap() } }
    }
}

impl Workload for Naps {
    const NAME: &'static str = "naps";
    const UNIT: &'static str = "task";

    type Parameters = Parameters;
    type Input = ();
    /// How long each task slept.
    type Outcome = Vec<Duration>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let turns = shape.n.div_ceil(by.at_once(shape.n)) as u32;
        let naps = u32::from(shape.params.naps.get()) * turns;
        Expected { ideal: Some(shape.delay * naps), ..Expected::default() }
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        Ok(Naps { n: shape.n, delay: shape.delay, naps: shape.params.naps.get().into() })
    }

    fn input(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    /// A nap of no time at all is not allowed: runtimes differ in what that costs.
    fn warm_up(shape: Shape<Parameters>) -> Shape<Parameters> {
        Shape { delay: Duration::from_millis(1), ..shape }
    }

    fn blocking(&self, threads: &Threads, _: &Arc<()>) -> Vec<Duration> {
        let (naps, delay) = (self.naps, self.delay);
        threads.map(self.n, move |_| {
            let start = Instant::now();
            for _ in 0..naps {
                thread::sleep(delay);
            }
            start.elapsed()
        })
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, _: &Arc<()>) -> Vec<Duration> {
        let (naps, delay) = (self.naps, self.delay);
        let take_naps = |_| async move {
            let start = Instant::now();
            for _ in 0..naps {
                R::sleep(delay).await;
            }
            start.elapsed()
        };
        runtime.map(self.n, take_naps).await
    }

    fn check(&self, (): &(), slept: &Vec<Duration>) -> Result<(), Wrong> {
        let (mut findings, least) = (Findings::default(), self.delay * self.naps);
        findings.note_count("tasks", slept.len(), self.n);
        for (i, &time) in slept.iter().enumerate() {
            let short = || ("short", format!("slept {time:?} instead of {least:?}"));
            let long_enough = (time >= least).then_some(()).ok_or_else(short);
            findings.note(|| format!("task {i} of {}", self.n), long_enough);
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use waitmark_benches::harness::workload::Model;

    use super::*;

    const NAP: Duration = Duration::from_millis(10);

    fn shape(n: usize) -> Shape<Parameters> {
        Shape { n, delay: NAP, params: Parameters::default() }
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            Naps::expected(&shape(100), by)
        };
        let ideal = |limit| of(limit).ideal.unwrap();
        assert_eq!([0, 1, 32, 500].map(ideal), [NAP * 3, NAP * 300, NAP * 12, NAP * 3]);
        assert_eq!(of(0).server, None);
    }

    #[test]
    fn a_task_that_slept_less_or_is_missing_is_wrong() {
        let plan = Naps::plan(shape(2), Servers(Vec::new())).unwrap();
        let check = |naps: &[u32]| plan.check(&(), &naps.iter().map(|&n| NAP * n).collect());
        assert_eq!(check(&[3, 4]), Ok(()));
        let wrong = check(&[3, 2]).unwrap_err().to_string();
        assert_eq!(wrong, "task 1 of 2: slept 20ms instead of 30ms (short: 1)");
        assert!(check(&[3]).unwrap_err().to_string().starts_with("1 tasks instead of 2"));
    }
}
