//! The benchmark: `cargo bench`, or `cargo bench -- --help`.

use waitmark_benches::harness::clients::*;
use waitmark_benches::harness::workloads::*;

waitmark_benches::main! {
    lock: "../Cargo.lock",
    clients: [Sequential, ThreadPool, Tokio, AsyncStd, Smol],
    workloads: [
        FanOut,
        Pipeline,
        InTurn,
        GatherErrors,
        FirstCompleted,
        AsCompleted,
        Stall,
        CpuBound,
        Cursor,
        Cleanup,
        Queue,
        Crawl,
        Bounded,
        RateLimited,
        Session,
        Retry,
        Files,
        Unbounded,
        Scrape,
        ApiPipeline,
        Chat,
        Timeouts,
        Sleepers,
        Chain,
        Paced,
        PingPong,
        SpawnMany,
        FanIn,
    ],
}
