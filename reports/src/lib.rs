//! The record of a waitmark run, its statistics, and the reports rendered from it.
//!
//! Nothing here measures. [`criterion`] reads what a round left behind, [`record`] is the file
//! that everything is kept in, [`analysis`] computes every figure once, and [`table`], [`chart`],
//! [`headline`] and [`report`] show them.

pub mod analysis;
pub mod atomic_file;
pub mod chart;
pub mod compare;
mod conditions;
pub mod criterion;
mod csv;
pub mod export;
mod figure;
pub mod guide;
pub mod headline;
pub mod history;
mod html;
pub mod merge;
pub mod record;
mod relative;
pub mod report;
mod rows;
pub mod scenario;
mod series;
pub mod stats;
mod summary;
#[cfg(test)]
mod synthetic;
pub mod table;
mod text;
