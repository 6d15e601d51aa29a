//! `timeouts`: n tasks that wait again and again for an operation, each time with a time-out.
//!
//! The operation pends once, so that a timer is registered, and is in time, so that the timer is
//! cancelled: what becomes of nearly every time-out of a service. Nothing else is done, so that the
//! cost of it shows, and of its contention where workers share their timers.

use std::future::{Future, poll_fn};
use std::mem;
use std::num::NonZero;
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::Findings;
use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, Servers, Shape, Workload, Wrong};

/// Longer than any batch takes: a time-out that comes is an error.
const LIMIT: Duration = Duration::from_secs(60);

/// n tasks that wait with time-outs.
pub struct Timeouts {
    n: usize,
    times: u32,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Operations of each task, one after the other.
    times: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { times: NonZero::new(500).unwrap_or(NonZero::<u16>::MIN) }
    }
}

/// Gives way once to whatever else is ready: wakes itself and pends. The same for all runtimes,
/// whose own ways to yield differ.
fn give_way() -> impl Future<Output = ()> + Send {
    let mut given = false;
    poll_fn(move |cx| {
        if mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

impl Workload for Timeouts {
    const NAME: &'static str = "timeouts";
    const UNIT: &'static str = "task";
    const DELAYED: bool = false;

    type Parameters = Parameters;
    type Input = ();
    /// How many operations of each task were in time.
    type Outcome = Vec<u32>;

    fn expected(_: &Shape<Parameters>, _: By) -> Expected {
        Expected::default()
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        Ok(Timeouts { n: shape.n, times: shape.params.times.get().into() })
    }

    fn input(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    /// A thread has no way to pend and be its own waker. It gives way to other threads, and then
    /// takes with a time-out what is there; the kernel sets no timer for what need not be waited
    /// for.
    fn blocking(&self, threads: &Threads, _: &Arc<()>) -> Vec<u32> {
        let times = self.times;
        threads.map(self.n, move |_| {
            let (sender, receiver) = mpsc::sync_channel(1);
            let operation = |_: &u32| {
                // Has room, as each value is taken before the next is sent.
                let _ = sender.send(());
                thread::yield_now();
                receiver.recv_timeout(LIMIT).is_ok()
            };
            (0..times).filter(operation).count() as u32
        })
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, _: &Arc<()>) -> Vec<u32> {
        let times = self.times;
        let task = |_| async move {
            let mut in_time = 0;
            for _ in 0..times {
                in_time += u32::from(R::timeout(LIMIT, give_way()).await.is_some());
            }
            in_time
        };
        runtime.map(self.n, task).await
    }

    fn check(&self, (): &(), in_time: &Vec<u32>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("tasks", in_time.len(), self.n);
        for (i, &count) in in_time.iter().enumerate() {
            let late = || ("late", format!("{count} operations in time of {}", self.times));
            let all = (count == self.times).then_some(()).ok_or_else(late);
            findings.note(|| format!("task {i} of {}", self.n), all);
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::Smol;

    fn plan(n: usize, times: u16) -> Timeouts {
        let params = Parameters { times: NonZero::new(times).unwrap() };
        Timeouts::plan(Shape { n, delay: Duration::ZERO, params }, Servers(Vec::new())).unwrap()
    }

    #[test]
    fn an_operation_pends_once_and_wakes_itself() {
        let mut polls = 0;
        let mut operation = Box::pin(give_way());
        block_on(poll_fn(|cx| {
            polls += 1;
            operation.as_mut().poll(cx)
        }));
        assert_eq!(polls, 2);
    }

    #[test]
    fn threads_and_tasks_do_each_operation_as_often_as_asked() {
        let plan = plan(3, 7);
        let pool = Threads::start(NonZero::new(2).unwrap()).unwrap();
        for threads in [Threads::caller(), pool] {
            assert_eq!(plan.blocking(&threads, &Arc::new(())), [7, 7, 7]);
        }
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        assert_eq!(block_on(plan.concurrent(&smol, &Arc::new(()))), [7, 7, 7]);
    }

    #[test]
    fn an_operation_that_was_late_and_a_task_too_few_are_wrong() {
        let check = |in_time: &[u32]| plan(2, 5).check(&(), &in_time.to_vec());
        assert_eq!(check(&[5, 5]), Ok(()));
        let wrong = check(&[5, 4]).unwrap_err().to_string();
        assert_eq!(wrong, "task 1 of 2: 4 operations in time of 5 (late: 1)");
        assert!(check(&[5, 6]).is_err());
        assert_eq!(check(&[5]).unwrap_err().to_string(), "1 tasks instead of 2 (count: 1)");
    }
}
