//! The machines side by side as a page: one file that needs no other.

use maud::{Markup, html};

use super::beside::{Column, Machines};
use super::table::{heads, table};
use crate::{conditions, html as page, table as tables};

pub(super) fn page(machines: &Machines) -> String {
    let header = html! {
        p.eyebrow {
            span { "waitmark" }
            @for head in heads(machines) { span { (head) } }
        }
        h1 { (machines.headline()) }
        p.limits {
            "Times of different machines say nothing of each other. Every figure here is a ratio of \
             two clients that ran on one machine in the same rounds, with its own 95 % interval."
        }
    };
    let main = html! {
        @for section in &machines.sections {
            @let table = table(machines, section);
            @let caption = "Each cell: the ratio inside one machine, and its 95 % interval.";
            section {
                h2 { (table.title) }
                (tables::html(&table, caption))
                ul.notes { @for note in &table.notes { li { (note) } } }
            }
        }
        section.conditions {
            h2 { "The machines" }
            @for (head, column) in heads(machines).iter().zip(&machines.columns) {
                (conditions_of(head, column))
            }
        }
    };
    let footer = "Every figure here can be computed again from the records of the runs.";
    page::document("several machines", &header, &main, footer)
}

fn conditions_of(head: &str, Column { record, warnings }: &Column) -> Markup {
    html! {
        h2.place { (head) }
        @if !warnings.is_empty() {
            div.warnings { ul { @for warning in warnings { li { (warning) } } } }
        }
        div.columns {
            (page::facts("Method", &conditions::method(record)))
            (page::facts("Machine", &conditions::machine(&record.machine)))
            (page::facts("Versions", &conditions::versions(record)))
        }
    }
}
