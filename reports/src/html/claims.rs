//! What the guide claims and whether it holds, on the page.

use maud::{Markup, html};

use crate::claims::Claims;
use crate::table;

/// The table of claims, and how many of them hold.
pub(super) fn section(claims: &Claims) -> Markup {
    let table = table::claims(claims);
    let caption = "Each row: a claim, what was measured and inside which bounds it has to be, what \
                   came of it, and each client's figure with its 95 % interval and whether the claim \
                   holds.";
    html! {
        section.claim {
            h2 { (table.title) }
            p { (claims.summary()) }
            (table::html(&table, caption))
            ul.notes { @for note in &table.notes { li { (note) } } }
        }
    }
}
