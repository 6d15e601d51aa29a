//! Claims that are out of a client's reach, whatever it measures.

use super::*;

const NARROW: &str = "narrow pool: its pool is narrower than the claim needs";

fn workers(record: &mut Record, name: &str, workers: u64) {
    let client = record.profile.clients.iter_mut().find(|client| client.name == name).unwrap();
    client.settings.insert("workers".to_owned(), Value::Number(workers));
}

#[test]
fn a_runtime_with_a_worker_to_spare_is_not_stalled() {
    let claim = "A blocking call in async";
    let of = |count: u64| {
        let mut record = guide();
        workers(&mut record, "tokio", count);
        said(&record, claim, "tokio")
    };
    assert_eq!(of(4), "holds 4.07 delays");
    assert_eq!(of(16), "holds 4.07 delays", "a call for each worker");
    assert_eq!(of(17), "spare worker: it has more workers than there are calls");
    let mut record = guide();
    workers(&mut record, "tokio", 17);
    assert!(said(&record, "A blocking call that is offloaded", "tokio").starts_with("holds"));
}

#[test]
fn a_pool_can_be_too_narrow_for_a_speedup_or_a_time() {
    let record = guide();
    // 32 wide: 4 turns for 100, which is 25 times as fast; and 2 turns for 50.
    assert_eq!(said(&record, "100 fetches", "thread-pool-32"), NARROW);
    assert_eq!(said(&record, "100 fetches", "thread-pool-n"), "holds 53.1x");
    assert_eq!(said(&record, "50 fetches", "thread-pool-32"), "does not hold 20.8x");
    assert_eq!(said(&record, "50 calls at once", "thread-pool-32"), NARROW);
    assert_eq!(said(&record, "Threads buy", "thread-pool-32"), "holds 20.8x");
}

#[test]
fn an_ideal_at_the_bound_is_out_of_reach() {
    let claim = "Ids, then";
    let of = |delays: f64| {
        let mut record = guide();
        cells(&mut record, "api_pipeline", "", "thread-pool-n")
            .for_each(|cell| cell.ideal_ns = Some(delays * 10e6));
        said(&record, claim, "thread-pool-n")
    };
    assert_eq!(of(3.0), NARROW);
    assert_eq!(of(2.9), "holds 2.28 delays");
}

#[test]
fn a_pool_can_be_too_narrow_for_a_ratio() {
    let mut record = guide();
    cells(&mut record, "in_turn", "at_once", "thread-pool-32")
        .for_each(|cell| cell.ideal_ns = Some(20e6));
    assert_eq!(said(&record, "Awaited in turn", "thread-pool-32"), NARROW);
    assert_eq!(said(&record, "Awaited in turn", "tokio"), "holds 2.99x");
}

#[test]
fn a_batch_can_be_too_small_for_anybody() {
    let record = synthetic::record_of(&["sequential", "tokio"], &[7], 5);
    let small = "small batch: the batch is smaller than the claim needs";
    assert_eq!(said(&record, "Async buys", "tokio"), small);
}

#[test]
fn answers_at_once_need_a_thread_each() {
    let mut record = guide();
    for workload in ["as_completed", "first_completed"] {
        cells(&mut record, workload, "", "thread-pool-32").for_each(|cell| cell.limit = Some(2));
    }
    for claim in ["Answers are there as", "The first answer does", "The first of several errors"] {
        assert_eq!(said(&record, claim, "thread-pool-32"), NARROW, "{claim}");
        assert!(said(&record, claim, "thread-pool-n").starts_with("holds"), "{claim}");
    }
}
