//! The packages that a workspace's `Cargo.lock` holds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::what::Spec;

/// What the clients under test are part of.
const CLIENTS: &str = "waitmark-harness";

/// What measures, whose own dependencies are not under test.
const TOOLS: &[&str] = &["waitmark-benches", "waitmark-reports", "waitmark-server"];

/// A lock file.
#[derive(Deserialize)]
pub(super) struct Lock {
    #[serde(default)]
    package: Vec<Package>,
}

/// A package in it.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// Where it is from; `None` for a folder.
    source: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Package {
    /// As cargo's own commands name it, whatever else is in the lock file.
    pub(super) fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// Its version, with where it is from unless that is a registry.
    fn exactly(&self) -> String {
        let Package { version, source, .. } = self;
        match source.as_deref().map(|source| (source.starts_with("git+"), source.rsplit_once('#')))
        {
            None => format!("{version} (folder)"),
            Some((true, Some((_, commit)))) => {
                format!("{version} (git {})", commit.chars().take(7).collect::<String>())
            }
            Some(_) => version.clone(),
        }
    }

    /// What a `[patch]` of it stands under: the name of the registry, or where it is from.
    ///
    /// # Errors
    ///
    /// If it is in a folder, which nothing can take the place of.
    pub(super) fn patched(&self) -> Result<&str> {
        let Some(source) = &self.source else {
            bail!(
                "{} is a folder of this workspace: name a dependency, or . for the workspace itself",
                self.name
            );
        };
        let (kind, url) = source.split_once('+').unwrap_or(("", source));
        let is_crates_io = url.contains("//github.com/rust-lang/crates.io-index")
            || url.contains("//index.crates.io/");
        let end = url.find(['?', '#']).unwrap_or(url.len());
        Ok(match kind {
            "registry" | "sparse" if is_crates_io => "crates-io",
            // A sparse registry's address keeps its kind.
            "sparse" => source,
            _ => &url[..end],
        })
    }
}

/// The packages but for one that are not the same in all of these lock files, each with what is
/// only in some of them: `tokio-macros 2.5.0/2.7.2`.
pub(super) fn differences(locks: &[Lock], but: &str) -> Vec<String> {
    let packages = locks.iter().flat_map(|lock| &lock.package);
    let names: BTreeSet<&str> = packages.map(|package| &*package.name).collect();
    let others = names.into_iter().filter(|name| *name != but);
    others.filter_map(|name| difference(locks, name)).collect()
}

fn difference(locks: &[Lock], name: &str) -> Option<String> {
    let versions = |lock: &Lock| -> BTreeSet<String> {
        lock.package.iter().filter(|package| package.name == name).map(Package::exactly).collect()
    };
    let each: Vec<_> = locks.iter().map(versions).collect();
    let is_in_all = |version: &&String| each.iter().all(|versions| versions.contains(*version));
    let rest = |versions: &BTreeSet<String>| -> Vec<String> {
        versions.iter().filter(|version| !is_in_all(version)).cloned().collect()
    };
    let rests: Vec<_> = each.iter().map(rest).collect();
    let shown = rests.iter().map(|rest| match rest.as_slice() {
        [] => "none".to_owned(),
        versions => versions.join(" and "),
    });
    let is_same = rests.iter().all(Vec::is_empty);
    (!is_same).then(|| format!("{name} {}", shown.collect::<Vec<_>>().join("/")))
}

impl Lock {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
    }

    /// The package that clients run on, of those that `spec` names.
    ///
    /// Where the lock file has several versions it is the one that the clients depend on, those
    /// of waitmark and those of the benchmark's own package.
    ///
    /// # Errors
    ///
    /// If there is none, or which one it is can't be told.
    pub(super) fn under_test(&self, spec: &Spec, bench: &str) -> Result<&Package> {
        let is_meant = |package: &&Package| {
            package.name == spec.name
                && spec.version.as_ref().is_none_or(|version| *version == package.version)
        };
        let named: Vec<&Package> = self.package.iter().filter(is_meant).collect();
        let reached =
            if named.len() > 1 { self.reached_from([CLIENTS, bench]) } else { named.clone() };
        let used: Vec<&Package> = reached.into_iter().filter(is_meant).collect();
        match (named.as_slice(), used.as_slice()) {
            ([], _) => bail!("{} is not in Cargo.lock: the benchmark does not use it", shown(spec)),
            (_, [package]) => Ok(package),
            _ => {
                let specs: Vec<_> = named.iter().map(|package| package.spec()).collect();
                bail!(
                    "Cargo.lock has several versions of {}: say which one to replace: {}",
                    spec.name,
                    specs.join(" or ")
                )
            }
        }
    }

    /// All that these packages depend on, directly or not, but not by way of the tools.
    fn reached_from(&self, roots: [&str; 2]) -> Vec<&Package> {
        let mut open: Vec<&Package> =
            self.package.iter().filter(|package| roots.contains(&&*package.name)).collect();
        let mut seen = BTreeSet::new();
        let mut reached = Vec::new();
        while let Some(package) = open.pop() {
            if TOOLS.contains(&&*package.name) || !seen.insert((&package.name, &package.version)) {
                continue;
            }
            reached.push(package);
            open.extend(package.dependencies.iter().flat_map(|text| self.dependency(text)));
        }
        reached
    }

    /// The package that a package names as its dependency: `name`, or `name version` where there
    /// are several.
    fn dependency<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a Package> {
        let mut words = text.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        self.package.iter().filter(move |package| {
            package.name == name && version.is_none_or(|version| version == package.version)
        })
    }
}

