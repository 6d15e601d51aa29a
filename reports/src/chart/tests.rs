//! The charts of synthetic records: what is in them, and what is not.

mod extremes;
mod places;
mod svg;
mod trends;

use super::*;
use crate::analysis::Analysis;
use crate::record::Record;
use crate::{stats, synthetic};
use draw::SIZE;
use svg::{Drawn, Scale};

fn comparison(record: &Record) -> Comparison {
    Analysis::of(record).comparisons.remove(0)
}

fn speedup(comparison: &Comparison) -> Option<Drawn> {
    super::speedup(comparison).map(|svg| Drawn::read(&svg))
}

fn time(comparison: &Comparison) -> Option<Drawn> {
    super::time(comparison).map(|svg| Drawn::read(&svg))
}

#[test]
fn both_charts_have_a_tick_at_every_measured_size() {
    let comparison = comparison(&synthetic::record());
    let (speedup, time) = (speedup(&comparison).unwrap(), time(&comparison).unwrap());
    for drawn in [&speedup, &time] {
        let labels: Vec<_> = drawn.x_ticks().into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["5", "20", "100"]);
    }
    assert!(speedup.texts().contains(&"50x"));
    assert!(time.texts().contains(&"500 ms"));
}

#[test]
fn every_client_has_a_marker_a_size_and_the_reference_only_a_time() {
    let comparison = comparison(&synthetic::record());
    let (speedup, time) = (speedup(&comparison).unwrap(), time(&comparison).unwrap());
    assert_eq!([speedup.count("tokio"), time.count("tokio")], [3, 3]);
    assert_eq!([speedup.count("sequential"), time.count("sequential")], [0, 3]);
}

#[test]
fn whiskers_are_drawn_where_there_is_an_interval() {
    let lines = |rounds| {
        let record = synthetic::record_of(&["sequential", "tokio"], &[5, 20], rounds);
        let tokio = series::assign(&["tokio"])[0];
        speedup(&comparison(&record)).unwrap().lines(&tokio.hex()).len()
    };
    // A line through the points, and for each point a whisker and its two ends.
    assert_eq!([lines(2), lines(3)], [1, 7]);
}

#[test]
fn a_failed_cell_has_no_point() {
    let mut record = synthetic::record();
    synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 20), "killed");
    let drawn = speedup(&comparison(&record)).unwrap();
    assert_eq!([drawn.count("tokio"), drawn.count("smol")], [2, 3]);
}

#[test]
fn one_size_and_no_delay_can_be_drawn() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[7], 2);
    for cell in &mut record.cells {
        (cell.delay_ms, cell.ideal_ns) = (None, None);
    }
    let comparison = comparison(&record);
    let (speedup, time) = (speedup(&comparison).unwrap(), time(&comparison).unwrap());
    assert_eq!(time.count("tokio"), 1);
    assert_eq!([speedup.lines(IDEAL).len(), time.lines(IDEAL).len()], [0, 0]);
}

#[test]
fn without_figures_there_is_no_chart() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 5);
    synthetic::fail(&mut record.cells[0], "killed");
    assert!(speedup(&comparison(&record)).is_none());
    assert!(time(&comparison(&record)).is_some());
    synthetic::fail(&mut record.cells[1], "killed");
    assert!(time(&comparison(&record)).is_none());
}
