//! The limits of a server, with the defaults that the command line shows.

use std::time::Duration;

/// What a server is run with.
///
/// ```
/// use waitmark_server::Options;
///
/// let options = Options { threads: 2, ..Options::default() };
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// Worker threads; each connection stays on one of them.
    pub threads: usize,
    /// The longest delay a request may ask for; a longer one is answered with 400.
    pub max_delay: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 1, max_delay: Duration::from_secs(60) }
    }
}
