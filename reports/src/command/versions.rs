//! `waitmark versions`: builds the benchmark several times, and measures the builds together.

mod cargo;
mod git;
mod lock;
mod names;
mod process;
mod progress;
mod set;
mod surroundings;
mod tree;
mod variant;
mod what;
mod workshop;
mod workspace;

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::note;

use cargo::Cargo;
use lock::Lock;
use process::Interrupted;
use progress::{Progress, shown};
use what::{Request, Spec, Subject};
use workshop::Workshop;
use workspace::Workspace;

/// The exit code of wrong arguments, as everywhere.
const USAGE: u8 = 2;

/// The exit code of an interrupted run, by the shell's convention for SIGINT.
const INTERRUPTED: u8 = 130;

/// Chooses the benchmark's profile.
const PROFILE: &str = "WAITMARK_PROFILE";

/// The longest run that the benchmark takes.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Build the benchmark once for each version of a package, and compare the builds.
///
/// Each WHAT is a build of this workspace's benchmark with that one package changed, and a variant
/// of one run: their clients take turns in the same rounds, as only that tells small differences
/// from the machine's. The first is the base that the others are compared with.
///
/// The work tree is copied as it is, with its lock file, and built in the target folder, without
/// the mock server. Builds are kept, and made again only when something they are made of changed;
/// `cargo clean` removes them. With CARGO_NET_OFFLINE=true, or where the registry is out of reach,
/// they are made of what cargo has in its cache.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What the builds differ in: a package that the benchmark's clients run on, such as tokio
    ///
    /// Write tokio@1.54.1 where the lock file has several versions, tokio=WHAT for the first WHAT,
    /// and a dot for this workspace itself.
    #[arg(value_name = "PACKAGE")]
    package: String,
    /// A version, the folder of a checkout, or a repository's URL#REVISION; NAME=WHAT names it
    ///
    /// A single one is compared with the version in the workspace's lock file. Where PACKAGE is a
    /// dot: a branch, tag or commit of this repository, or a dot for the work tree; a single one
    /// is the base of the work tree.
    #[arg(value_name = "WHAT")]
    what: Vec<String>,
    /// Measure by this profile, a name or the path of a file [default: $WAITMARK_PROFILE, or
    /// variants]
    #[arg(long, value_name = "PROFILE", value_parser = profile)]
    profile: Option<String>,
    /// End the run by then, the builds not counted, with as many rounds as there was time for
    #[arg(long, value_name = "TIME", value_parser = max_time)]
    max_time: Option<String>,
    /// Don't run again what looks changed
    #[arg(long)]
    no_confirm: bool,
    /// The benchmark, where the workspace has several
    #[arg(long, value_name = "NAME")]
    bench: Option<String>,
    /// The Cargo.toml of the workspace, if it is not that of the current folder
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// What the benchmark is given besides: filters, such as timeouts/tokio, and other options
    #[arg(last = true, value_name = "FILTER")]
    rest: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  waitmark versions tokio 1.44.2 1.45.0               two versions
  waitmark versions tokio 1.44.2 -- timeouts          the lock file's is the base, one workload
  waitmark versions tokio=../tokio/tokio              a checkout against the lock file's
  waitmark versions smol 2.0.1 new=https://github.com/smol-rs/smol#master
  waitmark versions . main                            this work tree against its main branch
  waitmark versions . v1.0.0 v1.1.0 .                 two tags and the work tree
  waitmark gate                                       whether that was a regression

Exit codes:
  0 all measured, 1 an error, a build or a cell that failed, 2 wrong usage, 130 interrupted";

pub(crate) fn run(arguments: Arguments) -> Result<ExitCode> {
    let request = match Request::parse(&arguments.package, &arguments.what) {
        Ok(request) => request,
        Err(error) => {
            note(format_args!(
                "error: {error:#}\n\nFor more information, try 'waitmark versions --help'."
            ));
            return Ok(ExitCode::from(USAGE));
        }
    };
    process::listen()?;
    build_and_measure(&arguments, &request).or_else(|error| {
        if !error.is::<Interrupted>() {
            return Err(error);
        }
        note(format_args!("interrupted: finished builds are kept"));
        Ok(ExitCode::from(INTERRUPTED))
    })
}

