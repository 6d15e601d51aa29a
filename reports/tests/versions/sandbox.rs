//! A small world to build in: a registry of a package `nap`, and a repository with a benchmark of
//! it that runs no rounds, but says what it was given and what each variant is made of.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// The benchmark: `--bench` is the run, `--what` says what an executable is made of.
const BENCH: &str = r##"
use std::{env, process};
fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments == ["--what"] {
        let server = if cfg!(feature = "server") { "with" } else { "without" };
        let commit = option_env!("WAITMARK_COMMIT").unwrap_or("none");
        let lock = include_str!("../LOCK").contains(&format!("version = \"{}\"", nap::VERSION));
        print!("nap {} {server} server, {}, lock {lock}, commit {commit}", nap::NAP, waitmark_code::CODE);
        return;
    }
    if arguments[0] == "--list" {
        let is_refused = arguments.contains(&"no/such".to_owned());
        if is_refused {
            eprintln!("error: no cell of profile {} matches", env::var("WAITMARK_PROFILE").unwrap());
        }
        process::exit(is_refused.into());
    }
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if argument != "--variant" {
            println!("{argument}");
            continue;
        }
        let variant = arguments.next().unwrap();
        let (name, executable) = variant.split_once('=').unwrap();
        let output = process::Command::new(executable).arg("--what").output().unwrap();
        println!("--variant {name}: {}", String::from_utf8(output.stdout).unwrap());
    }
    println!("this build is {} server", if cfg!(feature = "server") { "with" } else { "without" });
    for name in ["WAITMARK_PROFILE", "PWD"] {
        println!("{name}={}", env::var(name).unwrap_or_default());
    }
    if env::var("FAKE_PID").is_ok() {
        println!("pid={}", process::id());
    }
    process::exit(env::var("FAKE_EXIT").map_or(0, |code| code.parse().unwrap()));
}
"##;

pub(crate) struct Sandbox(TempDir);

impl Sandbox {
    /// A repository with one commit, whose lock file has nap 1.0.1 of 1.0.0, 1.0.1 and 1.0.2.
    pub(crate) fn new() -> Self {
        let sandbox = Sandbox(TempDir::new().unwrap());
        for version in ["1.0.0", "1.0.1", "1.0.2"] {
            sandbox.publish(version, &nap(version, version));
        }
        let registry = sandbox.path("registry").display().to_string();
        sandbox.write(
            "home/config.toml",
            &format!(
                "[source.crates-io]\nreplace-with = \"test\"\n\
                 [source.test]\nregistry = \"file://{registry}\"\n"
            ),
        );
        sandbox.write_repository();
        sandbox.run("repo", "cargo", &["generate-lockfile", "--quiet"]);
        let precise = ["update", "--quiet", "--package", "nap", "--precise", "1.0.1"];
        sandbox.run("repo", "cargo", &precise);
        sandbox.run("repo", "git", &["init", "--quiet", "--initial-branch=main"]);
        sandbox.commit("repo");
        sandbox
    }

