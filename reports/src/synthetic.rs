//! Invented records for tests. No figure here was measured.

use std::path::Path;

use crate::record::{
    Cell, Criterion, Lateness, Machine, Profile, Record, Round, SCHEMA, Server, Status, Turn,
};

/// The clients of [`record`], the reference first.
pub(crate) const CLIENTS: [&str; 5] = ["sequential", "thread-pool", "tokio", "async-std", "smol"];

const POOL_WIDTH: u32 = 32;

/// A whole run of `fan_out` with 5, 20 and 100 requests of 10 ms in five rounds.
///
/// `smol` and `async-std` are as fast as each other, `tokio` is a little faster than both.
pub(crate) fn record() -> Record {
    record_of(&CLIENTS, &[5, 20, 100], 5)
}

/// Like [`record`], with these clients, sizes and rounds.
pub(crate) fn record_of(clients: &[&str], sizes: &[u32], rounds: u32) -> Record {
    let mut cells = Vec::new();
    for &n in sizes {
        for (place, client) in clients.iter().enumerate() {
            cells.push(cell("fan_out", 10.0, n, client, place as u32, rounds));
        }
    }
    Record {
        schema: SCHEMA,
        created: "2025-01-02T03:04:05Z".to_owned(),
        tool_version: "0.1.0".to_owned(),
        git_rev: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        interrupted: false,
        machine: machine(),
        profile: profile(rounds),
        server: Server { threads: 1, turns: turns(clients, rounds) },
        cells,
    }
}

/// A measured cell whose rounds differ by under a percent.
pub(crate) fn cell(
    workload: &str,
    delay_ms: f64,
    n: u32,
    client: &str,
    place: u32,
    rounds: u32,
) -> Cell {
    let (width, request_ms) = match client {
        "sequential" => (1, 0.4),
        "thread-pool" => (POOL_WIDTH.min(n), 0.10),
        "tokio" => (n, 0.090),
        _ => (n, 0.096),
    };
    let batch_ms = delay_ms * f64::from(n.div_ceil(width)) + request_ms * f64::from(n);
    let rounds = (0..rounds)
        .map(|round| {
            // Clients wander apart a little from round to round, each in a way of its own.
            let wander = f64::from((round * 7 + place * 3) % 5) - 2.0;
            let mean_ns = batch_ms * 1e6 * (1.0 + 0.001 * wander);
            let samples_ns = vec![mean_ns * 0.99, mean_ns, mean_ns * 1.01];
            Round { round, order: (place + round) % 5, iterations: 3, mean_ns, samples_ns }
        })
        .collect();
    Cell {
        workload: workload.to_owned(),
        delay_ms,
        n,
        client: client.to_owned(),
        width,
        status: Status::Measured,
        reason: None,
        rounds,
    }
}

/// The cell of this client with this many requests.
pub(crate) fn cell_mut<'r>(record: &'r mut Record, client: &str, n: u32) -> &'r mut Cell {
    record.cells.iter_mut().find(|cell| cell.client == client && cell.n == n).unwrap()
}

/// Marks a cell as failed, for this reason.
pub(crate) fn fail(cell: &mut Cell, reason: &str) {
    cell.status = Status::Failed;
    cell.reason = Some(reason.to_owned());
}

fn turns(clients: &[&str], rounds: u32) -> Vec<Turn> {
    let turn = |round: u32, client: &str| {
        let p50_us = 310.0 + 10.0 * f64::from(round);
        Turn {
            round,
            client: client.to_owned(),
            requests: 1000,
            peak_in_flight: if client == "sequential" { 1 } else { 100 },
            early: 0,
            lateness: Lateness { p50_us, p99_us: 900.0, max_us: 4_100.0 },
        }
    };
    (0..rounds).flat_map(|round| clients.iter().map(move |client| turn(round, client))).collect()
}

fn machine() -> Machine {
    let versions =
        [("async-std", "1.13.2"), ("criterion", "0.8.2"), ("smol", "2.0.2"), ("tokio", "1.54.1")];
    Machine {
        cpu_model: Some("Synthetic CPU".to_owned()),
        logical_cpus: 4,
        kernel: "Linux 6.1.0 x86_64".to_owned(),
        open_files: 20_000,
        busy_before: Some(0.01),
        load_before: Some(0.2),
        load_after: Some(0.9),
        steal: Some(0.001),
        rustc: "rustc 1.95.0".to_owned(),
        versions: versions.map(|(name, version)| (name.to_owned(), version.to_owned())).into(),
    }
}

fn profile(rounds: u32) -> Profile {
    Profile {
        name: "synthetic".to_owned(),
        reference: "sequential".to_owned(),
        rounds,
        samples: 10,
        criterion: Some(Criterion { warm_up_ms: 100.0, measurement_ms: 500.0 }),
        workers: 4,
        pool_width: POOL_WIDTH,
        margin: 0.02,
        seed: 42,
    }
}

/// The record that the command's tests read is this one, so that it can't fall behind the schema.
#[test]
fn the_fixture_is_a_synthetic_record() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/record.json");
    let record = record_of(&["sequential", "tokio"], &[5, 20], 3);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        record.write(&path).unwrap();
    }
    assert_eq!(Record::read(&path).unwrap(), record, "run again with UPDATE_FIXTURES=1");
}
