//! Invented records for tests. No figure here was measured.

mod guide;

use std::path::Path;

pub(crate) use guide::guide;

use crate::record::{
    Bounds, Cell, Client, Costs, Counts, Ended, Expected, Lateness, Machine, Method, Profile,
    Record, Role, Round, SCHEMA, Server, Status, Value, Values, Variant,
};

/// The clients of [`record`], the reference first.
pub(crate) const CLIENTS: [&str; 5] =
    ["sequential", "thread-pool-32", "tokio", "async-std", "smol"];

const POOL_WIDTH: u32 = 32;

/// Batches that a cell runs in a round: three in each of three samples, and one before.
const BATCHES: u64 = 10;

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
        run: "0123456789abcdef".to_owned(),
        created: "2025-01-02T03:04:05Z".to_owned(),
        tool_version: "0.1.0".to_owned(),
        git_rev: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        ended: Ended::Planned,
        machine: machine(),
        profile: profile(clients, rounds),
        server: Server { threads: 1, addresses: 4, url: None },
        variants: Vec::new(),
        shard: None,
        cells,
    }
}

/// The plain clients of [`variants`].
pub(crate) const VARIED: [&str; 2] = ["tokio", "smol"];

/// Like [`record_of`] with the clients of [`VARIED`], each in a build of every one of these names.
/// All builds are alike: their times wander apart by under a percent.
pub(crate) fn variants(names: &[&str], sizes: &[u32], rounds: u32) -> Record {
    let clients: Vec<String> = VARIED
        .iter()
        .flat_map(|client| names.iter().map(move |name| format!("{client}@{name}")))
        .collect();
    let clients: Vec<&str> = clients.iter().map(String::as_str).collect();
    let mut record = record_of(&clients, sizes, rounds);
    for client in &mut record.profile.clients {
        let (kind, variant) = client.name.split_once('@').unwrap();
        (client.kind, client.variant) = (kind.to_owned(), Some(variant.to_owned()));
    }
    record.profile.margin = 0.05;
    record.variants = names.iter().enumerate().map(|(at, name)| variant(name, at)).collect();
    record
}

/// Two builds, `base` and `new`, of which tokio takes twice as much on every size, confirmed.
pub(crate) fn changed(sizes: &[u32], rounds: u32) -> Record {
    let mut record = variants(&["base", "new"], sizes, rounds);
    for &n in sizes {
        slow(cell_mut(&mut record, "tokio@new", n), 2.0);
        rerun(&mut record, "tokio@new", n, 2.0);
    }
    record
}

/// A build that differs from the others in its commit and its tokio.
fn variant(name: &str, at: usize) -> Variant {
    let tokio = format!("1.{}.0", 44 + at);
    let versions = [("smol", "2.0.2"), ("tokio", &tokio)];
    Variant {
        name: name.to_owned(),
        tool_version: "0.1.0".to_owned(),
        git_rev: Some(at.to_string().repeat(40)),
        rustc: "rustc 1.95.0".to_owned(),
        versions: versions.map(|(name, version)| (name.to_owned(), version.to_owned())).into(),
    }
}

/// Makes the cell take so many times as much time and CPU in its planned rounds.
pub(crate) fn slow(cell: &mut Cell, by: f64) {
    slow_rounds(&mut cell.rounds, by);
}

/// Runs every cell again in as many rounds, and makes this client's take so many times as much.
pub(crate) fn rerun(record: &mut Record, client: &str, n: u32, by: f64) {
    let (plain, _) = client.split_once('@').unwrap();
    let same = |cell: &&mut Cell| cell.n == n && cell.client.starts_with(&format!("{plain}@"));
    for it in record.cells.iter_mut().filter(same) {
        it.confirmation = cell("fan_out", 10.0, n, plain, 7, it.rounds.len() as u32).rounds;
        if it.client == client {
            slow_rounds(&mut it.confirmation, by);
        }
    }
}

