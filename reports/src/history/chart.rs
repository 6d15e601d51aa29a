//! What one chart shows: the ratios of all clients on one size of a scenario, over a machine's
//! runs.

use super::run::Run;
use crate::relative::{Against, Found, Relative};
use crate::scenario::Scenario;

/// All sizes of a scenario, the largest first.
pub(super) struct Group<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) against: &'a Against,
    pub(super) sizes: Vec<Size>,
}

/// One size.
pub(super) struct Size {
    pub(super) n: u32,
    /// The clients that have it in any run, in the order in which they came.
    pub(super) clients: Vec<String>,
    /// For each client what was found in each run; `None` where the run has no such cell.
    pub(super) found: Vec<Vec<Option<Found>>>,
}

/// Every scenario of the runs with what its clients are held against, in the order in which they
/// came.
pub(super) fn groups<'a>(runs: &[&'a Run]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for (place, run) in runs.iter().enumerate() {
        for ratio in &run.ratios {
            let Relative { scenario, against, n, .. } = ratio;
            let is = |it: &Group| it.scenario == scenario && it.against == against;
            let at = groups.iter().position(is).unwrap_or_else(|| {
                groups.push(Group { scenario, against, sizes: Vec::new() });
                groups.len() - 1
            });
            let sizes = &mut groups[at].sizes;
            let at = sizes.iter().position(|it| it.n == *n).unwrap_or_else(|| {
                sizes.push(Size { n: *n, clients: Vec::new(), found: Vec::new() });
                sizes.len() - 1
            });
            sizes[at].put(ratio, place, runs.len());
        }
    }
    for group in &mut groups {
        group.sizes.sort_by_key(|size| std::cmp::Reverse(size.n));
    }
    groups
}

impl Size {
    /// Puts what the run at `place` of `count` found.
    fn put(&mut self, ratio: &Relative, place: usize, count: usize) {
        let known = self.clients.iter().position(|client| *client == ratio.client);
        let at = known.unwrap_or_else(|| {
            self.clients.push(ratio.client.clone());
            self.found.push(vec![None; count]);
            self.clients.len() - 1
        });
        self.found[at][place] = Some(ratio.found);
    }
}
