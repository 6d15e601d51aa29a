//! Which cells of a record are compared: each variant's with the base's of the same task and client.

use crate::quantity::Quantity;
use crate::record::{Cell, Client, Status, Variant};
use crate::scenario::Scenario;
use crate::stats::Estimate;
use crate::text;

/// A cell and its place in the record.
type Placed<'c> = (usize, &'c Cell);

/// What a client of the base did, and the same client of a variant.
pub(super) struct Pair<'c> {
    pub(super) scenario: Scenario,
    pub(super) n: u32,
    /// The client without its variant.
    pub(super) client: &'c str,
    pub(super) base_name: &'c str,
    pub(super) variant: &'c str,
    base: Option<Placed<'c>>,
    new: Option<Placed<'c>>,
}

/// Every pair of a record, variant by variant, in the order of its cells.
pub(super) fn pairs<'c>(
    cells: &'c [Cell],
    clients: &'c [Client],
    variants: &'c [Variant],
) -> Vec<Pair<'c>> {
    let Some((base, others)) = variants.split_first() else { return Vec::new() };
    let tasks = tasks(cells, clients);
    let pair = |variant: &'c Variant, task: &Task<'c>| {
        let [base_cell, new] = [base, variant].map(|variant| task.of(&variant.name));
        (base_cell.is_some() || new.is_some()).then(|| Pair {
            scenario: task.scenario.clone(),
            n: task.n,
            client: task.client,
            base_name: &base.name,
            variant: &variant.name,
            base: base_cell,
            new,
        })
    };
    others.iter().flat_map(|variant| tasks.iter().filter_map(move |it| pair(variant, it))).collect()
}

/// What the variants of one client were to do, and the cell of each that did.
struct Task<'c> {
    scenario: Scenario,
    n: u32,
    client: &'c str,
    cells: Vec<(&'c str, Placed<'c>)>,
}

impl<'c> Task<'c> {
    fn of(&self, variant: &str) -> Option<Placed<'c>> {
        self.cells.iter().find(|(name, _)| *name == variant).map(|(_, cell)| *cell)
    }
}

fn tasks<'c>(cells: &'c [Cell], clients: &'c [Client]) -> Vec<Task<'c>> {
    let mut tasks: Vec<Task> = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        let Some(client) = clients.iter().find(|client| client.name == cell.client) else {
            continue;
        };
        let Some(variant) = &client.variant else { continue };
        let (scenario, client) = (Scenario::of(cell), client.plain_name());
        let same =
            |it: &&mut Task| it.client == client && it.n == cell.n && it.scenario == scenario;
        let found = (variant.as_str(), (at, cell));
        match tasks.iter_mut().find(same) {
            Some(task) => task.cells.push(found),
            None => tasks.push(Task { scenario, n: cell.n, client, cells: vec![found] }),
        }
    }
    tasks
}

impl Pair<'_> {
    /// Both cells' places in the record, where both are there.
    pub(super) fn places(&self) -> Option<[usize; 2]> {
        Some([self.base?.0, self.new?.0])
    }

    /// What is compared: the time, and the CPU time where every round that they share has it.
    pub(super) fn quantities(&self) -> Vec<Quantity> {
        let shared = |quantity: Quantity| match self.measured() {
            Some([base, new]) => quantity.ratios(&base.rounds, &new.rounds).count(),
            None => 0,
        };
        let times = shared(Quantity::Time);
        let has_cpu = times > 0 && shared(Quantity::Cpu) == times;
        [Quantity::Time].into_iter().chain(has_cpu.then_some(Quantity::Cpu)).collect()
    }

    /// What the new one takes by what the base takes, inside each round.
    pub(super) fn ratio(&self, quantity: Quantity) -> Option<Estimate> {
        let [base, new] = self.measured()?;
        quantity.ratio(&base.rounds, &new.rounds)
    }

    /// The same in the confirming rerun, which is absent where there was none.
    pub(super) fn rerun(&self, quantity: Quantity) -> Option<Estimate> {
        let [base, new] = self.measured()?;
        quantity.ratio(&base.confirmation, &new.confirmation)
    }

    /// What a batch takes, the base's and the new one's.
    pub(super) fn takes(&self, quantity: Quantity) -> [Option<f64>; 2] {
        [self.base, self.new].map(|cell| {
            let (_, cell) = cell.filter(|(_, cell)| cell.has_figures())?;
            Some(quantity.estimate(&cell.rounds)?.value)
        })
    }

    /// Why there is no ratio.
    pub(super) fn reason(&self, quantity: Quantity) -> String {
        let why = |cell: Option<Placed>, variant: &str| match cell {
            None => Some(format!("{variant} has no such cell")),
            Some((_, cell)) if cell.status == Status::Skipped => {
                Some(format!("{} was not run", cell.client))
            }
            Some((_, cell)) => Some(format!("{} failed: {}", cell.client, cell.failure()?)),
        };
        let whys = [why(self.base, self.base_name), why(self.new, self.variant)];
        let whys: Vec<String> = whys.into_iter().flatten().collect();
        match (whys.is_empty(), quantity) {
            (false, _) => text::printable(&whys.join("; ")).into_owned(),
            (true, Quantity::Time) => "they share no round".to_owned(),
            (true, _) => "a round counted none".to_owned(),
        }
    }

    fn measured(&self) -> Option<[&Cell; 2]> {
        let (base, new) = (self.base?.1, self.new?.1);
        (base.has_figures() && new.has_figures()).then_some([base, new])
    }
}
