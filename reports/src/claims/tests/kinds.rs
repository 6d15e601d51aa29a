//! Every standing of every kind of measure and bound.

use super::*;

#[test]
fn a_time_in_delays() {
    let claim = "10 calls, 3 at a time";
    let of = |ms: &[f64]| {
        let mut record = guide();
        time(&mut record, ["bounded", "3", "tokio"], ms);
        said(&record, claim, "tokio")
    };
    assert_eq!(of(&[41.0, 41.1, 41.2, 41.1, 41.0]), "holds 4.11 delays");
    assert_eq!(of(&[47.0, 47.1, 47.2, 47.1, 47.0]), "does not hold 4.71 delays");
    assert_eq!(of(&[39.0, 39.1, 39.2, 39.1, 39.0]), "does not hold 3.91 delays");
    // 4.59 times 1.02 to either side.
    assert_eq!(of(&[45.0, 46.8, 45.9, 46.4, 45.4]), "undecided 4.59 delays");
    assert_eq!(of(&[41.0, 41.1]), "few rounds: under 3 rounds");
    assert_eq!(said(&guide(), claim, "sequential"), "not about it");
}

#[test]
fn a_speedup_over_sequential() {
    let of = |sequential: &[f64], tokio: &[f64]| {
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 5);
        time(&mut record, ["fan_out", "", "sequential"], sequential);
        time(&mut record, ["fan_out", "", "tokio"], tokio);
        said(&record, "5 fetches", "tokio")
    };
    assert_eq!(of(&[48.0, 49.0, 50.0], &[10.0, 10.2, 10.4]), "holds 4.80x");
    assert_eq!(of(&[45.0, 46.0, 47.0], &[10.0, 10.2, 10.4]), "does not hold 4.51x");
    // Inside each round 2, 4 and 8 times as fast, however slow the machine was.
    assert_eq!(of(&[8.0, 16.0, 32.0], &[4.0, 4.0, 4.0]), "undecided 4.00x");
    assert_eq!(of(&[48.0, 49.0, 50.0], &[10.0, 10.2]), "few rounds: under 3 rounds");
}

#[test]
fn a_ratio_of_two_scenarios_is_taken_inside_each_round() {
    let claim = "Awaited in turn";
    let of = |in_turn: &[f64], as_tasks: &[f64]| {
        let mut record = guide();
        time(&mut record, ["in_turn", "in_turn", "smol"], in_turn);
        time(&mut record, ["in_turn", "at_once", "smol"], as_tasks);
        said(&record, claim, "smol")
    };
    assert_eq!(of(&[31.0, 62.0, 93.0], &[10.0, 20.0, 30.0]), "holds 3.10x");
    assert_eq!(of(&[31.0, 31.0, 31.0], &[11.9, 12.0, 12.1]), "does not hold 2.58x");
    assert_eq!(of(&[35.0, 35.0, 35.0], &[10.0, 10.1, 10.2]), "does not hold 3.47x");
    assert_eq!(of(&[31.0, 31.0, 31.0], &[9.0, 10.0, 11.0]), "undecided 3.11x");
    let mut record = guide();
    record.cells.iter_mut().filter(|cell| cell.workload == "in_turn").for_each(|cell| cell.n = 5);
    assert_eq!(rule(&record, claim), "Time in turn by time as tasks at n = 5: 4.50x to 5.50x");
}

#[test]
fn computing_is_held_to_the_logical_cpus() {
    let of = |ms: &[f64]| {
        let mut record = guide();
        time(&mut record, ["cpu_bound", "", "sequential"], &[24.0; 3]);
        time(&mut record, ["cpu_bound", "executor", "tokio"], ms);
        record.machine.logical_cpus = 2;
        said(&record, "Async does not help", "tokio")
    };
    assert_eq!(of(&[12.0, 12.1, 12.2]), "holds 1.98x");
    assert_eq!(of(&[10.0, 10.1, 10.2]), "does not hold 2.38x");
    assert_eq!(of(&[10.7, 10.9, 11.1]), "undecided 2.20x");
}

