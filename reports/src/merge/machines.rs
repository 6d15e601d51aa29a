//! The same benchmark on several machines, side by side: a column a machine, and ratios inside
//! each.
//!
//! Times of different machines are nowhere beside each other. What can be held against each other
//! is how much faster one client was than another on the same machine in the same rounds.

mod csv;
mod markdown;
mod page;
mod table;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::{Error, Part};
use crate::analysis::Analysis;
use crate::record::Record;
use crate::relative::{Against, Found, Relative, relatives};
use crate::scenario::Scenario;
use crate::stats::Verdict;
use crate::{atomic_file, figure, report};

/// The most machines that a table has room for.
pub const MOST: usize = 12;

/// Several records, a column each.
#[derive(Clone, Debug, PartialEq)]
pub struct Machines {
    columns: Vec<Column>,
    sections: Vec<Section>,
}

/// One record.
#[derive(Clone, Debug, PartialEq)]
struct Column {
    record: Record,
    warnings: Vec<String>,
}

/// One table: a scenario, and what its clients are held against.
#[derive(Clone, Debug, PartialEq)]
struct Section {
    scenario: Scenario,
    /// The reference's name; `None` where each client is held against its base variant.
    reference: Option<String>,
    rows: Vec<Row>,
}

/// One ratio on every machine.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    n: u32,
    client: String,
    against: Against,
    /// One for each column; `None` where the record has no such cell.
    found: Vec<Option<Found>>,
}

impl Machines {
    /// Puts the records beside each other, in their order.
    ///
    /// # Errors
    ///
    /// If there are more of them than [`MOST`].
    pub fn of(parts: &[Part]) -> Result<Self, Error> {
        if parts.len() > MOST {
            return Err(Error::Many(parts.len()));
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

    /// Writes the report into the folder `dir`, which is made where it is missing: a page, a
    /// summary and one row for each ratio.
    ///
    /// # Errors
    ///
    /// An error that names the file that could not be written.
    pub fn write(&self, dir: &Path) -> Result<[PathBuf; 3], report::Error> {
        let write = |name: &str, contents: String| {
            let path = dir.join(name);
            match atomic_file::write(&path, contents.as_bytes()) {
                Ok(()) => Ok(path),
                Err(source) => Err(report::Error { path, source }),
            }
        };
        Ok([
            write("index.html", page::page(self))?,
            write("summary.md", markdown::markdown(self))?,
            write("ratios.csv", csv::csv(self))?,
        ])
    }
}

impl Section {
    /// What its ratios are, e.g. `fan_out, requests of 10 ms: speedup over sequential`.
    fn title(&self) -> String {
        let of = match &self.reference {
            Some(reference) => format!("speedup over {reference}"),
            None => "time by the base variant's".to_owned(),
        };
        format!("{}: {of}", self.scenario.title())
    }

    fn title_of(&self, row: &Row) -> String {
        format!("{} in {}", row.title(), self.scenario.title())
    }
}

impl Row {
    fn title(&self) -> String {
        match &self.against {
            Against::Reference(_) => self.client.clone(),
            Against::Base(base) => format!("{} / {base}", self.client),
        }
    }

    /// The ratios as they are shown, with their verdicts.
    fn ratios(&self) -> impl Iterator<Item = (f64, Verdict)> + Clone {
        self.found.iter().flatten().filter_map(|found| match found {
            Found::Ratio(ratio, verdict) => Some((self.against.shown(*ratio).value, *verdict)),
            Found::Without(_) => None,
        })
    }

    /// Whether the client is surely faster in one run and surely slower in another.
    fn turns(&self) -> bool {
        let faster = |it: Verdict| matches!(it, Verdict::Faster | Verdict::SlightlyFaster);
        let mut verdicts = self.ratios().map(|(_, verdict)| verdict);
        verdicts.clone().any(faster) && verdicts.any(|it| faster(it.reversed()))
    }
}
