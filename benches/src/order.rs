//! The order of the clients in each round, by a Williams design: in a whole cycle every client
//! stands in every place equally often, and follows every other equally often.
//!
//! What a client leaves behind (connections that close, a warm cache, a throttled core) then falls
//! on all others alike. After E. J. Williams, "Experimental designs balanced for the estimation of
//! residual effects of treatments", Australian Journal of Scientific Research A 2 (1949).

use fastrand::Rng;

/// Orders of clients that several builds may have: the builds of one client stand beside each other,
/// which is what makes their ratio steady, in an order that is balanced in itself.
pub(crate) struct Grouped {
    groups: Vec<Vec<usize>>,
    between: Orders,
    within: Vec<Orders>,
}

impl Grouped {
    /// Orders of these groups.
    pub(crate) fn new(groups: Vec<Vec<usize>>, seed: u64) -> Self {
        let between = Orders::new(groups.len(), seed);
        let mut rng = Rng::with_seed(seed.wrapping_add(1));
        let within = groups.iter().map(|group| Orders::new(group.len(), rng.u64(..))).collect();
        Grouped { groups, between, within }
    }
}

impl Iterator for Grouped {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let mut order = Vec::new();
        for group in self.between.next()? {
            let places = self.within[group].next()?;
            order.extend(places.into_iter().map(|place| self.groups[group][place]));
        }
        Some(order)
    }
}

/// Orders without end, cycle after cycle.
struct Orders {
    rng: Rng,
    /// Which client has which letter of the design.
    letters: Vec<usize>,
    /// What is left of the cycle.
    rows: Vec<Vec<usize>>,
}

impl Orders {
    /// Orders of `clients` clients; the seed says which has which part in the design, and in which
    /// order its rows come.
    fn new(clients: usize, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut letters: Vec<usize> = (0..clients).collect();
        rng.shuffle(&mut letters);
        Orders { rng, letters, rows: Vec::new() }
    }
}

impl Iterator for Orders {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        if self.rows.is_empty() {
            self.rows = design(self.letters.len());
            self.rng.shuffle(&mut self.rows);
        }
        let row = self.rows.pop()?;
        Some(row.into_iter().map(|letter| self.letters[letter]).collect())
    }
}

/// The rows of the design: as many as there are letters, twice as many if their number is odd.
fn design(letters: usize) -> Vec<Vec<usize>> {
    // 0, 1, k-1, 2, k-2, ...: the steps between neighbours are all different.
    let first: Vec<usize> = (0..letters)
        .map(
            |place| {
                if place % 2 == 1 { place.div_ceil(2) } else { (letters - place / 2) % letters }
            },
        )
        .collect();
    let turned = |by: usize| first.iter().map(|letter| (letter + by) % letters).collect();
    let rows: Vec<Vec<usize>> = (0..letters).map(turned).collect();
    if letters.is_multiple_of(2) {
        return rows;
    }
    let mirrored = rows.iter().map(|row| row.iter().rev().copied().collect());
    mirrored.chain(rows.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn in_a_cycle_each_follows_each_and_has_each_place_equally_often() {
        for clients in 1..=9 {
            let cycle = if clients % 2 == 0 { clients } else { 2 * clients };
            let mut orders = Orders::new(clients, 7);
            for _ in 0..3 {
                let rows: Vec<_> = orders.by_ref().take(cycle).collect();
                let mut places = BTreeMap::new();
                let mut follows = BTreeMap::new();
                for row in &rows {
                    row.iter().enumerate().for_each(|at| *places.entry(at).or_insert(0) += 1);
                    row.windows(2).for_each(|two| *follows.entry(two.to_vec()).or_insert(0) += 1);
                }
                let each = cycle / clients;
                assert_eq!(places.len(), clients * clients);
                assert!(places.values().all(|&times| times == each), "{clients}: {places:?}");
                assert_eq!(follows.len(), clients * (clients - 1));
                assert!(follows.values().all(|&times| times == each), "{clients}: {follows:?}");
            }
        }
    }

    #[test]
    fn builds_of_a_client_stand_together_and_each_of_them_comes_first_equally_often() {
        let groups = vec![vec![0, 1], vec![2, 3], vec![4, 5]];
        let rows: Vec<_> = Grouped::new(groups, 7).take(12).collect();
        let mut places = BTreeMap::new();
        for row in &rows {
            assert_eq!(row.len(), 6);
            assert!(row.chunks(2).all(|two| two[0] / 2 == two[1] / 2), "{row:?}");
            row.iter().enumerate().for_each(|at| *places.entry(at).or_insert(0) += 1);
        }
        for client in 0..6 {
            let first = [0, 2, 4].map(|place| places.get(&(place, &client)).copied().unwrap_or(0));
            assert_eq!(first.iter().sum::<i32>(), 6, "{client} of {places:?}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let orders = |seed| Orders::new(6, seed).take(6).collect::<Vec<_>>();
        assert_eq!(orders(1), orders(1));
        assert_ne!(orders(1), orders(2));
    }
}
