//! What is to be built: the arguments `PACKAGE WHAT...`, taken apart.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use super::names;

/// What the variants differ in.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Subject {
    /// This workspace itself, in revisions of its own.
    Workspace,
    /// A package that it depends on.
    Package(Spec),
}

/// A package as cargo names it: `tokio`, or `tokio@1.54.1` where the lock file has several.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spec {
    pub(super) name: String,
    pub(super) version: Option<String>,
}

/// Where a variant's code comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// The package as the workspace's lock file has it.
    Locked,
    /// A version in the package's registry.
    Version(String),
    /// A checkout of the package.
    Path(PathBuf),
    /// A repository of the package, at its default branch or at a branch, tag or commit.
    Git { url: String, revision: Option<String> },
    /// The workspace itself, at a revision.
    Revision(String),
    /// The workspace itself, as it is now.
    WorkTree,
}

/// A variant as it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    /// Its name, where it was given one.
    pub(super) name: Option<String>,
    pub(super) what: What,
}

/// All that was asked for, the base first.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    pub(super) subject: Subject,
    pub(super) wanted: Vec<Wanted>,
}

impl Request {
    /// Takes the arguments apart. One `WHAT` alone gets what it is compared with.
    ///
    /// # Errors
    ///
    /// Says which argument is wrong, and what is allowed.
    pub(super) fn parse(package: &str, whats: &[String]) -> Result<Self> {
        let (package, first) = match package.split_once('=') {
            Some((package, what)) => (package, Some(what)),
            None => (package, None),
        };
        let subject = subject(package)?;
        let given = first.into_iter().chain(whats.iter().map(String::as_str));
        let mut wanted: Vec<Wanted> =
            given.map(|text| want(&subject, text)).collect::<Result<_>>()?;
        let unnamed = |what| Wanted { name: None, what };
        match (wanted.as_slice(), &subject) {
            ([], Subject::Workspace) => {
                bail!("name a revision to compare the work tree with: waitmark versions . HEAD")
            }
            ([], Subject::Package(Spec { name, .. })) => bail!(
                "name a version, a folder or a git revision: waitmark versions {name} 1.2.3 1.2.4"
            ),
            ([Wanted { what: What::WorkTree, .. }], _) => bail!(
                "the work tree is compared with something: name a revision, waitmark versions . HEAD"
            ),
            ([_], Subject::Workspace) => wanted.push(unnamed(What::WorkTree)),
            ([_], Subject::Package(_)) => wanted.insert(0, unnamed(What::Locked)),
            _ => {}
        }
        Ok(Request { subject, wanted })
    }
}

