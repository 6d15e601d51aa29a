//! Under which conditions a record was measured: the machine, the versions and the method, as
//! names and values that every format shows alike.

use crate::figure;
use crate::record::{Machine, Profile, Record, Server};
use crate::stats::MIN_ROUNDS;

/// A name and its value, both plain text.
pub(crate) type Fact = (&'static str, String);

/// What the run took place on.
pub(crate) fn machine(machine: &Machine) -> Vec<Fact> {
    let load =
        |load: Option<f64>| load.map_or("not measured".to_owned(), |load| format!("{load:.2}"));
    vec![
        ("processor", processor(machine)),
        ("system", machine.kernel.clone()),
        ("open files, at most", figure::count(machine.open_files)),
        (
            "load before and after",
            format!("{}, {}", load(machine.load_before), load(machine.load_after)),
        ),
        ("CPU time stolen", machine.steal.map_or("not measured".to_owned(), figure::percent)),
        ("compiler", machine.rustc.clone()),
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
pub(crate) fn versions(record: &Record) -> Vec<(String, String)> {
    let mut versions = vec![("waitmark".to_owned(), record.tool_version.clone())];
    versions.extend(record.git_rev.clone().map(|rev| ("commit".to_owned(), short(&rev))));
    let crates = record.machine.versions.iter();
    versions.extend(crates.map(|(name, version)| (name.clone(), version.clone())));
    versions
}

/// How it was measured.
pub(crate) fn method(record: &Record) -> Vec<Fact> {
    let Profile { name, reference, rounds, samples, workers, pool_width, margin, seed, .. } =
        &record.profile;
    let warm_up = figure::set_duration_ms(record.profile.warm_up_ms);
    let measurement = figure::set_duration_ms(record.profile.measurement_ms);
    vec![
        ("profile", name.clone()),
        ("begun", when(&record.created)),
        ("reference", reference.clone()),
        ("rounds", format!("{rounds}, each client in a fresh process")),
        ("order in a round", format!("random, seed {seed}")),
        (
            "samples a round",
            format!("{samples} over about {measurement}, after {warm_up} of warm-up"),
        ),
        ("runtime workers", workers.to_string()),
        ("thread pool", figure::counted(*pool_width as usize, "thread")),
        ("margin of same", figure::set_percent(*margin)),
        ("intervals", format!("95 %, Student's t over rounds, from {MIN_ROUNDS} rounds up")),
    ]
}

/// What the mock server says of itself.
pub(crate) fn server(server: &Server) -> Vec<Fact> {
    let mut facts = vec![
        ("threads", server.threads.to_string()),
        ("requests answered", figure::count(server.requests)),
        ("answers too early", figure::count(server.early)),
    ];
    if let Some(late) = &server.lateness {
        let [p50, p99, max] =
            [late.p50_us, late.p99_us, late.max_us].map(|us| figure::duration_ns(us * 1e3));
        facts.push(("answers late by", format!("{p50} (median), {p99} (p99), {max} (worst)")));
    }
    facts
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
