//! The gate's part of a CI job's summary: Markdown that is never too long for it.

use std::fmt::Write as _;

use super::{Gate, Outcome, Subject, Verdict};
use crate::change::{Change, Changes, Finding};
use crate::{figure, headline, table, text};

/// The most bytes that are written. Summaries of a job's steps share a mebibyte.
const MOST: usize = 60_000;
/// As much of it as changes may take, so that expectations and failed cells have their place.
const MOST_OF_CHANGES: usize = 40_000;
/// Room for the last lines.
const END: usize = 1_000;
/// The most bytes of the headline.
const HEADLINE: usize = 2_000;

/// What the gate says, for the page of a CI job: the changed rows, the failed expectations and the
/// failed cells, in at most 60 kB. What does not fit is left out by whole rows and counted.
pub fn step_summary(gate: &Gate) -> String {
    let mut text = Limited::default();
    let headline = cut(&text::markdown(&headline::of(&gate.analysis)), HEADLINE);
    text.text = format!("\n## waitmark gate: {}\n\n{headline}\n", gate.outcome());
    if let Some(changes) = &gate.analysis.changes {
        for table in table::changes(&changed(changes)) {
            let markdown = table::markdown(&table);
            let mut lines = markdown.lines().map(|line| format!("{line}\n"));
            let title = text::markdown(&table.title);
            let head: String = lines.by_ref().take(2).collect();
            let rows: Vec<String> = lines.collect();
            text.block(&format!("\n**{title}**\n\n{head}"), &rows, MOST_OF_CHANGES);
        }
    }
    let is_failed =
        |it: &&Verdict| it.outcome == Outcome::Fail && it.subject == Subject::Expectation;
    let failed = gate.verdicts.iter().filter(is_failed).map(|verdict| item(&verdict.text));
    let failed: Vec<String> = failed.collect();
    text.block("\n**Failed expectations**\n\n", &failed, MOST - END);
    let cells = gate.analysis.failures.iter().map(|failure| item(&failure.to_string()));
    text.block("\n**Failed cells**\n\n", &cells.collect::<Vec<_>>(), MOST - END);
    let left_out = match text.left_out {
        0 => String::new(),
        rows => format!(" {} left out here; the report has them.", figure::counted(rows, "row")),
    };
    format!("{}\n{}{left_out}\n", text.text, rest(gate))
}

/// A text that takes rows as long as there is room for them.
#[derive(Default)]
struct Limited {
    text: String,
    left_out: usize,
}

impl Limited {
    /// The rows that fit into so many bytes in all, with what stands over them.
    fn block(&mut self, head: &str, rows: &[String], most: usize) {
        let first = rows.first().map_or(0, String::len);
        if rows.is_empty() || self.text.len() + head.len() + first > most {
            self.left_out += rows.len();
            return;
        }
        self.text.push_str(head);
        for row in rows {
            match self.text.len() + row.len() <= most {
                true => self.text.push_str(row),
                false => self.left_out += 1,
            }
        }
    }
}

/// The rows that changed, for all that is known.
fn changed(changes: &Changes) -> Changes {
    let is_change = |change: &&Change| change.finding.is_change();
    let changed = changes.changes.iter().filter(is_change).cloned().collect();
    Changes { changes: changed, ..changes.clone() }
}

fn item(text: &str) -> String {
    format!("- {}\n", text::markdown(text))
}

