//! Variants: other builds of this benchmark, whose clients run in the same rounds as its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use waitmark_reports::record;

use crate::child::{Child, Reports, this_program};
use crate::interrupt::{self, TICK};
use crate::machine;
use crate::message::{Build, Description, Order, PROTOCOL};
use crate::paths::from_where_cargo_was_called;
use crate::program::Program;

/// The name of this build among variants.
const OWN: &str = "new";

/// How long a program may take to say what build it is.
const ANSWER: Duration = Duration::from_secs(10);

/// The longest name: clients have it after theirs.
const LONGEST_NAME: usize = 20;

/// A build of the benchmark.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    /// Its program; `None` for this one.
    pub(crate) program: Option<PathBuf>,
    /// What build it is, or why nobody knows: its cells fail for that reason.
    pub(crate) build: Result<Build, String>,
}

/// The name and the program of a variant, as its option has it: `base=target/base/speedup`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named {
    name: String,
    path: PathBuf,
}

impl std::str::FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').filter(|(_, path)| !path.is_empty());
        let (name, path) = parts.ok_or("a variant is NAME=PATH, e.g. base=target/base/speedup")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
            return Err(format!(
                "{name:?} is not allowed as a name: up to {LONGEST_NAME} letters, digits and -_.+"
            ));
        }
        Ok(Named { name: name.to_owned(), path: path.into() })
    }
}

/// Says what build this is: the whole life of a child that is asked.
pub(crate) fn describe(program: &Program, mut reports: Reports) -> Result<()> {
    // Where the sources are by now tells nothing of when this was built.
    let commit = program.commit.map(str::to_owned);
    let build = serde_json::to_value(Build::of(program, commit))?;
    reports.send(&Description { protocol: PROTOCOL, schema: record::SCHEMA, build })
}

impl Build {
    /// The same without what a terminal would obey, and no longer than it has to be.
    fn printable(self) -> Self {
        let plain = |text: String| -> String {
            text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(100).collect()
        };
        let versions = self.versions.into_iter();
        let versions = versions.map(|(name, version)| (plain(name), plain(version))).collect();
        Build {
            tool_version: plain(self.tool_version),
            git_rev: self.git_rev.map(plain),
            rustc: plain(self.rustc),
            versions,
            ..self
        }
    }

    fn of(program: &Program, git_rev: Option<String>) -> Self {
        let catalogue = &program.catalogue;
        Build {
            debug: cfg!(debug_assertions),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            git_rev,
            rustc: machine::RUSTC.to_owned(),
            versions: machine::versions(program),
            clients: catalogue.clients.iter().map(|kind| kind.name.to_owned()).collect(),
            workloads: catalogue.workloads.iter().map(|entry| entry.name.to_owned()).collect(),
        }
    }
}

/// The variants of these options, the base first, and this build after them unless it only serves;
/// none without options.
///
/// # Errors
///
/// If a name stands there twice, there is no such program, or it is a build that this one does not
/// understand. One that does not say what it is gets a reason instead, for its cells to fail.
pub(crate) fn find(
    program: &Program,
    named: &[Named],
    with_own: bool,
) -> Result<Vec<Arc<Variant>>> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    for (i, Named { name, .. }) in named.iter().enumerate() {
        let taken = with_own && name == OWN;
        ensure!(!taken, "variant {name}: that is this build's name: choose another");
        let twice = named[..i].iter().any(|other| other.name == *name);
        ensure!(!twice, "variant {name} stands there twice: each needs a name of its own");
    }
    ensure!(
        with_own || named.len() > 1,
        "one variant alone has nothing to be compared with: name another, or leave --only-variants out"
    );
    let others = named.iter().map(|Named { name, path }| {
        let path = from_where_cargo_was_called(path);
        let build = ask(&path).with_context(|| format!("variant {name}"))?;
        Ok(Variant { name: name.clone(), program: Some(path), build })
    });
    let build = Build::of(program, machine::git_rev(program));
    let own = Variant { name: OWN.to_owned(), program: None, build: Ok(build) };
    let own = with_own.then_some(own);
    let variants: Vec<Variant> = others.chain(own.map(Ok)).collect::<Result<_>>()?;
    let debug = variants.iter().find(|variant| variant.is_of(true));
    if let Some((debug, other)) = debug.zip(variants.iter().find(|variant| variant.is_of(false))) {
        bail!(
            "variant {} was built to be debugged and {} to be fast: build both with `cargo bench \
             --no-run`",
            debug.name,
            other.name
        );
    }
    Ok(variants.into_iter().map(Arc::new).collect())
}

