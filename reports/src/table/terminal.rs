//! The tables as plain text of at most 100 columns.

use std::fmt::Write as _;

use super::{Name, Table};
use crate::analysis::Analysis;
use crate::headline;

/// Widest line that is printed, unless a single column is wider.
const WIDTH: usize = 100;
const GAP: &str = "  ";

/// The headline, the speedups and costs, and what to know about them, in lines of at most 100
/// columns.
pub fn terminal(analysis: &Analysis) -> String {
    let mut text = wrapped("", &headline::of(analysis));
    for comparison in &analysis.comparisons {
        let _ = writeln!(text, "\n{}\n", comparison.scenario.title());
        for table in super::brief(comparison) {
            if table.name != Name::Speedup {
                let _ = writeln!(text, "\n  {}\n", table.title);
            }
            text.push_str(&plain(&table));
            for note in &table.notes {
                text.push_str(&wrapped("  ", note));
            }
        }
    }
    if !analysis.failures.is_empty() {
        text.push('\n');
    }
    for failure in &analysis.failures {
        text.push_str(&wrapped("failed: ", &failure.to_string()));
    }
    if !analysis.warnings.is_empty() {
        text.push('\n');
    }
    for warning in &analysis.warnings {
        text.push_str(&wrapped("warning: ", &warning.to_string()));
    }
    text
}

/// The table with its columns aligned, in several blocks where it is too wide for one.
fn plain(table: &Table) -> String {
    let head = width(table.rows.iter().map(|row| row.head.as_str()).chain([table.corner]));
    let measure = width(table.measures.iter().map(|measure| measure.label()));
    let widths: Vec<usize> = (0..table.columns.len()).map(|at| column_width(table, at)).collect();

    let left = GAP.len() + head + GAP.len() + measure;
    let mut text = String::new();
    let mut rest = 0..widths.len();
    while !rest.is_empty() {
        let mut total = left;
        let fitting = widths[rest.clone()]
            .iter()
            .take_while(|width| {
                total += GAP.len() + **width;
                total <= WIDTH
            })
            .count();
        let block = rest.start..rest.start + fitting.max(1);
        block_lines(&mut text, table, block.clone(), &widths, (head, measure));
        rest.start = block.end;
    }
    text
}

/// The lines of the columns in `block`.
fn block_lines(
    text: &mut String,
    table: &Table,
    block: std::ops::Range<usize>,
    widths: &[usize],
    (head, measure): (usize, usize),
) {
    let mut line = format!("{GAP}{:>head$}{GAP}{:measure$}", table.corner, "");
    for at in block.clone() {
        let _ = write!(line, "{GAP}{:>1$}", table.columns[at].head, widths[at]);
    }
    push_line(text, &line);
    for row in &table.rows {
        for (index, of) in table.measures.iter().enumerate() {
            let name = if index == 0 { row.head.as_str() } else { "" };
            let mut line = format!("{GAP}{name:>head$}{GAP}{:measure$}", of.label());
            for at in block.clone() {
                let _ = write!(line, "{GAP}{:>1$}", row.cells[at].text(index), widths[at]);
            }
            push_line(text, &line);
        }
        text.push('\n');
    }
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

fn column_width(table: &Table, at: usize) -> usize {
    let cells = table.rows.iter().map(|row| &row.cells[at]);
    let texts = cells.flat_map(|cell| (0..table.measures.len()).map(|index| cell.text(index)));
    width(texts.chain([table.columns[at].head.as_str()]))
}

fn width<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0)
}

/// `text` after `prefix`, broken between words, with the next lines under the first's text.
fn wrapped(prefix: &str, text: &str) -> String {
    let mut lines = String::from(prefix);
    let mut column = prefix.chars().count();
    for (index, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > WIDTH {
            let _ = write!(lines, "\n{:1$}", "", prefix.len());
            column = prefix.len();
        } else if index > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines.push('\n');
    lines
}
