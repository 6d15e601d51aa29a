//! The benchmark as its users run it: the real program on small profiles.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[cfg(target_os = "linux")]
mod ended;
mod killed;
mod refused;
mod runs;
mod server;
mod shards;
mod streams;
mod variants;

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use waitmark_reports::record::Record;

/// The benchmark's program. Cargo tells tests the paths of binaries, but not of benchmarks.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| program(&["--bench", "speedup"]));

/// The same with a tokio client that is slower by a share that the environment says.
static BURNING: LazyLock<PathBuf> = LazyLock::new(|| program(&["--test", "burning"]));

fn program(target: &[&str]) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--workspace", "--no-run", "--message-format=json"])
        .args(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let messages = String::from_utf8(output.stdout).unwrap();
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo built no benchmark")
}

/// A folder with a profile in it, and a place for what a run writes.
struct Sandbox(TempDir);

impl Sandbox {
    fn new(profile: &str) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("mine.toml"), profile).unwrap();
        Sandbox(folder)
    }

    fn output(&self) -> PathBuf {
        self.0.path().join("output")
    }

    /// The benchmark with its arguments, on the sandbox's profile.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&*PROGRAM);
        command
            .args(arguments)
            .env("WAITMARK_PROFILE", self.0.path().join("mine.toml"))
            .env("WAITMARK_OUTPUT", self.output());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        finish(start(&mut self.command(arguments)))
    }

    fn record(&self) -> Record {
        Record::read(&self.output().join("record.json")).unwrap()
    }
}

/// Longer than any run of these tests takes, on a busy machine too.
const LIMIT: Duration = Duration::from_secs(90);

fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end of a run; one that hangs is killed, and has no exit code then.
fn finish(run: Child) -> Output {
    let pid = Pid::from_child(&run);
    let (ended, watch) = mpsc::channel::<()>();
    thread::spawn(move || {
        if watch.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = kill_process(pid, Signal::KILL);
        }
    });
    let output = run.wait_with_output().unwrap();
    drop(ended);
    output
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
