//! What a client's model can't do of a workload, as the workload says: a finding of its own.

use std::collections::BTreeSet;
use std::fmt;

use crate::record::Cell;
use crate::{figure, text};

/// Something that a workload asks for and some clients' models can't do.
#[derive(Clone, Debug, PartialEq)]
pub struct Cannot {
    /// The clients.
    pub clients: Vec<String>,
    /// What they can't do, and do instead: a clause that follows the client's name, in one line of
    /// plain text.
    pub clause: String,
    /// On which sizes; none where it is all that the clients have.
    pub sizes: Vec<u32>,
}

impl fmt::Display for Cannot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", figure::list(&self.clients), self.clause)?;
        if self.sizes.is_empty() {
            return Ok(());
        }
        let sizes: Vec<String> = self.sizes.iter().map(u32::to_string).collect();
        write!(f, " (at n = {})", figure::list(&sizes))
    }
}

/// Everything that the cells of a comparison say so, once for all clients that it is said of.
/// `clients` are those of the cells.
pub(super) fn cannot(cells: &[&Cell], clients: &[String]) -> Vec<Cannot> {
    let mut all: Vec<Cannot> = Vec::new();
    for client in clients {
        for one in of_client(cells, client) {
            let same = |it: &&mut Cannot| it.clause == one.clause && it.sizes == one.sizes;
            match all.iter_mut().find(same) {
                Some(known) => known.clients.extend(one.clients),
                None => all.push(one),
            }
        }
    }
    all
}

fn of_client(cells: &[&Cell], client: &str) -> Vec<Cannot> {
    let own: Vec<&Cell> = cells.iter().copied().filter(|cell| cell.client == client).collect();
    let clauses: BTreeSet<&str> = own.iter().filter_map(|cell| cell.cannot.as_deref()).collect();
    let one = |clause: &str| {
        let says = |cell: &&&Cell| cell.cannot.as_deref() == Some(clause);
        let mut sizes: Vec<u32> = own.iter().filter(says).map(|cell| cell.n).collect();
        sizes.sort_unstable();
        if sizes.len() == own.len() {
            sizes.clear();
        }
        let clause = text::printable(clause).into_owned();
        Cannot { clients: vec![client.to_owned()], clause, sizes }
    };
    clauses.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use crate::analysis::Analysis;
    use crate::record::Record;
    use crate::synthetic::{cell_mut, record_of};

    fn said(record: &Record) -> Vec<String> {
        Analysis::of(record).comparisons[0].cannot.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_clause_stands_once_for_all_clients_that_it_is_said_of() {
        let mut record = record_of(&["sequential", "thread-pool-32", "tokio"], &[5, 20], 3);
        assert!(said(&record).is_empty());
        for cell in record.cells.iter_mut().filter(|cell| cell.client != "tokio") {
            cell.cannot = Some("can't cancel a blocking call".to_owned());
        }
        assert_eq!(said(&record), ["sequential and thread-pool-32: can't cancel a blocking call"]);
        cell_mut(&mut record, "thread-pool-32", 5).cannot = None;
        cell_mut(&mut record, "tokio", 20).cannot = Some("can't\n\u{1b}[2J".to_owned());
        assert_eq!(
            said(&record),
            [
                "sequential: can't cancel a blocking call",
                "thread-pool-32: can't cancel a blocking call (at n = 20)",
                "tokio: can't \\u{1b}[2J (at n = 20)",
            ]
        );
    }
}
