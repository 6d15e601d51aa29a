//! The limits of a server, with the defaults that the command line shows.

use std::time::Duration;

use crate::delay::LONGEST;

/// What a server is run with.
///
/// ```
/// use waitmark_server::Options;
///
/// let options = Options { threads: 2, ..Options::default() };
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// Worker threads; each connection stays on one of them. At least one.
    pub threads: usize,
    /// The longest delay a request may ask for; a longer one is answered with 400.
    pub max_delay: Duration,
    /// The longest time an answer may take to be sent, from its first byte to its last.
    pub max_duration: Duration,
    /// The largest body in bytes, of a request (413 over it) and of an answer (400 over it).
    pub max_body: usize,
    /// Connections open at once; further ones wait to be accepted.
    pub max_connections: usize,
    /// How long a client may take for a request's headers, from their first byte, and then again
    /// for its body. A connection that takes longer is closed.
    pub header_timeout: Duration,
    /// How long a connection may go without a byte either way while no request waits on the server.
    pub idle_timeout: Duration,
    /// What all draws come from that have no seed of their own.
    pub seed: u64,
    /// Whether to write a line to standard error for every request.
    pub log: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 1,
            max_delay: Duration::from_secs(60),
            max_duration: Duration::from_secs(600),
            max_body: 10 << 20,
            max_connections: 65_536,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            seed: 0,
            log: false,
        }
    }
}

impl Options {
    /// These options with times that no sum of them takes past what a clock can tell.
    pub(crate) fn bounded(self) -> Self {
        Self {
            max_delay: self.max_delay.min(LONGEST),
            max_duration: self.max_duration.min(LONGEST),
            header_timeout: self.header_timeout.min(LONGEST),
            idle_timeout: self.idle_timeout.min(LONGEST),
            ..self
        }
    }
}
