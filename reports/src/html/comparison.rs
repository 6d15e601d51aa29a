//! One comparison on the page: its table, its charts, and who beats whom.

use maud::{Markup, PreEscaped, html};

use crate::analysis::{Comparison, Quantity, Row};
use crate::series::{self, Series};
use crate::table::{self, Measure, Name, Split, Table};
use crate::{chart, figure};

/// The section of `comparison`; where there are `several`, its title says which it is.
pub(super) fn section(comparison: &Comparison, several: bool) -> Markup {
    let place = comparison.scenario.title();
    html! {
        section.comparison {
            @if several { h2.place { (place) } }
            (contents(comparison))
        }
    }
}

/// The scenarios that stand in one table together, each with all else of it folded below.
pub(super) fn scenarios(split: &Split) -> Markup {
    let Some(table) = split.table() else { return html! {} };
    let caption = "Each row: a scenario, and each client's time of a whole batch and its speedup.";
    let cannot = split.cannot();
    html! {
        section.comparison {
            h2.place { (table.title) }
            (with_notes(&table, caption))
            @if !cannot.is_empty() {
                h2 { (table::CANNOT) }
                ul.cannot { @for cannot in &cannot { li { (cannot) } } }
            }
            h2 { "Each scenario" }
            @for comparison in &split.together {
                details.scenario {
                    summary { (comparison.scenario.title()) }
                    (contents(comparison))
                }
            }
        }
    }
}

fn contents(comparison: &Comparison) -> Markup {
    html! {
        @for table in table::all(comparison) {
            h2 { (table.title) }
            (with_notes(&table, &caption(comparison, &table)))
            @match table.name {
                Name::Speedup => { (charts(comparison)) }
                Name::Moments => { (other_sizes(comparison, table::moments)) }
                Name::Costs => { (other_sizes(comparison, all_costs)) }
                _ => {}
            }
        }
        (cannot(comparison))
    }
}

fn cannot(comparison: &Comparison) -> Markup {
    html! {
        @if !comparison.cannot.is_empty() {
            h2 { (table::CANNOT) }
            ul.cannot { @for cannot in &comparison.cannot { li { (cannot) } } }
        }
    }
}

fn with_notes(table: &Table, caption: &str) -> Markup {
    html! {
        (table::html(table, caption))
        ul.notes { @for note in &table.notes { li { (note) } } }
    }
}

/// What the table shows, for those who can't see it.
fn caption(comparison: &Comparison, table: &Table) -> String {
    let phrase = |measure: &Measure| match measure {
        Measure::Time if table.name == Name::Moments => "how long it took".to_owned(),
        Measure::Time => "time of a whole batch of n".to_owned(),
        Measure::Speedup if table.name == Name::Speedup => format!("speedup{}", over(comparison)),
        Measure::Speedup => "how many times as fast it is".to_owned(),
        Measure::Interval => "its 95 % interval".to_owned(),
        Measure::Rounds => "what it would take to decide".to_owned(),
        Measure::Ratio => format!("its ratio to that of {}", reference(comparison)),
        Measure::Cpu | Measure::Switches => format!("{}, by the other's", measure.label()),
        Measure::Efficiency
        | Measure::Verdict
        | Measure::Figure
        | Measure::Cost
        | Measure::Planned
        | Measure::Again => measure.label().to_owned(),
    };
    let phrases: Vec<String> = table.measures.iter().map(phrase).collect();
    format!("{}. Each cell: {}.", comparison.scenario.title(), figure::list(&phrases))
}

fn all_costs(comparison: &Comparison, row: &Row) -> Option<Table> {
    table::costs(comparison, row, &Quantity::COSTS)
}

/// The tables of the sizes that have none in plain sight.
fn other_sizes(
    comparison: &Comparison,
    table: impl Fn(&Comparison, &Row) -> Option<Table>,
) -> Markup {
    let largest = comparison.largest().map(|row| row.n);
    let others = comparison.rows.iter().filter(|row| Some(row.n) != largest);
    html! {
        @for table in others.filter_map(|row| table(comparison, row)) {
            details { summary { (table.title) } (table::html(&table, &caption(comparison, &table))) }
        }
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

fn reference(comparison: &Comparison) -> &str {
    comparison.reference.as_deref().unwrap_or("the reference")
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
            @for (client, series) in comparison.clients.iter().zip(series::assign(&comparison.clients)) {
                li { (key(series)) (client) }
            }
            @if comparison.rows.iter().any(|row| row.ideal_ns.is_some()) {
                li {
                    svg viewBox="-14 -8 28 16" aria-hidden="true" {
                        line x1="-14" x2="14" stroke=(chart::IDEAL) stroke-width="2" stroke-dasharray="6 5" {}
                    }
                    "ideal"
                }
            }
        }
    }
}

/// A client's line and marker, as its chart has them.
pub(crate) fn key(series: Series) -> Markup {
    let corners: Vec<String> = series.marker.iter().map(|(x, y)| format!("{x},{y}")).collect();
    html! {
        svg viewBox="-14 -8 28 16" aria-hidden="true" {
            line x1="-14" x2="14" stroke=(series.hex()) stroke-width="2" {}
            polygon points=(corners.join(" ")) fill=(series.hex()) {}
        }
    }
}
