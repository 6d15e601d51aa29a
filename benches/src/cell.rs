//! Cells: one client x one workload x one size x one delay, as planned.

use std::fmt;
use std::num::NonZero;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use waitmark_harness::catalogue::Catalogue;
use waitmark_harness::workload::{Expected, Shape};
use waitmark_reports::record;

use crate::message::{How, JobCell};
use crate::profile::{Client, Profile, Workload, record_values};

/// A cell to be measured.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) workload: Workload,
    pub(crate) unit: &'static str,
    pub(crate) delay: Option<Duration>,
    pub(crate) n: u32,
    /// The client's place in the profile, and its name.
    pub(crate) client: usize,
    pub(crate) client_name: String,
    /// How many things the client does at once, at most; `None` for no limit.
    pub(crate) limit: Option<NonZero<usize>>,
    /// What a batch has to come to.
    pub(crate) expected: Expected,
    /// The share of its time that each batch is made longer by.
    pub(crate) slowdown: f64,
}

/// `fan_out/tokio/10ms/100`: what filters are matched against.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.workload.name, self.client_name, self.parameter())
    }
}

impl Cell {
    /// The cell of this workload, client, size and delay.
    pub(crate) fn new(
        catalogue: &Catalogue,
        workload: &Workload,
        (place, client): (usize, &Client),
        n: u32,
        delay: Option<Duration>,
    ) -> Result<Self> {
        let kind = catalogue.client(&client.kind).context("no such client")?;
        let entry = catalogue.workload(&workload.name).context("no such workload")?;
        let limit = (kind.limit)(&client.settings, n as usize)?;
        let (params, wait) = (workload.params.clone(), delay.unwrap_or_default());
        let shape = Shape::<Value> { n: n as usize, delay: wait, params };
        Ok(Cell {
            workload: workload.clone(),
            unit: entry.unit,
            delay,
            n,
            client: place,
            client_name: client.name.clone(),
            limit,
            expected: (entry.expected)(&shape, limit)?,
            slowdown: 0.0,
        })
    }

    /// What sets the cell apart from its client's others of the same workload: `10ms/100`.
    pub(crate) fn parameter(&self) -> String {
        let delay = self.delay.map(|delay| format!("{}/", humantime::format_duration(delay)));
        let label = self.workload.label.trim_end_matches(',');
        let label = if label.is_empty() { String::new() } else { format!("{label}/") };
        format!("{label}{}{}", delay.unwrap_or_default(), self.n)
    }

    /// About how long a batch takes, by nothing but the plan: its waits, and what a request costs
    /// where connections are fresh. `None` where the plan does not say.
    fn batch(&self) -> Option<Duration> {
        let requests = self.expected.server.as_ref().map_or(0, |server| server.requests);
        let work = Duration::from_micros(100) * u32::try_from(requests).unwrap_or(u32::MAX);
        Some(self.expected.ideal? + work + Duration::from_micros(100))
    }

    /// About how long the cell takes in a round, its warm-up included.
    pub(crate) fn estimate(&self, how: How) -> Duration {
        let batch = self.batch().unwrap_or(Duration::from_millis(10));
        let start = Duration::from_millis(15);
        start
            + match how {
                How::Batches(count) => batch * u32::try_from(count).unwrap_or(u32::MAX),
                How::Budget { budget, .. } => budget.mul_f64(1.3).max(2 * batch),
            }
    }

    /// The cell's budget in a round.
    pub(crate) fn budget(&self) -> How {
        How::Budget { budget: self.workload.budget, batch: self.batch() }
    }

    /// The cell as its client is told.
    pub(crate) fn job(&self, how: How) -> JobCell {
        JobCell {
            workload: self.workload.name.clone(),
            params: self.workload.params.clone(),
            n: self.n as usize,
            delay: self.delay.unwrap_or_default(),
            parameter: self.parameter(),
            counted: self.expected.server.is_some(),
            how,
            slowdown: self.slowdown,
        }
    }

