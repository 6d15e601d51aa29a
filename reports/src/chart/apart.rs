//! Markers that would hide each other are set apart sideways.
//!
//! Only markers are: a line pushed aside would cross the ideal.

use super::plot::{Line, Point};

/// Distance in pixels below which two markers of the same n hide each other.
const TOUCHING: f64 = 10.0;
/// Sideways distance in pixels that such markers are set apart, where there is room.
const APART: f64 = 7.0;
/// From the first to the last of them at most, in pixels: the axes' ends leave that room.
const SPREAD: f64 = 56.0;
/// And at most this share of the way to the next n.
const SHARE: f64 = 0.8;

/// How far to the right of its place each point of each line has to stand, in pixels.
///
/// `place` gives the place of a point to the right and upwards, in pixels. Points that touch
/// nothing stay.
pub(super) fn offsets<'l>(
    lines: &'l [Line],
    place: impl Fn(&Point) -> (f64, f64),
) -> Vec<Vec<f64>> {
    let numbered = |(line, Line { points, .. }): (usize, &'l Line)| {
        points.iter().map(move |point| (line, point))
    };
    let points = || lines.iter().enumerate().flat_map(numbered);
    let offset = |line: usize, point: &Point| {
        let at_x = points().filter(|(_, other)| other.x == point.x);
        let mut same_x: Vec<(usize, f64)> =
            at_x.map(|(line, other)| (line, place(other).1)).collect();
        same_x.sort_by(|one, other| one.1.total_cmp(&other.1));
        // A chain of markers that touch stands in the order of the legend.
        let mut chains = same_x.chunk_by(|below, above| above.1 - below.1 < TOUCHING);
        let chain = chains.find(|chain| chain.iter().any(|(other, _)| *other == line));
        let others = chain.unwrap_or_default();
        let before = others.iter().filter(|(other, _)| *other < line).count() as f64;
        let after = others.iter().filter(|(other, _)| *other > line).count() as f64;
        let away = |(_, other): (usize, &Point)| (place(other).0 - place(point).0).abs() * SHARE;
        let elsewhere = points().filter(|(_, other)| other.x != point.x);
        let room = elsewhere.map(away).fold(SPREAD, f64::min);
        (before - after) / 2.0 * APART.min(room / (before + after).max(1.0))
    };
    let of_line = |(line, Line { points, .. }): (usize, &Line)| {
        points.iter().map(|point| offset(line, point)).collect()
    };
    lines.iter().enumerate().map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series;

    fn line(points: &[(f64, f64)]) -> Line {
        let point = |&(x, y): &(f64, f64)| Point { x, y, interval: None };
        let series = series::assign(&["tokio"])[0];
        Line { series, points: points.iter().map(point).collect() }
    }

    /// The offsets of lines whose points are given in hundreds of pixels across, pixels upwards.
    fn aside(lines: &[Line]) -> Vec<Vec<f64>> {
        offsets(lines, |point| (point.x * 100.0, point.y))
    }

    #[test]
    fn markers_apart_stay_where_they_are() {
        let lines = [line(&[(1.0, 0.0), (2.0, 0.0)]), line(&[(1.0, 10.0), (3.0, 0.0)])];
        assert_eq!(aside(&lines), [[0.0, 0.0], [0.0, 0.0]]);
    }

    #[test]
    fn markers_that_touch_are_spread_around_their_place() {
        let lines = [line(&[(1.0, 5.0)]), line(&[(1.0, 99.0)]), line(&[(1.0, 0.0)])];
        assert_eq!(aside(&lines), [[-3.5], [0.0], [3.5]]);
    }

    #[test]
    fn a_chain_of_markers_is_spread_as_one() {
        let lines = [line(&[(1.0, 16.0)]), line(&[(1.0, 0.0)]), line(&[(1.0, 8.0)])];
        assert_eq!(aside(&lines), [[-7.0], [0.0], [7.0]]);
    }

    #[test]
    fn many_markers_stay_nearer_to_their_n_than_to_the_next() {
        let alone: Vec<Line> = (0..16).map(|_| line(&[(1.0, 0.0)])).collect();
        let aside_of = |lines: &[Line]| aside(lines).iter().map(|line| line[0]).collect::<Vec<_>>();
        let places = aside_of(&alone);
        assert_eq!([places[0], places[15]], [-28.0, 28.0]);
        let beside: Vec<Line> = (0..16).map(|_| line(&[(1.0, 0.0), (1.4, 0.0)])).collect();
        let places = aside_of(&beside);
        assert_eq!([places[0], places[15]].map(f64::round), [-16.0, 16.0]);
        assert!(places.is_sorted_by(|one, next| one < next));
    }
}
