//! The tables of what changed between builds.

use super::*;
use crate::synthetic::{cell_mut, fail, rerun, slow, variants};

/// Every finding there is.
fn record() -> Record {
    let mut record = variants(&["1.44.2", "1.45.0"], &[5, 20, 100], 10);
    for (client, n, by) in [("tokio@1.45.0", 20, 2.1), ("smol@1.45.0", 20, 0.8)] {
        slow(cell_mut(&mut record, client, n), by);
        rerun(&mut record, client, n, by * 1.01);
    }
    slow(cell_mut(&mut record, "tokio@1.45.0", 100), 1.3);
    rerun(&mut record, "tokio@1.45.0", 100, 1.02);
    let unconfirmed = cell_mut(&mut record, "smol@1.45.0", 100);
    slow(unconfirmed, 1.08);
    unconfirmed.rounds.iter_mut().for_each(|round| round.costs = None);
    fail(cell_mut(&mut record, "tokio@1.45.0", 5), "killed by signal 9");
    let wide = cell_mut(&mut record, "smol@1.45.0", 5);
    for round in &mut wide.rounds {
        round.mean_ns *= if round.round % 2 == 0 { 1.1 } else { 0.95 };
        round.costs.as_mut().unwrap().user_ns = 1_100_000;
    }
    record
}

/// The terminal's text, as far as it is of changes.
fn changes_shown(record: &Record) -> String {
    let text = shown(record);
    let (changes, _) = text.split_once("\nfan_out, requests of").unwrap();
    changes.to_owned()
}

