//! Profiles: which clients do what, in how many rounds, and for how long.

mod file;
#[cfg(test)]
mod tests;
mod values;

use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use waitmark_harness::catalogue::Catalogue;
use waitmark_reports::record;

use crate::paths::from_where_cargo_was_called;
use crate::variant::Variant;

use file::{File, Named, Own};
pub(crate) use values::duration;
use values::{check_name, each, each_value, in_range, share};

/// The variable that chooses the profile: a name, or the path of a file.
const VARIABLE: &str = "WAITMARK_PROFILE";

/// The profiles that come with waitmark, by name.
const BUILT_IN: &[(&str, &str)] = &[
    ("default", include_str!("../profiles/default.toml")),
    ("quick", include_str!("../profiles/quick.toml")),
    ("guide", include_str!("../profiles/guide.toml")),
    ("variants", include_str!("../profiles/variants.toml")),
];

/// The longest delay, budget and run that a profile may ask for.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The most rounds that a profile may ask for.
const MOST_ROUNDS: u32 = 1000;

/// More clients than a table can show, or a report tell apart.
const MOST_CLIENTS: usize = 32;

/// A profile, checked, with every default filled in.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// The name of a built-in profile, or the path of a file.
    pub(crate) name: String,
    pub(crate) clients: Vec<Client>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) rounds: u32,
    /// The half width of every pair's interval that ends the run early.
    pub(crate) precision: Option<f64>,
    pub(crate) max_time: Option<Duration>,
    pub(crate) margin: f64,
    pub(crate) seed: u64,
}

/// A kind of client with its settings, under a name.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) settings: Value,
    /// The build that it is of, where there are several.
    pub(crate) variant: Option<Arc<Variant>>,
}

/// A workload with its parameters, and the cells it is measured in.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) params: Value,
    /// The parameters that differ from the defaults: `stages=5,`.
    pub(crate) label: String,
    pub(crate) sizes: Vec<u32>,
    /// One `None` for a workload without delays.
    pub(crate) delays: Vec<Option<Duration>>,
    /// The places of those that do it, among the profile's clients.
    pub(crate) clients: Vec<usize>,
    /// The place of the one that speedups are taken against.
    pub(crate) reference: usize,
    /// The rounds that it takes part in, from the first on.
    pub(crate) rounds: u32,
    pub(crate) budget: Duration,
}

impl Client {
    /// Its name without its variant.
    pub(crate) fn plain_name(&self) -> &str {
        let of_variant = |variant: &Arc<Variant>| {
            self.name.strip_suffix(&*variant.name).and_then(|name| name.strip_suffix('@'))
        };
        self.variant.as_ref().and_then(of_variant).unwrap_or(&self.name)
    }
}

impl Profile {
    /// Reads the profile that the environment names, the one named `default` if it names none.
    ///
    /// # Errors
    ///
    /// If there is none of that name, or the file holds a wrong key or value: says which file,
    /// which key, and what is allowed.
    pub(crate) fn from_env(catalogue: &Catalogue, default: &str) -> Result<Self> {
        let name = env::var(VARIABLE).unwrap_or_else(|_| default.to_owned());
        if let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            return Profile::parse(catalogue, &name, text);
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
        Profile::parse(catalogue, &path.display().to_string(), &text)
    }

    pub(crate) fn parse(catalogue: &Catalogue, name: &str, text: &str) -> Result<Self> {
        let read = |text| toml::from_str::<File>(text).map_err(anyhow::Error::from);
        let built_in = read(BUILT_IN[0].1)?;
        let known = built_in.clients.clone().unwrap_or_default();
        read(text)
            .and_then(|file| checked(catalogue, &known, name, file.or(built_in)))
            .with_context(|| format!("profile {name}"))
    }

