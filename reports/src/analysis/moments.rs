//! Moments inside a batch: what a workload tells beside the time of the whole.

use std::collections::BTreeSet;

use crate::record::{Cell, Round};
use crate::stats::Estimate;

/// How long something inside a batch took each client, e.g. until the `first answer`.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Its name, as the workload has it.
    pub name: String,
    /// One for each of the comparison's clients, in the same order; `None` where the client has no
    /// figures or its rounds don't tell.
    pub clients: Vec<Option<Timed>>,
}

/// How long something inside a batch took one client.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed {
    /// Over rounds, of the median over a round's batches, nanoseconds.
    pub time_ns: Estimate,
    /// By what it took the reference, inside each round; `None` of the reference itself, and where
    /// there is nothing to divide by.
    pub ratio: Option<Estimate>,
}

/// Every moment that any of the cells tells of, by name. `cells` has those of one size that have
/// figures, and `reference` is a place among them.
pub(super) fn moments(cells: &[Option<&Cell>], reference: Option<usize>) -> Vec<Moment> {
    let rounds = cells.iter().flatten().flat_map(|cell| &cell.rounds);
    let names: BTreeSet<&String> = rounds.flat_map(|round| round.timings_ns.keys()).collect();
    let against = reference.and_then(|place| cells[place]);
    let moment = |name: &String| {
        let timed = |(place, cell): (usize, &Option<&Cell>)| {
            let against = against.filter(|_| Some(place) != reference);
            timed(name, (*cell)?, against)
        };
        Moment { name: name.clone(), clients: cells.iter().enumerate().map(timed).collect() }
    };
    names.into_iter().map(moment).collect()
}

fn timed(name: &str, cell: &Cell, reference: Option<&Cell>) -> Option<Timed> {
    let time = |round: &Round| round.timings_ns.get(name).copied();
    let times: Vec<f64> = cell.rounds.iter().filter_map(time).collect();
    let ratio = |reference: &Cell| {
        let of_round = |round: &Round| {
            let same = reference.rounds.iter().find(|it| it.round == round.round)?;
            Some(time(round)? / time(same)?)
        };
        let ratios: Vec<f64> = cell.rounds.iter().filter_map(of_round).collect();
        Estimate::geometric_mean(&ratios)
    };
    Some(Timed { time_ns: Estimate::over_rounds(&times)?, ratio: reference.and_then(ratio) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
    use crate::record::Record;
    use crate::synthetic;

    fn moments_of(record: &Record) -> Vec<Moment> {
        Analysis::of(record).comparisons[0].rows[0].moments.clone()
    }

    fn close(got: f64, want: f64) {
        assert!((got / want - 1.0).abs() < 1e-9, "got {got}, want {want}");
    }

    #[test]
    fn a_moment_is_the_geometric_mean_of_its_rounds_and_its_ratio_is_inside_each() {
        let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5], 3);
        assert_eq!(moments_of(&record), []);
        synthetic::timing(&mut record.cells[0], "first answer", &[8e6, 16e6, 32e6]);
        synthetic::timing(&mut record.cells[1], "first answer", &[4e6, 4e6, 4e6]);
        synthetic::timing(&mut record.cells[1], "a tick", &[1e6, 2e6, 4e6]);
        let [tick, first] = &moments_of(&record)[..] else { panic!() };
        assert_eq!((&*tick.name, &*first.name), ("a tick", "first answer"));
        let sequential = first.clients[0].unwrap();
        close(sequential.time_ns.value, 16e6);
        assert_eq!(sequential.ratio, None);
        let tokio = first.clients[1].unwrap();
        close(tokio.time_ns.value, 4e6);
        let ratio = tokio.ratio.unwrap();
        close(ratio.value, 0.25);
        let factor = 2f64.powf(4.302_652_729_696_144 / 3f64.sqrt());
        close(ratio.interval.unwrap().low, 0.25 / factor);
        assert_eq!(first.clients[2], None, "smol tells of none");
        let tick = tick.clients[1].unwrap();
        close(tick.time_ns.interval.unwrap().high, 2e6 * factor);
        assert_eq!(tick.ratio, None, "the reference tells of none");
    }

    #[test]
    fn what_a_round_had_none_of_has_an_arithmetic_mean_and_no_ratio() {
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 3);
        synthetic::timing(&mut record.cells[0], "median stall", &[0.0, 0.0, 6e6]);
        synthetic::timing(&mut record.cells[1], "median stall", &[1e6, 1e6, 1e6]);
        let [stall] = &moments_of(&record)[..] else { panic!() };
        let none = stall.clients[0].unwrap().time_ns;
        assert_eq!((none.value, none.interval), (2e6, None));
        assert_eq!(stall.clients[1].unwrap().ratio, None);
    }

    #[test]
    fn rounds_are_paired_by_their_number_and_failed_cells_have_no_moments() {
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 3);
        for cell in &mut record.cells {
            synthetic::timing(cell, "first answer", &[1e6, 2e6, 4e6]);
        }
        record.cells[0].rounds.remove(0);
        let ratio = moments_of(&record)[0].clients[1].unwrap().ratio.unwrap();
        assert_eq!((ratio.value, ratio.rounds), (1.0, 2));
        synthetic::fail(&mut record.cells[0], "killed");
        let [first] = &moments_of(&record)[..] else { panic!() };
        assert_eq!(first.clients[0], None);
        assert_eq!(first.clients[1].unwrap().ratio, None);
    }
}