fn shown(Spec { name, version }: &Spec) -> String {
    version.as_ref().map_or_else(|| name.clone(), |version| format!("{name} {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
        version = 4
        [[package]]
        name = "async-io"
        version = "1.13.0"
        source = "registry+https://github.com/rust-lang/crates.io-index"
        [[package]]
        name = "async-io"
        version = "2.6.0"
        source = "registry+https://github.com/rust-lang/crates.io-index"
        [[package]]
        name = "event"
        version = "1.0.0"
        [[package]]
        name = "event"
        version = "2.0.0"
        [[package]]
        name = "forked"
        version = "0.3.0"
        source = "git+https://example.org/forked?branch=main#0123456789"
        [[package]]
        name = "private"
        version = "0.1.0"
        source = "sparse+https://example.org/index/"
        [[package]]
        name = "waitmark-benches"
        version = "0.1.0"
        dependencies = ["async-io 1.13.0", "waitmark-harness"]
        [[package]]
        name = "waitmark-harness"
        version = "0.1.0"
        dependencies = ["async-io 2.6.0", "event 1.0.0", "event 2.0.0", "forked", "private"]
        [[package]]
        name = "own"
        version = "0.1.0"
        dependencies = ["waitmark-benches", "async-io 2.6.0"]
    "#;

    fn lock() -> Lock {
        toml::from_str(LOCK).unwrap()
    }

    fn under_test(name: &str, version: Option<&str>, bench: &str) -> Result<String> {
        let spec = Spec { name: name.into(), version: version.map(str::to_owned) };
        lock().under_test(&spec, bench).map(Package::spec)
    }

    #[test]
    fn of_several_versions_the_one_that_clients_run_on_is_meant() {
        for bench in ["waitmark-benches", "own"] {
            assert_eq!(under_test("async-io", None, bench).unwrap(), "async-io@2.6.0");
        }
        let named = under_test("async-io", Some("1.13.0"), "own");
        assert_eq!(named.unwrap(), "async-io@1.13.0");
    }

    #[test]
    fn what_is_not_there_or_not_clear_is_refused() {
        let refusal = |name, version| under_test(name, version, "own").unwrap_err().to_string();
        insta::assert_snapshot!(
            [refusal("event", None), refusal("hyper", None), refusal("forked", Some("9.9.9"))]
                .join("\n"),
            @"
            Cargo.lock has several versions of event: say which one to replace: event@1.0.0 or event@2.0.0
            hyper is not in Cargo.lock: the benchmark does not use it
            forked 9.9.9 is not in Cargo.lock: the benchmark does not use it
            "
        );
    }

    #[test]
    fn what_else_differs_is_told_with_what_only_some_have() {
        assert_eq!(differences(&[lock(), lock()], "own"), [""; 0]);
        let changed = LOCK
            .replace("version = \"0.3.0\"", "version = \"0.4.0\"")
            .replace("version = \"1.13.0\"", "version = \"1.14.0\"")
            .replace("name = \"private\"", "name = \"public\"");
        let locks = [lock(), toml::from_str(&changed).unwrap(), lock()];
        insta::assert_snapshot!(differences(&locks, "public").join("\n"), @"
        async-io 1.13.0/1.14.0/1.13.0
        forked 0.3.0 (git 0123456)/0.4.0 (git 0123456)/0.3.0 (git 0123456)
        private 0.1.0/none/0.1.0
        ");
    }

    #[test]
    fn a_patch_stands_under_where_the_package_is_from() {
        let lock = lock();
        let patched = |name: &str| {
            let package = lock.package.iter().find(|package| package.name == name).unwrap();
            package.patched().map_err(|error| error.to_string())
        };
        assert_eq!(patched("async-io"), Ok("crates-io"));
        assert_eq!(patched("forked"), Ok("https://example.org/forked"));
        assert_eq!(patched("private"), Ok("sparse+https://example.org/index/"));
        assert!(patched("own").unwrap_err().starts_with("own is a folder of this workspace"));
    }
}
