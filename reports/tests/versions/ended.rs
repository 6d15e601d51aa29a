//! How it ends: as the benchmark does, and with all that it started.

use std::env;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::sandbox::{Sandbox, nap};

/// Longer than anything here takes, on a busy machine too.
const LIMIT: Duration = Duration::from_secs(60);

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {LIMIT:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_exit_code_is_the_benchmarks() {
    let sandbox = Sandbox::new();
    for code in [0, 1, 130] {
        let mut command = sandbox.versions("repo", &["nap", "1.0.0"]);
        let output = command.env("FAKE_EXIT", code.to_string()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }
}

#[test]
fn while_it_measures_it_is_the_benchmark_so_signals_are_the_benchmarks() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.versions("repo", &["nap", "1.0.0"]);
    let child = command.env("FAKE_PID", "").stdout(Stdio::piped()).spawn().unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    assert!(sandbox.plain(&output.stdout).contains(&format!("pid={pid}")), "{output:?}");
}

/// Starts a build that does not end by itself, and gives it with the process that it waits for.
fn endless(sandbox: &Sandbox) -> (Child, Pid) {
    let mut files = nap("1.0.3", "endless");
    let file = sandbox.path("started").display().to_string();
    let script = format!(
        "fn main() {{\n    std::fs::write({file:?}, std::process::id().to_string()).unwrap();\n    \
         std::thread::sleep(std::time::Duration::from_secs(600));\n}}\n"
    );
    files.push(("build.rs", script));
    sandbox.publish("1.0.3", &files);
    let child = sandbox.start(&["nap", "1.0.0", "1.0.3"]);
    let read = || fs::read_to_string(&file).ok()?.parse().ok().and_then(Pid::from_raw);
    wait_until("the build", || read().is_some());
    (child, read().unwrap())
}

#[test]
fn an_interrupted_build_leaves_no_process_and_no_build() {
    for signal in [Signal::INT, Signal::TERM] {
        let sandbox = Sandbox::new();
        let (child, script) = endless(&sandbox);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        let said = sandbox.of_variants(&output.stderr);
        assert_eq!(said, "nap 1.0.0: built\ninterrupted: finished builds are kept");
        wait_until("the end of the build script", || test_kill_process(script).is_err());
        assert_eq!(sandbox.kept(), 1);
        assert_eq!(
            sandbox.measured(&["nap", "1.0.0"]).1,
            "nap 1.0.1: built\nnap 1.0.0: built before"
        );
    }
}

#[test]
fn a_repository_that_does_not_answer_is_not_waited_for_after_an_interrupt() {
    let sandbox = Sandbox::new();
    let file = sandbox.path("asked");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *ls-remote*) echo $$ >'{0}.new'; mv '{0}.new' '{0}'; \
         exec sleep 600;; esac\nPATH=${{PATH#*:}} exec git \"$@\"\n",
        file.display()
    );
    sandbox.write("bin/git", &script);
    sandbox.run("bin", "chmod", &["+x", "git"]);
    let path = format!("{}:{}", sandbox.path("bin").display(), env::var("PATH").unwrap());
    let mut command = sandbox.versions("repo", &["nap", "https://example.org/nap#main"]);
    let child = command.env("PATH", path).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the question", || file.exists());
    let asked: i32 = fs::read_to_string(&file).unwrap().trim().parse().unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    wait_until("the end of git", || test_kill_process(Pid::from_raw(asked).unwrap()).is_err());
}

#[test]
fn a_second_one_waits_until_the_first_has_built() {
    let sandbox = Sandbox::new();
    let (first, _) = endless(&sandbox);
    let mut second = sandbox.start(&["nap", "1.0.0"]);
    let mut said = second.stderr.take().unwrap();
    let mut line = [0; 7];
    std::io::Read::read_exact(&mut said, &mut line).unwrap();
    assert_eq!(&line, b"waiting");
    kill_process(Pid::from_child(&first), Signal::INT).unwrap();
    first.wait_with_output().unwrap();
    let output = second.wait_with_output().unwrap();
    assert!(output.status.success() && output.status.signal().is_none(), "{output:?}");
}
