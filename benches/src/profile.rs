//! Profiles: which cells to measure, how many rounds of them, and how long.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use waitmark_harness::client::{Kind, Settings};
use waitmark_harness::workload;
use waitmark_reports::record;

use crate::measure::How;

/// The variable that chooses the profile: a name, or the path of a file.
const VARIABLE: &str = "WAITMARK_PROFILE";

/// The profiles that come with waitmark, by name.
const BUILT_IN: &[(&str, &str)] = &[
    ("default", include_str!("../profiles/default.toml")),
    ("quick", include_str!("../profiles/quick.toml")),
    ("guide", include_str!("../profiles/guide.toml")),
];

/// The fewest samples that Criterion takes.
pub(crate) const CRITERION_SAMPLES: u32 = 10;

/// A profile, checked, with every default filled in.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// The name of a built-in profile, or the path of a file.
    pub(crate) name: String,
    pub(crate) workloads: Vec<workload::Entry>,
    pub(crate) clients: Vec<Kind>,
    pub(crate) reference: Kind,
    pub(crate) sizes: Vec<u32>,
    pub(crate) delays: Vec<Duration>,
    pub(crate) rounds: u32,
    pub(crate) samples: u32,
    pub(crate) warm_up: Duration,
    pub(crate) measurement: Duration,
    pub(crate) settings: Settings,
    pub(crate) margin: f64,
    pub(crate) seed: u64,
}

/// A profile as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    workloads: Option<Vec<String>>,
    clients: Option<Vec<String>>,
    reference: Option<String>,
    sizes: Option<Vec<i64>>,
    delays: Option<Vec<String>>,
    rounds: Option<i64>,
    samples: Option<i64>,
    warm_up: Option<String>,
    measurement: Option<String>,
    workers: Option<i64>,
    pool_width: Option<i64>,
    margin: Option<f64>,
    seed: Option<u64>,
}

impl Profile {
    /// Reads the profile that the environment names, `default` if it names none.
    ///
    /// # Errors
    ///
    /// If there is none of that name, or the file holds a wrong key or value: says which file,
    /// which key, and what is allowed.
    pub(crate) fn from_env() -> Result<Self> {
        let name = env::var(VARIABLE).unwrap_or_else(|_| "default".to_owned());
        if let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            return Profile::parse(&name, text);
        }
        if !name.contains('/') && !name.ends_with(".toml") {
            let names: Vec<_> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            bail!(
                "{VARIABLE}={name}: no profile has that name; there are {}, or give the path of a .toml file",
                names.join(", ")
            );
        }
        let path = from_where_cargo_was_called(Path::new(&name));
        let text = fs::read_to_string(&path)
            .with_context(|| format!("{VARIABLE}={name}: can't read {}", path.display()))?;
        Profile::parse(&path.display().to_string(), &text)
    }

    pub(crate) fn parse(name: &str, text: &str) -> Result<Self> {
        let read = |text| toml::from_str::<File>(text).map_err(anyhow::Error::from);
        let built_in = read(BUILT_IN[0].1)?;
        read(text)
            .and_then(|file| file.or(built_in).checked(name))
            .with_context(|| format!("profile {name}"))
    }

    /// How the cells are measured.
    pub(crate) fn how(&self) -> How {
        let Profile { samples, warm_up, measurement, .. } = *self;
        if self.by_criterion() {
            How::Criterion { samples, warm_up, measurement }
        } else {
            How::Directly { batches: samples }
        }
    }

    /// The profile as the record has it.
    pub(crate) fn record(&self) -> record::Profile {
        record::Profile {
            name: self.name.clone(),
            reference: self.reference.name().to_owned(),
            rounds: self.rounds,
            samples: self.samples,
            criterion: self.by_criterion().then_some(record::Criterion {
                warm_up_ms: self.warm_up.as_secs_f64() * 1e3,
                measurement_ms: self.measurement.as_secs_f64() * 1e3,
            }),
            workers: self.settings.workers.get() as u32,
            pool_width: self.settings.pool_width.get() as u32,
            margin: self.margin,
            seed: self.seed,
        }
    }

    /// Whether Criterion takes the samples.
    pub(crate) fn by_criterion(&self) -> bool {
        self.samples >= CRITERION_SAMPLES
    }
}

