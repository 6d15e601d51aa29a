//! Under which conditions a record was measured: the machine, the versions and the method, as
//! names and values that every format shows alike.

use crate::figure;
use crate::record::{Lateness, Machine, Profile, Record, Server, Turn};
use crate::stats::{self, MIN_ROUNDS};

/// A name and its value, both plain text.
pub(crate) type Fact = (String, String);

fn fact(name: &str, value: impl Into<String>) -> Fact {
    (name.to_owned(), value.into())
}

/// What the run took place on.
pub(crate) fn machine(machine: &Machine) -> Vec<Fact> {
    let measured = |value: Option<String>| value.unwrap_or_else(|| "not measured".to_owned());
    let load = |load: Option<f64>| measured(load.map(|load| format!("{load:.2}")));
    let share = |share: Option<f64>| measured(share.map(figure::percent));
    let loads = format!("{}, {}", load(machine.load_before), load(machine.load_after));
    vec![
        fact("processor", processor(machine)),
        fact("system", &machine.kernel),
        fact("open files, at most", figure::count(machine.open_files)),
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
    let Profile { name, reference, rounds, samples, workers, pool_width, margin, seed, .. } =
        &record.profile;
    let samples = match &record.profile.criterion {
        Some(criterion) => {
            let warm_up = figure::set_duration_ms(criterion.warm_up_ms);
            let measurement = figure::set_duration_ms(criterion.measurement_ms);
            format!("{samples} over about {measurement}, after {warm_up} of warm-up")
        }
        None => format!("{samples}, a batch each, timed without Criterion"),
    };
    vec![
        fact("profile", name),
        fact("begun", when(&record.created)),
        fact("reference", reference),
        fact("rounds", format!("{rounds}, each client in a fresh process")),
        fact("order in a round", format!("random, seed {seed}")),
        fact("samples a round", samples),
        fact("runtime workers", workers.to_string()),
        fact("thread pool", figure::counted(*pool_width as usize, "thread")),
        fact("margin of same", figure::set_percent(*margin)),
        fact("intervals", format!("95 %, Student's t over rounds, from {MIN_ROUNDS} rounds up")),
    ]
}

/// What the mock server says of itself.
pub(crate) fn server(server: &Server) -> Vec<Fact> {
    let mut facts = vec![
        fact("threads", server.threads.to_string()),
        fact("requests answered", figure::count(server.turns.iter().map(|t| t.requests).sum())),
        fact("answers too early", figure::count(early(server))),
    ];
    let mut clients: Vec<&str> = Vec::new();
    for turn in &server.turns {
        if !clients.contains(&turn.client.as_str()) {
            clients.push(&turn.client);
        }
    }
    clients.sort_unstable();
    facts.extend(clients.into_iter().map(|client| lateness(client, &server.turns)));
    facts
}

/// Answers that went out too early, in all turns.
pub(crate) fn early(server: &Server) -> u64 {
    server.turns.iter().map(|turn| turn.early).sum()
}

/// How late the server answered a client: the medians over its turns, so that one bad round does
/// not stand for all.
fn lateness(client: &str, turns: &[Turn]) -> Fact {
    let median = |figure: fn(&Lateness) -> f64| {
        let its = turns.iter().filter(|turn| turn.client == client);
        let figures = its.map(|turn| figure(&turn.lateness)).collect();
        stats::median(figures).map_or_else(String::new, |us| figure::duration_ns(us * 1e3))
    };
    let [p50, p99] = [median(|late| late.p50_us), median(|late| late.p99_us)];
    (format!("late for {client}"), format!("{p50} (median), {p99} (p99)"))
}

/// The first twelve digits of a commit, and whether the code differed from it.
fn short(rev: &str) -> String {
    let (commit, dirty) = match rev.strip_suffix("-dirty") {
        Some(commit) => (commit, ", with changes"),
        None => (rev, ""),
    };
    format!("{}{dirty}", commit.chars().take(12).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
