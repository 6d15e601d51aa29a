//! `stall` (#8 of the guide): n calls beside a task that ticks: they block the executor, block
//! threads that are there for it, or wait without blocking.
//!
//! The ticker sleeps for a millisecond again and again. What a tick takes beyond that, everything
//! else that the program has to do may be held up as well.
//!
//! How to read it: a call that begins right after a tick was asked for holds the ticker up for a
//! millisecond less than it blocks. The resolution of a runtime's timer looks like a stall: tokio's is
//! a millisecond, and so is its `median stall` where nothing stalls. Where everything is blocked all
//! the time there are but two ticks, of which the longer one is both the longest and the median.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use std::{panic, thread};

use serde::{Deserialize, Serialize};

use crate::check::Findings;
use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, Model, Servers, Shape, Timing, Workload, Wrong};

/// What the ticker asks for.
const TICK: Duration = Duration::from_millis(1);

/// n calls beside a task that ticks.
pub struct Stall {
    n: usize,
    delay: Duration,
    how: How,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// How the calls wait.
    how: How,
}

/// How the calls wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    /// They block the executor's own threads: what not to do.
    #[default]
    Blocking,
    /// They block threads that the runtime keeps for what blocks.
    Offloaded,
    /// They block nothing.
    Asynchronous,
}

/// What a batch came to.
pub struct Outcome {
    /// How long each call took.
    calls: Vec<Duration>,
    /// Whether the ticker had ticked before the first of them was begun.
    ticked_before: bool,
    /// How long each tick took beyond what it asked for, from the shortest to the longest.
    stalls: Vec<Duration>,
}

impl Outcome {
    fn new(calls: Vec<Duration>, ticked_before: bool, ticks: Ticks) -> Self {
        let Ticks { mut stalls, .. } = ticks;
        stalls.sort_unstable();
        Outcome { calls, ticked_before, stalls }
    }
}

/// What the ticker has seen.
struct Ticks {
    last: Instant,
    stalls: Vec<Duration>,
}

impl Ticks {
    fn begin() -> Self {
        Ticks { last: Instant::now(), stalls: Vec::new() }
    }

    /// What is left of the tick.
    fn left(&self) -> Duration {
        TICK.saturating_sub(self.last.elapsed())
    }

    /// Takes note of a tick that has just ended, and tells whether it is the last: the calls were
    /// over before it was.
    fn note(&mut self, over: &AtomicBool) -> bool {
        let over = over.load(Ordering::Acquire);
        let now = Instant::now();
        self.stalls.push((now - self.last).saturating_sub(TICK));
        self.last = now;
        over
    }
}

/// A call that blocks the thread it is on, and how long it took.
fn block(delay: Duration) -> Duration {
    let start = Instant::now();
    thread::sleep(delay);
    start.elapsed()
}

/// What the caller's thread alone can do: tick between two calls.
fn in_turn(n: usize, delay: Duration) -> Outcome {
    let (mut ticks, over) = (Ticks::begin(), AtomicBool::new(false));
    let mut tick = || {
        thread::sleep(ticks.left());
        ticks.note(&over);
    };
    tick();
    let call = |_| {
        let took = block(delay);
        tick();
        took
    };
    let calls = (0..n).map(call).collect();
    Outcome::new(calls, true, ticks)
}

impl Workload for Stall {
    const NAME: &'static str = "stall";
    const UNIT: &'static str = "call";

    type Parameters = Parameters;
    type Input = ();
    type Outcome = Outcome;

