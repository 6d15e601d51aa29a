//! The record of a waitmark run, its statistics, and the reports rendered from it.

pub mod record;
