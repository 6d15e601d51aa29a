//! The benchmark with a tokio client that burns a share of each batch's time, to see whether a
//! change of that size is found. `WAITMARK_TEST_BURN` is the share, e.g. 0.05.
#![expect(clippy::expect_used, reason = "a test build fails by panicking")]

use std::env;
use std::hint;
use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Instant;

use waitmark_benches::harness::client::{Client, RuntimeSettings};
use waitmark_benches::harness::clients::{AsyncStd, Sequential, Smol, ThreadPool, Tokio};
use waitmark_benches::harness::runtime::Runtime;
use waitmark_benches::harness::workload::{Model, Workload};
use waitmark_benches::harness::workloads::*;

/// tokio's client, and then nothing but work.
struct Burning {
    client: Tokio,
    share: f64,
}

impl Client for Burning {
    const KIND: &'static str = <Tokio as Runtime>::KIND;
    const MODEL: Model = Model::Tasks;
    const CRATES: &'static [&'static str] = <Tokio as Runtime>::CRATES;

    type Settings = RuntimeSettings;

    fn start(settings: &RuntimeSettings, n: usize) -> io::Result<Self> {
        let share = env::var("WAITMARK_TEST_BURN").expect("WAITMARK_TEST_BURN is not set");
        let share = share.parse().expect("WAITMARK_TEST_BURN is no number");
        Ok(Burning { client: <Tokio as Client>::start(settings, n)?, share })
    }

    fn limit(settings: &RuntimeSettings, n: usize) -> Option<NonZero<usize>> {
        Tokio::limit(settings, n)
    }

    fn run<W: Workload>(&self, workload: &Arc<W>, input: &Arc<W::Input>) -> W::Outcome {
        let start = Instant::now();
        let outcome = self.client.run(workload, input);
        let longer = start.elapsed().mul_f64(1.0 + self.share);
        while start.elapsed() < longer {
            hint::spin_loop();
        }
        outcome
    }
}

waitmark_benches::main! {
    lock: "../../../Cargo.lock",
    clients: [Sequential, ThreadPool, Burning, AsyncStd, Smol],
    workloads: [FanOut, Pipeline, Timeouts, Sleepers],
}
