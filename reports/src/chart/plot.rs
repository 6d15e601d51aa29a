//! What a chart shows, in numbers.

use super::axis::Axis;
use crate::series::Series;
use crate::stats::Interval;

/// What is drawn: lines over a horizontal and a logarithmic vertical axis.
pub(super) struct Plot {
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// What the horizontal axis counts.
    pub(super) x_title: String,
    /// Dashed upright lines, each at a place of the horizontal axis and with a short name.
    pub(super) marks: Vec<(f64, String)>,
    /// The dashed line of what is possible; empty where nobody knows.
    pub(super) ideal: Vec<(f64, f64)>,
    pub(super) lines: Vec<Line>,
}

/// One client's points.
pub(super) struct Line {
    pub(super) series: Series,
    pub(super) points: Vec<Point>,
}

pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) interval: Option<Interval>,
}
