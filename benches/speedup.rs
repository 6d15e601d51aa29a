//! The benchmark: `cargo bench`, or `cargo bench -- --help`.

use waitmark_benches::harness::clients::{AsyncStd, Sequential, Smol, ThreadPool, Tokio};
use waitmark_benches::harness::workloads::{FanOut, Pipeline};

waitmark_benches::main! {
    lock: "../Cargo.lock",
    clients: [Sequential, ThreadPool, Tokio, AsyncStd, Smol],
    workloads: [FanOut, Pipeline],
}
