//! What a record has to keep to: figures that no measurement can give are refused, by their place.
//!
//! Every rule for the data of a record is here. Bounds are far beyond what anybody measures, and
//! narrow enough that no sum, ratio or axis of a report leaves what a number can hold.

use std::collections::HashSet;
use std::fmt::{self, Debug, Display};
use std::ops::RangeInclusive;

use super::{
    Bounds, Cell, Client, Costs, Counts, Expected, MOST_CELLS, Machine, Profile, Record, Role,
    Round, Status, Value, Variant,
};
use crate::scenario::Scenario;
use crate::text;

/// Times of a batch, nanoseconds: to eleven days.
const TIME_NS: RangeInclusive<f64> = 1.0..=1e15;
/// Times that are set, in any unit from milliseconds to seconds.
const SET_TIME: RangeInclusive<f64> = 1e-6..=1e9;
const SHARE: RangeInclusive<f64> = 0.0..=1.0;
/// The most of anything that is counted.
const COUNT: u64 = 1_000_000_000_000;
/// The most nanoseconds of CPU time in a round.
const CPU_NS: u64 = 1_000_000_000_000_000;
/// The most bytes that a process has.
const MEMORY: u64 = 1 << 48;
/// The most timings of a workload.
const MOST_TIMINGS: usize = 16;
/// How far `mean_ns` may be from the mean of its samples, as a share.
const ROUNDING: f64 = 1e-6;
const MOST_CLIENTS: usize = 32;
const MOST_ROUNDS: u32 = 1000;
/// The most characters of a name.
const LONGEST_NAME: usize = 100;
/// The most characters of a sentence.
const LONGEST_SENTENCE: usize = 500;

/// What is wrong with a record, and where.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    /// The field, e.g. `cells[3].rounds[0].mean_ns`.
    pub(super) place: String,
    /// What is wrong with it, to be said after the place.
    pub(super) problem: String,
}

type Checked = Result<(), Fault>;

/// The first fault of the record.
pub(super) fn check(record: &Record) -> Checked {
    ensure(is_run(&record.run), "run", "must be 16 hexadecimal digits")?;
    ensure(is_date_time(&record.created), "created", "must be a date and time of RFC 3339")?;
    machine(&record.machine).map_err(|fault| fault.inside("machine"))?;
    profile(&record.profile).map_err(|fault| fault.inside("profile"))?;
    variants(&record.variants)?;
    for (index, client) in record.profile.clients.iter().enumerate() {
        of_variant(client, &record.variants)
            .map_err(|fault| fault.inside(format!("profile.clients[{index}]")))?;
    }
    if let Some(shard) = record.shard {
        range("of", shard.of, 1..=MOST_CELLS as u32).map_err(|fault| fault.inside("shard"))?;
        range("index", shard.index, 1..=shard.of).map_err(|fault| fault.inside("shard"))?;
    }
    if let Some(url) = &record.server.url {
        name("url", url).map_err(|fault| fault.inside("server"))?;
    }
    most("cells", record.cells.len(), MOST_CELLS)?;
    for (index, it) in record.cells.iter().enumerate() {
        let place = format!("cells[{index}]");
        cell(it, &record.profile).map_err(|fault| fault.inside(place))?;
    }
    no_cell_twice(&record.cells)?;
    one_reference_a_table(&record.cells)
}

fn machine(machine: &Machine) -> Checked {
    for (field, share) in [("busy_before", machine.busy_before), ("steal", machine.steal)] {
        optional(field, share, SHARE)?;
    }
    optional("load_before", machine.load_before, 0.0..=1e6)?;
    optional("load_after", machine.load_after, 0.0..=1e6)
}

fn profile(profile: &Profile) -> Checked {
    range("rounds", profile.rounds, 1..=MOST_ROUNDS)?;
    optional("precision", profile.precision, SHARE)?;
    optional("max_time_s", profile.max_time_s, SET_TIME)?;
    range("margin", profile.margin, SHARE)?;
    most("clients", profile.clients.len(), MOST_CLIENTS)?;
    let mut names = HashSet::new();
    for (index, client) in profile.clients.iter().enumerate() {
        let inside = |fault: Fault| fault.inside(format!("clients[{index}]"));
        name("name", &client.name).map_err(inside)?;
        name("kind", &client.kind).map_err(inside)?;
        ensure(names.insert(&client.name), "name", "is that of another client").map_err(inside)?;
    }
    Ok(())
}

