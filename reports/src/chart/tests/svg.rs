//! A chart read back from its SVG: what was drawn, and what its axes say about where.

use super::{INK, PAPER, SIZE};
use crate::series::{self, Series};

/// How far plotters shifts the labels of either axis, which tells them from the title.
const X_LABEL: &str = "0.76em";
const Y_LABEL: &str = "0.5ex";

/// An element with what tests ask of it.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

/// A drawn chart.
pub(super) struct Drawn {
    elements: Vec<Element>,
}

/// A line of an axis' grid: its place in pixels and its label.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) label: String,
}

/// How an axis turns values into pixels, found from its ticks alone.
pub(super) struct Scale {
    slope: f64,
    origin: f64,
}

impl Tick {
    /// The number of the label, in milliseconds where it is a time.
    fn value(&self) -> f64 {
        let digits = self.label.trim_end_matches(|letter: char| letter.is_alphabetic());
        let unit = match &self.label[digits.len()..] {
            "" | "x" | "ms" => 1.0,
            "us" => 1e-3,
            "s" => 1e3,
            unit => panic!("{unit} in {}", self.label),
        };
        digits.trim_end().replace(',', "").parse::<f64>().unwrap() * unit
    }
}

impl Scale {
    /// The straight line from the logarithms of the ticks' values to their places.
    ///
    /// Every tick has to be within a pixel of it.
    pub(super) fn of(ticks: &[Tick]) -> Self {
        let [first, .., last] = ticks else { panic!("two ticks at least, not {ticks:?}") };
        let log = |tick: &Tick| tick.value().ln();
        let slope = (last.at - first.at) / (log(last) - log(first));
        let scale = Self { slope, origin: first.at - slope * log(first) };
        for tick in ticks {
            let expected = scale.pixel(tick.value());
            assert!((tick.at - expected).abs() <= 1.0, "{tick:?} is not at {expected}");
        }
        scale
    }

    /// The place of `value` in pixels.
    pub(super) fn pixel(&self, value: f64) -> f64 {
        self.origin + self.slope * value.ln()
    }

    /// Whether larger values have larger places: further to the right, or further down.
    pub(super) fn rises(&self) -> bool {
        self.slope > 0.0
    }
}

impl Element {
    fn read(element: &str) -> Self {
        let (tag, text) = element.split_once('>').unwrap();
        let (name, rest) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag, ""));
        let mut parts = rest.split('"');
        let mut attributes = Vec::new();
        while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
            attributes.push((key.trim().trim_end_matches('=').to_owned(), value.to_owned()));
        }
        Self { name: name.to_owned(), attributes, text: text.trim().to_owned() }
    }

    fn get(&self, key: &str) -> &str {
        self.attributes.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
    }

    fn number(&self, key: &str) -> f64 {
        self.get(key).parse().unwrap()
    }

    fn points(&self) -> Vec<(f64, f64)> {
        let point = |point: &str| {
            let (x, y) = point.split_once(',').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        };
        self.get("points").split_whitespace().map(point).collect()
    }
}

impl Drawn {
    pub(super) fn read(svg: &str) -> Self {
        Self { elements: svg.split('<').skip(1).map(Element::read).collect() }
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(move |element| element.name == name)
    }

    /// The texts, in the order they are drawn.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.named("text").map(|text| text.text.as_str()).collect()
    }

    /// Checks that the texts are inside of the picture and apart, taking half the font's size for
    /// a character's width, and that lines and whiskers are between the ends of the vertical axis.
    pub(super) fn assert_inside(&self) {
        let width = f64::from(SIZE.0);
        let mut below: Vec<(f64, f64)> = Vec::new();
        for text in self.named("text") {
            let (x, long) =
                (text.number("x"), text.text.len() as f64 * text.number("font-size") / 2.0);
            let (left, right) = match text.get("text-anchor") {
                "middle" => (x - long / 2.0, x + long / 2.0),
                "start" => (x, x + long),
                _ => (x - long, x),
            };
            // Times that no machine measures have labels as long as they are.
            let usual = text.text.len() <= 8 || text.get("text-anchor") == "middle";
            assert!(!usual || (left >= 0.0 && right <= width), "{} is cut off", text.text);
            // What is named inside of the plot begins at its place.
            if text.get("dy") == X_LABEL && text.get("text-anchor") == "middle" {
                below.push((left, right));
            }
        }
        assert!(below.is_sorted_by(|one, next| one.1 < next.0), "{below:?}");
        let [top, bottom] = ["y2", "y1"].map(|end| {
            let upright = self.named("line").find(|line| line.get("x1") == line.get("x2"));
            upright.expect("a tick at a size").number(end)
        });
        let drawn = |line: &&Element| ![INK, PAPER].contains(&line.get("stroke"));
        for (_, y) in self.named("polyline").filter(drawn).flat_map(Element::points) {
            assert!((top..=bottom).contains(&y), "{y} is not from {top} to {bottom}");
        }
    }

    /// The ticks of the horizontal axis: where its grid and its label agree, to the pixel.
    pub(super) fn x_ticks(&self) -> Vec<Tick> {
        self.ticks(("x1", "x2"), "x", X_LABEL)
    }

    /// The ticks of the vertical axis, likewise.
    pub(super) fn y_ticks(&self) -> Vec<Tick> {
        self.ticks(("y1", "y2"), "y", Y_LABEL)
    }

    fn ticks(&self, (from, to): (&str, &str), place: &str, shift: &str) -> Vec<Tick> {
        let grid = self.named("line").filter(|line| line.get(from) == line.get(to));
        let label = |line: &Element| {
            let at = line.get(from);
            let mut texts = self.named("text").filter(|text| text.get("dy") == shift);
            let text = texts.find(|text| text.get(place) == at)?;
            Some(Tick { at: line.number(from), label: text.text.clone() })
        };
        grid.map(|line| label(line).expect("a label at every line of the grid")).collect()
    }

    /// The lines of this colour, each as its vertices: a client's line through its points comes
    /// first, then for each point the whisker and its two ends.
    pub(super) fn lines(&self, hex: &str) -> Vec<Vec<(f64, f64)>> {
        let lines = self.named("polyline").filter(|line| line.get("stroke") == hex);
        lines.map(Element::points).collect()
    }

    /// The centres of the markers of this series, which have its shape.
    pub(super) fn markers(&self, series: Series) -> Vec<(f64, f64)> {
        let hex = series.hex();
        let polygons = self.named("polygon").filter(|polygon| polygon.get("fill") == hex);
        polygons.filter_map(|polygon| centre(&polygon.points(), series)).collect()
    }

    /// How many markers this client has, which no other has made look otherwise.
    pub(super) fn count(&self, client: &str) -> usize {
        self.markers(series::assign(&[client])[0]).len()
    }
}

/// What the corners of the series' marker are around; `None` of another shape.
fn centre(corners: &[(f64, f64)], Series { marker, .. }: Series) -> Option<(f64, f64)> {
    let around =
        |(at, by): (&(f64, f64), &(i32, i32))| (at.0 - f64::from(by.0), at.1 - f64::from(by.1));
    let mut centres = corners.iter().zip(marker).map(around);
    let centre = centres.next()?;
    (corners.len() == marker.len() && centres.all(|other| other == centre)).then_some(centre)
}
