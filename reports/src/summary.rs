//! `summary.md`: the headline, the tables and the conditions, for an issue or a pull request.

use std::fmt::Write as _;

use crate::analysis::{Analysis, Comparison};
use crate::conditions;
use crate::record::Record;
use crate::table::{self, Table};
use crate::{figure, headline};

/// The whole summary.
pub(crate) fn markdown(record: &Record, analysis: &Analysis) -> String {
    let mut text = format!("# waitmark: {}\n\n{}\n", workloads(analysis), headline::of(analysis));
    list(&mut text, "Warnings", &analysis.warnings);
    for comparison in &analysis.comparisons {
        let _ = write!(text, "\n## {}\n\n", comparison.scenario.title());
        push_table(&mut text, &table::speedup(comparison));
        push_versus(&mut text, comparison);
    }
    list(&mut text, "Failed cells", &analysis.failures);
    let _ = writeln!(text, "\n{}", conditions_line(record));
    text
}

fn workloads(analysis: &Analysis) -> String {
    let mut names: Vec<&str> =
        analysis.comparisons.iter().map(|c| c.scenario.workload.as_str()).collect();
    names.dedup();
    if names.is_empty() { "nothing measured".to_owned() } else { figure::list(&names) }
}

fn push_table(text: &mut String, table: &Table) {
    text.push_str(&table::markdown(table));
    for note in &table.notes {
        let _ = write!(text, "\n{note}\n");
    }
}

fn push_versus(text: &mut String, comparison: &Comparison) {
    if let Some(table) = table::versus(&comparison.head_to_head) {
        let amount = comparison.scenario.counted(comparison.head_to_head.n);
        let _ = write!(text, "\n### Head to head at {amount}\n\n");
        push_table(text, &table);
    }
}

fn list<T: std::fmt::Display>(text: &mut String, title: &str, items: &[T]) {
    if items.is_empty() {
        return;
    }
    let _ = write!(text, "\n**{title}**\n\n");
    for item in items {
        let _ = writeln!(text, "- {item}");
    }
}

/// Machine, versions and method in one line.
fn conditions_line(record: &Record) -> String {
    let mut parts: Vec<String> = conditions::machine(&record.machine)
        .into_iter()
        .filter(|(name, _)| ["processor", "system"].contains(&name.as_str()))
        .map(|(_, value)| value)
        .collect();
    parts.extend(
        conditions::versions(record).iter().map(|(name, version)| format!("{name} {version}")),
    );
    let profile = &record.profile;
    parts.push(format!(
        "profile {}, {} of {} rounds, seed {}",
        profile.name,
        conditions::rounds_run(record),
        profile.rounds,
        profile.seed
    ));
    parts.push(record.created.clone());
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    #[test]
    fn a_summary_with_a_failed_cell() {
        let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 5);
        synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 5), "2 wrong answers");
        insta::assert_snapshot!(markdown(&record, &Analysis::of(&record)), @"
        # waitmark: fan_out

        At 20 requests of 10 ms each, tokio is 17.6x as fast as sequential [17.6, 17.7] and smol 17.4x [17.4, 17.5]. Between tokio and smol there is no clear winner.

        **Warnings**

        - Failed cells, which have no figures: 1 of 6.

        ## fan_out, requests of 10 ms

        | n |  | sequential | tokio | smol | *ideal* | *guide* |
        | ---: | :--- | ---: | ---: | ---: | ---: | ---: |
        | **5** | time<br>speedup<br>95 %<br>efficiency | 52.0 ms<br>**1x**<br>reference<br>96 % | failed | 10.5 ms<br>**4.96x**<br>4.95–4.98<br>95 % | 10 ms<br>**5x** | 1.1 s<br>**4.7x** |
        | **20** | time<br>speedup<br>95 %<br>efficiency | 208 ms<br>**1x**<br>reference<br>96 % | 11.8 ms<br>**17.6x**<br>17.6–17.7<br>85 % | 11.9 ms<br>**17.4x**<br>17.4–17.5<br>84 % | 10 ms<br>**20x** | 1.4 s<br>**14.9x** |

        ideal: what the waits alone cost the client that waits least.

        guide: published for Python's asyncio, with requests of 1 s.

        ### Head to head at 20 requests

        |  |  | sequential | tokio | smol |
        | ---: | :--- | ---: | ---: | ---: |
        | **sequential** | verdict<br>speedup<br>95 % |  | **slower**<br>0.0567x<br>0.0565–0.0569 | **slower**<br>0.0573x<br>0.0571–0.0575 |
        | **tokio** | verdict<br>speedup<br>95 % | **faster**<br>17.6x<br>17.6–17.7 |  | **same**<br>1.01x<br>1.01–1.01 |
        | **smol** | verdict<br>speedup<br>95 % | **faster**<br>17.4x<br>17.4–17.5 | **same**<br>0.990x<br>0.987–0.993 |  |

        Each row's client against each column's.

        **Failed cells**

        - tokio on fan_out with 5 requests of 10 ms each: 2 wrong answers

        Synthetic CPU, 4 logical CPUs · Linux 6.1.0 x86_64 · waitmark 0.1.0 · commit 0123456789ab · async-std 1.13.2 · criterion 0.8.2 · smol 2.0.2 · tokio 1.54.1 · profile synthetic, 5 of 5 rounds, seed 42 · 2025-01-02T03:04:05Z
        ");
    }

    #[test]
    fn an_empty_record_has_a_summary() {
        let record = synthetic::record_of(&[], &[], 5);
        let text = markdown(&record, &Analysis::of(&record));
        assert!(text.starts_with("# waitmark: nothing measured\n\nNo cell"), "{text}");
    }
}
