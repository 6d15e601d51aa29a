//! `summary.md`: the headline, the tables and the conditions, for an issue or a pull request.

use std::fmt::Write as _;

use crate::analysis::{Analysis, Comparison};
use crate::headline::{self, Part};
use crate::record::Record;
use crate::table::{self, Name, Split, Table};
use crate::{conditions, figure, text};

/// The most workloads that the title names.
const MOST_NAMED: usize = 4;

/// The whole summary.
pub(crate) fn markdown(record: &Record, analysis: &Analysis) -> String {
    let mut text = format!("# waitmark: {}\n\n{}\n", workloads(analysis), finding(analysis));
    list(&mut text, "Warnings", &analysis.warnings);
    for table in analysis.changes.iter().flat_map(table::changes) {
        let _ = write!(text, "\n## {}\n\n", text::markdown(&table.title));
        push_figures(&mut text, &table);
    }
    if let Some(claims) = &analysis.claims {
        let table = table::claims(claims);
        let _ = write!(text, "\n## {}\n\n", text::markdown(&table.title));
        let _ = write!(text, "{}\n\n", text::markdown(&claims.summary()));
        push_figures(&mut text, &table);
    }
    let split = Split::of(analysis);
    for comparison in split.whole.iter().copied() {
        let title = text::markdown(&comparison.scenario.title());
        let _ = write!(text, "\n## {title}\n\n");
        push_comparison(&mut text, comparison);
    }
    push_scenarios(&mut text, &split);
    list(&mut text, "Failed cells", &analysis.failures);
    let _ = writeln!(text, "\n{}", text::markdown(&conditions_line(record)));
    text
}

fn push_comparison(text: &mut String, comparison: &Comparison) {
    for table in table::all(comparison) {
        push_table(text, &table);
    }
    if !comparison.cannot.is_empty() {
        let _ = write!(text, "\n### {}\n\n", table::CANNOT);
    }
    push_items(text, &comparison.cannot);
}

/// The scenarios that stand in one table together, each with all else of it folded below.
fn push_scenarios(text: &mut String, split: &Split) {
    let Some(table) = split.table() else { return };
    let _ = write!(text, "\n## {}\n\n", table.title);
    push_figures(text, &table);
    list(text, table::CANNOT, &split.cannot());
    for comparison in &split.together {
        // A line of HTML, in which Markdown means nothing.
        let title = text::html(&comparison.scenario.title());
        let _ = write!(text, "\n<details>\n<summary>{title}</summary>\n\n");
        push_comparison(text, comparison);
        text.push_str("\n</details>\n");
    }
}

fn workloads(analysis: &Analysis) -> String {
    let mut names: Vec<String> =
        analysis.comparisons.iter().map(|c| text::markdown(&c.scenario.workload)).collect();
    names.dedup();
    match names.len() {
        0 => "nothing measured".to_owned(),
        all if all > MOST_NAMED => {
            format!("{} and {} other workloads", names[0], all - 1)
        }
        _ => figure::list(&names),
    }
}

/// The headline; only the words of others could be taken for markup.
fn finding(analysis: &Analysis) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text::markdown(text),
        Part::Interval(interval) => interval.clone(),
    };
    let sentences = headline::sentences(analysis);
    let sentences = sentences.iter().map(|it| it.parts().iter().map(part).collect::<String>());
    sentences.collect::<Vec<_>>().join(" ")
}

fn push_table(text: &mut String, table: &Table) {
    if table.name != Name::Speedup {
        let _ = write!(text, "\n### {}\n\n", text::markdown(&table.title));
    }
    push_figures(text, table);
}

fn push_figures(text: &mut String, table: &Table) {
    text.push_str(&table::markdown(table));
    for note in &table.notes {
        let _ = write!(text, "\n{}\n", text::markdown(note));
    }
}

fn list<T: std::fmt::Display>(text: &mut String, title: &str, items: &[T]) {
    if items.is_empty() {
        return;
    }
    let _ = write!(text, "\n**{title}**\n\n");
    push_items(text, items);
}

