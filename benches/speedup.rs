//! The benchmark: `cargo bench`, or `cargo bench -- --help`.

use waitmark_benches::harness::clients::*;
use waitmark_benches::harness::workloads::*;

waitmark_benches::main! {
    lock: "../Cargo.lock",
    clients: [Sequential, ThreadPool, Tokio, AsyncStd, Smol],
    workloads: [FanOut, Pipeline, Timeouts, Sleepers, Cleanup, Queue, Crawl, Bounded, RateLimited, Files, Unbounded, Scrape, ApiPipeline],
}
