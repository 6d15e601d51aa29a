//! What became of a ratio from run to run.

use super::axis::{self, Axis};
use super::draw;
use super::plot::{Line, Plot, Point};
use crate::series;
use crate::stats::{Estimate, Interval};

/// A client's ratio over runs, in their order.
pub(crate) struct Trend<'a> {
    /// What stands below each run, e.g. its date.
    pub(crate) labels: &'a [String],
    /// The client.
    pub(crate) client: &'a str,
    /// Its ratio in each run, where it has one.
    pub(crate) ratios: &'a [Option<Estimate>],
    /// Before which runs something else changed.
    pub(crate) changes: &'a [usize],
    /// Whether a dashed line shows where nothing differs.
    pub(crate) around_one: bool,
}

/// The ratios on a logarithmic axis, runs evenly apart, with 95 % intervals. Numbered marks stand
/// before runs where something else changed. `None` where there is no ratio.
pub(crate) fn trend(trend: &Trend) -> Option<String> {
    let point = |(run, ratio): (usize, &Option<Estimate>)| {
        let Estimate { value, interval, .. } = (*ratio)?;
        axis::has_place(value).then_some(Point { x: run as f64, y: value, interval })
    };
    let points: Vec<Point> = trend.ratios.iter().enumerate().filter_map(point).collect();
    points.first()?;
    let ends = |point: &Point| match point.interval {
        Some(Interval { low, high }) => [low, point.y, high],
        None => [point.y; 3],
    };
    let one = trend.around_one.then_some(1.0);
    let y = Axis::close(points.iter().flat_map(ends).chain(one), super::speedup_label);
    let x = Axis::of_row(trend.labels);
    let ideal = one.map(|one| vec![(x.low, one), (x.high, one)]).unwrap_or_default();
    let mark = |(number, run): (usize, &usize)| (*run as f64 - 0.5, (number + 1).to_string());
    let marks = trend.changes.iter().enumerate().map(mark).collect();
    let lines = vec![Line { series: series::assign(&[trend.client])[0], points }];
    Some(draw::svg(&Plot { x, y, x_title: "runs by date".to_owned(), marks, ideal, lines }))
}
