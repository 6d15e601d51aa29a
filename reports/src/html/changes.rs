//! What changed between variants, on the page.

use maud::{Markup, html};

use crate::change::Changes;
use crate::table::{self, Table};

/// A table for each variant but the base.
pub(super) fn section(changes: &Changes) -> Markup {
    html! {
        section.change {
            @for table in table::changes(changes) {
                h2 { (table.title) }
                (table::html(&table, &caption(changes, &table)))
                ul.notes { @for note in &table.notes { li { (note) } } }
            }
        }
    }
}

/// What the table shows, for those who can't see it.
fn caption(changes: &Changes, table: &Table) -> String {
    let again = match table.measures.len() {
        0 | 1 => "",
        _ => ", and what the rerun gave",
    };
    let base = &changes.base;
    format!(
        "Each row: what a batch takes, its ratio to that of {base} with the 95 % interval{again}."
    )
}
