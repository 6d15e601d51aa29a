//! What the formats have in common: how cells are called, and why there is nothing to give.

use serde::Serialize;

use crate::record::{Record, Value};
use crate::scenario::Scenario;

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

/// The client's name, which is the same in every run: of two variants, whatever they are called,
/// one is `base` and the other is `new`.
pub(super) fn client(record: &Record, name: &str) -> String {
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
pub(super) fn name(scenario: &Scenario, client: &str, n: u32) -> String {
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
pub(super) fn pretty(value: &impl Serialize) -> String {
    #[expect(clippy::expect_used, reason = "names and finite numbers are all JSON")]
    let text = serde_json::to_string_pretty(value).expect("figures can be written as JSON");
    text + "\n"
}
