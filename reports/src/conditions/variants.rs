//! The builds that were compared, as names and values.

use std::collections::BTreeSet;

use super::fact::{Fact, fact, short};
use crate::record::{Record, Variant};

/// The variants: what each was built from, by which compiler, and the versions of the crates that
/// are not the same in all of them.
pub(crate) fn variants(record: &Record) -> Vec<Fact> {
    let variants = &record.variants;
    let crates: BTreeSet<&String> = variants.iter().flat_map(|it| it.versions.keys()).collect();
    let differs = |name: &&&String| {
        variants.iter().any(|it| it.versions.get(**name) != variants[0].versions.get(**name))
    };
    let differing: Vec<&String> = crates.iter().filter(differs).copied().collect();
    let same_tool = variants.iter().all(|it| it.tool_version == record.tool_version);
    let described = |variant: &Variant| {
        let version = |name: &&String| match variant.versions.get(*name) {
            Some(version) => format!("{name} {version}"),
            None => format!("no {name}"),
        };
        let commit = variant.git_rev.as_deref().map(|rev| format!("commit {}", short(rev)));
        let tool = (!same_tool).then(|| format!("waitmark {}", variant.tool_version));
        let parts = differing.iter().map(version).chain(commit).chain(tool);
        let parts: Vec<String> = parts.chain([variant.rustc.clone()]).collect();
        fact(&variant.name, parts.join(", "))
    };
    variants.iter().map(described).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    fn shown(facts: Vec<Fact>) -> String {
        facts.into_iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
    }

    #[test]
    fn variants_are_told_by_what_differs() {
        let mut record = synthetic::variants(&["base", "new"], &[5], 3);
        insta::assert_snapshot!(shown(variants(&record)), @"
        base: tokio 1.44.0, commit 000000000000, rustc 1.95.0
        new: tokio 1.45.0, commit 111111111111, rustc 1.95.0
        ");
        let new = &mut record.variants[1];
        (new.git_rev, new.tool_version) = (None, "0.2.0".to_owned());
        new.versions.remove("smol");
        new.rustc = "rustc\n1.96.0".to_owned();
        insta::assert_snapshot!(shown(variants(&record)), @"
        base: smol 2.0.2, tokio 1.44.0, commit 000000000000, waitmark 0.1.0, rustc 1.95.0
        new: no smol, tokio 1.45.0, waitmark 0.2.0, rustc 1.96.0
        ");
        assert_eq!(variants(&synthetic::record()), []);
    }
}
