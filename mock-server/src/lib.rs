//! A mock HTTP server for tests and benchmarks of HTTP clients: httpbin's paths, delays that are
//! never early and late by as little as the kernel allows, and counters of what really happened.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! let server = waitmark_server::Server::start()?;
//! let mut stream = TcpStream::connect(server.addr())?;
//! stream.write_all(b"GET /delay/10ms HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod accept;
mod answer;
mod argument;
mod body;
mod chance;
mod chat;
mod connection;
mod cpu;
mod delay;
mod endpoints;
mod fault;
mod line;
mod metrics;
mod options;
mod request;
mod response;
mod route;
mod server;
mod stats;
mod takeover;
mod timer;
mod worker;

pub use accept::{BACKLOG, bind};
pub use options::Options;
pub use server::{Server, run};

/// Reads a delay as the server's paths and queries take it: seconds (`0.01`) or a number with a
/// unit (`10ms`, `500us`, `2s`). The error says what is wrong with it.
pub fn parse_delay(text: &str) -> Result<std::time::Duration, String> {
    delay::parse(text)
}
