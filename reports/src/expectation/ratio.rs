//! Whether one client is as many times as fast as another as it is to be.

use super::judged::{Holds, Judged, MOST_LISTED, NAMED, Size, named};
use super::line::Bound;
use crate::analysis::{Comparison, Outcome, Quantity, Row};
use crate::figure;
use crate::scope::Scopes;
use crate::stats::{Estimate, Interval};
use crate::text;

/// What a ratio has to keep to, and how far an interval may reach where the bound is inside it.
pub(super) struct Limit {
    pub(super) bound: Bound,
    pub(super) floor: f64,
}

/// A cell's part in a verdict.
struct Evidence {
    holds: Holds,
    /// How far the ratio is on the right side of the bound, on the log scale.
    ahead: f64,
    text: String,
}

impl Limit {
    /// Judges the ratio of the two clients on every size that has both.
    pub(super) fn judge(
        &self,
        meant: &[Size],
        scopes: &Scopes,
        names: [&String; 2],
        variants: &[String],
    ) -> Judged {
        let mut found = Vec::new();
        for (comparison, row) in meant {
            for [x, y] in places(comparison, names, variants) {
                let mut label = scopes.label(&comparison.scenario, row.n);
                if comparison.clients[x] != *names[0] {
                    label = format!("{label} ({})", comparison.clients[x]);
                }
                found.push(self.evidence(comparison, row, [x, y], &label));
            }
        }
        // The worst cells stand for all.
        let Some(holds) = found.iter().map(|it| it.holds).max() else {
            return Judged::unknown(no_client(meant, names));
        };
        let all = found.len();
        found.retain(|it| it.holds == holds);
        found.sort_by(|one, other| one.ahead.total_cmp(&other.ahead));
        let texts: Vec<String> = found.into_iter().map(|it| it.text).collect();
        let why = match holds {
            Holds::Yes if all > 1 => format!("{}, the closest of {all} cells", texts[0]),
            _ => named(&texts, NAMED),
        };
        Judged { holds, why }
    }

    fn evidence(
        &self,
        comparison: &Comparison,
        row: &Row,
        [x, y]: [usize; 2],
        label: &str,
    ) -> Evidence {
        let pair = row.pairs(Quantity::Time).get(x, y);
        let Some((estimate, _)) = pair else {
            let why =
                [x, y].iter().find_map(|&at| without(&comparison.clients[at], &row.outcomes[at]));
            let why = why.unwrap_or_else(|| "they share no round".to_owned());
            return Evidence { holds: Holds::Unknown, ahead: 0.0, text: format!("{label}: {why}") };
        };
        let ahead = match self.bound {
            Bound::AtLeast(bound) => (estimate.value / bound).ln(),
            Bound::AtMost(bound) => (bound / estimate.value).ln(),
        };
        let ratio = figure::speedup(estimate.value);
        let (holds, text) = match estimate.interval {
            None => (Holds::Unknown, format!("{ratio} without an interval on {label}")),
            Some(interval) => {
                let shown = format!("{ratio} [{}] on {label}", figure::interval(interval, ", "));
                match self.holds(&estimate, interval) {
                    Holds::Unknown => (Holds::Unknown, format!("{shown}, too wide to tell")),
                    known => (known, shown),
                }
            }
        };
        Evidence { holds, ahead, text }
    }

    fn holds(&self, estimate: &Estimate, Interval { low, high }: Interval) -> Holds {
        let (broken, kept) = match self.bound {
            Bound::AtLeast(bound) => (high < bound, low >= bound),
            Bound::AtMost(bound) => (low > bound, high <= bound),
        };
        let is_narrow = estimate.half_width().is_some_and(|half| half <= self.floor);
        match (broken, kept || is_narrow) {
            (true, _) => Holds::No,
            (false, true) => Holds::Yes,
            (false, false) => Holds::Unknown,
        }
    }
}

/// Where the two clients are in the comparison, once for each variant where that is not plain.
fn places(comparison: &Comparison, names: [&String; 2], variants: &[String]) -> Vec<[usize; 2]> {
    let position = |name: &str| comparison.clients.iter().position(|client| client == name);
    let of = |name: &String, variant: Option<&String>| {
        position(name).or_else(|| position(&format!("{name}@{}", variant?)))
    };
    let mut places = Vec::new();
    for variant in [None].into_iter().chain(variants.iter().map(Some)) {
        let both = of(names[0], variant).zip(of(names[1], variant));
        if let Some((x, y)) = both.filter(|&(x, y)| !places.contains(&[x, y])) {
            places.push([x, y]);
        }
    }
    places
}

/// Says which clients there are, where the two are not together in any table.
fn no_client(meant: &[Size], names: [&String; 2]) -> String {
    let mut clients: Vec<String> = Vec::new();
    for client in meant.iter().flat_map(|(comparison, _)| &comparison.clients) {
        if !clients.contains(client) {
            clients.push(client.clone());
        }
    }
    let is_there = |name: &&&String| {
        let plain = format!("{name}@");
        clients.iter().any(|client| client == **name || client.starts_with(&plain))
    };
    let missing = names.iter().filter(|name| !is_there(name)).map(|name| text::short(name));
    let missing: Vec<String> = missing.collect();
    let there_are = named(&clients, MOST_LISTED);
    match missing.is_empty() {
        true => format!("no table has both; there are {there_are}"),
        false => format!("no {} here; there are {there_are}", missing.join(" and no ")),
    }
}

/// Why a client has no figures.
fn without(client: &str, outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Measured(_) => None,
        Outcome::Failed(reason) => Some(format!("{client} failed, {}", text::short(reason))),
        Outcome::Skipped => Some(format!("{client} was not run")),
        Outcome::Absent => Some(format!("there is no {client}")),
    }
}
