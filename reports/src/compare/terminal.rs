//! The comparison of two runs as plain text.

use std::fmt::Write as _;

use super::compared::{Compared, Row, Run, rank};
use super::differences::Difference;
use crate::stats::{FAMILY_ERROR, Verdict};
use crate::text::{WIDTH, wrapped};
use crate::{conditions, figure, text};

/// The comparison in lines of at most 100 columns, what changed first.
pub fn terminal(compared: &Compared) -> String {
    let mut text = format!("base: {}\nnew:  {}\n\n", run(&compared.base), run(&compared.new));
    text.push_str(&wrapped("", &headline(compared)));
    push_warnings(&mut text, compared);
    push_differences(&mut text, compared);
    push_rows(&mut text, compared);
    if !compared.left_out.is_empty() {
        text.push('\n');
    }
    for left_out in &compared.left_out {
        text.push_str(&wrapped("", &left_out.to_string()));
    }
    text.push('\n');
    text.push_str(&wrapped("", &note(compared)));
    text
}

fn run(Run { run, created, git_rev, .. }: &Run) -> String {
    let commit = git_rev.as_ref().map(|rev| format!(", commit {}", conditions::short(rev)));
    let text = format!("{}, run {run}{}", conditions::when(created), commit.unwrap_or_default());
    text::printable(&text).into_owned()
}

/// How many cells went which way.
fn headline(compared: &Compared) -> String {
    let Compared { rows, margin, .. } = compared;
    let cells = figure::counted(rows.len(), "cell");
    if rows.is_empty() {
        return "The runs have no cell in common that both have figures of.".to_owned();
    }
    if rows.iter().all(|row| row.verdict.is_none()) {
        return format!("{cells} in both runs, and no verdicts: the conditions differ.");
    }
    let margin = figure::set_percent(*margin);
    let word = |verdict: Verdict| match verdict {
        Verdict::Faster | Verdict::Slower | Verdict::Undecided { .. } => {
            verdict.as_str().to_owned()
        }
        Verdict::SlightlyFaster | Verdict::SlightlySlower => format!("changed inside {margin}"),
        Verdict::Same => format!("the same within {margin}"),
    };
    let mut counts: Vec<(String, usize)> = Vec::new();
    for word in rows.iter().filter_map(|row| row.verdict).map(word) {
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let counts: Vec<String> =
        counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    format!("{cells} in both runs: {}.", counts.join(", "))
}

fn push_warnings(text: &mut String, Compared { base, new, .. }: &Compared) {
    let mut lines = String::new();
    if base.run == new.run {
        lines.push_str(&wrapped("warning: ", "both are the same run."));
    }
    for (name, run) in [("base", base), ("new", new)] {
        for warning in &run.warnings {
            lines.push_str(&wrapped(&format!("warning, {name}: "), &warning.to_string()));
        }
    }
    if !lines.is_empty() {
        let _ = write!(text, "\n{lines}");
    }
}

fn push_differences(text: &mut String, compared: &Compared) {
    let differences = &compared.differences;
    let forbidding: Vec<&Difference> =
        differences.machine.iter().chain(&differences.method).collect();
    let judged = compared.rows.iter().any(|row| row.verdict.is_some());
    let conditions = match judged {
        true => "other conditions, and verdicts in spite of them",
        false => "other conditions (--cross-machine gives verdicts in spite of them)",
    };
    push_list(text, conditions, &forbidding);
    let code: Vec<&Difference> = differences.code.iter().chain(&differences.variants).collect();
    push_list(text, "other code", &code);
}

fn push_list(text: &mut String, title: &str, differences: &[&Difference]) {
    if differences.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}:");
    for Difference { what, base, new } in differences {
        text.push_str(&wrapped("  ", &format!("{what}: {base} in base, {new} in new")));
    }
}