/// Cargo runs a benchmark in its package's folder: a path in the environment was meant from the
/// folder that cargo was called in, which the shell keeps in `PWD`.
pub(crate) fn from_where_cargo_was_called(path: &Path) -> PathBuf {
    env::var_os("PWD").map_or_else(PathBuf::new, PathBuf::from).join(path)
}

impl File {
    /// Takes what this file leaves out from `other`.
    fn or(self, other: File) -> File {
        File {
            workloads: self.workloads.or(other.workloads),
            clients: self.clients.or(other.clients),
            reference: self.reference.or(other.reference),
            sizes: self.sizes.or(other.sizes),
            delays: self.delays.or(other.delays),
            rounds: self.rounds.or(other.rounds),
            samples: self.samples.or(other.samples),
            warm_up: self.warm_up.or(other.warm_up),
            measurement: self.measurement.or(other.measurement),
            workers: self.workers.or(other.workers),
            pool_width: self.pool_width.or(other.pool_width),
            margin: self.margin.or(other.margin),
            seed: self.seed.or(other.seed),
        }
    }

    fn checked(self, name: &str) -> Result<Profile> {
        let clients = each("clients", self.clients, |name| Ok(name.parse::<Kind>()?))?;
        let reference: Kind =
            self.reference.context("reference: missing")?.parse().context("reference")?;
        ensure!(clients.contains(&reference), "reference: `{reference}` is not among the clients");
        let cpus = thread::available_parallelism().map_or(1, usize::from) as i64;
        let margin = self.margin.context("margin: missing")?;
        ensure!((0.0..1.0).contains(&margin), "margin: {margin} is not allowed: 0 to below 1");
        Ok(Profile {
            name: name.to_owned(),
            workloads: each("workloads", self.workloads, |name| find_workload(&name))?,
            clients,
            reference,
            sizes: each("sizes", self.sizes, |n| in_range(n, 1, 10_000))?,
            delays: each("delays", self.delays, |delay| {
                duration(&delay, Duration::from_micros(1), Duration::from_secs(60))
            })?,
            rounds: number("rounds", self.rounds, 1, 1000)?,
            samples: number("samples", self.samples, 1, 1000)?,
            warm_up: time("warm_up", self.warm_up)?,
            measurement: time("measurement", self.measurement)?,
            settings: Settings {
                workers: threads("workers", self.workers.or(Some(cpus)))?,
                pool_width: threads("pool_width", self.pool_width)?,
            },
            margin,
            seed: self.seed.unwrap_or_else(|| fastrand::u64(..)),
        })
    }
}

fn find_workload(name: &str) -> Result<workload::Entry> {
    let names = || workload::ALL.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ");
    workload::ALL
        .iter()
        .find(|entry| entry.name == name)
        .copied()
        .with_context(|| format!("no workload is named `{name}`; there are {}", names()))
}

/// Checks each of a list's values; the list must have one, and none twice.
fn each<T: PartialEq + Clone, U>(
    key: &'static str,
    values: Option<Vec<T>>,
    check: impl Fn(T) -> Result<U>,
) -> Result<Vec<U>> {
    let values = values.with_context(|| format!("{key}: missing"))?;
    ensure!(!values.is_empty(), "{key}: the list is empty: name at least one");
    for (i, value) in values.iter().enumerate() {
        ensure!(!values[..i].contains(value), "{key}: entry {} stands there twice", i + 1);
    }
    values.into_iter().map(check).collect::<Result<_>>().context(key)
}

fn in_range(value: i64, low: u32, high: u32) -> Result<u32> {
    u32::try_from(value)
        .ok()
        .filter(|value| (low..=high).contains(value))
        .with_context(|| format!("{value} is not allowed: {low} to {high}"))
}

