//! A tree of files: which are part of it, what is in them, and a copy of them.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::git;

/// Files and links below a folder.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    /// Relative to the root.
    files: BTreeSet<PathBuf>,
}

impl Tree {
    /// The whole repository that `folder` is in, as it is now, but for what git ignores; without
    /// a repository the folder, but for what cargo built. Nothing of `without` in either case.
    pub(super) fn around(folder: &Path, without: &Path) -> Result<Self> {
        let Some(top) = git::top_level(folder)? else {
            return Tree::of(folder, without);
        };
        let mut files = BTreeSet::new();
        for path in git::files(&top)? {
            let full = top.join(&path);
            // What git lists may be gone, and a repository inside is listed as a folder.
            match fs::symlink_metadata(&full).map(|metadata| metadata.file_type()) {
                _ if full.starts_with(without) => {}
                Ok(kind) if kind.is_dir() => collect(&top, &path, without, &mut files)?,
                Ok(_) => drop(files.insert(path)),
                Err(_) => {}
            }
        }
        Ok(Tree { root: top, files })
    }

    /// All files in the folder but those of `without`, of repositories and of cargo's builds.
    pub(super) fn of(folder: &Path, without: &Path) -> Result<Self> {
        let mut files = BTreeSet::new();
        collect(folder, Path::new(""), without, &mut files)?;
        Ok(Tree { root: folder.to_owned(), files })
    }

    /// Adds what a tree may leave out, as git ignores it.
    pub(super) fn add(&mut self, path: PathBuf) {
        self.files.insert(path);
    }

    /// Whether a file, by its full path without links, is part of it.
    pub(super) fn holds(&self, file: &Path) -> bool {
        let root = self.root.canonicalize();
        let inside = root.ok().and_then(|root| Some(file.strip_prefix(root).ok()?.to_owned()));
        inside.is_some_and(|path| self.files.contains(&path))
    }

    /// A number for every path with what is in it.
    pub(super) fn digest(&self) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        for path in &self.files {
            path.hash(&mut hasher);
            let full = self.root.join(path);
            contents(&full).with_context(|| cant("read", &full))?.hash(&mut hasher);
        }
        Ok(hasher.finish())
    }

    /// Makes `to` hold these files and no others, and gives the tree that it then is. A file that is there already, with the same in
    /// it, is left alone: cargo tells by their times what is to be built again.
    pub(super) fn copy_to(&self, to: &Path) -> Result<Tree> {
        fs::create_dir_all(to).with_context(|| cant("make", to))?;
        let folders = self.files.iter().flat_map(|path| path.ancestors().skip(1)).collect();
        self.remove_others(to, Path::new(""), &folders)?;
        for path in &self.files {
            let (from, to) = (self.root.join(path), to.join(path));
            copy(&from, &to).with_context(|| cant("copy", &from))?;
        }
        Ok(Tree { root: to.to_owned(), files: self.files.clone() })
    }

    /// Removes from `to`, at `folder` in it, what is not of this tree.
    fn remove_others(&self, to: &Path, folder: &Path, folders: &HashSet<&Path>) -> Result<()> {
        for (name, kind) in entries(&to.join(folder))? {
            let path = folder.join(&name);
            let full = to.join(&path);
            let removed = match kind.is_dir() {
                true if folders.contains(&*path) => {
                    self.remove_others(to, &path, folders)?;
                    continue;
                }
                true => fs::remove_dir_all(&full),
                false if self.files.contains(&path) => continue,
                false => fs::remove_file(&full),
            };
            removed.with_context(|| cant("remove", &full))?;
        }
        Ok(())
    }
}

fn cant(verb: &str, path: &Path) -> String {
    format!("can't {verb} {}", path.display())
}

/// Adds the files in `folder`, which is relative to `root`.
fn collect(
    root: &Path,
    folder: &Path,
    without: &Path,
    files: &mut BTreeSet<PathBuf>,
) -> Result<()> {
    let full = root.join(folder);
    let is_package = full.join("Cargo.toml").exists();
    for (name, kind) in entries(&full)? {
        let path = folder.join(&name);
        let is_build = is_package && name == "target" && kind.is_dir();
        if name == ".git" || is_build || root.join(&path) == without {
            continue;
        }
        if kind.is_dir() {
            collect(root, &path, without, files)?;
        } else if kind.is_file() || kind.is_symlink() {
            files.insert(path);
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<(OsString, FileType)>> {
    let read = || -> io::Result<Vec<_>> {
        fs::read_dir(folder)?
            .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))))
            .collect()
    };
    read().with_context(|| cant("read", folder))
}

