//! Whether a record keeps to an expectation.

use super::judged::{Holds, Judged, MOST_LISTED, NAMED, Size, named};
use super::line::{Claim, Expectation};
use super::ratio::Limit;
use crate::analysis::{Analysis, Outcome};
use crate::figure;
use crate::scope::{Scopes, whole_label};
use crate::text;

/// Judges an expectation.
///
/// A ratio surely breaks its bound where the whole 95 % interval is beyond it. It is not known where
/// the bound is inside an interval that reaches further than the `floor`.
///
/// A name that is no client's stands for that client of each of the `variants`.
pub(crate) fn judge(
    expectation: &Expectation,
    analysis: &Analysis,
    variants: &[String],
    floor: f64,
) -> Judged {
    let sizes = analysis
        .comparisons
        .iter()
        .flat_map(|comparison| comparison.rows.iter().map(move |row| (comparison, row)));
    let meant = |(comparison, row): &Size| expectation.scope.has(&comparison.scenario, row.n);
    let meant: Vec<Size> = sizes.filter(meant).collect();
    let scopes = Scopes::of(analysis.comparisons.iter().map(|it| &it.scenario));
    match &expectation.claim {
        _ if meant.is_empty() => Judged::unknown(no_cell(analysis)),
        Claim::NoFailedCell => no_failed_cell(&meant, &scopes),
        Claim::Ratio { fast, slow, bound } => {
            let limit = Limit { bound: *bound, floor };
            limit.judge(&meant, &scopes, [fast, slow], variants)
        }
    }
}

/// What there is, for those who named something else.
fn no_cell(analysis: &Analysis) -> String {
    let mut labels = Vec::new();
    for comparison in &analysis.comparisons {
        labels.extend(comparison.rows.iter().map(|row| whole_label(&comparison.scenario, row.n)));
    }
    format!("no cell is meant; there are {}", named(&labels, MOST_LISTED))
}

fn no_failed_cell(meant: &[Size], scopes: &Scopes) -> Judged {
    let outcomes = || {
        meant.iter().flat_map(|(comparison, row)| {
            let clients = comparison.clients.iter().zip(&row.outcomes);
            clients.map(|(client, outcome)| {
                (scopes.label(&comparison.scenario, row.n), client, outcome)
            })
        })
    };
    let all = outcomes().filter(|(.., outcome)| **outcome != Outcome::Absent).count();
    let failed = outcomes().filter_map(|(label, client, outcome)| match outcome {
        Outcome::Failed(reason) => Some(format!("{client} on {label}, {}", text::short(reason))),
        _ => None,
    });
    let failed: Vec<String> = failed.collect();
    let skipped = outcomes().filter(|(.., outcome)| **outcome == Outcome::Skipped).count();
    let cells = figure::counted(all, "cell");
    match (failed.len(), skipped) {
        (0, 0) => Judged { holds: Holds::Yes, why: cells },
        (0, skipped) => Judged::unknown(format!("{skipped} of {cells} were not run")),
        (count, _) => Judged {
            holds: Holds::No,
            why: format!("{count} of {cells} failed: {}", named(&failed, NAMED)),
        },
    }
}