    /// Leaves out the clients that don't run on this crate; if none does, they all stay, and it is
    /// false. A reference that is left out gives its part to the first client.
    pub(crate) fn retain_crate(&mut self, catalogue: &Catalogue, name: &str) -> bool {
        let runs_on = |client: &Client| {
            catalogue.client(&client.kind).is_some_and(|kind| kind.crates.contains(&name))
        };
        let kept: Vec<usize> =
            (0..self.clients.len()).filter(|&i| runs_on(&self.clients[i])).collect();
        if kept.is_empty() {
            return false;
        }
        for workload in &mut self.workloads {
            let place = |i: &usize| kept.iter().position(|kept| kept == i);
            workload.clients = workload.clients.iter().filter_map(place).collect();
            let first = workload.clients.first().copied().unwrap_or(0);
            workload.reference = place(&workload.reference).unwrap_or(first);
        }
        self.workloads.retain(|workload| !workload.clients.is_empty());
        self.clients.retain(runs_on);
        true
    }

    /// The profile with each of its clients once for every variant. References are the base's.
    ///
    /// # Errors
    ///
    /// If these are too many clients.
    pub(crate) fn spread(mut self, variants: &[Arc<Variant>]) -> Result<Self> {
        let Some(count) = NonZero::new(variants.len()) else { return Ok(self) };
        let of_variant = |client: &Client, variant: &Arc<Variant>| Client {
            name: format!("{}@{}", client.name, variant.name),
            variant: Some(Arc::clone(variant)),
            ..client.clone()
        };
        let all = |client| variants.iter().map(move |variant| of_variant(client, variant));
        self.clients = self.clients.iter().flat_map(all).collect();
        check_count(self.clients.len())?;
        for workload in &mut self.workloads {
            let of_variants = |i: &usize| *i * count.get()..(i + 1) * count.get();
            workload.clients = workload.clients.iter().flat_map(of_variants).collect();
            workload.reference *= count.get();
        }
        Ok(self)
    }

    /// The profile as the record has it.
    pub(crate) fn record(&self) -> Result<record::Profile> {
        let client = |client: &Client| {
            Ok(record::Client {
                name: client.name.clone(),
                kind: client.kind.clone(),
                settings: record_values(&client.settings)?,
                variant: client.variant.as_ref().map(|variant| variant.name.clone()),
            })
        };
        Ok(record::Profile {
            name: self.name.clone(),
            rounds: self.rounds,
            precision: self.precision,
            max_time_s: self.max_time.map(|time| time.as_secs_f64()),
            margin: self.margin,
            seed: self.seed,
            clients: self.clients.iter().map(client).collect::<Result<_>>()?,
        })
    }
}

/// Settings or parameters as the record has them.
pub(crate) fn record_values(values: &Value) -> Result<record::Values> {
    record::Values::deserialize(values)
        .context("settings and parameters have to be numbers from 0, texts and flags")
}

fn checked(catalogue: &Catalogue, known: &[Named], name: &str, file: File) -> Result<Profile> {
    let clients: Vec<Client> =
        each("clients", &file.clients, |client| find_client(catalogue, known, client))?;
    check_count(clients.len())?;
    for (i, client) in clients.iter().enumerate() {
        let twice = clients[..i].iter().any(|other| other.name == client.name);
        ensure!(
            !twice,
            "clients: `{}` stands there twice: each needs a name of its own",
            client.name
        );
    }
    in_range(file.rounds.context("rounds: missing")?, 1, MOST_ROUNDS).context("rounds")?;
    let workloads = each("workloads", &file.workloads, |named| {
        find_workload(catalogue, &clients, &file, named)
    })?;
    for (i, one) in workloads.iter().enumerate() {
        let same = |other: &Workload| (&other.name, &other.params) == (&one.name, &one.params);
        ensure!(
            !workloads[..i].iter().any(same),
            "workloads: `{}` stands there twice with the same parameters",
            one.name
        );
    }
    let precision = share("precision", file.precision)?;
    let max_time = file
        .max_time
        .as_deref()
        .map(|time| duration(time, Duration::from_secs(1), LONGEST).context("max_time"));
    Ok(Profile {
        name: name.to_owned(),
        clients,
        // As many as any of the workloads takes part in.
        rounds: workloads.iter().map(|workload| workload.rounds).max().unwrap_or(1),
        workloads,
        precision: Some(precision).filter(|&precision| precision > 0.0),
        max_time: max_time.transpose()?,
        margin: share("margin", file.margin)?,
        seed: file.seed.unwrap_or_else(|| fastrand::u64(..)),
    })
}