/// Asks a program what build it is.
fn ask(path: &Path) -> Result<Result<Build, String>> {
    let shown = path.display();
    let about = path.metadata().with_context(|| format!("no program {shown}"))?;
    ensure!(
        about.is_file(),
        "{shown} is no program: name the file that `cargo bench --no-run` says it built"
    );
    let no_benchmark = |why: &str| {
        Ok(Err(format!("{shown} is no waitmark benchmark, or one from before variants: {why}")))
    };
    let child = Child::spawn(Some(path), &Order::Describe, [], Path::new("/dev/null"));
    let mut child: Child<Description> = match child {
        Ok(child) => child,
        Err(error) => return no_benchmark(&format!("{error:#}")),
    };
    let deadline = Instant::now() + ANSWER;
    loop {
        match child.report(TICK) {
            Ok(description) => return understood(path, description).map(Ok),
            Err(RecvTimeoutError::Timeout) if interrupt::requested() => bail!("interrupted"),
            Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
            Err(RecvTimeoutError::Timeout) => {
                return no_benchmark(&format!("no word from it for {} s", ANSWER.as_secs()));
            }
            Err(RecvTimeoutError::Disconnected) => {
                let ended = child.wait(TICK).map(|status| format!(" ({status})"));
                let ended = ended.unwrap_or_default();
                return no_benchmark(&format!("it did not say what build it is{ended}"));
            }
        }
    }
}

fn understood(path: &Path, Description { protocol, schema, build }: Description) -> Result<Build> {
    let shown = path.display();
    ensure!(
        protocol == PROTOCOL,
        "{shown} speaks version {protocol} of the benchmark's protocol and this build {PROTOCOL}: \
         build both from versions of waitmark that agree"
    );
    ensure!(
        schema == record::SCHEMA,
        "{shown} writes records of schema {schema} and this build of {}: build both from versions \
         of waitmark that agree",
        record::SCHEMA
    );
    let build: Build =
        serde_json::from_value(build).with_context(|| format!("what {shown} says of itself"))?;
    Ok(build.printable())
}

/// What the variants are, a line each: the commit, and the crates in which they differ.
pub(crate) fn described(variants: &[Arc<Variant>]) -> Vec<String> {
    let versions = |name: &String| {
        let builds = variants.iter().filter_map(|variant| variant.build.as_ref().ok());
        builds.map(|build| build.versions.get(name)).collect::<BTreeSet<_>>()
    };
    let builds = variants.iter().filter_map(|variant| variant.build.as_ref().ok());
    let compilers: BTreeSet<&String> = builds.map(|build| &build.rustc).collect();
    let line = |variant: &Arc<Variant>| {
        let name = &variant.name;
        let build = match &variant.build {
            Ok(build) => build,
            Err(reason) => return format!("variant {name}: {reason}"),
        };
        let commit = build.git_rev.as_deref().unwrap_or("unknown");
        let differ = build.versions.iter().filter(|(name, _)| versions(name).len() > 1);
        let differ = differ.map(|(name, version)| format!("{name} {version}"));
        let rustc = Some(build.rustc.clone()).filter(|_| compilers.len() > 1);
        let parts: Vec<String> =
            [format!("commit {commit}")].into_iter().chain(differ).chain(rustc).collect();
        format!("variant {name}: {}", parts.join(", "))
    };
    variants.iter().map(line).collect()
}

/// Copies of the variants' programs, each a file of its own: what happens to a program during the run
/// changes nothing of it, and all are started alike, this build's too.
pub(crate) struct Programs(Vec<(String, PathBuf)>);

impl Programs {
    /// Copies the programs of all variants that said what they are into `folder`.
    pub(crate) fn copy(variants: &[Arc<Variant>], folder: &Path) -> Result<Self> {
        let mut programs = Vec::new();
        for (i, variant) in variants.iter().enumerate().filter(|(_, it)| it.build.is_ok()) {
            let from = variant.program.clone().map_or_else(this_program, Ok)?;
            let to = folder.join(format!("variant-{i}"));
            fs::copy(&from, &to)
                .with_context(|| format!("can't copy {} to {}", from.display(), to.display()))?;
            programs.push((variant.name.clone(), to));
        }
        Ok(Programs(programs))
    }

    /// What runs the clients of this variant.
    pub(crate) fn of(&self, variant: &Variant) -> Option<&Path> {
        let mut programs = self.0.iter();
        programs.find(|(name, _)| *name == variant.name).map(|(_, path)| path.as_path())
    }
}

impl Variant {
    /// Whether it has this kind of client and this workload, as far as is known.
    pub(crate) fn has(&self, kind: &str, workload: &str) -> bool {
        let contains = |names: &[String], name: &str| names.iter().any(|known| known == name);
        self.build.as_ref().map_or(true, |build| {
            contains(&build.clients, kind) && contains(&build.workloads, workload)
        })
    }

    /// Whether it is known to have been built to be debugged, or not to be.
    fn is_of(&self, debug: bool) -> bool {
        self.build.as_ref().is_ok_and(|build| build.debug == debug)
    }

