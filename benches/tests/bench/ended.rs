//! Runs that end before their plan does: by a signal, a limit, or because they can't go on.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use waitmark_reports::record::{Ended, Record, Status};

use crate::killed::{SLOW, assert_gone, children, server, start, wait_for_child};
use crate::{LIMIT, PROGRAM, Sandbox, finish, stderr, stdout};

/// A turn of three cells, the second of which takes longer than any test waits.
const ENDLESS: &str = r#"
    clients = ["sequential"]
    workloads = [
        { name = "fan_out", sizes = [1, 20000] },
        { name = "pipeline", sizes = [1] },
    ]
    delays = ["10ms"]
    rounds = 1
    budget = "200ms"
"#;

/// Waits until the first cell of [`ENDLESS`] is done and the second runs.
fn wait_for_the_second_cell(sandbox: &Sandbox, run: &mut Child) -> Pid {
    let client = wait_for_child(run, "round-1/");
    let cell = sandbox.output().join("criterion/round-1/sequential/fan_out/sequential/10ms_1");
    let deadline = Instant::now() + LIMIT;
    while !cell.join("new/sample.json").exists() {
        assert!(Instant::now() < deadline, "no samples in {}", cell.display());
        thread::sleep(Duration::from_millis(10));
    }
    // What Criterion has written is read, and reported.
    thread::sleep(Duration::from_millis(500));
    client
}

fn statuses(record: &Record) -> Vec<(Status, usize)> {
    record.cells.iter().map(|cell| (cell.status, cell.rounds.len())).collect()
}

fn dated(sandbox: &Sandbox) -> PathBuf {
    let mut records = fs::read_dir(sandbox.output().join("records")).unwrap();
    records.next().unwrap().unwrap().path()
}

fn signal(process: Pid, signal: Signal) {
    kill_process(process, signal).unwrap();
}

fn all(run: &Child) -> Vec<Pid> {
    children(run).into_iter().map(|(pid, _)| pid).collect()
}

/// Checks that the run was interrupted and that none of `processes` is left.
fn assert_interrupted(run: Child, processes: Vec<Pid>) -> Output {
    let output = finish(run);
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert_gone(processes);
    output
}

#[test]
fn an_interrupted_turn_keeps_its_finished_cells() {
    let sandbox = Sandbox::new(ENDLESS);
    let mut run = start(&sandbox);
    wait_for_the_second_cell(&sandbox, &mut run);
    let left = all(&run);
    signal(Pid::from_child(&run), Signal::TERM);
    assert_interrupted(run, left);
    let record = sandbox.record();
    assert_eq!(record.ended, Ended::Interrupted);
    let skipped = (Status::Skipped, 0);
    assert_eq!(statuses(&record), [(Status::Measured, 1), skipped, skipped]);
}

#[test]
fn a_client_that_is_killed_fails_the_cell_that_it_was_at() {
    let sandbox = Sandbox::new(ENDLESS);
    let mut run = start(&sandbox);
    let client = wait_for_the_second_cell(&sandbox, &mut run);
    signal(client, Signal::KILL);
    let output = finish(run);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let measured = (Status::Measured, 1);
    assert_eq!(statuses(&sandbox.record()), [measured, (Status::Failed, 0), measured]);
}

