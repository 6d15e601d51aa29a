//! The threads of the blocking clients.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::convert::Infallible;
use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, iter};

use crossbeam_channel::Sender;

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads that take jobs from one queue, or the caller's thread alone.
///
/// Its threads start with it and end with it, as a runtime's workers do.
pub struct Threads {
    /// `None` for the caller's thread alone.
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Threads {
    /// The caller's thread alone: jobs run on it, one after the other.
    pub fn caller() -> Self {
        Threads { jobs: None, threads: Vec::new() }
    }

    /// Starts `width` threads.
    ///
    /// # Errors
    ///
    /// If a thread can't be started.
    pub fn start(width: NonZero<usize>) -> io::Result<Self> {
        let (jobs, queue) = crossbeam_channel::unbounded::<Job>();
        let threads = (0..width.get())
            .map(|i| {
                let queue = queue.clone();
                thread::Builder::new().name(format!("pool-{i}")).spawn(move || {
                    for job in queue {
                        job();
                    }
                })
            })
            .collect::<io::Result<_>>()?;
        Ok(Threads { jobs: Some(jobs), threads })
    }

    /// How many jobs run at once, at most.
    pub fn width(&self) -> NonZero<usize> {
        NonZero::new(self.threads.len()).unwrap_or(NonZero::<usize>::MIN)
    }

    /// Whether it is the caller's thread alone.
    pub fn alone(&self) -> bool {
        self.jobs.is_none()
    }

    /// Calls `f` with 0 to `count - 1` and gives the results in that order.
    ///
    /// # Panics
    ///
    /// If `f` does.
    pub fn map<T: Send + 'static>(
        &self,
        count: usize,
        f: impl Fn(usize) -> T + Send + Sync + 'static,
    ) -> Vec<T> {
        let f = Arc::new(f);
        self.run((0..count).map(move |i| {
            let f = Arc::clone(&f);
            move || f(i)
        }))
    }

    /// The same with at most `at_once` calls at a time, on as many threads, each of which takes the
    /// next call when it is done with one: none waits for leave to call.
    ///
    /// # Panics
    ///
    /// If `f` does.
    pub fn map_at_once<T: Send + 'static>(
        &self,
        at_once: NonZero<usize>,
        count: usize,
        f: impl Fn(usize) -> T + Send + Sync + 'static,
    ) -> Vec<T> {
        let next = AtomicUsize::new(0);
        let jobs = at_once.min(self.width()).get().min(count);
        let done = self.map(jobs, move |_| {
            let index = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&i| i < count);
            iter::from_fn(|| index().map(|i| (i, f(i)))).collect::<Vec<_>>()
        });
        let mut results: Vec<(usize, T)> = done.into_iter().flatten().collect();
        results.sort_unstable_by_key(|&(i, _)| i);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// Runs these jobs, started in their order, and gives their results in the order in which they
    /// end: on the caller's thread alone that is the order of the jobs, each of which is run when
    /// its result is asked for.
    ///
    /// # Panics
    ///
    /// When it is asked for the result of a job that did.
    pub fn as_completed<'j, T: Send + 'static>(
        &self,
        jobs: impl IntoIterator<Item = impl FnOnce() -> T + Send + 'static> + 'j,
    ) -> Box<dyn Iterator<Item = T> + 'j> {
        let Some(queue) = &self.jobs else {
            return Box::new(jobs.into_iter().map(|job| job()));
        };
        let (sender, results) = crossbeam_channel::unbounded();
        let mut left = 0;
        for job in jobs {
            let sender = sender.clone();
            // Fails only without threads, and they live as long as the pool.
            let _ = queue.send(Box::new(move || {
                // Fails only if nobody wants the result any more.
                let _ = sender.send(job());
            }));
            left += 1;
        }
        drop(sender);
        Box::new(iter::from_fn(move || {
            let result = results.recv().ok();
            assert!(result.is_some() || left == 0, "a pool thread panicked");
            left -= usize::from(result.is_some());
            result
        }))
    }

    /// Runs these jobs, started in their order, and gives their results in that order.
    ///
    /// The caller is woken once, when the last job is done: a wake-up for each result would cost
    /// two context switches a job that no runtime's batch pays.
    ///
    /// # Panics
    ///
    /// If a job does.
    pub fn run<T: Send + 'static>(
        &self,
        jobs: impl IntoIterator<Item = impl FnOnce() -> T + Send + 'static>,
    ) -> Vec<T> {
        let Some(queue) = &self.jobs else {
            return jobs.into_iter().map(|job| job()).collect();
        };
        // Nothing is ever sent: the receiver is woken when the last job has let go of its sender.
        let (running, done) = crossbeam_channel::bounded::<Infallible>(0);
        let slots: Vec<Arc<Mutex<Option<T>>>> = jobs
            .into_iter()
            .map(|job| {
                let slot = Arc::new(Mutex::new(None));
                let (result, running) = (Arc::clone(&slot), running.clone());
                // Fails only without threads, and they live as long as the pool.
                let _ = queue.send(Box::new(move || {
                    let value = job();
                    *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                    drop(running);
                }));
                slot
            })
            .collect();
        drop(running);
        let _ = done.recv();
        let take = |slot: Arc<Mutex<Option<T>>>| {
            let value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            value.unwrap_or_else(|| panic!("a pool thread panicked"))
        };
        slots.into_iter().map(take).collect()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so where its result was awaited.
            let _ = thread.join();
        }
    }
}

