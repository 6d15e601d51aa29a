//! Every scenario of the guide, as six clients might do it on four CPUs.

use super::{cell, record_of, timing};
use crate::record::{Bounds, Cell, Record, Value};

const CLIENTS: [&str; 6] =
    ["sequential", "thread-pool-32", "thread-pool-n", "tokio", "async-std", "smol"];

/// What a workload is, and how long its batch takes whom, in milliseconds.
struct Script {
    workload: &'static str,
    unit: &'static str,
    params: &'static [(&'static str, &'static str)],
    n: u32,
    delay_ms: Option<f64>,
    /// Of sequential, threads and tasks.
    ms: [f64; 3],
    moments: &'static [(&'static str, [f64; 3])],
    /// What sequential and threads can't do.
    cannot: [Option<&'static str>; 2],
    /// What its waits alone take sequential, threads and tasks, in delays; 0 where that is not known.
    ideal: [f64; 3],
    /// What the server counts in a batch; of dropped ones, of tasks alone.
    answered: Option<u64>,
    dropped: u64,
    connections: Option<u64>,
    peak: u64,
}

const PLAIN: Script = Script {
    workload: "",
    unit: "request",
    params: &[],
    n: 10,
    delay_ms: Some(10.0),
    ms: [104.0, 11.2, 10.9],
    moments: &[],
    cannot: [None, None],
    ideal: [0.0; 3],
    answered: None,
    dropped: 0,
    connections: None,
    peak: 10,
};

const CANCEL: Option<&str> =
    Some("can't cancel a blocking call: what nobody waits for runs to its end");
const NOTHING_LEFT: Option<&str> =
    Some("can't begin a call before the one before has ended: nothing is left to cancel");
const MIXED: Option<&str> =
    Some("can't make an item while it works on another: it works on each as it made it");
const SPEAKS: Option<&str> = Some("has no thread for each member: one speaks for several");
const ORDER: Option<&str> =
    Some("takes answers in the order of the calls: it can't wait for several");

const FIRST: &[(&str, [f64; 3])] = &[("first answer", [10.4, 10.5, 10.6])];
const LATE: &[(&str, [f64; 3])] =
    &[("first answer", [30.4, 10.5, 10.7]), ("median answer", [40.6, 20.6, 20.8])];

/// Like the default profile's run of five rounds.
pub(crate) fn guide() -> Record {
    let mut record = record_of(&CLIENTS, &[5, 10, 20, 50, 100], 5);
    for script in scripts() {
        let cells =
            CLIENTS.iter().enumerate().map(|(place, client)| played(&script, client, place));
        record.cells.extend(cells);
    }
    for cell in &mut record.cells {
        wide(cell);
    }
    record
}

/// A pool as wide as its batch.
fn wide(cell: &mut Cell) {
    if cell.client == "thread-pool-n" {
        cell.limit = Some(cell.n);
    }
}

fn played(script: &Script, client: &str, place: usize) -> Cell {
    let model = match client {
        "sequential" => 0,
        "thread-pool-32" | "thread-pool-n" => 1,
        _ => 2,
    };
    let delay = script.delay_ms.unwrap_or(1.0);
    let mut cell = cell(script.workload, delay, script.n, client, place as u32, 5);
    cell.unit = script.unit.to_owned();
    let ideal_ns = script.ideal[model] * delay * 1e6;
    (cell.delay_ms, cell.ideal_ns) = (script.delay_ms, (ideal_ns > 0.0).then_some(ideal_ns));
    let value = |text: &str| match text.parse() {
        Ok(number) => Value::Number(number),
        Err(_) => Value::Text(text.to_owned()),
    };
    let params = script.params.iter().map(|&(name, text)| (name.to_owned(), value(text)));
    cell.params = params.collect();
    cell.cannot = script.cannot.get(model).copied().flatten().map(str::to_owned);
    let peak = script.peak.min(cell.limit.unwrap_or(u32::MAX).into());
    let dropped = if model == 2 { script.dropped } else { 0 };
    let answered = script.answered.unwrap_or(u64::from(script.n) - dropped);
    let connections = script.connections.unwrap_or(script.n.into());
    for round in &mut cell.rounds {
        // Every client its own way, by up to two percent, and a little of each round's.
        let wander = 1.0 + 0.004 * place as f64 + 0.002 * f64::from((round.round * 3) % 5);
        round.mean_ns = script.ms[model] * 1e6 * wander;
        round.samples_ns = vec![round.mean_ns];
        round.timed = 9;
        let counts = round.server.as_mut().unwrap();
        (counts.dropped, counts.peak) = (dropped * round.batches, peak);
        counts.requests = answered * round.batches;
        counts.connections = connections * round.batches;
        let all_at_once = script.params == [("at_once", "0")];
        let memory = if all_at_once && model == 2 { 9 << 20 } else { 5 << 20 };
        round.costs.as_mut().unwrap().peak_memory_bytes = Some(memory + 4096 * place as u64);
    }
    for (name, ms) in script.moments {
        let wander = |round: u32| 1.0 + 0.003 * f64::from((round + place as u32) % 4);
        let times: Vec<f64> = (0..5).map(|round| ms[model] * 1e6 * wander(round)).collect();
        timing(&mut cell, name, &times);
    }
    let expected = cell.expected.as_mut().unwrap();
    expected.dropped = Bounds::Exactly(dropped);
    expected.requests = Bounds::Exactly(answered);
    expected.connections = Bounds::Exactly(connections);
    (expected.peak_low, expected.peak_high) = (1, peak);
    cell
}