fn check_count(clients: usize) -> Result<()> {
    ensure!(clients <= MOST_CLIENTS, "clients: {clients} are too many: {MOST_CLIENTS} at most");
    Ok(())
}

/// A name alone is that of a client of the default profile, or of a kind.
fn find_client(catalogue: &Catalogue, known: &[Named], named: &Named) -> Result<Client> {
    let name = check_name(&named.name)?;
    let of_default = || known.iter().find(|known| known.name == name)?.rest.as_ref();
    let mut settings = named.rest.as_ref().or_else(of_default).cloned().unwrap_or_default();
    let kind = match settings.remove("kind") {
        None => name.clone(),
        Some(toml::Value::String(kind)) => kind,
        Some(other) => bail!("`{name}`: kind {other} is not a text"),
    };
    let entry = catalogue.client(&kind).ok_or_else(|| {
        let kinds: Vec<_> = catalogue.clients.iter().map(|kind| kind.name).collect();
        anyhow!("`{name}`: no kind of client is named `{kind}`; there are {}", kinds.join(", "))
    })?;
    let settings = (entry.settings)(file::values(&settings)?)
        .with_context(|| format!("`{name}`, of kind {kind}"))?;
    record_values(&settings).with_context(|| format!("`{name}`"))?;
    Ok(Client { name, kind, settings, variant: None })
}

fn find_workload(
    catalogue: &Catalogue,
    clients: &[Client],
    file: &File,
    named: &Named,
) -> Result<Workload> {
    let name = &named.name;
    let entry = catalogue.workload(name).ok_or_else(|| {
        let names: Vec<_> = catalogue.workloads.iter().map(|entry| entry.name).collect();
        anyhow!("no workload is named `{name}`; there are {}", names.join(", "))
    })?;
    let own = named.rest.clone().map_or_else(|| Ok(Own::default()), Own::deserialize);
    let own = own.with_context(|| format!("`{name}`"))?;
    let check = || -> Result<Workload> {
        let params = (entry.params)(file::values(&own.params)?).context("params")?;
        record_values(&params).context("params")?;
        let defaults = (entry.params)(Value::Object(Default::default())).context("params")?;
        let sizes = own.sizes.as_ref().or(file.sizes.as_ref());
        let delays = own.delays.as_ref().or(file.delays.as_ref());
        let delays = match entry.delayed {
            true => each_value("delays", delays, |delay| {
                duration(delay, Duration::from_micros(1), Duration::from_secs(60)).map(Some)
            })?,
            false => vec![None],
        };
        let place = |name: &String| {
            clients
                .iter()
                .position(|client| client.name == *name)
                .with_context(|| format!("`{name}` is not among the clients"))
        };
        let those = match &own.clients {
            Some(_) => each_value("clients", own.clients.as_ref(), place)?,
            None => (0..clients.len()).collect(),
        };
        // One that is left out by the workload's own list gives its part to the first of it.
        let reference = own.reference.as_ref().or(file.reference.as_ref());
        let reference = place(reference.context("reference: missing")?).context("reference")?;
        let reference = match those.contains(&reference) {
            true => reference,
            false if own.reference.is_none() => those[0],
            false => bail!("reference: `{}` is not among its clients", clients[reference].name),
        };
        let rounds = own.rounds.or(file.rounds).context("rounds: missing")?;
        let budget = own.budget.as_ref().or(file.budget.as_ref()).context("budget: missing")?;
        Ok(Workload {
            name: name.clone(),
            label: label(&params, &defaults),
            params,
            sizes: each_value("sizes", sizes, |&n| in_range(n, 1, 20_000))?,
            delays,
            clients: those,
            reference,
            rounds: in_range(rounds, 1, MOST_ROUNDS).context("rounds")?,
            budget: duration(budget, Duration::from_millis(1), LONGEST).context("budget")?,
        })
    };
    check().with_context(|| format!("`{name}`"))
}

/// The parameters that are not the defaults: `stages=5,`.
fn label(params: &Value, defaults: &Value) -> String {
    let params = params.as_object().into_iter().flatten();
    let other = params.filter(|(name, value)| defaults.get(name) != Some(value));
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    other.map(|(name, value)| format!("{name}={},", word(value))).collect()
}
