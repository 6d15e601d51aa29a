//! The figures of synthetic records, worked out by hand.

use super::*;
use crate::record::Value;
use crate::stats::{Interval, Verdict};
use crate::synthetic::{self, CLIENTS};

fn figures(analysis: &Analysis, client: &str, n: u32) -> Figures {
    outcome(analysis, client, n).figures().unwrap().clone()
}

fn outcome<'a>(analysis: &'a Analysis, client: &str, n: u32) -> &'a Outcome {
    let comparison = &analysis.comparisons[0];
    let column = comparison.clients.iter().position(|name| name == client).unwrap();
    &comparison.rows.iter().find(|row| row.n == n).unwrap().outcomes[column]
}

fn close(got: f64, want: f64) {
    assert!((got / want - 1.0).abs() < 1e-9, "got {got}, want {want}");
}

#[test]
fn speedups_are_taken_inside_each_round() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 3);
    // The machine got slower by two from round to round; the ratio is 2, 4, 8 all the same.
    synthetic::time(&mut record.cells[0], &[8e6, 16e6, 32e6]);
    synthetic::time(&mut record.cells[1], &[4e6, 4e6, 4e6]);
    let tokio = figures(&Analysis::of(&record), "tokio", 5);
    let Speedup::Over(estimate, verdict) = tokio.speedup else { panic!("{tokio:?}") };
    close(estimate.value, 4.0);
    let factor = 2f64.powf(4.302_652_729_696_144 / 3f64.sqrt());
    let Interval { low, high } = estimate.interval.unwrap();
    close(low, 4.0 / factor);
    close(high, 4.0 * factor);
    // p is 0.07: t = 2 sqrt(3) with 2 degrees of freedom.
    assert_eq!(verdict, Verdict::Undecided { more: Some(1) });
    // 10 ms of waiting that took 4 ms: more than all of it.
    close(tokio.efficiency.unwrap(), 2.5);
}

#[test]
fn rounds_are_paired_by_their_number() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 4);
    synthetic::time(&mut record.cells[0], &[3e6, 6e6, 9e6, 12e6]);
    synthetic::time(&mut record.cells[1], &[1e6, 2e6, 3e6, 4e6]);
    record.cells[0].rounds.remove(1);
    let tokio = figures(&Analysis::of(&record), "tokio", 5);
    let Speedup::Over(estimate, verdict) = tokio.speedup else { panic!("{tokio:?}") };
    close(estimate.value, 3.0);
    assert_eq!((estimate.rounds, verdict), (3, Verdict::Faster));
    assert_eq!(tokio.time_ns.rounds, 4);
}

#[test]
fn the_ideal_is_that_of_the_client_that_waits_least() {
    let analysis = Analysis::of(&synthetic::record());
    let ideal = |client| figures(&analysis, client, 100).ideal_ns;
    assert_eq!(
        [ideal("sequential"), ideal("thread-pool-32"), ideal("tokio")],
        [1e9, 40e6, 10e6].map(Some)
    );
    let row = analysis.comparisons[0].rows.last().unwrap();
    assert_eq!((row.ideal_ns, row.ideal_speedup), (Some(10e6), Some(100.0)));
}

#[test]
fn the_speedup_is_the_ratio_of_the_times() {
    let analysis = Analysis::of(&synthetic::record());
    let reference = figures(&analysis, "sequential", 100);
    assert_eq!(reference.speedup, Speedup::Reference);
    for client in &CLIENTS[1..] {
        let own = figures(&analysis, client, 100);
        close(own.speedup.value().unwrap(), reference.time_ns.value / own.time_ns.value);
    }
}

#[test]
fn a_failed_cell_has_no_figures_and_no_rank() {
    let mut record = synthetic::record();
    synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 100), "3 wrong answers");
    let analysis = Analysis::of(&record);
    assert_eq!(*outcome(&analysis, "tokio", 100), Outcome::Failed("3 wrong answers".to_owned()));
    let pairs = analysis.comparisons[0].rows[2].pairs(Quantity::Time);
    assert!((0..5).all(|other| pairs.get(2, other).is_none()));
    assert_eq!(analysis.failures.len(), 1);
    assert_eq!(analysis.warnings, [Warning::Failed { failed: 1, cells: 15 }]);
    // Its other sizes are not affected.
    assert!(figures(&analysis, "tokio", 20).speedup.value().unwrap() > 15.0);
}

#[test]
fn without_a_reference_there_are_times_and_no_speedups() {
    let mut record = synthetic::record();
    synthetic::fail(synthetic::cell_mut(&mut record, "sequential", 100), "killed");
    let analysis = Analysis::of(&record);
    let tokio = figures(&analysis, "tokio", 100);
    assert_eq!(tokio.speedup, Speedup::Unknown);
    assert!(tokio.time_ns.value > 0.0);
    let places = vec!["sequential in fan_out, requests of 10 ms at n = 100".to_owned()];
    assert!(analysis.warnings.contains(&Warning::NoReference { places }));
}

