//! Markers that would hide each other are set apart sideways.
//!
//! Only markers are: a line pushed aside would cross the ideal.

use super::draw::{Line, Point};

/// Distance in pixels below which two markers of the same n hide each other.
const TOUCHING: f64 = 10.0;
/// Sideways distance in pixels that such markers are set apart.
const APART: f64 = 7.0;

/// How far to the right of its place each point of each line has to stand, in pixels.
///
/// `height` gives the vertical place of a value, in pixels. Points that touch nothing stay.
pub(super) fn offsets(lines: &[Line], height: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    let offset = |line: usize, point: &Point| {
        let mut same_x: Vec<(usize, f64)> = Vec::new();
        for (other, Line { points, .. }) in lines.iter().enumerate() {
            let at_x = points.iter().filter(|other| other.x == point.x);
            same_x.extend(at_x.map(|point| (other, height(point.y))));
        }
        same_x.sort_by(|one, other| one.1.total_cmp(&other.1));
        // A chain of markers that touch stands in the order of the legend.
        let mut chains = same_x.chunk_by(|below, above| above.1 - below.1 < TOUCHING);
        let chain = chains.find(|chain| chain.iter().any(|(other, _)| *other == line));
        let others = chain.unwrap_or_default();
        let before = others.iter().filter(|(other, _)| *other < line).count();
        let after = others.iter().filter(|(other, _)| *other > line).count();
        (before as f64 - after as f64) / 2.0 * APART
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
        Line { series: series::assign(&["tokio"])[0], points: points.iter().map(point).collect() }
    }

    #[test]
    fn markers_apart_stay_where_they_are() {
        let lines = [line(&[(1.0, 0.0), (2.0, 0.0)]), line(&[(1.0, 10.0), (3.0, 0.0)])];
        assert_eq!(offsets(&lines, |y| y), [[0.0, 0.0], [0.0, 0.0]]);
    }

    #[test]
    fn markers_that_touch_are_spread_around_their_place() {
        let lines = [line(&[(1.0, 5.0)]), line(&[(1.0, 99.0)]), line(&[(1.0, 0.0)])];
        assert_eq!(offsets(&lines, |y| y), [[-3.5], [0.0], [3.5]]);
    }

    #[test]
    fn a_chain_of_markers_is_spread_as_one() {
        let lines = [line(&[(1.0, 16.0)]), line(&[(1.0, 0.0)]), line(&[(1.0, 8.0)])];
        assert_eq!(offsets(&lines, |y| y), [[-7.0], [0.0], [7.0]]);
    }
}
