//! What one client says of a claim.

use super::cells::{Cells, Place};
use super::rule::Claim;
use super::standing::{Standing, Why};
use super::{measured, reach};
use crate::stats::{Estimate, Interval};
use crate::text;

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
        let reason = || {
            let mut own = places.iter().filter_map(|place| cells.cell(place, client));
            text::short(own.find_map(|cell| cell.failure()).unwrap_or_default())
        };
        let (ours, standing) = match measured::measured(claim, cells, places, client) {
            Err(Why::Failed) if claim.is_proved() => (None, Standing::Failed(reason())),
            Err(why) => (None, Standing::NotComparable(why)),
            Ok(measured) => match reach::out_of_reach(claim, cells, places, bounds, client) {
                Some(why) => (None, Standing::NotComparable(why)),
                None => measured.held(bounds),
            },
        };
        Self { client: client.to_owned(), ours, standing }
    }
}
