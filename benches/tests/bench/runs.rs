//! Runs that go well.

use std::fs;

use waitmark_reports::record::{Cell, Ended, Method, Record, Role, Round, Status};

use crate::{Sandbox, stderr, stdout};

/// Two workloads on all clients. Ten batches of two requests fit into the budget, so that Criterion
/// samples them; a sequential batch of 40 does not.
const SMALL: &str = r#"
    clients = ["sequential", "thread-pool-32", "thread-pool-n", "tokio", "async-std", "smol"]
    workloads = [
        { name = "fan_out", sizes = [2, 40] },
        { name = "pipeline", sizes = [3], params = { stages = 2 } },
    ]
    delays = ["2ms"]
    rounds = 3
    budget = "120ms"
    seed = 1
"#;

const COLUMNS: &str = "run,commit,workload,params,delay_ms,n,client,status,rounds,mean_s,mean_low_s,mean_high_s,speedup,speedup_low,speedup_high,efficiency,verdict,cpu_s,";

const CLIENTS: [&str; 6] =
    ["sequential", "thread-pool-32", "thread-pool-n", "tokio", "async-std", "smol"];

#[test]
fn a_run_leaves_a_record_and_a_report_made_from_it() {
    let sandbox = Sandbox::new(SMALL);
    let output = sandbox.run(&["--bench"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record = sandbox.record();
    check_record(&record);

    let csv = fs::read_to_string(sandbox.output().join("report/speedup.csv")).unwrap();
    let mut lines = csv.lines();
    let header = lines.next().unwrap();
    assert!(header.starts_with(COLUMNS), "{header}");
    assert_eq!(lines.clone().count(), 18);
    let fields = header.split(',').count();
    assert!(lines.all(|line| line.split(',').count() == fields && line.contains(",measured,")));

    let html = fs::read_to_string(sandbox.output().join("report/index.html")).unwrap();
    assert!(html.contains("<svg") && html.ends_with("</html>"));
    let stdout = stdout(&output);
    assert!(stdout.contains("as fast as sequential"), "{stdout}");
    assert!(stdout.contains("report/index.html"), "{stdout}");
    assert!(stderr(&output).contains("18 cells x up to 3 rounds, order by seed 1"));

    let dated: Vec<_> = fs::read_dir(sandbox.output().join("records")).unwrap().collect();
    let dated = Record::read(&dated[0].as_ref().unwrap().path()).unwrap();
    assert_eq!((dated, 1), (record, 1));
}

/// Every cell has every round, and every round has every client in a place of its own.
fn check_record(record: &Record) {
    assert_eq!(record.cells.len(), 18);
    assert_eq!((record.profile.seed, record.ended), (1, Ended::Planned));
    for cell in &record.cells {
        assert_eq!((cell.status, &cell.reason), (Status::Measured, &None));
        assert_eq!(cell.role == Role::Reference, cell.client == "sequential");
        assert_eq!(cell.rounds.iter().map(|round| round.round).collect::<Vec<_>>(), [0, 1, 2]);
        for round in &cell.rounds {
            assert!(round.samples_ns.iter().all(|&time| time >= cell.ideal_ns.unwrap()), "early");
            check_counts(cell, round);
        }
    }
    let methods = |client: &str, n| {
        let cell = record.cells.iter().find(|cell| cell.client == client && cell.n == n).unwrap();
        cell.rounds.iter().map(|round| (round.method, round.samples_ns.len())).collect::<Vec<_>>()
    };
    assert_eq!(methods("sequential", 40), [(Method::Direct, 2); 3]);
    assert_eq!(methods("tokio", 2), [(Method::Criterion, 10); 3]);
    for round in 0..3 {
        let places = CLIENTS.map(|client| {
            let cell = record.cells.iter().find(|cell| cell.client == client).unwrap();
            cell.rounds[round].place
        });
        let mut sorted = places;
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5], "{places:?}");
    }
    let limits: Vec<_> = record.cells.iter().filter(|c| c.n == 40).map(|c| c.limit).collect();
    assert_eq!(limits, [Some(1), Some(32), Some(40), None, None, None]);
}

