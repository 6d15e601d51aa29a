//! Ctrl-C: the first stops the run and keeps what was measured, a later one stops at once.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::output;

/// The exit code of an interrupted run, by the shell's convention for SIGINT.
pub(crate) const EXIT_CODE: u8 = 130;

/// How often a waiting parent looks for Ctrl-C and moves the bar.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// Signals within this time are one.
const ONCE: Duration = Duration::from_millis(300);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens for SIGINT, SIGTERM and SIGHUP from now on.
pub(crate) fn listen() -> Result<()> {
    let mut first = None;
    ctrlc::set_handler(move || {
        let now = Instant::now();
        // Who signals this process and then its group, as timeout(1) does, means it once.
        if now - *first.get_or_insert(now) > ONCE {
            // The children end with this process.
            process::exit(EXIT_CODE.into());
        }
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            return;
        }
        output::note("\nstopping: what is measured is kept; a second Ctrl-C stops at once");
    })
    .context("can't listen for Ctrl-C")
}

/// Whether the run is to stop.
pub(crate) fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
