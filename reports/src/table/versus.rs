//! The head-to-head matrix: each row's client against each column's.

use super::{Cell, Column, Kind, Measure, Row, Table};
use crate::analysis::HeadToHead;
use crate::figure;
use crate::stats::{Estimate, Verdict};

/// The matrix of verdicts, or `None` with fewer than two clients to compare.
pub(crate) fn versus(head_to_head: &HeadToHead) -> Option<Table> {
    let HeadToHead { clients, pairs, .. } = head_to_head;
    if clients.len() < 2 {
        return None;
    }
    let all = || pairs.iter().flatten().flatten();
    let mut measures = vec![Measure::Verdict, Measure::Speedup];
    if all().any(|(estimate, _)| estimate.interval.is_some()) {
        measures.push(Measure::Interval);
    }
    let columns =
        clients.iter().map(|client| Column { head: client.clone(), kind: Kind::Measured });
    let row = |(client, pairs): (&String, &Vec<Option<(Estimate, Verdict)>>)| Row {
        head: client.clone(),
        cells: pairs.iter().map(|pair| cell(*pair, &measures)).collect(),
    };
    Some(Table {
        corner: "",
        columns: columns.collect(),
        rows: clients.iter().zip(pairs).map(row).collect(),
        notes: vec!["Each row's client against each column's.".to_owned()],
        measures,
    })
}

fn cell(pair: Option<(Estimate, Verdict)>, measures: &[Measure]) -> Cell {
    let Some((estimate, verdict)) = pair else {
        return Cell::Empty;
    };
    let text = |measure: &Measure| match measure {
        Measure::Verdict => verdict.as_str().to_owned(),
        Measure::Speedup => figure::speedup(estimate.value),
        Measure::Interval => match estimate.interval {
            Some(interval) => figure::interval(interval, "–"),
            None => "no interval".to_owned(),
        },
        Measure::Time | Measure::Efficiency => String::new(),
    };
    Cell::Figures(measures.iter().map(text).collect(), Some(verdict))
}
