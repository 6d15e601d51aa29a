//! Blocking requests on a fixed number of threads.

use std::io;
use std::num::NonZero;
use std::sync::Arc;

use crate::client::{Drive, Settings};
use crate::workload::{Outcome, Workload};

pub(crate) struct ThreadPool(crate::thread_pool::ThreadPool);

impl Drive for ThreadPool {
    fn start(settings: &Settings) -> io::Result<Self> {
        crate::thread_pool::ThreadPool::start(settings.pool_width.get()).map(ThreadPool)
    }

    fn run<W: Workload>(&self, workload: &Arc<W>) -> Outcome {
        workload.blocking(&self.0)
    }

    fn width(settings: &Settings) -> Option<NonZero<usize>> {
        Some(settings.pool_width)
    }
}
