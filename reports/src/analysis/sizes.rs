//! What holds for two clients over all sizes of a table.

use super::pairs::couples;
use super::{Quantity, Row};
use crate::record::Cell;
use crate::stats::{self, Estimate, Verdict};

/// What two clients' times on several sizes say together.
#[derive(Clone, Debug, PartialEq)]
pub enum OverSizes {
    /// No two sizes surely differ by more than the margin: one ratio stands for all of them.
    Agree(Estimate, Verdict),
    /// Two sizes do, and no size surely says the opposite of another.
    Differ {
        /// The smallest of the sizes' ratios.
        least: f64,
        /// The largest.
        most: f64,
    },
    /// One client is surely faster up to a size, and the other from another size on.
    Cross {
        /// Whether the first client is faster on the smaller sizes.
        first_faster: bool,
        /// Between which sizes it changes, the smaller one first; usually once.
        between: Vec<(u32, u32)>,
    },
}

impl OverSizes {
    /// The same seen from the other side.
    pub fn reversed(&self) -> Self {
        match self {
            Self::Agree(estimate, verdict) => Self::Agree(estimate.inverse(), verdict.reversed()),
            Self::Differ { least, most } => Self::Differ { least: 1.0 / most, most: 1.0 / least },
            Self::Cross { first_faster, between } => {
                Self::Cross { first_faster: !first_faster, between: between.clone() }
            }
        }
    }
}

/// Two clients on the sizes that both were measured on, by their places in the comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct PairOverSizes {
    /// The client whose speedup it is.
    pub x: usize,
    /// The client that it is taken against.
    pub y: usize,
    /// What they say together.
    pub found: OverSizes,
}

/// The logarithms of two clients' ratios: a row for each round that has every size.
type Logs = Vec<Vec<f64>>;

/// Every pair of clients that shares two sizes or more, `x` before `y`.
///
/// `grid` has the cells of `rows` that have figures. The pooled estimate is the average of the
/// sizes' log ratios inside each round, and then Student's t over rounds: what the clients share in
/// a round, over all its sizes, does not count as several observations. It is right for the average
/// over these sizes whatever they are; where they surely differ by more than the margin, the average
/// says little and is not shown. The pooled pairs are a family of their own.
pub(super) fn over_sizes(
    rows: &[Row],
    grid: &[Vec<Option<&Cell>>],
    margin: f64,
) -> Vec<PairOverSizes> {
    let clients = grid.first().map_or(0, Vec::len);
    let logs = couples(clients).filter_map(|(x, y)| Some((x, y, logs(grid, x, y)?)));
    let pooled = logs.filter_map(|(x, y, logs)| {
        let averages: Vec<f64> = logs.iter().filter_map(|round| stats::mean(round)).collect();
        Some((x, y, logs, Estimate::of_logs(&averages)?))
    });
    let pooled: Vec<_> = pooled.collect();
    let family: Vec<Estimate> = pooled.iter().map(|(.., estimate)| *estimate).collect();
    let verdicts = stats::judge(&family, margin);
    let found = |((x, y, logs, estimate), verdict): ((usize, usize, Logs, Estimate), Verdict)| {
        let found = match crossing(rows, x, y) {
            Some(crossing) => crossing,
            None if agree(&logs, margin) => OverSizes::Agree(estimate, verdict),
            None => differ(rows, x, y),
        };
        PairOverSizes { x, y, found }
    };
    pooled.into_iter().zip(verdicts).map(found).collect()
}

/// `None` unless the clients share two sizes, and a round that has both.
fn logs(grid: &[Vec<Option<&Cell>>], x: usize, y: usize) -> Option<Logs> {
    let ratios = |(x, y): (&Cell, &Cell)| -> Vec<(u32, f64)> {
        Quantity::Time.ratios(&x.rounds, &y.rounds).collect()
    };
    let sizes = grid.iter().filter_map(|cells| cells[x].zip(cells[y])).map(ratios);
    let sizes: Vec<_> = sizes.collect();
    let [first, _, ..] = sizes.as_slice() else { return None };
    let of_round = |&(round, _): &(u32, f64)| {
        let log = |ratios: &Vec<(u32, f64)>| {
            let at = ratios.binary_search_by_key(&round, |(round, _)| *round).ok()?;
            Some(ratios[at].1.ln())
        };
        sizes.iter().map(log).collect()
    };
    let logs: Logs = first.iter().filter_map(of_round).collect();
    (!logs.is_empty()).then_some(logs)
}

/// Whether no two sizes' ratios surely differ by more than the margin: the ratio of every two of
/// them is judged as clients are, all of them as one family.
fn agree(logs: &Logs, margin: f64) -> bool {
    let sizes = logs.first().map_or(0, Vec::len);
    let apart = |(a, b): (usize, usize)| {
        Estimate::of_logs(&logs.iter().map(|round| round[a] - round[b]).collect::<Vec<_>>())
    };
    let family: Vec<Estimate> = couples(sizes).filter_map(apart).collect();
    !stats::any_differs(&family, margin)
}

fn differ(rows: &[Row], x: usize, y: usize) -> OverSizes {
    let ratios =
        || rows.iter().filter_map(|row| Some(row.pairs(Quantity::Time).get(x, y)?.0.value));
    let least = ratios().fold(f64::INFINITY, f64::min);
    OverSizes::Differ { least, most: ratios().fold(0.0, f64::max) }
}

