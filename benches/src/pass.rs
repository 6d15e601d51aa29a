//! What rounds are run over: all cells, or those that have to show again what they showed.

use std::time::Instant;

use waitmark_reports::record;

use crate::cell::Cell;
use crate::message::How;

/// Rounds over some of the cells.
pub(crate) struct Pass {
    pub(crate) what: What,
    /// By their places.
    pub(crate) cells: Vec<usize>,
    pub(crate) how: fn(&Cell) -> How,
    /// Of the order of the clients.
    pub(crate) seed: u64,
    /// When it has to be over.
    pub(crate) deadline: Option<Instant>,
}

/// What a pass is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Rounds,
    Confirmation,
}

impl What {
    pub(crate) fn word(self) -> &'static str {
        match self {
            What::Rounds => "round",
            What::Confirmation => "rerun",
        }
    }

    pub(crate) fn rounds(self, cell: &mut record::Cell) -> &mut Vec<record::Round> {
        match self {
            What::Rounds => &mut cell.rounds,
            What::Confirmation => &mut cell.confirmation,
        }
    }
}
