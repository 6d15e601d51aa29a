//! The tables as plain text of at most 100 columns.

use std::fmt::Write as _;
use std::ops::Range;

use super::speedup::speedup;
use super::{CANNOT, Measure, Name, Row, Split, Table, changes, costs, moments};
use crate::analysis::{Analysis, Comparison, Quantity};
use crate::claims::Claims;
use crate::headline;
use crate::text::{WIDTH, wrapped};

const GAP: &str = "  ";

/// The headline, the speedups and costs, and what to know about them, in lines of at most 100
/// columns.
pub fn terminal(analysis: &Analysis) -> String {
    let mut text = wrapped("", &headline::of(analysis));
    for table in analysis.changes.iter().flat_map(changes) {
        let _ = writeln!(text, "\n{}\n", table.title);
        text.push_str(&plain(&table));
        for note in &table.notes {
            text.push_str(&wrapped("  ", note));
        }
    }
    if let Some(claims) = &analysis.claims {
        text.push_str(&list(claims));
    }
    let split = Split::of(analysis);
    for comparison in &split.whole {
        let _ = writeln!(text, "\n{}\n", comparison.scenario.title());
        for table in tables(comparison) {
            if table.name != Name::Speedup {
                let _ = writeln!(text, "\n  {}\n", table.title);
            }
            text.push_str(&plain(&table));
            for note in &table.notes {
                text.push_str(&wrapped("  ", note));
            }
        }
        if !comparison.cannot.is_empty() {
            let _ = writeln!(text, "\n  {CANNOT}\n");
        }
        for cannot in &comparison.cannot {
            text.push_str(&wrapped("  - ", &cannot.to_string()));
        }
    }
    text.push_str(&scenarios(&split));
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

/// The claims with what came of them, in a line or two each.
fn list(claims: &Claims) -> String {
    let mut text = format!("\n{}\n\n", super::claims::TITLE);
    text.push_str(&wrapped("  ", &claims.summary()));
    text.push('\n');
    for held in &claims.held {
        let number = format!("#{}", held.claim.number);
        text.push_str(&wrapped(&format!("  {number:<3}  "), &held.in_short()));
    }
    text
}

/// The scenarios that stand together, and what models can't do in them.
fn scenarios(split: &Split) -> String {
    let Some(table) = split.table() else { return String::new() };
    let mut text = format!("\n{}\n\n{}", table.title, plain(&table));
    for note in &table.notes {
        text.push_str(&wrapped("  ", note));
    }
    text.push_str(&wrapped("  ", "The report has their moments, costs and verdicts."));
    let cannot = split.cannot();
    if !cannot.is_empty() {
        let _ = writeln!(text, "\n  {CANNOT}\n");
    }
    for cannot in &cannot {
        text.push_str(&wrapped("  - ", cannot));
    }
    text
}

/// What a glance needs: the speedups, without the guide's where those would not fit beside them, and
/// the main costs of the largest size.
fn tables(comparison: &Comparison) -> Vec<Table> {
    let whole = speedup(comparison, true);
    let speedup = match Layout::of(&whole).blocks().len() {
        0 | 1 => whole,
        _ => speedup(comparison, false),
    };
    let largest = comparison.largest();
    let costs = largest.and_then(|row| costs(comparison, row, &Quantity::MAIN_COSTS));
    let moments = largest.and_then(|row| moments(comparison, row));
    [speedup].into_iter().chain(moments).chain(costs).collect()
}

/// How wide the parts of a table are, in characters.
struct Layout {
    head: usize,
    measure: usize,
    columns: Vec<usize>,
}

impl Layout {
    fn of(table: &Table) -> Self {
        let lines =
            |row: &Row| (0..row.head.lines().count()).map(|at| head_line(row, at)).collect();
        let heads: Vec<String> =
            table.rows.iter().flat_map(|row| -> Vec<_> { lines(row) }).collect();
        Self {
            head: width(heads.iter().map(String::as_str).chain([table.corner])),
            measure: width(table.measures.iter().map(|measure| label(table, *measure))),
            columns: (0..table.columns.len()).map(|at| column_width(table, at)).collect(),
        }
    }

    /// The columns that stand beside each other, for as many blocks as there have to be.
    fn blocks(&self) -> Vec<Range<usize>> {
        let left = GAP.len() + self.head + GAP.len() + self.measure;
        let mut blocks: Vec<Range<usize>> = Vec::new();
        let mut total = WIDTH;
        for (at, width) in self.columns.iter().enumerate() {
            total += GAP.len() + width;
            match blocks.last_mut() {
                Some(block) if total <= WIDTH => block.end = at + 1,
                _ => {
                    total = left + GAP.len() + width;
                    blocks.push(at..at + 1);
                }
            }
        }
        blocks
    }
}

/// The table with its columns aligned, in several blocks where it is too wide for one.
fn plain(table: &Table) -> String {
    let layout = Layout::of(table);
    let blocks = layout.blocks().into_iter();
    blocks.map(|block| block_lines(table, block, &layout)).collect()
}

/// The lines of the columns in `block`.
fn block_lines(table: &Table, block: Range<usize>, layout: &Layout) -> String {
    let Layout { head, measure, columns } = layout;
    // Rows of a line or two stand close, and their names begin where the others' do.
    let is_list = matches!(table.name, Name::Changes | Name::Scenarios);
    let named = |name: &str| match is_list {
        true => format!("{GAP}{name:head$}"),
        false => format!("{GAP}{name:>head$}"),
    };
    let mut text = String::new();
    let mut line = format!("{}{GAP}{:measure$}", named(table.corner), "");
    for at in block.clone() {
        let _ = write!(line, "{GAP}{:>1$}", table.columns[at].head, columns[at]);
    }
    push_line(&mut text, &line);
    for row in &table.rows {
        for (index, of) in table.measures.iter().enumerate() {
            let has_head = row.head.lines().count() > index;
            if is_list && index > 0 && !has_head && !has_text(row, index) {
                continue;
            }
            let name = head_line(row, index);
            let mut line = format!("{}{GAP}{:measure$}", named(&name), label(table, *of));
            for at in block.clone() {
                let _ = write!(line, "{GAP}{:>1$}", row.cells[at].text(index), columns[at]);
            }
            push_line(&mut text, &line);
        }
        if !is_list {
            text.push('\n');
        }
    }
    if is_list {
        text.push('\n');
    }
    text
}

/// A line of the row's head; all but the first begin a little later.
fn head_line(row: &Row, index: usize) -> String {
    match row.head.lines().nth(index) {
        Some(line) if index > 0 => format!("{GAP}{line}"),
        Some(line) => line.to_owned(),
        None => String::new(),
    }
}

/// What stands beside the texts of a measure. Times and speedups of scenarios tell themselves.
fn label(table: &Table, measure: Measure) -> &'static str {
    if table.name == Name::Scenarios { "" } else { measure.label() }
}

/// Whether any cell of the row has a text for the measure at this index.
fn has_text(row: &Row, index: usize) -> bool {
    row.cells.iter().any(|cell| !cell.text(index).is_empty())
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
