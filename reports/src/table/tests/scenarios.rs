//! Scenarios of one size, which stand in one table together.

use super::*;
use crate::record::{Cell, Role, Value};
use crate::synthetic::guide;

/// A headline of two sizes and, in another order than reports have, five scenarios of one.
fn record() -> Record {
    let clients = ["sequential", "thread-pool-32", "tokio"];
    let mut record = guide();
    record.cells.retain(|cell| clients.contains(&&*cell.client));
    let wanted = [("fan_out", 5), ("fan_out", 100), ("stall", 16), ("bounded", 10), ("cursor", 10)];
    record.cells.retain(|cell| wanted.contains(&(&*cell.workload, cell.n)));
    record.profile.clients.retain(|client| clients.contains(&&*client.name));
    // The variants of `bounded` apart from each other.
    let is_last = |cell: &Cell| cell.params.get("at_once") == Some(&Value::Number(0));
    record.cells.sort_by_key(|cell| (is_last(cell), cell.workload == "cursor"));
    record.cells.retain(|cell| cell.params.get("how") != Some(&Value::Text("offloaded".into())));
    let stall = |cell: &Cell| cell.workload == "stall" && cell.client == "tokio";
    record
        .cells
        .iter_mut()
        .filter(|cell| stall(cell))
        .for_each(|cell| synthetic::fail(cell, "hung"));
    // Another reference, and a client less.
    record.cells.retain(|cell| cell.workload != "cursor" || cell.client != "sequential");
    for cell in record.cells.iter_mut().filter(|cell| cell.workload == "cursor") {
        cell.role = if cell.client == "tokio" { Role::Reference } else { Role::Compared };
        cell.rounds.iter_mut().for_each(|round| round.timings_ns.clear());
    }
    record
}

#[test]
fn a_row_a_scenario_on_the_terminal() {
    let text = shown(&without_costs(record()));
    assert!(text.starts_with("At 100 requests of 10 ms each, tokio is"), "{text}");
    let (whole, scenarios) = text.split_once("\nScenarios\n").unwrap();
    assert!(whole.contains("\nfan_out, requests of 10 ms\n"), "{whole}");
    insta::assert_snapshot!(scenarios.split_once("\nwarning").unwrap().0, @"
                            sequential  thread-pool-32    tokio
      stall n=16               166 ms*         10.7 ms   failed
        how=blocking                1x           15.5x
      stall n=16               166 ms*         10.7 ms   failed
        how=asynchronous            1x           15.5x
      bounded n=10              104 ms         42.0 ms  42.7 ms
        at_once=3                   1x           2.48x    2.45x
      bounded n=10              104 ms         11.3 ms  11.1 ms
        at_once=0                   1x           9.25x    9.43x
      cursor n=10                              20.7 ms  20.8 ms
                                               1.01x =       1x

      time of a whole batch, and speedup over the client that has 1x. =: as fast, or different by too
      little to choose by; ?: undecided.
      *: its model can't do all of it, and does the best that it can.
      The report has their moments, costs and verdicts.

      What a model can't do

      - sequential: can't do anything else while it blocks (stall n=16 how=blocking, stall n=16
        how=asynchronous)

    failed: tokio on stall (how blocking) with 16 calls and delays of 10 ms: hung
    failed: tokio on stall (how asynchronous) with 16 calls and delays of 10 ms: hung
    ");
}

#[test]
fn a_row_a_scenario_in_markdown() {
    let record = record();
    let analysis = Analysis::of(&record);
    insta::assert_snapshot!(markdown(&Split::of(&analysis).table().unwrap()), @"
    |  |  | sequential | thread-pool-32 | tokio |
    | :--- | :--- | ---: | ---: | ---: |
    | **stall n=16 how=blocking** | time<br>speedup | 166 ms*<br>**1x** | 10.7 ms<br>**15.5x** | failed |
    | **stall n=16 how=asynchronous** | time<br>speedup | 166 ms*<br>**1x** | 10.7 ms<br>**15.5x** | failed |
    | **bounded n=10 at_once=3** | time<br>speedup | 104 ms<br>**1x** | 42.0 ms<br>**2.48x** | 42.7 ms<br>**2.45x** |
    | **bounded n=10 at_once=0** | time<br>speedup | 104 ms<br>**1x** | 11.3 ms<br>**9.25x** | 11.1 ms<br>**9.43x** |
    | **cursor n=10** | time<br>speedup |  | 20.7 ms<br>**1.01x =** | 20.8 ms<br>**1x** |
    ");
}

#[test]
fn all_else_of_a_scenario_is_folded() {
    let record = record();
    let analysis = Analysis::of(&record);
    let page = crate::html::page(&record, &analysis);
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(at("<table class=\"speedup\">") < at("<table class=\"scenarios\">"));
    let folded =
        "<details class=\"scenario\"><summary>stall (how asynchronous), delays of 10 ms</summary>";
    assert!(at("<table class=\"scenarios\">") < at(folded));
    assert_eq!(page.matches("<details class=\"scenario\">").count(), 5);
    let inside = page.split_once(folded).unwrap().1.split_once("</details>").unwrap().0;
    for part in ["Moments inside a batch of 16 calls", "What it costs at 16 calls", "Head to head"]
    {
        assert!(inside.contains(part), "no {part} in {inside}");
    }
    let summary = crate::summary::markdown(&record, &analysis);
    assert!(summary.starts_with("# waitmark: fan_out, stall, bounded and cursor\n"), "{summary}");
    let (table, details) =
        summary.split_once("## Scenarios").unwrap().1.split_once("<details>").unwrap();
    assert!(table.contains("**What a model can't do**\n\n- sequential: can't do"), "{table}");
    let folded = "<summary>stall (how blocking), delays of 10 ms</summary>\n\n| n |";
    assert!(details.contains(folded), "{details}");
    assert_eq!(summary.matches("<details>").count(), summary.matches("\n</details>\n").count());
}

#[test]
fn what_has_several_sizes_or_leads_has_tables_of_its_own() {
    let titles = |record: &Record| {
        let analysis = Analysis::of(record);
        let split = Split::of(&analysis);
        let workloads = |all: &[&Comparison]| {
            all.iter().map(|it| it.scenario.workload.clone()).collect::<Vec<_>>().join(" ")
        };
        (workloads(&split.whole), workloads(&split.together))
    };
    let said = |whole: &str, together: &str| (whole.to_owned(), together.to_owned());
    let mut record = record();
    assert_eq!(titles(&record), said("fan_out", "stall stall bounded bounded cursor"));
    // A size more.
    let more = record.cells.iter().find(|cell| cell.workload == "cursor").cloned().unwrap();
    record.cells.push(Cell { n: 20, ..more });
    assert_eq!(titles(&record), said("fan_out cursor", "stall stall bounded bounded"));
    // Without the guide's workload the first one leads.
    record.cells.retain(|cell| !["fan_out", "cursor"].contains(&&*cell.workload));
    assert_eq!(titles(&record), said("stall stall", "bounded bounded"));
    record.cells.clear();
    assert_eq!(titles(&record), said("", ""));
}

#[test]
fn many_workloads_are_counted_in_the_title() {
    let record = guide();
    let summary = crate::summary::markdown(&record, &Analysis::of(&record));
    assert!(summary.starts_with("# waitmark: fan_out and 19 other workloads\n"), "{summary}");
}
