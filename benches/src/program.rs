//! What a benchmark is made of.

use waitmark_harness::catalogue::Catalogue;

/// A benchmark: what it measures, and where it was built. [`main!`](crate::main) makes one.
pub struct Program {
    /// The clients and workloads.
    pub catalogue: Catalogue,
    /// Cargo's folder for this target's files, in its target directory.
    pub cargo_tmp: &'static str,
    /// The crate's own folder.
    pub source: &'static str,
    /// Its `Cargo.lock`, as a text.
    pub lock: &'static str,
    /// The commit that it was built from, where that is not the one of `source`.
    pub commit: Option<&'static str>,
}
