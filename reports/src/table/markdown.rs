//! A table as GitHub-flavoured Markdown.

use super::{Cell, Kind, Table};
use crate::text;

/// The table, each cell's figures under each other and the leading one bold.
pub(crate) fn markdown(table: &Table) -> String {
    let labels: Vec<&str> = table.measures.iter().map(|measure| measure.label()).collect();
    let heads = table.columns.iter().map(|column| match column.kind {
        Kind::Measured => text::markdown(&column.head),
        Kind::Computed | Kind::Published => format!("*{}*", text::markdown(&column.head)),
    });
    let mut lines = line([table.corner.to_owned(), String::new()].into_iter().chain(heads));
    let rules = table.columns.iter().map(|_| "---:".to_owned());
    lines.push_str(&line(["---:".to_owned(), ":---".to_owned()].into_iter().chain(rules)));
    for row in &table.rows {
        let cells = row.cells.iter().map(|cell| cell_text(table, cell));
        let left = [format!("**{}**", text::markdown(&row.head)), labels.join("<br>")];
        lines.push_str(&line(left.into_iter().chain(cells)));
    }
    lines
}

fn cell_text(table: &Table, cell: &Cell) -> String {
    let Cell::Figures(texts, _) = cell else {
        return cell.text(0).to_owned();
    };
    let lead = table.measures.iter().copied().max_by_key(|measure| measure.weight());
    let emphasised = |(index, text): (usize, &String)| match Some(table.measures[index]) == lead {
        true if !text.is_empty() => format!("**{text}**"),
        _ => text.clone(),
    };
    let lines: Vec<String> = texts.iter().enumerate().map(emphasised).collect();
    // Empty lines in the middle keep the others beside their labels; at the end they do nothing.
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    lines[..end].join("<br>")
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}
