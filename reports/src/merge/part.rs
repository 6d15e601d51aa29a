//! What is merged, and why it can't be.

use crate::record::Record;

/// A record with the name that errors call it by, its path.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What to call it.
    pub name: String,
    /// What is in it.
    pub record: Record,
}

/// Why records can't be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Some are shards and some are not.
    #[error(
        "{shard} is a shard and {whole} is a whole run: join the shards of a run first, and give \
         the record that comes of it"
    )]
    Mixed {
        /// One that is a shard.
        shard: String,
        /// One that is not.
        whole: String,
    },
    /// Shards that are of different runs.
    #[error(
        "{one} and {other} are not shards of one run, as {field} is {was} in the one and {is} in \
         the other; of several machines join the shards of each, and merge what comes of it"
    )]
    Differ {
        /// The field, e.g. `machine.cpu_model`.
        field: String,
        /// The first record.
        one: String,
        /// What it has there.
        was: String,
        /// The record that differs.
        other: String,
        /// What that has there.
        is: String,
    },
    /// Two records are the same shard.
    #[error("{one} and {other} are both shard {index}: leave one out")]
    Twice {
        /// Which shard, from 1.
        index: u32,
        /// The first record.
        one: String,
        /// The other.
        other: String,
    },
    /// Two shards have a cell in common.
    #[error("{one} and {other} both have {cell}: they are no shards of one run")]
    Overlap {
        /// The cell, in words.
        cell: String,
        /// The first record.
        one: String,
        /// The other.
        other: String,
    },
    /// Shards are missing.
    #[error("of {of} shards these are missing: {missing}; --partial joins the others")]
    Missing {
        /// Which ones.
        missing: String,
        /// How many there are in all.
        of: u32,
    },
    /// What came of it is no record, though each part is.
    #[error("the shards don't fit together: {0}")]
    Unfit(String),
    /// More machines than a table has room for.
    #[error(
        "{count} records are more than a table has room for, which are {most}: give fewer, or see \
         them over time with `waitmark history`"
    )]
    Many {
        /// How many were given.
        count: usize,
        /// How many there is room for.
        most: usize,
    },
}
