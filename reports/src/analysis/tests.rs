//! The figures of synthetic records, worked out by hand.

use super::*;
use crate::stats::Interval;
use crate::synthetic::{self, CLIENTS};

fn figures(analysis: &Analysis, client: &str, n: u32) -> Figures {
    *outcome(analysis, client, n).figures().unwrap()
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
    let times = |client| match client {
        // The machine got slower by two from round to round; the ratio is 2, 4, 8 all the same.
        "sequential" => [8e6, 16e6, 32e6],
        _ => [4e6, 4e6, 4e6],
    };
    for cell in &mut record.cells {
        for (round, time) in cell.rounds.iter_mut().zip(times(&*cell.client)) {
            round.mean_ns = time;
        }
    }
    let tokio = figures(&Analysis::of(&record), "tokio", 5);
    let Speedup::Over(estimate, verdict) = tokio.speedup else { panic!("{tokio:?}") };
    close(estimate.value, 4.0);
    let factor = 2f64.powf(4.302_652_729_696_144 / 3f64.sqrt());
    let Interval { low, high } = estimate.interval.unwrap();
    close(low, 4.0 / factor);
    close(high, 4.0 * factor);
    assert_eq!(verdict, Verdict::Inconclusive);
    // 10 ms of waiting that took 4 ms: more than all of it.
    close(tokio.efficiency.unwrap(), 2.5);
}

#[test]
fn rounds_are_paired_by_their_number() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 4);
    record.cells[0].rounds.remove(1);
    record.cells[1].rounds.reverse();
    for cell in &mut record.cells {
        let unit = if cell.client == "tokio" { 1e6 } else { 3e6 };
        for round in &mut cell.rounds {
            round.mean_ns = unit * f64::from(round.round + 1);
        }
    }
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
    assert!(!analysis.comparisons[0].head_to_head.clients.contains(&"tokio".to_owned()));
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
fn a_measured_cell_without_usable_rounds_counts_as_failed() {
    let mut record = synthetic::record();
    synthetic::cell_mut(&mut record, "tokio", 5).rounds.clear();
    synthetic::cell_mut(&mut record, "smol", 5).rounds[1].mean_ns = 0.0;
    let analysis = Analysis::of(&record);
    let reasons: Vec<_> = analysis.failures.iter().map(|failure| &*failure.reason).collect();
    assert_eq!(reasons, ["it is called measured and has no rounds", "round 1 took 0 ns"]);
}

#[test]
fn head_to_head_is_of_the_largest_size_and_antisymmetric() {
    let analysis = Analysis::of(&synthetic::record());
    let HeadToHead { n, clients, pairs } = &analysis.comparisons[0].head_to_head;
    assert_eq!((*n, clients.len()), (100, 5));
    for (x, row) in pairs.iter().enumerate() {
        for (y, pair) in row.iter().enumerate() {
            match (pair, &pairs[y][x]) {
                (None, None) => assert_eq!(x, y),
                (Some((there, _)), Some((back, _))) => close(there.value, 1.0 / back.value),
                other => panic!("{other:?}"),
            }
        }
    }
    let verdict = |x: usize, y: usize| pairs[x][y].unwrap().1;
    let [_, pool, tokio, async_std, smol] = [0, 1, 2, 3, 4];
    assert_eq!(verdict(tokio, pool), Verdict::Faster);
    assert_eq!(verdict(pool, tokio), Verdict::Slower);
    assert_eq!(verdict(async_std, smol), Verdict::Same);
}

#[test]
fn workloads_parameters_and_delays_are_compared_apart() {
    let mut record = synthetic::record();
    record.cells.push(synthetic::cell("fan_out", 50.0, 5, "tokio", 0, 3));
    let mut staged = synthetic::cell("fan_out", 50.0, 5, "tokio", 0, 3);
    staged.params.insert("stages".to_owned(), record::Value::Number(3));
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
fn every_weakness_is_warned_of() {
    let mut record = synthetic::record_of(&CLIENTS, &[5, 20], 2);
    record.ended = record::Ended::Interrupted;
    record.git_rev = Some("0123456-dirty".to_owned());
    record.cells[2].rounds[0].server.as_mut().unwrap().early = 1;
    record.machine.busy_before = Some(0.21);
    record.machine.steal = Some(0.034);
    synthetic::cell_mut(&mut record, "sequential", 20).rounds[1].mean_ns *= 1.2;
    synthetic::fail(synthetic::cell_mut(&mut record, "sequential", 5), "killed");
    let skipped = synthetic::cell_mut(&mut record, "smol", 20);
    skipped.status = Status::Skipped;
    skipped.rounds.clear();
    let warnings = Analysis::of(&record).warnings;
    let lines: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    The run was stopped early. Cells never measured: 1. Others may have fewer rounds.
    Failed cells, which have no figures: 1 of 10.
    Answers that the server sent before their delay was over: 1. Times may be too short.
    Without the figures of the reference there are no speedups: sequential in fan_out, requests of 10 ms at n = 5.
    Cells with under 3 rounds: 8 of 8. They have no interval, and verdicts on them are inconclusive.
    sequential, the reference, varied by 20 % between rounds of fan_out with 20 requests of 10 ms each.
    Other programs used 21 % of the CPU time just before the run.
    The hypervisor took 3.4 % of the CPU time during the run.
    The code was measured with changes that are in no commit.
    ");
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
fn the_widest_pair_is_of_concurrent_clients_on_the_same_task() {
    let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 3);
    for cell in &mut record.cells {
        let factors = match (&*cell.client, cell.n) {
            ("sequential", _) => [1.0, 9.0, 2.0],
            ("tokio", 5) => [1.0, 2.0, 4.0],
            _ => [1.0; 3],
        };
        for (round, factor) in cell.rounds.iter_mut().zip(factors) {
            round.mean_ns = 1e6 * factor;
        }
    }
    // As worked by hand for the interval of 1, 2, 4.
    let half = 2f64.powf(4.302_652_729_696_144 / 3f64.sqrt()) - 1.0;
    close(widest_pair(&record.cells).unwrap(), half);
    // Nobody to compare with at this size: only the other size is left.
    synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 5), "killed");
    assert_eq!(widest_pair(&record.cells), Some(0.0));
    synthetic::cell_mut(&mut record, "smol", 20).rounds.pop();
    assert_eq!(widest_pair(&record.cells), None, "a pair without an interval");
    assert_eq!(widest_pair(&record.cells[..2]), None, "no pair");
}
