//! The command's arguments, which set every limit of the server.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use waitmark_server::{Options, parse_delay};

/// A mock HTTP server with httpbin's paths, delays that are never early and hardly late, and
/// faults on the wire. Times are seconds (0.5) or have a unit (500ms, 2s).
#[derive(Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Address to listen on, port 0 for a free one; may be given several times
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: Vec<SocketAddr>,
    /// Worker threads; each connection stays on one of them
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: u16,
    /// Longest delay a request may ask for
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_delay)]
    max_delay: Duration,
    /// Longest time an answer may take to be sent
    #[arg(long, value_name = "TIME", default_value = "600s", value_parser = parse_delay)]
    max_duration: Duration,
    /// Largest body of a request or an answer
    #[arg(long, value_name = "BYTES", default_value_t = Options::default().max_body)]
    max_body: usize,
    /// Connections open at once; further ones wait
    #[arg(long, value_name = "N", default_value_t = Options::default().max_connections)]
    max_connections: usize,
    /// Time for a request's headers, and again for its body
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_delay)]
    header_timeout: Duration,
    /// Time a connection may go without a byte between requests
    #[arg(long, value_name = "TIME", default_value = "75s", value_parser = parse_delay)]
    idle_timeout: Duration,
    /// What jitter, weights and probabilities are drawn from
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Write a line to standard error for every request
    #[arg(long)]
    log: bool,
}

impl Args {
    pub(crate) fn options(&self) -> Options {
        Options {
            threads: self.threads.into(),
            max_delay: self.max_delay,
            max_duration: self.max_duration,
            max_body: self.max_body,
            max_connections: self.max_connections,
            header_timeout: self.header_timeout,
            idle_timeout: self.idle_timeout,
            seed: self.seed,
            log: self.log,
        }
    }
}

/// Takes as many descriptors as the system allows; with fewer the server still does what it can.
pub(crate) fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}
