//! `waitmark merge` as a user meets it.

#![expect(clippy::unwrap_used, reason = "a test that can not go on should stop")]

mod records;

use std::fs;
use std::path::Path;
use std::process::Command;

use records::{on, printed, put, record, refused, shards, slow, variants, waitmark};
use waitmark_reports::record::{Ended, Record};

fn merge(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = waitmark();
    command.arg("merge").args(arguments).current_dir(folder);
    command
}

#[test]
fn shards_become_the_record_of_the_whole_run() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = shards(&record());
    put(folder.path(), "one.json", &one);
    put(folder.path(), "two.json", &two);
    // In whatever order they come.
    let text = printed(&mut merge(folder.path(), &["two.json", "one.json"]));
    assert_eq!(text, "shards: 2, cells: 4\nmerged/record.json\n");
    let path = folder.path().join("merged/record.json");
    let merged = Record::read(&path).unwrap();
    assert_eq!(Record { run: record().run, ..merged.clone() }, record());
    // And it is a record like any other.
    printed(waitmark().arg("report").arg(&path));
    assert!(folder.path().join("merged/report/index.html").exists());

    printed(&mut merge(folder.path(), &["one.json", "two.json", "--output", "all.json"]));
    assert_eq!(Record::read(&folder.path().join("all.json")).unwrap(), merged);
    printed(&mut merge(folder.path(), &["one.json", "two.json", "-o", "merged"]));
    assert_eq!(Record::read(&path).unwrap(), merged);
}

#[test]
fn a_missing_shard_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let [_, two] = shards(&record());
    put(folder.path(), "two.json", &two);
    let said = refused(&mut merge(folder.path(), &["two.json"]), 1);
    assert!(said.contains("of 2 shards these are missing: 1; --partial"), "{said}");
    assert!(!folder.path().join("merged").exists());
    let text = printed(&mut merge(folder.path(), &["two.json", "--partial"]));
    assert_eq!(text, "shards: 1, cells: 2\nmerged/record.json\n");
    let merged = Record::read(&folder.path().join("merged/record.json")).unwrap();
    assert_eq!((merged.ended, merged.shard), (Ended::Interrupted, None));
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let [one, mut two] = shards(&record());
    put(folder.path(), "one.json", &one);
    put(folder.path(), "again.json", &one);
    put(folder.path(), "whole.json", &record());
    two.machine.kernel = "Linux 5".to_owned();
    put(folder.path(), "two.json", &two);
    let said = |arguments: &[&str]| refused(&mut merge(folder.path(), arguments), 1);
    let error = said(&["one.json", "two.json"]);
    assert!(error.contains("one.json and two.json are not shards of one run"), "{error}");
    assert!(error.contains("machine.kernel is \"Linux 6.1.0 x86_64\" in the one"), "{error}");
    let error = said(&["one.json", "again.json"]);
    assert!(error.contains("one.json and again.json are both shard 1"), "{error}");
    let error = said(&["whole.json", "one.json"]);
    assert!(error.contains("one.json is a shard and whole.json is a whole run"), "{error}");
    let error = said(&["one.json", "none.json"]);
    assert!(error.contains("no record at none.json"), "{error}");
}

#[test]
fn whole_records_become_a_report_with_a_column_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut there = on(2);
    slow(&mut there, "tokio", 2.0);
    there.machine.cpu_model = Some("Other CPU".to_owned());
    put(folder.path(), "here.json", &on(1));
    put(folder.path(), "there.json", &there);
    let text = printed(&mut merge(folder.path(), &["here.json", "there.json"]));
    let paths = "merged/index.html\nmerged/summary.md\nmerged/ratios.csv\n";
    assert!(text.starts_with("2 runs share 2 ratios, and no client is surely faster"), "{text}");
    assert!(text.ends_with(paths), "{text}");
    let summary = fs::read_to_string(folder.path().join("merged/summary.md")).unwrap();
    // 208 ms by 11.8 ms, and by twice of that.
    let row = summary.lines().find(|line| line.starts_with("| **tokio, n = 20**")).unwrap();
    assert!(row.contains("**17.6x**") && row.contains("**8.82x**"), "{row}");
    assert!(row.ends_with("| **8.82x to 17.6x** |"), "{row}");
    let csv = fs::read_to_string(folder.path().join("merged/ratios.csv")).unwrap();
    assert_eq!(csv.lines().count(), 5, "{csv}");
}

#[test]
fn variants_are_held_against_their_base() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", &variants(on(1)));
    put(folder.path(), "b.json", &variants(on(2)));
    printed(&mut merge(folder.path(), &["a.json", "b.json", "-o", "both"]));
    let summary = fs::read_to_string(folder.path().join("both/summary.md")).unwrap();
    assert!(summary.contains("| **tokio@new / tokio@base, n = 5** |"), "{summary}");
}

#[test]
fn an_output_that_can_not_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", &on(1));
    let said = refused(&mut merge(folder.path(), &["a.json", "-o", "a.json"]), 1);
    assert!(said.contains("name another folder with --output"), "{said}");
    assert!(said.contains("a.json/index.html"), "{said}");
}

#[test]
fn without_records_it_is_a_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let said = refused(&mut merge(folder.path(), &[]), 2);
    assert!(said.contains("<RECORDS>..."), "{said}");
}
