//! Expectations, held against synthetic records.

use super::*;
use crate::analysis::Analysis;
use crate::record::{Record, Status, Value};
use crate::synthetic::{self, cell_mut};

/// What the record says of each line, e.g. `Yes: 17.6x [17.6, 17.7] on fan_out n=20`.
fn judged(record: &Record, lines: &[&str]) -> String {
    let analysis = Analysis::of(record);
    let variants = analysis.changes.as_ref().map_or(&[][..], |changes| &changes.variants);
    let judge = |line: &&str| {
        let judged = judge(&line.parse().unwrap(), &analysis, variants, 0.05);
        format!("{:?}: {}", judged.holds, judged.why)
    };
    lines.iter().map(judge).collect::<Vec<_>>().join("\n")
}

/// Two clients on one size, of which `fast` is so many times as fast in each of three rounds.
fn speedups(ratios: [f64; 3]) -> Record {
    let mut record = synthetic::record_of(&["fast", "slow"], &[5], 3);
    synthetic::time(cell_mut(&mut record, "fast", 5), &[1e6; 3]);
    synthetic::time(cell_mut(&mut record, "slow", 5), &ratios.map(|ratio| 1e6 * ratio));
    record
}

#[test]
fn a_ratio_is_how_many_times_as_fast_the_first_is() {
    insta::assert_snapshot!(judged(&speedups([4.0; 3]), &[
        "fast over slow >= 4",
        "fast over slow >= 4.1",
        "fast over slow <= 4",
        "fast over slow <= 3.9",
        "slow over fast <= 0.25",
        "slow over fast >= 0.26",
    ]), @"
    Yes: 4.00x [4.00, 4.00] on fan_out n=5
    No: 4.00x [4.00, 4.00] on fan_out n=5
    Yes: 4.00x [4.00, 4.00] on fan_out n=5
    No: 4.00x [4.00, 4.00] on fan_out n=5
    Yes: 0.250x [0.250, 0.250] on fan_out n=5
    No: 0.250x [0.250, 0.250] on fan_out n=5
    ");
}

#[test]
fn the_whole_interval_has_to_be_beyond_the_bound() {
    // A half width of 3 %: whatever is inside it is near enough to the bound.
    let narrow = speedups([3.95, 4.0, 4.05]);
    insta::assert_snapshot!(judged(&narrow, &[
        "fast over slow >= 3.8",
        "fast over slow >= 4.1",
        "fast over slow <= 3.9",
        "fast over slow >= 4.2",
        "fast over slow <= 3.8",
    ]), @"
    Yes: 4.00x [3.88, 4.13] on fan_out n=5
    Yes: 4.00x [3.88, 4.13] on fan_out n=5
    Yes: 4.00x [3.88, 4.13] on fan_out n=5
    No: 4.00x [3.88, 4.13] on fan_out n=5
    No: 4.00x [3.88, 4.13] on fan_out n=5
    ");
    // A half width of 21 %: what is inside it is not known.
    let wide = speedups([3.7, 4.0, 4.3]);
    insta::assert_snapshot!(judged(&wide, &[
        "fast over slow >= 3.2",
        "fast over slow >= 4.1",
        "fast over slow <= 3.9",
        "fast over slow >= 5",
        "fast over slow <= 3",
    ]), @"
    Yes: 3.99x [3.31, 4.81] on fan_out n=5
    Unknown: 3.99x [3.31, 4.81] on fan_out n=5, too wide to tell
    Unknown: 3.99x [3.31, 4.81] on fan_out n=5, too wide to tell
    No: 3.99x [3.31, 4.81] on fan_out n=5
    No: 3.99x [3.31, 4.81] on fan_out n=5
    ");
    let two_rounds = synthetic::record_of(&["sequential", "tokio"], &[5], 2);
    insta::assert_snapshot!(judged(&two_rounds, &["tokio over sequential >= 1"]), @"Unknown: 4.97x without an interval on fan_out n=5");
}

#[test]
fn the_worst_cells_stand_for_all() {
    insta::assert_snapshot!(judged(&synthetic::record(), &[
        "tokio over sequential >= 4",
        "tokio over sequential <= 60",
        "tokio over sequential >= 30",
        "tokio over sequential <= 3",
        "fan_out n=100: tokio over sequential >= 40",
        "n=20 delay=10ms: tokio over sequential <= 40",
        "no failed cell",
    ]), @"
    Yes: 4.98x [4.96, 4.99] on fan_out n=5, the closest of 3 cells
    Yes: 54.7x [54.6, 54.9] on fan_out n=100, the closest of 3 cells
    No: 4.98x [4.96, 4.99] on fan_out n=5; 17.6x [17.6, 17.7] on fan_out n=20
    No: 54.7x [54.6, 54.9] on fan_out n=100; 17.6x [17.6, 17.7] on fan_out n=20; 4.98x [4.96, 4.99] on fan_out n=5
    Yes: 54.7x [54.6, 54.9] on fan_out n=100
    Yes: 17.6x [17.6, 17.7] on fan_out n=20
    Yes: 15 cells
    ");
}

#[test]
fn a_line_that_means_no_cell_says_what_there_is() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5, 20], 3);
    let mut other = synthetic::cell("pipeline", 10.0, 5, "smol", 0, 3);
    other.params.insert("stages".to_owned(), Value::Number(3));
    record.cells.push(other);
    insta::assert_snapshot!(judged(&record, &[
        "files: no failed cell",
        "n=7: tokio over sequential >= 4",
        "pipeline stages=4: no failed cell",
        "delay=11ms: no failed cell",
        "tokyo over sequential >= 4",
        "pipeline stages=3: tokio over sequential >= 4",
        "tokio over smol >= 1",
        "pipeline stages=3 delay=10ms n=5: no failed cell",
    ]), @"
    Unknown: no cell is meant; there are fan_out n=5 delay=10ms; fan_out n=20 delay=10ms; pipeline n=5 delay=10ms stages=3
    Unknown: no cell is meant; there are fan_out n=5 delay=10ms; fan_out n=20 delay=10ms; pipeline n=5 delay=10ms stages=3
    Unknown: no cell is meant; there are fan_out n=5 delay=10ms; fan_out n=20 delay=10ms; pipeline n=5 delay=10ms stages=3
    Unknown: no cell is meant; there are fan_out n=5 delay=10ms; fan_out n=20 delay=10ms; pipeline n=5 delay=10ms stages=3
    Unknown: no tokyo here; there are sequential; tokio; smol
    Unknown: no tokio and no sequential here; there are smol
    Unknown: no table has both; there are sequential; tokio; smol
    Yes: 1 cell
    ");
}

#[test]
fn a_cell_without_figures_says_nothing() {
    let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 3);
    synthetic::fail(cell_mut(&mut record, "tokio", 20), "3 wrong\u{1b} answers");
    let skipped = cell_mut(&mut record, "smol", 20);
    skipped.status = Status::Skipped;
    skipped.rounds.clear();
    insta::assert_snapshot!(judged(&record, &[
        "tokio over sequential >= 1",
        "n=20: smol over sequential >= 1",
        "tokio over sequential >= 100",
        "no failed cell",
        "n=5: no failed cell",
    ]), @r"
    Unknown: fan_out n=20: tokio failed, 3 wrong\u{1b} answers
    Unknown: fan_out n=20: smol was not run
    No: 4.98x [4.94, 5.01] on fan_out n=5
    No: 1 of 6 cells failed: tokio on fan_out n=20, 3 wrong\u{1b} answers
    Yes: 3 cells
    ");
    cell_mut(&mut record, "tokio", 20).reason = None;
    cell_mut(&mut record, "tokio", 20).status = Status::Measured;
    insta::assert_snapshot!(judged(&record, &["no failed cell"]), @"Unknown: 1 of 6 cells were not run");
}

#[test]
fn a_name_without_a_build_is_of_each_but_the_base() {
    let mut record = synthetic::variants(&["base", "new", "newer"], &[5], 5);
    synthetic::slow(cell_mut(&mut record, "tokio@newer", 5), 2.0);
    insta::assert_snapshot!(judged(&record, &[
        "smol over tokio <= 1.1",
        "smol@base over tokio@base <= 1.1",
        "tokio over tokio@base >= 0.9",
        "tokio@newer over tokio@base >= 0.9",
        "async-std over tokio >= 1",
    ]), @"
    No: 1.99x [1.99, 2.00] on fan_out n=5 (smol@newer)
    Yes: 0.997x [0.9944, 0.9999] on fan_out n=5
    No: 0.500x [0.499, 0.501] on fan_out n=5 (tokio@newer)
    No: 0.500x [0.499, 0.501] on fan_out n=5
    Unknown: no async-std here; there are tokio@base; tokio@new; tokio@newer; smol@base; smol@new; smol@newer
    ");
}