fn number(key: &'static str, value: Option<i64>, low: u32, high: u32) -> Result<u32> {
    in_range(value.with_context(|| format!("{key}: missing"))?, low, high).context(key)
}

fn threads(key: &'static str, value: Option<i64>) -> Result<NonZero<usize>> {
    NonZero::new(number(key, value, 1, 1024)? as usize).with_context(|| format!("{key}: zero"))
}

fn time(key: &'static str, value: Option<String>) -> Result<Duration> {
    let value = value.with_context(|| format!("{key}: missing"))?;
    duration(&value, Duration::from_millis(1), Duration::from_secs(600)).context(key)
}

fn duration(text: &str, low: Duration, high: Duration) -> Result<Duration> {
    humantime::parse_duration(text).ok().filter(|value| (low..=high).contains(value)).with_context(
        || {
            let (low, high) = (humantime::format_duration(low), humantime::format_duration(high));
            format!("`{text}` is not allowed: {low} to {high}, with its unit, e.g. \"10ms\"")
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        format!("{:#}", Profile::parse("mine.toml", text).unwrap_err())
    }

    #[test]
    fn the_built_in_profiles_are_valid() {
        for (name, text) in BUILT_IN {
            assert_eq!(Profile::parse(name, text).unwrap().name, *name);
        }
    }

    #[test]
    fn what_a_profile_leaves_out_comes_from_the_default() {
        let profile = Profile::parse("mine.toml", "sizes = [7]\nseed = 3").unwrap();
        assert_eq!((profile.sizes, profile.rounds, profile.seed), (vec![7], 5, 3));
    }

    #[test]
    fn a_wrong_value_names_the_file_the_key_and_what_is_allowed() {
        insta::assert_snapshot!(refused("sizes = [5, 0]"), @"profile mine.toml: sizes: 0 is not allowed: 1 to 10000");
        insta::assert_snapshot!(refused("sizes = []"), @"profile mine.toml: sizes: the list is empty: name at least one");
        insta::assert_snapshot!(refused("sizes = [5, 10, 5]"), @"profile mine.toml: sizes: entry 3 stands there twice");
        insta::assert_snapshot!(refused("rounds = -1"), @"profile mine.toml: rounds: -1 is not allowed: 1 to 1000");
        insta::assert_snapshot!(refused("margin = 1.5"), @"profile mine.toml: margin: 1.5 is not allowed: 0 to below 1");
        insta::assert_snapshot!(refused("delays = [\"10\"]"), @r#"profile mine.toml: delays: `10` is not allowed: 1us to 1m, with its unit, e.g. "10ms""#);
        insta::assert_snapshot!(refused("clients = [\"threads\"]"), @"profile mine.toml: clients: no client is named `threads`; there are sequential, thread-pool, tokio, async-std, smol");
        insta::assert_snapshot!(refused("clients = [\"tokio\"]"), @"profile mine.toml: reference: `sequential` is not among the clients");
        insta::assert_snapshot!(refused("workloads = [\"fan\"]"), @"profile mine.toml: workloads: no workload is named `fan`; there are fan_out");
    }

    #[test]
    fn a_wrong_key_or_type_is_shown_in_its_place() {
        insta::assert_snapshot!(refused("round = 3"), @r"
        profile mine.toml: TOML parse error at line 1, column 1
          |
        1 | round = 3
          | ^^^^^
        unknown field `round`, expected one of `workloads`, `clients`, `reference`, `sizes`, `delays`, `rounds`, `samples`, `warm_up`, `measurement`, `workers`, `pool_width`, `margin`, `seed`
        ");
        insta::assert_snapshot!(refused("rounds = \"many\""), @r#"
        profile mine.toml: TOML parse error at line 1, column 10
          |
        1 | rounds = "many"
          |          ^^^^^^
        invalid type: string "many", expected i64
        "#);
    }
}
