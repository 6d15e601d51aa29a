//! Under what else two runs were measured.
//!
//! The machine and the method forbid a verdict: times move with them whatever the code does. The
//! code is what a comparison is about, so its versions are only told.

use std::collections::BTreeMap;

use crate::record::{Cell, Client, Record, Server, Variant};
use crate::scenario::Scenario;
use crate::{conditions, figure, text};

/// Something that is not the same in two runs, each value in one line of plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is, e.g. `kernel`.
    pub what: String,
    /// What it is in the base run.
    pub base: String,
    /// What it is in the new run.
    pub new: String,
}

/// All that is not the same in two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differences {
    /// Of the machine: processor, CPUs, kernel and its settings.
    pub machine: Vec<Difference>,
    /// Of the method: waitmark itself, the server, the clients' settings, the cells' budgets.
    ///
    /// The name of the profile, its seed, its number of rounds and its margin change no cell's
    /// time, and are not among them.
    pub method: Vec<Difference>,
    /// Of the code under test: commit, compiler, versions of crates.
    pub code: Vec<Difference>,
    /// The same of each variant that both have.
    pub variants: Vec<Difference>,
}

impl Differences {
    /// What differs between two records, whatever their rounds hold.
    pub(crate) fn of(base: &Record, new: &Record) -> Self {
        Self {
            machine: machine(base, new),
            method: method(base, new),
            code: build("", Build::of(base), Build::of(new)),
            variants: variants(base, new),
        }
    }

    /// What differs between a variant of one record and a variant of another, whatever they are
    /// called: commit, compiler, versions of crates.
    pub(crate) fn of_variants(base: &Variant, new: &Variant) -> Vec<Difference> {
        build("", Build::of_variant(base), Build::of_variant(new))
    }

    /// Whether times of the two runs may be called faster or slower.
    pub fn comparable(&self) -> bool {
        self.machine.is_empty() && self.method.is_empty()
    }

    /// What is not the same, in the fewest words; `None` where verdicts hold.
    pub fn mark(&self) -> Option<&'static str> {
        match (self.machine.is_empty(), self.method.is_empty()) {
            (false, _) => Some("other machine"),
            (true, false) => Some("other method"),
            (true, true) => None,
        }
    }
}

/// The values of `what` in both runs, where they differ.
fn differ(what: &str, base: impl ToString, new: impl ToString) -> Option<Difference> {
    let plain = |value: String| text::printable(&value).into_owned();
    let (base, new) = (base.to_string(), new.to_string());
    (base != new).then(|| Difference {
        what: plain(what.to_owned()),
        base: plain(base),
        new: plain(new),
    })
}

fn machine(base: &Record, new: &Record) -> Vec<Difference> {
    let (base, new) = (&base.machine, &new.machine);
    let unknown = "not known";
    let cpu = |model: &Option<String>| model.clone().unwrap_or_else(|| unknown.to_owned());
    let reuse = |value: Option<u32>| value.map_or(unknown.to_owned(), |value| value.to_string());
    let cpu = match (&base.cpu_model, &new.cpu_model) {
        // Two that nobody knows may be two of a kind or not.
        (None, None) => Some(Difference {
            what: "processor".to_owned(),
            base: unknown.to_owned(),
            new: unknown.to_owned(),
        }),
        (base, new) => differ("processor", cpu(base), cpu(new)),
    };
    let differences = [
        cpu,
        differ("logical CPUs", base.logical_cpus, new.logical_cpus),
        differ("kernel", &base.kernel, &new.kernel),
        differ("tcp_tw_reuse", reuse(base.tcp_tw_reuse), reuse(new.tcp_tw_reuse)),
    ];
    differences.into_iter().flatten().collect()
}

fn method(base: &Record, new: &Record) -> Vec<Difference> {
    let mut differences = vec![
        differ("waitmark", &base.tool_version, &new.tool_version),
        differ("mock server", server(&base.server), server(&new.server)),
    ];
    for client in &base.profile.clients {
        let other = new.profile.clients.iter().find(|other| other.name == client.name);
        differences.push(other.and_then(|other| {
            let what = format!("settings of {}", client.name);
            differ(&what, settings(client), settings(other))
        }));
    }
    differences.into_iter().flatten().chain(budgets(base, new)).collect()
}

fn server(server: &Server) -> String {
    let Server { threads, addresses, url } = server;
    let place = url.as_ref().map(|url| format!(", at {url}")).unwrap_or_default();
    let threads = figure::counted(*threads as usize, "thread");
    let plural = if *addresses == 1 { "" } else { "es" };
    format!("{threads}, {addresses} address{plural}{place}")
}

fn settings(client: &Client) -> String {
    let settings = client.settings.iter().map(|(name, value)| format!(", {name} {value}"));
    format!("{}{}", client.kind, settings.collect::<String>())
}

/// The budgets that differ: each once, however many cells have them.
fn budgets(base: &Record, new: &Record) -> Vec<Difference> {
    let mut differences = Vec::new();
    for cell in &base.cells {
        let is = |other: &&Cell| {
            (cell.n, &cell.client) == (other.n, &other.client)
                && Scenario::of(cell) == Scenario::of(other)
        };
        let Some(other) = new.cells.iter().find(is) else { continue };
        let [base, new] = [cell, other].map(|cell| figure::set_duration_ms(cell.budget_ms));
        let difference = differ("time a cell and round", base, new);
        differences.extend(difference.filter(|it| !differences.contains(it)));
    }
    differences
}

fn variants(base: &Record, new: &Record) -> Vec<Difference> {
    let mut differences = Vec::new();
    for variant in &base.variants {
        if let Some(other) = new.variants.iter().find(|other| other.name == variant.name) {
            let of = format!("{}: ", variant.name);
            differences.extend(build(&of, Build::of_variant(variant), Build::of_variant(other)));
        }
    }
    differences
}

/// What was built, and with what.
struct Build<'a> {
    git_rev: Option<&'a str>,
    rustc: &'a str,
    versions: &'a BTreeMap<String, String>,
}

impl<'a> Build<'a> {
    fn of(record: &'a Record) -> Self {
        Self {
            git_rev: record.git_rev.as_deref(),
            rustc: &record.machine.rustc,
            versions: &record.machine.versions,
        }
    }

    fn of_variant(variant: &'a Variant) -> Self {
        Self {
            git_rev: variant.git_rev.as_deref(),
            rustc: &variant.rustc,
            versions: &variant.versions,
        }
    }
}

fn build(of: &str, base: Build, new: Build) -> Vec<Difference> {
    let commit = |build: &Build| build.git_rev.map_or("none".to_owned(), conditions::short);
    let mut differences = vec![
        differ(&format!("{of}commit"), commit(&base), commit(&new)),
        differ(&format!("{of}compiler"), base.rustc, new.rustc),
    ];
    let mut crates: Vec<&String> = base.versions.keys().chain(new.versions.keys()).collect();
    crates.sort();
    crates.dedup();
    for name in crates {
        let version = |build: &Build| build.versions.get(name).map_or("none", |it| it).to_owned();
        differences.push(differ(&format!("{of}{name}"), version(&base), version(&new)));
    }
    differences.into_iter().flatten().collect()
}
