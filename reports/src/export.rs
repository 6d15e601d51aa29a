//! A record in the formats of others.

mod bencher;
mod common;
mod github;
mod jsonl;

pub use common::Error;

use crate::analysis::Analysis;
use crate::csv;
use crate::record::Record;

/// A format that others read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, one row a cell: what `speedup.csv` holds.
    Csv,
    /// The same rows as JSON, one object a line: `null` where there is nothing.
    JsonLines,
    /// Bencher Metric Format: times, speedups and CPU times of every cell that has figures.
    Bencher,
    /// What github-action-benchmark calls `customSmallerIsBetter`: of every cell its time by the
    /// reference's, or by the base variant's.
    Github,
}

/// The record in this format.
///
/// # Errors
///
/// An [`Error`] where a consumer would refuse the result for being empty.
pub fn export(record: &Record, format: Format) -> Result<String, Error> {
    let analysis = Analysis::of(record);
    match format {
        Format::Csv => Ok(csv::csv(record, &analysis)),
        Format::JsonLines => Ok(jsonl::jsonl(record, &analysis)),
        Format::Bencher => bencher::bencher(record, &analysis),
        Format::Github => github::github(record, &analysis),
    }
}

#[cfg(test)]
mod tests;
