//! One comparison on the page: its table, its charts, and who beats whom.

use maud::{Markup, PreEscaped, html};

use crate::analysis::Comparison;
use crate::series::Series;
use crate::table::{self, Measure};
use crate::{chart, figure};

/// The section of `comparison`; where there are `several`, its title says which it is.
pub(super) fn section(comparison: &Comparison, several: bool) -> Markup {
    let place = comparison.scenario.title();
    html! {
        section.comparison {
            @if several { h2.place { (place) } }
            (speedup_table(comparison, &place))
            (charts(comparison))
            (versus_table(comparison))
        }
    }
}

fn speedup_table(comparison: &Comparison, place: &str) -> Markup {
    let table = table::speedup(comparison);
    let phrase = |measure: &Measure| match measure {
        Measure::Time => Some("time of a whole batch of n".to_owned()),
        Measure::Speedup => Some(format!("speedup{}", over(comparison))),
        Measure::Interval => Some("its 95 % interval".to_owned()),
        Measure::Efficiency => Some("efficiency".to_owned()),
        Measure::Verdict => None,
    };
    let phrases: Vec<String> = table.measures.iter().filter_map(phrase).collect();
    let caption = format!("{place}. Each cell: {}.", figure::list(&phrases));
    html! {
        h2 { "Speedup" }
        (table::html(&table, &caption, "speedup"))
        ul.notes { @for note in &table.notes { li { (note) } } }
    }
}

fn charts(comparison: &Comparison) -> Markup {
    let speedup = chart::speedup(comparison);
    let time = chart::time(comparison);
    html! {
        @if speedup.is_some() || time.is_some() {
            h2 { "Charts" }
            (legend(comparison))
            div.charts {
                (figure_of(speedup, &format!("Speedup{}", over(comparison)), "dashed: ideal"))
                (figure_of(time, "Time of a batch", "dashed: ideal"))
            }
            p.note {
                "All axes are logarithmic. Whiskers are 95 % intervals, and often smaller than the \
                 marker. Markers that would hide each other stand a little aside of their n."
            }
        }
    }
}

/// What speedups are taken against, after `speedup`.
fn over(comparison: &Comparison) -> String {
    comparison.reference.as_ref().map(|reference| format!(" over {reference}")).unwrap_or_default()
}

fn figure_of(svg: Option<String>, title: &str, aside: &str) -> Markup {
    let label = format!("Chart: {title} against the number of requests; the table has its figures");
    html! {
        @if let Some(svg) = svg {
            figure {
                figcaption { strong { (title) } " " span { (aside) } }
                div.chart role="img" aria-label=(label) { (PreEscaped(svg)) }
            }
        }
    }
}

fn legend(comparison: &Comparison) -> Markup {
    html! {
        ul.legend {
            @for (place, client) in comparison.clients.iter().enumerate() {
                li { (key(Series::of(client, place))) (client) }
            }
            li {
                svg viewBox="-14 -8 28 16" aria-hidden="true" {
                    line x1="-14" x2="14" stroke=(chart::IDEAL) stroke-width="2" stroke-dasharray="6 5" {}
                }
                "ideal"
            }
        }
    }
}

/// A client's line and marker, as its chart has them.
fn key(series: Series) -> Markup {
    let corners: Vec<String> = series.marker.iter().map(|(x, y)| format!("{x},{y}")).collect();
    html! {
        svg viewBox="-14 -8 28 16" aria-hidden="true" {
            line x1="-14" x2="14" stroke=(series.hex()) stroke-width="2" {}
            polygon points=(corners.join(" ")) fill=(series.hex()) {}
        }
    }
}

fn versus_table(comparison: &Comparison) -> Markup {
    let n = comparison.head_to_head.n;
    html! {
        @if let Some(table) = table::versus(&comparison.head_to_head) {
            h2 { "Head to head at n = " (n) }
            (table::html(&table, "Each row's client against each column's: the verdict, and how many \
                times as fast it is, with the 95 % interval.", "versus"))
        }
    }
}