/// How much else there is, in a line.
fn rest(gate: &Gate) -> String {
    let changes = gate.analysis.changes.as_ref().map(rest_of_changes);
    let run = gate.verdicts.iter().find(|it| it.subject == Subject::Run);
    let run = run.map(|run| text::markdown(&run.text));
    let parts = [changes, rest_of_expectations(gate), run];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn rest_of_changes(changes: &Changes) -> String {
    let count = |is: fn(&Finding) -> bool| {
        changes.changes.iter().filter(|change| is(&change.finding)).count()
    };
    let floor = figure::set_percent(changes.floor);
    let all = figure::counted(changes.changes.len(), "row");
    let unchanged = count(|it| matches!(it, Finding::Small | Finding::Unchanged));
    let mut text = format!("{unchanged} of {all} did not change by more than {floor}");
    for (what, count) in [
        ("undecided", count(|it| *it == Finding::Undecided)),
        ("not confirmed by a rerun", count(|it| matches!(it, Finding::NotConfirmed(_)))),
        ("not measured", count(|it| matches!(it, Finding::NotMeasured(_)))),
    ] {
        if count > 0 {
            let _ = write!(text, "; {what}: {count}");
        }
    }
    text + "."
}

fn rest_of_expectations(gate: &Gate) -> Option<String> {
    let count = |is: fn(Outcome) -> bool| {
        let its = gate.verdicts.iter().filter(|it| it.subject == Subject::Expectation);
        its.filter(|it| is(it.outcome)).count()
    };
    let all = count(|_| true);
    let (hold, undecided) = (count(|it| it == Outcome::Pass), count(|it| it == Outcome::Undecided));
    (all > 0).then(|| format!("Expectations: {hold} of {all} hold, {undecided} undecided."))
}

/// The text, or as many of its bytes.
fn cut(text: &str, most: usize) -> String {
    match text.len() > most {
        false => text.to_owned(),
        true => format!("{}...", &text[..text.floor_char_boundary(most)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Rules;
    use crate::record::Record;
    use crate::synthetic::{self, cell_mut, fail, rerun, slow, variants};

    fn summary(record: &Record, expectations: &[&str]) -> String {
        let expectations = expectations.iter().map(|line| line.parse().unwrap()).collect();
        let text =
            step_summary(&Gate::of(record, &Rules { floor: 0.05, confirm: true, expectations }));
        assert!(text.len() <= MOST, "{} bytes", text.len());
        text
    }

    #[test]
    fn only_what_a_reader_has_to_know() {
        let mut record = variants(&["base", "new"], &[5, 20, 100], 10);
        slow(cell_mut(&mut record, "tokio@new", 20), 2.0);
        rerun(&mut record, "tokio@new", 20, 2.1);
        slow(cell_mut(&mut record, "tokio@new", 100), 1.2);
        rerun(&mut record, "tokio@new", 100, 1.0);
        fail(cell_mut(&mut record, "smol@new", 5), "<b>killed</b> | by\n`9`");
        let expectations = [
            "n=20: tokio over tokio@base >= 0.9",
            "n=100: smol over smol@base >= 0.9",
            "n=5: smol over tokio >= 1",
        ];
        insta::assert_snapshot!(summary(&record, &expectations), @r"

        ## waitmark gate: FAIL

        new takes 2.00x the time of base for tokio on fan_out with 20 requests of 10 ms each \[2.00, 2.00\], confirmed by a rerun; 1 of 6 cells changed. 1 of 6 cells looked changed, and in a rerun did not. 1 of 6 cells could not be compared.

        **What changed from base to new**

        |  |  | base | new | ratio | 95 % | finding |
        | :--- | :--- | ---: | ---: | ---: | ---: | ---: |
        | **tokio on fan_out n=20, time** | <br>again | 11.8 ms | 23.6 ms | **2.00x**<br>2.10x | 2.00–2.00<br>2.10–2.10 | **regression** |
        | **tokio on fan_out n=20, CPU** | <br>again | 1.40 ms | 2.80 ms | **2.00x**<br>2.10x | 2.00–2.00<br>2.10–2.10 | **regression** |

        **Failed expectations**

        - \`n=20: tokio over tokio@base \>= 0.9\`: 0.500x \[0.499, 0.501\] on fan_out n=20 (tokio@new)

        **Failed cells**

        - smol@new on fan_out with 5 requests of 10 ms each: \<b\>killed\</b\> \| by \`9\`

        6 of 11 rows did not change by more than 5 %; not confirmed by a rerun: 2; not measured: 1. Expectations: 1 of 3 hold, 1 undecided.
        ");
    }

    #[test]
    fn of_equal_builds_there_is_little_to_say() {
        let record = variants(&["base", "new"], &[5], 10);
        insta::assert_snapshot!(summary(&record, &[]), @"

        ## waitmark gate: PASS

        No change of 5 % or more in 2 cells between base and new.

        4 of 4 rows did not change by more than 5 %.
        ");
    }

    #[test]
    fn of_one_build_there_are_its_expectations() {
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 3);
        record.ended = crate::record::Ended::Interrupted;
        insta::assert_snapshot!(summary(&record, &["tokio over sequential >= 9"]), @r"

        ## waitmark gate: FAIL

        At 5 requests of 10 ms each, tokio is 4.98x as fast as sequential \[4.94, 5.01\].

        **Failed expectations**

        - \`tokio over sequential \>= 9\`: 4.98x \[4.94, 5.01\] on fan_out n=5

        Expectations: 0 of 1 hold, 0 undecided. The run was interrupted after 3 of 3 rounds.
        ");
    }

    #[test]
    fn a_long_one_is_cut_by_whole_rows() {
        let sizes: Vec<u32> = (1..=500).collect();
        let mut record = variants(&["base", "new"], &sizes, 3);
        for cell in record.cells.iter_mut().filter(|cell| cell.client == "tokio@new") {
            slow(cell, 2.0);
        }
        for cell in record.cells.iter_mut().filter(|cell| cell.client == "smol@new") {
            fail(cell, &"reason | ".repeat(20));
        }
        let text = summary(&record, &["n=1: tokio over tokio@base >= 0.9"]);
        let rows = text.lines().filter(|line| line.starts_with("| **tokio on")).count();
        let failed = text.lines().filter(|line| line.starts_with("- smol@new on")).count();
        assert!(rows > 100 && failed > 10, "{rows} rows, {failed} failed cells");
        assert!(text.contains("- \\`n=1: tokio over tokio@base \\>= 0.9\\`: 0.500x"), "{text}");
        let left_out = figure::counted(1000 + 500 - rows - failed, "row");
        assert!(
            text.lines().last().unwrap().contains(&format!(" {left_out} left out here;")),
            "{text}"
        );
    }

    #[test]
    fn a_cut_is_at_a_whole_character() {
        assert_eq!(cut("ééé", 3), "é...");
        assert_eq!(cut("ééé", 6), "ééé");
    }
}
