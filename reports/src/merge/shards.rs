//! The shards of a run, joined into its record.

use super::part::{Error, Part};
use crate::record::{Cell, Ended, Machine, Record, Shard};
use crate::scenario::Scenario;
use crate::{figure, text};

/// The record of the whole run, whatever the order of its parts.
///
/// Cells come in the order of the profile. Of what may differ between machines of one kind the
/// worst is kept: the least open files, the highest load, the least complete end. The run's name is
/// made of those of its parts, the seed is the first part's, and the date the earliest. With
/// `partial`, parts may be missing, and the run counts as interrupted.
///
/// # Errors
///
/// If the parts are not shards of one run on one kind of machine, or not all of them are there.
pub fn join(parts: &[Part], partial: bool) -> Result<Record, Error> {
    let mut parts: Vec<&Part> = parts.iter().collect();
    parts.sort_by_key(|part| index(&part.record));
    let [first, others @ ..] = parts.as_slice() else { return Err(Error::Unfit("none".into())) };
    for other in others {
        same_run(first, other)?;
    }
    // A part whose workloads do without the server has none, and says nothing of the others'.
    let served: Vec<&Part> =
        parts.iter().copied().filter(|part| part.record.server.addresses > 0).collect();
    for pair in served.windows(2) {
        same(SERVER, pair[0], pair[1])?;
    }
    all_once(&parts, partial)?;
    no_overlap(&parts)?;
    let records: Vec<&Record> = parts.iter().map(|part| &part.record).collect();
    let record = Record {
        run: name(&records),
        created: records.iter().map(|it| &it.created).min().cloned().unwrap_or_default(),
        ended: ended(&records),
        machine: machine(&records),
        shard: None,
        server: served.first().unwrap_or(first).record.server.clone(),
        cells: cells(&records),
        ..first.record.clone()
    };
    match record.fault() {
        Some(fault) => Err(Error::Unfit(fault)),
        None => Ok(record),
    }
}

fn index(record: &Record) -> u32 {
    record.shard.map_or(0, |shard| shard.index)
}

fn of(record: &Record) -> u32 {
    record.shard.map_or(0, |shard| shard.of)
}

/// Whether the two are of one run, as far as they tell.
fn same_run(one: &Part, other: &Part) -> Result<(), Error> {
    same(FIELDS, one, other)
}

/// Whether they tell the same in these fields.
fn same(fields: &[Field], one: &Part, other: &Part) -> Result<(), Error> {
    for (field, value) in fields {
        let [was, is] = [one, other].map(|part| value(&part.record));
        if was != is {
            let [was, is] = [was, is].map(|value| text::short(&value));
            let (one, other) = (one.name.clone(), other.name.clone());
            return Err(Error::Differ { field: (*field).to_owned(), one, was, other, is });
        }
    }
    Ok(())
}