    /// As the record has it.
    pub(crate) fn record(&self) -> record::Variant {
        let unknown = || "unknown".to_owned();
        let build = self.build.as_ref();
        record::Variant {
            name: self.name.clone(),
            tool_version: build.map_or_else(|_| unknown(), |build| build.tool_version.clone()),
            git_rev: build.ok().and_then(|build| build.git_rev.clone()),
            rustc: build.map_or_else(|_| unknown(), |build| build.rustc.clone()),
            versions: build.map_or_else(|_| Default::default(), |build| build.versions.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn build() -> Build {
        Build {
            debug: true,
            tool_version: "0.1.0".to_owned(),
            git_rev: None,
            rustc: "rustc 1.95.0".to_owned(),
            versions: BTreeMap::new(),
            clients: vec!["tokio".to_owned()],
            workloads: vec!["fan_out".to_owned()],
        }
    }

    #[test]
    fn a_variant_is_a_name_and_a_path() {
        let named = |text: &str| text.parse::<Named>();
        let base = Named { name: "base".to_owned(), path: "a=b/c".into() };
        assert_eq!(named("base=a=b/c"), Ok(base));
        insta::assert_snapshot!(named("base").unwrap_err(), @"a variant is NAME=PATH, e.g. base=target/base/speedup");
        insta::assert_snapshot!(named("base=").unwrap_err(), @"a variant is NAME=PATH, e.g. base=target/base/speedup");
        insta::assert_snapshot!(named("a@b=x").unwrap_err(), @r#""a@b" is not allowed as a name: up to 20 letters, digits and -_.+"#);
        assert!(named("a-name-that-is-too-long=x").is_err());
    }

    #[test]
    fn a_build_of_another_protocol_or_schema_is_refused() {
        let path = Path::new("base");
        let of = |protocol, schema, build| {
            understood(path, Description { protocol, schema, build })
                .map_err(|error| format!("{error:#}"))
        };
        let whole = serde_json::to_value(build()).unwrap();
        assert_eq!(of(PROTOCOL, record::SCHEMA, whole.clone()), Ok(build()));
        let mut coloured = build();
        coloured.git_rev = Some("\u{1b}[31mred\u{202e}\n".to_owned());
        let coloured = of(PROTOCOL, record::SCHEMA, serde_json::to_value(coloured).unwrap());
        assert_eq!(coloured.unwrap().git_rev.unwrap(), "[31mred");
        insta::assert_snapshot!(of(7, record::SCHEMA, json!({})).unwrap_err(), @"base speaks version 7 of the benchmark's protocol and this build 3: build both from versions of waitmark that agree");
        insta::assert_snapshot!(of(PROTOCOL, 1, whole).unwrap_err(), @"base writes records of schema 1 and this build of 2: build both from versions of waitmark that agree");
        insta::assert_snapshot!(of(PROTOCOL, record::SCHEMA, json!({})).unwrap_err(), @"what base says of itself: missing field `debug`");
    }

    #[test]
    fn what_does_not_say_what_it_is_gets_a_reason() {
        let asked = |program: &str| ask(Path::new(program)).unwrap().unwrap_err();
        assert!(asked("/bin/true").starts_with(
            "/bin/true is no waitmark benchmark, or one from before variants: it did not say"
        ));
        assert!(
            asked("/etc/passwd")
                .starts_with("/etc/passwd is no waitmark benchmark, or one from before variants: ")
        );
        let missing = ask(Path::new("/no/such")).unwrap_err();
        assert_eq!(missing.to_string(), "no program /no/such");
        let folder = ask(Path::new("/")).unwrap_err().to_string();
        assert!(folder.starts_with("/ is no program: name the file"), "{folder}");
    }

    #[test]
    fn variants_are_described_by_what_they_differ_in() {
        let variant = |name: &str, tokio: &str| {
            let versions = [("smol", "2.0.2"), ("tokio", tokio)];
            let versions = versions.map(|(name, version)| (name.to_owned(), version.to_owned()));
            let git_rev = Some("0123456".to_owned());
            let build = Ok(Build { versions: versions.into(), git_rev, ..build() });
            Arc::new(Variant { name: name.to_owned(), program: None, build })
        };
        let silent = Err("no word from it".to_owned());
        let silent = Variant { name: "c".to_owned(), program: None, build: silent };
        let variants = [variant("a", "1.44.2"), variant("b", "1.45.0"), Arc::new(silent)];
        insta::assert_snapshot!(described(&variants).join("\n"), @r"
        variant a: commit 0123456, tokio 1.44.2
        variant b: commit 0123456, tokio 1.45.0
        variant c: no word from it
        ");
    }

    #[test]
    fn an_unknown_build_is_thought_to_have_everything() {
        let variant = |build| Variant { name: "base".to_owned(), program: None, build };
        let known = variant(Ok(build()));
        assert!(known.has("tokio", "fan_out"));
        assert!(!known.has("smol", "fan_out") && !known.has("tokio", "pipeline"));
        assert!(variant(Err("silent".to_owned())).has("smol", "pipeline"));
    }
}