#[test]
fn a_run_ends_in_the_time_that_it_is_given() {
    let sandbox = Sandbox::new(ENDLESS);
    let output = sandbox.run(&["--bench", "--max-time", "6s"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let record = sandbox.record();
    assert_eq!(record.ended, Ended::MaxTime);
    let skipped = (Status::Skipped, 0);
    assert_eq!(statuses(&record), [(Status::Measured, 1), skipped, skipped]);
    assert!(stdout(&output).contains("report/index.html"));
}

#[test]
fn a_run_without_time_to_measure_leaves_the_last_record_alone() {
    let sandbox = Sandbox::new("workloads = [\"fan_out\"]\ndelays = [\"60s\"]\nsizes = [1]");
    let record = sandbox.output().join("record.json");
    fs::create_dir(sandbox.output()).unwrap();
    fs::write(&record, "the last").unwrap();
    let output = sandbox.run(&["--bench", "--max-time", "1s"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("error: the time was over before anything was measured"));
    assert_eq!(fs::read_to_string(record).unwrap(), "the last");
}

#[test]
fn a_failed_verification_and_ctrl_c_leave_the_last_record_alone() {
    let sandbox = Sandbox::new(SLOW);
    let record = sandbox.output().join("record.json");
    fs::create_dir(sandbox.output()).unwrap();
    fs::write(&record, "the last").unwrap();
    let mut run = start(&sandbox);
    let client = wait_for_child(&mut run, "verification/sequential");
    signal(client, Signal::KILL);
    wait_for_child(&mut run, "verification/tokio");
    let left = all(&run);
    signal(Pid::from_child(&run), Signal::INT);
    let output = assert_interrupted(run, left);
    assert!(stderr(&output).contains("fan_out/sequential failed its verification"));
    assert_eq!(fs::read_to_string(record).unwrap(), "the last");
}

#[test]
fn a_stopped_client_delays_no_ctrl_c() {
    for word in ["verification/", "round-2/"] {
        let sandbox = Sandbox::new(SLOW);
        let mut run = start(&sandbox);
        signal(wait_for_child(&mut run, word), Signal::STOP);
        let left = all(&run);
        let start = Instant::now();
        signal(Pid::from_child(&run), Signal::INT);
        assert_interrupted(run, left);
        // Two seconds are promised; without a limit it would be half a minute.
        assert!(start.elapsed() < Duration::from_secs(10), "took {:?}", start.elapsed());
    }
}

#[test]
fn a_signal_that_comes_twice_at_once_is_one_and_loses_neither_record_nor_report() {
    let sandbox = Sandbox::new(SLOW);
    let mut run = start(&sandbox);
    signal(wait_for_child(&mut run, "round-2/"), Signal::STOP);
    let left = all(&run);
    for _ in 0..2 {
        signal(Pid::from_child(&run), Signal::INT);
        thread::sleep(Duration::from_millis(5));
    }
    assert_interrupted(run, left);
    let record = Record::read(&dated(&sandbox)).unwrap();
    assert!(matches!(record.ended, Ended::Running | Ended::Interrupted));
    assert!(statuses(&record).iter().all(|&(status, _)| status == Status::Measured));
    assert_eq!(sandbox.record().ended, Ended::Interrupted);
    assert!(sandbox.output().join("report/index.html").exists());
}

#[test]
fn a_killed_run_leaves_its_record_and_not_even_stopped_processes() {
    let sandbox = Sandbox::new(SLOW);
    let mut run = start(&sandbox);
    let client = wait_for_child(&mut run, "round-2/");
    // With its second thread, the lifeline, it has asked to end with its parent.
    while fs::read_dir(format!("/proc/{}/task", client.as_raw_nonzero())).unwrap().count() < 2 {
        thread::sleep(Duration::from_millis(1));
    }
    // The server last: the run ends by itself as soon as it sees that.
    let left = all(&run);
    for &pid in left.iter().rev() {
        let _ = kill_process(pid, Signal::STOP);
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert_gone(left);
    let record = Record::read(&dated(&sandbox)).unwrap();
    assert_eq!(record.ended, Ended::Running);
    assert!(record.cells.iter().all(|cell| !cell.rounds.is_empty()));
}

#[test]
fn a_stopped_server_ends_the_run_and_fails_no_cell() {
    let sandbox = Sandbox::new(SLOW);
    let mut run = start(&sandbox);
    wait_for_child(&mut run, "round-2/");
    let left = all(&run);
    signal(server(&run), Signal::STOP);
    let output = finish(run);
    assert_gone(left);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("error: the mock server is stopped"), "{}", stderr(&output));
    let record = sandbox.record();
    assert_eq!(record.ended, Ended::Broken);
    assert!(statuses(&record).iter().all(|&(status, _)| status == Status::Measured));
}

#[test]
fn a_full_disk_ends_the_run_and_loses_nothing() {
    let sandbox = Sandbox::new(SLOW);
    // A limit on the size of files stands for the disk: writing fails, once the signal is ignored.
    let command = sandbox.command(&[]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ && exec \"$0\" --bench"]).arg(&*PROGRAM);
    for (key, value) in command.get_envs() {
        limited.env(key, value.unwrap());
    }
    let mut run = crate::start(&mut limited);
    wait_for_child(&mut run, "round-2/");
    let left = all(&run);
    let small = Rlimit { current: Some(100), maximum: None };
    prlimit(Some(Pid::from_child(&run)), Resource::Fsize, small).unwrap();
    let output = finish(run);
    assert_gone(left);

    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let error = stderr(&output);
    let error = error.lines().last().unwrap();
    assert!(error.starts_with("error: ") && error.contains("can't be kept"), "{error}");
    assert!(stdout(&output).contains("fan_out, requests of 100 ms"), "{}", stdout(&output));
    let record = Record::read(&dated(&sandbox)).unwrap();
    assert_eq!(record.ended, Ended::Running);
    assert_eq!(statuses(&record), [(Status::Measured, 1); 3]);
}
