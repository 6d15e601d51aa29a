//! Five kinds of client and the workloads they run, equal in all but the concurrency model.
//!
//! A [`Workload`](workload::Workload) is written twice, side by side: blocking, for threads, and
//! async, for any [`Runtime`](runtime::Runtime). A [`Client`](client::Client) runs either form.
//! Both forms speak through the same sans-IO [exchange](http), so that the bytes on the wire, the
//! buffers and the socket options are the same for all.

pub mod client;
mod clients;
pub mod http;
pub mod runtime;
pub mod thread_pool;
pub mod wire;
pub mod workload;
mod workloads;
