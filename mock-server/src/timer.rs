//! The one timer of a worker thread: an ordered map of deadlines, and one alarm for the earliest.
//!
//! A runtime's own timer counts in whole milliseconds. Here the deadlines are kept to the
//! nanosecond, and the two moments at which they matter are used instead of a clock tick: due
//! sleepers are woken right before the runtime would park ([`Timers::before_park`]), and only then
//! is the alarm set, once, to the earliest deadline that is left. However many requests come and
//! go between two parks, they cost the kernel one timer.

mod alarm;

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use alarm::Alarm;

/// The timers of one runtime thread. Cheap to clone; all clones are the same timers.
///
/// A [`Sleep`] must be polled on the thread whose runtime calls [`Timers::before_park`].
#[derive(Clone)]
pub(crate) struct Timers {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    alarm: Alarm,
}

/// Sleepers by deadline. The number tells sleepers of the same instant apart.
#[derive(Default)]
struct Queue {
    sleepers: BTreeMap<(Instant, u64), Waker>,
    next: u64,
}

impl Timers {
    pub(crate) fn new() -> io::Result<Self> {
        let shared = Shared { queue: Mutex::default(), alarm: Alarm::new()? };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Lets the alarm wake the current runtime for as long as the returned value lives.
    pub(crate) fn attach(&self) -> io::Result<impl Send + use<>> {
        self.shared.alarm.attach()
    }

    /// Wakes the sleepers that are due; if there are none, sets the alarm for the earliest.
    ///
    /// Meant for [`tokio::runtime::Builder::on_thread_park`]: a runtime whose tasks were woken
    /// here does not park.
    pub(crate) fn before_park(&self) {
        if self.fire(Instant::now()) > 0 {
            return;
        }
        let earliest = self.queue().sleepers.first_key_value().map(|(&(deadline, _), _)| deadline);
        if let Some(deadline) = earliest {
            self.shared.alarm.set(deadline);
        }
    }

    /// Wakes every sleeper that is due at `now` and tells how many they were.
    pub(crate) fn fire(&self, now: Instant) -> usize {
        let mut fired = 0;
        while let Some(waker) = self.pop_due(now) {
            waker.wake();
            fired += 1;
        }
        fired
    }

    /// A future that ends at `deadline`, never before it.
    pub(crate) fn sleep_until(&self, deadline: Instant) -> Sleep {
        Sleep { timers: self.clone(), deadline, number: None }
    }

    fn pop_due(&self, now: Instant) -> Option<Waker> {
        let mut queue = self.queue();
        let earliest = queue.sleepers.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(earliest.remove())
    }

    /// No code that can panic runs under this lock, so a poisoned one still holds a sound map.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait for a deadline; dropping it takes the sleeper out of the timers.
pub(crate) struct Sleep {
    timers: Timers,
    deadline: Instant,
    /// This sleeper's number while it may be in the queue.
    number: Option<u64>,
}

impl Sleep {
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// True if this was polled and its deadline has not come.
    pub(crate) fn is_waiting(&self) -> bool {
        self.number.is_some() && Instant::now() < self.deadline
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if this.deadline <= Instant::now() {
            return Poll::Ready(());
        }
        let mut queue = this.timers.queue();
        let number = *this.number.get_or_insert_with(|| {
            queue.next += 1;
            queue.next
        });
        queue
            .sleepers
            .entry((this.deadline, number))
            .and_modify(|waker| waker.clone_from(cx.waker()))
            .or_insert_with(|| cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.timers.queue().sleepers.remove(&(self.deadline, number));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::options::Options;
    use crate::worker::{Shared, Worker};

    /// Runs `test` on a runtime that the timers drive.
    fn run<F: Future>(test: impl FnOnce(Timers) -> F) -> F::Output {
        let server = Arc::new(Shared::new(Options::default()));
        Worker::block_on(server, |worker| test(worker.timers.clone())).unwrap()
    }

    #[test]
    fn sleepers_wake_in_the_order_of_their_deadlines_and_none_early() {
        const SLEEPERS: u32 = 100;
        let woken = Arc::new(Mutex::new(Vec::new()));
        run(async |timers| {
            let start = Instant::now();
            let sleepers = (0..SLEEPERS).map(|i| {
                let deadline = start + Duration::from_micros(350) * (i * 37 % SLEEPERS);
                let (timers, woken) = (timers.clone(), woken.clone());
                tokio::spawn(async move {
                    timers.sleep_until(deadline).await;
                    assert!(Instant::now() >= deadline);
                    woken.lock().unwrap().push(deadline);
                })
            });
            for sleeper in sleepers.collect::<Vec<_>>() {
                sleeper.await.unwrap();
            }
        });
        let woken = woken.lock().unwrap();
        assert_eq!(woken.len(), SLEEPERS as usize);
        assert!(woken.is_sorted());
    }

    #[test]
    fn a_dropped_sleep_leaves_nothing_behind() {
        run(async |timers| {
            let far = Instant::now() + Duration::from_secs(600);
            let sleeps: Vec<_> = (0..10).map(|_| timers.sleep_until(far)).collect();
            let waiting: Vec<_> = sleeps.into_iter().map(tokio::spawn).collect();
            // A shorter sleep comes to its end although longer ones were there first.
            timers.sleep_until(Instant::now() + Duration::from_millis(1)).await;
            assert_eq!(timers.queue().sleepers.len(), 10);
            for task in waiting {
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
            }
            assert_eq!(timers.queue().sleepers.len(), 0);
        });
    }

    #[test]
    fn sleepers_of_the_same_instant_all_wake() {
        run(async |timers| {
            let deadline = Instant::now() + Duration::from_millis(2);
            let sleeps: Vec<_> =
                (0..50).map(|_| tokio::spawn(timers.sleep_until(deadline))).collect();
            for sleep in sleeps {
                sleep.await.unwrap();
            }
        });
    }

    #[test]
    fn a_busy_runtime_that_never_parks_still_wakes_its_sleepers() {
        run(async |timers| {
            let sleep = tokio::spawn(timers.sleep_until(Instant::now() + Duration::from_millis(2)));
            while !sleep.is_finished() {
                timers.fire(Instant::now());
                tokio::task::yield_now().await;
            }
        });
    }
}
