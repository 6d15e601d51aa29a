//! The tables of synthetic records, as a reader sees them.

use super::*;
use crate::analysis::Analysis;
use crate::headline;
use crate::record::{Ended, Record, Status};
use crate::synthetic::{self, CLIENTS};

fn shown(record: &Record) -> String {
    let text = terminal(&Analysis::of(record));
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "over 100 columns: {line}");
        assert_eq!(line, line.trim_end());
    }
    text
}

/// The table of this name as Markdown, where there is one.
fn marked_of(record: &Record, name: Name) -> Option<String> {
    let tables = all(&Analysis::of(record).comparisons[0]);
    tables.iter().find(|table| table.name == name).map(markdown)
}

fn marked(record: &Record) -> String {
    marked_of(record, Name::Speedup).unwrap()
}

fn headline_of(record: &Record) -> String {
    headline::of(&Analysis::of(record))
}

#[test]
fn a_whole_run() {
    insta::assert_snapshot!(shown(&synthetic::record()), @"
    At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.9], async-std 53.1x
    [52.9, 53.2], smol 53.1x [52.9, 53.2] and thread-pool-32 20.8x [20.7, 20.9].

    fan_out, requests of 10 ms

        n              sequential  thread-pool-32      tokio  async-std       smol  ideal  guide
        5  time           52.0 ms         10.5 ms    10.4 ms    10.5 ms    10.5 ms  10 ms  1.1 s
           speedup             1x           4.95x      4.98x      4.96x      4.96x     5x   4.7x
           95 %         reference       4.94–4.97  4.96–4.99  4.95–4.98  4.94–4.98
           efficiency        96 %            95 %       96 %       95 %       95 %

       20  time            208 ms         12.0 ms    11.8 ms    11.9 ms    11.9 ms  10 ms  1.4 s
           speedup             1x           17.3x      17.6x      17.4x      17.4x    20x  14.9x
           95 %         reference       17.3–17.4  17.6–17.7  17.4–17.5  17.4–17.5
           efficiency        96 %            83 %       85 %       84 %       84 %

      100  time            1.04 s         50.0 ms    19.0 ms    19.6 ms    19.6 ms  10 ms  3.8 s
           speedup             1x           20.8x      54.7x      53.1x      53.1x   100x  27.5x
           95 %         reference       20.7–20.9  54.6–54.9  52.9–53.2  52.9–53.2
           efficiency        96 %            80 %       53 %       51 %       51 %

      ideal: what the waits alone cost the client that waits least.
      guide: published for Python's asyncio, with requests of 1 s.

      What it costs at 100 requests

                         sequential  thread-pool-32        tokio    async-std         smol
             CPU  cost      70.0 us         70.0 us      70.0 us      70.0 us      70.0 us
                  ratio          1x      1.00x same   1.00x same   1.00x same   1.00x same
                  95 %    reference       1.00–1.00    1.00–1.00    1.00–1.00    1.00–1.00

      server CPU  cost      55.0 us         55.0 us      55.0 us      55.0 us      55.0 us
                  ratio          1x      1.00x same   1.00x same   1.00x same   1.00x same
                  95 %    reference       1.00–1.00    1.00–1.00    1.00–1.00    1.00–1.00

        switches  cost          200            50.0         50.0         50.0         50.0
                  ratio          1x     0.250x less  0.250x less  0.250x less  0.250x less
                  95 %    reference     0.250–0.250  0.250–0.250  0.250–0.250  0.250–0.250

      CPU: CPU time for each request, in user mode and in the kernel.
      switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away).
      Where a round counted none there is no ratio.
      ratio: to sequential, inside each round.
    ");
    insta::assert_snapshot!(marked(&synthetic::record()), @"
    | n |  | sequential | thread-pool-32 | tokio | async-std | smol | *ideal* | *guide* |
    | ---: | :--- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | **5** | time<br>speedup<br>95 %<br>efficiency | 52.0 ms<br>**1x**<br>reference<br>96 % | 10.5 ms<br>**4.95x**<br>4.94–4.97<br>95 % | 10.4 ms<br>**4.98x**<br>4.96–4.99<br>96 % | 10.5 ms<br>**4.96x**<br>4.95–4.98<br>95 % | 10.5 ms<br>**4.96x**<br>4.94–4.98<br>95 % | 10 ms<br>**5x** | 1.1 s<br>**4.7x** |
    | **20** | time<br>speedup<br>95 %<br>efficiency | 208 ms<br>**1x**<br>reference<br>96 % | 12.0 ms<br>**17.3x**<br>17.3–17.4<br>83 % | 11.8 ms<br>**17.6x**<br>17.6–17.7<br>85 % | 11.9 ms<br>**17.4x**<br>17.4–17.5<br>84 % | 11.9 ms<br>**17.4x**<br>17.4–17.5<br>84 % | 10 ms<br>**20x** | 1.4 s<br>**14.9x** |
    | **100** | time<br>speedup<br>95 %<br>efficiency | 1.04 s<br>**1x**<br>reference<br>96 % | 50.0 ms<br>**20.8x**<br>20.7–20.9<br>80 % | 19.0 ms<br>**54.7x**<br>54.6–54.9<br>53 % | 19.6 ms<br>**53.1x**<br>52.9–53.2<br>51 % | 19.6 ms<br>**53.1x**<br>52.9–53.2<br>51 % | 10 ms<br>**100x** | 3.8 s<br>**27.5x** |
    ");
}

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
    insta::assert_snapshot!(shown(&record), @"
    At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential, async-std 53.0x, smol 53.0x and
    thread-pool-32 20.8x.

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

      What it costs at 100 requests

                         sequential    thread-pool-32             tokio         async-std
             CPU  cost      70.0 us           70.0 us           70.0 us           70.0 us
                  ratio          1x   1.00x undecided   1.00x undecided   1.00x undecided

      server CPU  cost      55.0 us           55.0 us           55.0 us           55.0 us
                  ratio          1x   1.00x undecided   1.00x undecided   1.00x undecided

        switches  cost          200              50.0              50.0              50.0
                  ratio          1x  0.250x undecided  0.250x undecided  0.250x undecided

                                     smol
             CPU  cost            70.0 us
                  ratio   1.00x undecided

      server CPU  cost            55.0 us
                  ratio   1.00x undecided

        switches  cost               50.0
                  ratio  0.250x undecided

      CPU: CPU time for each request, in user mode and in the kernel.
      switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away).
      Where a round counted none there is no ratio.
      ratio: to sequential, inside each round.

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
    insta::assert_snapshot!(shown(&record), @"
    At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential and thread-pool-32 20.8x [20.7,
    21.0].

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

      What it costs at 100 requests

                         sequential  thread-pool-32             tokio  async-std     smol
             CPU  cost      70.0 us         70.0 us           70.0 us    not run  not run
                  ratio          1x      1.00x same   1.00x undecided
                  95 %    reference       1.00–1.00       no interval

      server CPU  cost      55.0 us         55.0 us           55.0 us    not run  not run
                  ratio          1x      1.00x same   1.00x undecided
                  95 %    reference       1.00–1.00       no interval

        switches  cost          200            50.0              50.0    not run  not run
                  ratio          1x     0.250x less  0.250x undecided
                  95 %    reference     0.250–0.250       no interval

      CPU: CPU time for each request, in user mode and in the kernel.
      switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away).
      Where a round counted none there is no ratio.
      ratio: to sequential, inside each round.

    warning: The run was interrupted after 3 of 3 rounds. Cells never measured: 2.
    warning: Cells with fewer rounds than the 3 that ran: 1 of 8.
    warning: Cells with under 3 rounds: 1 of 8. They have no interval, and verdicts on them are
             undecided.
    ");
}

