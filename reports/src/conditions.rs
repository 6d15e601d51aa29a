//! Under which conditions a record was measured: the machine, the versions and the method, as
//! names and values that every format shows alike.

mod fact;
mod variants;

use fact::fact;
pub(crate) use fact::{Fact, short};
pub(crate) use variants::variants;

use crate::figure;
use crate::record::{Cell, Counts, Ended, Lateness, Machine, Method, Profile, Record};
use crate::stats::{self, FAMILY_ERROR, MIN_ROUNDS};

/// What the run took place on.
pub(crate) fn machine(machine: &Machine) -> Vec<Fact> {
    let measured = |value: Option<String>| value.unwrap_or_else(|| "not measured".to_owned());
    let load = |load: Option<f64>| measured(load.map(|load| format!("{load:.2}")));
    let share = |share: Option<f64>| measured(share.map(figure::percent));
    let reuse = machine.tcp_tw_reuse.map(|value| value.to_string());
    let loads = format!("{}, {}", load(machine.load_before), load(machine.load_after));
    vec![
        fact("processor", processor(machine)),
        fact("system", &machine.kernel),
        fact("open files, at most", figure::count(machine.open_files)),
        fact("tcp_tw_reuse", reuse.unwrap_or_else(|| "not known".to_owned())),
        fact("CPU in use before", share(machine.busy_before)),
        fact("load before and after", loads),
        fact("CPU time stolen", share(machine.steal)),
        fact("compiler", &machine.rustc),
    ]
}

/// The CPU's name and how many there are.
pub(crate) fn processor(machine: &Machine) -> String {
    let cpus = figure::counted(machine.logical_cpus as usize, "logical CPU");
    let model = machine.cpu_model.as_deref().unwrap_or("unknown CPU");
    format!("{model}, {cpus}")
}

/// A time of RFC 3339 in UTC, to the minute: `2025-01-02 03:04 UTC`. Anything else stays as it is.
pub(crate) fn when(created: &str) -> String {
    match (created.get(..10), created.get(10..11), created.get(11..16), created.ends_with('Z')) {
        (Some(date), Some("T"), Some(minute), true) => format!("{date} {minute} UTC"),
        _ => created.to_owned(),
    }
}

/// The versions of what was measured and of what measured.
pub(crate) fn versions(record: &Record) -> Vec<Fact> {
    let mut versions = vec![fact("waitmark", &record.tool_version)];
    versions.extend(record.git_rev.as_ref().map(|rev| fact("commit", short(rev))));
    versions.extend(record.machine.versions.iter().map(|(name, version)| fact(name, version)));
    versions
}

/// How it was measured.
pub(crate) fn method(record: &Record) -> Vec<Fact> {
    let Profile { name, margin, seed, clients, .. } = &record.profile;
    let family = figure::set_percent(FAMILY_ERROR);
    let mut facts = vec![
        fact("profile", name),
        fact("run", &record.run),
        fact("begun", when(&record.created)),
        fact("rounds", rounds(record)),
        fact("time a cell and round", budgets(&record.cells)),
        fact("timed by", timed_by(&record.cells)),
        fact("order in a round", format!("balanced, seed {seed}")),
        fact("margin", figure::set_percent(*margin)),
        fact("intervals", format!("95 %, Student's t over rounds, from {MIN_ROUNDS} rounds up")),
        fact("verdicts", format!("all pairs of a table together, Holm's method at {family}")),
    ];
    facts.extend(rerun(&record.cells).map(|rerun| fact("run again", rerun)));
    for client in clients {
        let settings = client.settings.iter().map(|(name, value)| format!(", {name} {value}"));
        facts.push(fact(&client.name, format!("{}{}", client.kind, settings.collect::<String>())));
    }
    facts
}