fn scripts() -> Vec<Script> {
    let request = |workload, n, ms| Script { workload, n, ms, ..PLAIN };
    let of = |workload, unit, n, ms| Script { workload, unit, n, ms, ..PLAIN };
    let computing = |params| Script {
        workload: "cpu_bound",
        unit: "piece",
        n: 8,
        delay_ms: None,
        params,
        ms: [24.0, 6.3, 6.2],
        ..PLAIN
    };
    let files = |params, ms| Script {
        workload: "files",
        unit: "file",
        n: 20,
        delay_ms: None,
        params,
        ms,
        ..PLAIN
    };
    let stall = |params, ms, moments| Script {
        params,
        moments,
        cannot: [Some("can't do anything else while it blocks"), None],
        ..of("stall", "call", 16, ms)
    };
    let cleanup = |params, cannot| Script {
        params,
        cannot,
        ..of("cleanup", "task", 10, [104.0, 11.3, 11.0])
    };
    vec![
        Script {
            params: &[("how", "in_turn")],
            ideal: [3.0; 3],
            ..of("in_turn", "download", 3, [31.2, 31.3, 31.4])
        },
        Script {
            params: &[("how", "at_once")],
            ideal: [3.0, 1.0, 1.0],
            ..of("in_turn", "download", 3, [31.2, 10.5, 10.5])
        },
        Script {
            params: &[("on_error", "cancel")],
            cannot: [NOTHING_LEFT, CANCEL],
            ideal: [5.0, 5.0, 2.0],
            dropped: 3,
            ..of("gather_errors", "call", 5, [52.0, 51.1, 20.9])
        },
        Script {
            params: &[("on_error", "collect")],
            ideal: [15.0, 5.0, 5.0],
            ..of("gather_errors", "call", 5, [156.0, 50.9, 50.8])
        },
        Script {
            params: &[("until", "answer")],
            moments: FIRST,
            cannot: [CANCEL, CANCEL],
            dropped: 2,
            ..request("first_completed", 3, [61.0, 30.9, 10.9])
        },
        Script {
            params: &[("until", "error")],
            moments: &[("first error", [10.4, 10.5, 10.6])],
            cannot: [CANCEL, CANCEL],
            dropped: 2,
            ..request("first_completed", 3, [61.0, 30.9, 14.0])
        },
        Script {
            moments: LATE,
            cannot: [ORDER, None],
            ..request("as_completed", 3, [61.0, 30.9, 30.8])
        },
        stall(
            &[("how", "blocking")],
            [165.0, 10.6, 41.0],
            &[("longest stall", [160.0, 0.2, 40.5]), ("median stall", [0.1, 0.1, 0.2])],
        ),
        stall(
            &[("how", "offloaded")],
            [165.0, 10.6, 10.9],
            &[("longest stall", [160.0, 0.2, 1.5]), ("median stall", [0.1, 0.1, 0.2])],
        ),
        stall(
            &[("how", "asynchronous")],
            [165.0, 10.6, 10.7],
            &[("longest stall", [160.0, 0.2, 1.4]), ("median stall", [0.1, 0.1, 0.2])],
        ),
        computing(&[("how", "executor")]),
        computing(&[("how", "offloaded")]),
        Script {
            moments: &[("first row", [10.3, 10.3, 10.4])],
            ..of("cursor", "row", 10, [20.4, 20.5, 20.5])
        },
        cleanup(&[("end", "done")], [None, None]),
        cleanup(&[("end", "error")], [None, None]),
        cleanup(&[("end", "cancelled")], [CANCEL, CANCEL]),
        Script { cannot: [MIXED, None], ..of("queue", "item", 10, [155.0, 46.0, 45.0]) },
        of("crawl", "page", 12, [125.0, 43.0, 42.5]),
        Script {
            params: &[("at_once", "3")],
            peak: 3,
            ..of("bounded", "call", 10, [104.0, 41.7, 42.0])
        },
        Script { params: &[("at_once", "0")], ..of("bounded", "call", 10, [104.0, 11.2, 10.9]) },
        request("rate_limited", 15, [155.0, 83.0, 82.0]),
        Script {
            params: &[("connections", "3")],
            connections: Some(3),
            ..request("session", 12, [185.0, 62.0, 61.5])
        },
        Script {
            params: &[("timeout", "3"), ("tries", "3")],
            answered: Some(5),
            dropped: 3,
            ..of("retry", "call", 4, [160.0, 122.0, 121.0])
        },
        files(&[("work", "whole")], [4.1, 1.6, 3.9]),
        files(&[("work", "lines")], [3.1, 3.2, 5.9]),
        Script {
            params: &[("at_once", "0")],
            ..of("unbounded", "task", 1000, [1010.0, 35.0, 3.4])
        },
        Script {
            params: &[("at_once", "10")],
            ..of("unbounded", "task", 1000, [1010.0, 110.0, 130.0])
        },
        Script { params: &[("at_once", "5")], ..of("scrape", "page", 20, [208.0, 42.0, 41.8]) },
        Script { ideal: [21.0, 2.0, 2.0], ..of("api_pipeline", "user", 10, [210.0, 22.5, 22.0]) },
        Script {
            params: &[("lines", "10")],
            delay_ms: None,
            cannot: [SPEAKS, None],
            ..of("chat", "member", 10, [5.2, 4.4, 2.3])
        },
    ]
}
