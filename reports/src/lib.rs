//! The record of a waitmark run, its statistics, and the reports rendered from it.
//!
//! Nothing here measures. [`criterion`] reads what a round left behind, [`record`] is the file
//! that everything is kept in, [`analysis`] computes every figure once, [`change`] what
//! differs between builds, and [`table`], [`chart`], [`headline`] and [`report`] show them.

pub mod analysis;
mod atomic_file;
pub mod change;
pub mod chart;
mod conditions;
pub mod criterion;
mod csv;
mod figure;
pub mod guide;
pub mod headline;
mod html;
mod quantity;
pub mod record;
pub mod report;
pub mod scenario;
mod scope;
mod series;
pub mod stats;
mod summary;
#[cfg(test)]
mod synthetic;
pub mod table;
mod text;
