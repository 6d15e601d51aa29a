//! Cells: one client x one workload x one size x one delay, as planned.

use std::fmt;
use std::time::Duration;

use waitmark_harness::client::Kind;
use waitmark_harness::workload;

use crate::profile::Profile;

/// A cell to be measured.
#[derive(Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) workload: workload::Entry,
    pub(crate) delay: Duration,
    pub(crate) n: u32,
    pub(crate) client: Kind,
    /// Requests in flight at once, at most.
    pub(crate) width: u32,
}

/// `fan_out/tokio/10ms/100`: what filters are matched against.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.workload.name, self.client, self.parameter())
    }
}

impl Cell {
    /// What sets the cell apart from its client's others of the same workload: `10ms/100`.
    pub(crate) fn parameter(&self) -> String {
        format!("{}/{}", humantime::format_duration(self.delay), self.n)
    }

    /// The shortest time a batch can take.
    pub(crate) fn ideal(&self) -> Duration {
        self.delay * self.n.div_ceil(self.width)
    }

    /// About how long the cell takes in a round: its warm-up and its samples, which are whole
    /// batches however short their time.
    pub(crate) fn estimate(&self, profile: &Profile) -> Duration {
        let batch = self.ideal() + self.n * Duration::from_micros(150);
        if !profile.by_criterion() {
            return batch * profile.samples;
        }
        let batches = |time: Duration| time.div_duration_f64(batch).ceil().max(1.0);
        let samples = f64::from(profile.samples);
        let count =
            batches(profile.warm_up) + samples * batches(profile.measurement.div_f64(samples));
        batch.mul_f64(count) + Duration::from_millis(20)
    }

    fn same_but_for_client(&self, other: &Cell) -> bool {
        (self.workload.name, self.delay, self.n) == (other.workload.name, other.delay, other.n)
    }
}

/// The cells of a profile that match a filter, each with its reference; all of them without a
/// filter.
pub(crate) fn plan(profile: &Profile, filters: &[String]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for &workload in &profile.workloads {
        for &delay in &profile.delays {
            for &n in &profile.sizes {
                for &client in &profile.clients {
                    let width = client.width(n as usize, &profile.settings) as u32;
                    cells.push(Cell { workload, delay, n, client, width });
                }
            }
        }
    }
    if filters.is_empty() {
        return cells;
    }
    let chosen: Vec<Cell> = cells
        .iter()
        .filter(|cell| filters.iter().any(|filter| cell.to_string().contains(filter)))
        .copied()
        .collect();
    cells.retain(|cell| {
        chosen.iter().any(|chosen| {
            chosen.same_but_for_client(cell)
                && (chosen.client == cell.client || cell.client == profile.reference)
        })
    });
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(filters: &[&str]) -> Vec<String> {
        let text = "sizes = [5, 50]\nclients = [\"sequential\", \"thread-pool\", \"tokio\"]";
        let profile = Profile::parse("mine.toml", text).unwrap();
        let filters: Vec<String> = filters.iter().map(|filter| filter.to_string()).collect();
        plan(&profile, &filters).iter().map(|cell| format!("{cell} {:?}", cell.ideal())).collect()
    }

    #[test]
    fn every_size_with_every_client() {
        assert_eq!(
            cells(&[]),
            [
                "fan_out/sequential/10ms/5 50ms",
                "fan_out/thread-pool/10ms/5 10ms",
                "fan_out/tokio/10ms/5 10ms",
                "fan_out/sequential/10ms/50 500ms",
                "fan_out/thread-pool/10ms/50 20ms",
                "fan_out/tokio/10ms/50 10ms",
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
