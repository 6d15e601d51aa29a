//! The one timer of a worker thread: an ordered map of deadlines, and one alarm for the earliest.
//!
//! A runtime's own timer counts in whole milliseconds. Here the deadlines are kept to the
//! nanosecond, and due sleepers are woken right before the runtime would park
//! ([`Timers::before_park`]). Only if there are none is the alarm set, once, to the earliest
//! deadline that is left. However many requests come and go between two parks, they cost the
//! kernel one timer.

mod alarm;

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use alarm::Alarm;

/// How many sleepers are woken, and how many I/O events are taken, before the other have a turn
/// when both wait.
///
/// Were a burst of answers sent to its end first, the requests that follow them would lie unread
/// meanwhile, then be read faster than they can be answered, and so queue once more at their
/// deadline.
pub(crate) const TURN: usize = 2;

/// How many I/O events are taken at once while no sleeper is due: so many that the system call
/// for them costs little, so few that a deadline does not wait for long.
pub(crate) const IDLE_TURN: usize = 16;

/// A runtime that did so much I/O since it last came to park may never come to it.
const MAX_IO_BETWEEN_PARKS: u32 = 64;

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
    io_since_park: AtomicU32,
    /// Whether the runtime went to park, or only went to see what I/O there is.
    parked: AtomicBool,
    start: Instant,
    /// Nanoseconds from the start to the last tick.
    clock: AtomicU64,
}

/// Sleepers by deadline. The number tells sleepers of the same instant apart.
#[derive(Default)]
struct Queue {
    sleepers: BTreeMap<(Instant, u64), Waker>,
    next: u64,
}

impl Timers {
    pub(crate) fn new() -> io::Result<Self> {
        let shared = Shared {
            queue: Mutex::default(),
            alarm: Alarm::new()?,
            io_since_park: AtomicU32::new(0),
            parked: AtomicBool::new(false),
            start: Instant::now(),
            clock: AtomicU64::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Lets the alarm wake the current runtime for as long as the returned value lives.
    pub(crate) fn attach(&self) -> io::Result<impl Send + use<>> {
        self.shared.alarm.attach()
    }

    /// Nanoseconds from the start of these timers to the last tick, which was in this turn of the
    /// runtime. Good enough for limits of seconds, and cheaper than the system's clock.
    pub(crate) fn clock(&self) -> u64 {
        self.shared.clock.load(Relaxed)
    }

    /// The instant of a reading of [`clock`](Self::clock).
    pub(crate) fn instant(&self, clock: u64) -> Instant {
        self.shared.start + Duration::from_nanos(clock)
    }

    /// Sets the clock.
    pub(crate) fn tick(&self) -> Instant {
        let now = Instant::now();
        // Fits for five centuries.
        self.shared.clock.store((now - self.shared.start).as_nanos() as u64, Relaxed);
        now
    }

    /// Wakes a turn's worth of the sleepers that are due; if none is, sets the alarm for the
    /// earliest.
    ///
    /// Meant for [`tokio::runtime::Builder::on_thread_park`]: a runtime whose tasks were woken
    /// here does not park, but takes what I/O there is and comes back.
    pub(crate) fn before_park(&self) {
        let none_due = self.fire(TURN) == 0;
        self.shared.parked.store(none_due, Relaxed);
        if none_due {
            let queue = self.queue();
            let earliest = queue.sleepers.first_key_value().map(|(&(deadline, _), _)| deadline);
            drop(queue);
            if let Some(deadline) = earliest {
                self.shared.alarm.set(deadline);
            }
        }
    }

    /// Wakes a turn's worth of the sleepers that became due in a park.
    ///
    /// Meant for [`tokio::runtime::Builder::on_thread_unpark`]: without it the runtime would ask
    /// for I/O once more before it came to those that the alarm was for.
    pub(crate) fn after_park(&self) {
        if self.shared.parked.load(Relaxed) {
            self.fire(TURN);
        } else {
            self.tick();
        }
    }

    /// Counts a read or a write, so that a runtime which always has something to do, and so never
    /// parks, still wakes its sleepers.
    pub(crate) fn count_io(&self) {
        // Only the runtime's own thread counts here.
        let count = self.shared.io_since_park.load(Relaxed) + 1;
        self.shared.io_since_park.store(count, Relaxed);
        if count > MAX_IO_BETWEEN_PARKS {
            self.fire(usize::MAX);
        }
    }

    /// Wakes up to `limit` sleepers that are due and tells how many they were.
    fn fire(&self, limit: usize) -> usize {
        self.shared.io_since_park.store(0, Relaxed);
        let now = self.tick();
        let due = std::iter::from_fn(|| self.pop_due(now));
        due.take(limit).map(Waker::wake).count()
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
    /// True if a waker waits with the timers, or did.
    pub(crate) fn was_polled(&self) -> bool {
        self.number.is_some()
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
                timers.count_io();
                tokio::task::yield_now().await;
            }
        });
    }
}
