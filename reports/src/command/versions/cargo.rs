//! Cargo, as it builds: quiet while all is well, and its last lines where it fails.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use serde::Deserialize;

use super::process::{self, Ended};
use super::progress::{Progress, shown};
use super::workspace::{Bench, cargo};

/// Calls of cargo in one folder, for one build.
pub(super) struct Cargo<'a> {
    /// What is built, for people.
    title: &'a str,
    folder: &'a Path,
    environment: Vec<(&'static str, Option<OsString>)>,
    /// Options that every call gets.
    options: Vec<String>,
    progress: &'a mut Progress,
    started: Instant,
}

/// A package that a build is made of.
pub(super) struct Artifact {
    /// The package's id.
    pub(super) package: String,
    pub(super) manifest: PathBuf,
}

/// A finished build.
pub(super) struct Built {
    pub(super) executable: PathBuf,
    /// Whether anything had to be built for it.
    pub(super) is_new: bool,
    pub(super) artifacts: Vec<Artifact>,
}

impl<'a> Cargo<'a> {
    pub(super) fn new(title: &'a str, folder: &'a Path, progress: &'a mut Progress) -> Self {
        let started = Instant::now();
        Cargo { title, folder, environment: Vec::new(), options: Vec::new(), progress, started }
    }

    /// Sets a variable of the environment, or removes it.
    pub(super) fn env(mut self, name: &'static str, value: Option<impl Into<OsString>>) -> Self {
        self.environment.push((name, value.map(Into::into)));
        self
    }

    pub(super) fn options(mut self, options: Vec<String>) -> Self {
        self.options = options;
        self
    }

    /// Changes the lock file, with the registry's index or, where that is out of reach, with what
    /// cargo has in its cache.
    pub(super) fn update(&mut self, arguments: &[&str]) -> Result<()> {
        let arguments = [&["update"], arguments].concat();
        let ended = self.run(&arguments)?;
        if ended.status.success() {
            return Ok(());
        }
        if self.run(&[arguments.as_slice(), &["--offline"]].concat())?.status.success() {
            self.say("the registry is out of reach, chosen from what cargo's cache has");
            return Ok(());
        }
        self.progress.say(&ended.said.join("\n"));
        bail!("{}: its dependencies don't go together, as cargo says above", self.title)
    }

    /// Downloads what a build with these options needs and cargo's cache lacks. What can't be downloaded may
    /// not be needed after all, so it is for the build to fail.
    pub(super) fn fetch(&mut self, options: &[&str]) -> Result<()> {
        let ended = self.run(&[&["fetch"], options].concat())?;
        if !ended.status.success() {
            let reason = ended.said.iter().find(|line| line.starts_with("error"));
            self.say(&format!(
                "can't download all crates, building with those of cargo's cache ({})",
                reason.map_or("cargo fetch failed", |line| line)
            ));
        }
        Ok(())
    }

    /// Builds the benchmark, without running it.
    pub(super) fn bench(&mut self, bench: &Bench, options: &[&str]) -> Result<Built> {
        let format = "--message-format=json-render-diagnostics";
        let fixed = ["bench", "--no-run", format, "--bench", &bench.name];
        let ended = self.run(&[&fixed, options].concat())?;
        if !ended.status.success() {
            self.progress.say(&ended.said.join("\n"));
            bail!("{} does not build, as cargo says above", self.title);
        }
        Built::read(&ended.output, bench)
            .ok_or_else(|| anyhow!("{}: cargo names no executable of {}", self.title, bench.name))
    }

    fn run(&mut self, arguments: &[&str]) -> Result<Ended> {
        let mut command = Command::new(cargo());
        command.args(arguments).args(&self.options).current_dir(self.folder);
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let mut doing = format!("cargo {}", arguments.first().unwrap_or(&""));
        let ended = process::run(&mut command, |line| {
            if let Some(line) = line.map(str::trim).filter(|line| !line.is_empty()) {
                // `Compiling tokio v1.44.2 (/where/it/is)`
                doing = line.split(" (").next().unwrap_or(line).to_owned();
            }
            let passed = shown(self.started.elapsed());
            self.progress.show(&format!("{}, {passed}: {doing}", self.title));
        });
        self.progress.clear();
        ended
    }

    fn say(&mut self, what: &str) {
        self.progress.say(&format!("{}: {what}", self.title));
    }
}

impl Built {
    /// Reads cargo's messages, a line each.
    fn read(messages: &str, bench: &Bench) -> Option<Self> {
        #[derive(Deserialize)]
        struct Message {
            package_id: String,
            manifest_path: PathBuf,
            target: Target,
            executable: Option<PathBuf>,
            fresh: bool,
        }
        #[derive(Deserialize)]
        struct Target {
            name: String,
            kind: Vec<String>,
        }
        let mut executable = None;
        let mut is_new = false;
        let mut artifacts = Vec::new();
        // Messages of other kinds have other fields.
        for message in messages.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            let Message { package_id, manifest_path, target, executable: path, fresh } = message;
            is_new |= !fresh;
            let is_its = manifest_path.parent() == Some(&bench.folder);
            if is_its && target.name == bench.name && target.kind.iter().any(|kind| kind == "bench")
            {
                executable = path.or(executable);
            }
            artifacts.push(Artifact { package: package_id, manifest: manifest_path });
        }
        Some(Built { executable: executable?, is_new, artifacts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_the_benchmarks_and_no_other() {
        let messages = r#"
            {"reason":"compiler-artifact","package_id":"registry+https://h#tokio@1.44.2","manifest_path":"/r/tokio/Cargo.toml","target":{"kind":["lib"],"name":"tokio"},"executable":null,"fresh":false}
            {"reason":"build-script-executed","package_id":"x","linked_libs":[]}
            {"reason":"compiler-artifact","package_id":"path+file:///w#0.1.0","manifest_path":"/w/Cargo.toml","target":{"kind":["bin"],"name":"speedup"},"executable":"/t/bin","fresh":true}
            {"reason":"compiler-artifact","package_id":"path+file:///w#0.1.0","manifest_path":"/w/Cargo.toml","target":{"kind":["bench"],"name":"speedup"},"executable":"/t/bench","fresh":true}
            {"reason":"compiler-artifact","package_id":"path+file:///o#0.1.0","manifest_path":"/o/Cargo.toml","target":{"kind":["bench"],"name":"speedup"},"executable":"/t/other","fresh":true}
            {"reason":"build-finished","success":true}"#;
        let bench = Bench { package: "w".into(), name: "speedup".into(), folder: "/w".into() };
        let built = Built::read(messages, &bench).unwrap();
        assert_eq!(built.executable, Path::new("/t/bench"));
        assert_eq!((built.artifacts.len(), built.is_new), (4, true));
        assert_eq!(built.artifacts[0].package, "registry+https://h#tokio@1.44.2");
        assert!(Built::read("{}", &bench).is_none());
    }
}
