//! The tables of synthetic records, as a reader sees them.

mod changes;
mod gaps;
mod matrix;
mod process;
mod scenarios;

use super::*;
use crate::analysis::Analysis;
use crate::record::Record;
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

fn without_costs(mut record: Record) -> Record {
    for round in record.cells.iter_mut().flat_map(|cell| &mut cell.rounds) {
        round.costs = None;
    }
    record
}

#[test]
fn a_whole_run() {
    insta::assert_snapshot!(shown(&synthetic::record()), @"
    At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.9], async-std 53.1x
    [52.9, 53.2], smol 53.1x [52.9, 53.2] and thread-pool-32 20.8x [20.7, 20.9].

    What the guide claims

      Claims that hold for every client that they can be held against: 5 of 6; for none: 1. Not measured
      here: #3 to #22 and #24; some of #1 and #2.

      #1   5 fetches at once are 4.7x as fast as in a row. Speedup over sequential at n = 5: at least
           4.70x. Holds for all 4 (4.95x to 4.98x).
      #1   20 fetches at once are 14.9x as fast. Speedup over sequential at n = 20: at least 14.9x.
           Holds for all 4 (17.3x to 17.6x).
      #1   100 fetches at once are 27.5x as fast. Speedup over sequential at n = 100: at least 27.5x.
           Holds for tokio, async-std and smol (53.1x to 54.7x); not comparable for thread-pool-32
           (narrow pool).
      #2   100 calls at once take about one wait. Time at n = 100: at most 1.50 delays of 10 ms. Does
           not hold for tokio, async-std and smol (1.90 to 1.96 delays); not comparable for
           thread-pool-32 (narrow pool).
      #23  Async buys 10x or more for I/O. Speedup over sequential at n = 100: at least 10.0x. Holds for
           all 3 (53.1x to 54.7x).
      #23  Threads buy 5x or more for I/O. Speedup over sequential at n = 100: at least 5.00x. Holds for
           thread-pool-32 (20.8x).

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
fn a_filtered_run() {
    let record = synthetic::record_of(&["sequential", "tokio"], &[5, 7], 5);
    insta::assert_snapshot!(shown(&without_costs(record.clone())), @"
    At 7 requests of 10 ms each, tokio is 6.85x as fast as sequential [6.83, 6.87].

    What the guide claims

      Claims that hold for every client that they can be held against: 1 of 2; comparable with nobody:
      1. Not measured here: #2 to #22 and #24; some of #1 and #23.

      #1   5 fetches at once are 4.7x as fast as in a row. Speedup over sequential at n = 5: at least
           4.70x. Holds for tokio (4.98x).
      #23  Async buys 10x or more for I/O. Speedup over sequential at n = 7: at least 10.0x. Not
           comparable for tokio (small batch).

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
      What it costs in CPU time and context switches was not measured.
    ");
    insta::assert_snapshot!(marked(&record), @"
    | n |  | sequential | tokio | *ideal* | *guide* |
    | ---: | :--- | ---: | ---: | ---: | ---: |
    | **5** | time<br>speedup<br>95 %<br>efficiency | 52.0 ms<br>**1x**<br>reference<br>96 % | 10.4 ms<br>**4.98x**<br>4.96–4.99<br>96 % | 10 ms<br>**5x** | 1.1 s<br>**4.7x** |
    | **7** | time<br>speedup<br>95 %<br>efficiency | 72.8 ms<br>**1x**<br>reference<br>96 % | 10.6 ms<br>**6.85x**<br>6.83–6.87<br>94 % | 10 ms<br>**7x** |  |
    ");
}

#[test]
fn too_many_clients_for_one_line_are_shown_in_blocks() {
    let clients = [&CLIENTS[..], &["event-loop", "a-runtime", "another-one"]].concat();
    insta::assert_snapshot!(shown(&without_costs(synthetic::record_of(&clients, &[100], 5))), @"
    At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.9], event-loop 53.1x
    [53.1, 53.1], async-std 53.1x [52.9, 53.2], smol 53.1x [52.9, 53.2], a-runtime 53.1x [52.9, 53.2],
    another-one 53.1x [52.9, 53.2] and thread-pool-32 20.8x [20.7, 20.9].

    What the guide claims

      Claims that hold for every client that they can be held against: 3 of 4; for none: 1. Not measured
      here: #3 to #22 and #24; some of #1 and #2.

      #1   100 fetches at once are 27.5x as fast. Speedup over sequential at n = 100: at least 27.5x.
           Holds for tokio, async-std, smol, event-loop, a-runtime and another-one (53.1x to 54.7x); not
           comparable for thread-pool-32 (narrow pool).
      #2   100 calls at once take about one wait. Time at n = 100: at most 1.50 delays of 10 ms. Does
           not hold for tokio, async-std, smol, event-loop, a-runtime and another-one (1.90 to 1.96
           delays); not comparable for thread-pool-32 (narrow pool).
      #23  Async buys 10x or more for I/O. Speedup over sequential at n = 100: at least 10.0x. Holds for
           all 6 (53.1x to 54.7x).
      #23  Threads buy 5x or more for I/O. Speedup over sequential at n = 100: at least 5.00x. Holds for
           thread-pool-32 (20.8x).

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
      What it costs in CPU time and context switches was not measured.
    ");
}

#[test]
fn bars_in_names_do_not_end_a_cell() {
    let mut record = synthetic::record_of(&["sequential"], &[5], 5);
    record.cells[0].client = "a|b".to_owned();
    assert!(marked(&record).starts_with("| n |  | a\\|b |"));
}

#[test]
fn the_guide_gives_way_to_what_was_measured() {
    let clients = [&CLIENTS[..], &["event-loop"]].concat();
    let text = shown(&synthetic::record_of(&clients, &[5, 100], 5));
    assert_eq!(text.matches("ideal\n").count(), 1, "one block, which ends with the ideal: {text}");
    let (_, table) = text.split_once("fan_out, requests").unwrap();
    assert!(!table.contains("guide"), "{text}");
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