fn variants(variants: &[Variant]) -> Checked {
    most("variants", variants.len(), MOST_CLIENTS)?;
    let mut names = HashSet::new();
    for (index, variant) in variants.iter().enumerate() {
        let inside = |fault: Fault| fault.inside(format!("variants[{index}]"));
        name("name", &variant.name).map_err(inside)?;
        ensure(names.insert(&variant.name), "name", "is that of another variant")
            .map_err(inside)?;
    }
    Ok(())
}

/// Whether the client's variant is one of the record's, and the end of its name.
fn of_variant(client: &Client, variants: &[Variant]) -> Checked {
    let Some(name) = &client.variant else { return Ok(()) };
    let known = variants.iter().any(|variant| variant.name == *name);
    ensure(known, "variant", "is none of variants")?;
    let ends = client.plain_name() != client.name;
    ensure(ends, "name", format!("must end in @{name}, its variant"))
}

fn cell(cell: &Cell, profile: &Profile) -> Checked {
    for (field, text) in
        [("workload", &cell.workload), ("unit", &cell.unit), ("client", &cell.client)]
    {
        name(field, text)?;
    }
    for (param, value) in &cell.params {
        name("params", param)?;
        if let Value::Text(text) = value {
            name("params", text)?;
        }
    }
    let known = profile.clients.iter().any(|client| client.name == cell.client);
    ensure(known, "client", "is none of profile.clients")?;
    range("n", cell.n, 1..=u32::MAX)?;
    optional("limit", cell.limit, 1..=u32::MAX)?;
    optional("delay_ms", cell.delay_ms.filter(|&delay| delay != 0.0), SET_TIME)?;
    optional("planned_rounds", cell.planned_rounds, 1..=profile.rounds)?;
    range("budget_ms", cell.budget_ms, 0.0..=1e9)?;
    optional("ideal_ns", cell.ideal_ns.filter(|&ideal| ideal != 0.0), TIME_NS)?;
    if let Some(text) = &cell.cannot {
        sentence("cannot", text)?;
    }
    if let Some(it) = &cell.expected {
        expected(it).map_err(|fault| fault.inside("expected"))?;
    }
    status(cell)?;
    rounds("rounds", &cell.rounds, cell, profile)?;
    rounds("confirmation", &cell.confirmation, cell, profile)
}

fn rounds(field: &str, rounds: &[Round], cell: &Cell, profile: &Profile) -> Checked {
    let mut next = 0;
    for (index, it) in rounds.iter().enumerate() {
        let inside = |fault: Fault| fault.inside(format!("{field}[{index}]"));
        range("round", it.round, 0..=profile.rounds - 1).map_err(inside)?;
        let problem = format!("is {}, and must be later than the one before", it.round);
        ensure(it.round >= next, "round", problem).map_err(inside)?;
        next = it.round + 1;
        round(it, cell).map_err(inside)?;
    }
    Ok(())
}

fn expected(expected: &Expected) -> Checked {
    let Expected { requests, dropped, connections, peak_low, peak_high } = expected;
    for (field, bounds) in
        [("requests", requests), ("dropped", dropped), ("connections", connections)]
    {
        let (least, most) = bounds.ends();
        range(field, most, 0..=COUNT)?;
        range(field, least, 0..=most)?;
    }
    range("peak_high", *peak_high, 0..=COUNT)?;
    range("peak_low", *peak_low, 0..=*peak_high)
}

fn status(cell: &Cell) -> Checked {
    let failed = cell.status == Status::Failed;
    let reason = cell.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
    ensure(reason || !failed, "reason", "is missing, and the cell failed")?;
    ensure(failed || cell.reason.is_none(), "reason", "is given, and the cell did not fail")?;
    match cell.status {
        Status::Measured => {
            ensure(!cell.rounds.is_empty(), "rounds", "is empty, and the cell was measured")
        }
        Status::Skipped => {
            ensure(cell.rounds.is_empty(), "rounds", "has rounds, and the cell was skipped")?;
            let none = cell.confirmation.is_empty();
            ensure(none, "confirmation", "has rounds, and the cell was skipped")
        }
        Status::Failed => Ok(()),
    }
}

