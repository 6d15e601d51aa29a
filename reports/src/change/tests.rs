//! What synthetic records of several builds say, worked out by hand.

use super::*;
use crate::record::{Round, Status};
use crate::synthetic::{self, VARIED};

const FLOOR: f64 = 0.05;

/// Two builds, two clients, two sizes, ten rounds.
fn record() -> Record {
    synthetic::variants(&["base", "new"], &[5, 20], 10)
}

/// Every change in few words, in order: `tokio@new 5 time: Unchanged`.
fn told(record: &Record, floor: f64) -> Vec<String> {
    let word = |it: &Change| {
        let Change { client, variant, n, quantity, finding, .. } = it;
        format!("{client}@{variant} {n} {}: {finding:?}", quantity.name())
    };
    Changes::of(record, floor).changes.iter().map(word).collect()
}

/// The change of this client on this size.
fn change(record: &Record, client: &str, n: u32, quantity: Quantity) -> Change {
    let changes = Changes::of(record, FLOOR).changes;
    let is = |it: &&Change| it.client == client && it.n == n && it.quantity == quantity;
    changes.iter().find(is).unwrap().clone()
}

fn suspects_of(record: &Record) -> Vec<String> {
    let places =
        suspects(&record.cells, &record.profile.clients, &record.variants, record.profile.margin);
    places.iter().map(|&at| format!("{} {}", record.cells[at].client, record.cells[at].n)).collect()
}

fn close(got: f64, want: f64) {
    assert!((got / want - 1.0).abs() < 1e-9, "got {got}, want {want}");
}

