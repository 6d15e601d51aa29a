//! A plot drawn by plotters: the only file that knows its calls.

use plotters::coord::combinators::BindKeyPoints;
use plotters::element::{EmptyElement, PathElement, Polygon};
use plotters::prelude::{ChartBuilder, Color, IntoDrawingArea, IntoLogRange, RGBColor, SVGBackend};
use plotters::series::LineSeries;
use plotters::style::{IntoFont, ShapeStyle, TRANSPARENT, TextStyle};

use super::axis::Axis;
use crate::series::Series;
use crate::stats::Interval;

/// Drawn small and shown at up to twice the size, so that text stays legible on a phone.
const SIZE: (u32, u32) = (520, 400);
/// plotters writes four fifths of this into the file.
const FONT: u32 = 20;
/// Sideways distance between two clients' points, so that equal ones don't hide each other.
const APART: f64 = 8.0;
/// Half the width of a whisker's end.
const CAP: i32 = 5;

/// What is drawn: lines over logarithmic axes.
pub(super) struct Plot {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) y_label: fn(f64) -> String,
    /// The dashed line of what is possible.
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

type DrawResult = Result<(), Box<dyn std::error::Error>>;

/// The plot as an `<svg>` element.
#[expect(clippy::expect_used, reason = "drawing into a string does no input or output")]
pub(super) fn svg(plot: &Plot) -> String {
    let mut text = String::new();
    draw(plot, &mut text).expect("a plot can be drawn into a string");
    // plotters makes dashes of many short lines that don't meet the grid of pixels.
    let ideal = format!("stroke=\"{}\"", super::IDEAL);
    text.replace(&ideal, &format!("{ideal} stroke-dasharray=\"7 6\""))
}

fn draw(plot: &Plot, text: &mut String) -> DrawResult {
    let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
    let Plot { x, y, .. } = plot;
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .margin_right(16)
        .x_label_area_size(58)
        .y_label_area_size(74)
        .build_cartesian_2d(
            (x.low..x.high).log_scale().with_key_points(x.ticks.clone()),
            (y.low..y.high).log_scale().with_key_points(y.ticks.clone()),
        )?;
    let ink = colour(super::INK);
    let font = TextStyle::from(("sans-serif", FONT).into_font()).color(&ink);
    chart
        .configure_mesh()
        .x_labels(x.ticks.len())
        .y_labels(y.ticks.len())
        .label_style(font.clone())
        .axis_desc_style(font)
        .x_desc("requests at once (n)")
        .x_label_formatter(&|n| n.to_string())
        .y_label_formatter(&|value| (plot.y_label)(*value))
        .axis_style(ink)
        .bold_line_style(colour(super::GRID))
        .light_line_style(TRANSPARENT)
        .draw()?;

    let ideal = colour(super::IDEAL).stroke_width(2);
    chart.draw_series(LineSeries::new(plot.ideal.iter().copied(), ideal))?;
    let middle = (plot.lines.len() as f64 - 1.0) / 2.0;
    let width = f64::from(chart.plotting_area().dim_in_pixel().0);
    let per_pixel = (x.high / x.low).powf(1.0 / width);
    for (place, line) in plot.lines.iter().enumerate() {
        let aside = per_pixel.powf((place as f64 - middle) * APART);
        let style = rgb(line.series.colour).stroke_width(2);
        let at = |point: &Point| (point.x * aside, point.y);
        chart.draw_series(LineSeries::new(line.points.iter().map(at), style))?;
        for point in &line.points {
            let Some(Interval { low, high }) = point.interval else { continue };
            let x = point.x * aside;
            chart.draw_series([PathElement::new([(x, low), (x, high)], style)])?;
            chart.draw_series([low, high].map(|end| {
                EmptyElement::at((x, end)) + PathElement::new([(-CAP, 0), (CAP, 0)], style)
            }))?;
        }
        chart.draw_series(line.points.iter().map(|point| {
            let filled: ShapeStyle = rgb(line.series.colour).filled();
            EmptyElement::at(at(point)) + Polygon::new(line.series.marker.to_vec(), filled)
        }))?;
    }
    area.present()?;
    Ok(())
}

/// The colour that `hex`, e.g. `#1A1A1A`, names.
fn colour(hex: &str) -> RGBColor {
    let value = u32::from_str_radix(hex.trim_start_matches('#'), 16).unwrap_or(0);
    let [_, red, green, blue] = value.to_be_bytes();
    RGBColor(red, green, blue)
}

fn rgb((red, green, blue): (u8, u8, u8)) -> RGBColor {
    RGBColor(red, green, blue)
}
