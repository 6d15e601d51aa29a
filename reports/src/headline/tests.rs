//! The headlines of synthetic records.

use super::*;
use crate::record::Record;
use crate::synthetic;

fn headline_of(record: &Record) -> String {
    of(&Analysis::of(record))
}

#[test]
fn nothing_measured() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 5);
    assert_eq!(headline_of(&synthetic::record_of(&[], &[], 5)), "No cell of this run has figures.");
    for client in ["sequential", "tokio"] {
        synthetic::fail(synthetic::cell_mut(&mut record, client, 5), "refused");
    }
    assert_eq!(headline_of(&record), "No cell of this run has figures.");
}

#[test]
fn the_headline_prefers_the_guides_workload_and_its_largest_row() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5, 20], 5);
    for (place, client) in ["sequential", "tokio"].into_iter().enumerate() {
        record.cells.insert(0, synthetic::cell("files", 2.5, 1, client, place as u32, 5));
    }
    assert!(headline_of(&record).starts_with("At 20 requests of 10 ms each, tokio is 17.6x"));
    record.cells.retain(|cell| cell.workload == "files");
    let headline = headline_of(&record);
    assert!(headline.starts_with("In files with 1 request of 2.5 ms each, tokio"), "{headline}");
}

#[test]
fn a_difference_too_small_to_choose_by() {
    let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[100], 10);
    record.profile.margin = 0.05;
    insta::assert_snapshot!(headline_of(&record), @"At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.8] and smol 53.1x [53.0, 53.1]. tokio is faster than smol by 3.0 to 3.3 %, within the margin of 5 %.");
    record.profile.margin = 0.01;
    insta::assert_snapshot!(headline_of(&record), @"At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.8] and smol 53.1x [53.0, 53.1].");
}

#[test]
fn the_close_call_is_that_of_the_client_named_first() {
    let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5], 9);
    let [sequential, tokio, smol] = &mut record.cells[..] else { panic!() };
    // The machine was slow in the rounds that tokio lacks: its time is less, and its speedup too.
    synthetic::time(sequential, &[10e6, 10e6, 10e6, 10e6, 10e6, 20e6, 20e6, 20e6, 20e6]);
    synthetic::time(tokio, &[5.0e6, 5.3e6, 4.9e6, 5.2e6, 5.1e6]);
    synthetic::time(smol, &[4.9e6, 5.1e6, 5.1e6, 5.0e6, 5.1e6, 10e6, 10e6, 10e6, 10e6]);
    insta::assert_snapshot!(headline_of(&record), @"At 5 requests of 10 ms each, smol is 1.99x as fast as sequential [1.97, 2.01] and tokio 1.96x [1.89, 2.04]. Between smol and tokio there is no clear winner: about 29 more rounds would tell.");
}
