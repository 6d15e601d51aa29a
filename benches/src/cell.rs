//! Cells: one client x one workload x one size x one delay, as planned.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZero;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use waitmark_harness::catalogue::Catalogue;
use waitmark_harness::workload::{By, Expected, Shape};
use waitmark_reports::record;

use crate::message::{How, JobCell};
use crate::profile::{Client, Profile, Workload, record_values};

/// The longest that the waits of a batch may take.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

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
    /// Whether a server counts what it does.
    pub(crate) counted: bool,
    /// Why it can't be measured at all.
    pub(crate) fault: Option<String>,
}

/// `fan_out/tokio/10ms/100`: what filters are matched against.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named(&self.client_name))
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
        let expected = (entry.expected)(&shape, By { model: kind.model, limit })?;
        let waits = expected.ideal.unwrap_or_default();
        ensure!(
            waits <= LONGEST,
            "{} with n = {n} on {}: the waits of one batch alone take {}, and a week is the most",
            workload.name,
            client.name,
            humantime::format_duration(Duration::from_secs(waits.as_secs()))
        );
        Ok(Cell {
            workload: workload.clone(),
            unit: entry.unit,
            delay,
            n,
            client: place,
            client_name: client.name.clone(),
            limit,
            counted: expected.server.is_some(),
            expected,
            slowdown: 0.0,
            fault: client.variant.as_ref().and_then(|variant| variant.build.clone().err()),
        })
    }

    /// Its name with this client in it.
    fn named(&self, client: &str) -> String {
        format!("{}/{client}/{}", self.workload.name, self.parameter())
    }

    /// Its name without size and delay, which a verification has of its own.
    pub(crate) fn verified(&self) -> String {
        let label = self.workload.label.trim_end_matches(',');
        let slash = if label.is_empty() { "" } else { "/" };
        format!("{}/{}{slash}{label}", self.workload.name, self.client_name)
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
        let requests = self.expected.server.as_ref().map_or(0, |server| *server.requests.end());
        let work = Duration::from_micros(100) * u32::try_from(requests).unwrap_or(u32::MAX);
        Some(self.expected.ideal? + work + Duration::from_micros(100))
    }

    /// About how long the cell takes in a round, its warm-up included.
    pub(crate) fn estimate(&self, how: How) -> Duration {
        if self.fault.is_some() {
            return Duration::ZERO;
        }
        let batch = self.batch().unwrap_or(Duration::from_millis(10));
        let start = Duration::from_millis(15);
        start
            + match how {
                How::Batches(count) => batch * u32::try_from(count).unwrap_or(u32::MAX),
                How::Budget { budget, .. } => budget.mul_f64(1.3).max(2 * batch),
            }
    }

    /// About how many batches the cell runs in a round, and how long it takes.
    pub(crate) fn round(&self) -> (f64, Duration) {
        let batch = self.batch().unwrap_or(Duration::from_millis(10));
        let batches = self.workload.budget.div_duration_f64(batch).max(2.0);
        (batches, self.estimate(self.budget()))
    }

    /// About how long the cell takes in the rounds that come after so many.
    pub(crate) fn left(&self, how: How, after: u32) -> Duration {
        self.workload.rounds.saturating_sub(after) * self.estimate(how)
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
            counted: self.counted,
            how,
            slowdown: self.slowdown,
        }
    }

    /// The cell as the record has it, without what was measured.
    pub(crate) fn record(&self) -> Result<record::Cell> {
        let expected = self.expected.server.as_ref().filter(|_| self.counted);
        let expected = expected.map(|server| record::Expected {
            requests: server.requests.clone().into(),
            dropped: server.dropped.clone().into(),
            connections: server.connections.clone().into(),
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
            planned_rounds: None,
            budget_ms: self.workload.budget.as_secs_f64() * 1e3,
            ideal_ns: self.expected.ideal.map(|ideal| ideal.as_nanos() as f64),
            expected,
            cannot: self.expected.cannot.map(str::to_owned),
            status: record::Status::Skipped,
            reason: None,
            rounds: Vec::new(),
            confirmation: Vec::new(),
        })
    }

    /// Whether the two are compared.
    pub(crate) fn same_but_for_client(&self, other: &Cell) -> bool {
        let key = |cell: &Cell| {
            let Cell { workload, delay, n, .. } = cell;
            (workload.name.clone(), workload.params.clone(), *delay, *n)
        };
        key(self) == key(other)
    }
}