fn push_items<T: std::fmt::Display>(text: &mut String, items: &[T]) {
    for item in items {
        let _ = writeln!(text, "- {}", text::markdown(&item.to_string()));
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
    for (name, what) in conditions::variants(record) {
        parts.push(format!("{name}: {what}"));
    }
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

        At 20 requests of 10 ms each, tokio is 17.6x as fast as sequential [17.6, 17.7] and smol 17.4x [17.4, 17.5]. tokio is faster than smol by 0.7 to 1.4 %, within the margin of 2 %.

        **Warnings**

        - Failed cells, which have no figures: 1 of 6.

        ## What the guide claims

        Claims that hold for every client that they can be held against: 3 of 3. Not measured here: #2 to #22 and #24; some of #1 and #23.

        | claim |  | *guide* | sequential | tokio | smol |
        | :--- | :--- | ---: | ---: | ---: | ---: |
        | **#1 5 fetches at once are 4.7x as fast as in a row**<br>Speedup over sequential at n = 5: at least 4.70x<br>Holds for smol (4.96x); not comparable for tokio (failed). | ours<br>95 %<br>verdict | 5.2 s and 1.1 s: 4.7x |  | failed | 4.96x<br>4.95–4.98<br>**holds** |
        | **#1 20 fetches at once are 14.9x as fast**<br>Speedup over sequential at n = 20: at least 14.9x<br>Holds for tokio and smol (17.4x to 17.6x). | ours<br>95 %<br>verdict | 20.8 s and 1.4 s: 14.9x |  | 17.6x<br>17.6–17.7<br>**holds** | 17.4x<br>17.4–17.5<br>**holds** |
        | **#23 Async buys 10x or more for I/O**<br>Speedup over sequential at n = 20: at least 10.0x<br>Holds for tokio and smol (17.4x to 17.6x). | ours<br>95 %<br>verdict | 10-100x |  | 17.6x<br>17.6–17.7<br>**holds** | 17.4x<br>17.4–17.5<br>**holds** |

        A claim holds where the whole 95 % interval is inside its bounds, does not where all of it is outside, and is undecided otherwise. Counts are exact. What the check of every batch proves has no bounds: one wrong batch, and the cell fails and the claim does not hold.

        guide: published for Python's asyncio, in seconds. A delay here is the scenario's own; what connections and scheduling cost weighs 100 times more at 10 ms than at a second.

        ## fan_out, requests of 10 ms

        | n |  | sequential | tokio | smol | *ideal* | *guide* |
        | ---: | :--- | ---: | ---: | ---: | ---: | ---: |
        | **5** | time<br>speedup<br>95 %<br>efficiency | 52.0 ms<br>**1x**<br>reference<br>96 % | failed | 10.5 ms<br>**4.96x**<br>4.95–4.98<br>95 % | 10 ms<br>**5x** | 1.1 s<br>**4.7x** |
        | **20** | time<br>speedup<br>95 %<br>efficiency | 208 ms<br>**1x**<br>reference<br>96 % | 11.8 ms<br>**17.6x**<br>17.6–17.7<br>85 % | 11.9 ms<br>**17.4x**<br>17.4–17.5<br>84 % | 10 ms<br>**20x** | 1.4 s<br>**14.9x** |

        ideal: what the waits alone cost the client that waits least.

        guide: published for Python's asyncio, with requests of 1 s.

        ### What it costs at 20 requests

        |  |  | sequential | tokio | smol |
        | ---: | :--- | ---: | ---: | ---: |
        | **CPU** | cost<br>ratio<br>95 % | **70.0 us**<br>1x<br>reference | **70.0 us**<br>1.00x same<br>1.00–1.00 | **70.0 us**<br>1.00x same<br>1.00–1.00 |
        | **user** | cost<br>ratio<br>95 % | **20.2 us**<br>1x<br>reference | **20.2 us**<br>1.00x same<br>1.00–1.00 | **20.2 us**<br>1.00x same<br>1.00–1.00 |
        | **kernel** | cost<br>ratio<br>95 % | **49.8 us**<br>1x<br>reference | **49.8 us**<br>1.00x same<br>1.00–1.00 | **49.8 us**<br>1.00x same<br>1.00–1.00 |
        | **server CPU** | cost<br>ratio<br>95 % | **55.0 us**<br>1x<br>reference | **55.0 us**<br>1.00x same<br>1.00–1.00 | **55.0 us**<br>1.00x same<br>1.00–1.00 |
        | **switches** | cost<br>ratio<br>95 % | **40.0**<br>1x<br>reference | **10.0**<br>0.250x less<br>0.250–0.250 | **10.0**<br>0.250x less<br>0.250–0.250 |
        | **preempted** | cost<br>ratio<br>95 % | **0.0400**<br>1x<br>reference | **0.0400** | **0.0400** |

        CPU: CPU time for each request, in user mode and in the kernel.

        switches: how often in a batch a thread gave up its CPU to wait (preempted: had it taken away). Where a round counted none there is no ratio.

        ratio: to sequential, inside each round.

        ### Head to head at 20 requests

        |  |  | sequential | tokio | smol |
        | ---: | :--- | ---: | ---: | ---: |
        | **sequential** | verdict<br>speedup<br>95 %<br>CPU<br>switches |  | **slower**<br>0.0567x<br>0.0565–0.0569<br>1.00x same<br>4.00x more | **slower**<br>0.0573x<br>0.0571–0.0575<br>1.00x same<br>4.00x more |
        | **tokio** | verdict<br>speedup<br>95 %<br>CPU<br>switches | **faster**<br>17.6x<br>17.6–17.7<br>1.00x same<br>0.250x less |  | **slightly faster**<br>1.01x<br>1.01–1.01<br>1.00x same<br>1.00x same |
        | **smol** | verdict<br>speedup<br>95 %<br>CPU<br>switches | **faster**<br>17.4x<br>17.4–17.5<br>1.00x same<br>0.250x less | **slightly slower**<br>0.990x<br>0.987–0.993<br>1.00x same<br>1.00x same |  |

        Each row's client against each column's.

        CPU, switches: by what the column's client takes.

        ### Over all sizes

        |  |  | sequential | smol |
        | ---: | :--- | ---: | ---: |
        | **sequential** | verdict<br>speedup |  | **by size**<br>0.0573x to 0.202x |
        | **smol** | verdict<br>speedup | **by size**<br>4.96x to 17.4x |  |

        Each row's client against each column's: the average of the sizes' speedups, or how they differ.

        **Failed cells**

        - tokio on fan_out with 5 requests of 10 ms each: 2 wrong answers

        Synthetic CPU, 4 logical CPUs · Linux 6.1.0 x86_64 · waitmark 0.1.0 · commit 0123456789ab · async-std 1.13.2 · criterion 0.8.2 · smol 2.0.2 · tokio 1.54.1 · profile synthetic, 5 of 5 rounds, seed 42 · 2025-01-02T03:04:05Z
        ");
    }

    #[test]
    fn a_summary_of_two_builds_begins_with_what_changed() {
        let mut record = synthetic::variants(&["base", "n|w"], &[5], 5);
        synthetic::slow(synthetic::cell_mut(&mut record, "tokio@n|w", 5), 2.0);
        let text = markdown(&record, &Analysis::of(&record));
        let (changes, rest) = text.split_once("\n## fan_out").unwrap();
        insta::assert_snapshot!(changes, @r"
        # waitmark: fan_out

        n\|w takes 2.00x the time of base for tokio on fan_out with 5 requests of 10 ms each [1.99, 2.01], not run again; 1 of 2 cells look changed.

        ## What changed from base to n\|w

        |  | base | n\|w | ratio | 95 % | finding |
        | :--- | ---: | ---: | ---: | ---: | ---: |
        | **tokio on fan_out n=5, time** | 10.4 ms | 20.9 ms | **2.00x** | 1.99–2.01 | **unconfirmed** |
        | **tokio on fan_out n=5, CPU** | 350 us | 700 us | **2.00x** | 2.00–2.00 | **unconfirmed** |
        | **smol on fan_out n=5, time** | 10.5 ms | 10.5 ms | 1.00x | 0.997–1.003 | no change |
        | **smol on fan_out n=5, CPU** | 350 us | 350 us | 1.00x | 1.00–1.00 | no change |

        ratio: what n\|w takes by what base takes, inside each round.

        unconfirmed: surely changed, and by an estimated 5 % or more, in the planned rounds, with no rerun that could tell.
        ");
        insta::assert_snapshot!(rest.lines().last().unwrap(), @r"Synthetic CPU, 4 logical CPUs · Linux 6.1.0 x86_64 · waitmark 0.1.0 · commit 0123456789ab · async-std 1.13.2 · criterion 0.8.2 · smol 2.0.2 · tokio 1.54.1 · profile synthetic, 5 of 5 rounds, seed 42 · base: tokio 1.44.0, commit 000000000000, rustc 1.95.0 · n\|w: tokio 1.45.0, commit 111111111111, rustc 1.95.0 · 2025-01-02T03:04:05Z");
    }

    #[test]
    fn an_empty_record_has_a_summary() {
        let record = synthetic::record_of(&[], &[], 5);
        let text = markdown(&record, &Analysis::of(&record));
        assert!(text.starts_with("# waitmark: nothing measured\n\nNo cell"), "{text}");
    }
}