/// What a file holds, or where a link leads.
fn contents(path: &Path) -> io::Result<Vec<u8>> {
    if fs::symlink_metadata(path)?.is_symlink() {
        return Ok(fs::read_link(path)?.into_os_string().into_encoded_bytes());
    }
    fs::read(path)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(from)?;
    if let Ok(there) = fs::symlink_metadata(to) {
        let alike = |metadata: &Metadata| {
            (metadata.file_type(), metadata.len(), metadata.permissions().mode())
        };
        if alike(&there) == alike(&metadata) && contents(from)? == contents(to)? {
            return Ok(());
        }
        fs::remove_file(to)?;
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    match metadata.is_symlink() {
        true => symlink(fs::read_link(from)?, to),
        false => fs::copy(from, to).map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn tree(root: &Path) -> Tree {
        Tree::of(root, &root.join("out")).unwrap()
    }

    fn hash(tree: &Tree) -> u64 {
        tree.digest().unwrap()
    }

    #[test]
    fn builds_repositories_and_what_is_left_out_are_no_part() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["Cargo.toml", "src/target/mod.rs", "target/a", ".git/b", "out/c", ".d/e"] {
            write(folder.path(), path, "");
        }
        let files: Vec<_> = tree(folder.path()).files.into_iter().collect();
        assert_eq!(files, [".d/e", "Cargo.toml", "src/target/mod.rs"].map(PathBuf::from));
    }

    #[test]
    fn a_copy_holds_the_same_and_nothing_else_whatever_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two, to) =
            (folder.path().join("one"), folder.path().join("two"), folder.path().join("to"));
        write(&one, "kept", "same");
        write(&one, "changed", "1");
        write(&one, "a", "a file that becomes a folder");
        write(&one, "b/c", "a folder that becomes a file");
        write(&one, "gone/deep", "");
        write(&two, "kept", "same");
        write(&two, "changed", "2");
        write(&two, "a/d", "");
        write(&two, "b", "");
        symlink("kept", two.join("link")).unwrap();
        for from in [&one, &two, &one] {
            let copied = tree(from).copy_to(&to).unwrap();
            assert_eq!(hash(&copied), hash(&tree(from)));
            assert_eq!(tree(from).files, tree(&to).files);
            assert_eq!(hash(&tree(from)), hash(&tree(&to)));
        }
    }

    #[test]
    fn a_file_that_has_not_changed_keeps_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let time = |name: &str| fs::metadata(to.join(name)).unwrap().modified().unwrap();
        write(&from, "kept", "1");
        write(&from, "changed", "1");
        tree(&from).copy_to(&to).unwrap();
        let old = std::time::UNIX_EPOCH;
        for name in ["kept", "changed"] {
            fs::File::options()
                .append(true)
                .open(to.join(name))
                .unwrap()
                .set_modified(old)
                .unwrap();
        }
        write(&from, "changed", "2");
        tree(&from).copy_to(&to).unwrap();
        assert_eq!(time("kept"), old);
        assert!(time("changed") > old);
    }

    #[test]
    fn a_file_elsewhere_or_left_out_is_no_part() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for path in ["in/a/Cargo.toml", "in/out/Cargo.toml", "b/Cargo.toml"] {
            write(&root, path, "");
        }
        let tree = tree(&root.join("in"));
        let paths = ["in/a/Cargo.toml", "in/out/Cargo.toml", "b/Cargo.toml", "in/gone"];
        assert_eq!(paths.map(|path| tree.holds(&root.join(path))), [true, false, false, false]);
    }

    #[test]
    fn names_and_contents_both_count() {
        let folder = tempfile::tempdir().unwrap();
        let mut seen = HashSet::new();
        for (path, text) in [("a", "b"), ("a", "c"), ("d", "b"), ("d/e", "b")] {
            let root = folder.path().join(seen.len().to_string());
            write(&root, path, text);
            assert!(seen.insert(hash(&tree(&root))), "{path} {text}");
        }
    }
}
