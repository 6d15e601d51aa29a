//! A part of a profile's cells, for several machines of one kind to share a run.

use std::str::FromStr;

use anyhow::{Result, ensure};
use waitmark_reports::record;

use crate::cell::Cell;

/// Which part, as `--shard` has it: `2/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard(pub(crate) record::Shard);

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, of)| {
            Some(record::Shard { index: index.parse().ok()?, of: of.parse().ok()? })
        });
        let whole = parts.filter(|shard| (1..=shard.of).contains(&shard.index) && shard.of <= 1000);
        whole.map(Shard).ok_or_else(|| {
            "a shard is I/K, the I-th of K parts: from 1/K to K/K, and K at most 1000".to_owned()
        })
    }
}

impl Shard {
    /// Keeps this part of the cells. What is compared (the clients on one workload, delay and size)
    /// stays together.
    ///
    /// # Errors
    ///
    /// If there is nothing in this part.
    pub(crate) fn of(self, cells: Vec<Cell>) -> Result<Vec<Cell>> {
        let Shard(record::Shard { index, of }) = self;
        let mut groups: Vec<Vec<Cell>> = Vec::new();
        for cell in cells {
            match groups.iter_mut().find(|group| group[0].same_but_for_client(&cell)) {
                Some(group) => group.push(cell),
                None => groups.push(vec![cell]),
            }
        }
        let count = groups.len();
        let mine: Vec<Cell> = groups
            .into_iter()
            .enumerate()
            .filter(|(i, _)| i % of as usize == index as usize - 1)
            .flat_map(|(_, group)| group)
            .collect();
        ensure!(
            !mine.is_empty(),
            "shard {index}/{of} has no cells: there are {count} groups of cells that are compared, \
             and no more parts than that"
        );
        Ok(mine)
    }
}

#[cfg(test)]
mod tests {
    use waitmark_harness::clients::{Sequential, Tokio};
    use waitmark_harness::workloads::{FanOut, Pipeline};

    use super::*;
    use crate::cell;
    use crate::profile::Profile;

    fn cells() -> Vec<Cell> {
        let catalogue = waitmark_harness::catalogue! {
            clients: [Sequential, Tokio],
            workloads: [FanOut, Pipeline],
        };
        let text = "clients = [\"sequential\", \"tokio\"]\nworkloads = [\"fan_out\", \"pipeline\"]
            sizes = [1, 2, 3]\ndelays = [\"1ms\", \"2ms\"]";
        let profile = Profile::parse(&catalogue, "mine.toml", text).unwrap();
        cell::plan(&catalogue, &profile, &[]).unwrap().0
    }

    fn names(cells: &[Cell]) -> Vec<String> {
        cells.iter().map(Cell::to_string).collect()
    }

    #[test]
    fn the_parts_are_the_whole_and_keep_what_is_compared_together() {
        let whole = names(&cells());
        for of in [1, 2, 3, 5, 12] {
            let part = |index| Shard(record::Shard { index, of }).of(cells()).unwrap();
            let parts: Vec<Vec<Cell>> = (1..=of).map(part).collect();
            let mut all: Vec<String> = parts.iter().flat_map(|part| names(part)).collect();
            assert_eq!(all.len(), whole.len());
            all.sort();
            let mut sorted = whole.clone();
            sorted.sort();
            assert_eq!(all, sorted);
            for cell in parts.iter().flatten() {
                let together = |part: &Vec<Cell>| {
                    part.iter().filter(|other| other.same_but_for_client(cell)).count()
                };
                let mut counts: Vec<usize> = parts.iter().map(together).collect();
                counts.retain(|&count| count > 0);
                assert_eq!(counts, [2], "{cell}");
            }
        }
    }

    #[test]
    fn a_part_that_is_empty_is_an_error() {
        let shard = Shard(record::Shard { index: 13, of: 13 });
        insta::assert_snapshot!(shard.of(cells()).unwrap_err(), @"shard 13/13 has no cells: there are 12 groups of cells that are compared, and no more parts than that");
    }

    #[test]
    fn a_shard_is_one_of_some() {
        let shard = |text: &str| text.parse::<Shard>().ok().map(|Shard(it)| (it.index, it.of));
        assert_eq!(shard("2/3"), Some((2, 3)));
        assert_eq!(shard("1/1"), Some((1, 1)));
        for wrong in ["0/3", "4/3", "1", "1/0", "a/b", "-1/3", "1/1001", "1/2/3", ""] {
            assert_eq!(shard(wrong), None, "{wrong}");
        }
    }
}
