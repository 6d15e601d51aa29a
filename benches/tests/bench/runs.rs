//! Runs that go well.

use std::fs;

use waitmark_reports::record::{Record, Status};

use crate::{Sandbox, stderr, stdout};

/// Two sizes on all five clients, sampled by Criterion.
const SMALL: &str = r#"
    sizes = [2, 40]
    delays = ["2ms"]
    rounds = 3
    warm_up = "1ms"
    measurement = "10ms"
    seed = 1
"#;

const CLIENTS: [&str; 5] = ["sequential", "thread-pool", "tokio", "async-std", "smol"];

#[test]
fn a_run_leaves_a_record_and_a_report_made_from_it() {
    let sandbox = Sandbox::new(SMALL);
    let output = sandbox.run(&["--bench"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record = sandbox.record();
    check_record(&record);

    let csv = fs::read_to_string(sandbox.output().join("report/speedup.csv")).unwrap();
    let mut lines = csv.lines();
    assert_eq!(
        lines.next().unwrap(),
        "workload,delay_ms,n,client,status,mean_s,speedup,speedup_low,speedup_high,efficiency,verdict"
    );
    assert_eq!(lines.clone().count(), 10);
    assert!(lines.all(|line| line.split(',').count() == 11 && line.contains(",measured,")));

    let html = fs::read_to_string(sandbox.output().join("report/index.html")).unwrap();
    assert!(html.contains("<svg") && html.ends_with("</html>"));
    let stdout = stdout(&output);
    assert!(stdout.contains("as fast as sequential"), "{stdout}");
    assert!(stdout.contains("report/index.html"), "{stdout}");
    assert!(stderr(&output).contains("10 cells x 3 rounds, order by seed 1"));

    let dated: Vec<_> = fs::read_dir(sandbox.output().join("records")).unwrap().collect();
    let dated = Record::read(&dated[0].as_ref().unwrap().path()).unwrap();
    assert_eq!((dated, 1), (record, 1));
}

/// Every cell has every round, and every round has every client in a place of its own.
fn check_record(record: &Record) {
    assert_eq!(record.cells.len(), 10);
    assert_eq!((record.profile.seed, record.interrupted), (1, false));
    for cell in &record.cells {
        assert_eq!((cell.status, &cell.reason), (Status::Measured, &None));
        assert_eq!(cell.rounds.iter().map(|round| round.round).collect::<Vec<_>>(), [0, 1, 2]);
        let ideal_ns = cell.delay_ms * 1e6 * f64::from(cell.n.div_ceil(cell.width));
        for round in &cell.rounds {
            assert_eq!(round.samples_ns.len(), 10);
            assert!(round.samples_ns.iter().all(|&time| time >= ideal_ns), "early: {cell:?}");
        }
    }
    for round in 0..3 {
        let places = CLIENTS.map(|client| {
            let cell = record.cells.iter().find(|cell| cell.client == client).unwrap();
            cell.rounds[round].order
        });
        let mut sorted = places;
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4], "{places:?}");
    }
    let widths: Vec<_> = record.cells.iter().filter(|c| c.n == 40).map(|c| c.width).collect();
    assert_eq!(widths, [1, 32, 40, 40, 40]);
}

#[test]
fn a_filter_measures_the_reference_too() {
    let sandbox = Sandbox::new("sizes = [2, 3]\ndelays = [\"1ms\"]\nrounds = 1\nsamples = 2");
    let output = sandbox.run(&["--bench", "fan_out/smol/1ms/3"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record = sandbox.record();
    let cells: Vec<_> = record.cells.iter().map(|cell| (cell.client.as_str(), cell.n)).collect();
    assert_eq!(cells, [("sequential", 3), ("smol", 3)]);
    assert!(record.cells.iter().all(|cell| cell.rounds[0].samples_ns.len() == 2));
}

#[test]
fn the_seed_decides_the_order() {
    let orders = |seed: u32| {
        let profile =
            format!("sizes = [1]\ndelays = [\"1ms\"]\nrounds = 4\nsamples = 1\nseed = {seed}");
        let sandbox = Sandbox::new(&profile);
        let output = sandbox.run(&["--bench"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let orders = sandbox.record().cells.into_iter().flat_map(|cell| cell.rounds);
        orders.map(|round| round.order).collect::<Vec<_>>()
    };
    let first = orders(1);
    assert_eq!(first, orders(1));
    assert_ne!(first, orders(2));
}

#[test]
fn cells_are_listed() {
    let sandbox = Sandbox::new("sizes = [5]\ndelays = [\"10ms\", \"1s\"]");
    insta::assert_snapshot!(stdout(&sandbox.run(&["--list", "--bench", "tokio", "smol/1s"])), @"
    fan_out/sequential/10ms/5
    fan_out/tokio/10ms/5
    fan_out/sequential/1s/5
    fan_out/tokio/1s/5
    fan_out/smol/1s/5
    ");
}

#[test]
fn without_bench_every_cell_runs_once() {
    let sandbox = Sandbox::new("sizes = [3]\ndelays = [\"1ms\"]");
    let output = sandbox.run(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    insta::assert_snapshot!(stdout(&output), @"
    fan_out/sequential/1ms/3 ... ok
    fan_out/thread-pool/1ms/3 ... ok
    fan_out/tokio/1ms/3 ... ok
    fan_out/async-std/1ms/3 ... ok
    fan_out/smol/1ms/3 ... ok
    5 passed, 0 failed
    ");
    assert!(!sandbox.output().join("record.json").exists());
}
