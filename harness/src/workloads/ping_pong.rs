//! `ping_pong`: n pairs of tasks that hand a number back and forth over two channels.
//!
//! Some task is always ready to run: a control beside `chain` and `paced`, where workers have time
//! to sleep. What counts is what a channel and a switch to another task cost.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};

use serde::{Deserialize, Serialize};

use crate::check::Findings;
use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, Servers, Shape, Workload, Wrong};

/// n pairs of tasks that hand a number back and forth.
pub struct PingPong {
    n: usize,
    times: u32,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Times that each number goes there and back.
    times: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { times: NonZero::new(100).unwrap_or(NonZero::<u16>::MIN) }
    }
}

/// What each half of a pair does to the number that it is handed.
fn hit(number: u32) -> u32 {
    number + 1
}

/// The half that begins, on a thread: gives the number that came back last.
fn ping_blocking(times: u32, there: &SyncSender<u32>, back: &Receiver<u32>) -> u32 {
    // Either fails only if the other half is gone; then the number comes back no more.
    (0..times).fold(0, |number, _| {
        let _ = there.send(hit(number));
        back.recv().unwrap_or(number)
    })
}

/// The half that answers, until the other ends.
fn pong_blocking(there: &Receiver<u32>, back: &SyncSender<u32>) {
    for number in there {
        // Fails only if the other half is gone.
        let _ = back.send(hit(number));
    }
}

/// Both halves on one thread, which takes their turns over the same channels.
fn both_blocking(times: u32) -> u32 {
    let (there, from_there) = mpsc::sync_channel(1);
    let (back, from_back) = mpsc::sync_channel(1);
    (0..times).fold(0, |number, _| {
        // Each has room, as it is emptied right after.
        let _ = there.send(hit(number));
        let _ = back.send(hit(from_there.recv().unwrap_or(number)));
        from_back.recv().unwrap_or(number)
    })
}

/// The half that begins: gives the number that came back last.
async fn ping<R: Runtime>(
    times: u32,
    mut there: R::Sender<u32>,
    mut back: R::Receiver<u32>,
) -> u32 {
    let mut number = 0;
    for _ in 0..times {
        // Either fails only if the other half is gone; then the number comes back no more.
        let _ = R::send(&mut there, hit(number)).await;
        number = R::receive(&mut back).await.unwrap_or(number);
    }
    number
}

/// The half that answers, until the other ends.
async fn pong<R: Runtime>(mut there: R::Receiver<u32>, mut back: R::Sender<u32>) {
    while let Some(number) = R::receive(&mut there).await {
        // Fails only if the other half is gone.
        let _ = R::send(&mut back, hit(number)).await;
    }
}

/// Half a pair on one of the pool's threads; the one that begins gives the number.
type Half = Box<dyn FnOnce() -> Option<u32> + Send>;

impl Workload for PingPong {
    const NAME: &'static str = "ping_pong";
    const UNIT: &'static str = "pair";
    const DELAYED: bool = false;

    type Parameters = Parameters;
    type Input = ();
    /// The number of each pair in the end.
    type Outcome = Vec<u32>;

    fn expected(_: &Shape<Parameters>, by: By) -> Expected {
        let alone = "has no second thread to hand a number to: it takes both sides in turn";
        let cannot = by.limit.is_some_and(|limit| limit.get() == 1).then_some(alone);
        Expected { cannot, ..Expected::default() }
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        Ok(PingPong { n: shape.n, times: shape.params.times.get().into() })
    }

    fn input(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    /// The halves of a pair are neighbours in the pool's queue: of the first pair that has not
    /// ended both are running, if there are two threads.
    fn blocking(&self, threads: &Threads, _: &Arc<()>) -> Vec<u32> {
        let times = self.times;
        if threads.width().get() == 1 {
            return threads.map(self.n, move |_| both_blocking(times));
        }
        let pair = |_| -> [Half; 2] {
            let (there, from_there) = mpsc::sync_channel(1);
            let (back, from_back) = mpsc::sync_channel(1);
            let ping = move || Some(ping_blocking(times, &there, &from_back));
            let pong = move || {
                pong_blocking(&from_there, &back);
                None
            };
            [Box::new(ping), Box::new(pong)]
        };
        threads.run((0..self.n).flat_map(pair)).into_iter().flatten().collect()
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, _: &Arc<()>) -> Vec<u32> {
        let times = self.times;
        let pair = |_| {
            let (there, from_there) = R::channel(NonZero::<usize>::MIN);
            let (back, from_back) = R::channel(NonZero::<usize>::MIN);
            let pong = runtime.spawn(pong::<R>(from_there, back));
            async move {
                let number = ping::<R>(times, there, from_back).await;
                pong.await;
                number
            }
        };
        runtime.map(self.n, pair).await
    }

    fn check(&self, (): &(), numbers: &Vec<u32>) -> Result<(), Wrong> {
        let (mut findings, wanted) = (Findings::default(), 2 * self.times);
        findings.note_count("pairs", numbers.len(), self.n);
        for (i, number) in numbers.iter().enumerate() {
            let other = || ("number", format!("{number} instead of {wanted}"));
            let right = (*number == wanted).then_some(()).ok_or_else(other);
            findings.note(|| format!("pair {i} of {}", self.n), right);
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

    fn shape(n: usize) -> Shape<Parameters> {
        let params = Parameters { times: NonZero::new(7).unwrap() };
        Shape { n, delay: Duration::ZERO, params }
    }

    fn plan(n: usize) -> PingPong {
        PingPong::plan(shape(n), Servers(Vec::new())).unwrap()
    }

    #[test]
    fn a_client_of_one_thread_has_nobody_to_hand_a_number_to() {
        let cannot = |limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            PingPong::expected(&shape(5), by).cannot.is_some()
        };
        assert_eq!([0, 1, 2].map(cannot), [false, true, false]);
    }

    #[test]
    fn threads_and_tasks_hand_each_number_there_and_back() {
        let pool = |width| Threads::start(NonZero::new(width).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        for n in [1, 2, 5] {
            let plan = plan(n);
            // Pools of an odd width hold half a pair at times.
            for threads in [Threads::caller(), pool(1), pool(2), pool(3), pool(2 * n)] {
                assert_eq!(plan.blocking(&threads, &Arc::new(())), vec![14; n]);
            }
            assert_eq!(block_on(plan.concurrent(&smol, &Arc::new(()))), vec![14; n]);
        }
    }

    #[test]
    fn a_number_that_went_too_seldom_and_a_pair_too_few_are_wrong() {
        let check =
            |numbers: &[u32]| plan(2).check(&(), &numbers.to_vec()).map_err(|w| w.to_string());
        assert_eq!(check(&[14, 14]), Ok(()));
        assert_eq!(check(&[14, 12]).unwrap_err(), "pair 1 of 2: 12 instead of 14 (number: 1)");
        assert!(check(&[15, 13]).unwrap_err().ends_with("(number: 2)"));
        assert_eq!(check(&[14]).unwrap_err(), "1 pairs instead of 2 (count: 1)");
    }
}