#[test]
fn a_filtered_run() {
    let record = synthetic::record_of(&["sequential", "tokio"], &[5, 7], 5);
    insta::assert_snapshot!(shown(&record), @"
    At 7 requests of 10 ms each, tokio is 6.85x as fast as sequential [6.83, 6.87].

    fan_out, requests of 10 ms

      n              sequential      tokio  ideal  guide
      5  time           52.0 ms    10.4 ms  10 ms  1.1 s
         speedup             1x      4.98x     5x   4.7x
         95 %         reference  4.96–4.99
         efficiency        96 %       96 %

      7  time           72.8 ms    10.6 ms  10 ms
         speedup             1x      6.85x     7x
         95 %         reference  6.83–6.87
         efficiency        96 %       94 %

      ideal: what the waits alone cost the client that waits least.
      guide: published for Python's asyncio, with requests of 1 s.

      What it costs at 7 requests

                         sequential        tokio
             CPU  cost      70.0 us      70.0 us
                  ratio          1x   1.00x same
                  95 %    reference    1.00–1.00

      server CPU  cost      55.0 us      55.0 us
                  ratio          1x   1.00x same
                  95 %    reference    1.00–1.00

        switches  cost         14.0         3.50
                  ratio          1x  0.250x less
                  95 %    reference  0.250–0.250

      CPU: CPU time for each request, in user mode and in the kernel.
      switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away).
      Where a round counted none there is no ratio.
      ratio: to sequential, inside each round.
    ");
    insta::assert_snapshot!(marked(&record), @"
    | n |  | sequential | tokio | *ideal* | *guide* |
    | ---: | :--- | ---: | ---: | ---: | ---: |
    | **5** | time<br>speedup<br>95 %<br>efficiency | 52.0 ms<br>**1x**<br>reference<br>96 % | 10.4 ms<br>**4.98x**<br>4.96–4.99<br>96 % | 10 ms<br>**5x** | 1.1 s<br>**4.7x** |
    | **7** | time<br>speedup<br>95 %<br>efficiency | 72.8 ms<br>**1x**<br>reference<br>96 % | 10.6 ms<br>**6.85x**<br>6.83–6.87<br>94 % | 10 ms<br>**7x** |  |
    ");
}

#[test]
fn a_failed_reference() {
    let mut record = synthetic::record_of(&CLIENTS, &[5, 100], 5);
    for n in [5, 100] {
        synthetic::fail(synthetic::cell_mut(&mut record, "sequential", n), "2 wrong answers");
    }
    insta::assert_snapshot!(shown(&record), @"
    At 100 requests of 10 ms each, tokio takes 19.0 ms, async-std 19.6 ms, smol 19.6 ms and
    thread-pool-32 50.0 ms. sequential, the reference, has no figures: there is no speedup.

    fan_out, requests of 10 ms

        n              sequential  thread-pool-32    tokio  async-std     smol  ideal  guide
        5  time            failed         10.5 ms  10.4 ms    10.5 ms  10.5 ms  10 ms  1.1 s
           efficiency                        95 %     96 %       95 %     95 %

      100  time            failed         50.0 ms  19.0 ms    19.6 ms  19.6 ms  10 ms  3.8 s
           efficiency                        80 %     53 %       51 %     51 %

      ideal: what the waits alone cost the client that waits least.
      guide: published for Python's asyncio, with requests of 1 s.

      What it costs at 100 requests

                        sequential  thread-pool-32    tokio  async-std     smol
             CPU  cost      failed         70.0 us  70.0 us    70.0 us  70.0 us

      server CPU  cost      failed         55.0 us  55.0 us    55.0 us  55.0 us

        switches  cost      failed            50.0     50.0       50.0     50.0

      CPU: CPU time for each request, in user mode and in the kernel.
      switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away).
      Where a round counted none there is no ratio.
      ratio: to sequential, inside each round.

    failed: sequential on fan_out with 5 requests of 10 ms each: 2 wrong answers
    failed: sequential on fan_out with 100 requests of 10 ms each: 2 wrong answers

    warning: Failed cells, which have no figures: 2 of 10.
    warning: Without the figures of the reference there are no speedups: sequential in fan_out, requests
             of 10 ms at n = 5 and 100.
    ");
}

#[test]
fn too_many_clients_for_one_line_are_shown_in_blocks() {
    let clients = [&CLIENTS[..], &["event-loop", "a-runtime", "another-one"]].concat();
    insta::assert_snapshot!(shown(&synthetic::record_of(&clients, &[100], 5)), @"
    At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.9], event-loop 53.1x
    [53.1, 53.1], async-std 53.1x [52.9, 53.2], smol 53.1x [52.9, 53.2], a-runtime 53.1x [52.9, 53.2],
    another-one 53.1x [52.9, 53.2] and thread-pool-32 20.8x [20.7, 20.9].

    fan_out, requests of 10 ms

        n              sequential  thread-pool-32      tokio  async-std       smol  event-loop
      100  time            1.04 s         50.0 ms    19.0 ms    19.6 ms    19.6 ms     19.6 ms
           speedup             1x           20.8x      54.7x      53.1x      53.1x       53.1x
           95 %         reference       20.7–20.9  54.6–54.9  52.9–53.2  52.9–53.2   53.1–53.1
           efficiency        96 %            80 %       53 %       51 %       51 %        51 %

        n              a-runtime  another-one  ideal
      100  time          19.6 ms      19.6 ms  10 ms
           speedup         53.1x        53.1x   100x
           95 %        52.9–53.2    52.9–53.2
           efficiency       51 %         51 %

      ideal: what the waits alone cost the client that waits least.

      What it costs at 100 requests

                         sequential  thread-pool-32        tokio    async-std         smol   event-loop
             CPU  cost      70.0 us         70.0 us      70.0 us      70.0 us      70.0 us      70.0 us
                  ratio          1x      1.00x same   1.00x same   1.00x same   1.00x same   1.00x same
                  95 %    reference       1.00–1.00    1.00–1.00    1.00–1.00    1.00–1.00    1.00–1.00

      server CPU  cost      55.0 us         55.0 us      55.0 us      55.0 us      55.0 us      55.0 us
                  ratio          1x      1.00x same   1.00x same   1.00x same   1.00x same   1.00x same
                  95 %    reference       1.00–1.00    1.00–1.00    1.00–1.00    1.00–1.00    1.00–1.00

        switches  cost          200            50.0         50.0         50.0         50.0         50.0
                  ratio          1x     0.250x less  0.250x less  0.250x less  0.250x less  0.250x less
                  95 %    reference     0.250–0.250  0.250–0.250  0.250–0.250  0.250–0.250  0.250–0.250

                           a-runtime  another-one
             CPU  cost       70.0 us      70.0 us
                  ratio   1.00x same   1.00x same
                  95 %     1.00–1.00    1.00–1.00

      server CPU  cost       55.0 us      55.0 us
                  ratio   1.00x same   1.00x same
                  95 %     1.00–1.00    1.00–1.00

        switches  cost          50.0         50.0
                  ratio  0.250x less  0.250x less
                  95 %   0.250–0.250  0.250–0.250

      CPU: CPU time for each request, in user mode and in the kernel.
      switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away).
      Where a round counted none there is no ratio.
      ratio: to sequential, inside each round.
    ");
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
fn bars_in_names_do_not_end_a_cell() {
    let mut record = synthetic::record_of(&["sequential"], &[5], 5);
    record.cells[0].client = "a|b".to_owned();
    assert!(marked(&record).starts_with("| n |  | a\\|b |"));
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
fn clients_that_can_not_be_told_apart() {
    let record = noisy([[10.0, 10.0, 10.0], [20.0, 20.6, 25.0]]);
    insta::assert_snapshot!(headline_of(&record), @"At 100 requests of 10 ms each, tokio takes 20.0 ms, async-std 20.6 ms and smol 25.0 ms. Between tokio and async-std there is no clear winner: about 19 more rounds would tell.");
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
fn a_difference_too_small_to_choose_by() {
    let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[100], 10);
    record.profile.margin = 0.05;
    insta::assert_snapshot!(headline_of(&record), @"At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.8] and smol 53.1x [53.0, 53.1]. tokio is faster than smol by 3.0 to 3.3 %, within the margin of 5 %.");
    record.profile.margin = 0.01;
    insta::assert_snapshot!(headline_of(&record), @"At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.8] and smol 53.1x [53.0, 53.1].");
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
    for round in record.cells.iter_mut().flat_map(|cell| &mut cell.rounds) {
        round.costs = None;
    }
    assert_eq!(marked_of(&record, Name::Costs), None);
    assert!(shown(&record).contains("context switches was not measured."));
}

#[test]
fn the_guide_gives_way_to_what_was_measured() {
    let clients = [&CLIENTS[..], &["event-loop"]].concat();
    let text = shown(&synthetic::record_of(&clients, &[5, 100], 5));
    assert_eq!(text.matches("ideal\n").count(), 1, "one block, which ends with the ideal: {text}");
    assert!(!text.contains("guide"), "{text}");
}

#[test]
fn names_are_no_markup() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 5);
    record.cells[1].client = "<b>[1, 2]*".to_owned();
    synthetic::fail(&mut record.cells[0], "wrong | *and*\nmore");
    let text = crate::summary::markdown(&record, &Analysis::of(&record));
    assert!(text.contains("each, \\<b\\>\\[1, 2\\]\\* takes 10.4 ms."), "{text}");
    assert!(text.contains("| \\<b\\>\\[1, 2\\]\\* |"), "{text}");
    assert!(text.contains("each: wrong \\| \\*and\\* more\n"), "{text}");
}
