//! One thing after the other, on the caller's thread.

use std::io;
use std::num::NonZero;
use std::sync::Arc;

use crate::client::{Client, NoSettings};
use crate::threads::Threads;
use crate::workload::{Model, Workload};

/// One thing after the other, on the caller's thread.
pub struct Sequential(Threads);

impl Client for Sequential {
    const KIND: &'static str = "sequential";
    const MODEL: Model = Model::Sequential;

    type Settings = NoSettings;

    fn start(_: &NoSettings, _: usize) -> io::Result<Self> {
        Ok(Sequential(Threads::caller()))
    }

    fn limit(_: &NoSettings, _: usize) -> Option<NonZero<usize>> {
        Some(NonZero::<usize>::MIN)
    }

    fn run<W: Workload>(&self, workload: &Arc<W>, input: &Arc<W::Input>) -> W::Outcome {
        workload.blocking(&self.0, input)
    }
}

#[cfg(test)]
crate::client_contract!(Sequential, r#"{}"#);
