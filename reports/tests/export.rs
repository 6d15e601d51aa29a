//! `waitmark export` as a user meets it.

#![expect(clippy::unwrap_used, reason = "a test that can not go on should stop")]

mod records;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use records::{cell, fail, on, printed, put, refused, said, variants, waitmark};
use serde_json::Value;

fn export(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = waitmark();
    command.arg("export").args(arguments).current_dir(folder);
    command
}

#[test]
fn the_csv_is_that_of_the_report() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", &on(1));
    let text = printed(&mut export(folder.path(), &["csv", "a.json"]));
    printed(waitmark().arg("report").arg(folder.path().join("a.json")));
    let report = folder.path().join("report/speedup.csv");
    assert_eq!(text, fs::read_to_string(report).unwrap());
}

#[test]
fn every_line_of_the_json_lines_is_an_object() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", &on(1));
    let text = printed(&mut export(folder.path(), &["jsonl", "a.json"]));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1]["client"], "tokio");
    assert_eq!(lines[0]["verdict"], Value::Null);
}

#[test]
fn bencher_and_github_get_the_cells_with_figures_and_hear_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = on(1);
    fail(cell(&mut record, "tokio", 5), "killed");
    put(folder.path(), "a.json", &record);
    for (format, cells) in [("bencher", 3), ("github", 1)] {
        let output = export(folder.path(), &[format, "a.json"]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(said(&output), "warning: failed or not run, and left out: 1 of 4\n");
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        let count = json.as_object().map(|it| it.len()).or(json.as_array().map(Vec::len));
        assert_eq!(count, Some(cells), "{format}");
    }
}

#[test]
fn variants_are_exported_against_the_base() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", &variants(on(1)));
    let text = printed(&mut export(folder.path(), &["github", "a.json"]));
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json[0]["name"], "fan_out/tokio@new/10ms/5");
    assert_eq!(json[0]["unit"], "x the base's time");
    // 52 ms and 10.45 ms.
    assert!((json[0]["value"].as_f64().unwrap() - 0.201).abs() < 0.001, "{text}");
}

#[test]
fn a_file_is_written_whole_and_nothing_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", &on(1));
    let to = "deep/er/out.json";
    assert_eq!(printed(&mut export(folder.path(), &["bencher", "a.json", "--output", to])), "");
    let text = fs::read_to_string(folder.path().join(to)).unwrap();
    assert!(serde_json::from_str::<Value>(&text).unwrap().is_object());
    let said = refused(&mut export(folder.path(), &["csv", "a.json", "-o", "a.json/b"]), 1);
    assert!(said.contains("can't write a.json/b: name another --output"), "{said}");
}

#[test]
fn without_a_path_the_latest_record_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("target/waitmark"), "record.json", &on(7));
    assert!(printed(&mut export(folder.path(), &["csv"])).contains("\n0000000000000007,"));
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = export(elsewhere.path(), &["csv"]);
    let output = folder.path().join("target/waitmark");
    assert!(printed(command.env("WAITMARK_OUTPUT", output)).contains("\n0000000000000007,"));
    let said = refused(&mut export(elsewhere.path(), &["csv"]), 1);
    assert!(said.contains("no record at target/waitmark/record.json"), "{said}");
}

#[test]
fn a_format_that_nobody_knows_is_a_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let said = refused(&mut export(folder.path(), &["xml"]), 2);
    assert!(said.contains("csv, jsonl, bencher, github"), "{said}");
}

#[test]
fn nothing_to_export_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = on(1);
    record.cells.iter_mut().for_each(|cell| fail(cell, "killed"));
    put(folder.path(), "a.json", &record);
    let said = refused(&mut export(folder.path(), &["bencher", "a.json"]), 1);
    assert!(said.contains("no cell with figures"), "{said}");
    let said = refused(&mut export(folder.path(), &["github", "a.json"]), 1);
    assert!(said.contains("no cell with a ratio to a reference or to a base variant"), "{said}");
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = on(1);
    // More than a pipe holds, so that the command is still writing when its reader goes.
    let cells = record.cells.clone();
    for n in 100..300 {
        record.cells.extend(cells[..2].iter().cloned().map(|mut cell| {
            cell.n = n;
            cell
        }));
    }
    record.write(&folder.path().join("a.json")).unwrap();
    let mut child =
        export(folder.path(), &["jsonl", "a.json"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
