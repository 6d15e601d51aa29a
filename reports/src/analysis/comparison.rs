//! One table's figures: all clients on one workload with its parameters and one delay.

use std::collections::BTreeSet;

use super::cannot::cannot;
use super::moments::moments;
use super::pairs::judged;
use super::sizes::over_sizes;
use super::{Cannot, Moment, PairOverSizes, Pairs, Quantity};
use crate::guide::{self, Published};
use crate::record::{Cell, Role, Status};
use crate::scenario::Scenario;
use crate::stats::{self, Estimate, Verdict};

/// All clients on one workload with its parameters and one delay.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What the clients are compared on.
    pub scenario: Scenario,
    /// The client that speedups are taken against, where there is one.
    pub reference: Option<String>,
    /// The clients, in the order of the record.
    pub clients: Vec<String>,
    /// One for each size, in rising order.
    pub rows: Vec<Row>,
    /// What each pair's times say over all sizes.
    pub over_sizes: Vec<PairOverSizes>,
    /// What models can't do of the workload, and do instead.
    pub cannot: Vec<Cannot>,
}

/// All clients on the same size.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Units in a batch.
    pub n: u32,
    /// One for each of the comparison's clients, in the same order.
    pub outcomes: Vec<Outcome>,
    /// The least that the waits alone cost any of the clients in a batch, nanoseconds; `None`
    /// where the workload states nothing.
    pub ideal_ns: Option<f64>,
    /// The speedup if nothing but the waits took time, for the client that waits least; `None`
    /// where the reference has no ideal.
    pub ideal_speedup: Option<f64>,
    /// What the guide published for this row, where the reference is the one it took.
    pub published: Option<Published>,
    /// What the workload tells of moments inside a batch, by their names.
    pub moments: Vec<Moment>,
    /// Every client against every other; [`Row::pairs`] reads it.
    pairs: [Pairs; Quantity::ALL.len()],
}

/// What became of one cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was measured, and every answer was right.
    Measured(Figures),
    /// It has no figures, for this reason.
    Failed(String),
    /// The run ended before it.
    Skipped,
    /// The record has no such cell.
    Absent,
}

/// The figures of a measured cell. Times are of a whole batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Geometric mean of the rounds' means, nanoseconds, so that the ratio of two times of the
    /// same rounds is the speedup.
    pub time_ns: Estimate,
    /// What the waits alone cost this client, nanoseconds; `None` where the workload states
    /// nothing.
    pub ideal_ns: Option<f64>,
    /// The share of the time that was unavoidable waiting; `None` without an ideal.
    pub efficiency: Option<f64>,
    /// Against the reference.
    pub speedup: Speedup,
    /// One for each of [`Quantity::ALL`]; [`Figures::quantity`] reads it.
    quantities: Vec<Option<Estimate>>,
}

/// A cell against the reference's cell of the same scenario and size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speedup {
    /// This is the reference: 1 by definition, not by measurement.
    Reference,
    /// Reference time by own time.
    Over(Estimate, Verdict),
    /// The reference has no figures, or shares no round with this cell.
    Unknown,
}

impl Comparison {
    pub(super) fn of(scenario: Scenario, cells: &[&Cell], margin: f64) -> Self {
        let mut clients: Vec<String> = Vec::new();
        for cell in cells {
            if !clients.contains(&cell.client) {
                clients.push(cell.client.clone());
            }
        }
        let sizes: Vec<u32> =
            cells.iter().map(|cell| cell.n).collect::<BTreeSet<_>>().into_iter().collect();
        let planned = grid(cells, &sizes, &clients);
        let measured: Vec<&Cell> =
            cells.iter().copied().filter(|cell| cell.has_figures()).collect();
        let measured = grid(&measured, &sizes, &clients);

        let judged = |quantity| judged(&measured, quantity, margin).into_iter();
        let mut judged = Quantity::ALL.map(judged);
        let row = |(&n, cells): (&u32, &Vec<_>)| {
            let pairs = judged.each_mut().map(|rows| rows.next().unwrap_or_default());
            Row::of(n, &scenario, cells, pairs)
        };
        let rows: Vec<Row> = sizes.iter().zip(&planned).map(row).collect();
        let over_sizes = over_sizes(&rows, &measured, margin);
        let reference = cells.iter().find(|cell| cell.role == Role::Reference);
        let reference = reference.map(|cell| cell.client.clone());
        let cannot = cannot(cells, &clients);
        Self { scenario, reference, clients, rows, over_sizes, cannot }
    }

