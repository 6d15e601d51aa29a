//! The record of a waitmark run, its statistics, and the reports rendered from it.
//!
//! Nothing here measures. [`criterion`] reads what a round left behind, [`record`] is the file
//! that everything is kept in, [`analysis`] computes every figure once, [`change`] what
//! differs between builds, and [`table`], [`chart`], [`headline`] and [`report`] show them. [`gate`] says
//! whether a run may pass, by its changes and by [`expectation`]s.

pub mod analysis;
pub mod atomic_file;
pub mod change;
pub mod chart;
pub mod claims;
pub mod compare;
mod conditions;
pub mod criterion;
mod csv;
pub mod expectation;
pub mod export;
mod figure;
pub mod gate;
pub mod guide;
pub mod headline;
pub mod history;
mod html;
pub mod merge;
mod quantity;
pub mod record;
mod relative;
pub mod report;
mod rows;
pub mod scenario;
mod scope;
mod series;
pub mod stats;
mod summary;
#[cfg(test)]
mod synthetic;
pub mod table;
mod text;
