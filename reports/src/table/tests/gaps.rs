//! Runs that lack something: failed cells, rounds, the reference.

use super::*;
use crate::record::{Ended, Status};

#[test]
fn a_failed_cell() {
    let mut record = synthetic::record_of(&CLIENTS, &[5, 100], 5);
    let reason = "the client process was killed by signal 9 in round 2, after 14 s; its last line \
                  was: thread 'main' panicked";
    synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 100), reason);
    insta::assert_snapshot!(shown(&record), @"
    At 100 requests of 10 ms each, async-std is 53.1x as fast as sequential [52.9, 53.2], smol 53.1x
    [52.9, 53.2] and thread-pool-32 20.8x [20.7, 20.9]. smol is as fast as async-std within 2 %. tokio
    failed and has no figures.

    What the guide claims

      Claims that hold for every client that they can be held against: 4 of 5; for none: 1. Not measured
      here: #3 to #22 and #24; some of #1 and #2.

      #1   5 fetches at once are 4.7x as fast as in a row. Speedup over sequential at n = 5: at least
           4.70x. Holds for all 4 (4.95x to 4.98x).
      #1   100 fetches at once are 27.5x as fast. Speedup over sequential at n = 100: at least 27.5x.
           Holds for async-std and smol (53.1x); not comparable for thread-pool-32 (narrow pool); not
           comparable for tokio (failed).
      #2   100 calls at once take about one wait. Time at n = 100: at most 1.50 delays of 10 ms. Does
           not hold for async-std and smol (1.96 delays); not comparable for thread-pool-32 (narrow
           pool); not comparable for tokio (failed).
      #23  Async buys 10x or more for I/O. Speedup over sequential at n = 100: at least 10.0x. Holds for
           async-std and smol (53.1x); not comparable for tokio (failed).
      #23  Threads buy 5x or more for I/O. Speedup over sequential at n = 100: at least 5.00x. Holds for
           thread-pool-32 (20.8x).

    fan_out, requests of 10 ms

        n              sequential  thread-pool-32      tokio  async-std       smol  ideal  guide
        5  time           52.0 ms         10.5 ms    10.4 ms    10.5 ms    10.5 ms  10 ms  1.1 s
           speedup             1x           4.95x      4.98x      4.96x      4.96x     5x   4.7x
           95 %         reference       4.94–4.97  4.96–4.99  4.95–4.98  4.94–4.98
           efficiency        96 %            95 %       96 %       95 %       95 %

      100  time            1.04 s         50.0 ms     failed    19.6 ms    19.6 ms  10 ms  3.8 s
           speedup             1x           20.8x                 53.1x      53.1x   100x  27.5x
           95 %         reference       20.7–20.9             52.9–53.2  52.9–53.2
           efficiency        96 %            80 %                  51 %       51 %

      ideal: what the waits alone cost the client that waits least.
      guide: published for Python's asyncio, with requests of 1 s.

      What it costs at 100 requests

                         sequential  thread-pool-32   tokio    async-std         smol
             CPU  cost      70.0 us         70.0 us  failed      70.0 us      70.0 us
                  ratio          1x      1.00x same           1.00x same   1.00x same
                  95 %    reference       1.00–1.00            1.00–1.00    1.00–1.00

      server CPU  cost      55.0 us         55.0 us  failed      55.0 us      55.0 us
                  ratio          1x      1.00x same           1.00x same   1.00x same
                  95 %    reference       1.00–1.00            1.00–1.00    1.00–1.00

        switches  cost          200            50.0  failed         50.0         50.0
                  ratio          1x     0.250x less          0.250x less  0.250x less
                  95 %    reference     0.250–0.250          0.250–0.250  0.250–0.250

      CPU: CPU time for each request, in user mode and in the kernel.
      switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away).
      Where a round counted none there is no ratio.
      ratio: to sequential, inside each round.

    failed: tokio on fan_out with 100 requests of 10 ms each: the client process was killed by signal 9
            in round 2, after 14 s; its last line was: thread 'main' panicked

    warning: Failed cells, which have no figures: 1 of 10.
    ");
    insta::assert_snapshot!(marked(&record), @"
    | n |  | sequential | thread-pool-32 | tokio | async-std | smol | *ideal* | *guide* |
    | ---: | :--- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | **5** | time<br>speedup<br>95 %<br>efficiency | 52.0 ms<br>**1x**<br>reference<br>96 % | 10.5 ms<br>**4.95x**<br>4.94–4.97<br>95 % | 10.4 ms<br>**4.98x**<br>4.96–4.99<br>96 % | 10.5 ms<br>**4.96x**<br>4.95–4.98<br>95 % | 10.5 ms<br>**4.96x**<br>4.94–4.98<br>95 % | 10 ms<br>**5x** | 1.1 s<br>**4.7x** |
    | **100** | time<br>speedup<br>95 %<br>efficiency | 1.04 s<br>**1x**<br>reference<br>96 % | 50.0 ms<br>**20.8x**<br>20.7–20.9<br>80 % | failed | 19.6 ms<br>**53.1x**<br>52.9–53.2<br>51 % | 19.6 ms<br>**53.1x**<br>52.9–53.2<br>51 % | 10 ms<br>**100x** | 3.8 s<br>**27.5x** |
    ");
}

