//! What one client says of a claim.

use super::cells::{Cells, Place};
use super::measured;
use super::rule::Claim;
use super::standing::Standing;
use crate::stats::{Estimate, Interval};

/// What one client's cells say of a claim.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) client: String,
    /// What was measured; `None` where the claim can't be held against this client.
    pub(crate) ours: Option<Estimate>,
    pub(crate) standing: Standing,
}

impl Answer {
    pub(super) fn of(
        claim: &Claim,
        cells: &Cells,
        places: &[Place],
        bounds: Option<Interval>,
        client: &str,
    ) -> Self {
        let (ours, standing) = match measured::measured(claim, cells, places, client) {
            Err(why) => (None, Standing::NotComparable(why)),
            Ok(measured) => measured.held(bounds),
        };
        Self { client: client.to_owned(), ours, standing }
    }
}
