//! The benchmark: `WAITMARK_PROFILE=own.toml cargo bench`.

use waitmark_benches::harness::clients::{Sequential, ThreadPool, Tokio};
use waitmark_benches::harness::workloads::FanOut;
use waitmark_example::{Naps, TokioLocal};

waitmark_benches::main! {
    lock: "../Cargo.lock",
    clients: [Sequential, ThreadPool, Tokio, TokioLocal],
    workloads: [FanOut, Naps],
}