/// How many rounds ran, of how many, and why no more.
fn rounds(record: &Record) -> String {
    let Profile { rounds: planned, precision, max_time_s, .. } = record.profile;
    let ran = rounds_run(record);
    let why = match record.ended {
        Ended::Planned => String::new(),
        Ended::Running => "; the run was killed".to_owned(),
        Ended::Precise => match precision {
            Some(share) => format!("; every pair was known to {}", figure::set_percent(share)),
            None => "; every pair was known well enough".to_owned(),
        },
        Ended::MaxTime => match max_time_s {
            Some(seconds) => format!("; the run was given {seconds} s"),
            None => "; the time was over".to_owned(),
        },
        Ended::Interrupted => "; the run was interrupted".to_owned(),
        Ended::Broken => "; an error ended the run".to_owned(),
    };
    let few = record.cells.iter().filter_map(|cell| Some((cell.planned_rounds?, cell)));
    let some = match few.clone().map(|(rounds, _)| rounds).min() {
        None => String::new(),
        Some(fewest) => {
            let cells = figure::counted(few.count(), "cell");
            format!("; as few as {fewest} planned for {cells}")
        }
    };
    format!("{ran} of {planned} planned, each client in a fresh process{some}{why}")
}

/// For how long each cell may be measured in a round.
fn budgets(cells: &[Cell]) -> String {
    let budgets = || cells.iter().map(|cell| cell.budget_ms);
    let [least, most] =
        [budgets().reduce(f64::min), budgets().reduce(f64::max)].map(Option::unwrap_or_default);
    match [least, most].map(figure::set_duration_ms) {
        [least, most] if least == most => most,
        [least, most] => format!("{least} to {most}"),
    }
}

/// Who timed the batches.
fn timed_by(cells: &[Cell]) -> String {
    let rounds = || cells.iter().flat_map(|cell| &cell.rounds);
    let by = |method| rounds().filter(|round| round.method == method).count() as u64;
    let [criterion, direct] = [Method::Criterion, Method::Direct].map(by).map(figure::count);
    format!("Criterion {criterion} times; directly {direct} times, where ten batches took too long")
}

/// What was run again to confirm what looked changed.
fn rerun(cells: &[Cell]) -> Option<String> {
    let again = cells.iter().filter(|cell| !cell.confirmation.is_empty());
    let rounds = again.clone().map(|cell| cell.confirmation.len()).max()?;
    let [cells, rounds] =
        [(again.count(), "cell"), (rounds, "round")].map(|(count, of)| figure::counted(count, of));
    Some(format!("{cells} in {rounds}, to confirm what looked changed"))
}

/// How many rounds have any cell's figures.
pub(crate) fn rounds_run(record: &Record) -> u32 {
    let rounds = record.cells.iter().flat_map(|cell| &cell.rounds);
    rounds.map(|round| round.round.saturating_add(1)).max().unwrap_or(0)
}

/// What the mock server is, and what it counted.
pub(crate) fn server(record: &Record) -> Vec<Fact> {
    let own = fact("threads", record.server.threads.to_string());
    let mut facts = vec![
        record.server.url.as_ref().map_or(own, |url| fact("elsewhere, at", url)),
        fact("addresses", record.server.addresses.to_string()),
    ];
    if record.cells.iter().flat_map(counts).next().is_some() {
        let requests = record.cells.iter().flat_map(counts).map(|counts| counts.requests).sum();
        facts.push(fact("requests answered", figure::count(requests)));
        facts.push(fact("answers too early", figure::count(early(&record.cells))));
    }
    let clients = record.profile.clients.iter();
    facts.extend(clients.filter_map(|client| lateness(&client.name, &record.cells)));
    facts
}

/// Answers that went out too early, in all cells.
pub(crate) fn early(cells: &[Cell]) -> u64 {
    cells.iter().flat_map(counts).map(|counts| counts.early).sum()
}

/// What the server counted in each round of a cell.
fn counts(cell: &Cell) -> impl Iterator<Item = &Counts> {
    cell.rounds.iter().filter_map(|round| round.server.as_ref())
}

