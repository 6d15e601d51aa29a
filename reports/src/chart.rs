//! The charts: speedup and time against the number of requests, as SVG.
//!
//! Colours are plain attributes, so a style sheet can change them for a dark page. There is no
//! text but the axes': without a font library its width is only guessed at, so titles and legends
//! belong to the page.

mod apart;
mod axis;
mod draw;
#[cfg(test)]
mod tests;

use crate::analysis::{Comparison, Figures, Row, Speedup};
use crate::figure;
use crate::series::Series;
use crate::stats::Estimate;
use axis::Axis;
use draw::{Line, Plot, Point};

/// Colour of the axes and their text.
pub const INK: &str = "#1A1A1A";
/// Colour of the lines behind the figures.
pub const GRID: &str = "#E2E2E2";
/// Colour of the thin line around a marker, that of the page.
pub const PAPER: &str = "#FFFFFF";
/// Colour of the dashed line of what is possible.
pub const IDEAL: &str = "#8A8A8A";

/// Speedup against the number of requests, both on logarithmic axes, with 95 % intervals and,
/// dashed, the ideal. `None` when nothing has a speedup.
pub fn speedup(comparison: &Comparison) -> Option<String> {
    let value = |figures: &Figures| match figures.speedup {
        Speedup::Over(estimate, _) => Some(estimate),
        Speedup::Reference | Speedup::Unknown => None,
    };
    let lines = lines(comparison, value)?;
    let ideal = |row: &Row| row.ideal_speedup;
    Some(draw::svg(&plot(comparison, lines, ideal, |speedup| format!("{speedup}x"))))
}

/// Time of a batch against the number of requests, both on logarithmic axes, with 95 % intervals
/// and, dashed, the ideal. `None` when nothing was measured.
pub fn time(comparison: &Comparison) -> Option<String> {
    let milliseconds = |estimate: Estimate| Estimate {
        value: estimate.value / 1e6,
        interval: estimate.interval.map(|mut interval| {
            interval.low /= 1e6;
            interval.high /= 1e6;
            interval
        }),
        ..estimate
    };
    let lines = lines(comparison, |figures| Some(milliseconds(figures.time_ns)))?;
    let ideal = |row: &Row| row.ideal_ns.map(|ns| ns / 1e6);
    Some(draw::svg(&plot(comparison, lines, ideal, figure::set_duration_ms)))
}

/// One line for each client that has a value anywhere, or `None` when there are none.
fn lines(
    comparison: &Comparison,
    value: impl Fn(&Figures) -> Option<Estimate>,
) -> Option<Vec<Line>> {
    let line = |(place, client): (usize, &String)| {
        let point = |row: &Row| {
            let Estimate { value, interval, .. } = value(row.outcomes[place].figures()?)?;
            Some(Point { x: f64::from(row.n), y: value, interval })
        };
        let points: Vec<Point> = comparison.rows.iter().filter_map(point).collect();
        (!points.is_empty()).then(|| Line { series: Series::of(client, place), points })
    };
    let lines: Vec<Line> = comparison.clients.iter().enumerate().filter_map(line).collect();
    (!lines.is_empty()).then_some(lines)
}

fn plot(
    comparison: &Comparison,
    lines: Vec<Line>,
    ideal: impl Fn(&Row) -> Option<f64>,
    y_label: fn(f64) -> String,
) -> Plot {
    let ends = |point: &Point| match point.interval {
        Some(interval) => [interval.low, interval.high],
        None => [point.y; 2],
    };
    let best = |row: &Row| Some((f64::from(row.n), ideal(row)?));
    let ideal: Vec<(f64, f64)> = comparison.rows.iter().filter_map(best).collect();
    let sizes: Vec<f64> = comparison.rows.iter().map(|row| f64::from(row.n)).collect();
    let measured = lines.iter().flat_map(|line| &line.points).flat_map(ends);
    let y = Axis::around(measured.chain(ideal.iter().map(|&(_, best)| best)));
    Plot { x: Axis::at(sizes), y, y_label, ideal, lines }
}
