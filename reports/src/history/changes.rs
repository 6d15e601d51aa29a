//! What else changed between two runs on the same machine.

use super::Run;
use crate::compare::{Difference, Differences};

/// Something that a jump in the ratios may come of.
pub(super) struct Change {
    /// Before which run, by its place among the machine's.
    pub(super) before: usize,
    /// What changed, in words.
    pub(super) what: Vec<String>,
}

/// Where the kernel, the method, the compiler or versions of crates changed. The commit does from
/// run to run, and is not among them; nor are the variants' builds, which are what is compared.
pub(super) fn changes(runs: &[&Run]) -> Vec<Change> {
    let changed = |(place, pair): (usize, &[&Run])| {
        let Differences { machine, method, code, .. } =
            Differences::of(&pair[0].record, &pair[1].record);
        let told = |Difference { what, base, new }: Difference| format!("{what} {base} to {new}");
        let all = machine.into_iter().chain(method).chain(code);
        // What nobody knows of either is no change.
        let all = all.filter(|it| it.what != "commit" && it.base != it.new);
        let what: Vec<String> = all.map(told).collect();
        (!what.is_empty()).then_some(Change { before: place + 1, what })
    };
    runs.windows(2).enumerate().filter_map(changed).collect()
}
