//! What became of a cell, as every reader of a record takes it.

use super::{Cell, Status};

impl Cell {
    /// Whether its figures may be used, and there are some.
    pub(crate) fn has_figures(&self) -> bool {
        self.status == Status::Measured && !self.rounds.is_empty()
    }

    /// Why it has no figures although it was run.
    pub(crate) fn failure(&self) -> Option<&str> {
        match self.status {
            Status::Skipped => None,
            Status::Failed => Some(self.reason.as_deref().unwrap_or("the record gives no reason")),
            Status::Measured if self.has_figures() => None,
            Status::Measured => Some("it is called measured and has no rounds"),
        }
    }
}