/// The rows, in groups of what became of them and then by scenario.
fn push_rows(text: &mut String, compared: &Compared) {
    let lines: Vec<[String; COLUMNS]> =
        compared.rows.iter().map(|row| line(row, compared.differences.mark())).collect();
    let layout = Layout::of(&lines);
    let mut before: Option<&Row> = None;
    for (row, line) in compared.rows.iter().zip(&lines) {
        let group = group(row.verdict);
        if before.is_none_or(|it| rank(it.verdict) != rank(row.verdict)) {
            let _ = writeln!(text, "\n{group}");
            before = None;
        }
        if before.is_none_or(|it| it.scenario != row.scenario) {
            let _ = write!(text, "\n{}\n", wrapped("  ", &row.scenario.title()).trim_end());
            layout.push(text, &HEADS.map(str::to_owned));
        }
        layout.push(text, line);
        before = Some(row);
    }
}

fn group(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "not comparable",
        Some(Verdict::Faster | Verdict::Slower) => "changed",
        Some(Verdict::SlightlyFaster | Verdict::SlightlySlower) => "changed, inside the margin",
        Some(Verdict::Undecided { .. }) => "undecided",
        Some(Verdict::Same) => "the same",
    }
}

const COLUMNS: usize = 7;
const HEADS: [&str; COLUMNS] = ["", "n", "base", "new", "new/base", "95 %", "verdict"];

fn line(row: &Row, mark: Option<&str>) -> [String; COLUMNS] {
    let verdict = match row.verdict {
        Some(verdict) => verdict.as_str(),
        None => "not comparable",
    };
    let mark = mark.filter(|_| row.verdict.is_some());
    let interval = row.ratio.interval.map(|interval| figure::interval(interval, "–"));
    [
        row.client.clone(),
        row.n.to_string(),
        figure::duration_ns(row.base.value),
        figure::duration_ns(row.new.value),
        figure::speedup(row.ratio.value),
        interval.unwrap_or_else(|| "no interval".to_owned()),
        format!("{verdict}{}", mark.map(|mark| format!(" ({mark})")).unwrap_or_default()),
    ]
}

/// How wide the columns are, in characters; the first is as wide as is left for it.
struct Layout([usize; COLUMNS]);

impl Layout {
    const INDENT: &str = "    ";
    const GAP: &str = "  ";

    fn of(lines: &[[String; COLUMNS]]) -> Self {
        let mut widths = HEADS.map(|head| head.chars().count());
        for line in lines {
            for (width, text) in widths.iter_mut().zip(line) {
                *width = text.chars().count().max(*width);
            }
        }
        let others: usize = widths[1..].iter().map(|width| Self::GAP.len() + width).sum();
        widths[0] = widths[0].min(WIDTH.saturating_sub(Self::INDENT.len() + others));
        Self(widths)
    }

    /// A name that is too long for its column gets a line of its own.
    fn push(&self, text: &mut String, [name, figures @ .., verdict]: &[String; COLUMNS]) {
        let Self(widths) = self;
        let mut line = format!("{}{name:1$}", Self::INDENT, widths[0]);
        if name.chars().count() > widths[0] {
            let _ = writeln!(text, "{line}");
            line = format!("{}{:2$}", Self::INDENT, "", widths[0]);
        }
        for (figure, width) in figures.iter().zip(&widths[1..]) {
            let _ = write!(line, "{}{figure:>width$}", Self::GAP);
        }
        let _ = write!(line, "{}{verdict}", Self::GAP);
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn note(compared: &Compared) -> String {
    let rule = format!(
        "Ratios are of geometric means over rounds, with Welch's t intervals; verdicts by Holm's \
         method at {} over all cells, with a margin of {}.",
        figure::set_percent(FAMILY_ERROR),
        figure::set_percent(compared.margin)
    );
    format!(
        "{rule} Two runs are two moments, and runs apart differ by more than chance: of 190 pairs \
         of runs of the same code, 27 had a cell that seemed to have changed. Measure variants in \
         one run (cargo bench -- --variant) to know what a change of code did."
    )
}
