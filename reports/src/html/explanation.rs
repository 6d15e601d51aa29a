//! What the numbers mean, in as few words as a newcomer needs.

use maud::{Markup, html};

use crate::analysis::Analysis;
use crate::figure;
use crate::guide;
use crate::stats::{FAMILY_ERROR, MIN_ROUNDS};

/// The section that explains every measure on the page.
pub(super) fn section(analysis: &Analysis) -> Markup {
    let margin = figure::set_percent(analysis.margin);
    html! {
        section.explanation {
            h2 { "What the numbers mean" }
            dl {
                dt { "time" }
                dd { "A whole batch of n requests, from the first sent to the last answered: the \
                    geometric mean over rounds." }
                dt { "speedup" }
                dd { "The time of the reference divided by the client's, inside each round, then \
                    the geometric mean over rounds. The 95 % interval is Student's t over rounds, on \
                    the log scale; under " (MIN_ROUNDS) " rounds there is none." }
                dt { "efficiency" }
                dd { "The time that the waits alone cost this client, divided by the time measured. \
                    Where all wait at once that is one delay, where a pool of threads takes turns \
                    one for each turn, and in a row all of them. The rest is cost: connections, \
                    scheduling, and the server." }
                dt { "verdict" }
                dd { strong { "faster" } " or " strong { "slower" } ": surely so. "
                    strong { "slightly faster" } " or " strong { "slightly slower" } ": surely so, \
                    and the whole interval is inside the margin of " (margin) ", too little to \
                    choose by. " strong { "same" } ": no sure difference, and the whole interval is \
                    inside the margin. " strong { "undecided" } ": neither, and it says how many \
                    more rounds would probably tell. \
                    Verdicts hold together: of all pairs of clients on all sizes of a table that \
                    are equal, any is called faster or slower in at most " (family()) " of tables \
                    (Holm's method). Intervals are individual: each is one pair's own, at 95 %, and \
                    of twenty one may miss." }
                dt { "over all sizes" }
                dd { "Where no two sizes' speedups surely differ by more than the margin, their \
                    average inside each round, then as above: what two clients share in a round does \
                    not count several times. Where they do, from the smallest to the largest of \
                    them; and where a sure difference turns around, between which sizes. These pairs \
                    are a family of their own." }
                (moments_entry(analysis))
                dt { "cost" }
                dd { "CPU time and context switches while batches ran, of the client and of the \
                    server, and the most memory that the client's process had at once, with ratios and verdicts like those of times; each cost is a family of \
                    its own. Clients that take the same time may still differ in what they cost. A \
                    count that was 0 in a round has no ratio and no verdict." }
                (changes_entry(analysis))
                (guide_entry(analysis))
                (async_std_entry(analysis))
            }
        }
    }
}

fn changes_entry(analysis: &Analysis) -> Markup {
    html! {
        @if let Some(changes) = &analysis.changes {
            @let floor = figure::set_percent(changes.floor);
            dt { "change" }
            dd { "What a build takes by what " (changes.base) " takes, inside each round, for time and \
                for CPU time. It is flagged where it is surely not 1 (Holm's method at " (family()) ", \
                all cells, builds and both quantities of the run as one family) and its estimate is \
                more than " (floor) " away. What is flagged is run again in fresh processes, and \
                called a " strong { "regression" } " or an " strong { "improvement" } " where the \
                rerun alone, judged by the same rule among the reruns, flags it in the same \
                direction. Otherwise it is " strong { "not confirmed" } ". What a rerun can't tell \
                from a change of the code is how the code of each build is laid out in memory." }
        }
    }
}

fn family() -> String {
    figure::set_percent(FAMILY_ERROR)
}

fn moments_entry(analysis: &Analysis) -> Markup {
    let mut rows = analysis.comparisons.iter().flat_map(|comparison| &comparison.rows);
    html! {
        @if rows.any(|row| !row.moments.is_empty()) {
            dt { "moment" }
            dd { "What a workload times inside its batch, e.g. until the first answer: the median over \
                the batches of a round, then the geometric mean over rounds. Its ratio to the \
                reference is taken inside each round, and no verdict is made of it." }
        }
    }
}

fn guide_entry(analysis: &Analysis) -> Markup {
    let has_guide =
        analysis.comparisons.iter().any(|c| c.rows.iter().any(|row| row.published.is_some()));
    html! {
        @if has_guide {
            dt { "guide" }
            dd {
                "What a guide to Python's asyncio published for the same scenario with requests of "
                (figure::set_duration_ms(guide::DELAY_MS)) ": another language, delay and machine. \
                Compare the shapes, not the digits. In turn and at once it took "
                @for (index, row) in guide::PUBLISHED.iter().enumerate() {
                    @if index > 0 { "; " }
                    span.row {
                        (row.sequential_s) " s and " (row.concurrent_s) " s at n = " (row.n)
                    }
                }
                "."
            }
        }
    }
}

fn async_std_entry(analysis: &Analysis) -> Markup {
    let measured =
        analysis.comparisons.iter().any(|c| c.clients.iter().any(|client| client == "async-std"));
    html! {
        @if measured {
            dt { "async-std" }
            dd { "Discontinued (1.13.x, RUSTSEC-2025-0052); its successor is smol, on whose parts it \
                already runs. Near-ties of the two are to be expected." }
        }
    }
}
