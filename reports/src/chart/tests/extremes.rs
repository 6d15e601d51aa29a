//! Charts of figures that no machine measures, and of more clients than anyone runs.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use proptest::num::f64::{NORMAL, POSITIVE, SUBNORMAL};
use proptest::prelude::*;

use super::*;

/// Runs what may hang, and fails where it does: it takes some milliseconds.
fn within_a_minute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    outcome.recv_timeout(Duration::from_secs(60)).expect("no panic, and an end within a minute")
}

/// Draws both charts of a record with these means and this delay.
fn draw(means_ns: &[f64], delay_ms: f64, rounds: u32) {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[1, u32::MAX], rounds);
    let mut means_ns = means_ns.iter().copied().cycle();
    for cell in &mut record.cells {
        (cell.delay_ms, cell.ideal_ns) = (Some(delay_ms), Some(delay_ms * 1e6));
        for (round, mean_ns) in cell.rounds.iter_mut().zip(&mut means_ns) {
            round.mean_ns = mean_ns;
        }
    }
    within_a_minute(move || {
        let comparison = comparison(&record);
        for drawn in [speedup(&comparison), time(&comparison)].into_iter().flatten() {
            assert!(drawn.x_ticks().len() <= 9 && drawn.y_ticks().len() <= 9);
            drawn.assert_inside();
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_times_can_be_drawn(
        means_ns in prop::collection::vec(POSITIVE | NORMAL | SUBNORMAL, 1..13),
        delay_ms in POSITIVE | NORMAL | SUBNORMAL,
        rounds in 1..4u32,
    ) {
        draw(&means_ns, delay_ms, rounds);
    }
}

#[test]
fn the_least_and_the_greatest_times_can_be_drawn() {
    let (least, greatest) = (f64::from_bits(1), f64::MAX);
    for means_ns in [&[least][..], &[greatest], &[1e-320, 1e308], &[least, greatest, 1.0]] {
        for delay_ms in [0.0, 1e308, 1e-320, f64::INFINITY, f64::NAN, -1.0] {
            draw(means_ns, delay_ms, 3);
        }
    }
}

#[test]
fn ticks_that_anyone_may_see_are_short() {
    for steps in [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0] {
        for power in -6..10 {
            let value: f64 = format!("{steps}e{power}").parse().unwrap();
            for label in [speedup_label(value), duration_label(value)] {
                assert!(label.len() <= 8 && label.is_ascii(), "{label}");
            }
        }
    }
    assert_eq!([1.0, 100.0, 10_000.0].map(size_label), ["1", "100", "10,000"]);
}

#[test]
fn a_long_size_is_written_whole_and_its_labels_do_not_touch() {
    let sizes = [1, 10, 100, 1_000, 9_000, 10_000, 100_000];
    let record = synthetic::record_of(&["sequential", "tokio"], &sizes, 3);
    let drawn = time(&comparison(&record)).unwrap();
    let labels: Vec<_> = drawn.x_ticks().into_iter().map(|tick| tick.label).collect();
    assert_eq!(labels, ["1", "10", "100", "1,000", "10,000", "100,000"]);
    drawn.assert_inside();
}

#[test]
fn the_horizontal_axis_says_what_n_counts() {
    let mut record = synthetic::record();
    record.cells.iter_mut().for_each(|cell| cell.unit = "item".to_owned());
    let comparison = comparison(&record);
    for drawn in [speedup(&comparison), time(&comparison)] {
        assert!(drawn.unwrap().texts().contains(&"items in a batch (n)"));
    }
}

#[test]
fn a_time_too_short_to_be_a_number_of_milliseconds_has_no_point() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5, 20], 1);
    synthetic::cell_mut(&mut record, "tokio", 20).rounds[0].mean_ns = 1e-320;
    let drawn = time(&comparison(&record)).unwrap();
    assert_eq!([drawn.count("sequential"), drawn.count("tokio")], [2, 1]);
}
