//! What a build depends on besides its files: compiler, environment and cargo's configuration.
//!
//! Cargo and rustup look for `.cargo/config.toml` and `rust-toolchain.toml` in the folder that they
//! are called in and in all above it. The copy that variants are built in is inside the work tree,
//! whose files would so change the builds of other revisions. Cargo is therefore called from the
//! root folder: only what its home folder and the environment say counts, alike for all variants.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::process;

/// Where cargo is called.
pub(super) const FOLDER: &str = "/";

/// Where cargo puts what it builds, by any of these.
const TARGETS: [&str; 3] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"];

const TOOLCHAIN: &str = "RUSTUP_TOOLCHAIN";

const HOME: &str = "CARGO_HOME";

/// What in the environment changes a build, by the beginnings of names.
const BUILD_VARIABLES: [&str; 13] = [
    "AR",
    "CARGO_BUILD_",
    "CARGO_ENCODED_",
    "CARGO_PROFILE_",
    "CARGO_RESOLVER_",
    "CARGO_TARGET_",
    "CARGO_UNSTABLE_",
    "CC",
    "CFLAGS",
    "CXX",
    "HOST_C",
    "LD",
    "RUST",
];

/// What begins like that and changes no build: rustup sets these, or not, by how this was called.
const OTHER_VARIABLES: [&str; 4] =
    ["LD_LIBRARY_PATH", "RUSTUP_TOOLCHAIN_SOURCE", "RUST_RECURSION_COUNT", TOOLCHAIN];

/// The surroundings that all variants are built in.
pub(super) struct Surroundings {
    /// The toolchain that rustup chooses in the workspace; `None` without rustup.
    toolchain: Option<OsString>,
    /// Cargo's home folder; `None` if nothing says where it is.
    home: Option<PathBuf>,
    target: PathBuf,
    /// The compiler's version and host.
    rustc: String,
}

impl Surroundings {
    /// Those of a workspace's root, for builds into a target folder.
    pub(super) fn of(root: &Path, target: PathBuf) -> Result<Self> {
        let toolchain =
            env::var_os(TOOLCHAIN).map_or_else(|| active_toolchain(root), |set| Ok(Some(set)))?;
        let mut surroundings =
            Surroundings { toolchain, home: home()?, target, rustc: String::new() };
        surroundings.rustc = surroundings.ask_rustc()?;
        Ok(surroundings)
    }

    /// The variables that are set for cargo.
    pub(super) fn variables(&self) -> Vec<(&'static str, OsString)> {
        let mut variables: Vec<_> =
            TARGETS.iter().map(|name| (*name, self.target.clone().into_os_string())).collect();
        // Cargo compiles only what is in folders in this way, in other units than a registry's.
        variables.push(("CARGO_INCREMENTAL", "0".into()));
        variables.extend(self.toolchain.clone().map(|toolchain| (TOOLCHAIN, toolchain)));
        variables.extend(self.home.clone().map(|home| (HOME, home.into())));
        variables
    }

    /// The machine that the compiler builds for.
    pub(super) fn host(&self) -> &str {
        let line = self.rustc.lines().find_map(|line| line.strip_prefix("host: "));
        line.unwrap_or_default()
    }

    /// Hashes all that can change what is built.
    pub(super) fn hash(&self, hasher: &mut impl Hasher) -> Result<()> {
        (&self.toolchain, &self.rustc).hash(hasher);
        let mut variables: Vec<_> =
            env::vars_os().filter(|(name, _)| changes_builds(&name.to_string_lossy())).collect();
        variables.sort();
        variables.hash(hasher);
        let above = PathBuf::from(FOLDER).join(".cargo");
        for folder in [Some(&above), self.home.as_ref()].into_iter().flatten() {
            for name in ["config", "config.toml"] {
                let path = folder.join(name);
                let text = match fs::read(&path) {
                    Err(error) if error.kind() == ErrorKind::NotFound => None,
                    read => Some(read.with_context(|| format!("can't read {}", path.display()))?),
                };
                text.hash(hasher);
            }
        }
        Ok(())
    }

    fn ask_rustc(&self) -> Result<String> {
        let program = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(program);
        command.arg("-vV").current_dir(FOLDER).envs(self.variables());
        let ended = process::answer(&mut command)?;
        ensure!(ended.status.success(), "rustc: {}", ended.said.join("\n"));
        Ok(ended.output)
    }
}

fn changes_builds(variable: &str) -> bool {
    BUILD_VARIABLES.iter().any(|beginning| variable.starts_with(beginning))
        && !TARGETS.contains(&variable)
        && !OTHER_VARIABLES.contains(&variable)
}

/// Cargo's home folder as seen from everywhere: a relative one is meant from here.
fn home() -> Result<Option<PathBuf>> {
    let set = env::var_os(HOME).filter(|home| !home.is_empty()).map(PathBuf::from);
    let Some(home) = set.or_else(|| Some(env::home_dir()?.join(".cargo"))) else {
        return Ok(None);
    };
    Ok(Some(env::current_dir().context("the current folder is gone")?.join(home)))
}

/// The toolchain that rustup chooses in a folder; `None` where there is no rustup, or it knows none.
fn active_toolchain(folder: &Path) -> Result<Option<OsString>> {
    let mut command = Command::new("rustup");
    command.args(["show", "active-toolchain"]).current_dir(folder);
    let answer = process::answer(&mut command);
    process::check()?;
    Ok(answer.ok().filter(|ended| ended.status.success()).and_then(|ended| named(&ended.output)))
}

/// `stable-x86_64-unknown-linux-gnu (default)`: the name, and why it is that.
fn named(answer: &str) -> Option<OsString> {
    let line = answer.lines().next()?;
    let name = line.split(" (").next().unwrap_or(line).trim();
    (!name.is_empty()).then(|| name.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_count_where_they_change_what_is_built() {
        for name in [
            "CARGO_PROFILE_BENCH_LTO",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER",
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
            "CC_x86_64_unknown_linux_gnu",
            "CXXFLAGS",
            "LDFLAGS",
        ] {
            assert!(changes_builds(name), "{name}");
        }
        for name in ["CARGO_TARGET_DIR", "RUST_RECURSION_COUNT", "CARGO_NET_OFFLINE", "PATH"] {
            assert!(!changes_builds(name), "{name}");
        }
    }

    #[test]
    fn a_toolchain_is_named_before_why_it_is_the_one() {
        let name = |answer| named(answer).map(|name| name.into_string().unwrap());
        assert_eq!(name("stable-x86_64 (default)\n").as_deref(), Some("stable-x86_64"));
        assert_eq!(name("/a b/rust (overridden by '/c')\n").as_deref(), Some("/a b/rust"));
        assert_eq!(name("nightly\nactive because: x\n").as_deref(), Some("nightly"));
        assert_eq!(name(""), None);
    }
}
