//! Every warning, and the figures on either side of its threshold.

use super::*;
use crate::analysis::Analysis;
use crate::record::{Cell, Record, Role, Status};
use crate::synthetic::{self, CLIENTS};

fn warnings(record: &Record) -> Vec<Warning> {
    Analysis::of(record).warnings
}

/// What is warned of a good record after `change`, one line a warning.
fn warned(change: impl FnOnce(&mut Record)) -> String {
    let mut record = synthetic::record();
    change(&mut record);
    let lines: Vec<String> = warnings(&record).iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn tokio(record: &mut Record) -> &mut Cell {
    synthetic::cell_mut(record, "tokio", 100)
}

#[test]
fn a_good_record_has_none() {
    assert_eq!(warnings(&synthetic::record()), []);
}

#[test]
fn a_server_elsewhere_that_counts_nothing_is_named() {
    let elsewhere = |record: &mut Record| record.server.url = Some("http://a:80".to_owned());
    assert_eq!(warned(elsewhere), "", "it counts");
    let uncounted = warned(|record| {
        elsewhere(record);
        for cell in &mut record.cells {
            cell.expected = None;
            cell.rounds.iter_mut().for_each(|round| round.server = None);
        }
    });
    insta::assert_snapshot!(uncounted, @"The server at http://a:80 is no mock server. Its answers were checked; how many requests it got, over how many connections and how many at once, and when it answered, was not.");
}

#[test]
fn every_weakness_is_warned_of() {
    let mut record = synthetic::record_of(&CLIENTS, &[5, 20], 2);
    record.ended = Ended::Interrupted;
    record.profile.rounds = 5;
    record.git_rev = Some("0123456-dirty".to_owned());
    record.cells[2].rounds[0].server.as_mut().unwrap().early = 1;
    record.machine.busy_before = Some(0.21);
    record.machine.steal = Some(0.034);
    synthetic::time(synthetic::cell_mut(&mut record, "sequential", 20), &[200e6, 240e6]);
    synthetic::fail(synthetic::cell_mut(&mut record, "sequential", 5), "killed");
    synthetic::cell_mut(&mut record, "thread-pool-32", 5).rounds.pop();
    for round in &mut synthetic::cell_mut(&mut record, "tokio", 20).rounds {
        let counts = round.server.as_mut().unwrap();
        (counts.peak, counts.lateness.p50_us) = (7, 2_340.0);
    }
    let skipped = synthetic::cell_mut(&mut record, "smol", 20);
    skipped.status = Status::Skipped;
    skipped.rounds.clear();
    let lines: Vec<String> = warnings(&record).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    The run was interrupted after 2 of 5 rounds. Cells never measured: 1.
    Failed cells, which have no figures: 1 of 10.
    Answers that the server sent before their delay was over: 1. Times may be too short.
    Without the figures of the reference there are no speedups: sequential in fan_out, requests of 10 ms at n = 5.
    Cells that missed some of their rounds: 1 of 8.
    Cells with under 3 rounds: 8 of 8. They have no interval, and verdicts on them are undecided.
    Fewer requests were ever in flight at once than were to be: at most 7 of 20 for tokio on fan_out with 20 requests of 10 ms each.
    The server's own lateness is a large share of the delays: 23 % for tokio on fan_out with 20 requests of 10 ms each.
    sequential, the reference, varied by 13 % between rounds of fan_out with 20 requests of 10 ms each.
    Other programs used 21 % of the CPU time just before the run.
    The hypervisor took 3.4 % of the CPU time during the run.
    The code was measured with changes that are in no commit.
    ");
}

#[test]
fn the_way_a_run_ended_is_told() {
    let told = |ended| {
        warned(|record| {
            record.ended = ended;
            record.profile.rounds = 10;
        })
    };
    insta::assert_snapshot!(told(Ended::Running), @"The run was killed after 5 of 10 rounds.");
    insta::assert_snapshot!(told(Ended::MaxTime), @"The run used up its time after 5 of 10 rounds.");
    insta::assert_snapshot!(told(Ended::Interrupted), @"The run was interrupted after 5 of 10 rounds.");
    insta::assert_snapshot!(told(Ended::Broken), @"The run was ended by an error after 5 of 10 rounds.");
    assert_eq!(told(Ended::Planned), "");
    assert_eq!(told(Ended::Precise), "");
}

#[test]
fn a_run_that_ended_in_its_rerun_is_told_from_one_that_ended_in_its_last_round() {
    let told = |mut record: Record| {
        record.ended = Ended::Interrupted;
        warnings(&record)[0].to_string()
    };
    let builds = || {
        let mut record = synthetic::changed(&[5], 5);
        record.cells.iter_mut().for_each(|cell| cell.confirmation.clear());
        record
    };
    insta::assert_snapshot!(told(builds()), @"The run was interrupted after its rounds, in the rerun of what looked changed.");
    // What did not change is not run again.
    insta::assert_snapshot!(told(synthetic::variants(&["base", "new"], &[5], 5)), @"The run was interrupted after 5 of 5 rounds.");
    insta::assert_snapshot!(told(synthetic::record()), @"The run was interrupted after 5 of 5 rounds.");
    // The last round was not over.
    let mut last = builds();
    last.cells[0].rounds.pop();
    insta::assert_snapshot!(told(last), @"The run was interrupted after 5 of 5 rounds.");
    // A cell that failed has no more rounds to wait for.
    let mut failed = builds();
    synthetic::fail(synthetic::cell_mut(&mut failed, "smol@base", 5), "killed");
    assert!(told(failed).contains("in the rerun"));
    // Enough may have been known before all planned rounds were over.
    let mut precise = synthetic::changed(&[5], 5);
    precise.profile.rounds = 10;
    assert!(told(precise).contains("in the rerun"));
}

#[test]
fn a_busy_machine_and_a_greedy_hypervisor() {
    let told = |busy, steal| {
        warned(|record| {
            (record.machine.busy_before, record.machine.steal) = (Some(busy), Some(steal));
        })
    };
    assert_eq!(told(0.1, 0.01), "");
    insta::assert_snapshot!(told(0.101, 0.0101), @"
    Other programs used 10 % of the CPU time just before the run.
    The hypervisor took 1.0 % of the CPU time during the run.
    ");
}

#[test]
fn a_reference_that_varies() {
    let told = |deviation: f64| {
        let slow = 50e6 * (deviation * 5f64.sqrt()).exp();
        warned(|record| synthetic::time(&mut record.cells[0], &[50e6, slow, 50e6, 50e6, 50e6]))
    };
    // The deviation of ln x, 0, 0, 0, 0 is ln x / sqrt(5).
    assert_eq!(told(0.0199), "");
    insta::assert_snapshot!(told(0.0201), @"sequential, the reference, varied by 2.0 % between rounds of fan_out with 5 requests of 10 ms each.");
}

#[test]
fn cells_without_all_the_rounds() {
    let told = |rounds| warned(|record| tokio(record).rounds.truncate(rounds));
    assert_eq!(told(5), "");
    insta::assert_snapshot!(told(3), @"Cells that missed some of their rounds: 1 of 15.");
    insta::assert_snapshot!(told(2), @"
    Cells that missed some of their rounds: 1 of 15.
    Cells with under 3 rounds: 1 of 15. They have no interval, and verdicts on them are undecided.
    ");
}

#[test]
fn too_few_in_flight() {
    let told = |peaks: [u64; 5]| {
        warned(|record| {
            for (round, peak) in tokio(record).rounds.iter_mut().zip(peaks) {
                round.server.as_mut().unwrap().peak = peak;
            }
        })
    };
    // The best round shows what the client can do.
    assert_eq!(told([5, 5, 90, 5, 5]), "");
    insta::assert_snapshot!(told([5, 5, 89, 5, 5]), @"Fewer requests were ever in flight at once than were to be: at most 89 of 100 for tokio on fan_out with 100 requests of 10 ms each.");
}

#[test]
fn the_worst_places_come_first() {
    let told = warned(|record| {
        for (client, peak) in [("tokio", 80), ("async-std", 60), ("smol", 70)] {
            for round in &mut synthetic::cell_mut(record, client, 100).rounds {
                let counts = round.server.as_mut().unwrap();
                (counts.peak, counts.lateness.p50_us) = (peak, 1_000.0 + 10.0 * peak as f64);
            }
        }
    });
    insta::assert_snapshot!(told, @"
    Fewer requests were ever in flight at once than were to be: at most 60 of 100 for async-std on fan_out with 100 requests of 10 ms each; at most 70 of 100 for smol on fan_out with 100 requests of 10 ms each; at most 80 of 100 for tokio on fan_out with 100 requests of 10 ms each.
    The server's own lateness is a large share of the delays: 18 % for tokio on fan_out with 100 requests of 10 ms each; 17 % for smol on fan_out with 100 requests of 10 ms each; 16 % for async-std on fan_out with 100 requests of 10 ms each.
    ");
}

#[test]
fn a_late_server() {
    let told = |p50_us: [f64; 5]| {
        warned(|record| {
            for (round, p50_us) in tokio(record).rounds.iter_mut().zip(p50_us) {
                let lateness = &mut round.server.as_mut().unwrap().lateness;
                (lateness.p50_us, lateness.p99_us) = (p50_us, 99_000.0);
            }
        })
    };
    // The median round, against the delay of 10 ms; never the 99th percentile.
    assert_eq!(told([9e9, 9e9, 1_000.0, 1.0, 1.0]), "");
    insta::assert_snapshot!(told([9e9, 9e9, 1_001.0, 1.0, 1.0]), @"The server's own lateness is a large share of the delays: 10 % for tokio on fan_out with 100 requests of 10 ms each.");
}

#[test]
fn lateness_without_a_delay_is_held_against_the_batch() {
    let told = |p50_us: f64| {
        warned(|record| {
            for cell in &mut record.cells {
                cell.delay_ms = None;
                synthetic::time(cell, &[10e6; 5]);
                for round in &mut cell.rounds {
                    round.server.as_mut().unwrap().lateness.p50_us = p50_us;
                }
            }
        })
    };
    assert_eq!(told(1_000.0), "");
    insta::assert_snapshot!(told(1_001.0), @"The server's own lateness is a large share of the delays: 10 % for sequential on fan_out with 5 requests; 10 % for thread-pool-32 on fan_out with 5 requests; 10 % for tokio on fan_out with 5 requests, and 12 more.");
}

#[test]
fn a_cell_that_varies_much_more_than_the_others() {
    // The other cells deviate by 0.16 %, less than what is called steady.
    let told = |factor: f64| {
        warned(|record| synthetic::time(tokio(record), &[19e6 * factor, 19e6, 19e6, 19e6, 19e6]))
    };
    assert_eq!(told((0.0299 * 5f64.sqrt()).exp()), "");
    insta::assert_snapshot!(told((0.0301 * 5f64.sqrt()).exp()), @"Cells that varied between rounds much more than the others: 3.0 % for tokio on fan_out with 100 requests of 10 ms each.");
}

#[test]
fn where_all_cells_vary_one_has_to_stand_out() {
    // All concurrent cells deviate by 2 %, and one of them by so many times as much.
    let told = |times: f64| {
        warned(|record| {
            for (index, cell) in record.cells.iter_mut().enumerate() {
                let deviation = if index == 7 { 0.02 * times } else { 0.02 };
                let slow = 19e6 * (deviation * 5f64.sqrt()).exp();
                let steady = cell.role == Role::Reference;
                let first = if steady { 19e6 } else { slow };
                synthetic::time(cell, &[first, 19e6, 19e6, 19e6, 19e6]);
            }
        })
    };
    assert_eq!(told(2.99), "");
    insta::assert_snapshot!(told(3.01), @"Cells that varied between rounds much more than the others: 6.0 % for tokio on fan_out with 20 requests of 10 ms each.");
}

#[test]
fn many_places_are_counted_and_not_named() {
    let told = warned(|record| {
        for cell in &mut record.cells {
            for round in &mut cell.rounds {
                round.server.as_mut().unwrap().lateness.p50_us = 1_000.0 + f64::from(cell.n);
            }
        }
    });
    insta::assert_snapshot!(told, @"The server's own lateness is a large share of the delays: 11 % for sequential on fan_out with 100 requests of 10 ms each; 11 % for thread-pool-32 on fan_out with 100 requests of 10 ms each; 11 % for tokio on fan_out with 100 requests of 10 ms each, and 12 more.");
}
