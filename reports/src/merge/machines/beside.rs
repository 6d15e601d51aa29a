//! Records beside each other: a column each, a table for each scenario, a row for each ratio.

use crate::analysis::Analysis;
use crate::figure;
use crate::merge::part::{Error, Part};
use crate::record::Record;
use crate::relative::{Against, Found, Relative, relatives};
use crate::scenario::Scenario;
use crate::stats::Verdict;

/// The most machines that a table has room for.
pub const MOST: usize = 12;

/// Several records, a column each.
#[derive(Clone, Debug, PartialEq)]
pub struct Machines {
    pub(super) columns: Vec<Column>,
    pub(super) sections: Vec<Section>,
}

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) record: Record,
    pub(super) warnings: Vec<String>,
}

/// One table: a scenario, and what its clients are held against.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Section {
    pub(super) scenario: Scenario,
    /// The reference's name; `None` where each client is held against its base variant.
    pub(super) reference: Option<String>,
    pub(super) rows: Vec<Row>,
}

/// One ratio on every machine.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) n: u32,
    pub(super) client: String,
    pub(super) against: Against,
    /// One for each column; `None` where the record has no such cell.
    pub(super) found: Vec<Option<Found>>,
}

impl Machines {
    /// Puts the records beside each other, in their order.
    ///
    /// # Errors
    ///
    /// If there are more of them than [`MOST`].
    pub fn of(parts: &[Part]) -> Result<Self, Error> {
        if parts.len() > MOST {
            return Err(Error::Many { count: parts.len(), most: MOST });
        }
        let mut machines = Self { columns: Vec::new(), sections: Vec::new() };
        for (place, Part { record, .. }) in parts.iter().enumerate() {
            let analysis = Analysis::of(record);
            for relative in relatives(record, &analysis) {
                machines.put(place, parts.len(), relative);
            }
            let warnings = analysis.warnings.iter().map(ToString::to_string).collect();
            machines.columns.push(Column { record: record.clone(), warnings });
        }
        for section in &mut machines.sections {
            // Stable: clients stay in the order of the first record.
            section.rows.sort_by_key(|row| row.n);
        }
        Ok(machines)
    }

    /// Puts a ratio of the record at `place` of `count` into its row.
    fn put(&mut self, place: usize, count: usize, relative: Relative) {
        let Relative { scenario, n, client, against, found } = relative;
        let reference = match &against {
            Against::Reference(name) => Some(name.clone()),
            Against::Base(_) => None,
        };
        let is = |it: &Section| it.scenario == scenario && it.reference == reference;
        let at = self.sections.iter().position(is).unwrap_or_else(|| {
            self.sections.push(Section { scenario, reference, rows: Vec::new() });
            self.sections.len() - 1
        });
        let rows = &mut self.sections[at].rows;
        let is = |it: &Row| (it.n, &it.client, &it.against) == (n, &client, &against);
        let at = rows.iter().position(is).unwrap_or_else(|| {
            rows.push(Row { n, client, against, found: vec![None; count] });
            rows.len() - 1
        });
        rows[at].found[place] = Some(found);
    }

    /// What holds in all runs, in a sentence.
    pub fn headline(&self) -> String {
        let rows = || self.sections.iter().flat_map(|it| it.rows.iter().map(move |row| (it, row)));
        let shared = rows().filter(|(_, row)| row.ratios().count() > 1).count();
        let turned: Vec<String> = rows()
            .filter(|(_, row)| row.turns())
            .map(|(section, row)| format!("{} at n = {}", section.title_of(row), row.n))
            .collect();
        if shared == 0 {
            return "No ratio was measured in two of the runs.".to_owned();
        }
        let shared = figure::counted(shared, "ratio");
        let runs = format!("{} runs share {shared}", self.columns.len());
        match turned.as_slice() {
            [] => format!(
                "{runs}, and no client is surely faster in one of them and surely slower in another."
            ),
            [first, ..] => format!(
                "{runs}, and of {} the client is surely faster in one run and surely slower in \
                 another, such as {first}.",
                turned.len()
            ),
        }
    }
}

impl Section {
    /// What its ratios are, e.g. `fan_out, requests of 10 ms: speedup over sequential`.
    pub(super) fn title(&self) -> String {
        let of = match &self.reference {
            Some(reference) => format!("speedup over {reference}"),
            None => "time by the base variant's".to_owned(),
        };
        format!("{}: {of}", self.scenario.title())
    }

    pub(super) fn title_of(&self, row: &Row) -> String {
        format!("{} in {}", row.title(), self.scenario.title())
    }
}

impl Row {
    pub(super) fn title(&self) -> String {
        match &self.against {
            Against::Reference(_) => self.client.clone(),
            Against::Base(base) => format!("{} / {base}", self.client),
        }
    }

    /// The ratios as they are shown, with their verdicts.
    pub(super) fn ratios(&self) -> impl Iterator<Item = (f64, Verdict)> + Clone {
        self.found.iter().flatten().filter_map(|found| match found {
            Found::Ratio(ratio, verdict) => Some((self.against.shown(*ratio).value, *verdict)),
            Found::Without(_) => None,
        })
    }

    /// Whether the client is surely faster in one run and surely slower in another.
    pub(super) fn turns(&self) -> bool {
        let faster = |it: Verdict| matches!(it, Verdict::Faster | Verdict::SlightlyFaster);
        let mut verdicts = self.ratios().map(|(_, verdict)| verdict);
        verdicts.clone().any(faster) && verdicts.any(|it| faster(it.reversed()))
    }
}