fn slow_rounds(rounds: &mut [Round], by: f64) {
    let slower = |nanoseconds: &mut u64| *nanoseconds = (*nanoseconds as f64 * by) as u64;
    for round in rounds {
        round.mean_ns *= by;
        round.samples_ns.iter_mut().for_each(|sample| *sample *= by);
        if let Some(costs) = &mut round.costs {
            slower(&mut costs.user_ns);
            slower(&mut costs.system_ns);
        }
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
    // Whatever build it is of.
    let plain = client.split_once('@').map_or(client, |(plain, _)| plain);
    let (limit, request_ms) = match plain {
        "sequential" => (Some(1), 0.4),
        "thread-pool-32" => (Some(POOL_WIDTH), 0.10),
        "tokio" => (None, 0.090),
        _ => (None, 0.096),
    };
    let width = limit.unwrap_or(n).min(n);
    let ideal_ms = delay_ms * f64::from(n.div_ceil(width));
    let batch_ms = ideal_ms + request_ms * f64::from(n);
    let rounds = (0..rounds)
        .map(|round| {
            // Clients wander apart a little from round to round, each in a way of its own.
            let wander = f64::from((round * 7 + place * 3) % 5) - 2.0;
            measured(round, (place + round) % 5, batch_ms * 1e6 * (1.0 + 0.001 * wander), n, width)
        })
        .collect();
    Cell {
        workload: workload.to_owned(),
        unit: "request".to_owned(),
        params: Values::new(),
        delay_ms: Some(delay_ms),
        n,
        client: client.to_owned(),
        role: if client == "sequential" { Role::Reference } else { Role::Compared },
        limit,
        planned_rounds: None,
        budget_ms: 300.0,
        ideal_ns: Some(ideal_ms * 1e6),
        expected: Some(Expected {
            requests: Bounds::Exactly(n.into()),
            dropped: Bounds::Exactly(0),
            connections: Bounds::Exactly(n.into()),
            peak_low: width.into(),
            peak_high: width.into(),
        }),
        cannot: None,
        status: Status::Measured,
        reason: None,
        rounds,
        confirmation: Vec::new(),
    }
}

/// A round of batches that took `mean_ns` each.
fn measured(round: u32, place: u32, mean_ns: f64, n: u32, width: u32) -> Round {
    let requests = BATCHES * u64::from(n);
    let lateness =
        Lateness { p50_us: 310.0 + 10.0 * f64::from(round), p99_us: 900.0, max_us: 4_100.0 };
    Round {
        round,
        place,
        method: Method::Criterion,
        timed: 9,
        mean_ns,
        samples_ns: vec![mean_ns * 0.99, mean_ns, mean_ns * 1.01],
        batches: BATCHES,
        server: Some(Counts {
            requests,
            dropped: 0,
            connections: requests,
            peak: width.into(),
            early: 0,
            lateness,
        }),
        // The more that wait at once, the more often a thread has something to do when it looks.
        costs: Some(Costs {
            user_ns: requests * (20_000 + 100 * u64::from(round)),
            system_ns: requests * (50_000 - 100 * u64::from(round)),
            voluntary: requests * 2 / u64::from(width.min(4)),
            involuntary: u64::from(round % 2),
            server_ns: Some(requests * 55_000),
            peak_memory_bytes: None,
        }),
        timings_ns: Default::default(),
    }
}

/// The cell of this client with this many requests.
pub(crate) fn cell_mut<'r>(record: &'r mut Record, client: &str, n: u32) -> &'r mut Cell {
    record.cells.iter_mut().find(|cell| cell.client == client && cell.n == n).unwrap()
}

/// Gives the cell's rounds these times of a batch, nanoseconds.
pub(crate) fn time(cell: &mut Cell, mean_ns: &[f64]) {
    cell.rounds.truncate(mean_ns.len());
    for (round, &mean_ns) in cell.rounds.iter_mut().zip(mean_ns) {
        (round.mean_ns, round.samples_ns) = (mean_ns, vec![mean_ns]);
    }
}

/// Gives every round of the cell this peak of memory, bytes, and a page more in every second one.
pub(crate) fn memory(cell: &mut Cell, bytes: u64) {
    for round in &mut cell.rounds {
        let page = 4096 * u64::from(round.round % 2);
        round.costs.as_mut().unwrap().peak_memory_bytes = Some(bytes + page);
    }
}

/// Gives the cell's rounds these times of a moment inside a batch, nanoseconds.
pub(crate) fn timing(cell: &mut Cell, name: &str, ns: &[f64]) {
    for (round, &ns) in cell.rounds.iter_mut().zip(ns) {
        round.timings_ns.insert(name.to_owned(), ns);
    }
}

/// Marks a cell as failed, for this reason.
pub(crate) fn fail(cell: &mut Cell, reason: &str) {
    cell.status = Status::Failed;
    cell.reason = Some(reason.to_owned());
}

fn machine() -> Machine {
    let versions =
        [("async-std", "1.13.2"), ("criterion", "0.8.2"), ("smol", "2.0.2"), ("tokio", "1.54.1")];
    Machine {
        cpu_model: Some("Synthetic CPU".to_owned()),
        logical_cpus: 4,
        kernel: "Linux 6.1.0 x86_64".to_owned(),
        open_files: 20_000,
        tcp_tw_reuse: Some(2),
        busy_before: Some(0.01),
        load_before: Some(0.2),
        load_after: Some(0.9),
        steal: Some(0.001),
        rustc: "rustc 1.95.0".to_owned(),
        versions: versions.map(|(name, version)| (name.to_owned(), version.to_owned())).into(),
    }
}

fn profile(clients: &[&str], rounds: u32) -> Profile {
    Profile {
        name: "synthetic".to_owned(),
        rounds,
        precision: Some(0.02),
        max_time_s: Some(300.0),
        margin: 0.02,
        seed: 42,
        clients: clients.iter().map(|name| client(name)).collect(),
    }
}

fn client(name: &str) -> Client {
    let (kind, setting) = match name {
        "sequential" => (name, None),
        "thread-pool-32" => ("thread-pool", Some(("width", POOL_WIDTH))),
        _ => (name, Some(("workers", 4))),
    };
    let settings = setting.map(|(name, value)| (name.to_owned(), Value::Number(value.into())));
    Client {
        name: name.to_owned(),
        kind: kind.to_owned(),
        settings: settings.into_iter().collect(),
        variant: None,
    }
}

/// The records that the command's tests read are these, so that they can't fall behind the schema.
#[test]
fn the_fixtures_are_synthetic_records() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for (name, record) in [
        ("record.json", record_of(&["sequential", "tokio"], &[5, 20], 3)),
        ("variants.json", variants(&["base", "new"], &[5], 5)),
    ] {
        let path = folder.join(name);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            record.write(&path).unwrap();
        }
        assert_eq!(Record::read(&path).unwrap(), record, "run again with UPDATE_FIXTURES=1");
    }
}