/// The cells of a profile that match a filter, with what they are compared with: their references,
/// or the same client of the other variants. All of them without a filter. And what is left out, as
/// one variant alone has it: `timeouts/tokio`.
pub(crate) fn plan(
    catalogue: &Catalogue,
    profile: &Profile,
    filters: &[String],
) -> Result<(Vec<Cell>, BTreeSet<String>)> {
    let mut cells = Vec::new();
    for workload in &profile.workloads {
        for &delay in &workload.delays {
            for &n in &workload.sizes {
                for &place in &workload.clients {
                    let client = &profile.clients[place];
                    let variant = client.variant.as_ref();
                    if variant.is_none_or(|variant| variant.has(&client.kind, &workload.name)) {
                        let client = (place, client);
                        cells.push(Cell::new(catalogue, workload, client, n, delay)?);
                    }
                }
            }
        }
    }
    if !filters.is_empty() {
        retain(&mut cells, profile, filters);
    }
    let alone = if of_variants(profile) { leave_out(&mut cells, profile) } else { BTreeSet::new() };
    Ok((cells, alone))
}

fn of_variants(profile: &Profile) -> bool {
    profile.clients.iter().any(|client| client.variant.is_some())
}

/// Leaves out the cells that have nothing to be compared with, and names what they are of. Where the
/// reference of a table is not left, its first client takes its part.
fn leave_out(cells: &mut Vec<Cell>, profile: &Profile) -> BTreeSet<String> {
    let plain = |cell: &Cell| profile.clients[cell.client].plain_name();
    let (compared, alone): (Vec<Cell>, Vec<Cell>) = cells.iter().cloned().partition(|cell| {
        let same = |other: &&Cell| cell.same_but_for_client(other) && plain(cell) == plain(other);
        cells.iter().filter(same).count() > 1
    });
    *cells = compared;
    appoint_references(cells);
    alone.iter().map(|cell| format!("{}/{}", cell.workload.name, cell.client_name)).collect()
}

/// Leaves out the cells that match no filter, and are compared with none that does.
fn retain(cells: &mut Vec<Cell>, profile: &Profile, filters: &[String]) {
    let plain = |cell: &Cell| profile.clients[cell.client].plain_name();
    // What is meant by `fan_out/tokio/10ms` is there in every variant.
    let matches = |cell: &&Cell| {
        let names = [cell.to_string(), cell.named(plain(cell))];
        filters.iter().any(|filter| names.iter().any(|name| name.contains(filter)))
    };
    let chosen: Vec<Cell> = cells.iter().filter(matches).cloned().collect();
    let of_variants = of_variants(profile);
    let is_compared = |chosen: &Cell, cell: &Cell| {
        plain(chosen) == plain(cell) || !of_variants && cell.client == cell.workload.reference
    };
    cells.retain(|cell| {
        let with = |chosen: &Cell| chosen.same_but_for_client(cell) && is_compared(chosen, cell);
        chosen.iter().any(with)
    });
}

/// Where the reference of a table was left out, its first client takes its part.
fn appoint_references(cells: &mut [Cell]) {
    let there = cells.to_vec();
    for cell in cells {
        let of_table = |other: &&Cell| {
            let table = |cell: &Cell| {
                (cell.workload.name.clone(), cell.workload.params.clone(), cell.delay)
            };
            table(other) == table(cell)
        };
        let mut clients = there.iter().filter(of_table).map(|other| other.client);
        let first = clients.clone().next();
        if !clients.any(|client| client == cell.workload.reference) {
            cell.workload.reference = first.unwrap_or(cell.workload.reference);
        }
    }
}

#[cfg(test)]
mod tests {
    use waitmark_harness::clients::{Sequential, ThreadPool, Tokio};
    use waitmark_harness::workloads::{FanOut, InTurn, Pipeline, Retry};

    use std::sync::Arc;

