//! The charts of synthetic records: what is in them, and what is not.

use super::*;
use crate::analysis::Analysis;
use crate::record::Record;
use crate::synthetic;

fn comparison(record: &Record) -> Comparison {
    Analysis::of(record).comparisons.remove(0)
}

/// The texts of the chart, in the order they are drawn.
fn texts(svg: &str) -> Vec<String> {
    let after = svg.split("<text ").skip(1);
    after.map(|text| text.split(['>', '<']).nth(1).unwrap().trim().to_owned()).collect()
}

/// How many markers are drawn in this client's colour.
fn markers(svg: &str, client: &str) -> usize {
    let colour = format!("fill=\"{}\"", Series::of(client, 0).hex());
    svg.split('<').filter(|tag| tag.starts_with("polygon") && tag.contains(&colour)).count()
}

#[test]
fn both_charts_have_a_tick_at_every_measured_size() {
    let comparison = comparison(&synthetic::record());
    for svg in [speedup(&comparison).unwrap(), time(&comparison).unwrap()] {
        assert!(svg.starts_with("<svg "), "{svg}");
        for n in ["5", "20", "100"] {
            assert!(texts(&svg).contains(&n.to_owned()), "no {n} in {:?}", texts(&svg));
        }
    }
    assert!(texts(&speedup(&comparison).unwrap()).contains(&"50x".to_owned()));
    assert!(texts(&time(&comparison).unwrap()).contains(&"500 ms".to_owned()));
}

#[test]
fn every_client_has_a_marker_a_size_and_the_reference_only_a_time() {
    let comparison = comparison(&synthetic::record());
    let (speedup, time) = (speedup(&comparison).unwrap(), time(&comparison).unwrap());
    assert_eq!([markers(&speedup, "tokio"), markers(&time, "tokio")], [3, 3]);
    assert_eq!([markers(&speedup, "sequential"), markers(&time, "sequential")], [0, 3]);
}

#[test]
fn whiskers_are_drawn_where_there_is_an_interval() {
    let whiskers = |rounds| {
        let record = synthetic::record_of(&["sequential", "tokio"], &[5, 20], rounds);
        let svg = speedup(&comparison(&record)).unwrap();
        let colour = format!("stroke=\"{}\"", Series::of("tokio", 1).hex());
        svg.split('<').filter(|tag| tag.starts_with("polyline") && tag.contains(&colour)).count()
    };
    // A line through the points, and for each point a whisker and its two ends.
    assert_eq!([whiskers(2), whiskers(3)], [1, 7]);
}

#[test]
fn a_failed_cell_has_no_point() {
    let mut record = synthetic::record();
    synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 20), "killed");
    let svg = speedup(&comparison(&record)).unwrap();
    assert_eq!([markers(&svg, "tokio"), markers(&svg, "smol")], [2, 3]);
}

#[test]
fn one_size_and_no_delay_can_be_drawn() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[7], 2);
    for cell in &mut record.cells {
        (cell.delay_ms, cell.ideal_ns) = (None, None);
    }
    let comparison = comparison(&record);
    assert_eq!(markers(&time(&comparison).unwrap(), "tokio"), 1);
    assert!(!time(&comparison).unwrap().contains(IDEAL));
    assert!(!speedup(&comparison).unwrap().contains(IDEAL));
}

#[test]
fn without_figures_there_is_no_chart() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 5);
    synthetic::fail(&mut record.cells[0], "killed");
    assert_eq!(speedup(&comparison(&record)), None);
    assert!(time(&comparison(&record)).is_some());
    synthetic::fail(&mut record.cells[1], "killed");
    assert_eq!(time(&comparison(&record)), None);
}