/// How late the server answered a client: the medians over its cells and rounds, so that one bad
/// round does not stand for all. `None` where it answered nothing.
fn lateness(client: &str, cells: &[Cell]) -> Option<Fact> {
    let median = |figure: fn(&Lateness) -> f64| {
        let its = cells.iter().filter(|cell| cell.client == client).flat_map(counts);
        let us = stats::median(its.map(|counts| figure(&counts.lateness)).collect())?;
        Some(figure::duration_ns(us * 1e3))
    };
    let [p50, p99] = [median(|late| late.p50_us)?, median(|late| late.p99_us)?];
    Some(fact(&format!("late for {client}"), format!("{p50} (median), {p99} (p99)")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    #[test]
    fn times_are_shown_to_the_minute() {
        assert_eq!(when("2025-01-02T03:04:05Z"), "2025-01-02 03:04 UTC");
        assert_eq!(when("2025-01-02T03:04:05.678Z"), "2025-01-02 03:04 UTC");
        assert_eq!(when("2025-01-02T03:04:05+01:00"), "2025-01-02T03:04:05+01:00");
        assert_eq!(when("yesterday"), "yesterday");
    }

    #[test]
    fn commits_are_cut_and_changes_are_told() {
        assert_eq!(short("0123456789abcdef"), "0123456789ab");
        assert_eq!(short("0123456789abcdef-dirty"), "0123456789ab, with changes");
    }

    fn shown(facts: Vec<Fact>) -> String {
        facts.into_iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
    }

    #[test]
    fn the_method() {
        let mut record = synthetic::record_of(&["sequential", "thread-pool-32", "tokio"], &[5], 7);
        record.profile.rounds = 10;
        insta::assert_snapshot!(shown(method(&record)), @"
        profile: synthetic
        run: 0123456789abcdef
        begun: 2025-01-02 03:04 UTC
        rounds: 7 of 10 planned, each client in a fresh process
        time a cell and round: 300 ms
        timed by: Criterion 21 times; directly 0 times, where ten batches took too long
        order in a round: balanced, seed 42
        margin: 2 %
        intervals: 95 %, Student's t over rounds, from 3 rounds up
        verdicts: all pairs of a table together, Holm's method at 5 %
        sequential: sequential
        thread-pool-32: thread-pool, width 32
        tokio: tokio, workers 4
        ");
        let mut rounds = |ended| {
            record.ended = ended;
            rounds(&record)
        };
        insta::assert_snapshot!(rounds(Ended::Precise), @"7 of 10 planned, each client in a fresh process; every pair was known to 2 %");
        insta::assert_snapshot!(rounds(Ended::MaxTime), @"7 of 10 planned, each client in a fresh process; the run was given 300 s");
        insta::assert_snapshot!(rounds(Ended::Running), @"7 of 10 planned, each client in a fresh process; the run was killed");
        insta::assert_snapshot!(rounds(Ended::Interrupted), @"7 of 10 planned, each client in a fresh process; the run was interrupted");
        insta::assert_snapshot!(rounds(Ended::Broken), @"7 of 10 planned, each client in a fresh process; an error ended the run");
    }

    #[test]
    fn the_servers_lateness_is_the_median_of_a_clients_cells_and_rounds() {
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5, 20], 3);
        let late =
            [[1.0, 100.0], [2.0, 200.0], [9e5, 9e5], [4.0, 400.0], [5.0, 500.0], [6.0, 600.0]];
        let tokio = record.cells.iter_mut().filter(|cell| cell.client == "tokio");
        for (round, [p50, p99]) in tokio.flat_map(|cell| &mut cell.rounds).zip(late) {
            let lateness = &mut round.server.as_mut().unwrap().lateness;
            (lateness.p50_us, lateness.p99_us) = (p50, p99);
        }
        insta::assert_snapshot!(shown(server(&record)), @"
        threads: 1
        addresses: 4
        requests answered: 1,500
        answers too early: 0
        late for sequential: 320 us (median), 900 us (p99)
        late for tokio: 4.50 us (median), 450 us (p99)
        ");
    }

    #[test]
    fn a_rerun_is_part_of_the_method() {
        let record = synthetic::changed(&[5], 3);
        let told = shown(method(&record));
        assert!(told.contains("run again: 2 cells in 3 rounds, to confirm"), "{told}");
    }

    #[test]
    fn what_others_wrote_is_one_line() {
        let mut record = synthetic::record();
        record.machine.kernel = "Linux\n\u{1b}[31m6.1".to_owned();
        assert!(shown(machine(&record.machine)).contains("system: Linux \\u{1b}[31m6.1\n"));
    }
}
