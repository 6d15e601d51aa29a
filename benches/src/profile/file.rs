//! A profile as its file has it: every key may be missing.

use std::fmt;

use anyhow::{Context, Result};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A profile's file.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) clients: Option<Vec<Named>>,
    pub(super) workloads: Option<Vec<Named>>,
    pub(super) reference: Option<String>,
    pub(super) sizes: Option<Vec<i64>>,
    pub(super) delays: Option<Vec<String>>,
    pub(super) rounds: Option<i64>,
    pub(super) precision: Option<f64>,
    pub(super) budget: Option<String>,
    pub(super) max_time: Option<String>,
    pub(super) margin: Option<f64>,
    pub(super) seed: Option<u64>,
}

/// A client or a workload: a name, or a table with a name and more.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) name: String,
    /// What the table holds beside the name; `None` for a name alone.
    pub(super) rest: Option<toml::Table>,
}

/// A workload's own keys.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Own {
    pub(super) sizes: Option<Vec<i64>>,
    pub(super) delays: Option<Vec<String>>,
    pub(super) clients: Option<Vec<String>>,
    pub(super) reference: Option<String>,
    pub(super) rounds: Option<i64>,
    pub(super) budget: Option<String>,
    pub(super) params: toml::Table,
}

impl File {
    /// Takes what this file leaves out from `other`.
    ///
    /// Workloads that come from the other file give up of their own what this file sets for all.
    pub(super) fn or(self, other: File) -> File {
        let mut inherited = other.workloads;
        for rest in inherited.iter_mut().flatten().filter_map(|named| named.rest.as_mut()) {
            let set = [
                ("sizes", self.sizes.is_some()),
                ("delays", self.delays.is_some()),
                ("clients", self.clients.is_some()),
                ("reference", self.clients.is_some() || self.reference.is_some()),
                ("rounds", self.rounds.is_some()),
                ("budget", self.budget.is_some()),
            ];
            for (key, _) in set.into_iter().filter(|(_, set)| *set) {
                rest.remove(key);
            }
        }
        File {
            clients: self.clients.or(other.clients),
            workloads: self.workloads.or(inherited),
            reference: self.reference.or(other.reference),
            sizes: self.sizes.or(other.sizes),
            delays: self.delays.or(other.delays),
            rounds: self.rounds.or(other.rounds),
            precision: self.precision.or(other.precision),
            budget: self.budget.or(other.budget),
            max_time: self.max_time.or(other.max_time),
            margin: self.margin.or(other.margin),
            seed: self.seed.or(other.seed),
        }
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrTable;

        impl<'de> Visitor<'de> for NameOrTable {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, or a table with a `name`")
            }

            fn visit_str<E>(self, name: &str) -> Result<Named, E> {
                Ok(Named { name: name.to_owned(), rest: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Named, A::Error> {
                let mut table = toml::Table::deserialize(MapAccessDeserializer::new(map))?;
                match table.remove("name") {
                    Some(toml::Value::String(name)) => Ok(Named { name, rest: Some(table) }),
                    _ => Err(serde::de::Error::custom("a `name` is missing, or is not a text")),
                }
            }
        }

        deserializer.deserialize_any(NameOrTable)
    }
}

/// A table as the settings or parameters that a client or workload reads.
pub(super) fn values(table: &impl Serialize) -> Result<Value> {
    serde_json::to_value(table).context("not a number, text or flag")
}