#[test]
fn two_rounds() {
    let record = synthetic::record_of(&CLIENTS, &[5, 100], 2);
    insta::assert_snapshot!(shown(&without_costs(record.clone())), @"
    At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential, async-std 53.0x, smol 53.0x and
    thread-pool-32 20.8x.

    What the guide claims

      Claims that hold for every client that they can be held against: 0 of 5; comparable with nobody:
      5. Not measured here: #3 to #22 and #24; some of #1 and #2.

      #1   5 fetches at once are 4.7x as fast as in a row. Speedup over sequential at n = 5: at least
           4.70x. Not comparable for 4 (few rounds).
      #1   100 fetches at once are 27.5x as fast. Speedup over sequential at n = 100: at least 27.5x.
           Not comparable for thread-pool-32 (narrow pool); not comparable for 3 (few rounds).
      #2   100 calls at once take about one wait. Time at n = 100: at most 1.50 delays of 10 ms. Not
           comparable for thread-pool-32 (narrow pool); not comparable for 3 (few rounds).
      #23  Async buys 10x or more for I/O. Speedup over sequential at n = 100: at least 10.0x. Not
           comparable for 3 (few rounds).
      #23  Threads buy 5x or more for I/O. Speedup over sequential at n = 100: at least 5.00x. Not
           comparable for thread-pool-32 (few rounds).

    fan_out, requests of 10 ms

        n              sequential  thread-pool-32    tokio  async-std     smol  ideal  guide
        5  time           51.9 ms         10.5 ms  10.4 ms    10.5 ms  10.5 ms  10 ms  1.1 s
           speedup             1x           4.95x    4.97x      4.95x    4.95x     5x   4.7x
           efficiency        96 %            95 %     96 %       95 %     95 %

      100  time            1.04 s         50.0 ms  19.0 ms    19.6 ms  19.6 ms  10 ms  3.8 s
           speedup             1x           20.8x    54.7x      53.0x    53.0x   100x  27.5x
           efficiency        96 %            80 %     53 %       51 %     51 %

      ideal: what the waits alone cost the client that waits least.
      guide: published for Python's asyncio, with requests of 1 s.
      What it costs in CPU time and context switches was not measured.

    warning: Cells with under 3 rounds: 10 of 10. They have no interval, and verdicts on them are
             undecided.
    ");
    insta::assert_snapshot!(marked(&record), @"
    | n |  | sequential | thread-pool-32 | tokio | async-std | smol | *ideal* | *guide* |
    | ---: | :--- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | **5** | time<br>speedup<br>efficiency | 51.9 ms<br>**1x**<br>96 % | 10.5 ms<br>**4.95x**<br>95 % | 10.4 ms<br>**4.97x**<br>96 % | 10.5 ms<br>**4.95x**<br>95 % | 10.5 ms<br>**4.95x**<br>95 % | 10 ms<br>**5x** | 1.1 s<br>**4.7x** |
    | **100** | time<br>speedup<br>efficiency | 1.04 s<br>**1x**<br>96 % | 50.0 ms<br>**20.8x**<br>80 % | 19.0 ms<br>**54.7x**<br>53 % | 19.6 ms<br>**53.0x**<br>51 % | 19.6 ms<br>**53.0x**<br>51 % | 10 ms<br>**100x** | 3.8 s<br>**27.5x** |
    ");
}

#[test]
fn an_interrupted_run() {
    let mut record = synthetic::record_of(&CLIENTS, &[5, 100], 3);
    record.ended = Ended::Interrupted;
    for client in ["async-std", "smol"] {
        let cell = synthetic::cell_mut(&mut record, client, 100);
        cell.status = Status::Skipped;
        cell.rounds.clear();
    }
    synthetic::cell_mut(&mut record, "tokio", 100).rounds.truncate(2);
    insta::assert_snapshot!(shown(&without_costs(record.clone())), @"
    At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential and thread-pool-32 20.8x [20.7,
    21.0].

    What the guide claims

      Claims that hold for every client that they can be held against: 2 of 5; comparable with nobody:
      3. Not measured here: #3 to #22 and #24; some of #1 and #2.

      #1   5 fetches at once are 4.7x as fast as in a row. Speedup over sequential at n = 5: at least
           4.70x. Holds for all 4 (4.95x to 4.98x).
      #1   100 fetches at once are 27.5x as fast. Speedup over sequential at n = 100: at least 27.5x.
           Not comparable for thread-pool-32 (narrow pool); not comparable for tokio (few rounds); not
           comparable for 2 (not run).
      #2   100 calls at once take about one wait. Time at n = 100: at most 1.50 delays of 10 ms. Not
           comparable for thread-pool-32 (narrow pool); not comparable for tokio (few rounds); not
           comparable for 2 (not run).
      #23  Async buys 10x or more for I/O. Speedup over sequential at n = 100: at least 10.0x. Not
           comparable for tokio (few rounds); not comparable for 2 (not run).
      #23  Threads buy 5x or more for I/O. Speedup over sequential at n = 100: at least 5.00x. Holds for
           thread-pool-32 (20.8x).

    fan_out, requests of 10 ms

        n              sequential  thread-pool-32        tokio  async-std       smol  ideal  guide
        5  time           52.0 ms         10.5 ms      10.4 ms    10.5 ms    10.5 ms  10 ms  1.1 s
           speedup             1x           4.95x        4.98x      4.96x      4.96x     5x   4.7x
           95 %         reference       4.92–4.99    4.94–5.02  4.92–4.99  4.92–5.00
           efficiency        96 %            95 %         96 %       95 %       95 %

      100  time            1.04 s         50.0 ms      19.0 ms    not run    not run  10 ms  3.8 s
           speedup             1x           20.8x        54.7x                         100x  27.5x
           95 %         reference       20.7–21.0  no interval
           efficiency        96 %            80 %         53 %

      ideal: what the waits alone cost the client that waits least.
      guide: published for Python's asyncio, with requests of 1 s.

    warning: The run was interrupted after 3 of 3 rounds. Cells never measured: 2.
    warning: Cells that missed some of their rounds: 1 of 8.
    warning: Cells with under 3 rounds: 1 of 8. They have no interval, and verdicts on them are
             undecided.
    ");
}

#[test]
fn a_failed_reference() {
    let mut record = synthetic::record_of(&CLIENTS, &[5, 100], 5);
    for n in [5, 100] {
        synthetic::fail(synthetic::cell_mut(&mut record, "sequential", n), "2 wrong answers");
    }
    insta::assert_snapshot!(shown(&without_costs(record.clone())), @"
    At 100 requests of 10 ms each, tokio takes 19.0 ms, async-std 19.6 ms, smol 19.6 ms and
    thread-pool-32 50.0 ms. sequential, the reference, has no figures: there is no speedup.

    What the guide claims

      Claims that hold for every client that they can be held against: 0 of 5; for none: 1; comparable
      with nobody: 4. Not measured here: #3 to #22 and #24; some of #1 and #2.

      #1   5 fetches at once are 4.7x as fast as in a row. Speedup over sequential at n = 5: at least
           4.70x. Not comparable for 4 (nothing beside).
      #1   100 fetches at once are 27.5x as fast. Speedup over sequential at n = 100: at least 27.5x.
           Not comparable for 4 (nothing beside).
      #2   100 calls at once take about one wait. Time at n = 100: at most 1.50 delays of 10 ms. Does
           not hold for tokio, async-std and smol (1.90 to 1.96 delays); not comparable for
           thread-pool-32 (narrow pool).
      #23  Async buys 10x or more for I/O. Speedup over sequential at n = 100: at least 10.0x. Not
           comparable for 3 (nothing beside).
      #23  Threads buy 5x or more for I/O. Speedup over sequential at n = 100: at least 5.00x. Not
           comparable for thread-pool-32 (nothing beside).

    fan_out, requests of 10 ms

        n              sequential  thread-pool-32    tokio  async-std     smol  ideal  guide
        5  time            failed         10.5 ms  10.4 ms    10.5 ms  10.5 ms  10 ms  1.1 s
           efficiency                        95 %     96 %       95 %     95 %

      100  time            failed         50.0 ms  19.0 ms    19.6 ms  19.6 ms  10 ms  3.8 s
           efficiency                        80 %     53 %       51 %     51 %

      ideal: what the waits alone cost the client that waits least.
      guide: published for Python's asyncio, with requests of 1 s.

    failed: sequential on fan_out with 5 requests of 10 ms each: 2 wrong answers
    failed: sequential on fan_out with 100 requests of 10 ms each: 2 wrong answers

    warning: Failed cells, which have no figures: 2 of 10.
    warning: Without the figures of the reference there are no speedups: sequential in fan_out, requests
             of 10 ms at n = 5 and 100.
    ");
}