#[test]
fn a_moment_in_delays_or_as_it_is_or_of_the_whole() {
    let cursor = |name: &str, ms: &[f64], claim: &str| {
        let mut record = guide();
        moment(&mut record, ["cursor", "", "tokio"], name, ms);
        said(&record, claim, "tokio")
    };
    let first = "A cursor's first row";
    assert_eq!(cursor("first row", &[13.0, 13.1, 13.2, 13.1, 13.0], first), "holds 1.31 delays");
    let late = [15.0, 15.1, 15.2, 15.1, 15.0];
    assert_eq!(cursor("first row", &late, first), "does not hold 1.51 delays");
    assert_eq!(cursor("first row", &late, "A cursor's rows"), "holds 72 %");
    let last = [20.0, 20.1, 20.2, 20.1, 20.0];
    assert_eq!(cursor("first row", &last, "A cursor's rows"), "does not hold 96 %");
    let stall = |ms: &[f64]| {
        let mut record = guide();
        moment(&mut record, ["stall", "offloaded", "tokio"], "median stall", ms);
        said(&record, "A blocking call that is offloaded", "tokio")
    };
    assert_eq!(stall(&[4.0, 4.1, 4.2, 4.1, 4.0]), "holds 4.08 ms");
    assert_eq!(stall(&[8.0, 8.1, 8.2, 8.1, 8.0]), "does not hold 8.08 ms");
    // No logarithm: every round has to be inside.
    assert_eq!(stall(&[0.0, 0.1, 0.0, 0.2, 0.0]), "holds 60.0 us");
    assert_eq!(stall(&[0.0, 0.1, 0.0, 9.0, 0.0]), "undecided 1.82 ms");
}

#[test]
fn what_the_rounds_do_not_tell_is_not_comparable() {
    let mut record = guide();
    for round in record.cells.iter_mut().flat_map(|cell| &mut cell.rounds) {
        (round.costs, round.server) = (None, None);
        round.timings_ns.clear();
    }
    for claim in ["A cursor's first row", "All at once take more memory", "Never are there more"] {
        assert_eq!(said(&record, claim, "tokio"), "not measured: its rounds don't tell", "{claim}");
    }
}

#[test]
fn counts_are_exact_and_need_no_rounds() {
    let counted = |workload: &str, claim: &str, counts: [u64; 4]| {
        let mut record = guide();
        for cell in cells(&mut record, workload, "", "tokio") {
            cell.rounds.truncate(1);
            let [requests, dropped, connections, peak] = counts;
            let server = cell.rounds[0].server.as_mut().unwrap();
            (server.requests, server.dropped) = (requests * 10, dropped * 10);
            (server.connections, server.peak) = (connections * 10, peak);
        }
        said(&record, claim, "tokio")
    };
    let peak = |peak| counted("bounded", "Never are there", [10, 0, 10, peak]);
    assert_eq!([peak(3), peak(4)], ["holds 3 at once", "does not hold 4 at once"]);
    let dropped = |dropped| counted("gather_errors", "Failing fast cancels", [5, dropped, 5, 5]);
    assert_eq!([dropped(1), dropped(0)], ["holds 1 dropped", "does not hold 0 dropped"]);
    let connections = |count| counted("session", "A session", [12, 0, count, 3]);
    let expected = ["holds 3 connections", "does not hold 4 connections"];
    assert_eq!([connections(3), connections(4)], expected);
    assert_eq!(counted("retry", "Failures are tried", [5, 3, 8, 4]), "holds 8 tries");
}

#[test]
fn the_worst_round_of_a_peak_counts() {
    let mut record = guide();
    for cell in cells(&mut record, "bounded", "3", "smol") {
        cell.rounds[2].server.as_mut().unwrap().peak = 4;
    }
    assert_eq!(said(&record, "Never are there", "smol"), "does not hold 4 at once");
}

#[test]
fn what_the_check_of_every_batch_proves() {
    let mut record = guide();
    let claim = "Resources are released at";
    assert_eq!(said(&record, claim, "tokio"), "holds 100 batches");
    cells(&mut record, "cleanup", "done", "tokio").for_each(|cell| cell.rounds.truncate(1));
    assert_eq!(said(&record, claim, "tokio"), "holds 60 batches");
    cells(&mut record, "cleanup", "error", "tokio").for_each(|cell| synthetic::fail(cell, "leaks"));
    assert_eq!(said(&record, claim, "tokio"), "failed: failed");
    // 10 members who each say 10 lines to 9 others, in 2.3 ms.
    time(&mut record, ["chat", "", "tokio"], &[2.3; 3]);
    assert_eq!(said(&record, "Every line", "tokio"), "holds 391,304 lines/s");
}

#[test]
fn memory_of_two_scenarios() {
    let of = |bytes: u64| {
        let mut record = guide();
        cells(&mut record, "unbounded", "10", "tokio")
            .for_each(|cell| synthetic::memory(cell, 8 << 20));
        cells(&mut record, "unbounded", "0", "tokio")
            .for_each(|cell| synthetic::memory(cell, bytes));
        said(&record, "All at once take more memory", "tokio")
    };
    assert_eq!(of(16 << 20), "holds 2.00x");
    assert_eq!(of(4 << 20), "does not hold 0.500x");
}
