//! Where variants are built, and their executables kept.
//!
//! All of them are built in one place, one after the other: a copy of the repository that becomes
//! each of them in turn, with one target folder. So what they share is built once, and cargo tells
//! what is to be built again as it does when a developer changes branches, by the times of the
//! files: a file is only written where it differs. Copies side by side could not share a target
//! folder safely, as cargo knows a workspace's own packages by their paths inside the workspace.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, io, thread};

use anyhow::{Context, Result, bail, ensure};

use super::cargo::{Built, Cargo};
use super::progress::{Progress, shown};
use super::set::To;
use super::tree::Tree;
use super::variant::Variant;
use super::workspace::Workspace;
use super::{git, process};

/// Has to change when the same code is to be built in another way.
const EDITION: u32 = 1;

/// Tells a build which commit it is of: its copy of the files is no repository.
const COMMIT: &str = "WAITMARK_COMMIT";

/// Where cargo puts what it builds, by any of these.
const FOLDERS: [&str; 3] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"];

/// What else in the environment changes a build, by the beginnings of names.
const BUILD_VARIABLES: [&str; 5] =
    ["CARGO_BUILD_", "CARGO_ENCODED_RUSTFLAGS", "CARGO_PROFILE_", "CARGO_TARGET_", "RUSTFLAGS"];

/// The folder of builds in a workspace's target folder.
pub(super) struct Workshop<'a> {
    workspace: &'a Workspace,
    /// The benchmark's name, if it was given one.
    bench: Option<&'a str>,
    /// The top of the repository, or the workspace's root without one.
    top: PathBuf,
    folder: PathBuf,
    rustc: String,
    /// Held as long as something is built: nobody else may change the copy.
    _lock: File,
}

/// The files of a variant.
struct Source {
    tree: Tree,
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
        Ok(Workshop {
            workspace,
            bench,
            top,
            folder: folder.canonicalize().with_context(cant)?,
            rustc: rustc(&workspace.root)?,
            _lock: lock,
        })
    }

    /// The executable of a variant: an earlier one if nothing has changed since, else a new one.
    pub(super) fn build(&self, variant: &Variant, progress: &mut Progress) -> Result<PathBuf> {
        let started = Instant::now();
        let title = &variant.title;
        progress.show(&format!("{title}: looking for changes"));
        let source = self.source(variant).with_context(|| title.clone())?;
        let kept = self.folder.join("builds").join(self.key(variant, &source)?);
        let executable = kept.join("benchmark");
        if executable.exists() {
            progress.say(&format!("{title}: built before"));
            return Ok(executable);
        }
        source.tree.copy_to(&self.folder.join("source"))?;
        let built = self.compile(variant, &source, progress)?;
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
            return Ok(Source { tree, commit: git::describe(&self.workspace.root) });
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
        Ok(Source { tree, commit: Some(commit.clone()) })
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
    fn key(&self, variant: &Variant, source: &Source) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        (EDITION, &self.rustc, self.bench, &source.commit, self.inside()?).hash(&mut hasher);
        let mut variables: Vec<_> = env::vars_os()
            .filter(|(name, _)| {
                let name = name.to_string_lossy();
                BUILD_VARIABLES.iter().any(|beginning| name.starts_with(beginning))
                    && !FOLDERS.contains(&&*name)
            })
            .collect();
        variables.sort();
        variables.hash(&mut hasher);
        source.tree.hash(&mut hasher)?;
        if let Some(set) = &variant.set {
            set.hash_with_files(&mut hasher)?;
        }
        Ok(format!("{:016x}", hasher.finish()))
    }

    /// Builds the variant in the copy, and checks that it is one.
    fn compile(
        &self,
        variant: &Variant,
        source: &Source,
        progress: &mut Progress,
    ) -> Result<Built> {
        let root = self.copied_root()?;
        let target = self.folder.join("target");
        let config = variant.set.as_ref().map_or_else(Vec::new, |set| set.config());
        let mut cargo = Cargo::new(&variant.title, &root, progress).options(config);
        for name in FOLDERS {
            cargo = cargo.env(name, Some(&target));
        }
        cargo = cargo.env(COMMIT, source.commit.as_ref());
        match variant.set.as_ref().map(|set| (&set.spec, &set.to)) {
            Some((spec, To::Version(version))) => {
                cargo.update(&["--package", spec, "--precise", version])?;
            }
            Some((spec, To::Patch { .. })) => cargo.update(&["--package", spec])?,
            Some((_, To::Locked(_))) | None => {}
        }
        cargo.fetch(self.host())?;
        let copy = Workspace::find(Some(&root.join("Cargo.toml")), self.bench)?;
        let manifest = copy.bench.folder.join("Cargo.toml");
        let manifest = manifest.to_str().context("the path of the workspace is not UTF-8")?;
        // The server is left out, as it may need newer packages than the clients.
        let options = ["--manifest-path", manifest, "--no-default-features", "--offline"];
        let built = cargo.bench(&copy.bench, &options)?;
        check(variant, &built)?;
        Ok(built)
    }

    fn host(&self) -> &str {
        let line = self.rustc.lines().find_map(|line| line.strip_prefix("host: "));
        line.unwrap_or_default()
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

fn wait_for(lock: &File, progress: &mut Progress) -> Result<()> {
    let mut has_said = false;
    while lock.try_lock().is_err() {
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

/// The compiler's version and host.
fn rustc(folder: &Path) -> Result<String> {
    let program = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(program).arg("-vV").current_dir(folder).output();
    let output = output.context("can't run rustc")?;
    ensure!(output.status.success(), "rustc: {}", String::from_utf8_lossy(&output.stderr).trim());
    String::from_utf8(output.stdout).context("rustc's version")
}
