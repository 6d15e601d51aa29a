//! What git knows of a work tree, by its command line.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail, ensure};

use super::process;

/// The top folder of the repository that `folder` is part of; `None` if it is in none, or in one
/// that ignores it.
///
/// # Errors
///
/// If there is a repository that git won't read.
pub(super) fn top_level(folder: &Path) -> Result<Option<PathBuf>> {
    if !folder.ancestors().any(|folder| folder.join(".git").exists()) {
        return Ok(None);
    }
    let top = line(git(folder, ["rev-parse", "--show-toplevel"])?)?;
    let ignored = git(folder, ["check-ignore", "--quiet", "."])?.status.success();
    Ok((!ignored).then(|| PathBuf::from(top)))
}

/// The files of a work tree as it is, but for those that git ignores; relative to `top`.
pub(super) fn files(top: &Path) -> Result<Vec<PathBuf>> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = succeeded(git(top, list)?)?;
    let paths = output.stdout.split(|&byte| byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect())
}

/// The full name of the commit that `revision` is.
pub(super) fn commit(top: &Path, revision: &str) -> Result<String> {
    let revision_of_commit = format!("{revision}^{{commit}}");
    let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &revision_of_commit];
    line(git(top, arguments)?).map_err(|_| {
        let fix = format!("git fetch origin {revision}");
        anyhow::anyhow!("{revision} is no revision of {}: perhaps `{fix}`", top.display())
    })
}

/// The commit of the work tree, with `-dirty` if the tree differs from it.
pub(super) fn describe(top: &Path) -> Option<String> {
    let words = ["describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"];
    line(git(top, words).ok()?).ok()
}

/// Writes the files of `commit` into the empty folder `into`.
///
/// With an index of its own: the repository keeps no trace of it, as it would of a work tree.
pub(super) fn export(top: &Path, commit: &str, into: &Path) -> Result<()> {
    let index = into.with_extension("index");
    let mut prefix = into.as_os_str().to_owned();
    prefix.push("/");
    let run = |arguments: &[&OsStr]| {
        let mut command = command(top);
        succeeded(command.args(arguments).env("GIT_INDEX_FILE", &index).output()?)
    };
    let mut to = std::ffi::OsString::from("--prefix=");
    to.push(&prefix);
    let written = run(&["read-tree".as_ref(), commit.as_ref()])
        .and_then(|_| run(&["checkout-index".as_ref(), "--all".as_ref(), &to]));
    let _ = std::fs::remove_file(&index);
    written.map(drop).with_context(|| format!("can't write out commit {commit}"))
}

/// The commit that `revision` is in the repository at `url`, where that tells: it does for
/// branches and tags.
///
/// # Errors
///
/// If it does not answer in time, or this was interrupted.
pub(super) fn remote_commit(url: &str, revision: &str) -> Result<Option<String>> {
    let peeled = format!("{revision}^{{}}");
    let here = Path::new(".");
    let mut command = command(here);
    command.args(["ls-remote", "--quiet", "--", url, revision, &peeled]);
    let ended = process::answer(&mut command)?;
    Ok(named_commit(&ended.output, revision).filter(|_| ended.status.success()))
}

/// The commit of a list of `git ls-remote`. A revision's last part matches too (`main` is also in
/// `refs/heads/old/main`), so the whole name is looked for; a tag's own commit is at its `^{}`.
fn named_commit(listed: &str, revision: &str) -> Option<String> {
    let refs: Vec<(&str, &str)> = listed.lines().filter_map(|line| line.split_once('\t')).collect();
    let names = [
        format!("refs/tags/{revision}^{{}}"),
        format!("refs/tags/{revision}"),
        format!("refs/heads/{revision}"),
        revision.to_owned(),
    ];
    let found = names.iter().find_map(|name| refs.iter().find(|(_, other)| other == name))?;
    Some(found.0.to_owned())
}

fn git<const N: usize>(folder: &Path, arguments: [&str; N]) -> Result<Output> {
    command(folder).args(arguments).output().context("can't run git")
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    // Nobody answers a question, and no fetch is worth one.
    command.arg("-C").arg(folder).env("GIT_TERMINAL_PROMPT", "0");
    command
}

fn succeeded(output: Output) -> Result<Output> {
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output)
}

fn line(output: Output) -> Result<String> {
    let text = String::from_utf8(succeeded(output)?.stdout).context("git's output")?;
    ensure!(!text.trim().is_empty(), "git said nothing");
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "\
        aaaa\tHEAD\n\
        bbbb\trefs/heads/old/main\n\
        cccc\trefs/heads/main\n\
        dddd\trefs/tags/v1\n\
        eeee\trefs/tags/v1^{}\n\
        ffff\trefs/pull/7/head\n";

    #[test]
    fn a_revision_is_found_by_its_whole_name_and_a_tag_by_its_commit() {
        let commit = |revision| named_commit(LISTED, revision);
        assert_eq!(commit("main").as_deref(), Some("cccc"));
        assert_eq!(commit("old/main").as_deref(), Some("bbbb"));
        assert_eq!(commit("v1").as_deref(), Some("eeee"));
        assert_eq!(commit("HEAD").as_deref(), Some("aaaa"));
        assert_eq!(commit("refs/pull/7/head").as_deref(), Some("ffff"));
        assert_eq!(commit("none"), None);
    }

    #[test]
    fn a_folder_outside_of_repositories_has_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(top_level(folder.path()).unwrap(), None);
    }
}
