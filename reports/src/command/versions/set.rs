//! The one package that a variant sets: what cargo is told of it, and whether it was done.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::tree::Tree;

/// A package of the lock file, and what is to be in its place.
#[derive(Debug, Hash)]
pub(super) struct Set {
    /// The package's name.
    pub(super) name: String,
    /// What cargo knows it by now.
    pub(super) spec: String,
    pub(super) to: To,
}

/// What a package is set to.
#[derive(Debug, Hash)]
pub(super) enum To {
    /// The version that the lock file has.
    Locked(String),
    /// Another version.
    Version(String),
    /// Code in the place of a registry's, under which `[patch]` it stands.
    Patch { patched: String, from: Origin },
}

/// Where a package's code is.
#[derive(Debug, Hash)]
pub(super) enum Origin {
    Folder(PathBuf),
    /// A repository. `revision` is as cargo finds it, `commit` is what it was found to be.
    Git {
        url: String,
        revision: Option<String>,
        commit: Option<String>,
    },
}

impl Origin {
    /// The commit that a revision was found to be.
    pub(super) fn commit(&self) -> Option<&String> {
        match self {
            Origin::Folder(_) => None,
            Origin::Git { commit, .. } => commit.as_ref(),
        }
    }
}

impl Set {
    /// The options that every call of cargo needs for it.
    pub(super) fn config(&self) -> Vec<String> {
        let To::Patch { patched, from } = &self.to else { return Vec::new() };
        let text = |text: &str| toml::Value::from(text).to_string();
        let key = format!("patch.{}.{}", text(patched), self.name);
        let values = match from {
            Origin::Folder(path) => vec![("path", text(&path.to_string_lossy()))],
            Origin::Git { url, revision, .. } => {
                let revision = revision.as_deref().map(|revision| ("rev", text(revision)));
                [("git", text(url))].into_iter().chain(revision).collect()
            }
        };
        let option = |(name, value)| ["--config".to_owned(), format!("{key}.{name}={value}")];
        values.into_iter().flat_map(option).collect()
    }

    /// Whether a package that cargo built, with its id and the path of its `Cargo.toml`, is the
    /// one that was asked for; `None` if it is another package.
    pub(super) fn is_kept_by(&self, id: &str, manifest: &Path) -> Option<bool> {
        let (name, version) = named(id)?;
        (name == self.name).then(|| match &self.to {
            // What comes after a + tells no versions apart.
            To::Locked(wanted) | To::Version(wanted) => {
                let plain = |version: &str| version.split('+').next().map(str::to_owned);
                plain(version) == plain(wanted)
            }
            To::Patch { from: Origin::Folder(path), .. } => path.join("Cargo.toml") == manifest,
            To::Patch { from: Origin::Git { .. }, .. } => id.starts_with("git+"),
        })
    }

    /// The files of a checkout; `None` if it is set to none.
    pub(super) fn files(&self) -> Result<Option<Tree>> {
        let To::Patch { from: Origin::Folder(path), .. } = &self.to else { return Ok(None) };
        Tree::around(path, &path.join("target")).map(Some)
    }
}

/// Name and version in a package's id: `registry+https://…#tokio@1.54.1`, or `path+file:///tokio#1.54.1`
/// where the folder has the package's name.
fn named(id: &str) -> Option<(&str, &str)> {
    let (source, package) = id.rsplit_once('#')?;
    package.split_once('@').or_else(|| {
        let path = source.split('?').next()?;
        Some((path.rsplit('/').next()?, package))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(to: To) -> Set {
        Set { name: "tokio".into(), spec: "tokio@1.54.1".into(), to }
    }

    fn patch(from: Origin) -> Set {
        set(To::Patch { patched: "crates-io".into(), from })
    }

    #[test]
    fn ids_of_packages_are_understood() {
        let index = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(named(&format!("{index}#tokio@1.54.1")), Some(("tokio", "1.54.1")));
        assert_eq!(named("path+file:///src/tokio#1.54.1"), Some(("tokio", "1.54.1")));
        assert_eq!(named("path+file:///src/a#tokio@1.0.0"), Some(("tokio", "1.0.0")));
        assert_eq!(named("git+https://h/tokio?rev=1#1.0.0"), Some(("tokio", "1.0.0")));
        assert_eq!(named("tokio"), None);
    }

    #[test]
    fn what_was_built_is_compared_with_what_was_asked_for() {
        let kept = |set: &Set, id: &str| set.is_kept_by(id, Path::new("/src/tokio/Cargo.toml"));
        let version = set(To::Version("1.44.2".into()));
        assert_eq!(kept(&version, "registry+https://h#tokio@1.44.2"), Some(true));
        assert_eq!(kept(&version, "registry+https://h#tokio@1.44.2+build.7"), Some(true));
        assert_eq!(kept(&version, "registry+https://h#tokio@1.54.1"), Some(false));
        assert_eq!(kept(&version, "registry+https://h#tokio-util@1.44.2"), None);
        let folder = |path: &str| patch(Origin::Folder(path.into()));
        assert_eq!(kept(&folder("/src/tokio"), "path+file:///src/tokio#1.0.0"), Some(true));
        assert_eq!(kept(&folder("/other/tokio"), "path+file:///src/tokio#1.0.0"), Some(false));
        let git = patch(Origin::Git { url: "https://h/t".into(), revision: None, commit: None });
        assert_eq!(kept(&git, "git+https://h/t#tokio@1.0.0"), Some(true));
        assert_eq!(kept(&git, "registry+https://h#tokio@1.0.0"), Some(false));
    }

    #[test]
    fn cargo_is_told_of_a_patch_in_toml() {
        let git = Origin::Git {
            url: "https://h/tokio".into(),
            revision: Some("0123".into()),
            commit: None,
        };
        assert!(set(To::Version("1.44.2".into())).config().is_empty());
        let lines = [patch(Origin::Folder("/a \"b\"/tokio".into())).config(), patch(git).config()];
        insta::assert_snapshot!(
            lines.map(|words| words.join(" ")).join("\n"),
            @r#"
            --config patch."crates-io".tokio.path='/a "b"/tokio'
            --config patch."crates-io".tokio.git="https://h/tokio" --config patch."crates-io".tokio.rev="0123"
            "#
        );
    }
}
