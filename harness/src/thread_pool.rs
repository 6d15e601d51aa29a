//! The threads of the blocking clients.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::Sender;

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads that take jobs from one queue, or the caller's thread alone.
///
/// Its threads start with it and end with it, as a runtime's workers do.
pub struct ThreadPool {
    /// `None` for a pool of one, the caller's thread.
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl ThreadPool {
    /// A pool of one: jobs run on the caller's thread, one after the other.
    pub fn caller() -> Self {
        ThreadPool { jobs: None, threads: Vec::new() }
    }

    /// Starts `width` threads.
    ///
    /// # Errors
    ///
    /// If a thread can't be started.
    pub fn start(width: usize) -> io::Result<Self> {
        let (jobs, queue) = crossbeam_channel::unbounded::<Job>();
        let threads = (0..width)
            .map(|i| {
                let queue = queue.clone();
                thread::Builder::new().name(format!("pool-{i}")).spawn(move || {
                    for job in queue {
                        job();
                    }
                })
            })
            .collect::<io::Result<_>>()?;
        Ok(ThreadPool { jobs: Some(jobs), threads })
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
        let Some(jobs) = &self.jobs else {
            return (0..count).map(f).collect();
        };
        let f = Arc::new(f);
        let (sender, results) = crossbeam_channel::unbounded();
        for i in 0..count {
            let (f, sender) = (Arc::clone(&f), sender.clone());
            // Neither send fails while the pool lives and this function waits.
            let _ = jobs.send(Box::new(move || {
                let _ = sender.send((i, f(i)));
            }));
        }
        drop(sender);
        let mut slots: Vec<Option<T>> = (0..count).map(|_| None).collect();
        for (i, result) in results {
            slots[i] = Some(result);
        }
        slots
            .into_iter()
            .map(|slot| slot.unwrap_or_else(|| panic!("a pool thread panicked")))
            .collect()
    }
}

impl Drop for ThreadPool {
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

    #[test]
    fn results_keep_the_order_of_the_calls() {
        for pool in [ThreadPool::caller(), ThreadPool::start(4).unwrap()] {
            assert_eq!(pool.map(50, |i| i * i), (0..50).map(|i| i * i).collect::<Vec<_>>());
            assert!(pool.map(0, |i| i).is_empty());
        }
    }

    #[test]
    fn a_pool_runs_as_many_jobs_at_once_as_it_has_threads() {
        let pool = ThreadPool::start(4).unwrap();
        let barrier = Barrier::new(4);
        let threads = pool.map(8, move |_| {
            barrier.wait();
            thread::current().id()
        });
        assert_eq!(threads.into_iter().collect::<HashSet<_>>().len(), 4);
    }

    #[test]
    fn the_callers_pool_uses_no_other_thread() {
        let caller = thread::current().id();
        assert!(
            ThreadPool::caller().map(3, |_| thread::current().id()).iter().all(|&t| t == caller)
        );
    }
}