impl Round {
    /// Checks that these figures could have been measured of this cell, as those of a record are
    /// that is read.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in a sentence.
    pub fn check(&self, cell: &Cell) -> Result<(), String> {
        let measured = Cell { status: Status::Measured, ..cell.clone() };
        round(self, &measured).map_err(|fault| format!("what the client reports can't be: {fault}"))
    }
}

fn round(round: &Round, cell: &Cell) -> Checked {
    range("mean_ns", round.mean_ns, TIME_NS)?;
    ensure(!round.samples_ns.is_empty(), "samples_ns", "is empty")?;
    for (index, sample) in round.samples_ns.iter().enumerate() {
        range(&format!("samples_ns[{index}]"), *sample, TIME_NS)?;
    }
    let samples = round.samples_ns.len();
    let mean = round.samples_ns.iter().sum::<f64>() / samples as f64;
    let near = (mean - round.mean_ns).abs() <= ROUNDING * mean;
    let problem = || format!("is {:?}, and the mean of its samples is {mean:?}", round.mean_ns);
    ensure(near, "mean_ns", problem())?;
    range("batches", round.batches, 1..=COUNT)?;
    range("timed", round.timed, 1..=round.batches)?;
    let even = round.timed.is_multiple_of(samples as u64);
    ensure(even, "timed", format!("is {}, and the samples are {samples}", round.timed))?;
    most("timings_ns", round.timings_ns.len(), MOST_TIMINGS)?;
    for (timing, time) in &round.timings_ns {
        name("timings_ns", timing)?;
        range("timings_ns", *time, 0.0..=*TIME_NS.end())
            .map_err(|fault| Fault { place: format!("timings_ns[{timing:?}]"), ..fault })?;
    }
    if let Some(it) = &round.costs {
        costs(it).map_err(|fault| fault.inside("costs"))?;
    }
    if let Some(it) = &round.server {
        counts(it).map_err(|fault| fault.inside("server"))?;
    }
    match cell.status {
        Status::Measured => as_expected(round, cell.expected.as_ref()),
        // What went wrong may have been the counts.
        Status::Failed | Status::Skipped => Ok(()),
    }
}

fn costs(costs: &Costs) -> Checked {
    let Costs { user_ns, system_ns, voluntary, involuntary, server_ns, peak_memory_bytes } = costs;
    optional("peak_memory_bytes", *peak_memory_bytes, 0..=MEMORY)?;
    range("user_ns", *user_ns, 0..=CPU_NS)?;
    range("system_ns", *system_ns, 0..=CPU_NS)?;
    optional("server_ns", *server_ns, 0..=CPU_NS)?;
    range("voluntary", *voluntary, 0..=COUNT)?;
    range("involuntary", *involuntary, 0..=COUNT)
}

fn counts(counts: &Counts) -> Checked {
    let Counts { requests, dropped, connections, peak, early, lateness } = counts;
    for (field, count) in [
        ("requests", requests),
        ("dropped", dropped),
        ("connections", connections),
        ("peak", peak),
        ("early", early),
    ] {
        range(field, *count, 0..=COUNT)?;
    }
    let inside = |fault: Fault| fault.inside("lateness");
    range("max_us", lateness.max_us, 0.0..=1e12).map_err(inside)?;
    range("p99_us", lateness.p99_us, 0.0..=lateness.max_us).map_err(inside)?;
    range("p50_us", lateness.p50_us, 0.0..=lateness.p99_us).map_err(inside)
}

/// Whether the server counted what the batches of a measured cell had to give.
fn as_expected(round: &Round, expected: Option<&Expected>) -> Checked {
    let (expected, counts) = match (expected, &round.server) {
        (None, None) => return Ok(()),
        (Some(expected), Some(counts)) => (expected, counts),
        (None, Some(_)) => return fail("server", "is given, and the cell expects nothing of it"),
        (Some(_), None) => {
            return fail("server", "is missing, and the cell expects something of it");
        }
    };
    for (field, counted, each) in [
        ("requests", counts.requests, expected.requests),
        ("dropped", counts.dropped, expected.dropped),
        ("connections", counts.connections, expected.connections),
        ("early", counts.early, Bounds::Exactly(0)),
    ] {
        // A machine that stalls has less than the least of a range.
        let (least, most, each) = match each {
            Bounds::Exactly(each) => (each, each, each.to_string()),
            Bounds::Between(_, most) => (0, most, format!("up to {most}")),
        };
        let of_all = |each: u64| u128::from(round.batches) * u128::from(each);
        let right = (of_all(least)..=of_all(most)).contains(&u128::from(counted));
        let problem = || format!("is {counted}, and {} batches expect {each} each", round.batches);
        ensure(right, field, problem()).map_err(|fault| fault.inside("server"))?;
    }
    range("peak", counts.peak, 0..=expected.peak_high).map_err(|fault| fault.inside("server"))
}

