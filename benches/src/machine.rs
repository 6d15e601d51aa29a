//! The machine the run takes place on, for the record.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;
use std::{fs, thread};

use rustix::system::uname;
use serde::Deserialize;
use waitmark_reports::record::Machine;

use crate::program::Program;

/// The crates that measure; those under test are named by their clients.
const CRATES: &[&str] = &["criterion", "hyper", "ureq-proto"];

/// The compiler of this build.
pub(crate) const RUSTC: &str = env!("WAITMARK_RUSTC");

/// How long the machine is watched before the run, to see whether it is idle.
const WATCH: Duration = Duration::from_millis(500);

/// CPU time of all processors since boot, in ticks of 10 ms.
#[derive(Clone, Copy)]
struct CpuTicks {
    total: u64,
    idle: u64,
    steal: u64,
}

impl CpuTicks {
    fn now() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/stat").ok()?)
    }

    /// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal; the
    /// guest times after them are counted in user and nice already.
    fn parse(stat: &str) -> Option<Self> {
        let line = stat.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<u64> =
            line.split_whitespace().take(8).map(|n| n.parse().ok()).collect::<Option<_>>()?;
        let &[_, _, _, idle, iowait, _, _, steal] = ticks.as_slice() else { return None };
        Some(CpuTicks { total: ticks.iter().sum(), idle: idle + iowait, steal })
    }

    /// The share of the time since `before` that was neither idle nor another machine's, and the
    /// share that was another machine's.
    fn shares_since(self, before: Self) -> Option<(f64, f64)> {
        let total = self.total.checked_sub(before.total).filter(|&total| total > 0)? as f64;
        let idle = self.idle.saturating_sub(before.idle) as f64;
        let steal = self.steal.saturating_sub(before.steal) as f64;
        Some(((total - idle - steal) / total, steal / total))
    }
}

/// The machine before the run; [`now`](Before::now) adds what the run did to it.
pub(crate) struct Before {
    machine: Machine,
    ticks: Option<CpuTicks>,
}

/// Describes the machine as it is before the run, and watches for a moment how busy it is.
pub(crate) fn before(program: &Program, open_files: u64) -> Before {
    let name = uname();
    let words = [name.sysname(), name.release(), name.machine()];
    let machine = Machine {
        cpu_model: cpu_model(),
        logical_cpus: thread::available_parallelism().map_or(1, |cpus| cpus.get() as u32),
        kernel: words.map(|word| word.to_string_lossy().into_owned()).join(" "),
        open_files,
        tcp_tw_reuse: tcp_tw_reuse(),
        busy_before: None,
        load_before: load(),
        load_after: None,
        steal: None,
        rustc: RUSTC.to_owned(),
        versions: versions(program),
    };
    let watched = CpuTicks::now();
    thread::sleep(WATCH);
    let ticks = CpuTicks::now();
    let busy_before =
        watched.zip(ticks).and_then(|(before, now)| Some(now.shares_since(before)?.0));
    Before { machine: Machine { busy_before, ..machine }, ticks }
}

impl Before {
    /// The machine by now, with what the run did to it.
    pub(crate) fn now(&self) -> Machine {
        let steal = self.ticks.zip(CpuTicks::now());
        let steal = steal.and_then(|(before, now)| Some(now.shares_since(before)?.1));
        Machine { load_after: load(), steal, ..self.machine.clone() }
    }
}

/// The commit of the program's work tree, with `-dirty` if the tree differs from it.
pub(crate) fn git_rev(Program { source, commit, .. }: &Program) -> Option<String> {
    if let Some(commit) = commit {
        return Some((*commit).to_owned());
    }
    let words = ["describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"];
    command("git", &[&["-C", source], words.as_slice()].concat())
}

/// The output of a command that may not be there.
fn command(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn cpu_model() -> Option<String> {
    if cfg!(target_os = "macos") {
        return command("sysctl", &["-n", "machdep.cpu.brand_string"]);
    }
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Whether the kernel gives the ports of closed connections out again: 0 never, 1 always, 2 on the
/// loopback interface; `None` where it has no such setting.
pub(crate) fn tcp_tw_reuse() -> Option<u32> {
    read_number("/proc/sys/net/ipv4/tcp_tw_reuse").and_then(|number| number.try_into().ok())
}

/// The number that is all of a file, where there is such a file.
pub(crate) fn read_number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The load average of the last minute, where the system has `/proc`.
fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// The versions that are in the lock file this was built with; where the sources are not a
/// registry's, that is said.
pub(crate) fn versions(program: &Program) -> BTreeMap<String, String> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
        source: Option<String>,
    }
    let under_test = program.catalogue.clients.iter().flat_map(|kind| kind.crates);
    let wanted: BTreeSet<&str> = CRATES.iter().chain(under_test).copied().collect();
    toml::from_str::<Lock>(program.lock)
        .map(|lock| lock.package)
        .unwrap_or_default()
        .into_iter()
        .filter(|package| wanted.contains(&*package.name))
        .map(|Package { name, version, source }| (name, of_source(version, source.as_deref())))
        .collect()
}

fn of_source(version: String, source: Option<&str>) -> String {
    match source {
        Some(source) if source.starts_with("registry+") => version,
        // `git+https://host/repository?rev=1234567#` and the whole commit.
        Some(source) => {
            let commit = source.rsplit_once('#').map_or(source, |(_, commit)| commit);
            format!("{version} (git {})", commit.get(..12).unwrap_or(commit))
        }
        None => format!("{version} (path)"),
    }
}

#[cfg(test)]
mod tests {
    use waitmark_harness::clients::{AsyncStd, Sequential, Smol, ThreadPool, Tokio};

    use super::*;

    fn program() -> Program {
        let catalogue = waitmark_harness::catalogue! {
            clients: [Sequential, ThreadPool, Tokio, AsyncStd, Smol],
            workloads: [],
        };
        let source = env!("CARGO_MANIFEST_DIR");
        let lock = include_str!("../../Cargo.lock");
        Program { catalogue, cargo_tmp: "", source, lock, commit: None }
    }

    #[test]
    fn every_crate_that_a_client_names_has_its_version() {
        let program = program();
        let versions = versions(&program);
        let named = program.catalogue.clients.iter().flat_map(|kind| kind.crates).chain(CRATES);
        for name in named {
            assert!(versions.contains_key(*name), "{name} is not in the lock file");
        }
    }

    #[test]
    fn sources_that_are_no_registry_are_named() {
        let of = |source| of_source("1.2.3".to_owned(), source);
        assert_eq!(of(Some("registry+https://host/index")), "1.2.3");
        assert_eq!(of(None), "1.2.3 (path)");
        let git = "git+https://host/tokio?rev=0123456#0123456789abcdef0123456789abcdef01234567";
        assert_eq!(of(Some(git)), "1.2.3 (git 0123456789ab)");
    }

    #[test]
    fn busy_and_stolen_time_are_told_apart() {
        let before = CpuTicks::parse("cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 1 2\n").unwrap();
        let after = CpuTicks::parse("cpu  10 0 5 60 10 3 2 10 99 99\n").unwrap();
        assert_eq!(after.shares_since(before), Some((0.2, 0.1)));
        assert_eq!(after.shares_since(after), None);
        assert!(CpuTicks::parse("intr 1").is_none());
    }

    #[test]
    fn the_machine_is_described() {
        let machine = before(&program(), 1024).now();
        assert!(machine.rustc.starts_with("rustc "), "{}", machine.rustc);
        assert_eq!((machine.open_files, machine.kernel.split(' ').count()), (1024, 3));
    }
}
