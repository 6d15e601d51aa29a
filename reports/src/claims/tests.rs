//! The claims of synthetic records: every standing of every kind of rule.

mod choice;
mod kinds;
mod reach;

use super::*;
use crate::record::{Bounds, Cell, Role, Status, Value};
use crate::synthetic::{self, guide};

/// Every claim with what came of it.
fn told(record: &Record) -> String {
    let claims = Claims::of(record).unwrap();
    let told = |held: &Held| {
        let Held { claim, .. } = held;
        format!("#{} {}\n  {}\n  {}\n", claim.number, claim.claim, held.rule(), held.sentence())
    };
    let told: String = claims.held.iter().map(told).collect();
    told + &claims.summary()
}

/// What the client's cells say of the claim that begins so, e.g. `holds 1.04 delays`.
fn said(record: &Record, claim: &str, client: &str) -> String {
    let claims = Claims::of(record).unwrap();
    let held = claims.held.iter().find(|held| held.claim.claim.starts_with(claim)).unwrap();
    let Some(answer) = held.answers.iter().find(|it| it.client == client) else {
        return "not about it".to_owned();
    };
    match &answer.standing {
        Standing::NotComparable(why) => format!("{}: {why}", why.as_str()),
        Standing::Failed(why) => format!("does not hold: {why}"),
        standing => {
            format!("{} {}", standing.as_str(), held.unit().figure(answer.ours.unwrap().value))
        }
    }
}

/// The rule of the claim that begins so.
fn rule(record: &Record, claim: &str) -> String {
    let claims = Claims::of(record).unwrap();
    claims.held.iter().find(|held| held.claim.claim.starts_with(claim)).unwrap().rule()
}

/// The client's cells of a workload; with a parameter of this value, if it is given.
fn cells<'r>(
    record: &'r mut Record,
    workload: &'r str,
    param: &'r str,
    client: &'r str,
) -> impl Iterator<Item = &'r mut Cell> {
    record.cells.iter_mut().filter(move |cell| {
        let mut values = cell.params.values().map(ToString::to_string);
        let has = param.is_empty() || values.any(|value| value == param);
        cell.workload == workload && has && cell.client == client
    })
}

/// Lets the client take so many milliseconds in the rounds, where it has them.
fn time(record: &mut Record, [workload, param, client]: [&str; 3], ms: &[f64]) {
    let ns: Vec<f64> = ms.iter().map(|ms| ms * 1e6).collect();
    cells(record, workload, param, client).for_each(|cell| synthetic::time(cell, &ns));
}

fn moment(record: &mut Record, [workload, param, client]: [&str; 3], name: &str, ms: &[f64]) {
    let ns: Vec<f64> = ms.iter().map(|ms| ms * 1e6).collect();
    cells(record, workload, param, client).for_each(|cell| synthetic::timing(cell, name, &ns));
}