/// When each of these jobs begins and ends, if `width` of them go on at once and the next in order
/// begins whenever one has ended.
pub fn schedule(
    width: usize,
    jobs: impl IntoIterator<Item = Duration>,
) -> impl Iterator<Item = Range<Duration>> {
    let mut busy_until = BinaryHeap::new();
    jobs.into_iter().map(move |job| {
        let next_free = if busy_until.len() < width { None } else { busy_until.pop() };
        let begin = next_free.map_or(Duration::ZERO, |Reverse(end)| end);
        busy_until.push(Reverse(begin + job));
        begin..begin + job
    })
}

/// When the last of these jobs has ended, if `width` of them go on at once.
pub fn schedule_end(width: usize, jobs: impl IntoIterator<Item = Duration>) -> Duration {
    schedule(width, jobs).map(|job| job.end).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Barrier;

    use super::*;

    fn pool(width: usize) -> Threads {
        Threads::start(NonZero::new(width).unwrap()).unwrap()
    }

    #[test]
    fn results_keep_the_order_of_the_calls() {
        for pool in [Threads::caller(), pool(4)] {
            assert_eq!(pool.map(50, |i| i * i), (0..50).map(|i| i * i).collect::<Vec<_>>());
            assert!(pool.map(0, |i| i).is_empty());
        }
    }

    #[test]
    fn no_more_calls_run_at_once_than_allowed_and_results_keep_their_order() {
        for (pool, most) in [(Threads::caller(), 1), (pool(2), 2), (pool(8), 3)] {
            let calls = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
            let shared = Arc::clone(&calls);
            let results = pool.map_at_once(NonZero::new(3).unwrap(), 20, move |i| {
                let (running, peak) = &*shared;
                peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(2));
                running.fetch_sub(1, Ordering::SeqCst);
                i * i
            });
            assert_eq!(results, (0..20).map(|i| i * i).collect::<Vec<_>>());
            assert!(calls.1.load(Ordering::SeqCst) <= most);
            assert!(pool.map_at_once(NonZero::<usize>::MIN, 0, |i| i).is_empty());
        }
    }

    #[test]
    fn as_many_jobs_run_at_once_as_there_are_threads() {
        let pool = pool(4);
        assert_eq!(pool.width().get(), 4);
        let barrier = Barrier::new(4);
        let threads = pool.map(8, move |_| {
            barrier.wait();
            thread::current().id()
        });
        assert_eq!(threads.into_iter().collect::<HashSet<_>>().len(), 4);
    }

    #[test]
    fn alone_the_caller_uses_no_other_thread() {
        let (caller, alone) = (thread::current().id(), Threads::caller());
        assert!(alone.map(3, |_| thread::current().id()).iter().all(|&t| t == caller));
        assert_eq!((alone.width().get(), alone.alone()), (1, true));
        assert!(!pool(1).alone());
    }

    #[test]
    fn jobs_are_scheduled_in_their_order_as_others_end() {
        let of = |width, jobs: &[u64]| {
            let jobs = jobs.iter().map(|&job| Duration::from_secs(job));
            let times = |job: Range<Duration>| (job.start.as_secs(), job.end.as_secs());
            schedule(width, jobs).map(times).collect::<Vec<_>>()
        };
        assert_eq!(of(1, &[3, 1, 2]), [(0, 3), (3, 4), (4, 6)]);
        assert_eq!(of(2, &[3, 1, 2, 1]), [(0, 3), (0, 1), (1, 3), (3, 4)]);
        assert_eq!(of(9, &[3, 1, 2]), [(0, 3), (0, 1), (0, 2)]);
        assert_eq!(schedule_end(2, [5, 1, 1].map(Duration::from_secs)), Duration::from_secs(5));
        assert_eq!(schedule_end(2, []), Duration::ZERO);
    }

    #[test]
    fn results_come_as_they_are_completed() {
        let (second, first) = crossbeam_channel::bounded::<()>(0);
        let jobs: [Box<dyn FnOnce() -> u8 + Send>; 2] = [
            // Ends once the other has let go of its half.
            Box::new(move || u8::from(first.recv().is_err())),
            Box::new(move || {
                drop(second);
                2
            }),
        ];
        assert_eq!(pool(2).as_completed(jobs).collect::<HashSet<_>>(), [1, 2].into());
        let jobs = [60, 0].map(|millis| {
            move || {
                thread::sleep(Duration::from_millis(millis));
                millis
            }
        });
        assert_eq!(pool(2).as_completed(jobs).collect::<Vec<_>>(), [0, 60]);
    }

    #[test]
    fn alone_the_caller_runs_a_job_when_its_result_is_asked_for() {
        let ran = Arc::new(Mutex::new(0));
        let job = |_| {
            let ran = Arc::clone(&ran);
            move || *ran.lock().unwrap() += 1
        };
        let alone = Threads::caller();
        let mut results = alone.as_completed((0..3).map(job));
        assert_eq!(*ran.lock().unwrap(), 0);
        results.next();
        assert_eq!(*ran.lock().unwrap(), 1);
    }

    #[test]
    #[should_panic(expected = "a pool thread panicked")]
    fn a_panic_reaches_who_takes_the_results_as_they_come() {
        pool(2).as_completed((0..3).map(|i| move || assert_ne!(i, 1, "on purpose"))).count();
    }

    #[test]
    #[should_panic(expected = "a pool thread panicked")]
    fn a_panic_reaches_the_caller_and_does_not_hang() {
        pool(2).map(3, |i| assert_ne!(i, 1, "on purpose"));
    }
}
