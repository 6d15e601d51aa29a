//! Scenarios of one size in a table together: a row a scenario, a column a client.

use super::{Cell, Column, Measure, Name, ONE, Row, Table};
use crate::analysis::{Analysis, Cannot, Comparison, Outcome, Speedup};
use crate::scope::Scopes;
use crate::stats::Verdict;
use crate::{figure, headline};

/// A report's comparisons: those that have tables of their own in plain sight, and those that stand
/// in one table together.
pub(crate) struct Split<'a> {
    pub(crate) whole: Vec<&'a Comparison>,
    pub(crate) together: Vec<&'a Comparison>,
    scopes: Scopes,
}

impl<'a> Split<'a> {
    /// Together stand those of a single size, but for the workload that the headline is about.
    pub(crate) fn of(analysis: &'a Analysis) -> Self {
        let all = &analysis.comparisons;
        let first = || Some(&*all.first()?.scenario.workload);
        let leading = headline::workload(analysis).or_else(first);
        let is_whole =
            |it: &&Comparison| it.rows.len() != 1 || leading == Some(&*it.scenario.workload);
        let (whole, together) = all.iter().partition(is_whole);
        Self { whole, together, scopes: Scopes::of(all.iter().map(|it| &it.scenario)) }
    }

    /// The table of those that stand together; `None` where there are none.
    pub(crate) fn table(&self) -> Option<Table> {
        let mut clients: Vec<&String> = Vec::new();
        for client in self.together.iter().flat_map(|comparison| &comparison.clients) {
            if !clients.contains(&client) {
                clients.push(client);
            }
        }
        let mut notes = vec![
            "time of a whole batch, and speedup over the client that has 1x. =: as fast, or different \
             by too little to choose by; ?: undecided."
                .to_owned(),
        ];
        if !self.cannot().is_empty() {
            notes
                .push("*: its model can't do all of it, and does the best that it can.".to_owned());
        }
        let row = |comparison: &&Comparison| self.row(comparison, &clients);
        let table = Table {
            name: Name::Scenarios,
            title: "Scenarios".to_owned(),
            corner: "",
            measures: vec![Measure::Time, Measure::Speedup],
            columns: clients.iter().map(|client| Column::measured(client)).collect(),
            rows: self.together.iter().map(row).collect(),
            notes,
        };
        (!table.rows.is_empty()).then(|| table.without_empty_measures())
    }

    /// What the models can't do in those that stand together: once for all scenarios that the same
    /// is said of.
    pub(crate) fn cannot(&self) -> Vec<String> {
        let mut said: Vec<(&Cannot, Vec<String>)> = Vec::new();
        for comparison in &self.together {
            for cannot in &comparison.cannot {
                let place = self.label(comparison).replace('\n', " ");
                match said.iter_mut().find(|(known, _)| *known == cannot) {
                    Some((_, places)) => places.push(place),
                    None => said.push((cannot, vec![place])),
                }
            }
        }
        said.into_iter().map(|(it, places)| format!("{it} ({})", places.join(", "))).collect()
    }

    /// The scenario's size and then, on a line of its own, what else tells it from others.
    fn label(&self, comparison: &Comparison) -> String {
        let n = comparison.rows.first().map_or(0, |row| row.n);
        let label = self.scopes.label(&comparison.scenario, n);
        let size = format!("{} n={n}", comparison.scenario.workload);
        match label.strip_prefix(&size).map(str::trim_start) {
            Some(rest) if !rest.is_empty() => format!("{size}\n{rest}"),
            _ => label,
        }
    }

    fn row(&self, comparison: &Comparison, clients: &[&String]) -> Row {
        let outcomes = comparison.rows.first().map_or(&[][..], |row| &row.outcomes);
        let cell = |client: &&String| {
            let place = comparison.clients.iter().position(|it| it == *client);
            let outcome = place.and_then(|place| outcomes.get(place)).unwrap_or(&Outcome::Absent);
            cell(outcome, comparison.cannot.iter().any(|it| it.clients.contains(client)))
        };
        Row::new(self.label(comparison), clients.iter().map(cell).collect())
    }
}

fn cell(outcome: &Outcome, cannot: bool) -> Cell {
    let figures = match outcome {
        Outcome::Measured(figures) => figures,
        Outcome::Failed(_) => return Cell::Without("failed"),
        Outcome::Skipped => return Cell::Without("not run"),
        Outcome::Absent => return Cell::Empty,
    };
    let mark = if cannot { "*" } else { "" };
    let time = figure::duration_ns(figures.time_ns.value) + mark;
    let (speedup, verdict) = match figures.speedup {
        Speedup::Reference => (ONE.to_owned(), None),
        Speedup::Over(estimate, verdict) => {
            (figure::speedup(estimate.value) + sure(verdict), Some(verdict))
        }
        Speedup::Unknown => (String::new(), None),
    };
    Cell::Figures(vec![time, speedup], verdict)
}

/// How sure it is, in a sign after the speedup.
fn sure(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster | Verdict::Slower => "",
        Verdict::SlightlyFaster | Verdict::SlightlySlower | Verdict::Same => " =",
        Verdict::Undecided { .. } => " ?",
    }
}
