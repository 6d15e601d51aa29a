//! Where variants are built, and their executables kept.
//!
//! All of them are built in one place, one after the other: a copy of the repository that becomes
//! each of them in turn, with one target folder. So what they share is built once, and cargo tells
//! what is to be built again as it does when a developer changes branches, by the times of the
//! files: a file is only written where it differs. Copies side by side could not share a target
//! folder safely, as cargo knows a workspace's own packages by their paths inside the workspace.

use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{io, thread};

use anyhow::{Context, Result, bail, ensure};

use super::cargo::{Artifact, Built, Cargo};
use super::progress::{Progress, shown};
use super::set::To;
use super::surroundings::{FOLDER, Surroundings};
use super::tree::Tree;
use super::variant::Variant;
use super::workspace::Workspace;
use super::{git, process, workspace};

/// Has to change when the same code is to be built in another way.
const EDITION: u32 = 2;

/// What to do about files that were edited meanwhile.
const AGAIN: &str = "run it again";

/// Tells a build which commit it is of: its copy of the files is no repository.
const COMMIT: &str = "WAITMARK_COMMIT";

/// The folder of builds in a workspace's target folder.
pub(super) struct Workshop<'a> {
    workspace: &'a Workspace,
    /// The benchmark's name, if it was given one.
    bench: Option<&'a str>,
    /// The top of the repository, or the workspace's root without one.
    top: PathBuf,
    folder: PathBuf,
    surroundings: Surroundings,
    /// Held as long as something is built: nobody else may change the copy.
    _lock: File,
}

/// The files of a variant.
struct Source {
    tree: Tree,
    /// The files of the checkout that is in the place of a package.
    checkout: Option<Tree>,
    /// The commit it is of, with `-dirty` if it differs from it; `None` without a repository.
    commit: Option<String>,
}

impl<'a> Workshop<'a> {
    /// Takes the folder, once nobody else builds in it.
    pub(super) fn open(
        workspace: &'a Workspace,
        bench: Option<&'a str>,
        progress: &mut Progress,
    ) -> Result<Self> {
        let folder = workspace.target.join("waitmark/variants");
        let cant = || format!("can't write {}", folder.display());
        fs::create_dir_all(folder.join("builds")).with_context(cant)?;
        let lock = File::create(folder.join("lock")).with_context(cant)?;
        wait_for(&lock, progress)?;
        let top = git::top_level(&workspace.root)?.unwrap_or_else(|| workspace.root.clone());
        let folder = folder.canonicalize().with_context(cant)?;
        let surroundings = Surroundings::of(&workspace.root, folder.join("target"))?;
        Ok(Workshop { workspace, bench, top, folder, surroundings, _lock: lock })
    }

    /// The executable of a variant, with its lock file beside it: an earlier one if nothing has
    /// changed since, else a new one.
    pub(super) fn build(&self, variant: &Variant, progress: &mut Progress) -> Result<PathBuf> {
        let started = Instant::now();
        let title = &variant.title;
        progress.show(&format!("{title}: looking for changes"));
        let source = self.source(variant).with_context(|| title.clone())?;
        let (code, checkout) = (source.tree.digest()?, digest(source.checkout.as_ref())?);
        let kept = self.folder.join("builds").join(self.key(variant, &source, (code, checkout))?);
        let executable = kept.join("benchmark");
        if executable.exists() {
            progress.say(&format!("{title}: built before"));
            return Ok(executable);
        }
        let copied = source.tree.copy_to(&self.folder.join("source"))?;
        ensure!(
            copied.digest()? == code,
            "{title}: its files changed as they were copied: {AGAIN}"
        );
        let built = self.compile(variant, &source, progress)?;
        check(variant, &built)?;
        source.check(&copied, &built).with_context(|| title.clone())?;
        // What is built of a checkout is the folder itself, and not a copy of it.
        let after = digest(checkout_of(variant)?.as_ref())?;
        ensure!(after == checkout, "{title}: its files changed as they were built: {AGAIN}");
        let lock = self.copied_root()?.join("Cargo.lock");
        self.keep(&built.executable, &lock, &kept)
            .with_context(|| format!("can't keep the build in {}", kept.display()))?;
        progress.say(&format!("{title}: built in {}", shown(started.elapsed())));
        Ok(executable)
    }

    /// The files of a variant, which always have a lock file if the workspace has one.
    fn source(&self, variant: &Variant) -> Result<Source> {
        let lock = self.inside()?.join("Cargo.lock");
        let locked = self.top.join(&lock);
        let Some(commit) = &variant.commit else {
            let mut tree = Tree::around(&self.workspace.root, &self.workspace.target)?;
            if locked.exists() {
                tree.add(lock);
            }
            let (checkout, commit) = (checkout_of(variant)?, git::describe(&self.workspace.root));
            return Ok(Source { tree, checkout, commit });
        };
        let export = self.folder.join("export");
        if export.exists() {
            fs::remove_dir_all(&export).context("can't empty the folder for a revision")?;
        }
        git::export(&self.top, commit, &export)?;
        let to = export.join(&lock);
        if locked.exists() && !to.exists() {
            fs::copy(&locked, &to).context("can't copy Cargo.lock")?;
        }
        let tree = Tree::of(&export, &export.join("target"))?;
        Ok(Source { tree, checkout: checkout_of(variant)?, commit: Some(commit.clone()) })
    }

    /// The workspace's root as seen from the top of the repository.
    fn inside(&self) -> Result<&Path> {
        let root = &self.workspace.root;
        root.strip_prefix(&self.top).with_context(|| {
            format!("{} is not inside of {}, which git names", root.display(), self.top.display())
        })
    }

