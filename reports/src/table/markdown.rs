//! A table as GitHub-flavoured Markdown.

use super::{Cell, Kind, Name, Table};
use crate::text;

/// The table, each cell's figures under each other and the leading one bold.
pub(crate) fn markdown(table: &Table) -> String {
    let labels: Vec<&str> = table.measures.iter().map(|measure| measure.label()).collect();
    let labels = labels.join("<br>");
    // Without any label their column would be empty.
    let beside = |text: &str| (!labels.is_empty()).then(|| text.to_owned());
    let heads = table.columns.iter().map(|column| match column.kind {
        Kind::Measured => text::markdown(&column.head),
        Kind::Computed | Kind::Published => format!("*{}*", text::markdown(&column.head)),
    });
    let corner = [table.corner.to_owned()].into_iter().chain(beside(""));
    let mut lines = line(corner.chain(heads));
    let is_list = matches!(table.name, Name::Changes | Name::Claims | Name::Scenarios);
    let side = if is_list { ":---" } else { "---:" };
    let rules = [side.to_owned()].into_iter().chain(beside(":---"));
    lines.push_str(&line(rules.chain(table.columns.iter().map(|_| "---:".to_owned()))));
    for row in &table.rows {
        let cells = row.cells.iter().map(|cell| cell_text(table, cell));
        let detail = row.detail.iter().map(|line| format!("<br>{}", text::markdown(line)));
        let head = format!("**{}**{}", text::markdown(&row.head), detail.collect::<String>());
        let head = [head].into_iter();
        lines.push_str(&line(head.chain(beside(&labels)).chain(cells)));
    }
    lines
}

fn cell_text(table: &Table, cell: &Cell) -> String {
    let (texts, leads) = match cell {
        Cell::Figures(texts, _) => (texts, table.name != Name::Changes),
        Cell::Found(texts, finding) => (texts, finding.is_change()),
        Cell::Held(texts, _) => (texts, true),
        Cell::Without(_) | Cell::Empty => return cell.text(0).to_owned(),
    };
    let lead = table.measures.iter().copied().max_by_key(|measure| measure.weight());
    let lead = lead.filter(|_| leads);
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
