//! The cells of a record by what a claim wants of them.

use super::rule::{Model, Scene, Size, Word};
use crate::record::{Cell, Record, Value, Values};
use crate::scenario::Scenario;

/// A size of a scenario: where all clients are held against a claim.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) scenario: Scenario,
    pub(super) n: u32,
}

pub(super) struct Cells<'r> {
    record: &'r Record,
}

impl<'r> Cells<'r> {
    pub(super) fn of(record: &'r Record) -> Self {
        Self { record }
    }

    pub(super) fn logical_cpus(&self) -> u32 {
        self.record.machine.logical_cpus
    }

    /// Every client that has cells, in the order of the profile.
    pub(super) fn clients(&self) -> impl Iterator<Item = (&'r str, Model)> {
        let clients = self.record.profile.clients.iter();
        clients.filter_map(|client| Some((&*client.name, self.model(&client.name)?)))
    }

    /// A pool as wide as its batch is one thread wide where the batch is of one thing: its other
    /// cells tell.
    fn model(&self, client: &str) -> Option<Model> {
        let own = self.record.cells.iter().filter(|cell| cell.client == client);
        let most = own.map(|cell| cell.limit.unwrap_or(u32::MAX)).max()?;
        Some(match most {
            1 => Model::Sequential,
            u32::MAX => Model::Tasks,
            _ => Model::Threads,
        })
    }

    /// Where these scenes are: the first by itself, and each other where it differs from the first
    /// in nothing but what the scene says, or else by itself. `None` where one is nowhere.
    pub(super) fn places(&self, scenes: &[&Scene]) -> Option<Vec<Place>> {
        let mut places: Vec<Place> = Vec::new();
        for scene in scenes {
            let place = match places.first() {
                Some(first) => self.beside(first, scene).or_else(|| self.place(scene)),
                None => self.place(scene),
            };
            places.push(place?);
        }
        Some(places)
    }

    /// Of several delays the longest, which is nearest to the guide's seconds.
    fn place(&self, scene: &Scene) -> Option<Place> {
        let is = |cell: &&Cell| {
            let size = !matches!(scene.size, Size::Exactly(n) if n != cell.n);
            size && cell.workload == scene.workload && has(&cell.params, scene.params)
        };
        let cells: Vec<&Cell> = self.record.cells.iter().filter(is).collect();
        let delay = |cell: &Cell| cell.delay_ms.unwrap_or(0.0);
        let longest = cells.iter().map(|cell| delay(cell)).fold(0.0, f64::max);
        let first = cells.iter().find(|cell| delay(cell) == longest)?;
        let scenario = Scenario::of(first);
        let sizes =
            || cells.iter().filter(|cell| Scenario::of(cell) == scenario).map(|cell| cell.n);
        let n = match scene.size {
            Size::Near(n) if sizes().any(|size| size == n) => n,
            _ => sizes().max()?,
        };
        Some(Place { scenario, n })
    }

    fn beside(&self, first: &Place, scene: &Scene) -> Option<Place> {
        let mut scenario = first.scenario.clone();
        for (name, word) in scene.params {
            scenario.params.insert((*name).to_owned(), value(word));
        }
        let place = Place { scenario, n: first.n };
        let is_there = self.record.cells.iter().any(|cell| place.is_of(cell));
        (is_there && place.scenario.workload == scene.workload).then_some(place)
    }

    pub(super) fn cell(&self, place: &Place, client: &str) -> Option<&'r Cell> {
        self.record.cells.iter().find(|cell| cell.client == client && place.is_of(cell))
    }

    /// The client that does one thing after the other.
    pub(super) fn sequential(&self) -> Option<&'r str> {
        self.clients().find(|(_, model)| *model == Model::Sequential).map(|(client, _)| client)
    }

    /// What the waits alone take at two places, nanoseconds, of whoever can do all that is done
    /// there and waits least at the first by what it waits at the second.
    pub(super) fn ideals(&self, places: &[Place]) -> Option<[f64; 2]> {
        let [one, other] = places else { return None };
        let whole = |place: &Place, client: &str| {
            let cell = self.cell(place, client).filter(|cell| cell.cannot.is_none())?;
            cell.ideal_ns
        };
        let pairs = self
            .clients()
            .filter_map(|(client, _)| Some([whole(one, client)?, whole(other, client)?]));
        pairs.min_by(|a, b| (a[0] / a[1]).total_cmp(&(b[0] / b[1])))
    }

    /// The least that the waits alone take anybody there, nanoseconds.
    pub(super) fn least_ideal(&self, place: &Place) -> Option<f64> {
        let there = self.record.cells.iter().filter(|cell| place.is_of(cell));
        there.filter_map(|cell| cell.ideal_ns).reduce(f64::min)
    }

    /// The worker threads of a runtime; `None` of what has none.
    pub(super) fn workers(&self, client: &str) -> Option<u64> {
        let clients = &self.record.profile.clients;
        match clients.iter().find(|it| it.name == client)?.settings.get("workers")? {
            Value::Number(workers) => Some(*workers),
            _ => None,
        }
    }
}

impl Place {
    fn is_of(&self, cell: &Cell) -> bool {
        cell.n == self.n && Scenario::of(cell) == self.scenario
    }
}

fn has(params: &Values, words: &[(&str, Word)]) -> bool {
    words.iter().all(|(name, word)| params.get(*name) == Some(&value(word)))
}

fn value(word: &Word) -> Value {
    match *word {
        Word::Text(text) => Value::Text(text.to_owned()),
        Word::Number(number) => Value::Number(number),
    }
}