/// Between which sizes a sure difference turns around, if it does.
fn crossing(rows: &[Row], x: usize, y: usize) -> Option<OverSizes> {
    let faster = |verdict: Verdict| match verdict {
        Verdict::Faster | Verdict::SlightlyFaster => Some(true),
        Verdict::Slower | Verdict::SlightlySlower => Some(false),
        Verdict::Same | Verdict::Undecided { .. } => None,
    };
    let sure = |row: &Row| Some((row.n, faster(row.pairs(Quantity::Time).get(x, y)?.1)?));
    let sure: Vec<(u32, bool)> = rows.iter().filter_map(sure).collect();
    let turns = sure.windows(2).filter(|both| both[0].1 != both[1].1);
    let between: Vec<(u32, u32)> = turns.map(|both| (both[0].0, both[1].0)).collect();
    let &(_, first_faster) = sure.first().filter(|_| !between.is_empty())?;
    Some(OverSizes::Cross { first_faster, between })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
    use crate::synthetic;

    /// What is found of two clients with these ratios on sizes 1, 2, ...: in each of five rounds
    /// the first client takes 1 ms, and the second times the ratio, give or take a little.
    fn found(ratios: &[f64]) -> Vec<PairOverSizes> {
        let sizes: Vec<u32> = (1..=ratios.len() as u32).collect();
        let mut record = synthetic::record_of(&["one", "two"], &sizes, 5);
        record.profile.margin = 0.05;
        for (cell, n) in record.cells.iter_mut().zip(sizes.iter().flat_map(|n| [n, n])) {
            let ratio = if cell.client == "one" { 1.0 } else { ratios[*n as usize - 1] };
            let wander = [0.99, 1.0, 1.01, 1.005, 0.995].map(|wander: f64| match &*cell.client {
                "one" => 1e6,
                _ => 1e6 * ratio * wander,
            });
            synthetic::time(cell, &wander);
        }
        Analysis::of(&record).comparisons.remove(0).over_sizes
    }

    fn one(ratios: &[f64]) -> OverSizes {
        let [pair] = &found(ratios)[..] else { panic!() };
        assert_eq!((pair.x, pair.y), (0, 1));
        pair.found.clone()
    }

    #[test]
    fn ratios_that_agree_are_pooled_inside_each_round() {
        let OverSizes::Agree(estimate, verdict) = one(&[1.06, 1.08, 1.10]) else { panic!() };
        let wanders: f64 = [0.99f64, 1.0, 1.01, 1.005, 0.995].iter().map(|w| w.ln()).sum();
        let logs = (1.06f64.ln() + 1.08f64.ln() + 1.10f64.ln()) / 3.0 + wanders / 5.0;
        assert!((estimate.value / logs.exp() - 1.0).abs() < 1e-12);
        // Five rounds, not fifteen observations: the wander is the same on all sizes.
        assert_eq!((estimate.rounds, verdict), (5, Verdict::Faster));
        assert!((estimate.deviation - 0.0079).abs() < 1e-4, "{}", estimate.deviation);
    }

    #[test]
    fn ratios_that_surely_differ_by_more_than_the_margin_are_not() {
        let OverSizes::Differ { least, most } = one(&[1.1, 1.5, 1.3]) else { panic!() };
        assert!((least - 1.1).abs() < 1e-3 && (most - 1.5).abs() < 1e-3);
        let back = OverSizes::Differ { least, most }.reversed();
        assert_eq!(back, OverSizes::Differ { least: 1.0 / most, most: 1.0 / least });
    }

    #[test]
    fn a_sure_difference_that_turns_around_is_a_crossing() {
        let crossing = one(&[1.2, 1.1, 1.0, 0.9, 0.8]);
        let between = vec![(2, 4)];
        assert_eq!(crossing, OverSizes::Cross { first_faster: true, between: between.clone() });
        assert_eq!(crossing.reversed(), OverSizes::Cross { first_faster: false, between });
        // However small, if only sure.
        assert!(matches!(one(&[1.03, 0.97]), OverSizes::Cross { first_faster: true, .. }));
        assert!(matches!(one(&[0.97, 1.03]), OverSizes::Cross { first_faster: false, .. }));
        let OverSizes::Cross { first_faster, between } = one(&[0.8, 1.2, 0.8]) else { panic!() };
        assert_eq!((first_faster, between), (false, vec![(1, 2), (2, 3)]));
    }

    #[test]
    fn one_size_is_not_several() {
        assert_eq!(found(&[1.1]), []);
    }

    #[test]
    fn rounds_that_lack_a_size_do_not_count() {
        let mut record = synthetic::record_of(&["one", "two"], &[5, 20], 5);
        record.cells[0].rounds.remove(1);
        record.cells[3].rounds.pop();
        let over_sizes = Analysis::of(&record).comparisons.remove(0).over_sizes;
        let [PairOverSizes { found: OverSizes::Agree(estimate, _), .. }] = &over_sizes[..] else {
            panic!("{over_sizes:?}")
        };
        assert_eq!(estimate.rounds, 3);
    }
}
