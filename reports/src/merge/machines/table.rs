//! A section as a table: a row for each ratio, a column a machine.

use super::beside::{Column, Machines, Row, Section};
use crate::figure;
use crate::relative::{Against, Found};
use crate::stats::{Estimate, Verdict};
use crate::table::{self, Cell, Kind, Measure, Name, Table};
use crate::text;

/// The most characters of a processor's name at the head of a column.
const LONGEST_HEAD: usize = 32;

const RANGE: &str = "range";

pub(super) fn table(machines: &Machines, section: &Section) -> Table {
    let (measures, note) = match section.reference {
        Some(_) => (vec![Measure::Speedup, Measure::Interval], "above 1 the client is faster"),
        None => (
            vec![Measure::Verdict, Measure::Ratio, Measure::Interval],
            "below 1 the variant is faster than the base",
        ),
    };
    let several = machines.columns.len() > 1;
    let measured = |head| table::Column { head, kind: Kind::Measured };
    let mut columns: Vec<table::Column> = heads(machines).into_iter().map(measured).collect();
    if several {
        columns.push(table::Column { head: RANGE.to_owned(), kind: Kind::Computed });
    }
    let row = |row: &Row| {
        let mut cells: Vec<Cell> = row.found.iter().map(|found| cell(row, *found)).collect();
        cells.extend(several.then(|| range(row, measures.len())));
        table::Row::new(format!("{}, n = {}", row.title(), row.n), cells)
    };
    Table {
        name: Name::Machines,
        title: text::printable(&section.title()).into_owned(),
        corner: "",
        rows: section.rows.iter().map(row).collect(),
        measures,
        columns,
        notes: vec![format!("Ratios inside each machine: {note}.")],
    }
}

/// The columns' names: a number and the processor.
pub(super) fn heads(machines: &Machines) -> Vec<String> {
    let head = |(place, Column { record, .. }): (usize, &Column)| {
        let model = record.machine.cpu_model.as_deref().unwrap_or("unknown CPU");
        format!("{}: {}", place + 1, short(model))
    };
    machines.columns.iter().enumerate().map(head).collect()
}

/// A processor's name without marks, clock rate and what every processor is.
fn short(model: &str) -> String {
    let model = text::printable(model).replace("(R)", "").replace("(TM)", "");
    let (model, _) = model.split_once(" @ ").unwrap_or((&model, ""));
    let words = model.split_whitespace().filter(|word| !["CPU", "Processor"].contains(word));
    words.collect::<Vec<_>>().join(" ").chars().take(LONGEST_HEAD).collect()
}

fn cell(row: &Row, found: Option<Found>) -> Cell {
    let (ratio, verdict) = match found {
        None => return Cell::Empty,
        Some(Found::Without(why)) => return Cell::Without(why),
        Some(Found::Ratio(ratio, verdict)) => (row.against.shown(ratio), verdict),
    };
    let (value, interval) = (figure::speedup(ratio.value), interval(&ratio));
    match row.against {
        Against::Reference(_) => Cell::Figures(vec![value, interval], None),
        Against::Base(_) => {
            Cell::Figures(vec![verdict.as_str().to_owned(), value, interval], sure(verdict))
        }
    }
}

/// Only what is surely slower or faster is set off.
fn sure(verdict: Verdict) -> Option<Verdict> {
    matches!(verdict, Verdict::Faster | Verdict::Slower).then_some(verdict)
}

fn interval(ratio: &Estimate) -> String {
    ratio.interval.map_or("no interval".to_owned(), |interval| figure::interval(interval, "–"))
}

/// The least and the most of the machines' ratios, in the first of the cell's figures.
fn range(row: &Row, measures: usize) -> Cell {
    let values = || row.ratios().map(|(value, _)| value);
    let (Some(least), Some(most)) = (values().reduce(f64::min), values().reduce(f64::max)) else {
        return Cell::Empty;
    };
    if values().count() < 2 {
        return Cell::Empty;
    }
    let text = format!("{} to {}", figure::speedup(least), figure::speedup(most));
    let mut texts = vec![String::new(); measures];
    texts[0] = text;
    Cell::Figures(texts, None)
}
