//! Runs that are broken off: nothing measured is lost, and no process stays behind.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use waitmark_reports::record::{Ended, Status};

use crate::{LIMIT, Sandbox, finish, stderr, stdout};

/// Rounds of about a second, so that a test always finds one running.
pub(crate) const SLOW: &str = r#"
    clients = ["sequential", "tokio", "smol"]
    workloads = ["fan_out"]
    sizes = [4]
    delays = ["100ms"]
    rounds = 3
    budget = "1ms"
    seed = 1
"#;

/// How long processes may take to end after their parent.
const GRACE: Duration = Duration::from_secs(10);

pub(crate) fn start(sandbox: &Sandbox) -> Child {
    crate::start(&mut sandbox.command(&["--bench"]))
}

/// The processes started by `parent`, by what the environment and the arguments say of them.
pub(crate) fn children(parent: &Child) -> Vec<(Pid, String)> {
    let is_child = |pid: &str| -> Option<(Pid, String)> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let ppid = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let pid = Pid::from_raw(pid.parse().ok()?)?;
        (ppid == parent.id().to_string())
            .then(|| (pid, String::from_utf8_lossy(&environment).into_owned()))
    };
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| is_child(entry.unwrap().file_name().to_str()?))
        .collect()
}

/// Waits until a child whose environment says `word` runs, and gives its id.
pub(crate) fn wait_for_child(parent: &mut Child, word: &str) -> Pid {
    let deadline = Instant::now() + LIMIT;
    loop {
        assert!(Instant::now() < deadline, "`{word}` never ran");
        assert!(parent.try_wait().unwrap().is_none(), "the run ended before `{word}` ran");
        if let Some((pid, _)) = children(parent).into_iter().find(|(_, what)| what.contains(word)) {
            return pid;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// The server is the child that is given no home for Criterion.
pub(crate) fn server(parent: &Child) -> Pid {
    let server = children(parent).into_iter().find(|(_, what)| !what.contains("CRITERION_HOME"));
    server.expect("a run has a server").0
}

pub(crate) fn assert_gone(processes: impl IntoIterator<Item = Pid>) {
    let deadline = Instant::now() + GRACE;
    for pid in processes {
        while test_kill_process(pid).is_ok() {
            assert!(Instant::now() < deadline, "process {pid:?} is still there");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn a_killed_client_fails_its_cells_and_the_run_goes_on() {
    let sandbox = Sandbox::new(SLOW);
    let mut run = start(&sandbox);
    let client = wait_for_child(&mut run, "round-1/tokio");
    kill_process(client, Signal::KILL).unwrap();
    let output = finish(run);

    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("fan_out/tokio/100ms/4 failed in round 1"),
        "{}",
        stderr(&output)
    );
    assert!(stderr(&output).contains("error: 1 of 3 cells failed"));
    let record = sandbox.record();
    for cell in &record.cells {
        let failed = cell.client == "tokio";
        assert_eq!(cell.status, if failed { Status::Failed } else { Status::Measured });
        assert_eq!(cell.rounds.len(), if failed { 0 } else { 3 });
    }
    let reason = record.cells[1].reason.as_deref().unwrap();
    assert_eq!(reason, "round 1: the client's process ended early (signal: 9 (SIGKILL))");
    let html = fs::read_to_string(sandbox.output().join("report/index.html")).unwrap();
    assert!(html.contains("SIGKILL"));
}

#[test]
fn a_killed_run_leaves_no_process() {
    let sandbox = Sandbox::new(SLOW);
    let mut run = start(&sandbox);
    wait_for_child(&mut run, "round-1/");
    let left: Vec<_> = children(&run).into_iter().map(|(pid, _)| pid).collect();
    assert_eq!(left.len(), 2, "a server and a client");
    run.kill().unwrap();
    run.wait().unwrap();
    assert_gone(left);
}

#[test]
fn an_interrupted_run_keeps_what_it_measured() {
    let sandbox = Sandbox::new(SLOW);
    let mut run = start(&sandbox);
    wait_for_child(&mut run, "round-2/");
    let left: Vec<_> = children(&run).into_iter().map(|(pid, _)| pid).collect();
    kill_process(Pid::from_child(&run), Signal::INT).unwrap();
    let output = finish(run);
    assert_gone(left);

    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(stderr(&output).contains("interrupted: what was measured before is kept"));
    assert!(stdout(&output).contains("report/index.html"));
    let record = sandbox.record();
    assert_eq!(record.ended, Ended::Interrupted);
    for cell in &record.cells {
        assert_eq!((cell.status, cell.rounds[0].round), (Status::Measured, 0));
        assert!(cell.rounds.len() < 3);
    }
}

#[test]
fn a_run_interrupted_before_it_measured_leaves_the_last_record_alone() {
    let sandbox = Sandbox::new(SLOW);
    let mut run = start(&sandbox);
    wait_for_child(&mut run, "verification/");
    kill_process(Pid::from_child(&run), Signal::INT).unwrap();
    assert_eq!(finish(run).status.code(), Some(130));
    assert!(!sandbox.output().join("record.json").exists());
}

#[test]
fn a_killed_server_ends_the_run_and_keeps_what_was_measured() {
    let sandbox = Sandbox::new(SLOW);
    let mut run = start(&sandbox);
    wait_for_child(&mut run, "round-2/");
    kill_process(server(&run), Signal::KILL).unwrap();
    let output = finish(run);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("the mock server ended (signal: 9 (SIGKILL))"));
    assert!(sandbox.record().cells.iter().all(|cell| !cell.rounds.is_empty()));
}
