//! The tables of pairs and of costs, as Markdown has them.

use super::*;
use crate::headline;

#[test]
fn head_to_head() {
    insta::assert_snapshot!(marked_of(&synthetic::record(), Name::Versus).unwrap(), @"
    |  |  | sequential | thread-pool-32 | tokio | async-std | smol |
    | ---: | :--- | ---: | ---: | ---: | ---: | ---: |
    | **sequential** | verdict<br>speedup<br>95 %<br>CPU<br>switches |  | **slower**<br>0.0481x<br>0.0479–0.0482<br>1.00x same<br>4.00x more | **slower**<br>0.0183x<br>0.0182–0.0183<br>1.00x same<br>4.00x more | **slower**<br>0.0188x<br>0.0188–0.0189<br>1.00x same<br>4.00x more | **slower**<br>0.0188x<br>0.0188–0.0189<br>1.00x same<br>4.00x more |
    | **thread-pool-32** | verdict<br>speedup<br>95 %<br>CPU<br>switches | **faster**<br>20.8x<br>20.7–20.9<br>1.00x same<br>0.250x less |  | **slower**<br>0.380x<br>0.379–0.381<br>1.00x same<br>1.00x same | **slower**<br>0.392x<br>0.391–0.393<br>1.00x same<br>1.00x same | **slower**<br>0.392x<br>0.391–0.393<br>1.00x same<br>1.00x same |
    | **tokio** | verdict<br>speedup<br>95 %<br>CPU<br>switches | **faster**<br>54.7x<br>54.6–54.9<br>1.00x same<br>0.250x less | **faster**<br>2.63x<br>2.62–2.64<br>1.00x same<br>1.00x same |  | **faster**<br>1.03x<br>1.03–1.04<br>1.00x same<br>1.00x same | **faster**<br>1.03x<br>1.03–1.03<br>1.00x same<br>1.00x same |
    | **async-std** | verdict<br>speedup<br>95 %<br>CPU<br>switches | **faster**<br>53.1x<br>52.9–53.2<br>1.00x same<br>0.250x less | **faster**<br>2.55x<br>2.54–2.56<br>1.00x same<br>1.00x same | **slower**<br>0.969x<br>0.966–0.973<br>1.00x same<br>1.00x same |  | **same**<br>1.00x<br>0.997–1.003<br>1.00x same<br>1.00x same |
    | **smol** | verdict<br>speedup<br>95 %<br>CPU<br>switches | **faster**<br>53.1x<br>52.9–53.2<br>1.00x same<br>0.250x less | **faster**<br>2.55x<br>2.54–2.56<br>1.00x same<br>1.00x same | **slower**<br>0.969x<br>0.967–0.972<br>1.00x same<br>1.00x same | **same**<br>1.00x<br>0.997–1.003<br>1.00x same<br>1.00x same |  |
    ");
}

#[test]
fn a_client_alone_has_nobody_to_meet() {
    let record = synthetic::record_of(&["tokio"], &[5, 20], 5);
    assert_eq!(marked_of(&record, Name::Versus), None);
    assert_eq!(marked_of(&record, Name::Sizes), None);
}

/// A record whose three concurrent clients take these times in every one of ten rounds, give or
/// take 3 % in a way of each client's own, on 5 and on 100 requests.
fn noisy(times_ms: [[f64; 3]; 2]) -> Record {
    const WANDER: [f64; 10] = [0.9, -1.3, 0.4, -0.2, 1.6, -1.1, 0.1, -0.9, 1.2, -0.7];
    let mut record = synthetic::record_of(&["tokio", "async-std", "smol"], &[5, 100], 10);
    record.profile.margin = 0.05;
    for (index, cell) in record.cells.iter_mut().enumerate() {
        let ns = times_ms[index / 3][index % 3] * 1e6;
        let wander = WANDER.iter().cycle().skip(index * 3).take(10);
        let times: Vec<f64> = wander.map(|by| ns * (0.03 * by).exp()).collect();
        synthetic::time(cell, &times);
    }
    record
}

#[test]
fn clients_that_change_places() {
    let record = noisy([[10.0, 12.0, 10.0], [24.0, 20.0, 24.0]]);
    insta::assert_snapshot!(marked_of(&record, Name::Sizes).unwrap(), @"
    |  |  | tokio | async-std | smol |
    | ---: | :--- | ---: | ---: | ---: |
    | **tokio** | verdict<br>speedup<br>95 % |  | **faster, then slower**<br>between 5 and 100 | **same**<br>1.00x<br>0.990–1.010 |
    | **async-std** | verdict<br>speedup<br>95 % | **slower, then faster**<br>between 5 and 100 |  | **slower, then faster**<br>between 5 and 100 |
    | **smol** | verdict<br>speedup<br>95 % | **same**<br>1.00x<br>0.990–1.010 | **faster, then slower**<br>between 5 and 100 |  |
    ");
}

#[test]
fn costs_that_were_not_measured() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 5);
    for round in &mut record.cells[1].rounds {
        round.costs.as_mut().unwrap().server_ns = None;
    }
    insta::assert_snapshot!(marked_of(&record, Name::Costs).unwrap(), @"
    |  |  | sequential | tokio |
    | ---: | :--- | ---: | ---: |
    | **CPU** | cost<br>ratio<br>95 % | **70.0 us**<br>1x<br>reference | **70.0 us**<br>1.00x same<br>1.00–1.00 |
    | **user** | cost<br>ratio<br>95 % | **20.2 us**<br>1x<br>reference | **20.2 us**<br>1.00x same<br>1.00–1.00 |
    | **kernel** | cost<br>ratio<br>95 % | **49.8 us**<br>1x<br>reference | **49.8 us**<br>1.00x same<br>1.00–1.00 |
    | **server CPU** | cost<br>ratio<br>95 % | **55.0 us**<br>1x<br>reference | not measured |
    | **switches** | cost<br>ratio<br>95 % | **10.0**<br>1x<br>reference | **2.50**<br>0.250x less<br>0.250–0.250 |
    | **preempted** | cost<br>ratio<br>95 % | **0.0400**<br>1x<br>reference | **0.0400** |
    ");
    let record = without_costs(record);
    assert_eq!(marked_of(&record, Name::Costs), None);
    assert!(shown(&record).contains("context switches was not measured."));
}

#[test]
fn clients_that_can_not_be_told_apart() {
    let record = noisy([[10.0, 10.0, 10.0], [20.0, 20.6, 25.0]]);
    insta::assert_snapshot!(headline::of(&Analysis::of(&record)), @"At 100 requests of 10 ms each, tokio takes 20.0 ms, async-std 20.6 ms and smol 25.0 ms. Between tokio and async-std there is no clear winner: about 19 more rounds would tell.");
    insta::assert_snapshot!(marked_of(&record, Name::Versus).unwrap(), @"
    |  |  | tokio | async-std | smol |
    | ---: | :--- | ---: | ---: | ---: |
    | **tokio** | verdict<br>speedup<br>95 %<br>it takes<br>CPU<br>switches |  | **undecided**<br>1.03x<br>0.987–1.074<br>about 19 more rounds<br>1.00x same<br>1.00x same | **faster**<br>1.25x<br>1.23–1.27<br><br>1.00x same<br>1.00x same |
    | **async-std** | verdict<br>speedup<br>95 %<br>it takes<br>CPU<br>switches | **undecided**<br>0.971x<br>0.931–1.013<br>about 19 more rounds<br>1.00x same<br>1.00x same |  | **faster**<br>1.21x<br>1.16–1.27<br><br>1.00x same<br>1.00x same |
    | **smol** | verdict<br>speedup<br>95 %<br>it takes<br>CPU<br>switches | **slower**<br>0.800x<br>0.790–0.810<br><br>1.00x same<br>1.00x same | **slower**<br>0.824x<br>0.790–0.860<br><br>1.00x same<br>1.00x same |  |
    ");
    insta::assert_snapshot!(marked_of(&record, Name::Sizes).unwrap(), @"
    |  |  | tokio | async-std | smol |
    | ---: | :--- | ---: | ---: | ---: |
    | **tokio** | verdict<br>speedup<br>95 % |  | **same**<br>1.01x<br>0.9999–1.0301 | **by size**<br>1.00x to 1.25x |
    | **async-std** | verdict<br>speedup<br>95 % | **same**<br>0.985x<br>0.9708–1.0001 |  | **by size**<br>1.00x to 1.21x |
    | **smol** | verdict<br>speedup<br>95 % | **by size**<br>0.800x to 1.00x | **by size**<br>0.824x to 1.00x |  |
    ");
}
