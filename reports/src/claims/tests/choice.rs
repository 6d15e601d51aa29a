//! Which cells a claim is held against.

use super::*;

#[test]
fn the_longest_delay_and_the_guides_size_are_taken() {
    let mut record = guide();
    let mut other = |n: u32, delay: f64| {
        let bounded = record.cells.iter().filter(|cell| cell.workload == "bounded");
        let mut more: Vec<Cell> = bounded.filter(|cell| cell.n == 10).cloned().collect();
        more.retain(|cell| cell.delay_ms == Some(10.0));
        more.iter_mut().for_each(|cell| (cell.n, cell.delay_ms) = (n, Some(delay)));
        record.cells.extend(more);
        rule(&record, "10 calls, 3 at")
    };
    assert_eq!(other(20, 10.0), "Time at n = 10: 4.00 to 4.60 delays of 10 ms", "the guide's");
    assert_eq!(
        other(40, 20.0),
        "Time at n = 40: 14.0 to 16.1 delays of 20 ms",
        "the longest delay"
    );
    assert_eq!(other(90, 20.0), "Time at n = 90: 30.0 to 34.5 delays of 20 ms", "else the largest");
}

#[test]
fn a_parameter_of_another_value_is_another_scenario() {
    let mut record = guide();
    let bounded = |record: &Record| {
        let claims = Claims::of(record).unwrap();
        claims.held.iter().filter(|held| held.claim.number == 14).count()
    };
    assert_eq!(bounded(&record), 3);
    for cell in record.cells.iter_mut().filter(|cell| cell.workload == "bounded") {
        if cell.params["at_once"] == Value::Number(3) {
            cell.params.insert("at_once".to_owned(), Value::Number(4));
        }
    }
    assert_eq!(bounded(&record), 1);
    let summary = Claims::of(&record).unwrap().summary();
    assert!(summary.ends_with(" Not measured here: #24; some of #14."), "{summary}");
}

#[test]
fn a_pool_as_wide_as_its_batch_is_threads_also_where_that_is_one() {
    let mut record = guide();
    cells(&mut record, "cursor", "", "thread-pool-n").for_each(|cell| cell.limit = Some(1));
    assert_eq!(said(&record, "Threads buy", "thread-pool-n"), "holds 53.1x");
    assert_eq!(said(&record, "Async buys", "thread-pool-n"), "not about it");
}

#[test]
fn sequential_is_whoever_does_one_thing_at_a_time_whatever_the_reference() {
    let mut record = guide();
    let all = record.cells.iter_mut();
    all.for_each(|cell| match &*cell.client {
        "tokio" => cell.role = Role::Reference,
        _ => cell.role = Role::Compared,
    });
    assert_eq!(said(&record, "100 fetches", "smol"), "holds 53.1x");
    for cell in record.cells.iter_mut().filter(|cell| cell.client == "sequential") {
        synthetic::fail(cell, "killed");
    }
    let nothing = "nothing beside: whom it is measured against has no figures";
    assert_eq!(said(&record, "100 fetches", "smol"), nothing);
}

#[test]
fn files_are_held_against_blocking_calls_in_a_row() {
    let claim = "Async file I/O often loses: many";
    let mut record = guide();
    time(&mut record, ["files", "whole", "tokio"], &[4.0, 4.0, 4.0]);
    time(&mut record, ["files", "whole", "thread-pool-n"], &[9.0, 9.0, 9.0]);
    time(&mut record, ["files", "whole", "sequential"], &[2.0, 2.0, 2.0]);
    assert_eq!(said(&record, claim, "tokio"), "holds 2.00x");
    time(&mut record, ["files", "whole", "sequential"], &[5.0, 5.0, 5.0]);
    assert_eq!(said(&record, claim, "tokio"), "does not hold 0.800x");
    assert_eq!(rule(&record, claim), "Time, by sequential's time, at n = 20: at least 1.00x");
    record.cells.retain(|cell| cell.client != "sequential");
    let nothing = "nothing beside: whom it is measured against has no figures";
    assert_eq!(said(&record, claim, "tokio"), nothing);
}

#[test]
fn turns_are_those_of_the_batch() {
    let mut record = guide();
    record.cells.iter_mut().filter(|cell| cell.workload == "bounded").for_each(|cell| cell.n = 16);
    assert_eq!(rule(&record, "10 calls, 3 at"), "Time at n = 16: 6.00 to 6.90 delays of 10 ms");
}
