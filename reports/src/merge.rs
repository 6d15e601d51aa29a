//! Several records made one: the shards of a run, or the same benchmark on several machines.

pub mod machines;
mod part;
mod shards;

pub use part::{Error, Part};
pub use shards::join;

/// What several records are of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Shards of one run.
    Shards,
    /// Whole runs, on machines that may differ.
    Machines,
}

/// What the records are of each other.
///
/// # Errors
///
/// If some are shards and some are not.
pub fn kind(parts: &[Part]) -> Result<Kind, Error> {
    let (shards, wholes): (Vec<&Part>, Vec<&Part>) =
        parts.iter().partition(|part| part.record.shard.is_some());
    match (shards.first(), wholes.first()) {
        (Some(shard), Some(whole)) => {
            Err(Error::Mixed { shard: shard.name.clone(), whole: whole.name.clone() })
        }
        (Some(_), None) => Ok(Kind::Shards),
        (None, _) => Ok(Kind::Machines),
    }
}
