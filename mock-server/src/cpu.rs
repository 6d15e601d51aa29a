//! What CPU time the server has taken.

use serde::Serialize;

/// CPU time of the whole process since it began, in microseconds: the server's, and that of whatever
/// else runs in the same process.
///
/// The kernel counts the sum exactly; what part of it was its own work it may only sample.
#[derive(Clone, Copy, Serialize)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "it is not known there"))]
pub(crate) struct CpuTime {
    user: u64,
    system: u64,
}

impl CpuTime {
    /// Up to now; none where it is not known.
    #[cfg(target_os = "linux")]
    pub(crate) fn so_far() -> Option<Self> {
        use nix::sys::resource::{UsageWho, getrusage};
        use nix::sys::time::{TimeVal, TimeValLike};

        let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
        let micros = |time: TimeVal| u64::try_from(time.num_microseconds()).ok();
        Some(Self { user: micros(usage.user_time())?, system: micros(usage.system_time())? })
    }

    /// Up to now; none where it is not known.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn so_far() -> Option<Self> {
        None
    }

    /// User and system time, in seconds.
    pub(crate) fn seconds(self) -> f64 {
        (self.user + self.system) as f64 / 1e6
    }
}