/// Builds the benchmark and all variants, then becomes the benchmark, which measures them.
fn build_and_measure(arguments: &Arguments, request: &Request) -> Result<ExitCode> {
    let bench = arguments.bench.as_deref();
    let workspace = Workspace::find(arguments.manifest_path.as_deref(), bench)?;
    let variants = variant::resolve(request, &workspace)?;
    let mut progress = Progress::new();
    let executable = referee(&workspace, &mut progress)?;
    if let Some(code) = refused(&executable, &workspace, arguments, request)? {
        return Ok(code);
    }
    let workshop = Workshop::open(&workspace, bench, &mut progress)?;
    let mut command = benchmark(&executable, &workspace, arguments)?;
    command.arg("--bench");
    let mut locks = Vec::new();
    for variant in &variants {
        let executable = workshop.build(variant, &mut progress)?;
        locks.push(Lock::read(&executable.with_file_name("Cargo.lock"))?);
        let mut named = OsString::from(format!("{}=", variant.name));
        named.push(executable);
        command.arg("--variant").arg(named);
    }
    if let Subject::Package(Spec { name, .. }) = &request.subject {
        tell_differences(name, &locks, &mut progress);
    }
    command.arg("--only-variants");
    command.args(arguments.max_time.iter().flat_map(|time| ["--max-time", time]));
    command.args(arguments.no_confirm.then_some("--no-confirm"));
    command.args(cells(arguments, request));
    drop(progress);
    process::check()?;
    // Its exit code, its answer to Ctrl-C and its progress bar are then its own.
    Err(command.exec()).with_context(|| format!("can't run {}", executable.display()))
}

/// Says what a comparison of a package's versions is also one of.
fn tell_differences(package: &str, locks: &[Lock], progress: &mut Progress) {
    let differences = lock::differences(locks, package);
    if !differences.is_empty() {
        progress.say(&format!("beside {package} these differ: {}", differences.join(", ")));
    }
}

/// Builds the benchmark as it is, to serve the variants' clients and to watch them.
fn referee(workspace: &Workspace, progress: &mut Progress) -> Result<PathBuf> {
    let started = Instant::now();
    let title = "the benchmark";
    // Of all packages, as `cargo bench` builds it: the two then share what they build.
    let mut cargo = Cargo::new(title, &workspace.root, progress);
    let built = cargo.bench(&workspace.bench, &["--workspace"])?;
    if built.is_new {
        progress.say(&format!("{title}: built in {}", shown(started.elapsed())));
    }
    Ok(built.executable)
}

/// What the benchmark refuses is refused before minutes of building: the exit code, if it does.
fn refused(
    executable: &Path,
    workspace: &Workspace,
    arguments: &Arguments,
    request: &Request,
) -> Result<Option<ExitCode>> {
    let mut command = benchmark(executable, workspace, arguments)?;
    if arguments.profile.is_none() && env::var_os(PROFILE).is_none() {
        command.env(PROFILE, "variants");
    }
    command.arg("--list").args(cells(arguments, request));
    let ended = process::run(&mut command, |_| ())?;
    if ended.status.success() {
        return Ok(None);
    }
    note(format_args!("{}", ended.said.join("\n")));
    let code = ended.status.code().and_then(|code| u8::try_from(code).ok());
    Ok(Some(code.map_or(ExitCode::FAILURE, ExitCode::from)))
}

/// The options that choose cells, and those that the user adds.
fn cells(arguments: &Arguments, request: &Request) -> Vec<String> {
    let of_crate = match &request.subject {
        Subject::Workspace => Vec::new(),
        Subject::Package(spec) => vec!["--crate".to_owned(), spec.name.clone()],
    };
    [of_crate, arguments.rest.clone()].concat()
}

/// The benchmark's program, as `cargo bench` runs it.
fn benchmark(executable: &Path, workspace: &Workspace, arguments: &Arguments) -> Result<Command> {
    let here = env::current_dir().context("the current folder is gone")?;
    let mut command = Command::new(executable);
    // The benchmark takes paths from where it was called, which a shell's PWD says.
    command.current_dir(&workspace.bench.folder).env("PWD", here);
    command.envs(arguments.profile.as_ref().map(|profile| (PROFILE, profile)));
    Ok(command)
}

/// Refused here and not after minutes of building.
fn max_time(text: &str) -> Result<String> {
    let time = humantime::parse_duration(text).ok();
    let fits = time.is_some_and(|time| (Duration::from_secs(1)..=LONGEST).contains(&time));
    ensure!(fits, "1s to 24h, with its unit, such as 10m");
    Ok(text.to_owned())
}

fn profile(text: &str) -> Result<String> {
    let is_path = text.contains('/') || text.ends_with(".toml");
    ensure!(!is_path || Path::new(text).is_file(), "there is no such file");
    Ok(text.to_owned())
}