    use super::*;
    use crate::message::Build;
    use crate::variant::Variant;

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
        let (cells, _) = plan(&catalogue, &profile, &filters).unwrap();
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
    fn a_batch_that_waits_for_ever_is_refused_and_words_stand_as_they_are() {
        let catalogue = waitmark_harness::catalogue! {
            clients: [Tokio],
            workloads: [Retry, InTurn],
        };
        let cells = |workload: &str| {
            let clients = "clients = [\"tokio\"]\nreference = \"tokio\"\nsizes = [4]";
            let text = format!("{clients}\nworkloads = [{workload}]");
            let profile = Profile::parse(&catalogue, "mine.toml", &text).unwrap();
            plan(&catalogue, &profile, &[]).map_err(|error| error.to_string())
        };
        let refused = cells("{ name = \"retry\", params = { tries = 60 } }").unwrap_err();
        assert!(refused.ends_with("and a week is the most"), "{refused}");
        let word = cells("{ name = \"in_turn\", params = { how = \"at_once\" } }").unwrap().0;
        assert_eq!(word[0].to_string(), "in_turn/tokio/how=at_once/10ms/4");
    }

    #[test]
    fn a_filter_brings_the_other_variants_of_its_cells() {
        let catalogue = waitmark_harness::catalogue! {
            clients: [Sequential, Tokio],
            workloads: [FanOut],
        };
        let text =
            "clients = [\"sequential\", \"tokio\"]\nworkloads = [\"fan_out\"]\nsizes = [5, 50]";
        let profile = Profile::parse(&catalogue, "mine.toml", text).unwrap();
        let variant = |name: &str| {
            let build = Err("not asked".to_owned());
            Arc::new(Variant { name: name.to_owned(), program: None, build })
        };
        let profile = profile.spread(&[variant("base"), variant("new")]).unwrap();
        let of = |filter: &str| plan(&catalogue, &profile, &[filter.to_owned()]).unwrap().0;
        let names = |cells: &[Cell]| cells.iter().map(Cell::to_string).collect::<Vec<_>>();
        let two = ["fan_out/tokio@base/10ms/50", "fan_out/tokio@new/10ms/50"];
        for filter in ["tokio@base/10ms/50", "fan_out/tokio/10ms/50"] {
            let cells = of(filter);
            assert_eq!(names(&cells), two, "{filter}");
            let references = cells.iter().map(|cell| cell.client == cell.workload.reference);
            assert_eq!(references.collect::<Vec<_>>(), [true, false]);
        }
        let (all, alone) = plan(&catalogue, &profile, &[]).unwrap();
        assert!(alone.is_empty());
        let reference = all.iter().find(|cell| cell.client == cell.workload.reference).unwrap();
        assert_eq!((all.len(), &*reference.client_name), (8, "sequential@base"));
    }

    #[test]
    fn what_one_build_alone_has_is_left_out_and_named() {
        let catalogue = waitmark_harness::catalogue! {
            clients: [Sequential, Tokio],
            workloads: [FanOut, Pipeline],
        };
        let text = "clients = [\"sequential\", \"tokio\"]\nworkloads = [\"fan_out\", \"pipeline\"]\nsizes = [5]";
        let profile = Profile::parse(&catalogue, "mine.toml", text).unwrap();
        let variant = |name: &str, clients: &[&str], workloads: &[&str]| {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let build = Build {
                debug: true,
                tool_version: String::new(),
                git_rev: None,
                rustc: String::new(),
                versions: Default::default(),
                clients: names(clients),
                workloads: names(workloads),
            };
            Arc::new(Variant { name: name.to_owned(), program: None, build: Ok(build) })
        };
        let base = variant("base", &["tokio"], &["fan_out"]);
        let new = variant("new", &["sequential", "tokio"], &["fan_out", "pipeline"]);
        let (cells, alone) = plan(&catalogue, &profile.spread(&[base, new]).unwrap(), &[]).unwrap();
        let names: Vec<String> = cells.iter().map(Cell::to_string).collect();
        assert_eq!(names, ["fan_out/tokio@base/10ms/5", "fan_out/tokio@new/10ms/5"]);
        assert_eq!(cells[0].client, cells[1].workload.reference);
        let alone: Vec<String> = alone.into_iter().collect();
        let left = ["fan_out/sequential@new", "pipeline/sequential@new", "pipeline/tokio@new"];
        assert_eq!(alone, left);
    }

    #[test]
    fn a_filter_brings_the_reference_of_its_cells_and_no_other() {
        let tokio = ["fan_out/sequential/10ms/50 500ms", "fan_out/tokio/10ms/50 10ms"];
        assert_eq!(cells(&["tokio/10ms/50"]), tokio);
        assert_eq!(cells(&["tokio/10ms/50", "sequential/10ms/50"]), tokio);
        assert!(cells(&["no such cell"]).is_empty());
    }
}