/// A field's name, and what a record has there.
type Field = (&'static str, fn(&Record) -> String);

/// What the shards of a run have in common: all but the seed, and what a machine is busy with.
const FIELDS: &[Field] = &[
    ("tool_version", |it| json(&it.tool_version)),
    ("git_rev", |it| json(&it.git_rev)),
    ("machine.cpu_model", |it| json(&it.machine.cpu_model)),
    ("machine.logical_cpus", |it| json(&it.machine.logical_cpus)),
    ("machine.kernel", |it| json(&it.machine.kernel)),
    ("machine.tcp_tw_reuse", |it| json(&it.machine.tcp_tw_reuse)),
    ("machine.rustc", |it| json(&it.machine.rustc)),
    ("machine.versions", |it| json(&it.machine.versions)),
    ("profile.name", |it| json(&it.profile.name)),
    ("profile.rounds", |it| json(&it.profile.rounds)),
    ("profile.precision", |it| json(&it.profile.precision)),
    ("profile.max_time_s", |it| json(&it.profile.max_time_s)),
    ("profile.margin", |it| json(&it.profile.margin)),
    ("profile.clients", |it| json(&it.profile.clients)),
    ("variants", |it| json(&it.variants)),
    ("shard.of", |it| json(&of(it))),
];

/// What those have in common that have a server.
const SERVER: &[Field] = &[("server", |it| json(&it.server))];

/// The value as a record has it.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Whether each shard is there, and no shard twice. The parts are in the order of their indices.
fn all_once(parts: &[&Part], partial: bool) -> Result<(), Error> {
    for pair in parts.windows(2) {
        let [one, other] = [&pair[0], &pair[1]];
        if index(&one.record) == index(&other.record) {
            let (index, one) = (index(&one.record), one.name.clone());
            return Err(Error::Twice { index, one, other: other.name.clone() });
        }
    }
    let of = of(&parts[0].record);
    let here = |index: &u32| parts.iter().any(|part| self::index(&part.record) == *index);
    let missing: Vec<String> =
        (1..=of).filter(|index| !here(index)).map(|index| index.to_string()).collect();
    match missing.is_empty() || partial {
        true => Ok(()),
        false => Err(Error::Missing { missing: text::short(&figure::list(&missing)), of }),
    }
}

fn no_overlap(parts: &[&Part]) -> Result<(), Error> {
    for (place, one) in parts.iter().enumerate() {
        for other in &parts[place + 1..] {
            let is = |a: &Cell, b: &Cell| same_group(a, b) && a.client == b.client;
            let twice = one
                .record
                .cells
                .iter()
                .find(|cell| other.record.cells.iter().any(|other| is(cell, other)));
            if let Some(cell) = twice {
                let cell = format!("{} on {}", cell.client, Scenario::of(cell).at(cell.n));
                let (one, other) = (one.name.clone(), other.name.clone());
                return Err(Error::Overlap { cell, one, other });
            }
        }
    }
    Ok(())
}

/// Sixteen hexadecimal digits that the parts' names alone decide: FNV-1a, 64 bits.
fn name(records: &[&Record]) -> String {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let bytes = records.iter().flat_map(|record| record.run.bytes());
    format!("{:016x}", bytes.fold(0xcbf2_9ce4_8422_2325, mix))
}

/// The least complete end of any part.
fn ended(records: &[&Record]) -> Ended {
    let completeness = |ended: &Ended| match ended {
        Ended::Running => 0,
        Ended::Broken => 1,
        Ended::Interrupted => 2,
        Ended::MaxTime => 3,
        Ended::Precise => 4,
        Ended::Planned => 5,
    };
    let all = records[0].shard.is_some_and(|Shard { of, .. }| records.len() == of as usize);
    let missing = (!all).then_some(Ended::Interrupted);
    let ends = records.iter().map(|record| record.ended).chain(missing);
    ends.min_by_key(completeness).unwrap_or(Ended::Planned)
}

fn machine(records: &[&Record]) -> Machine {
    let machines = || records.iter().map(|record| &record.machine);
    let most = |value: fn(&Machine) -> Option<f64>| machines().filter_map(value).reduce(f64::max);
    Machine {
        open_files: machines().map(|it| it.open_files).min().unwrap_or_default(),
        busy_before: most(|it| it.busy_before),
        load_before: most(|it| it.load_before),
        load_after: most(|it| it.load_after),
        steal: most(|it| it.steal),
        ..records[0].machine.clone()
    }
}

/// All cells in the order of the profile: its groups of cells that are compared went to the shards
/// in turns, so they are taken from them in turns.
fn cells(records: &[&Record]) -> Vec<Cell> {
    let shards: Vec<Vec<&[Cell]>> =
        records.iter().map(|record| record.cells.chunk_by(same_group).collect()).collect();
    let turns = shards.iter().map(Vec::len).max().unwrap_or(0);
    let groups = (0..turns).flat_map(|turn| shards.iter().filter_map(move |it| it.get(turn)));
    groups.copied().flatten().cloned().collect()
}

/// Whether two cells differ in their client alone.
fn same_group(one: &Cell, other: &Cell) -> bool {
    one.n == other.n && Scenario::of(one) == Scenario::of(other)
}

#[cfg(test)]
mod tests;