#[test]
fn equal_builds_did_not_change() {
    let record = record();
    let changes = Changes::of(&record, FLOOR);
    assert_eq!((changes.base.as_str(), &changes.variants[..]), ("base", &["new".to_owned()][..]));
    insta::assert_snapshot!(told(&record, FLOOR).join("\n"), @"
    tokio@new 5 time: Unchanged
    tokio@new 5 cpu: Unchanged
    smol@new 5 time: Unchanged
    smol@new 5 cpu: Unchanged
    tokio@new 20 time: Unchanged
    tokio@new 20 cpu: Unchanged
    smol@new 20 time: Unchanged
    smol@new 20 cpu: Unchanged
    ");
    assert_eq!(suspects_of(&record), [""; 0]);
}

#[test]
fn the_ratio_is_the_new_by_the_base_inside_each_round() {
    let mut record = synthetic::variants(&["base", "new"], &[5], 3);
    // The machine got slower by two from round to round; the ratio is 2, 4, 8 all the same.
    synthetic::time(synthetic::cell_mut(&mut record, "tokio@base", 5), &[1e6, 2e6, 4e6]);
    synthetic::time(synthetic::cell_mut(&mut record, "tokio@new", 5), &[2e6, 8e6, 32e6]);
    let it = change(&record, "tokio", 5, Quantity::Time);
    close(it.base.unwrap(), 2e6);
    close(it.new.unwrap(), 8e6);
    let ratio = it.estimate.unwrap();
    close(ratio.value, 4.0);
    close(ratio.interval.unwrap().low, 4.0 / 2f64.powf(4.302_652_729_696_144 / 3f64.sqrt()));
    // p is 0.07: far beyond the floor, and not sure.
    assert_eq!(it.finding, Finding::Undecided);
}

#[test]
fn what_changed_comes_first_and_the_most_of_it_before_the_rest() {
    let mut record = record();
    synthetic::slow(synthetic::cell_mut(&mut record, "tokio@new", 20), 1.1);
    synthetic::slow(synthetic::cell_mut(&mut record, "smol@new", 20), 1.5);
    synthetic::slow(synthetic::cell_mut(&mut record, "tokio@new", 5), 0.5);
    synthetic::fail(synthetic::cell_mut(&mut record, "smol@base", 5), "killed\nby 9");
    insta::assert_snapshot!(told(&record, FLOOR).join("\n"), @r#"
    smol@new 20 time: Unconfirmed(More)
    smol@new 20 cpu: Unconfirmed(More)
    tokio@new 20 time: Unconfirmed(More)
    tokio@new 20 cpu: Unconfirmed(More)
    tokio@new 5 time: Unconfirmed(Less)
    tokio@new 5 cpu: Unconfirmed(Less)
    smol@new 5 time: NotMeasured("smol@base failed: killed by 9")
    "#);
    assert_eq!(
        suspects_of(&record),
        [
            "tokio@base 5",
            "tokio@new 5",
            "tokio@base 20",
            "tokio@new 20",
            "smol@base 20",
            "smol@new 20"
        ]
    );
}

#[test]
fn a_rerun_confirms_what_it_flags_in_the_same_direction() {
    let rerun = |first: f64, again: f64| {
        let mut record = record();
        synthetic::slow(synthetic::cell_mut(&mut record, "tokio@new", 20), first);
        synthetic::rerun(&mut record, "tokio@new", 20, again);
        let it = change(&record, "tokio", 20, Quantity::Time);
        close(it.confirmation.unwrap().value, again);
        it.finding
    };
    assert_eq!(rerun(1.2, 1.1), Finding::Regression);
    assert_eq!(rerun(0.8, 0.9), Finding::Improvement);
    assert_eq!(rerun(1.2, 0.8), Finding::NotConfirmed(Direction::More));
    assert_eq!(rerun(0.8, 1.2), Finding::NotConfirmed(Direction::Less));
    // Surely changed, and inside the floor.
    assert_eq!(rerun(1.2, 1.04), Finding::NotConfirmed(Direction::More));
    // A rerun of what was not flagged makes nothing of it.
    assert_eq!(rerun(1.0, 1.2), Finding::Unchanged);
}

#[test]
fn a_rerun_that_was_cut_short_tells_nothing() {
    let mut record = record();
    synthetic::slow(synthetic::cell_mut(&mut record, "tokio@new", 20), 1.2);
    synthetic::rerun(&mut record, "tokio@new", 20, 1.2);
    synthetic::cell_mut(&mut record, "tokio@base", 20).confirmation.truncate(2);
    let it = change(&record, "tokio", 20, Quantity::Time);
    assert_eq!(it.finding, Finding::Unconfirmed(Direction::More));
}

#[test]
fn the_floor_decides_what_is_news() {
    let finding = |by: f64, floor: f64| {
        let mut record = record();
        synthetic::slow(synthetic::cell_mut(&mut record, "tokio@new", 20), by);
        told(&record, floor).iter().find(|it| it.starts_with("tokio@new 20 time")).unwrap().clone()
    };
    assert_eq!(finding(1.06, 0.05), "tokio@new 20 time: Unconfirmed(More)");
    assert_eq!(finding(1.06, 0.10), "tokio@new 20 time: Small");
    // As far below 1 as 1.05 is above it: 0.952.
    assert_eq!(finding(0.95, 0.05), "tokio@new 20 time: Unconfirmed(Less)");
    assert_eq!(finding(0.96, 0.05), "tokio@new 20 time: Small");
    assert_eq!(finding(1.01, 0.0), "tokio@new 20 time: Unconfirmed(More)");
}

#[test]
fn an_interval_that_reaches_beyond_the_floor_is_undecided() {
    let mut record = record();
    let wide = |round: &mut Round, by: f64| round.mean_ns *= by;
    let cell = synthetic::cell_mut(&mut record, "tokio@new", 20);
    for (at, round) in cell.rounds.iter_mut().enumerate() {
        wide(round, if at % 2 == 0 { 1.1 } else { 1.0 / 1.1 });
    }
    assert_eq!(change(&record, "tokio", 20, Quantity::Time).finding, Finding::Undecided);
    let two_rounds = synthetic::variants(&["base", "new"], &[5], 2);
    assert_eq!(change(&two_rounds, "tokio", 5, Quantity::Time).finding, Finding::Undecided);
}

#[test]
fn the_whole_record_is_one_family() {
    // t = ln 1.0525 / (0.033 / 3) is 4.65, p = 0.0016: sure among 20 ratios, not among 80.
    let finding = |sizes: &[u32]| {
        let mut record = synthetic::variants(&["base", "new"], sizes, 9);
        for cell in &mut record.cells {
            synthetic::time(cell, &[1e6; 9]);
            cell.rounds.iter_mut().for_each(|round| round.costs = None);
        }
        let wander = |round: i32| {
            let deviation = f64::from(round - 4) / 7.5_f64.sqrt();
            1e6 * (1.0525_f64.ln() + 0.033 * deviation).exp()
        };
        let rounds: Vec<f64> = (0..9).map(wander).collect();
        synthetic::time(synthetic::cell_mut(&mut record, "tokio@new", 1), &rounds);
        change(&record, "tokio", 1, Quantity::Time).finding
    };
    let sizes: Vec<u32> = (1..=40).collect();
    assert_eq!(finding(&sizes[..10]), Finding::Unconfirmed(Direction::More));
    assert_eq!(finding(&sizes), Finding::Undecided);
}

#[test]
fn cpu_time_is_compared_where_every_shared_round_has_it() {
    let quantities = |change: fn(&mut Cell)| {
        let mut record = synthetic::variants(&["base", "new"], &[5], 3);
        change(synthetic::cell_mut(&mut record, "tokio@new", 5));
        told(&record, FLOOR).into_iter().filter(|it| it.starts_with("tokio")).collect::<Vec<_>>()
    };
    assert_eq!(quantities(|_| ()).len(), 2);
    assert_eq!(quantities(|cell| cell.rounds[1].costs = None), ["tokio@new 5 time: Unchanged"]);
    let none = quantities(|cell| {
        let costs = cell.rounds[1].costs.as_mut().unwrap();
        (costs.user_ns, costs.system_ns) = (0, 0);
    });
    assert_eq!(none[0], "tokio@new 5 cpu: NotMeasured(\"a round counted none\")");
}

#[test]
fn every_variant_is_held_against_the_first() {
    let mut record = synthetic::variants(&["1.44.2", "1.45.0", "1.54.1"], &[5], 10);
    synthetic::slow(synthetic::cell_mut(&mut record, "tokio@1.45.0", 5), 2.0);
    let changes = Changes::of(&record, FLOOR);
    assert_eq!((&*changes.base, changes.variants.len()), ("1.44.2", 2));
    let told = told(&record, FLOOR);
    assert_eq!(told.len(), 2 * 2 * VARIED.len());
    assert!(told[..2].contains(&"tokio@1.45.0 5 time: Unconfirmed(More)".to_owned()), "{told:?}");
    assert!(told.contains(&"tokio@1.54.1 5 time: Unchanged".to_owned()), "{told:?}");
    assert_eq!(suspects_of(&record), ["tokio@1.44.2 5", "tokio@1.45.0 5"]);
}

#[test]
fn a_cell_that_has_no_partner_says_so() {
    let reason = |change: fn(&mut Record)| {
        let mut record = synthetic::variants(&["base", "new"], &[5], 3);
        change(&mut record);
        match self::change(&record, "tokio", 5, Quantity::Time).finding {
            Finding::NotMeasured(reason) => reason,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reason(|it| drop(it.cells.remove(0))), "base has no such cell");
    assert_eq!(reason(|it| drop(it.cells.remove(1))), "new has no such cell");
    assert_eq!(
        reason(|it| it.cells[0].rounds.truncate(0)),
        "tokio@base failed: it is called measured and has no rounds"
    );
    assert_eq!(reason(|it| it.cells[1].status = Status::Skipped), "tokio@new was not run");
    let apart = reason(|it| {
        it.cells[0].rounds.truncate(1);
        it.cells[1].rounds.remove(0);
    });
    assert_eq!(apart, "they share no round");
}

#[test]
fn without_variants_nothing_is_compared() {
    let changes = Changes::of(&synthetic::record(), FLOOR);
    assert_eq!((changes.base.as_str(), changes.changes.len()), ("", 0));
}
