//! A table as HTML. Each cell carries its column's name, which narrow screens show beside it.

use maud::{Markup, html};

use super::{Cell, Column, Kind, Measure, Name, Row, Table};
use crate::stats::Verdict;

/// The table, with `caption` for those who can't see it.
pub(crate) fn html(table: &Table, caption: &str) -> Markup {
    let class = match table.name {
        Name::Machines => "machines",
        Name::Speedup => "speedup",
        Name::Scenarios => "scenarios",
        Name::Moments => "moments",
        Name::Costs => "costs",
        Name::Versus | Name::Sizes => "versus",
        Name::Changes => "changes",
        Name::Claims => "claims",
    };
    html! {
        table class=(class) {
            caption { (caption) }
            thead {
                tr {
                    th scope="col" { (table.corner) }
                    @for column in &table.columns {
                        th scope="col" class=(kind(column.kind)) { (column.head) }
                    }
                }
            }
            tbody {
                @for row in &table.rows { (html_row(table, row)) }
            }
        }
    }
}

fn html_row(table: &Table, row: &Row) -> Markup {
    html! {
        tr {
            th scope="row" data-label=(table.corner) { (row.head) }
            @for (column, cell) in table.columns.iter().zip(&row.cells) {
                (html_cell(table, column, cell))
            }
        }
        @if !row.detail.is_empty() {
            tr.detail { td colspan=(1 + row.cells.len()) { (row.detail.join(". ")) } }
        }
    }
}

fn html_cell(table: &Table, column: &Column, cell: &Cell) -> Markup {
    let kind = kind(column.kind);
    match cell {
        Cell::Figures(texts, verdict) => {
            let verdict = verdict.map(Verdict::as_str);
            html! {
                td class=(kind) data-label=(column.head) data-verdict=[verdict] {
                    (figures(table, texts))
                }
            }
        }
        Cell::Found(texts, finding) => html! {
            td class=(kind) data-label=(column.head) data-finding=(finding.as_str()) {
                (figures(table, texts))
            }
        },
        Cell::Held(texts, standing) => html! {
            td class=(kind) data-label=(column.head) data-claim=(standing) {
                (figures(table, texts))
            }
        },
        Cell::Without(why) => html! {
            td class={ (kind) " without" } data-label=(column.head) { span { (why) } }
        },
        Cell::Empty => html! { td class={ (kind) " empty" } data-label=(column.head) {} },
    }
}

fn figures(table: &Table, texts: &[String]) -> Markup {
    html! {
        div.figures {
            @for (&measure, text) in table.measures.iter().zip(texts) {
                @if !text.is_empty() { (figure(measure, text)) }
            }
        }
    }
}

fn figure(measure: Measure, text: &str) -> Markup {
    let class = match measure {
        Measure::Time => "time",
        Measure::Speedup => "speedup",
        Measure::Interval => "interval",
        Measure::Efficiency => "efficiency",
        Measure::Verdict => "verdict",
        Measure::Rounds => "rounds",
        Measure::Cost => "cost",
        Measure::Ratio => "ratio",
        Measure::Cpu | Measure::Switches => "witness",
        Measure::Figure => "figure",
        Measure::Planned => "planned",
        Measure::Again => "again",
    };
    // Without a row of labels beside it, a figure has to say what it is.
    let label = match measure {
        Measure::Cpu | Measure::Switches | Measure::Again => Some(measure.label()),
        _ => None,
    };
    html! {
        span class=(class) {
            @if let Some(label) = label { (label) " " }
            (text) @if measure == Measure::Efficiency { " efficient" }
        }
        // Keeps the figures apart where there is no style sheet.
        " "
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Measured => "measured",
        Kind::Computed => "ideal",
        Kind::Published => "guide",
    }
}