fn no_cell_twice(cells: &[Cell]) -> Checked {
    let mut seen = HashSet::new();
    for (index, cell) in cells.iter().enumerate() {
        // Adding nought makes one of the two noughts.
        let delay = cell.delay_ms.map(|delay| (delay + 0.0).to_bits());
        if !seen.insert((&cell.workload, &cell.unit, &cell.params, delay, cell.n, &cell.client)) {
            let at = Scenario::of(cell).at(cell.n);
            return fail(&format!("cells[{index}]"), format!("repeats {at} on {}", cell.client));
        }
    }
    Ok(())
}

fn one_reference_a_table(cells: &[Cell]) -> Checked {
    let mut references: Vec<(Scenario, &str)> = Vec::new();
    for (index, cell) in cells.iter().enumerate().filter(|(_, it)| it.role == Role::Reference) {
        let scenario = Scenario::of(cell);
        match references.iter().find(|(known, _)| *known == scenario) {
            Some((_, client)) if *client != cell.client => {
                let problem = format!("is reference, and so is {client} in {}", scenario.title());
                return fail(&format!("cells[{index}].role"), problem);
            }
            Some(_) => {}
            None => references.push((scenario, &cell.client)),
        }
    }
    Ok(())
}

/// A name is shown everywhere, so it is one short line.
fn name(field: &str, text: &str) -> Checked {
    line(field, text, LONGEST_NAME)
}

fn sentence(field: &str, text: &str) -> Checked {
    line(field, text, LONGEST_SENTENCE)
}

fn line(field: &str, text: &str, longest: usize) -> Checked {
    ensure(!text.trim().is_empty(), field, "is empty")?;
    let fits = text.chars().count() <= longest;
    let problem = || format!("is longer than {longest} characters: {}", text::short(text));
    ensure(fits, field, problem())?;
    let plain = !text.chars().any(text::unprintable);
    ensure(plain, field, format!("has a character that can't be shown: {}", text::short(text)))
}

fn is_run(run: &str) -> bool {
    run.len() == 16 && run.chars().all(|digit| digit.is_ascii_hexdigit())
}

/// Whether it has the shape of RFC 3339, e.g. `2025-01-02T03:04:05.678Z`.
fn is_date_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let Some(rest) = shape.strip_prefix("0000-00-00T00:00:00") else { return false };
    let fraction = rest.strip_prefix('.').map(|rest| rest.trim_start_matches('0'));
    let zone = fraction.unwrap_or(rest);
    ["Z", "+00:00", "-00:00"].contains(&zone) && text.len() <= 40
}

fn optional<T: PartialOrd + Debug>(
    field: &str,
    value: Option<T>,
    bounds: RangeInclusive<T>,
) -> Checked {
    value.map_or(Ok(()), |value| range(field, value, bounds))
}

fn range<T: PartialOrd + Debug>(field: &str, value: T, bounds: RangeInclusive<T>) -> Checked {
    let problem =
        || format!("is {value:?}, and must be from {:?} to {:?}", bounds.start(), bounds.end());
    if bounds.contains(&value) { Ok(()) } else { fail(field, problem()) }
}

fn most(field: &str, count: usize, most: usize) -> Checked {
    ensure(count <= most, field, format!("has {count} entries, and {most} are the most"))
}

fn ensure(holds: bool, field: &str, problem: impl Into<String>) -> Checked {
    if holds { Ok(()) } else { fail(field, problem) }
}

fn fail(field: &str, problem: impl Into<String>) -> Checked {
    Err(Fault { place: field.to_owned(), problem: problem.into() })
}

impl Fault {
    fn inside(self, outer: impl Display) -> Self {
        Self { place: format!("{outer}.{}", self.place), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place, self.problem)
    }
}

#[cfg(test)]
mod tests;
