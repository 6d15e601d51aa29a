//! What the parent makes of children that end, hang up, do not end or talk nonsense.

use std::process::Command;

use serde_json::Value;
use waitmark_harness::clients::Sequential;
use waitmark_harness::workloads::FanOut;

use super::*;
use crate::cell;
use crate::profile::Profile;

const DONE: &str = r#"{"Done":[0,{"method":"direct","timed":1,"mean_ns":1.0,"samples_ns":[1.0],"batches":1,"stats":null,"costs":null,"timings_ns":{}}]}"#;

/// What comes of a turn of two cells with a child that runs `script`, its parent on `&0`.
fn watch(script: &str) -> (End, Vec<CellResult>) {
    watch_counted(script, false)
}

/// The same for cells whose batches the server counts.
fn watch_counted(script: &str, counted: bool) -> (End, Vec<CellResult>) {
    let catalogue = waitmark_harness::catalogue! { clients: [Sequential], workloads: [FanOut] };
    let text = "clients = [\"sequential\"]\nworkloads = [\"fan_out\"]\nsizes = [1, 2]";
    let profile = Profile::parse(&catalogue, "mine.toml", text).unwrap();
    let mut cells = cell::plan(&catalogue, &profile, &[]).unwrap().0;
    for cell in &mut cells {
        cell.counted = counted;
    }
    let folder = tempfile::tempdir().unwrap();
    let turn = Turn {
        catalogue: &catalogue,
        client: &profile.clients[0],
        server: None,
        servers: &Servers(Vec::new()),
        cells: cells.iter().collect(),
        how: |_| How::Batches(1),
        program: None,
        home: folder.path(),
        deadline: None,
    };
    let job = Job {
        kind: String::new(),
        client: String::new(),
        settings: Value::Null,
        servers: Servers(Vec::new()),
        cells: Vec::new(),
    };
    let mut command = Command::new("sh");
    command.args(["-c", &format!("read order; {script}")]);
    let log = folder.path().join("log");
    let child = Child::start(command, &Order::Measure(job), &log).unwrap();
    let mut outcomes = vec![None; 2];
    let mut progress = Progress::new(Duration::ZERO);
    let end = turn.watch(child, 0..2, &mut outcomes, &mut progress).unwrap();
    (end, outcomes)
}

fn say(reports: &[&str]) -> String {
    let say = reports.iter().map(|report| format!("echo '{report}' >&0; "));
    say.collect()
}

#[test]
fn a_child_that_has_finished_and_does_not_end_is_killed_and_its_cells_count() {
    let start = Instant::now();
    let script = say(&["{\"Started\":0}", DONE, "\"Finished\""]) + "exec sleep 600";
    let (end, outcomes) = watch(&script);
    assert!(matches!(end, End::Finished));
    assert!(matches!(outcomes[..], [Some(Ok(_)), None]));
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_child_that_hangs_up_and_does_not_end_fails_its_cell() {
    let script = say(&["{\"Started\":0}", DONE, "{\"Started\":1}"])
        + "exec </dev/null >/dev/null 2>&1 sleep 600";
    let (end, outcomes) = watch(&script);
    let End::Broken { cell: Some(1), reason } = end else { panic!("the second cell broke") };
    assert_eq!(reason, "the client hung up, or said what is no report");
    assert!(matches!(outcomes[..], [Some(Ok(_)), None]));
}

#[test]
fn counts_are_checked_as_they_arrive_whatever_comes_then() {
    let stats = |requests: u64| {
        let late = r#""lateness_us":{"p50":0.0,"p99":0.0,"max":0.0},"cpu_us":null"#;
        let zero = r#""dropped":0,"in_flight":0,"early":0,"peak_in_flight":1"#;
        let stats = format!("{{\"requests\":{requests},\"connections\":1,{zero},{late}}}");
        DONE.replace("\"stats\":null", &format!("\"stats\":{stats}"))
    };
    let broken = |done: &str| {
        let script = say(&["{\"Started\":0}", done]) + "exit 1";
        let outcome = watch_counted(&script, true).1.remove(0);
        outcome.unwrap().map(|measured| measured.batches)
    };
    assert_eq!(broken(&stats(1)), Ok(1));
    let wrong = broken(&stats(2)).unwrap_err();
    assert_eq!(wrong, "the server counted 2 requests instead of 1");
    assert_eq!(broken(DONE).unwrap_err(), "the server's counters are missing");
}

#[test]
fn a_child_that_talks_nonsense_fails_its_cell() {
    for nonsense in ["what?", "{\"Started\":2}", "{\"Failed\":[1,\"not there\"]}"] {
        let (end, outcomes) = watch(&(say(&["{\"Started\":0}", nonsense]) + "exec sleep 600"));
        assert!(matches!(end, End::Broken { cell: Some(0), .. }), "{nonsense}");
        assert!(matches!(outcomes[..], [None, None]));
    }
}

#[test]
fn a_child_that_ends_before_its_first_cell_has_begun_none() {
    let (end, _) = watch("exit 3");
    let End::Broken { cell: None, reason } = end else { panic!("no cell is to blame") };
    assert_eq!(reason, "the client's process ended early (exit status: 3)");
}