fn subject(text: &str) -> Result<Subject> {
    if text == "." {
        return Ok(Subject::Workspace);
    }
    let (name, version) = match text.split_once('@') {
        Some((name, version)) => (name, Some(version.to_owned())),
        None => (text, None),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    ensure!(
        first && name.chars().all(plain) && version.as_deref().is_none_or(is_version),
        "{text:?} is no package: name one of the benchmark's dependencies, such as tokio, \
         or . for this workspace itself"
    );
    Ok(Subject::Package(Spec { name: name.to_owned(), version }))
}

fn want(subject: &Subject, text: &str) -> Result<Wanted> {
    // `=` is allowed in paths and addresses too: what no name can hold is part of those.
    let named = text.split_once('=').filter(|(name, _)| names::is_made_of_allowed(name));
    let (name, text) = match named {
        Some((name, what)) => (Some(names::checked(name)?), what),
        None => (None, text),
    };
    ensure!(
        !text.is_empty() && !text.starts_with('-'),
        "{text:?} is neither a version, a folder nor a git revision"
    );
    let what = match subject {
        Subject::Workspace if text == "." => What::WorkTree,
        Subject::Workspace => What::Revision(text.to_owned()),
        Subject::Package(_) => of_package(text)?,
    };
    Ok(Wanted { name, what })
}

/// How a repository's address may begin: what cargo and git both read.
const SCHEMES: &[&str] = &["https", "http", "ssh", "git", "file"];

fn of_package(text: &str) -> Result<What> {
    if let Some((scheme, _)) = text.split_once("://") {
        ensure!(
            SCHEMES.contains(&scheme),
            "{text:?} can't be fetched: an address begins with {}://",
            SCHEMES.join("://, ")
        );
        let (url, revision) = match text.split_once('#') {
            Some((url, revision)) => (url, Some(revision.to_owned())),
            None => (text, None),
        };
        ensure!(
            revision
                .as_deref()
                .is_none_or(|revision| { !revision.is_empty() && !revision.starts_with('-') }),
            "{text:?} names no revision after its #: give a branch, a tag or a commit"
        );
        return Ok(What::Git { url: url.to_owned(), revision });
    }
    if is_version(text) {
        return Ok(What::Version(text.to_owned()));
    }
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    ensure!(
        !(text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(digits)),
        "{text:?} is not a whole version: write all three numbers, such as 1.44.2"
    );
    ensure!(
        !(text.contains('@') && text.contains(':')),
        "{text:?} is not an address that cargo reads: write ssh://git@host/path"
    );
    Ok(What::Path(text.into()))
}

/// Three numbers, and perhaps what Semantic Versioning allows after them.
fn is_version(text: &str) -> bool {
    let (numbers, rest) = match text.find(['-', '+']) {
        Some(end) => text.split_at(end),
        None => (text, "+0"),
    };
    let number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let plain = |c: char| c.is_ascii_alphanumeric() || "-+.".contains(c);
    numbers.split('.').count() == 3
        && numbers.split('.').all(number)
        && rest.len() > 1
        && rest.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Request> {
        let whats: Vec<String> = arguments[1..].iter().map(|text| (*text).to_owned()).collect();
        Request::parse(arguments[0], &whats)
    }

    fn whats(arguments: &[&str]) -> Vec<What> {
        parse(arguments).unwrap().wanted.into_iter().map(|wanted| wanted.what).collect()
    }

    fn refusal(arguments: &[&str]) -> String {
        parse(arguments).unwrap_err().to_string()
    }

    fn git(url: &str, revision: Option<&str>) -> What {
        What::Git { url: url.to_owned(), revision: revision.map(str::to_owned) }
    }

    #[test]
    fn versions_folders_and_addresses_are_told_apart() {
        let version = |text: &str| What::Version(text.to_owned());
        assert_eq!(whats(&["tokio", "1.44.2", "1.45.0"]), [version("1.44.2"), version("1.45.0")]);
        assert_eq!(
            whats(&["a", "1.0.0-rc.1", "1.0.0+2"]),
            [version("1.0.0-rc.1"), version("1.0.0+2")]
        );
        let url = "https://github.com/tokio-rs/tokio";
        assert_eq!(
            whats(&["tokio", url, &format!("{url}#tokio-1.45.0")]),
            [git(url, None), git(url, Some("tokio-1.45.0"))]
        );
        assert_eq!(
            whats(&["tokio", "file:///src/tokio#a#b", "../tokio/tokio"]),
            [git("file:///src/tokio", Some("a#b")), What::Path("../tokio/tokio".into())]
        );
    }

    #[test]
    fn one_alone_is_compared_with_what_there_is() {
        assert_eq!(whats(&["tokio", "1.44.2"]), [What::Locked, What::Version("1.44.2".into())]);
        assert_eq!(whats(&["tokio=../tokio"]), [What::Locked, What::Path("../tokio".into())]);
        assert_eq!(whats(&[".", "main"]), [What::Revision("main".into()), What::WorkTree]);
        assert_eq!(whats(&[".", "v1", "."]), [What::Revision("v1".into()), What::WorkTree]);
    }

    #[test]
    fn what_stands_before_an_equals_sign_is_a_name_if_it_can_be_one() {
        let request = parse(&["tokio", "old=1.44.2", "./a=b/tokio", "https://h/?a=b#c"]).unwrap();
        let names: Vec<_> = request.wanted.iter().map(|wanted| wanted.name.as_deref()).collect();
        assert_eq!(names, [Some("old"), None, None]);
        assert_eq!(request.wanted[2].what, git("https://h/?a=b", Some("c")));
    }

    #[test]
    fn one_of_several_versions_in_the_lock_file_can_be_named() {
        let request = parse(&["async-io@1.13.0", "1.12.0"]).unwrap();
        let spec = Spec { name: "async-io".into(), version: Some("1.13.0".into()) };
        assert_eq!(request.subject, Subject::Package(spec));
    }

    #[test]
    fn wrong_arguments_are_named_with_what_is_allowed() {
        insta::assert_snapshot!(
            [
                refusal(&["tokio"]),
                refusal(&["."]),
                refusal(&[".", "."]),
                refusal(&["tokio runtime", "1.0.0"]),
                refusal(&["tokio@1", "1.0.0"]),
                refusal(&["tokio", "1.44"]),
                refusal(&["tokio", "git@github.com:tokio-rs/tokio"]),
                refusal(&["tokio", "ext::sh -c true://x"]),
                refusal(&["tokio", "https://github.com/tokio-rs/tokio#"]),
                refusal(&["tokio", "a-name-that-no-table-can-hold=1.0.0"]),
                refusal(&["tokio", "a=--upload-pack"]),
            ]
            .join("\n"),
            @r#"
            name a version, a folder or a git revision: waitmark versions tokio 1.2.3 1.2.4
            name a revision to compare the work tree with: waitmark versions . HEAD
            the work tree is compared with something: name a revision, waitmark versions . HEAD
            "tokio runtime" is no package: name one of the benchmark's dependencies, such as tokio, or . for this workspace itself
            "tokio@1" is no package: name one of the benchmark's dependencies, such as tokio, or . for this workspace itself
            "1.44" is not a whole version: write all three numbers, such as 1.44.2
            "git@github.com:tokio-rs/tokio" is not an address that cargo reads: write ssh://git@host/path
            "ext::sh -c true://x" can't be fetched: an address begins with https://, http://, ssh://, git://, file://
            "https://github.com/tokio-rs/tokio#" names no revision after its #: give a branch, a tag or a commit
            "a-name-that-no-table-can-hold" is not allowed as a name: up to 20 letters, digits and ._+-
            "--upload-pack" is neither a version, a folder nor a git revision
            "#
        );
    }

    proptest! {
        #[test]
        fn any_arguments_are_read_or_refused(package in ".{0,30}", what in ".{0,30}") {
            if let Ok(request) = Request::parse(&package, &[what]) {
                prop_assert!(request.wanted.len() >= 2);
            }
        }

        #[test]
        fn any_version_is_one(major: u32, minor: u32, patch: u32, rest in "(-[a-z0-9.]{1,9})?") {
            let text = format!("{major}.{minor}.{patch}{rest}");
            prop_assert!(is_version(&text), "{text}");
            let whats = whats(&["tokio", &format!("new={text}")]);
            prop_assert_eq!(&whats[1], &What::Version(text));
        }
    }
}
