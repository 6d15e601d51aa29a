//! What else changed between two runs on the same machine.

use super::run::Run;
use crate::compare::{Difference, Differences};
use crate::record::Record;
use crate::text;

/// Something that a jump in the ratios may come of.
pub(super) struct Change {
    /// Before which run, by its place among the machine's.
    pub(super) before: usize,
    /// What changed, in words.
    pub(super) what: Vec<String>,
}

/// Where the kernel, the method, the compiler or versions of crates changed, those of the builds
/// that were compared among them. The commit does from run to run, and is not.
pub(super) fn changes(runs: &[&Run]) -> Vec<Change> {
    let changed = |before: usize| {
        let (base, new) = (&runs[before - 1].record, &runs[before].record);
        let Differences { machine, method, code, .. } = Differences::of(base, new);
        let earlier = runs[..before].iter().rev().map(|run| &run.record);
        let builds = builds(earlier, new, &code);
        // What nobody knows of either is no change.
        let all = machine.iter().chain(&method).chain(&code).filter(|it| it.base != it.new);
        let what: Vec<String> = all.filter(|it| !is_commit(it)).map(told).chain(builds).collect();
        (!what.is_empty()).then_some(Change { before, what })
    };
    (1..runs.len()).filter_map(changed).collect()
}

/// What changed in the builds that a run compared, since the latest of the `earlier` ones that
/// compared as many. They are the same by their places: names are often commits. What changed in
/// the run itself, its `code`, is not told of each build again.
fn builds<'a>(
    mut earlier: impl Iterator<Item = &'a Record>,
    new: &Record,
    code: &[Difference],
) -> Vec<String> {
    let count = new.variants.len();
    let Some(base) = earlier.find(|it| it.variants.len() == count) else { return Vec::new() };
    let mut all = Vec::new();
    for (place, (before, after)) in base.variants.iter().zip(&new.variants).enumerate() {
        let build = match (place, count) {
            (0, _) => "base",
            (1, 2) => "new",
            _ => &after.name,
        };
        let differences = Differences::of_variants(before, after);
        let own = differences.iter().filter(|it| !is_commit(it) && !code.contains(it));
        all.extend(own.map(|it| format!("{}: {}", text::printable(build), told(it))));
    }
    all
}

fn is_commit(difference: &Difference) -> bool {
    difference.what == "commit"
}

fn told(Difference { what, base, new }: &Difference) -> String {
    format!("{what} {base} to {new}")
}