    /// The place of the reference among the clients.
    pub fn reference_place(&self) -> Option<usize> {
        let reference = self.reference.as_ref()?;
        self.clients.iter().position(|client| client == reference)
    }

    /// The row with the largest size that has figures.
    pub fn largest(&self) -> Option<&Row> {
        let measured = |row: &&Row| row.outcomes.iter().any(|outcome| outcome.figures().is_some());
        self.rows.iter().rfind(measured)
    }
}

/// The cells with a row for each size and a column for each client.
fn grid<'c>(cells: &[&'c Cell], sizes: &[u32], clients: &[String]) -> Vec<Vec<Option<&'c Cell>>> {
    let find = |n: u32, client: &String| {
        cells.iter().copied().find(|cell| cell.n == n && cell.client == *client)
    };
    sizes.iter().map(|&n| clients.iter().map(|client| find(n, client)).collect()).collect()
}

impl Row {
    fn of(
        n: u32,
        scenario: &Scenario,
        cells: &[Option<&Cell>],
        pairs: [Pairs; Quantity::ALL.len()],
    ) -> Self {
        let is_reference = |cell: &Option<&Cell>| cell.is_some_and(|c| c.role == Role::Reference);
        let place = cells.iter().position(is_reference);
        let reference = place.and_then(|place| cells[place]);
        // Without any waiting there is nothing to come close to.
        let ideal = |cell: &Cell| cell.ideal_ns.filter(|&ideal| ideal > 0.0);
        let ideal_ns = cells.iter().flatten().filter_map(|cell| ideal(cell)).reduce(f64::min);
        let ideal_speedup =
            reference.and_then(ideal).zip(ideal_ns).map(|(reference, least)| reference / least);
        let times = &pairs[Quantity::Time as usize];
        let speedup = |x: usize| match place {
            Some(y) if x == y => Speedup::Reference,
            Some(y) => {
                times.get(x, y).map_or(Speedup::Unknown, |pair| Speedup::Over(pair.0, pair.1))
            }
            None => Speedup::Unknown,
        };
        let outcome = |(x, cell): (usize, &Option<&Cell>)| match cell {
            None => Outcome::Absent,
            Some(cell) => Outcome::of(cell, ideal(cell), speedup(x)),
        };
        let outcomes = cells.iter().enumerate().map(outcome).collect();
        let reference = reference.map(|cell| cell.client.as_str());
        let published = guide::published(&scenario.workload, n, reference);
        let measured: Vec<_> =
            cells.iter().map(|cell| cell.filter(|cell| cell.has_figures())).collect();
        let moments = moments(&measured, place);
        Self { n, outcomes, ideal_ns, ideal_speedup, published, moments, pairs }
    }

    /// Every client against every other on this size.
    pub fn pairs(&self, quantity: Quantity) -> &Pairs {
        &self.pairs[quantity as usize]
    }
}

impl Outcome {
    fn of(cell: &Cell, ideal_ns: Option<f64>, speedup: Speedup) -> Self {
        match (cell.failure(), Figures::of(cell, ideal_ns, speedup)) {
            _ if cell.status == Status::Skipped => Self::Skipped,
            (None, Some(figures)) => Self::Measured(figures),
            (reason, _) => Self::Failed(reason.unwrap_or_default().to_owned()),
        }
    }

    /// The figures, where the cell was measured.
    pub fn figures(&self) -> Option<&Figures> {
        match self {
            Self::Measured(figures) => Some(figures),
            _ => None,
        }
    }
}

impl Figures {
    fn of(cell: &Cell, ideal_ns: Option<f64>, speedup: Speedup) -> Option<Self> {
        let quantities = Quantity::ALL.map(|quantity| quantity.estimate(&cell.rounds)).to_vec();
        let time_ns = quantities[Quantity::Time as usize]?;
        let efficiency = ideal_ns.and_then(|ideal| stats::efficiency(ideal, time_ns.value));
        Some(Self { time_ns, ideal_ns, efficiency, speedup, quantities })
    }

    /// What a batch takes of this quantity; `None` where it was not measured.
    pub fn quantity(&self, quantity: Quantity) -> Option<Estimate> {
        self.quantities[quantity as usize]
    }
}

impl Speedup {
    /// The speedup's value, 1 for the reference itself.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Reference => Some(1.0),
            Self::Over(estimate, _) => Some(estimate.value),
            Self::Unknown => None,
        }
    }
}
