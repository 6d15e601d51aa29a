//! The machines side by side as Markdown.

use std::fmt::Write as _;

use super::beside::{Column, Machines};
use super::table::{heads, table};
use crate::{conditions, table as tables, text};

pub(super) fn markdown(machines: &Machines) -> String {
    let headline = text::markdown(&machines.headline());
    let mut text = format!("# waitmark on several machines\n\n{headline}\n");
    for section in &machines.sections {
        let table = table(machines, section);
        let _ = write!(text, "\n## {}\n\n", text::markdown(&table.title));
        text.push_str(&tables::markdown(&table));
        for note in &table.notes {
            let _ = write!(text, "\n{}\n", text::markdown(note));
        }
    }
    text.push_str("\n## The machines\n\n");
    for (head, column) in heads(machines).iter().zip(&machines.columns) {
        let _ = writeln!(text, "- **{}**: {}", text::markdown(head), text::markdown(&told(column)));
        for warning in &column.warnings {
            let _ = writeln!(text, "  - {}", text::markdown(warning));
        }
    }
    text
}

/// Machine, versions and method in one line.
fn told(Column { record, .. }: &Column) -> String {
    let versions = conditions::versions(record);
    let versions = versions.iter().map(|(name, version)| format!("{name} {version}"));
    let mut parts = vec![conditions::processor(&record.machine), record.machine.kernel.clone()];
    parts.extend(versions);
    parts.push(format!("profile {}", record.profile.name));
    parts.push(conditions::when(&record.created));
    parts.join(" · ")
}
