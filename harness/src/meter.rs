//! What a batch costs, read outside the two instants that time it.

use std::iter::Sum;
use std::ops::{Add, Sub};
use std::time::Duration;

/// CPU time and context switches of this process, of all its threads together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// CPU time in user mode.
    pub user: Duration,
    /// CPU time in the kernel.
    pub system: Duration,
    /// Times that a thread gave up its CPU to wait.
    pub voluntary: u64,
    /// Times that a thread had its CPU taken away.
    pub involuntary: u64,
}

impl Usage {
    /// What the process has used since it began; `None` where the system does not tell it in a way
    /// that is comparable.
    #[cfg(target_os = "linux")]
    pub fn now() -> Option<Self> {
        use nix::sys::resource::{UsageWho, getrusage};
        use nix::sys::time::TimeValLike;

        let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
        let time = |micros: i64| Duration::from_micros(u64::try_from(micros).unwrap_or(0));
        let count = |count| u64::try_from(count).unwrap_or(0);
        Some(Usage {
            user: time(usage.user_time().num_microseconds()),
            system: time(usage.system_time().num_microseconds()),
            voluntary: count(usage.voluntary_context_switches()),
            involuntary: count(usage.involuntary_context_switches()),
        })
    }

    /// What the process has used since it began; `None` where the system does not tell it in a way
    /// that is comparable.
    #[cfg(not(target_os = "linux"))]
    pub fn now() -> Option<Self> {
        None
    }
}

/// The most memory that the process has had at once since [`forget_peak_memory`], bytes; `None`
/// where the system does not tell.
#[cfg(target_os = "linux")]
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Has [`peak_memory`] begin with what the process has now. `None` where the system can't.
#[cfg(target_os = "linux")]
pub fn forget_peak_memory() -> Option<()> {
    // 5 resets the high-water mark and nothing else, see proc(5).
    std::fs::write("/proc/self/clear_refs", "5").ok()
}

/// The most memory that the process has had at once since [`forget_peak_memory`], bytes; `None`
/// where the system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn peak_memory() -> Option<u64> {
    None
}

/// Has [`peak_memory`] begin with what the process has now. `None` where the system can't.
#[cfg(not(target_os = "linux"))]
pub fn forget_peak_memory() -> Option<()> {
    None
}

impl Sub for Usage {
    type Output = Usage;

    fn sub(self, before: Usage) -> Usage {
        // The kernel scales the two shares of the CPU time, and may take a little back.
        Usage {
            user: self.user.saturating_sub(before.user),
            system: self.system.saturating_sub(before.system),
            voluntary: self.voluntary.saturating_sub(before.voluntary),
            involuntary: self.involuntary.saturating_sub(before.involuntary),
        }
    }
}

impl Add for Usage {
    type Output = Usage;

    fn add(self, other: Usage) -> Usage {
        Usage {
            user: self.user + other.user,
            system: self.system + other.system,
            voluntary: self.voluntary + other.voluntary,
            involuntary: self.involuntary + other.involuntary,
        }
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Usage>>(usages: I) -> Usage {
        usages.fold(Usage::default(), Add::add)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Instant;
    use std::{fs, hint, thread};

    use super::*;

    #[test]
    fn work_is_cpu_time_and_waiting_is_a_switch() {
        let before = Usage::now().unwrap();
        let start = Instant::now();
        // CPU time and not wall time: the machine may be busy with others.
        while (Usage::now().unwrap() - before).user < Duration::from_millis(20) {
            assert!(start.elapsed() < Duration::from_secs(60));
            hint::spin_loop();
        }
        let worked = Usage::now().unwrap();
        for _ in 0..20 {
            thread::sleep(Duration::from_millis(1));
        }
        let waited = Usage::now().unwrap() - worked;
        assert!(waited.voluntary >= 20, "{waited:?}");
    }

    #[test]
    fn the_peak_of_memory_is_kept_until_it_is_forgotten() {
        const BYTES: usize = 64 << 20;
        forget_peak_memory().unwrap();
        let before = peak_memory().unwrap();
        drop(hint::black_box(vec![1_u8; BYTES]));
        let peak = peak_memory().unwrap();
        assert!(peak >= before + BYTES as u64 * 9 / 10, "{before} {peak}");
        forget_peak_memory().unwrap();
        let after = peak_memory().unwrap();
        assert!(after <= peak - BYTES as u64 / 2, "{peak} {after}");
    }

    #[test]
    fn cpu_time_is_what_proc_says() {
        // utime and stime are fields 14 and 15, in ticks of a hundredth of a second.
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        let usage = Usage::now().unwrap();
        let measured = (usage.user + usage.system).as_millis() as i64;
        assert!((measured - ticks as i64 * 10).abs() <= 100, "{measured} ms, {ticks} ticks");
    }
}
