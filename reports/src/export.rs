//! A record in the formats of others.

mod bencher;
mod github;
mod jsonl;

use serde::Serialize;

use crate::analysis::Analysis;
use crate::csv;
use crate::record::{Record, Value};
use crate::scenario::Scenario;

/// A format that others read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, one row a cell: what `speedup.csv` holds.
    Csv,
    /// The same rows as JSON, one object a line: `null` where there is nothing.
    JsonLines,
    /// Bencher Metric Format: times, speedups and CPU times of every cell that has figures.
    Bencher,
    /// What github-action-benchmark calls `customSmallerIsBetter`: of every cell its time by the
    /// reference's, or by the base variant's.
    Github,
}

/// Why a record has nothing to give in a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing has figures.
    #[error("the record has no cell with figures, and so nothing that Bencher could take")]
    NoFigures,
    /// Nothing has a ratio.
    #[error(
        "the record has no cell with a ratio to a reference or to a base variant, and \
         github-action-benchmark takes only those: absolute times of different machines would \
         raise false alarms"
    )]
    NoRatios,
}

/// The record in this format.
///
/// # Errors
///
/// An [`Error`] where a consumer would refuse the result for being empty.
pub fn export(record: &Record, format: Format) -> Result<String, Error> {
    let analysis = Analysis::of(record);
    match format {
        Format::Csv => Ok(csv::csv(record, &analysis)),
        Format::JsonLines => Ok(jsonl::jsonl(record, &analysis)),
        Format::Bencher => bencher::bencher(record, &analysis),
        Format::Github => github::github(record, &analysis),
    }
}

/// The client's name, which is the same in every run: of two variants, whatever they are called,
/// one is `base` and the other is `new`.
fn client(record: &Record, name: &str) -> String {
    let [base, _] = record.variants.as_slice() else { return name.to_owned() };
    let client = record.profile.clients.iter().find(|client| client.name == name);
    match client.and_then(|client| Some((client.plain_name(), client.variant.as_ref()?))) {
        Some((plain, variant)) if *variant == base.name => format!("{plain}@base"),
        Some((plain, _)) => format!("{plain}@new"),
        None => name.to_owned(),
    }
}

/// The cell's name where names are all that tells cells apart, e.g.
/// `pipeline/tokio/stages=3/10ms/40`.
fn name(scenario: &Scenario, client: &str, n: u32) -> String {
    let param =
        |(name, value): (&String, &Value)| format!("{}={}", part(name), part(&value.to_string()));
    let params: Vec<String> = scenario.params.iter().map(param).collect();
    let mut parts = vec![part(&scenario.workload), part(client)];
    if !params.is_empty() {
        parts.push(params.join(";"));
    }
    parts.extend(scenario.delay_ms.map(|delay| format!("{delay}ms")));
    parts.push(n.to_string());
    parts.join("/")
}

/// A part of a name, without what separates parts: two cells must not have one name.
fn part(text: &str) -> String {
    let mut part = String::new();
    for character in text.chars() {
        match character {
            '%' | '/' | ';' | '=' => part.push_str(&format!("%{:02X}", u32::from(character))),
            _ => part.push(character),
        }
    }
    part
}

/// Indented JSON, which ends with its line.
fn pretty(value: &impl Serialize) -> String {
    #[expect(clippy::expect_used, reason = "names and finite numbers are all JSON")]
    let text = serde_json::to_string_pretty(value).expect("figures can be written as JSON");
    text + "\n"
}

#[cfg(test)]
mod tests;
