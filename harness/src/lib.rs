//! Clients and the workloads they run, equal in all but the concurrency model.
//!
//! A [`Workload`](workload::Workload) is written twice, side by side: blocking, for
//! [`Threads`](threads::Threads), and async, for any [`Runtime`](runtime::Runtime). A
//! [`Client`](client::Client) runs either form. Both forms speak through the same sans-IO
//! [exchange](http), so that the bytes on the wire, the buffers and the socket options are the same
//! for all. A [`catalogue!`] names the clients and workloads of a program.

pub mod answer;
pub mod catalogue;
pub mod check;
pub mod client;
pub mod clients;
#[doc(hidden)]
pub mod contract;
pub mod http;
pub mod latency;
pub mod meter;
pub mod pages;
pub mod runtime;
pub mod threads;
pub mod wire;
pub mod workload;
pub mod workloads;
