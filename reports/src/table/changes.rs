//! What changed from the base to each of the other variants: a row a cell and quantity.

use super::{Cell, Column, Measure, Name, Row, Table};
use crate::change::{Change, Changes, Finding};
use crate::figure;
use crate::scope::Scopes;
use crate::stats::Estimate;

/// The most reasons that a note names.
const NAMED: usize = 3;

/// A table for each variant but the base.
pub(crate) fn changes(changes: &Changes) -> Vec<Table> {
    let scopes = Scopes::of(changes.changes.iter().map(|change| &change.scenario));
    changes.variants.iter().filter_map(|variant| of_variant(changes, variant, &scopes)).collect()
}

fn of_variant(changes: &Changes, variant: &str, scopes: &Scopes) -> Option<Table> {
    let base = &changes.base;
    let of_it: Vec<&Change> =
        changes.changes.iter().filter(|change| change.variant == variant).collect();
    let table = Table {
        name: Name::Changes,
        title: format!("What changed from {base} to {variant}"),
        corner: "",
        measures: vec![Measure::Planned, Measure::Again],
        columns: [base, variant, "ratio", "95 %", "finding"].map(Column::measured).into(),
        rows: of_it.iter().map(|change| row(change, scopes)).collect(),
        notes: notes(changes, &of_it, variant),
    };
    (!table.rows.is_empty()).then(|| table.without_empty_measures())
}

fn row(change: &Change, scopes: &Scopes) -> Row {
    let Change { client, scenario, n, quantity, finding, .. } = change;
    let takes = |ns: Option<f64>| match ns {
        Some(ns) => Cell::Figures(vec![figure::duration_ns(ns), String::new()], None),
        None => Cell::Without("none"),
    };
    let both = |text: fn(&Estimate) -> String| {
        [change.estimate, change.confirmation]
            .map(|ratio| ratio.as_ref().map(text).unwrap_or_default())
            .into()
    };
    let word = vec![finding.as_str().to_owned(), String::new()];
    Row::new(
        format!("{client} on {}, {}", scopes.label(scenario, *n), quantity.label()),
        vec![
            takes(change.base),
            takes(change.new),
            Cell::Found(both(|it| figure::speedup(it.value)), finding.clone()),
            Cell::Figures(both(super::interval), None),
            Cell::Found(word, finding.clone()),
        ],
    )
}

/// What the columns and those of the findings that the table has mean.
fn notes(changes: &Changes, of_it: &[&Change], variant: &str) -> Vec<String> {
    let floor = figure::set_percent(changes.floor);
    let has = |is: fn(&Finding) -> bool| of_it.iter().any(|change| is(&change.finding));
    let again = of_it.iter().any(|change| change.confirmation.is_some());
    let mut notes = vec![format!(
        "ratio: what {variant} takes by what {} takes, inside each round{}.",
        changes.base,
        if again { "; again: in the rerun alone" } else { "" }
    )];
    if has(|it| matches!(it, Finding::Regression | Finding::Improvement)) {
        notes.push(format!(
            "regression, improvement: surely changed, and by an estimated {floor} or more; in the \
             rerun once more."
        ));
    }
    if has(|it| matches!(it, Finding::Unconfirmed(_))) {
        notes.push(format!(
            "unconfirmed: surely changed, and by an estimated {floor} or more, in the planned \
             rounds, with no rerun that could tell."
        ));
    }
    if has(|it| matches!(it, Finding::NotConfirmed(_))) {
        notes.push("not confirmed: looked changed, and in the rerun it did not.".to_owned());
    }
    if has(|it| *it == Finding::Undecided) {
        notes.push(format!("undecided: not sure among all rows, and the interval reaches beyond {floor}, or is missing."));
    }
    if has(|it| *it == Finding::Small) {
        notes.push(format!("small: surely changed, and by no more than {floor}."));
    }
    notes.extend(reasons(of_it));
    notes
}

/// Why ratios are missing, each reason once.
fn reasons(of_it: &[&Change]) -> Option<String> {
    let mut reasons: Vec<&str> = Vec::new();
    for change in of_it {
        if let Finding::NotMeasured(reason) = &change.finding
            && !reasons.contains(&reason.as_str())
        {
            reasons.push(reason);
        }
    }
    let more = match reasons.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} other reasons"),
    };
    reasons.truncate(NAMED);
    (!reasons.is_empty()).then(|| format!("not measured: {}{more}.", reasons.join("; ")))
}