    /// The cell as the record has it, without what was measured.
    pub(crate) fn record(&self) -> Result<record::Cell> {
        let expected = self.expected.server.as_ref().map(|server| record::Expected {
            requests: server.requests,
            dropped: server.dropped,
            connections: server.connections,
            peak_low: *server.peak.start(),
            peak_high: *server.peak.end(),
        });
        let reference = self.client == self.workload.reference;
        Ok(record::Cell {
            workload: self.workload.name.clone(),
            unit: self.unit.to_owned(),
            params: record_values(&self.workload.params)?,
            delay_ms: self.delay.map(|delay| delay.as_secs_f64() * 1e3),
            n: self.n,
            client: self.client_name.clone(),
            role: if reference { record::Role::Reference } else { record::Role::Compared },
            limit: self.limit.map(|limit| u32::try_from(limit.get()).unwrap_or(u32::MAX)),
            budget_ms: self.workload.budget.as_secs_f64() * 1e3,
            ideal_ns: self.expected.ideal.map(|ideal| ideal.as_nanos() as f64),
            expected,
            status: record::Status::Skipped,
            reason: None,
            rounds: Vec::new(),
            confirmation: Vec::new(),
        })
    }

    fn same_but_for_client(&self, other: &Cell) -> bool {
        let key = |cell: &Cell| {
            let Cell { workload, delay, n, .. } = cell;
            (workload.name.clone(), workload.params.clone(), *delay, *n)
        };
        key(self) == key(other)
    }
}

/// The cells of a profile that match a filter, each with its reference; all of them without a
/// filter.
pub(crate) fn plan(
    catalogue: &Catalogue,
    profile: &Profile,
    filters: &[String],
) -> Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for workload in &profile.workloads {
        for &delay in &workload.delays {
            for &n in &workload.sizes {
                for client in profile.clients.iter().enumerate() {
                    cells.push(Cell::new(catalogue, workload, client, n, delay)?);
                }
            }
        }
    }
    if filters.is_empty() {
        return Ok(cells);
    }
    let matches = |cell: &&Cell| filters.iter().any(|filter| cell.to_string().contains(filter));
    let chosen: Vec<Cell> = cells.iter().filter(matches).cloned().collect();
    cells.retain(|cell| {
        chosen.iter().any(|chosen| {
            chosen.same_but_for_client(cell)
                && (chosen.client == cell.client || cell.client == cell.workload.reference)
        })
    });
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use waitmark_harness::clients::{Sequential, ThreadPool, Tokio};
    use waitmark_harness::workloads::{FanOut, Pipeline};

    use super::*;

    fn cells(filters: &[&str]) -> Vec<String> {
        let catalogue = waitmark_harness::catalogue! {
            clients: [Sequential, ThreadPool, Tokio],
            workloads: [FanOut, Pipeline],
        };
        let text = r#"
            sizes = [5, 50]
            clients = ["sequential", "thread-pool-32", "tokio"]
            workloads = ["fan_out", { name = "pipeline", sizes = [4], params = { stages = 2 } }]
        "#;
        let profile = Profile::parse(&catalogue, "mine.toml", text).unwrap();
        let filters: Vec<String> = filters.iter().map(|filter| filter.to_string()).collect();
        let cells = plan(&catalogue, &profile, &filters).unwrap();
        cells.iter().map(|cell| format!("{cell} {:?}", cell.expected.ideal.unwrap())).collect()
    }

    #[test]
    fn every_size_with_every_client() {
        assert_eq!(
            cells(&[]),
            [
                "fan_out/sequential/10ms/5 50ms",
                "fan_out/thread-pool-32/10ms/5 10ms",
                "fan_out/tokio/10ms/5 10ms",
                "fan_out/sequential/10ms/50 500ms",
                "fan_out/thread-pool-32/10ms/50 20ms",
                "fan_out/tokio/10ms/50 10ms",
                "pipeline/sequential/stages=2/10ms/4 80ms",
                "pipeline/thread-pool-32/stages=2/10ms/4 50ms",
                "pipeline/tokio/stages=2/10ms/4 50ms",
            ]
        );
    }

    #[test]
    fn a_filter_brings_the_reference_of_its_cells_and_no_other() {
        let tokio = ["fan_out/sequential/10ms/50 500ms", "fan_out/tokio/10ms/50 10ms"];
        assert_eq!(cells(&["tokio/10ms/50"]), tokio);
        assert_eq!(cells(&["tokio/10ms/50", "sequential/10ms/50"]), tokio);
        assert!(cells(&["no such cell"]).is_empty());
    }
}
