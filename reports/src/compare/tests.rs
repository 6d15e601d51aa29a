//! What is said of two synthetic runs.

use super::*;
use crate::record::{Record, Status, Value};
use crate::stats::Verdict;
use crate::synthetic;

const CLIENTS: [&str; 3] = ["sequential", "tokio", "smol"];

/// A run and a later one of the same code on the same machine.
fn runs() -> (Record, Record) {
    let base = synthetic::record_of(&CLIENTS, &[5, 100], 5);
    let mut new = base.clone();
    new.run = "fedcba9876543210".to_owned();
    new.created = "2025-01-03T03:04:05Z".to_owned();
    new.profile.margin = 0.05;
    (base, new)
}

/// Makes a client take so many times as long.
fn slow(record: &mut Record, client: &str, n: u32, by: f64) {
    let cell = synthetic::cell_mut(record, client, n);
    let slower: Vec<f64> = cell.rounds.iter().map(|round| round.mean_ns * by).collect();
    synthetic::time(cell, &slower);
}

fn printed(base: &Record, new: &Record, across: bool) -> String {
    let text = terminal(&Compared::of(base, new, across));
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "a line of {widest:?} characters");
    text
}

#[test]
fn what_changed_comes_first_and_what_is_missing_is_named() {
    let (mut base, mut new) = runs();
    slow(&mut new, "tokio", 100, 1.1);
    slow(&mut new, "tokio", 5, 1.03);
    let wild: Vec<f64> = [0.8, 1.3, 1.0, 0.9, 1.2].map(|by| by * 1.9e7).into();
    synthetic::time(synthetic::cell_mut(&mut new, "smol", 100), &wild);
    synthetic::fail(synthetic::cell_mut(&mut new, "sequential", 5), "killed,\nby signal 9");
    for n in [5, 20] {
        base.cells.push(synthetic::cell("pipeline", 10.0, n, "smol", 0, 3));
    }
    new.cells.push(synthetic::cell("fan_out", 50.0, 5, "tokio", 0, 3));
    let skipped = new.cells.last_mut().unwrap();
    (skipped.status, skipped.rounds) = (Status::Skipped, Vec::new());
    new.machine.versions.insert("tokio".to_owned(), "1.55.0".to_owned());
    new.machine.rustc = "rustc 1.96.0".to_owned();
    new.git_rev = None;
    insta::assert_snapshot!(printed(&base, &new, false), @"
    base: 2025-01-02 03:04 UTC, run 0123456789abcdef, commit 0123456789ab
    new:  2025-01-03 03:04 UTC, run fedcba9876543210

    5 cells in both runs: 1 slower, 1 changed inside 5 %, 1 undecided, 2 the same within 5 %.

    warning, base: Cells that missed some of their rounds: 2 of 8.
    warning, new: Failed cells, which have no figures: 1 of 7.
    warning, new: Without the figures of the reference there are no speedups: sequential in fan_out,
                  requests of 10 ms at n = 5.
    warning, new: Cells that varied between rounds much more than the others: 20 % for smol on fan_out
                  with 100 requests of 10 ms each.

    other code:
      commit: 0123456789ab in base, none in new
      compiler: rustc 1.95.0 in base, rustc 1.96.0 in new
      tokio: 1.54.1 in base, 1.55.0 in new

    changed

      fan_out, requests of 10 ms
                      n     base      new  new/base         95 %  verdict
        tokio       100  19.0 ms  20.9 ms     1.10x    1.10–1.10  slower

    changed, inside the margin

      fan_out, requests of 10 ms
                      n     base      new  new/base         95 %  verdict
        tokio         5  10.4 ms  10.8 ms     1.03x    1.03–1.03  slightly slower

    undecided

      fan_out, requests of 10 ms
                      n     base      new  new/base         95 %  verdict
        smol        100  19.6 ms  19.4 ms    0.992x  0.774–1.272  undecided

    the same

      fan_out, requests of 10 ms
                      n     base      new  new/base         95 %  verdict
        smol          5  10.5 ms  10.5 ms     1.00x  0.998–1.002  same
        sequential  100   1.04 s   1.04 s     1.00x  0.998–1.002  same

    removed: smol on pipeline, requests of 10 ms, n = 5 and 20
    failed in new (killed, by signal 9): sequential on fan_out, requests of 10 ms, n = 5
    added, not run in new: tokio on fan_out, requests of 50 ms, n = 5

    Ratios are of geometric means over rounds, with Welch's t intervals; verdicts by Holm's method at 5
    % over all cells, with a margin of 5 %. Two runs are two moments, and runs apart differ by more than
    chance: of 190 pairs of runs of the same code, 27 had a cell that seemed to have changed. Measure
    variants in one run (cargo bench -- --variant) to know what a change of code did.
    ");
}

#[test]
fn other_conditions_forbid_verdicts() {
    let (base, mut new) = runs();
    slow(&mut new, "tokio", 100, 1.1);
    new.machine.kernel = "Linux 6.2.0 x86_64".to_owned();
    new.machine.cpu_model = None;
    new.profile.clients[1].settings.insert("workers".to_owned(), Value::Number(2));
    synthetic::cell_mut(&mut new, "tokio", 100).budget_ms = 500.0;
    insta::assert_snapshot!(printed(&base, &new, false), @"
    base: 2025-01-02 03:04 UTC, run 0123456789abcdef, commit 0123456789ab
    new:  2025-01-03 03:04 UTC, run fedcba9876543210, commit 0123456789ab

    6 cells in both runs, and no verdicts: the conditions differ.

    other conditions (--cross-machine gives verdicts in spite of them):
      processor: Synthetic CPU in base, not known in new
      kernel: Linux 6.1.0 x86_64 in base, Linux 6.2.0 x86_64 in new
      settings of tokio: tokio, workers 4 in base, tokio, workers 2 in new
      time a cell and round: 300 ms in base, 500 ms in new

    not comparable

      fan_out, requests of 10 ms
                      n     base      new  new/base         95 %  verdict
        sequential    5  52.0 ms  52.0 ms     1.00x  0.998–1.002  not comparable
        tokio         5  10.4 ms  10.4 ms     1.00x  0.998–1.002  not comparable
        smol          5  10.5 ms  10.5 ms     1.00x  0.998–1.002  not comparable
        sequential  100   1.04 s   1.04 s     1.00x  0.998–1.002  not comparable
        tokio       100  19.0 ms  20.9 ms     1.10x    1.10–1.10  not comparable
        smol        100  19.6 ms  19.6 ms     1.00x  0.998–1.002  not comparable

    Ratios are of geometric means over rounds, with Welch's t intervals; verdicts by Holm's method at 5
    % over all cells, with a margin of 5 %. Two runs are two moments, and runs apart differ by more than
    chance: of 190 pairs of runs of the same code, 27 had a cell that seemed to have changed. Measure
    variants in one run (cargo bench -- --variant) to know what a change of code did.
    ");
}

#[test]
fn verdicts_across_machines_are_marked_on_every_line() {
    let (base, mut new) = runs();
    slow(&mut new, "tokio", 100, 1.1);
    new.machine.logical_cpus = 64;
    let text = printed(&base, &new, true);
    insta::assert_snapshot!(text, @"
    base: 2025-01-02 03:04 UTC, run 0123456789abcdef, commit 0123456789ab
    new:  2025-01-03 03:04 UTC, run fedcba9876543210, commit 0123456789ab

    6 cells in both runs: 1 slower, 5 the same within 5 %.

    other conditions, and verdicts in spite of them:
      logical CPUs: 4 in base, 64 in new

    changed

      fan_out, requests of 10 ms
                      n     base      new  new/base         95 %  verdict
        tokio       100  19.0 ms  20.9 ms     1.10x    1.10–1.10  slower (other machine)

    the same

      fan_out, requests of 10 ms
                      n     base      new  new/base         95 %  verdict
        sequential    5  52.0 ms  52.0 ms     1.00x  0.998–1.002  same (other machine)
        tokio         5  10.4 ms  10.4 ms     1.00x  0.998–1.002  same (other machine)
        smol          5  10.5 ms  10.5 ms     1.00x  0.998–1.002  same (other machine)
        sequential  100   1.04 s   1.04 s     1.00x  0.998–1.002  same (other machine)
        smol        100  19.6 ms  19.6 ms     1.00x  0.998–1.002  same (other machine)

    Ratios are of geometric means over rounds, with Welch's t intervals; verdicts by Holm's method at 5
    % over all cells, with a margin of 5 %. Two runs are two moments, and runs apart differ by more than
    chance: of 190 pairs of runs of the same code, 27 had a cell that seemed to have changed. Measure
    variants in one run (cargo bench -- --variant) to know what a change of code did.
    ");
    let judged = |line: &&str| line.contains("slower") || line.contains("same ");
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("    ")).collect();
    for line in lines.iter().filter(|line| line.contains(" ms")) {
        assert!(line.ends_with("(other machine)"), "{line}");
    }
    assert_eq!(lines.iter().copied().filter(judged).count(), 6);
}

#[test]
fn every_condition_is_found_on_its_own() {
    let differences = |change: fn(&mut Record)| {
        let (base, mut new) = runs();
        change(&mut new);
        let Differences { machine, method, code, .. } = Differences::of(&base, &new);
        let names = |of: Vec<Difference>| {
            of.iter().map(|it| it.what.clone()).collect::<Vec<_>>().join(", ")
        };
        [names(machine), names(method), names(code)].join(" | ")
    };
    assert_eq!(differences(|_| ()), " |  | ");
    assert_eq!(differences(|it| it.machine.tcp_tw_reuse = None), "tcp_tw_reuse |  | ");
    assert_eq!(differences(|it| it.machine.kernel.push('1')), "kernel |  | ");
    assert_eq!(differences(|it| it.machine.cpu_model = None), "processor |  | ");
    assert_eq!(differences(|it| it.tool_version = "0.2.0".to_owned()), " | waitmark | ");
    assert_eq!(differences(|it| it.server.threads = 2), " | mock server | ");
    assert_eq!(
        differences(|it| it.server.url = Some("http://a:1".to_owned())),
        " | mock server | "
    );
    assert_eq!(differences(|it| it.profile.clients[1].kind.push('s')), " | settings of tokio | ");
    // All cells have it, and it is one difference.
    let budget = |it: &mut Record| it.cells.iter_mut().for_each(|cell| cell.budget_ms = 1.0);
    assert_eq!(differences(budget), " | time a cell and round | ");
    assert_eq!(differences(|it| it.machine.rustc.push('s')), " |  | compiler");
    assert_eq!(differences(|it| it.git_rev = None), " |  | commit");
    let versions = |it: &mut Record| {
        it.machine.versions.remove("tokio");
        it.machine.versions.insert("mio".to_owned(), "1".to_owned());
    };
    assert_eq!(differences(versions), " |  | mio, tokio");
    // None of these changes what a cell takes.
    let harmless = |it: &mut Record| {
        it.profile.name = "mine.toml".to_owned();
        (it.profile.seed, it.profile.rounds, it.profile.margin) = (1, 50, 0.1);
        (it.profile.precision, it.profile.max_time_s) = (None, None);
        (it.machine.load_before, it.machine.steal) = (Some(9.0), None);
    };
    assert_eq!(differences(harmless), " |  | ");
}

#[test]
fn machines_that_nobody_knows_may_be_two() {
    let (mut base, mut new) = runs();
    (base.machine.cpu_model, new.machine.cpu_model) = (None, None);
    let compared = Compared::of(&base, &new, false);
    assert!(!compared.differences.comparable());
    assert!(compared.rows.iter().all(|row| row.verdict.is_none()));
}

#[test]
fn builds_are_compared_by_their_names() {
    let (mut base, mut new) = runs();
    for record in [&mut base, &mut new] {
        record.variants = ["1.44.2", "1.45.0"]
            .map(|name| crate::record::Variant {
                name: name.to_owned(),
                tool_version: "0.1.0".to_owned(),
                git_rev: None,
                rustc: "rustc 1.95.0".to_owned(),
                versions: [("tokio".to_owned(), name.to_owned())].into(),
            })
            .into();
    }
    new.variants[1].versions.insert("mio".to_owned(), "1.0.3".to_owned());
    new.variants.remove(0);
    let code = Differences::of(&base, &new).variants;
    let told: Vec<String> =
        code.iter().map(|it| format!("{}: {}, {}", it.what, it.base, it.new)).collect();
    assert_eq!(told, ["1.45.0: mio: none, 1.0.3"]);
}

#[test]
fn a_run_against_itself_is_the_same_and_says_so() {
    let (base, _) = runs();
    let text = printed(&base, &base, false);
    assert!(text.contains("warning: both are the same run."), "{text}");
    let compared = Compared::of(&base, &base, false);
    assert!(compared.rows.iter().all(|row| row.verdict == Some(Verdict::Same)), "{text}");
}

#[test]
fn the_new_run_by_the_base_is_above_1_where_it_takes_longer() {
    let (base, mut new) = runs();
    slow(&mut new, "tokio", 100, 1.25);
    let compared = Compared::of(&base, &new, false);
    let row = &compared.rows[0];
    assert_eq!((row.client.as_str(), row.n, row.verdict), ("tokio", 100, Some(Verdict::Slower)));
    assert!((row.ratio.value - 1.25).abs() < 1e-9);
    let back = Compared::of(&new, &base, false);
    assert_eq!(back.rows[0].verdict, Some(Verdict::Faster));
    assert!((back.rows[0].ratio.value - 0.8).abs() < 1e-9);
}

#[test]
fn all_cells_are_one_family() {
    // p is 0.0019: sure among 2 cells, not among 40.
    let verdict = |sizes: &[u32]| {
        let mut base = synthetic::record_of(&["tokio", "smol"], sizes, 5);
        base.profile.margin = 0.02;
        let mut new = base.clone();
        let wander = [0.985, 1.015, 1.0, 0.99, 1.01];
        let times = |by: f64| wander.map(|it| it * by * 1e7);
        synthetic::time(synthetic::cell_mut(&mut base, "tokio", 1), &times(1.0));
        synthetic::time(synthetic::cell_mut(&mut new, "tokio", 1), &times(1.036));
        let rows = Compared::of(&base, &new, false).rows;
        rows.into_iter().find(|row| (row.client.as_str(), row.n) == ("tokio", 1)).unwrap()
    };
    let sizes: Vec<u32> = (1..=20).collect();
    let row = verdict(&sizes[..1]);
    assert_eq!(row.verdict, Some(Verdict::Slower), "{:?}", row.ratio.p_value);
    let row = verdict(&sizes);
    assert!(matches!(row.verdict, Some(Verdict::Undecided { .. })), "{:?}", row.ratio.p_value);
}

#[test]
fn long_and_hostile_names_stay_on_lines_of_their_own() {
    let (mut base, mut new) = runs();
    let name = "x".repeat(90);
    for record in [&mut base, &mut new] {
        synthetic::cell_mut(record, "tokio", 5).client = name.clone();
        record.profile.clients[1].name = name.clone();
    }
    new.machine.kernel = "Linux\u{1b}[2J\n6".to_owned();
    synthetic::fail(synthetic::cell_mut(&mut new, "smol", 5), "\u{1b}]0;gone\u{7}");
    let text = printed(&base, &new, true);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text}");
    assert!(text.contains(&format!("    {name}\n")), "{text}");
}

#[test]
fn runs_with_nothing_in_common_say_so() {
    let (base, mut new) = runs();
    for cell in &mut new.cells {
        cell.delay_ms = Some(20.0);
    }
    let text = printed(&base, &new, false);
    assert!(text.contains("The runs have no cell in common"), "{text}");
    assert!(text.contains("removed: tokio on fan_out, requests of 10 ms, n = 5 and 100"), "{text}");
    assert!(text.contains("added: tokio on fan_out, requests of 20 ms, n = 5 and 100"), "{text}");
}
