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
    assert_eq!(rule(&record, claim), "Time in turn, of its time at once, at n = 5: 4.50x to 5.50x");
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
        moment(&mut record, ["stall", "offloaded", "tokio"], "longest stall", ms);
        said(&record, "A blocking call that is offloaded", "tokio")
    };
    assert_eq!(stall(&[4.0, 4.1, 4.2, 4.1, 4.0]), "holds 4.08 ms");
    assert_eq!(stall(&[8.0, 8.1, 8.2, 8.1, 8.0]), "does not hold 8.08 ms");
    // As if nothing were offloaded.
    assert_eq!(stall(&[39.0, 39.1, 39.2, 39.1, 39.0]), "does not hold 39.1 ms");
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
    let cancelled =
        |dropped| counted("first_completed", "What was cancelled", [3 - dropped, dropped, 3, 3]);
    assert_eq!([cancelled(2), cancelled(0)], ["holds 2 dropped", "does not hold 0 dropped"]);
    let peak = |peak| counted("bounded", "Never are there", [10, 0, 10, peak]);
    assert_eq!([peak(3), peak(4)], ["holds 3 at once", "does not hold 4 at once"]);
    let dropped = |dropped| counted("gather_errors", "Failing fast cancels", [5, dropped, 5, 5]);
    assert_eq!([dropped(1), dropped(0)], ["holds 1 dropped", "does not hold 0 dropped"]);
    let connections = |count| counted("session", "A session", [12, 0, count, 3]);
    let expected = ["holds 1 connection", "holds 3 connections", "does not hold 4 connections"];
    assert_eq!([connections(1), connections(3), connections(4)], expected);
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
    assert_eq!(said(&record, claim, "tokio"), "does not hold: leaks");
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

#[test]
fn a_moment_of_the_middle_answer() {
    let claim = "Answers are there as";
    let of = |n: u32, ms: &[f64]| {
        let mut record = guide();
        moment(&mut record, ["as_completed", "", "tokio"], "median answer", ms);
        record.cells.iter_mut().filter(|cell| cell.workload == "as_completed").for_each(|cell| {
            cell.n = n;
        });
        [said(&record, claim, "tokio"), rule(&record, claim)]
    };
    let at_3 = "Time to the median answer at n = 3: at most 2.80 delays of 10 ms";
    assert_eq!(of(3, &[20.0, 20.1, 20.2, 20.1, 20.0]), ["holds 2.01 delays", at_3]);
    // The second and the third answer swapped.
    assert_eq!(of(3, &[30.0, 30.1, 30.2, 30.1, 30.0]), ["does not hold 3.01 delays", at_3]);
    let [so, at_4] = of(4, &[20.0, 20.1, 20.2, 20.1, 20.0]);
    assert_eq!((&*so, at_4.contains("at most 2.80")), ("holds 2.01 delays", true));
    assert!(of(5, &[20.0; 5])[1].contains("at most 4.20"), "the third of five");
}

#[test]
fn failing_fast_is_held_to_the_ratio_of_the_ideals() {
    let claim = "Failing fast does";
    let of = |share: f64| {
        let mut record = guide();
        let collecting = [50.0, 50.5, 51.0, 50.5, 50.0];
        time(&mut record, ["gather_errors", "collect", "smol"], &collecting);
        let failing = collecting.map(|ms| ms * share);
        time(&mut record, ["gather_errors", "cancel", "smol"], &failing);
        said(&record, claim, "smol")
    };
    assert_eq!(of(0.41), "holds 0.410x");
    // It waits for the fourth call of five.
    assert_eq!(of(0.85), "does not hold 0.850x");
    let mut record = guide();
    let its_rule = "Time, of its time collecting errors, at n = 5: at most 0.560x";
    assert_eq!(rule(&record, claim), its_rule, "1.4 times 2 of 5 delays");
    record.cells.iter_mut().for_each(|cell| cell.ideal_ns = None);
    let claims = Claims::of(&record).unwrap();
    assert!(claims.held.iter().all(|held| !held.claim.claim.starts_with(claim)));
    assert!(claims.unmeasured.contains(&5), "nobody says what the bound is made of");
}

#[test]
fn one_slow_batch_is_no_share() {
    let mut record = guide();
    let slow = cells(&mut record, "cursor", "", "smol").flat_map(|cell| &mut cell.rounds).next();
    let round = slow.unwrap();
    round.samples_ns = vec![20.5e6, 20.4e6, 20.6e6, 20.5e6, 171.5e6];
    round.mean_ns = 50.7e6;
    assert_eq!(said(&record, "A cursor's rows", "smol"), "holds 50 %");
}

#[test]
fn bounds_are_what_they_read() {
    let record = guide();
    let claims = Claims::of(&record).unwrap();
    let highest = |claim: &str| {
        let held = claims.held.iter().find(|held| held.claim.claim.starts_with(claim)).unwrap();
        held.bounds.unwrap().high
    };
    assert_eq!(highest("Awaited in turn"), 3.3);
    assert_eq!(highest("10 calls, 3"), 4.6);
    assert_eq!(highest("Failing fast does"), 0.56);
    assert_eq!(highest("Answers are there as"), 2.8);
    assert_eq!(highest("Async does not help"), 4.4);
}
