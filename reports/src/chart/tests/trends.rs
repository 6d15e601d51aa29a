//! Charts over runs: evenly apart, each ratio at its height, and marks between runs.

use super::*;
use crate::chart::trend::{Trend, trend};
use crate::series::Series;
use crate::stats::Interval;

/// How far from its place anything may be: half a pixel for it, and half for each tick.
const PIXELS: f64 = 1.6;

fn days(count: usize) -> Vec<String> {
    (1..=count).map(|day| format!("2025-01-{day:02}")).collect()
}

fn ratio(value: f64) -> Option<Estimate> {
    let interval = Some(Interval { low: value * 0.98, high: value * 1.02 });
    Some(Estimate { value, interval, rounds: 5, deviation: 0.01 })
}

fn tokio() -> Series {
    series::assign(&["tokio"])[0]
}

fn drawn(ratios: &[Option<Estimate>], changes: &[usize], around_one: bool) -> Option<Drawn> {
    let labels = days(ratios.len());
    let it = Trend { labels: &labels, client: "tokio", ratios, changes, around_one };
    trend(&it).map(|svg| Drawn::read(&svg))
}

#[test]
fn runs_are_evenly_apart_and_ratios_at_their_height() {
    let values = [60.0, 61.0, 62.0, 70.0, 59.0];
    let drawn = drawn(&values.map(ratio), &[], false).unwrap();
    drawn.assert_inside();
    let markers = drawn.markers(tokio());
    assert_eq!(markers.len(), 5);
    let steps: Vec<f64> = markers.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    assert!(steps.iter().all(|step| (step - steps[0]).abs() <= 1.0 && *step > 50.0), "{steps:?}");
    let scale = Scale::of(&drawn.y_ticks());
    for (value, (_, y)) in values.into_iter().zip(markers) {
        assert!((scale.pixel(value) - y).abs() <= PIXELS, "{value} is at {y}");
    }
    // The ticks that are there stand below their runs.
    for tick in drawn.x_ticks() {
        let day: usize = tick.label[8..].parse().unwrap();
        assert!((drawn.markers(tokio())[day - 1].0 - tick.at).abs() <= 1.0, "{tick:?}");
    }
}

#[test]
fn a_run_without_a_ratio_has_no_point_and_its_place() {
    let all = drawn(&[50.0, 50.0, 50.0, 50.0].map(ratio), &[], false).unwrap();
    let some = drawn(&[ratio(50.0), None, ratio(50.0), ratio(50.0)], &[], false).unwrap();
    let mut places = all.markers(tokio());
    places.remove(1);
    assert_eq!(some.markers(tokio()), places);
}

#[test]
fn marks_stand_before_their_runs_with_their_numbers() {
    let drawn = drawn(&[50.0; 6].map(ratio), &[2, 5], false).unwrap();
    drawn.assert_inside();
    let markers = drawn.markers(tokio());
    let marks = drawn.lines(IDEAL);
    assert_eq!(marks.len(), 2);
    for (mark, run) in marks.iter().zip([2, 5]) {
        let between = (markers[run - 1].0 + markers[run].0) / 2.0;
        assert!(mark.iter().all(|(x, _)| (x - between).abs() <= 1.0), "{mark:?}");
    }
    for number in ["1", "2"] {
        assert!(drawn.texts().contains(&number), "{:?}", drawn.texts());
    }
}

#[test]
fn a_line_shows_where_nothing_differs() {
    let drawn = drawn(&[1.2, 1.3].map(ratio), &[], true).unwrap();
    drawn.assert_inside();
    let [line] = &drawn.lines(IDEAL)[..] else { panic!() };
    let at = Scale::of(&drawn.y_ticks()).pixel(1.0);
    assert!(line.iter().all(|(_, y)| (y - at).abs() <= PIXELS), "{line:?} is not at {at}");
}

#[test]
fn a_small_change_is_seen() {
    let drawn = drawn(&[50.0, 52.5].map(ratio), &[], false).unwrap();
    let [(_, before), (_, after)] = drawn.markers(tokio())[..] else { panic!() };
    let height = f64::from(SIZE.1);
    assert!(before - after > height / 6.0, "5 % are {} pixels", before - after);
}

#[test]
fn one_run_many_runs_and_none_can_be_drawn() {
    assert!(drawn(&[], &[], true).is_none());
    assert!(drawn(&[None, None], &[1], false).is_none());
    let one = drawn(&[ratio(7.0)], &[], false).unwrap();
    one.assert_inside();
    assert_eq!(one.markers(tokio()).len(), 1);
    let labels: Vec<String> = days(200);
    let ratios: Vec<_> = (0..200).map(|run| ratio(1.0 + f64::from(run) / 1e3)).collect();
    let changes: Vec<usize> = (1..200).collect();
    let client = "tokio";
    let it =
        Trend { labels: &labels, client, ratios: &ratios, changes: &changes, around_one: true };
    let many = Drawn::read(&trend(&it).unwrap());
    assert_eq!(many.markers(tokio()).len(), 200);
}

#[test]
fn a_ratio_without_an_interval_has_no_whisker() {
    let bare = ratio(2.0).map(|it| Estimate { interval: None, ..it });
    let lines = |ratio| drawn(&[ratio], &[], false).unwrap().lines(&tokio().hex()).len();
    // The line through the points, the whisker and its two ends.
    assert_eq!([lines(bare), lines(ratio(2.0))], [1, 4]);
}
