//! Who beats whom: every client against every other, round by round.

use super::Quantity;
use crate::record::{Cell, Client};
use crate::scenario::Scenario;
use crate::stats::{self, Estimate, Verdict};

/// How many times as fast one client is as another, or how many times as little it takes of a cost,
/// and the verdict on it.
pub type Pair = (Estimate, Verdict);

/// Every client against every other, by their places in the comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs(Vec<Vec<Option<Pair>>>);

impl Pairs {
    pub(super) fn none(clients: usize) -> Self {
        Self(vec![vec![None; clients]; clients])
    }

    /// The client at `x` against that at `y`; `None` where they are the same, either has no
    /// figures, or they share no round.
    pub fn get(&self, x: usize, y: usize) -> Option<Pair> {
        self.0[x][y]
    }

    /// Whether this is the evidence of anything.
    pub fn is_empty(&self) -> bool {
        self.0.iter().flatten().all(Option::is_none)
    }

    pub(super) fn set(&mut self, x: usize, y: usize, (estimate, verdict): Pair) {
        self.0[x][y] = Some((estimate, verdict));
        self.0[y][x] = Some((estimate.inverse(), verdict.reversed()));
    }
}

/// All pairs of a table for one quantity, judged as one family. `grid` has a row for each size, and
/// in it each client's cell where it has figures.
pub(super) fn judged(grid: &[Vec<Option<&Cell>>], quantity: Quantity, margin: f64) -> Vec<Pairs> {
    let mut places = Vec::new();
    let mut family = Vec::new();
    for (row, cells) in grid.iter().enumerate() {
        for (x, y) in couples(cells.len()) {
            let ratio = |one: &Cell, other: &Cell| quantity.ratio(&one.rounds, &other.rounds);
            if let Some(estimate) = cells[x].zip(cells[y]).and_then(|(x, y)| ratio(x, y)) {
                places.push((row, x, y));
                family.push(estimate);
            }
        }
    }
    let verdicts = stats::judge(&family, margin);
    let mut pairs: Vec<Pairs> = grid.iter().map(|cells| Pairs::none(cells.len())).collect();
    for ((row, x, y), pair) in places.into_iter().zip(family.into_iter().zip(verdicts)) {
        pairs[row].set(x, y, pair);
    }
    pairs
}

/// Every two of `count` things, the earlier one first.
pub(super) fn couples(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |x| (x + 1..count).map(move |y| (x, y)))
}