    /// How many calls of tasks block at once is a matter of the runtime's workers, or of how many
    /// threads it keeps for what blocks: there is no ideal for that.
    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let Shape { n, delay, params: Parameters { how } } = *shape;
        let known = by.model != Model::Tasks || how == How::Asynchronous;
        let waits = delay * n.div_ceil(by.at_once(n)) as u32;
        let cannot = match (by.model, how) {
            (Model::Sequential, _) => Some("can't tick while a call blocks: ticks between two"),
            (Model::Threads, How::Asynchronous) => {
                Some("can't wait without a thread: every call blocks one of the pool's")
            }
            _ => None,
        };
        Expected { server: None, ideal: known.then_some(TICK + waits), cannot }
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        Ok(Stall { n: shape.n, delay: shape.delay, how: shape.params.how })
    }

    fn input(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    /// Calls that are short: none may wait for no time at all, as runtimes differ in what that is.
    fn warm_up(shape: Shape<Parameters>) -> Shape<Parameters> {
        Shape { delay: Duration::from_millis(1), ..shape }
    }

    /// Threads that may block are all that a pool has, however the calls are to wait.
    fn blocking(&self, threads: &Threads, _: &Arc<()>) -> Outcome {
        let (n, delay) = (self.n, self.delay);
        if threads.alone() {
            return in_turn(n, delay);
        }
        let (ticked, first) = mpsc::sync_channel(1);
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let over = &over;
            let ticker = scope.spawn(move || {
                let mut ticks = Ticks::begin();
                loop {
                    thread::sleep(TICK);
                    if ticks.note(over) {
                        return ticks;
                    }
                    // Has room for the first, which is the only one that is taken.
                    let _ = ticked.try_send(());
                }
            });
            let ticked_before = first.recv().is_ok();
            let calls = threads.map(n, move |_| block(delay));
            over.store(true, Ordering::Release);
            let ticks = ticker.join().unwrap_or_else(|payload| panic::resume_unwind(payload));
            Outcome::new(calls, ticked_before, ticks)
        })
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, _: &Arc<()>) -> Outcome {
        let (delay, how) = (self.delay, self.how);
        let over = Arc::new(AtomicBool::new(false));
        let (mut ticked, mut first) = R::channel(NonZero::<usize>::MIN);
        let ticker = {
            let over = Arc::clone(&over);
            runtime.spawn(async move {
                let mut ticks = Ticks::begin();
                R::sleep(TICK).await;
                ticks.note(&over);
                // Has room, and is waited for.
                let _ = R::send(&mut ticked, ()).await;
                loop {
                    R::sleep(TICK).await;
                    if ticks.note(&over) {
                        return ticks;
                    }
                }
            })
        };
        let ticked_before = R::receive(&mut first).await.is_some();
        let call = |_| {
            let runtime = runtime.clone();
            async move {
                match how {
                    How::Blocking => block(delay),
                    How::Offloaded => runtime.unblock(move || block(delay)).await,
                    How::Asynchronous => {
                        let start = Instant::now();
                        R::sleep(delay).await;
                        start.elapsed()
                    }
                }
            }
        };
        let calls = runtime.map(self.n, call).await;
        over.store(true, Ordering::Release);
        Outcome::new(calls, ticked_before, ticker.await)
    }

    fn timings(&self, Outcome { stalls, .. }: &Outcome) -> Vec<Timing> {
        let longest = stalls.last().copied().unwrap_or_default();
        let median = stalls.get(stalls.len() / 2).copied().unwrap_or_default();
        vec![("longest stall", longest), ("median stall", median)]
    }

    fn check(&self, (): &(), outcome: &Outcome) -> Result<(), Wrong> {
        let Outcome { calls, ticked_before, stalls } = outcome;
        let mut findings = Findings::default();
        findings.note_count("calls", calls.len(), self.n);
        for (i, took) in calls.iter().enumerate() {
            let short = || ("short", format!("a wait of {took:?} instead of {:?}", self.delay));
            let long_enough = (*took >= self.delay).then_some(()).ok_or_else(short);
            findings.note(|| format!("call {i} of {}", self.n), long_enough);
        }
        // One more before the calls and one that ends after them.
        let ticks = *ticked_before && stalls.len() >= 2;
        let few = || ("ticks", format!("{} ticks, which do not enclose the calls", stalls.len()));
        findings.note(|| "the ticker".to_owned(), ticks.then_some(()).ok_or_else(few));
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::Smol;

    const DELAY: Duration = Duration::from_millis(5);
    const WAYS: [How; 3] = [How::Blocking, How::Offloaded, How::Asynchronous];

    fn shape(n: usize, how: How) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters { how } }
    }

    fn plan(n: usize, how: How) -> Stall {
        Stall::plan(shape(n, how), Servers(Vec::new())).unwrap()
    }

    #[test]
    fn what_is_expected_of_each_model_and_limit() {
        let of = |how, model, limit| {
            let by = By { model, limit: NonZero::new(limit) };
            let Expected { server, ideal, cannot } = Stall::expected(&shape(16, how), by);
            assert_eq!(server, None);
            (ideal.map(|ideal| (ideal - TICK).div_duration_f64(DELAY)), cannot.is_some())
        };
        assert_eq!(WAYS.map(|how| of(how, Model::Sequential, 1)), [(Some(16.0), true); 3]);
        assert_eq!(of(How::Blocking, Model::Threads, 3), (Some(6.0), false));
        assert_eq!(of(How::Asynchronous, Model::Threads, 32), (Some(1.0), true));
        assert_eq!(of(How::Blocking, Model::Tasks, 0), (None, false));
        assert_eq!(of(How::Offloaded, Model::Tasks, 0), (None, false));
        assert_eq!(of(How::Asynchronous, Model::Tasks, 0), (Some(1.0), false));
    }

    #[test]
    fn whoever_does_it_every_call_waits_and_ticks_enclose_them() {
        let pool = Threads::start(NonZero::new(2).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        for how in WAYS {
            let plan = plan(3, how);
            assert_eq!(plan.check(&(), &plan.blocking(&Threads::caller(), &Arc::new(()))), Ok(()));
            assert_eq!(plan.check(&(), &plan.blocking(&pool, &Arc::new(()))), Ok(()));
            assert_eq!(plan.check(&(), &block_on(plan.concurrent(&smol, &Arc::new(())))), Ok(()));
        }
    }

    #[test]
    fn what_blocks_the_only_thread_there_is_stalls_the_ticker() {
        let plan = plan(2, How::Blocking);
        let longest = |outcome| plan.timings(&outcome)[0];
        let (name, stall) = longest(plan.blocking(&Threads::caller(), &Arc::new(())));
        assert!(name == "longest stall" && stall >= DELAY - TICK, "{stall:?}");
        let smol = Smol::start(NonZero::<usize>::MIN).unwrap();
        let run = {
            let (smol, plan) = (smol.clone(), self::plan(2, How::Blocking));
            async move { plan.concurrent(&smol, &Arc::new(())).await }
        };
        let (_, stall) = longest(block_on(smol.spawn(run)));
        assert!(stall >= DELAY - TICK, "{stall:?}");
    }

    #[test]
    fn a_short_call_a_missing_one_and_ticks_that_do_not_enclose_them_are_wrong() {
        let check = |calls: &[Duration], ticked_before, stalls: usize| {
            let stalls = (0..stalls as u64).map(Duration::from_millis).collect();
            let outcome = Outcome { calls: calls.to_vec(), ticked_before, stalls };
            plan(2, How::Blocking).check(&(), &outcome).map_err(|wrong| wrong.to_string())
        };
        assert_eq!(check(&[DELAY, DELAY * 2], true, 2), Ok(()));
        let short = check(&[DELAY, DELAY / 5], true, 2).unwrap_err();
        assert_eq!(short, "call 1 of 2: a wait of 1ms instead of 5ms (short: 1)");
        assert_eq!(check(&[DELAY], true, 2).unwrap_err(), "1 calls instead of 2 (count: 1)");
        let few = check(&[DELAY, DELAY], true, 1).unwrap_err();
        assert_eq!(few, "the ticker: 1 ticks, which do not enclose the calls (ticks: 1)");
        assert!(check(&[DELAY, DELAY], false, 2).is_err());
    }

    #[test]
    fn stalls_are_told_by_the_longest_and_the_one_in_the_middle() {
        let [start, over] = [false, true].map(AtomicBool::new);
        let mut ticks = Ticks::begin();
        assert!(!ticks.note(&start) && ticks.note(&over));
        ticks.stalls = [9, 0, 4].map(Duration::from_millis).into();
        let outcome = Outcome::new(vec![DELAY], true, ticks);
        let [longest, median] = [9, 4].map(Duration::from_millis);
        let timings = [("longest stall", longest), ("median stall", median)];
        assert_eq!(plan(1, How::Blocking).timings(&outcome), timings);
    }
}