#[test]
fn a_whole_run() {
    insta::assert_snapshot!(told(&guide()), @"
    #1 5 fetches at once are 4.7x as fast as in a row
      Speedup over sequential at n = 5: at least 4.70x
      Holds for all 5 (4.95x to 4.98x).
    #1 10 fetches at once are 8.7x as fast
      Speedup over sequential at n = 10: at least 8.70x
      Holds for all 5 (9.45x to 9.54x).
    #1 20 fetches at once are 14.9x as fast
      Speedup over sequential at n = 20: at least 14.9x
      Holds for all 5 (17.3x to 17.6x).
    #1 50 fetches at once are 24.8x as fast
      Speedup over sequential at n = 50: at least 24.8x
      Holds for thread-pool-n, tokio, async-std and smol (35.1x to 35.9x); does not hold for thread-pool-32 (20.8x).
    #1 100 fetches at once are 27.5x as fast
      Speedup over sequential at n = 100: at least 27.5x
      Holds for thread-pool-n, tokio, async-std and smol (53.1x to 54.7x); not comparable for thread-pool-32 (its pool is narrower than the claim needs).
    #2 50 calls at once take about one wait
      Time at n = 50: at most 1.50 delays of 10 ms
      Holds for thread-pool-n, tokio, async-std and smol (1.45 to 1.48 delays); not comparable for thread-pool-32 (its pool is narrower than the claim needs).
    #2 100 calls at once take about one wait
      Time at n = 100: at most 1.50 delays of 10 ms
      Does not hold for thread-pool-n, tokio, async-std and smol (1.90 to 1.96 delays); not comparable for thread-pool-32 (its pool is narrower than the claim needs).
    #3 Awaited in turn, n calls take n times as long as begun at once
      Time in turn, of its time at once, at n = 3: 2.70x to 3.30x
      Holds for all 5 (2.98x to 2.99x).
    #4 Gathered answers keep the order of the calls
      Answers in order at n = 5: checked in every batch
      Holds for all 6 (50 batches).
    #5 Failing fast does not wait for the rest
      Time, of its time collecting errors, at n = 5: at most 0.560x
      Holds for tokio, async-std and smol (0.411x); not comparable for sequential (can't begin a call before the one before has ended: nothing is left to cancel); not comparable for thread-pool-32 and thread-pool-n (can't cancel a blocking call: what nobody waits for runs to its end).
    #5 Failing fast cancels the rest
      Dropped in a batch at n = 5: at least 1 dropped
      Holds for tokio, async-std and smol (3 dropped); not comparable for thread-pool-32 and thread-pool-n (can't cancel a blocking call: what nobody waits for runs to its end).
    #5 Errors can be collected beside answers
      Every outcome in its place at n = 5: checked in every batch
      Holds for all 6 (50 batches).
    #6 The first of several answers is there after the shortest delay
      Time to the first answer at n = 3: at most 1.40 delays of 10 ms
      Holds for all 5 (1.05 to 1.07 delays).
    #6 The pending are cancelled once the first answer is there
      Time of the whole batch at n = 3: at most 1.40 delays of 10 ms
      Holds for tokio, async-std and smol (1.11 to 1.12 delays); not comparable for thread-pool-32 and thread-pool-n (can't cancel a blocking call: what nobody waits for runs to its end).
    #6 The first of several errors is there after the shortest delay
      Time to the first error at n = 3: at most 1.40 delays of 10 ms
      Holds for all 5 (1.05 to 1.07 delays).
    #6 The pending are cancelled once the first error is there
      Time of the whole batch at n = 3: at most 1.40 delays of 10 ms
      Does not hold for tokio, async-std and smol (1.42 to 1.43 delays); not comparable for thread-pool-32 and thread-pool-n (can't cancel a blocking call: what nobody waits for runs to its end).
    #6 What was cancelled is dropped, and not left in flight
      Dropped in a batch, with none in flight at a cell's end, at n = 3: at least 1 dropped
      Holds for tokio, async-std and smol (2 dropped); not comparable for thread-pool-32 and thread-pool-n (can't cancel a blocking call: what nobody waits for runs to its end).
    #7 The first answer does not wait for the slowest call
      Time to the first answer at n = 3: at most 1.40 delays of 10 ms
      Holds for thread-pool-32, thread-pool-n, tokio, async-std and smol (1.05 to 1.08 delays); not comparable for sequential (takes answers in the order of the calls: it can't wait for several).
    #7 Answers are there as they complete
      Time to the median answer at n = 3: at most 2.80 delays of 10 ms
      Holds for thread-pool-32, thread-pool-n, tokio, async-std and smol (2.07 to 2.09 delays); not comparable for sequential (takes answers in the order of the calls: it can't wait for several).
    #8 A blocking call in async code stalls the other tasks
      Longest stall of a ticker at n = 16: at least 1.00 delays of 10 ms
      Holds for all 3 (4.06 to 4.07 delays).
    #8 A blocking call that is offloaded stalls nobody
      Longest stall of a ticker at n = 16: at most 5.00 ms
      Holds for all 3 (1.51 ms).
    #8 An async sleep stalls nobody
      Longest stall of a ticker at n = 16: at most 5.00 ms
      Holds for all 3 (1.41 ms).
    #9 Async does not help CPU-bound work past the cores
      Speedup over sequential at n = 8: at most 4.40x
      Holds for all 5 (3.78x to 3.83x).
    #9 Offloading CPU-bound work does not help past the cores either
      Speedup over sequential at n = 8: at most 4.40x
      Holds for all 5 (3.78x to 3.83x).
    #10 A cursor's first row is there once it is executed
      Time to the first row at n = 10: at most 1.40 delays of 10 ms
      Holds for all 6 (1.03 to 1.05 delays).
    #10 A cursor's rows are handed on while others are waited for
      Time to the first row, of the batch's time, at n = 10: at most 75 %
      Holds for all 6 (50 %).
    #11 Resources are released at the end and on errors
      Releases = acquisitions at n = 10: checked in every batch
      Holds for all 6 (100 batches).
    #11 Resources are released on cancellation
      Releases = acquisitions at n = 10: checked in every batch
      Holds for tokio, async-std and smol (50 batches); not comparable for sequential, thread-pool-32 and thread-pool-n (can't cancel a blocking call: what nobody waits for runs to its end).
    #12 A bounded queue gives out every item once
      Items once, depth in bounds at n = 10: checked in every batch
      Holds for thread-pool-32, thread-pool-n, tokio, async-std and smol (50 batches); not comparable for sequential (can't make an item while it works on another: it works on each as it made it).
    #13 Three workers crawl every page once
      Pages once at n = 12: checked in every batch
      Holds for all 5 (50 batches).
    #14 10 calls, 3 at a time, take about 4 waits
      Time at n = 10: 4.00 to 4.60 delays of 10 ms
      Holds for all 5 (4.20 to 4.30 delays).
    #14 Without the limit 10 calls take one wait
      Time at n = 10: 1.00 to 1.40 delays of 10 ms
      Holds for all 5 (1.11 to 1.13 delays).
    #14 Never are there more than 3 at once
      Calls in flight at n = 10: at most 3 at once
      Holds for all 5 (3 at once).
    #15 Whoever limits its own rate is never refused
      No answer 429 at n = 15: checked in every batch
      Holds for all 6 (50 batches).
    #16 A session uses its connections again
      Connections opened in a batch at n = 12: at most 3 connections
      Holds for all 6 (3 connections).
    #17 Failures are tried again, up to 3 times, a 404 never
      Tries counted in a batch at n = 4: checked in every batch
      Holds for all 6 (5 to 8 tries).
    #18 Async file I/O often loses: many files at once
      Time, by sequential's time, at n = 20: at least 1.00x
      Does not hold for any of 3 (0.963x to 0.970x).
    #18 Async file I/O often loses: a large one line by line
      Time, by sequential's time, at n = 20: at least 1.00x
      Holds for all 3 (1.93x to 1.94x).
    #19 Ten at a time take longer than all at once
      Time ten at a time, of its time all at once, at n = 1,000: at least 1.00x
      Holds for all 5 (3.14x to 38.2x).
    #19 All at once take more memory than ten at a time
      Peak memory all at once, of its own ten at a time, at n = 1,000: at least 1.00x
      Holds for all 5 (1.00x to 1.80x).
    #20 A few pages at a time are scraped several times as fast
      Pages a second by those of sequential at n = 20: at least 3.00x
      Holds for all 5 (4.88x to 4.93x).
    #21 Ids, then details and posts: two waits deep
      Time at n = 10: 2.00 to 3.00 delays of 10 ms
      Holds for all 5 (2.24 to 2.28 delays).
    #22 Every line of a chat reaches all the others
      Lines delivered at n = 10: checked in every batch
      Holds for thread-pool-32, thread-pool-n, tokio, async-std and smol (202,121 to 385,144 lines/s); not comparable for sequential (has no thread for each member: one speaks for several).
    #23 Async buys 10x or more for I/O
      Speedup over sequential at n = 100: at least 10.0x
      Holds for all 3 (53.1x to 54.7x).
    #23 Threads buy 5x or more for I/O
      Speedup over sequential at n = 100: at least 5.00x
      Holds for thread-pool-32 and thread-pool-n (20.8x to 53.1x).
    Claims that hold for every client that they can be held against: 30 of 34; for some, not for others: 1; for none: 3. Claims that the check of every batch proves for every client: 11 of 11. Not measured here: #24.
    ");
}

#[test]
fn numbers_in_a_row_are_a_range() {
    let written = |numbers: &[u32]| numbered(numbers);
    assert_eq!(written(&[24]), "#24");
    assert_eq!(written(&[1, 2, 4]), "#1, #2 and #4");
    assert_eq!(written(&[1, 3, 4, 5, 6, 24]), "#1, #3 to #6 and #24");
    assert_eq!(written(&[]), "");
}

#[test]
fn builds_are_held_against_each_other_and_not_against_the_guide() {
    assert_eq!(Claims::of(&synthetic::variants(&["base", "new"], &[5], 5)), None);
    let mut record = synthetic::record();
    record.cells.iter_mut().for_each(|cell| cell.workload = "pings".to_owned());
    assert_eq!(Claims::of(&record), None);
    assert_eq!(Claims::of(&synthetic::record_of(&[], &[], 5)), None);
}

#[test]
fn the_invented_run_could_have_been_measured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.json");
    let record = guide();
    record.write(&path).unwrap();
    assert_eq!(Record::read(&path).unwrap(), record);
    assert!(
        record.cells.iter().any(|cell| {
            cell.expected.as_ref().is_some_and(|it| it.dropped == Bounds::Exactly(3))
        })
    );
}

#[test]
fn whoever_can_not_be_compared_has_a_reason() {
    let claim = "The first answer does";
    let mut record = guide();
    let clause = "takes answers in the order of the calls: it can't wait for several";
    assert_eq!(said(&record, claim, "sequential"), format!("can't: {clause}"));
    cells(&mut record, "as_completed", "", "tokio")
        .for_each(|cell| synthetic::fail(cell, "killed"));
    cells(&mut record, "as_completed", "", "smol")
        .for_each(|cell| (cell.status, cell.rounds) = (Status::Skipped, Vec::new()));
    record.cells.retain(|cell| cell.workload != "as_completed" || cell.client != "async-std");
    assert_eq!(said(&record, claim, "tokio"), "failed: failed");
    assert_eq!(said(&record, claim, "smol"), "not run: not run");
    assert_eq!(said(&record, claim, "async-std"), "no cell: the record has no such cell");
    let held = Claims::of(&record).unwrap().held;
    let held = held.iter().find(|held| held.claim.claim.starts_with(claim)).unwrap();
    insta::assert_snapshot!(held.sentence(), @"Holds for thread-pool-32 and thread-pool-n (1.05 to 1.06 delays); not comparable for sequential (takes answers in the order of the calls: it can't wait for several); not comparable for tokio (failed); not comparable for async-std (the record has no such cell); not comparable for smol (not run).");
    // What it can't do is not what another claim is about.
    assert_eq!(
        said(&record, "The first of several answers", "thread-pool-32"),
        "holds 1.05 delays"
    );
}

#[test]
fn what_the_check_of_every_batch_proves_is_counted_apart() {
    let mut record = guide();
    record.cells.retain(|cell| ["crawl", "chat", "bounded"].contains(&&*cell.workload));
    let summary = |record: &Record| {
        let summary = Claims::of(record).unwrap().summary();
        summary.split(" Not measured").next().unwrap().to_owned()
    };
    insta::assert_snapshot!(summary(&record), @"Claims that hold for every client that they can be held against: 2 of 2. Claims that the check of every batch proves for every client: 3 of 3.");
    for client in ["async-std", "smol"] {
        cells(&mut record, "crawl", "", client)
            .for_each(|cell| synthetic::fail(cell, "page 3\u{1b} twice"));
        cells(&mut record, "bounded", "", client).for_each(|cell| synthetic::fail(cell, "killed"));
    }
    // A time that nobody has is not against a claim; a page that comes twice is.
    insta::assert_snapshot!(summary(&record), @"Claims that hold for every client that they can be held against: 2 of 2. Claims that the check of every batch proves for every client: 1 of 3; for some, not for others: 2.");
    let held = Claims::of(&record).unwrap().held;
    let sentence = |claim: &str| {
        held.iter().find(|held| held.claim.claim.starts_with(claim)).unwrap().sentence()
    };
    insta::assert_snapshot!(sentence("Three workers"), @r#"Holds for thread-pool-32, thread-pool-n and tokio (50 batches); does not hold for async-std and smol (page 3\u{1b} twice)."#);
    let short = |claim: &str| {
        held.iter().find(|held| held.claim.claim.starts_with(claim)).unwrap().in_short()
    };
    // Who is wrong is named; how many can't be compared is enough.
    insta::assert_snapshot!(short("Three workers"), @r#"Three workers crawl every page once. Pages once at n = 12: checked in every batch. Holds for thread-pool-32, thread-pool-n and tokio (50 batches); does not hold for async-std and smol (page 3\u{1b} twice)."#);
    insta::assert_snapshot!(short("10 calls, 3"), @"10 calls, 3 at a time, take about 4 waits. Time at n = 10: 4.00 to 4.60 delays of 10 ms. Holds for thread-pool-32, thread-pool-n and tokio (4.20 to 4.27 delays); not comparable for 2 (failed).");
    insta::assert_snapshot!(sentence("10 calls, 3"), @"Holds for thread-pool-32, thread-pool-n and tokio (4.20 to 4.27 delays); not comparable for async-std and smol (failed).");
    record.cells.retain(|cell| cell.workload == "crawl");
    insta::assert_snapshot!(summary(&record), @"Claims that the check of every batch proves for every client: 0 of 1; for some, not for others: 1.");
}
