//! One request after the other, on the caller's thread.

use std::io;
use std::num::NonZero;
use std::sync::Arc;

use crate::client::{Drive, Settings};
use crate::thread_pool::ThreadPool;
use crate::workload::{Outcome, Workload};

pub(crate) struct Sequential(ThreadPool);

impl Drive for Sequential {
    fn start(_: &Settings) -> io::Result<Self> {
        Ok(Sequential(ThreadPool::caller()))
    }

    fn run<W: Workload>(&self, workload: &Arc<W>) -> Outcome {
        workload.blocking(&self.0)
    }

    fn width(_: &Settings) -> Option<NonZero<usize>> {
        Some(NonZero::<usize>::MIN)
    }
}