    fn write_repository(&self) {
        self.write("repo/.gitignore", "target\nignored\n");
        self.write(
            "repo/Cargo.toml",
            "[workspace]\nmembers = [\"bench\", \"code\"]\nresolver = \"3\"\n",
        );
        self.write(
            "repo/bench/Cargo.toml",
            "[package]\nname = \"waitmark-benches\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
             [features]\ndefault = [\"server\"]\nserver = []\n\
             [dependencies]\nnap = \"1\"\nwaitmark-code = { path = \"../code\" }\n\
             [[bench]]\nname = \"speedup\"\npath = \"speedup.rs\"\nharness = false\n",
        );
        self.write("repo/bench/speedup.rs", &BENCH.replace("LOCK", "Cargo.lock"));
        self.write("repo/bench/src/lib.rs", "");
        let package =
            "[package]\nname = \"waitmark-code\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
        self.write("repo/code/Cargo.toml", package);
        self.write_code("first");
    }

    /// Writes the part of the repository that makes its revisions differ.
    pub(crate) fn write_code(&self, code: &str) {
        self.write("repo/code/src/lib.rs", &format!("pub const CODE: &str = \"{code}\";\n"));
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds a version of nap, of these files, to the registry.
    pub(crate) fn publish(&self, version: &str, files: &[(&str, String)]) {
        self.publish_package("nap", version, "", files);
    }

    /// Adds a version of a package with a name of three letters, and with these dependencies in
    /// the index's words.
    pub(crate) fn publish_package(
        &self,
        package: &str,
        version: &str,
        dependencies: &str,
        files: &[(&str, String)],
    ) {
        let name = format!("{package}-{version}");
        for (path, text) in files {
            self.write(&format!("crates/{name}/{path}"), text);
        }
        let archive = format!("{name}.crate");
        self.run("crates", "tar", &["-czf", &archive, &name]);
        let sum = self.run("crates", "sha256sum", &[&archive]);
        let sum = sum.split(' ').next().unwrap();
        let crates = self.path("crates").display().to_string();
        let download = format!("{{\"dl\":\"file://{crates}/{{crate}}-{{version}}.crate\"}}");
        self.write("registry/config.json", &download);
        let index = format!("registry/3/{}/{package}", &package[..1]);
        let old = fs::read_to_string(self.path(&index)).unwrap_or_default();
        let line = format!(
            "{{\"name\":\"{package}\",\"vers\":\"{version}\",\"deps\":[{dependencies}],\"cksum\":\"{sum}\",\
             \"features\":{{}},\"yanked\":false}}\n"
        );
        self.write(&index, &(old + &line));
        self.run("registry", "git", &["init", "--quiet"]);
        self.commit("registry");
    }

    /// Commits all there is in a folder, and gives the commit's name.
    pub(crate) fn commit(&self, folder: &str) -> String {
        self.run(folder, "git", &["add", "--all"]);
        let me = ["-c", "user.name=me", "-c", "user.email=me@example.org"];
        self.run(folder, "git", &[me.as_slice(), &["commit", "--quiet", "-m", "one"]].concat());
        self.run(folder, "git", &["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// What a command that succeeds prints.
    pub(crate) fn run(&self, folder: &str, program: &str, arguments: &[&str]) -> String {
        let program = if program == "cargo" { env!("CARGO") } else { program };
        let output = self.command(folder, program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn command(&self, folder: &str, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path(folder))
            .env("CARGO_HOME", self.path("home"))
            .env("CARGO_NET_RETRY", "0")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("WAITMARK_PROFILE")
            .stdin(Stdio::null());
        command
    }

    /// `waitmark versions` in a folder of the sandbox.
    pub(crate) fn versions(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(folder, env!("CARGO_BIN_EXE_waitmark"));
        command.arg("versions").args(arguments);
        command
    }

    /// What the benchmark printed, and what was said of the variants' builds.
    pub(crate) fn measured(&self, arguments: &[&str]) -> (String, String) {
        let output = self.versions("repo", arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        (self.plain(&output.stdout), self.of_variants(&output.stderr))
    }

    /// What was said of all but the workspace's own build.
    pub(crate) fn of_variants(&self, said: &[u8]) -> String {
        let said = self.plain(said);
        let lines = said.lines().filter(|line| *line != "the benchmark: built");
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What it says as it fails with this exit code.
    pub(crate) fn refusal(&self, arguments: &[&str], code: i32) -> String {
        let output: Output = self.versions("repo", arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        self.plain(&output.stderr)
    }

    /// Text without this sandbox's folder, its commit's name and times.
    pub(crate) fn plain(&self, text: &[u8]) -> String {
        let text = String::from_utf8(text.to_vec()).unwrap();
        let text = text.replace(&self.path("").display().to_string(), "/");
        let text = match self.path("repo/.git").exists() {
            true => text.replace(self.run("repo", "git", &["rev-parse", "HEAD"]).trim(), "HEAD"),
            false => text,
        };
        let line = |line: &str| match line.split_once(" built in ") {
            Some((before, _)) => format!("{before} built"),
            None => line.to_owned(),
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Starts it and leaves it running.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.versions("repo", arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The builds that are kept.
    pub(crate) fn kept(&self) -> usize {
        self.path("repo/target/waitmark/variants/builds").read_dir().unwrap().count()
    }
}

/// The files of a nap of this version, which calls itself `name`.
pub(crate) fn nap(version: &str, name: &str) -> Vec<(&'static str, String)> {
    let manifest =
        format!("[package]\nname = \"nap\"\nversion = \"{version}\"\nedition = \"2024\"\n");
    let library =
        format!("pub const VERSION: &str = \"{version}\";\npub const NAP: &str = \"{name}\";\n");
    vec![("Cargo.toml", manifest), ("src/lib.rs", library)]
}

/// Writes files into a folder.
pub(crate) fn write_all(folder: &Path, files: &[(&str, String)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