/// The server counted every batch, exactly, and costs are of every batch.
fn check_counts(cell: &Cell, round: &Round) {
    let (expected, counts) = (cell.expected.as_ref().unwrap(), round.server.as_ref().unwrap());
    assert_eq!(counts.requests, round.batches * expected.requests.ends().0);
    assert_eq!(counts.connections, round.batches * expected.connections.ends().0);
    assert_eq!((counts.early, counts.dropped), (0, 0));
    assert!(counts.peak <= expected.peak_high);
    if cfg!(target_os = "linux") {
        let costs = round.costs.as_ref().unwrap();
        assert!(costs.server_ns.unwrap() > 0);
        // Every wait for an answer gives the CPU up, on one thread at least.
        assert!(costs.voluntary >= round.batches, "{costs:?}");
    }
}

#[test]
fn a_filter_measures_the_reference_too() {
    let sandbox = Sandbox::new("sizes = [2, 3]\ndelays = [\"1ms\"]\nrounds = 1\nbudget = \"1ms\"");
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
        let profile = format!(
            "workloads = [\"fan_out\"]\nsizes = [1]\ndelays = [\"1ms\"]\nrounds = 4\nbudget = \"1ms\"\nseed = {seed}"
        );
        let sandbox = Sandbox::new(&profile);
        let output = sandbox.run(&["--bench"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let orders = sandbox.record().cells.into_iter().flat_map(|cell| cell.rounds);
        orders.map(|round| round.place).collect::<Vec<_>>()
    };
    let first = orders(1);
    assert_eq!(first, orders(1));
    assert_ne!(first, orders(2));
}

#[test]
fn cells_are_listed() {
    let text = "workloads = [\"fan_out\"]\nsizes = [5]\ndelays = [\"10ms\", \"1s\"]";
    let sandbox = Sandbox::new(text);
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
    let sandbox = Sandbox::new(
        r#"
        clients = ["sequential", "thread-pool-n", "tokio"]
        workloads = ["fan_out", "pipeline"]
        sizes = [3]
        delays = ["1ms"]
        "#,
    );
    let output = sandbox.run(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    insta::assert_snapshot!(stdout(&output), @"
    fan_out/sequential/1ms/3 ... ok
    fan_out/thread-pool-n/1ms/3 ... ok
    fan_out/tokio/1ms/3 ... ok
    pipeline/sequential/1ms/3 ... ok
    pipeline/thread-pool-n/1ms/3 ... ok
    pipeline/tokio/1ms/3 ... ok
    6 passed, 0 failed
    ");
    assert!(!sandbox.output().join("record.json").exists());
}

/// Every client of the default profile does every workload right, by the server's own counts, and is
/// as concurrent as it says.
#[test]
fn every_client_does_every_workload_right() {
    let sandbox = Sandbox::new(
        r#"
        workloads = [
            "fan_out", "pipeline", "in_turn", "gather_errors", "first_completed", "as_completed",
            "stall", "cpu_bound", "cursor", "cleanup", "queue", "crawl", "bounded", "rate_limited",
            "session", "retry", "files", "unbounded", "scrape", "api_pipeline", "chat", "timeouts",
            "sleepers", "chain", "paced", "ping_pong", "spawn_many", "fan_in",
            { name = "cleanup", params = { end = "cancelled" } },
            { name = "first_completed", params = { until = "error" } },
            { name = "stall", params = { how = "offloaded" } },
            { name = "files", params = { work = "lines" } },
        ]
        sizes = [7]
        delays = ["2ms"]
        "#,
    );
    let output = sandbox.run(&["--test"]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let stdout = stdout(&output);
    assert!(!stdout.contains("FAILED") && stdout.ends_with("\n192 passed, 0 failed\n"), "{stdout}");
}

#[test]
fn the_profiles_that_come_with_it_have_cells() {
    let sandbox = Sandbox::new("");
    for name in ["default", "quick", "guide"] {
        let output = sandbox.command(&["--list"]).env("WAITMARK_PROFILE", name).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(stdout(&output).contains("fan_out/sequential/"), "{name}: {}", stdout(&output));
    }
}
