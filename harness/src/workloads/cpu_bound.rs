//! `cpu_bound` (#9 of the guide): n pieces of computing, as tasks on the executor or offloaded.
//!
//! There is nothing to wait for, so that no way to wait helps: the machine's cores are the limit.

use std::hint::black_box;
use std::num::NonZero;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::check::Findings;
use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, Servers, Shape, Workload, Wrong};

/// n pieces of computing.
pub struct CpuBound {
    n: usize,
    steps: u64,
    how: How,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Where the pieces are computed.
    how: How,
    /// Thousands of steps in each piece.
    work: NonZero<u32>,
}

/// Where the pieces are computed.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    /// On the executor's own threads.
    #[default]
    Executor,
    /// On threads that the runtime keeps for what blocks.
    Offloaded,
}

impl Default for Parameters {
    fn default() -> Self {
        let work = NonZero::new(2000).unwrap_or(NonZero::<u32>::MIN);
        Parameters { how: How::default(), work }
    }
}

/// A step of a piece: x becomes `FACTOR` * x + `TERM`, modulo 2^64. Knuth's MMIX takes these for
/// its random numbers.
const FACTOR: u64 = 6_364_136_223_846_793_005;
const TERM: u64 = 1_442_695_040_888_963_407;

/// Computes a piece step by step, each of which needs the one before.
fn compute(mut x: u64, steps: u64) -> u64 {
    for _ in 0..steps {
        x = black_box(x).wrapping_mul(FACTOR).wrapping_add(TERM);
    }
    x
}

/// What a piece comes to, in as many steps as the number of them has bits: two steps are one with
/// another factor and term.
fn known(mut x: u64, mut steps: u64) -> u64 {
    let (mut factor, mut term) = (FACTOR, TERM);
    while steps > 0 {
        if steps % 2 == 1 {
            x = x.wrapping_mul(factor).wrapping_add(term);
        }
        term = term.wrapping_mul(factor).wrapping_add(term);
        factor = factor.wrapping_mul(factor);
        steps /= 2;
    }
    x
}

impl Workload for CpuBound {
    const NAME: &'static str = "cpu_bound";
    const UNIT: &'static str = "piece";
    const DELAYED: bool = false;

    type Parameters = Parameters;
    type Input = ();
    type Outcome = Vec<u64>;

    fn expected(_: &Shape<Parameters>, _: By) -> Expected {
        Expected::default()
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        let Shape { n, params: Parameters { how, work }, .. } = shape;
        Ok(CpuBound { n, steps: u64::from(work.get()) * 1000, how })
    }

    fn input(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    /// A pool's threads are there for whatever takes them, so that there is nothing to offload to.
    fn blocking(&self, threads: &Threads, _: &Arc<()>) -> Vec<u64> {
        let steps = self.steps;
        threads.map(self.n, move |i| compute(i as u64, steps))
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, _: &Arc<()>) -> Vec<u64> {
        let (steps, how) = (self.steps, self.how);
        let piece = |i| {
            let runtime = runtime.clone();
            async move {
                match how {
                    How::Executor => compute(i as u64, steps),
                    How::Offloaded => runtime.unblock(move || compute(i as u64, steps)).await,
                }
            }
        };
        runtime.map(self.n, piece).await
    }

    fn check(&self, (): &(), pieces: &Vec<u64>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("pieces", pieces.len(), self.n);
        for (i, &piece) in pieces.iter().enumerate() {
            let known = known(i as u64, self.steps);
            let other = || ("sum", format!("{piece:x} instead of {known:x}"));
            let right = (piece == known).then_some(()).ok_or_else(other);
            findings.note(|| format!("piece {i} of {}", self.n), right);
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;
    use proptest::prelude::*;

    use super::*;
    use crate::clients::Smol;

    fn plan(n: usize, how: How) -> CpuBound {
        let params = Parameters { how, work: NonZero::<u32>::MIN };
        let shape = Shape { n, delay: Default::default(), params };
        CpuBound::plan(shape, Servers(Vec::new())).unwrap()
    }

    #[test]
    fn a_piece_by_hand() {
        assert_eq!(compute(7, 0), 7);
        assert_eq!(compute(0, 1), TERM);
        assert_eq!(known(1, 1), FACTOR.wrapping_add(TERM));
    }

    proptest! {
        #[test]
        fn the_short_way_comes_to_the_same(x: u64, steps in 0..5000_u64) {
            prop_assert_eq!(compute(x, steps), known(x, steps));
        }
    }

    #[test]
    fn threads_and_tasks_compute_every_piece() {
        let pool = Threads::start(NonZero::new(2).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        for how in [How::Executor, How::Offloaded] {
            let plan = plan(3, how);
            for threads in [&Threads::caller(), &pool] {
                assert_eq!(plan.check(&(), &plan.blocking(threads, &Arc::new(()))), Ok(()));
            }
            assert_eq!(plan.check(&(), &block_on(plan.concurrent(&smol, &Arc::new(())))), Ok(()));
        }
    }

    #[test]
    fn another_piece_in_its_place_and_one_too_few_are_wrong() {
        let check = |pieces: &[u64]| {
            let pieces = pieces.to_vec();
            plan(2, How::Executor).check(&(), &pieces).map_err(|wrong| wrong.to_string())
        };
        let [first, second] = [0, 1].map(|i| known(i, 1000));
        assert_eq!(check(&[first, second]), Ok(()));
        let swapped = check(&[second, first]).unwrap_err();
        assert_eq!(swapped, format!("piece 0 of 2: {second:x} instead of {first:x} (sum: 2)"));
        assert_eq!(check(&[first]).unwrap_err(), "1 pieces instead of 2 (count: 1)");
    }
}
