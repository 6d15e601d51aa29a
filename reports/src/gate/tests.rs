//! What the gate says of synthetic records.

use super::*;
use crate::synthetic::{self, cell_mut, fail, rerun, slow, variants};

fn rules(expectations: &[&str]) -> Rules {
    let expectations = expectations.iter().map(|line| line.parse().unwrap()).collect();
    Rules { floor: 0.05, confirm: true, expectations }
}

fn told(record: &Record, rules: &Rules) -> String {
    let text = Gate::of(record, rules).terminal();
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "over 100 columns: {line}");
    }
    text
}

/// Two clients on two sizes, of which tokio takes twice as much on one.
fn changed(again: Option<f64>) -> Record {
    let mut record = variants(&["base", "new"], &[5, 20], 10);
    slow(cell_mut(&mut record, "tokio@new", 20), 2.0);
    if let Some(by) = again {
        rerun(&mut record, "tokio@new", 20, by);
    }
    record
}

#[test]
fn equal_builds_pass() {
    insta::assert_snapshot!(told(&variants(&["base", "new"], &[5, 20], 10), &rules(&[])), @"
    No change of 5 % or more in 4 cells between base and new.

    PASS       8 of 8 rows did not change by more than 5 %

    gate: PASS (0 failed, 0 undecided, 1 passed)
    ");
}

#[test]
fn a_confirmed_regression_fails() {
    insta::assert_snapshot!(told(&changed(Some(2.0)), &rules(&[])), @"
    new takes 2.00x the time of base for tokio on fan_out with 20 requests of 10 ms each [2.00, 2.00],
    confirmed by a rerun; 1 of 4 cells changed.

    FAIL       tokio on fan_out n=20: new takes 2.00x [2.00, 2.00] the time of base, again 2.00x [2.00,
               2.00], confirmed by a rerun
    FAIL       tokio on fan_out n=20: new takes 2.00x [2.00, 2.00] the CPU time of base, again 2.00x
               [2.00, 2.00], confirmed by a rerun
    PASS       6 of 8 rows did not change by more than 5 %

    gate: FAIL (2 failed, 0 undecided, 1 passed)
    ");
}

#[test]
fn what_a_rerun_does_not_confirm_passes_unless_the_planned_rounds_are_enough() {
    let record = changed(Some(1.0));
    insta::assert_snapshot!(told(&record, &rules(&[])), @"
    No change of 5 % or more in 4 cells between base and new. 1 of 4 cells looked changed, and in a
    rerun did not.

    PASS       tokio on fan_out n=20: new takes 2.00x [2.00, 2.00] the time of base, again 1.00x [1.00,
               1.00], not confirmed by the rerun
    PASS       tokio on fan_out n=20: new takes 2.00x [2.00, 2.00] the CPU time of base, again 1.00x
               [1.00, 1.00], not confirmed by the rerun
    PASS       6 of 8 rows did not change by more than 5 %

    gate: PASS (0 failed, 0 undecided, 3 passed)
    ");
    let planned = Rules { confirm: false, ..rules(&[]) };
    insta::assert_snapshot!(told(&record, &planned), @"
    No change of 5 % or more in 4 cells between base and new. 1 of 4 cells looked changed, and in a
    rerun did not.

    FAIL       tokio on fan_out n=20: new takes 2.00x [2.00, 2.00] the time of base, again 1.00x [1.00,
               1.00], not confirmed by the rerun, which was not asked for
    FAIL       tokio on fan_out n=20: new takes 2.00x [2.00, 2.00] the CPU time of base, again 1.00x
               [1.00, 1.00], not confirmed by the rerun, which was not asked for
    PASS       6 of 8 rows did not change by more than 5 %

    gate: FAIL (2 failed, 0 undecided, 1 passed)
    ");
}

#[test]
fn what_was_never_run_again_is_undecided_unless_the_planned_rounds_are_enough() {
    let record = changed(None);
    let outcome = |confirm| Gate::of(&record, &Rules { confirm, ..rules(&[]) }).outcome();
    assert_eq!([outcome(true), outcome(false)], [Outcome::Undecided, Outcome::Fail]);
    insta::assert_snapshot!(told(&record, &rules(&[])), @"
    new takes 2.00x the time of base for tokio on fan_out with 20 requests of 10 ms each [2.00, 2.00],
    not run again; 1 of 4 cells look changed.

    UNDECIDED  tokio on fan_out n=20: new takes 2.00x [2.00, 2.00] the time of base, not run again, so
               not confirmed
    UNDECIDED  tokio on fan_out n=20: new takes 2.00x [2.00, 2.00] the CPU time of base, not run again,
               so not confirmed
    PASS       6 of 8 rows did not change by more than 5 %

    gate: UNDECIDED (0 failed, 2 undecided, 1 passed)
    ");
    let mut record = changed(Some(2.0));
    cell_mut(&mut record, "tokio@base", 20).confirmation.truncate(2);
    let said = told(&record, &rules(&[]));
    assert!(said.contains("not run again often enough to tell"), "{said}");
}

#[test]
fn a_floor_below_the_runs_own_margin_finds_what_was_never_run_again() {
    let mut record = variants(&["base", "new"], &[5], 10);
    slow(cell_mut(&mut record, "tokio@new", 5), 1.04);
    assert_eq!(Gate::of(&record, &rules(&[])).outcome(), Outcome::Pass);
    let strict = Rules { floor: 0.03, ..rules(&[]) };
    insta::assert_snapshot!(told(&record, &strict), @"
    new takes 1.04x the time of base for tokio on fan_out with 5 requests of 10 ms each [1.04, 1.04],
    not run again; 1 of 2 cells look changed.

    UNDECIDED  tokio on fan_out n=5: new takes 1.04x [1.04, 1.04] the time of base, not run again, as
               the run's own margin is 5 %
    UNDECIDED  tokio on fan_out n=5: new takes 1.04x [1.04, 1.04] the CPU time of base, not run again,
               as the run's own margin is 5 %
    PASS       2 of 4 rows did not change by more than 3 %

    gate: UNDECIDED (0 failed, 2 undecided, 1 passed)
    ");
}

#[test]
fn improvements_pass() {
    let mut record = variants(&["base", "new"], &[5], 10);
    slow(cell_mut(&mut record, "tokio@new", 5), 0.5);
    let unconfirmed = Gate::of(&record, &Rules { confirm: false, ..rules(&[]) });
    assert_eq!(unconfirmed.outcome(), Outcome::Pass);
    rerun(&mut record, "tokio@new", 5, 0.5);
    assert_eq!(Gate::of(&record, &rules(&[])).outcome(), Outcome::Pass);
}

#[test]
fn what_is_not_known_is_undecided() {
    let mut record = variants(&["base", "new"], &[5, 20, 50, 100], 10);
    for n in [5, 20, 50, 100] {
        fail(cell_mut(&mut record, "tokio@new", n), "killed");
        cell_mut(&mut record, "smol@new", n).rounds.truncate(2);
    }
    insta::assert_snapshot!(told(&record, &rules(&[])), @"
    It is not known of any cell what changed between base and new. 4 of 8 cells may have changed by more
    than 5 % or not. 4 of 8 cells could not be compared.

    UNDECIDED  8 of 12 rows may have changed by more than 5 % or not; smol@new on fan_out n=5, time: no
               interval; smol@new on fan_out n=5, CPU: no interval; smol@new on fan_out n=20, time: no
               interval; and 5 more
    UNDECIDED  4 of 12 rows could not be compared; tokio@new on fan_out n=5, time: tokio@new failed:
               killed; tokio@new on fan_out n=20, time: tokio@new failed: killed; tokio@new on fan_out
               n=50, time: tokio@new failed: killed; and 1 more

    gate: UNDECIDED (0 failed, 2 undecided, 0 passed)
    ");
    record.cells.clear();
    insta::assert_snapshot!(told(&record, &rules(&[])), @"
    It is not known of any cell what changed between base and new.

    UNDECIDED  no cell of one build could be held against one of another

    gate: UNDECIDED (0 failed, 1 undecided, 0 passed)
    ");
}

#[test]
fn a_run_that_was_cut_short_does_not_pass() {
    let mut record = variants(&["base", "new"], &[5], 10);
    record.profile.rounds = 20;
    let mut outcome = |ended| {
        record.ended = ended;
        Gate::of(&record, &rules(&[])).outcome()
    };
    for ended in [Ended::Running, Ended::Interrupted, Ended::Broken] {
        assert_eq!(outcome(ended), Outcome::Undecided, "{ended:?}");
    }
    for ended in [Ended::Planned, Ended::Precise, Ended::MaxTime] {
        assert_eq!(outcome(ended), Outcome::Pass, "{ended:?}");
    }
    record.ended = Ended::Interrupted;
    insta::assert_snapshot!(told(&record, &rules(&[])), @"
    No change of 5 % or more in 2 cells between base and new.

    UNDECIDED  The run was interrupted after 10 of 20 rounds.
    PASS       4 of 4 rows did not change by more than 5 %

    gate: UNDECIDED (0 failed, 1 undecided, 1 passed)
    ");
    // What it did find stays found.
    let mut record = changed(Some(2.0));
    record.ended = Ended::Interrupted;
    assert_eq!(Gate::of(&record, &rules(&[])).outcome(), Outcome::Fail);
}

#[test]
fn expectations_of_one_build() {
    let mut record = synthetic::record();
    fail(cell_mut(&mut record, "smol", 5), "killed");
    let lines = [
        "tokio over sequential >= 4",
        "n=100: tokio over sequential >= 60",
        "n=5: smol over tokio <= 1.1",
        "no failed cell",
    ];
    insta::assert_snapshot!(told(&record, &rules(&lines)), @"
    At 100 requests of 10 ms each, tokio is 54.7x as fast as sequential [54.6, 54.9], async-std 53.1x
    [52.9, 53.2], smol 53.1x [52.9, 53.2] and thread-pool-32 20.8x [20.7, 20.9].

    FAIL       `n=100: tokio over sequential >= 60`: 54.7x [54.6, 54.9] on fan_out n=100
    FAIL       `no failed cell`: 1 of 15 cells failed: smol on fan_out n=5, killed
    UNDECIDED  `n=5: smol over tokio <= 1.1`: fan_out n=5: smol failed, killed
    PASS       `tokio over sequential >= 4`: 4.98x [4.96, 4.99] on fan_out n=5, the closest of 3 cells

    gate: FAIL (2 failed, 1 undecided, 1 passed)
    ");
}
