//! The variants that are to be built: what was asked for, found and named.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::lock::{Lock, Package};
use super::set::{Origin, Set, To};
use super::what::{Request, Subject, Wanted, What};
use super::workspace::Workspace;
use super::{git, names};

/// A variant, with all that has to be known to build it.
#[derive(Debug)]
pub(super) struct Variant {
    /// Its name in the record.
    pub(super) name: String,
    /// What it is, for people: `tokio 1.44.2`.
    pub(super) title: String,
    /// The commit of the workspace; `None` for the work tree as it is.
    pub(super) commit: Option<String>,
    /// The package that differs; `None` if it is the workspace itself.
    pub(super) set: Option<Set>,
}

/// Finds what was asked for, and names it.
pub(super) fn resolve(request: &Request, workspace: &Workspace) -> Result<Vec<Variant>> {
    let found = match &request.subject {
        Subject::Workspace => {
            let top = git::top_level(&workspace.root)?.with_context(|| {
                format!("{} is in no git repository: it has no revisions", workspace.root.display())
            })?;
            each(request, |what| of_workspace(&top, what))?
        }
        Subject::Package(spec) => {
            let lock = Lock::read(&workspace.root.join("Cargo.lock"))
                .context("there is no telling what the benchmark runs on: `cargo build` first")?;
            let package = lock.under_test(spec, &workspace.bench.package)?;
            each(request, |what| of_package(package, what))?
        }
    };
    let given = request.wanted.iter().map(|wanted| wanted.name.clone());
    let names: Vec<_> = given.zip(found.iter().map(|variant| variant.name.clone())).collect();
    let names = names::unique(&names)?;
    Ok(found.into_iter().zip(names).map(|(found, name)| Variant { name, ..found }).collect())
}

fn each(request: &Request, find: impl Fn(&What) -> Result<Variant>) -> Result<Vec<Variant>> {
    request.wanted.iter().map(|Wanted { what, .. }| find(what)).collect()
}

fn of_workspace(top: &Path, what: &What) -> Result<Variant> {
    let What::Revision(revision) = what else {
        let title = "the work tree".to_owned();
        return Ok(Variant { name: "work-tree".to_owned(), title, commit: None, set: None });
    };
    let commit = git::commit(top, revision)?;
    Ok(Variant {
        name: names::of(revision),
        title: format!("revision {}", names::of(revision)),
        commit: Some(commit),
        set: None,
    })
}

fn of_package(package: &Package, what: &What) -> Result<Variant> {
    let Package { name, version, .. } = package;
    let (named, title, to) = match what {
        What::Version(version) => {
            (names::of(version), format!("{name} {version}"), To::Version(version.clone()))
        }
        What::Path(path) => {
            let path = checkout(name, path)?;
            let title = format!("{name} from {}", path.display());
            (names::of_folder(&path), title, patch(package, Origin::Folder(path))?)
        }
        What::Git { url, revision } => {
            let origin = repository(url, revision.as_deref())?;
            let known = [revision.as_ref(), origin.commit()];
            let named = known.into_iter().flatten().next().map_or("HEAD", |text| text);
            let title = format!("{name} from {url}#{}", names::of(named));
            (names::of(named), title, patch(package, origin)?)
        }
        What::Locked | What::Revision(_) | What::WorkTree => {
            (names::of(version), format!("{name} {version}"), To::Locked(version.clone()))
        }
    };
    let set = Set { name: name.clone(), spec: package.spec(), to };
    Ok(Variant { name: named, title, commit: None, set: Some(set) })
}

fn patch(package: &Package, from: Origin) -> Result<To> {
    Ok(To::Patch { patched: package.patched()?.to_owned(), from })
}

/// The folder of a checkout, checked to be one of the package.
fn checkout(name: &str, path: &Path) -> Result<PathBuf> {
    let here = env::current_dir().context("the current folder is gone")?;
    let full = here.join(path);
    ensure!(
        full.is_dir(),
        "{} is neither a version such as 1.44.2, a folder, nor a repository such as \
         https://github.com/tokio-rs/tokio#BRANCH",
        path.display()
    );
    let full = full.canonicalize().with_context(|| format!("can't read {}", path.display()))?;
    if package_name(&full)?.as_deref() == Some(name) {
        return Ok(full);
    }
    let inside = path.join(name);
    if package_name(&full.join(name))?.as_deref() == Some(name) {
        bail!("{} is not the package {name}: that is {}", path.display(), inside.display());
    }
    bail!("{} is not the package {name}: name the folder of its Cargo.toml", path.display())
}

/// The name in the `Cargo.toml` of a folder, if it has one.
fn package_name(folder: &Path) -> Result<Option<String>> {
    #[derive(Deserialize)]
    struct Manifest {
        package: Option<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let path = folder.join("Cargo.toml");
    let Ok(text) = fs::read_to_string(&path) else { return Ok(None) };
    let manifest: Manifest =
        toml::from_str(&text).with_context(|| format!("can't understand {}", path.display()))?;
    Ok(manifest.package.map(|package| package.name))
}

/// A revision of a repository, as a commit wherever the repository tells.
fn repository(url: &str, revision: Option<&str>) -> Result<Origin> {
    let commit = git::remote_commit(url, revision.unwrap_or("HEAD"))
        .with_context(|| format!("can't ask {url} for its revisions"))?;
    let revision = match (revision, &commit) {
        // Cargo fetches branches and tags, and what is in neither by its whole name alone.
        (Some(revision), _) if revision.starts_with("refs/") => Some(revision.to_owned()),
        (revision, None) => revision.map(str::to_owned),
        (_, Some(commit)) => Some(commit.clone()),
    };
    Ok(Origin::Git { url: url.to_owned(), revision, commit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_of_the_package_is_a_checkout_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "[workspace]");
        write("tokio/Cargo.toml", "[package]\nname = \"tokio\"\nversion.workspace = true");
        write("other/Cargo.toml", "[package]\nname = \"other\"");
        let checkout = |path: &str| checkout("tokio", &folder.path().join(path));
        let found = checkout("tokio/../tokio").unwrap();
        assert_eq!(found, folder.path().canonicalize().unwrap().join("tokio"));
        let refusal = |path: &str| {
            let error = checkout(path).unwrap_err().to_string();
            error.replace(&folder.path().display().to_string(), "")
        };
        insta::assert_snapshot!(
            [refusal("."), refusal("other"), refusal("gone")].join("\n"),
            @"
            /. is not the package tokio: that is /./tokio
            /other is not the package tokio: name the folder of its Cargo.toml
            /gone is neither a version such as 1.44.2, a folder, nor a repository such as https://github.com/tokio-rs/tokio#BRANCH
            "
        );
    }
}