/// How far the least known pair of clients can be from its estimate: half the width of its 95 %
/// interval, as a share, e.g. 0.02. A pair was measured on the same scenario and size. Where there
/// are variants it is the same client of two of them; otherwise it is two concurrent clients, which
/// is every client whose `limit` is not 1. `clients` are those of the profile.
///
/// A run may end early once this is below the precision that its profile asks for. Ending on the
/// width of intervals keeps what they promise, because the width does not depend on which way the
/// difference goes; ending on a verdict does not, because chance then ends the run whenever it
/// happens to favour one.
///
/// `None` while a pair has no interval yet, and where there is no pair.
pub fn widest_pair(cells: &[Cell], clients: &[Client]) -> Option<f64> {
    let client = |cell: &Cell| clients.iter().find(|client| client.name == cell.client);
    let has_variants = clients.iter().any(|client| client.variant.is_some());
    let measured = cells.iter().filter(|cell| cell.has_figures());
    let measured: Vec<_> = measured.map(|cell| (cell, Scenario::of(cell), client(cell))).collect();
    let compared = |x: usize, y: usize| {
        let ((one, at, first), (other, there, second)) = (&measured[x], &measured[y]);
        let clients = match (first, second) {
            (Some(one), Some(other)) if has_variants => {
                one.variant != other.variant && one.plain_name() == other.plain_name()
            }
            _ => !has_variants && one.limit != Some(1) && other.limit != Some(1),
        };
        clients && one.n == other.n && at == there
    };
    let mut widest = None;
    for (x, y) in couples(measured.len()).filter(|&(x, y)| compared(x, y)) {
        let (one, other) = (measured[x].0, measured[y].0);
        let half = Quantity::Time.ratio(&one.rounds, &other.rounds)?.half_width()?;
        widest = Some(half.max(widest.unwrap_or(0.0)));
    }
    widest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
    use crate::record::Record;
    use crate::synthetic;

    fn close(got: f64, want: f64) {
        assert!((got / want - 1.0).abs() < 1e-9, "got {got}, want {want}");
    }

    #[test]
    fn what_one_client_wins_the_other_loses() {
        let analysis = Analysis::of(&synthetic::record());
        let pairs = analysis.comparisons[0].rows[2].pairs(Quantity::Time);
        for x in 0..5 {
            assert_eq!(pairs.get(x, x), None);
            for y in (0..5).filter(|&y| y != x) {
                let ((there, how), (back, turned)) =
                    (pairs.get(x, y).unwrap(), pairs.get(y, x).unwrap());
                close(there.value, 1.0 / back.value);
                assert_eq!(how, turned.reversed());
            }
        }
        let [pool, tokio, async_std, smol] = [1, 2, 3, 4];
        let verdict = |x: usize, y: usize| pairs.get(x, y).unwrap().1;
        assert_eq!(verdict(tokio, pool), Verdict::Faster);
        assert_eq!(verdict(pool, tokio), Verdict::Slower);
        assert_eq!(verdict(async_std, smol), Verdict::Same);
    }

    #[test]
    fn all_sizes_of_a_table_are_one_family() {
        // t = ln 1.0375 / (0.025 / 3) is 4.4, p = 0.0023: sure among ten pairs, not among thirty.
        let verdict = |sizes: &[u32]| {
            let mut record = synthetic::record_of(&["a", "b", "c", "d", "e"], sizes, 9);
            for cell in &mut record.cells {
                synthetic::time(cell, &[1e6; 9]);
            }
            let wander = |round: i32| 1e6 * (1.0375_f64.ln() + 0.025 * deviation(round)).exp();
            synthetic::time(&mut record.cells[0], &(0..9).map(wander).collect::<Vec<_>>());
            let analysis = Analysis::of(&record);
            analysis.comparisons[0].rows[0].pairs(Quantity::Time).get(1, 0).unwrap().1
        };
        assert_eq!(verdict(&[5]), Verdict::Faster);
        assert!(matches!(verdict(&[5, 10, 20]), Verdict::Undecided { .. }));
    }

    /// The ninth parts of a distribution with mean 0 and sample standard deviation 1.
    fn deviation(round: i32) -> f64 {
        f64::from(round - 4) / 7.5_f64.sqrt()
    }

    #[test]
    fn the_widest_pair_is_of_concurrent_clients_on_the_same_task() {
        let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 3);
        for cell in &mut record.cells {
            let factors = match (&*cell.client, cell.n) {
                ("sequential", _) => [1.0, 9.0, 2.0],
                ("tokio", 5) => [1.0, 2.0, 4.0],
                _ => [1.0; 3],
            };
            synthetic::time(cell, &factors.map(|factor| 1e6 * factor));
        }
        // As worked by hand for the interval of 1, 2, 4.
        let half = 2f64.powf(4.302_652_729_696_144 / 3f64.sqrt()) - 1.0;
        close(widest_pair(&record.cells, &record.profile.clients).unwrap(), half);
        // Nobody to compare with at this size: only the other size is left.
        synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 5), "killed");
        assert_eq!(widest_pair(&record.cells, &record.profile.clients), Some(0.0));
        synthetic::cell_mut(&mut record, "smol", 20).rounds.pop();
        assert_eq!(
            widest_pair(&record.cells, &record.profile.clients),
            None,
            "a pair without an interval"
        );
        assert_eq!(widest_pair(&record.cells[..2], &record.profile.clients), None, "no pair");
    }

    #[test]
    fn clients_on_different_tasks_are_no_pair() {
        let pair = |change: fn(&mut Cell)| {
            let mut record = synthetic::record_of(&["tokio", "smol"], &[5], 3);
            change(&mut record.cells[0]);
            widest_pair(&record.cells, &record.profile.clients)
        };
        assert!(pair(|_| ()).is_some());
        assert_eq!(pair(|cell| cell.n = 6), None);
        assert_eq!(pair(|cell| cell.delay_ms = None), None);
        assert_eq!(pair(|cell| cell.workload = "pipeline".to_owned()), None);
    }

    #[test]
    fn where_there_are_variants_only_they_are_compared() {
        let mut record = synthetic::variants(&["base", "new"], &[5], 3);
        for cell in &mut record.cells {
            synthetic::time(cell, &[1e6; 3]);
        }
        // Far from smol, and from neither of the two tokios.
        for client in ["tokio@base", "tokio@new"] {
            let cell = synthetic::cell_mut(&mut record, client, 5);
            cell.limit = Some(1);
            synthetic::time(cell, &[1e6, 2e6, 4e6]);
        }
        let widest = |record: &Record| widest_pair(&record.cells, &record.profile.clients);
        assert_eq!(widest(&record), Some(0.0));
        // Also of a client that is not concurrent: it is held against itself.
        synthetic::time(synthetic::cell_mut(&mut record, "tokio@new", 5), &[1e6; 3]);
        let half = 2f64.powf(4.302_652_729_696_144 / 3f64.sqrt()) - 1.0;
        close(widest(&record).unwrap(), half);
        record.cells.retain(|cell| !cell.client.ends_with("@new"));
        assert_eq!(widest(&record), None, "nothing to hold it against");
    }
}
