//! The page: one HTML file with its style and charts inside, no script, and no other file.

mod changes;
mod claims;
mod comparison;
mod explanation;
#[cfg(test)]
mod tests;

pub(crate) use comparison::key;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::analysis::Analysis;
use crate::conditions::{self, Fact};
use crate::headline::{self, Part, Sentence};
use crate::record::Record;
use crate::table::Split;
use crate::{figure, text};

const STYLE: &str = include_str!("html/style.css");

/// The whole page.
pub(crate) fn page(record: &Record, analysis: &Analysis) -> String {
    let several = analysis.comparisons.len() > 1;
    let split = Split::of(analysis);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(&conditions::when(&record.created)))
            body {
                (header(record, analysis))
                main {
                    (warnings(analysis))
                    @if let Some(changes) = &analysis.changes { (changes::section(changes)) }
                    @if let Some(claims) = &analysis.claims { (claims::section(claims)) }
                    @for comparison in &split.whole {
                        (comparison::section(comparison, several))
                    }
                    (comparison::scenarios(&split))
                    (failures(analysis))
                    (explanation::section(analysis))
                    (conditions(record))
                }
                footer {
                    p { "Written by waitmark " (text::printable(&record.tool_version)) " from its record of "
                        (conditions::when(&record.created)) ". Every figure here can be computed again from that record." }
                }
            }
        }
    };
    page.into_string()
}

/// A page of its own, of another kind than a record's.
pub(crate) fn document(title: &str, header: &Markup, main: &Markup, footer: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body {
                header { (header) }
                main { (main) }
                footer { p { (footer) } }
            }
        }
    };
    page.into_string()
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            // Without one a browser asks the server for /favicon.ico.
            link rel="icon" href="data:,";
            title { "waitmark, " (title) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn header(record: &Record, analysis: &Analysis) -> Markup {
    let profile = &record.profile;
    let sentences = headline::sentences(analysis);
    let Some((finding, limits)) = sentences.split_first() else { return html! {} };
    let limits: Vec<String> = limits.iter().map(Sentence::to_string).collect();
    html! {
        header {
            p.eyebrow {
                span { "waitmark" }
                span { "profile " (text::printable(&profile.name)) }
                span { (figure::counted(conditions::rounds_run(record) as usize, "round")) }
                span { (conditions::processor(&record.machine)) }
                span { (conditions::when(&record.created)) }
            }
            h1 { (sentence(finding)) }
            @if !limits.is_empty() { p.limits { (limits.join(" ")) } }
        }
    }
}

/// A sentence with its intervals set back, so that the speedups stand out.
fn sentence(sentence: &Sentence) -> Markup {
    html! {
        @for part in sentence.parts() {
            @match part {
                Part::Text(text) => { (text) }
                Part::Interval(interval) => span.interval { (interval) },
            }
        }
    }
}

fn warnings(analysis: &Analysis) -> Markup {
    html! {
        @if !analysis.warnings.is_empty() {
            section.warnings aria-labelledby="warnings" {
                h2 #warnings { "Before you believe these figures" }
                ul { @for warning in &analysis.warnings { li { (warning) } } }
            }
        }
    }
}

fn failures(analysis: &Analysis) -> Markup {
    html! {
        @if !analysis.failures.is_empty() {
            section.failures {
                h2 { "Failed cells" }
                p { "These were run and gave no figure. None of them is ranked." }
                dl {
                    @for failure in &analysis.failures {
                        dt {
                            (failure.client) " on " (failure.scenario.at(failure.n))
                        }
                        dd { (failure.reason) }
                    }
                }
            }
        }
    }
}

fn conditions(record: &Record) -> Markup {
    html! {
        section.conditions {
            h2 { "How this was measured" }
            div.columns {
                (facts("Method", &conditions::method(record)))
                (facts("Machine", &conditions::machine(&record.machine)))
                (facts("Versions", &conditions::versions(record)))
                @if !record.variants.is_empty() {
                    (facts("Variants", &conditions::variants(record)))
                }
                @if record.server.addresses > 0 {
                    (facts("Mock server", &conditions::server(record)))
                }
            }
        }
    }
}

pub(crate) fn facts(title: &str, facts: &[Fact]) -> Markup {
    html! {
        div {
            h3 { (title) }
            dl.facts {
                @for (name, value) in facts { dt { (name) } dd { (value) } }
            }
        }
    }
}