#[test]
fn a_measured_cell_without_rounds_counts_as_failed() {
    let mut record = synthetic::record();
    synthetic::cell_mut(&mut record, "tokio", 5).rounds.clear();
    let analysis = Analysis::of(&record);
    let reasons: Vec<_> = analysis.failures.iter().map(|failure| &*failure.reason).collect();
    assert_eq!(reasons, ["it is called measured and has no rounds"]);
}

#[test]
fn workloads_parameters_and_delays_are_compared_apart() {
    let mut record = synthetic::record();
    record.cells.push(synthetic::cell("fan_out", 50.0, 5, "tokio", 0, 3));
    let mut staged = synthetic::cell("fan_out", 50.0, 5, "tokio", 0, 3);
    staged.params.insert("stages".to_owned(), Value::Number(3));
    record.cells.push(staged);
    let mut files = synthetic::cell("files", 10.0, 5, "tokio", 0, 3);
    (files.delay_ms, files.ideal_ns, files.expected) = (None, None, None);
    record.cells.push(files);
    let analysis = Analysis::of(&record);
    let kinds: Vec<_> =
        analysis.comparisons.iter().map(|c| (c.scenario.title(), c.clients.len())).collect();
    let title = |title: &str, clients: usize| (title.to_owned(), clients);
    let expected = [
        title("fan_out, requests of 10 ms", 5),
        title("fan_out, requests of 50 ms", 1),
        title("fan_out (stages 3), requests of 50 ms", 1),
        title("files", 1),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn an_empty_record_has_nothing_to_compare() {
    let analysis = Analysis::of(&synthetic::record_of(&[], &[], 5));
    assert_eq!((analysis.comparisons.len(), analysis.warnings.len()), (0, 0));
}

#[test]
fn a_good_record_has_no_warnings() {
    assert_eq!(Analysis::of(&synthetic::record()).warnings, []);
}

#[test]
fn a_workload_without_an_ideal_has_no_efficiency() {
    let mut record = synthetic::record();
    for cell in &mut record.cells {
        cell.ideal_ns = None;
    }
    let analysis = Analysis::of(&record);
    let row = analysis.comparisons[0].rows.last().unwrap();
    assert_eq!((row.ideal_ns, row.ideal_speedup), (None, None));
    assert_eq!(figures(&analysis, "tokio", 100).efficiency, None);
}

#[test]
fn a_reason_is_one_line_that_nothing_obeys() {
    let mut record = synthetic::record();
    synthetic::fail(&mut record.cells[0], "one\n\u{1b}[2Jtwo");
    assert_eq!(Analysis::of(&record).failures[0].reason, "one \\u{1b}[2Jtwo");
}

#[test]
fn memory_is_of_the_process_and_not_of_a_batch() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 3);
    let memory = |record: &Record| {
        let analysis = Analysis::of(record);
        let pair = analysis.comparisons[0].rows[0].pairs(Quantity::Memory).get(1, 0);
        (figures(&analysis, "tokio", 5).quantity(Quantity::Memory), pair)
    };
    assert_eq!(memory(&record), (None, None), "an old record has none");
    for (cell, bytes) in record.cells.iter_mut().zip([4_000_000, 16_000_000]) {
        for round in &mut cell.rounds {
            round.costs.as_mut().unwrap().peak_memory_bytes = Some(bytes << round.round);
        }
    }
    let (tokio, pair) = memory(&record);
    close(tokio.unwrap().value, 32_000_000.0);
    let (ratio, verdict) = pair.unwrap();
    close(ratio.value, 0.25);
    assert_eq!(verdict, Verdict::Slower);
}

#[test]
fn costs_are_of_a_batch() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 3);
    for (cell, times) in record.cells.iter_mut().zip([1, 2]) {
        for round in &mut cell.rounds {
            let costs = round.costs.as_mut().unwrap();
            round.batches = 10;
            costs.user_ns = 10_000 * times;
            costs.system_ns = 30_000 * times;
            costs.server_ns = None;
            costs.voluntary = 40;
            costs.involuntary = u64::from(round.round);
        }
    }
    let analysis = Analysis::of(&record);
    let tokio = figures(&analysis, "tokio", 5);
    let value = |quantity| tokio.quantity(quantity).map(|estimate| estimate.value);
    close(value(Quantity::Cpu).unwrap(), 8_000.0);
    close(value(Quantity::User).unwrap(), 2_000.0);
    close(value(Quantity::System).unwrap(), 6_000.0);
    close(value(Quantity::Voluntary).unwrap(), 4.0);
    assert_eq!(value(Quantity::Server), None, "not measured");
    let pair = |quantity| analysis.comparisons[0].rows[0].pairs(quantity).get(1, 0);
    let (cpu, verdict) = pair(Quantity::Cpu).unwrap();
    close(cpu.value, 0.5);
    assert_eq!(verdict, Verdict::Slower);
    assert_eq!(pair(Quantity::Voluntary).unwrap().1, Verdict::Same);
    // A round without any: an arithmetic mean, and nothing to judge by.
    let involuntary = tokio.quantity(Quantity::Involuntary).unwrap();
    close(involuntary.value, 0.1);
    assert_eq!(involuntary.interval, None);
    assert_eq!(pair(Quantity::Involuntary), None);
}