#[test]
fn every_finding_on_the_terminal() {
    insta::assert_snapshot!(changes_shown(&record()), @"
    1.45.0 takes 2.10x the time of 1.44.2 for tokio on fan_out with 20 requests of 10 ms each [2.10,
    2.10], confirmed by a rerun; 3 of 6 cells look changed. 1 of 6 cells looked changed, and in a rerun
    did not. 1 of 6 cells may have changed by more than 5 % or not. 1 of 6 cells could not be compared.

    What changed from 1.44.2 to 1.45.0

                                            1.44.2   1.45.0   ratio         95 %        finding
      tokio on fan_out n=20, time          11.8 ms  24.8 ms   2.10x    2.10–2.10     regression
                                    again                     2.12x    2.12–2.12
      tokio on fan_out n=20, CPU           1.40 ms  2.94 ms   2.10x    2.10–2.10     regression
                                    again                     2.12x    2.12–2.12
      smol on fan_out n=100, time          19.6 ms  21.2 ms   1.08x    1.08–1.08    unconfirmed
      smol on fan_out n=20, time           11.9 ms  9.54 ms  0.800x  0.799–0.801    improvement
                                    again                    0.808x  0.808–0.808
      smol on fan_out n=20, CPU            1.40 ms  1.12 ms  0.800x  0.800–0.800    improvement
                                    again                    0.808x  0.808–0.808
      tokio on fan_out n=100, time         19.0 ms  24.7 ms   1.30x    1.30–1.30  not confirmed
                                    again                     1.02x    1.02–1.02
      tokio on fan_out n=100, CPU          7.00 ms  9.10 ms   1.30x    1.30–1.30  not confirmed
                                    again                     1.02x    1.02–1.02
      tokio on fan_out n=5, time           10.4 ms     none                        not measured
      smol on fan_out n=5, time            10.5 ms  10.7 ms   1.02x  0.967–1.080      undecided
      smol on fan_out n=5, CPU              350 us   358 us   1.02x    1.02–1.03          small

      ratio: what 1.45.0 takes by what 1.44.2 takes, inside each round; again: in the rerun alone.
      regression, improvement: surely changed, and by an estimated 5 % or more; in the rerun once more.
      unconfirmed: surely changed, and by an estimated 5 % or more, in the planned rounds, with no rerun
      that could tell.
      not confirmed: looked changed, and in the rerun it did not.
      undecided: not sure among all rows, and the interval reaches beyond 5 %, or is missing.
      small: surely changed, and by no more than 5 %.
      not measured: tokio@1.45.0 failed: killed by signal 9.
    ");
}

#[test]
fn every_finding_in_markdown() {
    let tables = changes(Analysis::of(&record()).changes.as_ref().unwrap());
    insta::assert_snapshot!(markdown(&tables[0]), @"
    |  |  | 1.44.2 | 1.45.0 | ratio | 95 % | finding |
    | :--- | :--- | ---: | ---: | ---: | ---: | ---: |
    | **tokio on fan_out n=20, time** | <br>again | 11.8 ms | 24.8 ms | **2.10x**<br>2.12x | 2.10–2.10<br>2.12–2.12 | **regression** |
    | **tokio on fan_out n=20, CPU** | <br>again | 1.40 ms | 2.94 ms | **2.10x**<br>2.12x | 2.10–2.10<br>2.12–2.12 | **regression** |
    | **smol on fan_out n=100, time** | <br>again | 19.6 ms | 21.2 ms | **1.08x** | 1.08–1.08 | **unconfirmed** |
    | **smol on fan_out n=20, time** | <br>again | 11.9 ms | 9.54 ms | **0.800x**<br>0.808x | 0.799–0.801<br>0.808–0.808 | **improvement** |
    | **smol on fan_out n=20, CPU** | <br>again | 1.40 ms | 1.12 ms | **0.800x**<br>0.808x | 0.800–0.800<br>0.808–0.808 | **improvement** |
    | **tokio on fan_out n=100, time** | <br>again | 19.0 ms | 24.7 ms | 1.30x<br>1.02x | 1.30–1.30<br>1.02–1.02 | not confirmed |
    | **tokio on fan_out n=100, CPU** | <br>again | 7.00 ms | 9.10 ms | 1.30x<br>1.02x | 1.30–1.30<br>1.02–1.02 | not confirmed |
    | **tokio on fan_out n=5, time** | <br>again | 10.4 ms | none |  |  | not measured |
    | **smol on fan_out n=5, time** | <br>again | 10.5 ms | 10.7 ms | 1.02x | 0.967–1.080 | undecided |
    | **smol on fan_out n=5, CPU** | <br>again | 350 us | 358 us | 1.02x | 1.02–1.03 | small |
    ");
}

#[test]
fn without_a_rerun_a_row_is_a_line() {
    let mut record = variants(&["base", "new"], &[5], 10);
    slow(cell_mut(&mut record, "smol@new", 5), 1.04);
    insta::assert_snapshot!(changes_shown(&record), @"
    No change of 5 % or more in 2 cells between base and new.

    What changed from base to new

                                       base      new  ratio         95 %    finding
      smol on fan_out n=5, time     10.5 ms  10.9 ms  1.04x    1.04–1.04      small
      smol on fan_out n=5, CPU       350 us   364 us  1.04x    1.04–1.04      small
      tokio on fan_out n=5, time    10.4 ms  10.4 ms  1.00x  0.998–1.002  no change
      tokio on fan_out n=5, CPU      350 us   350 us  1.00x    1.00–1.00  no change

      ratio: what new takes by what base takes, inside each round.
      small: surely changed, and by no more than 5 %.
    ");
}

#[test]
fn every_variant_but_the_base_has_a_table() {
    let mut record = variants(&["1.44.2", "1.45.0", "a-branch-with-quite-a-long-name"], &[5], 3);
    record.cells.retain(|cell| cell.client != "smol@1.45.0");
    record.cells[0].params.insert("stages".to_owned(), crate::record::Value::Number(3));
    insta::assert_snapshot!(changes_shown(&record), @"
    No change of 5 % or more in 1 cell between 1.44.2 and each of 1.45.0 and
    a-branch-with-quite-a-long-name. 5 of 6 cells could not be compared.

    What changed from 1.44.2 to 1.45.0

                                              1.44.2   1.45.0  ratio  95 %       finding
      tokio on fan_out n=5 stages=3, time    10.4 ms     none               not measured
      tokio on fan_out n=5, time                none  10.4 ms               not measured
      smol on fan_out n=5, time              10.5 ms     none               not measured

      ratio: what 1.45.0 takes by what 1.44.2 takes, inside each round.
      not measured: 1.45.0 has no such cell; 1.44.2 has no such cell.

    What changed from 1.44.2 to a-branch-with-quite-a-long-name

                                              1.44.2  a-branch-with-quite-a-long-name   ratio
      tokio on fan_out n=5 stages=3, time    10.4 ms                             none
      tokio on fan_out n=5, time                none                          10.4 ms
      smol on fan_out n=5, time              10.5 ms                          10.5 ms  0.999x
      smol on fan_out n=5, CPU                350 us                           350 us   1.00x

                                                    95 %       finding
      tokio on fan_out n=5 stages=3, time                 not measured
      tokio on fan_out n=5, time                          not measured
      smol on fan_out n=5, time              0.992–1.007     no change
      smol on fan_out n=5, CPU                 1.00–1.00     no change

      ratio: what a-branch-with-quite-a-long-name takes by what 1.44.2 takes, inside each round.
      not measured: a-branch-with-quite-a-long-name has no such cell; 1.44.2 has no such cell.

    fan_out (stages 3), requests of 10 ms

      n              tokio@1.44.2  ideal
      5  time             10.4 ms  10 ms
         efficiency          96 %

      ideal: what the waits alone cost the client that waits least.

      What it costs at 5 requests

                        tokio@1.44.2
             CPU  cost       70.0 us

      server CPU  cost       55.0 us

        switches  cost          2.50

      CPU: CPU time for each request, in user mode and in the kernel.
      switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away).
      Where a round counted none there is no ratio.
    ");
}

#[test]
fn one_build_alone_has_none() {
    assert!(Analysis::of(&variants(&["base"], &[5], 3)).changes.is_none());
}