    /// The workspace's root in the copy.
    fn copied_root(&self) -> Result<PathBuf> {
        Ok(self.folder.join("source").join(self.inside()?))
    }

    /// A name for everything that a build depends on. Which hash it is matters to nobody: a build
    /// under another name is made again.
    fn key(&self, variant: &Variant, source: &Source, files: (u64, Option<u64>)) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        (EDITION, self.bench, &source.commit, self.inside()?).hash(&mut hasher);
        (&variant.set, files).hash(&mut hasher);
        self.surroundings.hash(&mut hasher)?;
        Ok(format!("{:016x}", hasher.finish()))
    }

    /// Builds the variant in the copy.
    fn compile(
        &self,
        variant: &Variant,
        source: &Source,
        progress: &mut Progress,
    ) -> Result<Built> {
        let root = self.copied_root()?.join("Cargo.toml");
        let at_root = ["--manifest-path", utf8(&root)?];
        let config = variant.set.as_ref().map_or_else(Vec::new, |set| set.config());
        let mut cargo = Cargo::new(&variant.title, FOLDER.as_ref(), progress).options(config);
        for (name, value) in self.surroundings.variables() {
            cargo = cargo.env(name, Some(value));
        }
        cargo = cargo.env(COMMIT, source.commit.as_ref());
        let update = match variant.set.as_ref().map(|set| (&*set.spec, &set.to)) {
            Some((spec, To::Version(version))) => vec!["--package", spec, "--precise", version],
            Some((spec, To::Patch { .. })) => vec!["--package", spec],
            Some((_, To::Locked(_))) | None => vec![],
        };
        // What was chosen then stays.
        let locked: &[&str] = if update.is_empty() { &[] } else { &["--locked"] };
        if !update.is_empty() {
            cargo.update(&[&update, at_root.as_slice()].concat())?;
        }
        let host = ["--target", self.surroundings.host()];
        cargo.fetch(&[&host, at_root.as_slice(), locked].concat())?;
        let mut metadata = Command::new(workspace::cargo());
        metadata.current_dir(FOLDER).envs(self.surroundings.variables());
        let copy = Workspace::find_by(metadata, Some(&root), self.bench)?;
        let manifest = copy.bench.folder.join("Cargo.toml");
        // The server is left out, as it may need newer packages than the clients.
        let options = ["--manifest-path", utf8(&manifest)?, "--no-default-features", "--offline"];
        cargo.bench(&copy.bench, &[&options, locked].concat())
    }

    /// Keeps an executable with its lock file, all or nothing.
    fn keep(&self, executable: &Path, lock: &Path, kept: &Path) -> io::Result<()> {
        let unfinished = self.folder.join("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir_all(&unfinished)?;
        fs::copy(executable, unfinished.join("benchmark"))?;
        fs::copy(lock, unfinished.join("Cargo.lock"))?;
        fs::rename(&unfinished, kept)
    }
}

impl Source {
    /// Fails if the build is also of files that no key tells of.
    fn check(&self, copied: &Tree, built: &Built) -> Result<()> {
        let folders = built.artifacts.iter().filter(|part| part.package.starts_with("path+"));
        for Artifact { manifest, .. } in folders {
            let full = manifest.canonicalize();
            let full = full.with_context(|| format!("can't read {}", manifest.display()))?;
            let is_known = |tree: &Tree| tree.holds(&full);
            ensure!(
                is_known(copied) || self.checkout.as_ref().is_some_and(is_known),
                "it is also built of {}, which is no file of its repository, so that a change there \
                 would not be seen: depend on a registry or a git repository instead",
                full.display()
            );
        }
        Ok(())
    }
}

fn checkout_of(variant: &Variant) -> Result<Option<Tree>> {
    variant.set.as_ref().map_or(Ok(None), |set| set.files())
}

fn digest(tree: Option<&Tree>) -> Result<Option<u64>> {
    tree.map(Tree::digest).transpose()
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().context("the path of the workspace is not UTF-8")
}

fn wait_for(lock: &File, progress: &mut Progress) -> Result<()> {
    let mut has_said = false;
    while let Err(error) = lock.try_lock() {
        if let TryLockError::Error(error) = error {
            return Err(error).context("can't lock the folder of builds");
        }
        if !has_said {
            progress.say("waiting for another `waitmark versions`, which builds here");
        }
        has_said = true;
        process::check()?;
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Fails if what was built is not what was asked for.
fn check(variant: &Variant, built: &Built) -> Result<()> {
    let (Some(set), title) = (&variant.set, &variant.title) else { return Ok(()) };
    let artifacts = built.artifacts.iter();
    let kept: Vec<bool> = artifacts
        .filter_map(|artifact| set.is_kept_by(&artifact.package, &artifact.manifest))
        .collect();
    ensure!(
        !kept.is_empty(),
        "{title}: no part of the benchmark is built with {}, nothing would differ",
        set.name
    );
    if !kept.contains(&true) {
        let name = format!("#{}@", set.name);
        let ids = built.artifacts.iter().map(|artifact| &*artifact.package);
        let found: Vec<&str> = ids.filter(|id| id.contains(&name)).collect();
        bail!(
            "{title}: cargo built {} instead: perhaps the workspace does not allow that version",
            found.join(", ")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::OpenOptionsExt;

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_lock_that_can_not_be_taken_is_not_waited_for() {
        // Opened only to be named (O_PATH), which no lock is possible on.
        let file = File::options().read(true).custom_flags(0o10000000).open("/").unwrap();
        let error = wait_for(&file, &mut Progress::new()).unwrap_err();
        assert_eq!(error.to_string(), "can't lock the folder of builds");
    }
}
