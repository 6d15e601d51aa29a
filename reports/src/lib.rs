//! The record of a waitmark run, its statistics, and the reports rendered from it.
//!
//! Nothing here measures. [`criterion`] reads what a round left behind, [`record`] is the file
//! that everything is kept in, and [`analysis`] computes every figure once.

pub mod analysis;
mod atomic_file;
pub mod criterion;
#[cfg_attr(not(test), expect(dead_code, reason = "the tables that use the rest come next"))]
mod figure;
pub mod guide;
pub mod record;
pub mod stats;
#[cfg(test)]
mod synthetic;
