//! A plot drawn by plotters: the only file that knows its calls.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::drawing::DrawingAreaErrorKind;
use plotters::element::{EmptyElement, PathElement, Polygon, Text};
use plotters::prelude::{
    Cartesian2d, ChartBuilder, ChartContext, Color, DrawingBackend, IntoDrawingArea, RGBColor,
    SVGBackend,
};
use plotters::series::LineSeries;
use plotters::style::{IntoFont, TRANSPARENT, TextStyle};

use super::apart;
use super::axis::Axis;
use super::plot::{Plot, Point};
use crate::series::Series;
use crate::stats::Interval;

/// Drawn small and shown at up to twice the size, so that text stays legible on a phone.
pub(super) const SIZE: (u32, u32) = (520, 400);
/// plotters writes four fifths of this into the file.
const FONT: u32 = 20;
/// Half the width of a whisker's end.
const CAP: i32 = 5;

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
        .margin_right(24)
        .x_label_area_size(58)
        .y_label_area_size(74)
        .build_cartesian_2d(Coordinate(x.clone()), Coordinate(y.clone()))?;
    let ink = colour(super::INK);
    let font = TextStyle::from(("sans-serif", FONT).into_font()).color(&ink);
    chart
        .configure_mesh()
        .x_labels(x.ticks.len())
        .y_labels(y.ticks.len())
        .label_style(font.clone())
        .axis_desc_style(font.clone())
        .x_desc(&plot.x_title)
        .x_label_formatter(&|value| x.label(*value))
        .y_label_formatter(&|value| y.label(*value))
        .axis_style(ink)
        .bold_line_style(colour(super::GRID))
        .light_line_style(TRANSPARENT)
        .draw()?;

    let ideal = colour(super::IDEAL).stroke_width(2);
    chart.draw_series(LineSeries::new(plot.ideal.iter().copied(), ideal))?;
    for (at, name) in &plot.marks {
        chart.draw_series([PathElement::new([(*at, y.low), (*at, y.high)], ideal)])?;
        let name = Text::new(name.clone(), (4, 0), font.clone());
        chart.draw_series([EmptyElement::at((*at, y.high)) + name])?;
    }
    let (width, height) = chart.plotting_area().dim_in_pixel();
    for line in &plot.lines {
        let style = rgb(line.series.colour).stroke_width(2);
        chart.draw_series(LineSeries::new(line.points.iter().map(|p| (p.x, p.y)), style))?;
    }
    let (width, height) = (f64::from(width), f64::from(height));
    let place = |point: &Point| (x.share(point.x) * width, y.share(point.y) * height);
    let aside = apart::offsets(&plot.lines, place);
    for (line, aside) in plot.lines.iter().zip(aside) {
        for (point, aside) in line.points.iter().zip(aside) {
            let x = x.beside(point.x, aside / width);
            draw_point(&mut chart, line.series, Point { x, ..*point })?;
        }
    }
    area.present()?;
    Ok(())
}

/// An axis as plotters wants it.
struct Coordinate(Axis);

impl Ranged for Coordinate {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        // What is beyond an end, were it infinitely far, is drawn at the end.
        let share = self.0.share(*value).clamp(0.0, 1.0);
        from + (f64::from(to - from) * share).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // The finer ones would only be drawn between these.
        match hint.weight().allow_light_points() {
            true => Vec::new(),
            false => self.0.ticks.clone(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.0.low..self.0.high
    }
}

/// Draws the marker and the whisker of `point`.
fn draw_point<B: DrawingBackend>(
    chart: &mut ChartContext<B, Cartesian2d<Coordinate, Coordinate>>,
    series: Series,
    point: Point,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let style = rgb(series.colour).stroke_width(2);
    let Point { x, y, interval } = point;
    if let Some(Interval { low, high }) = interval {
        chart.draw_series([PathElement::new([(x, low), (x, high)], style)])?;
        chart.draw_series([low, high].map(|end| {
            EmptyElement::at((x, end)) + PathElement::new([(-CAP, 0), (CAP, 0)], style)
        }))?;
    }
    let corners = series.marker;
    let outline: Vec<_> = corners.iter().chain(&corners[..1]).copied().collect();
    let marker = EmptyElement::at((x, y))
        + Polygon::new(corners, rgb(series.colour).filled())
        + PathElement::new(outline, colour(super::PAPER));
    chart.draw_series([marker])?;
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
