//! The charts: speedup and time against the size of a batch, as SVG.
//!
//! Colours are plain attributes, so a style sheet can change them for a dark page. There is no
//! text but the axes': without a font library its width is only guessed at, so titles and legends
//! belong to the page.

mod apart;
mod axis;
mod draw;
mod plot;
#[cfg(test)]
mod tests;
pub(crate) mod trend;

use crate::analysis::{Comparison, Figures, Row, Speedup};
use crate::figure;
use crate::series::{self, Series};
use crate::stats::{Estimate, Interval};
use axis::Axis;
use plot::{Line, Plot, Point};

/// Colour of the axes and their text.
pub const INK: &str = "#1A1A1A";
/// Colour of the lines behind the figures.
pub const GRID: &str = "#E2E2E2";
/// Colour of the thin line around a marker, that of the page.
pub const PAPER: &str = "#FFFFFF";
/// Colour of the dashed line of what is possible.
pub const IDEAL: &str = "#8A8A8A";

/// Speedup against the size of a batch, both on logarithmic axes, with 95 % intervals and, dashed,
/// the ideal. `None` when nothing has a speedup.
pub fn speedup(comparison: &Comparison) -> Option<String> {
    let value = |figures: &Figures| match figures.speedup {
        Speedup::Over(estimate, _) => Some(estimate),
        Speedup::Reference | Speedup::Unknown => None,
    };
    let lines = lines(comparison, value)?;
    let ideal = |row: &Row| row.ideal_speedup;
    Some(draw::svg(&plot(comparison, lines, ideal, speedup_label)))
}

/// Time of a batch against its size, both on logarithmic axes, with 95 % intervals and, dashed,
/// the ideal. `None` when nothing was measured.
pub fn time(comparison: &Comparison) -> Option<String> {
    let milliseconds = |estimate: Estimate| Estimate {
        value: estimate.value / 1e6,
        interval: estimate
            .interval
            .map(|Interval { low, high }| Interval { low: low / 1e6, high: high / 1e6 }),
        ..estimate
    };
    let lines = lines(comparison, |figures| Some(milliseconds(figures.time_ns)))?;
    let ideal = |row: &Row| row.ideal_ns.map(|ns| ns / 1e6);
    Some(draw::svg(&plot(comparison, lines, ideal, duration_label)))
}

/// One line for each client that has a value anywhere, or `None` when there are none.
fn lines(
    comparison: &Comparison,
    value: impl Fn(&Figures) -> Option<Estimate>,
) -> Option<Vec<Line>> {
    let line = |(place, series): (usize, Series)| {
        let point = |row: &Row| {
            let Estimate { value, interval, .. } = value(row.outcomes[place].figures()?)?;
            let point = Point { x: f64::from(row.n), y: value, interval };
            (axis::has_place(point.x) && axis::has_place(point.y)).then_some(point)
        };
        let points: Vec<Point> = comparison.rows.iter().filter_map(point).collect();
        (!points.is_empty()).then_some(Line { series, points })
    };
    let series = series::assign(&comparison.clients);
    let lines: Vec<Line> = series.into_iter().enumerate().filter_map(line).collect();
    (!lines.is_empty()).then_some(lines)
}

fn plot(
    comparison: &Comparison,
    lines: Vec<Line>,
    ideal: impl Fn(&Row) -> Option<f64>,
    y_label: fn(f64) -> String,
) -> Plot {
    let ends = |point: &Point| match point.interval {
        Some(Interval { low, high }) => [low, point.y, high],
        None => [point.y; 3],
    };
    // A logarithmic axis has no zero, which is the delay of a workload that doesn't wait.
    let best = |row: &Row| Some((f64::from(row.n), ideal(row).filter(|&y| axis::has_place(y))?));
    let ideal: Vec<(f64, f64)> = comparison.rows.iter().filter_map(best).collect();
    let measured = lines.iter().flat_map(|line| &line.points).flat_map(ends);
    let y = Axis::around(measured.chain(ideal.iter().map(|&(_, best)| best)), y_label);
    let x = Axis::at(comparison.rows.iter().map(|row| f64::from(row.n)), size_label);
    let x_title = format!("{}s in a batch (n)", comparison.scenario.unit);
    Plot { x, y, x_title, marks: Vec::new(), ideal, lines }
}

/// A size, e.g. `10,000`.
fn size_label(n: f64) -> String {
    figure::count(n as u64)
}

/// A speedup with as few digits as it has, e.g. `50x`.
fn speedup_label(speedup: f64) -> String {
    match speedup {
        1e-3..1e5 => format!("{speedup}x"),
        _ => format!("{speedup:e}x"),
    }
}

/// A duration given in milliseconds, with as few digits as it has, e.g. `500 ms`.
fn duration_label(ms: f64) -> String {
    match ms {
        1e-3..1e8 => figure::set_duration_ms(ms),
        _ => format!("{:.1e} s", ms / 1000.0),
    }
}
