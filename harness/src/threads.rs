//! The threads of the blocking clients.

use std::convert::Infallible;
use std::io;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

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
        assert_eq!(alone.width().get(), 1);
    }

    #[test]
    #[should_panic(expected = "a pool thread panicked")]
    fn a_panic_reaches_the_caller_and_does_not_hang() {
        pool(2).map(3, |i| assert_ne!(i, 1, "on purpose"));
    }
}
