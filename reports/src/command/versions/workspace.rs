//! The workspace whose benchmark is built, and which of its targets that is.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::process;

/// What every benchmark of waitmark depends on, or is.
const BENCHES: &str = "waitmark-benches";

/// A workspace, as cargo describes it.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) root: PathBuf,
    /// The target folder.
    pub(super) target: PathBuf,
    pub(super) bench: Bench,
}

/// The benchmark in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bench {
    pub(super) package: String,
    pub(super) name: String,
    /// The folder of its package, which cargo runs it in.
    pub(super) folder: PathBuf,
}

impl Workspace {
    /// The workspace of the folder that this was called in, or of a `Cargo.toml`; its benchmark,
    /// or the one that is named.
    pub(super) fn find(manifest: Option<&Path>, bench: Option<&str>) -> Result<Self> {
        Workspace::find_by(Command::new(cargo()), manifest, bench)
    }

    /// The same by a cargo that is called somewhere else, or in another environment.
    pub(super) fn find_by(
        mut command: Command,
        manifest: Option<&Path>,
        bench: Option<&str>,
    ) -> Result<Self> {
        command.args(["metadata", "--no-deps", "--format-version=1"]);
        command
            .args(manifest.map(|path| [Path::new("--manifest-path"), path]).into_iter().flatten());
        let ended = process::answer(&mut command)?;
        let said = ended.said.join("\n");
        ensure!(ended.status.success(), "{}", said.trim().trim_start_matches("error: "));
        let metadata: Metadata =
            serde_json::from_str(&ended.output).context("cargo metadata can't be read")?;
        let benches = metadata.benches()?;
        Ok(Workspace {
            bench: choose(&benches, bench)?.clone(),
            root: metadata.workspace_root,
            target: metadata.target_directory,
        })
    }
}

/// The cargo that this was started by, or else the one that a shell finds.
pub(super) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn choose<'a>(benches: &'a [Bench], wanted: Option<&str>) -> Result<&'a Bench> {
    let is_wanted = |bench: &&Bench| wanted.is_none_or(|name| bench.name == name);
    let fitting: Vec<&Bench> = benches.iter().filter(is_wanted).collect();
    let names: Vec<&str> = benches.iter().map(|bench| &*bench.name).collect();
    match (fitting.as_slice(), names.as_slice()) {
        ([bench], _) => Ok(bench),
        (_, []) => bail!(
            "this workspace has no benchmark of waitmark: a [[bench]] with harness = false, in a \
             package that depends on {BENCHES}"
        ),
        ([], _) => bail!(
            "no benchmark is named {}: there are {}",
            wanted.unwrap_or_default(),
            names.join(", ")
        ),
        _ => bail!("there are several benchmarks: choose one with --bench: {}", names.join(", ")),
    }
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Metadata {
    /// The targets that can be waitmark's.
    fn benches(&self) -> Result<Vec<Bench>> {
        let mut benches = Vec::new();
        for package in &self.packages {
            let depends = package.dependencies.iter().any(|dependency| dependency.name == BENCHES);
            if !depends && package.name != BENCHES {
                continue;
            }
            let own = with_a_main(&package.manifest_path)?;
            let folder = package.manifest_path.parent().context("a Cargo.toml is in no folder")?;
            let is_bench = |target: &&Target| target.kind.iter().any(|kind| kind == "bench");
            for target in package.targets.iter().filter(is_bench) {
                if own.contains(&target.name) {
                    benches.push(Bench {
                        package: package.name.clone(),
                        name: target.name.clone(),
                        folder: folder.to_owned(),
                    });
                }
            }
        }
        Ok(benches)
    }
}

/// The names of the benchmarks that bring a `main` of their own, which cargo does not tell.
fn with_a_main(manifest: &Path) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(default)]
        bench: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        name: String,
        harness: Option<bool>,
    }
    let text = fs::read_to_string(manifest)
        .with_context(|| format!("can't read {}", manifest.display()))?;
    let Manifest { bench } = toml::from_str(&text)
        .with_context(|| format!("can't understand {}", manifest.display()))?;
    Ok(bench.into_iter().filter(|entry| entry.harness == Some(false)).map(|e| e.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench(name: &str) -> Bench {
        Bench { package: "own".into(), name: name.into(), folder: "/own".into() }
    }

    #[test]
    fn the_only_benchmark_needs_no_name() {
        let benches = [bench("speedup")];
        assert_eq!(choose(&benches, None).unwrap(), &benches[0]);
        assert_eq!(choose(&benches, Some("speedup")).unwrap(), &benches[0]);
        let two = [bench("speedup"), bench("other")];
        assert_eq!(choose(&two, Some("other")).unwrap(), &two[1]);
    }

    #[test]
    fn none_several_and_wrong_ones_are_refused() {
        let refusal = |benches: &[Bench], name| choose(benches, name).unwrap_err().to_string();
        let two = [bench("speedup"), bench("other")];
        insta::assert_snapshot!(
            [refusal(&[], None), refusal(&two, None), refusal(&two, Some("third"))].join("\n"),
            @"
            this workspace has no benchmark of waitmark: a [[bench]] with harness = false, in a package that depends on waitmark-benches
            there are several benchmarks: choose one with --bench: speedup, other
            no benchmark is named third: there are speedup, other
            "
        );
    }

    #[test]
    fn this_workspace_has_its_benchmark() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let workspace = Workspace::find(Some(&manifest), None).unwrap();
        assert_eq!(workspace.root, manifest.ancestors().nth(2).unwrap());
        assert_eq!((&*workspace.bench.package, &*workspace.bench.name), (BENCHES, "speedup"));
        assert_eq!(workspace.bench.folder, workspace.root.join("benches"));
    }
}
