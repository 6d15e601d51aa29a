//! `waitmark compare` as a user meets it.

#![expect(clippy::unwrap_used, reason = "a test that can not go on should stop")]

mod records;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use records::{cell, fail, on, printed, put, refused, slow, waitmark};

fn compare(folder: &Path, arguments: &[&str]) -> std::process::Command {
    let mut command = waitmark();
    command.arg("compare").args(arguments).current_dir(folder);
    command
}

#[test]
fn a_slower_run_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut new = on(2);
    slow(&mut new, "tokio", 1.5);
    fail(cell(&mut new, "sequential", 5), "killed");
    put(folder.path(), "a.json", &on(1));
    put(folder.path(), "b.json", &new);
    let text = printed(&mut compare(folder.path(), &["a.json", "b.json"]));
    assert!(text.starts_with("base: 2025-01-01 03:04 UTC, run 0000000000000001"), "{text}");
    assert!(text.contains("\n3 cells in both runs: 2 slower, 1 the same within 2 %.\n"), "{text}");
    assert!(text.contains("failed in new (killed): sequential on fan_out"), "{text}");
    let changed = text.split("\nchanged\n").nth(1).unwrap().split("\nthe same\n").next().unwrap();
    assert_eq!(changed.matches(" slower").count(), 2, "{text}");
    assert_eq!(changed.matches("1.50x").count(), 2, "{text}");
}

#[test]
fn across_machines_there_are_verdicts_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut new = on(2);
    slow(&mut new, "tokio", 1.5);
    new.machine.cpu_model = Some("Another CPU".to_owned());
    put(folder.path(), "a.json", &on(1));
    put(folder.path(), "b.json", &new);
    let text = printed(&mut compare(folder.path(), &["a.json", "b.json"]));
    assert!(text.contains("processor: Synthetic CPU in base, Another CPU in new"), "{text}");
    assert_eq!(text.matches("not comparable\n").count(), 5, "{text}");
    assert!(!text.contains("slower"), "{text}");
    let across = &["a.json", "b.json", "--cross-machine"];
    let text = printed(&mut compare(folder.path(), across));
    assert_eq!(text.matches(" slower (other machine)\n").count(), 2, "{text}");
    assert_eq!(text.matches(" same (other machine)\n").count(), 2, "{text}");
}

#[test]
fn latest_and_previous_are_the_newest_two_records_of_the_target_folder() {
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("target/waitmark/records");
    // Written in another order than they were measured in.
    for day in [2, 3, 1] {
        put(&records, &format!("2025-01-{day:02}T030405Z.json"), &on(day));
    }
    fs::write(records.join(".2025-01-09T030405Z.json"), "a file that is being written").unwrap();
    fs::write(records.join("notes.txt"), "not a record").unwrap();
    let text = printed(&mut compare(folder.path(), &["previous", "latest"]));
    assert!(text.contains("base: 2025-01-02 03:04 UTC"), "{text}");
    assert!(text.contains("new:  2025-01-03 03:04 UTC"), "{text}");

    let elsewhere = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let mut command = compare(elsewhere.path(), &["previous", "latest"]);
    assert!(printed(command.env("CARGO_TARGET_DIR", &target)).contains("base: 2025-01-02"));
    let mut command = compare(elsewhere.path(), &["previous", "latest"]);
    let command = command.env("WAITMARK_OUTPUT", target.join("waitmark"));
    assert!(printed(command.env("CARGO_TARGET_DIR", "/nowhere")).contains("base: 2025-01-02"));
}

#[test]
fn without_a_previous_record_it_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let said = refused(&mut compare(folder.path(), &["previous", "latest"]), 1);
    assert!(said.contains("can't list target/waitmark/records: give the path"), "{said}");
    put(&folder.path().join("target/waitmark/records"), "a.json", &on(1));
    let said = refused(&mut compare(folder.path(), &["previous", "latest"]), 1);
    assert!(said.contains("there is no previous record"), "{said}");
    assert!(said.contains("holds 1; `cargo bench` writes one a run"), "{said}");
}

#[test]
fn a_damaged_record_is_named() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", &on(1));
    fs::write(folder.path().join("b.json"), "{}").unwrap();
    let said = refused(&mut compare(folder.path(), &["a.json", "b.json"]), 1);
    assert!(said.contains("the record b.json is damaged: missing field `schema`"), "{said}");
    let said = refused(&mut compare(folder.path(), &["c.json", "a.json"]), 1);
    assert!(said.contains("no record at c.json"), "{said}");
}

#[test]
fn two_records_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let said = refused(&mut compare(folder.path(), &["a.json"]), 2);
    assert!(said.contains("<NEW>"), "{said}");
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", &on(1));
    let mut child =
        compare(folder.path(), &["a.json", "a.json"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
