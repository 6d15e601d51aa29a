//! The `waitmark` command as a user meets it: what it writes, prints, and refuses.

#![expect(clippy::unwrap_used, reason = "a test that can not go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A small record that no machine measured.
const RECORD: &str = include_str!("fixtures/record.json");

/// A folder with `text` as its record, or without one.
fn folder_with(text: Option<&str>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.json");
    if let Some(text) = text {
        fs::write(&path, text).unwrap();
    }
    (folder, path)
}

fn waitmark(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_waitmark")).arg("report").args(arguments).output().unwrap()
}

/// What the command says when it refuses these arguments.
fn refusal(arguments: &[&Path]) -> String {
    let output = waitmark(arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_record_gets_its_report_beside_it_and_its_table_on_the_terminal() {
    let (folder, record) = folder_with(Some(RECORD));
    let output = waitmark(&[&record]);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.starts_with("At 20 requests of 10 ms each, tokio is "), "{printed}");
    for name in ["index.html", "summary.md", "speedup.csv"] {
        let path = folder.path().join("report").join(name);
        assert!(path.metadata().unwrap().len() > 100, "{name}");
        assert!(printed.contains(&path.display().to_string()), "{printed}");
    }
}

#[test]
fn the_output_goes_where_it_is_told() {
    let (folder, record) = folder_with(Some(RECORD));
    let output = folder.path().join("else/where");
    assert!(waitmark(&[&record, Path::new("--output"), &output]).status.success());
    assert!(output.join("index.html").exists());
    assert!(!folder.path().join("report").exists());
}

#[test]
fn without_a_path_the_latest_record_of_the_target_folder_is_taken() {
    let (folder, record) = folder_with(Some(RECORD));
    let latest = folder.path().join("waitmark/record.json");
    fs::create_dir(latest.parent().unwrap()).unwrap();
    fs::rename(record, &latest).unwrap();
    let run = |folder: &Path, target: Option<&Path>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waitmark"));
        command.arg("report").current_dir(folder).env_remove("CARGO_TARGET_DIR");
        command.envs(target.map(|target| ("CARGO_TARGET_DIR", target))).output().unwrap()
    };
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(run(elsewhere.path(), Some(folder.path())).status.success());
    assert!(folder.path().join("waitmark/report/index.html").exists());
    let said = String::from_utf8(run(elsewhere.path(), None).stderr).unwrap();
    assert!(said.contains("no record at target/waitmark/record.json: `cargo bench`"), "{said}");
}

#[test]
fn a_missing_record_is_named_with_the_way_to_get_one() {
    let (_folder, record) = folder_with(None);
    let said = refusal(&[&record]);
    assert!(said.contains(&format!("no record at {}: `cargo bench`", record.display())), "{said}");
}

#[test]
fn a_damaged_record_is_named_with_the_place() {
    let (folder, record) = folder_with(Some(&RECORD[..400]));
    let said = refusal(&[&record]);
    assert!(said.contains(&format!("{} is damaged", record.display())), "{said}");
    assert!(said.contains(" line "), "{said}");
    assert!(!folder.path().join("report").exists());
}

#[test]
fn an_unknown_schema_is_refused_by_its_number() {
    let (_folder, record) =
        folder_with(Some(&RECORD.replacen("\"schema\": 2", "\"schema\": 7", 1)));
    let said = refusal(&[&record]);
    assert!(said.contains("has schema 7, and this version of waitmark reads schema 2"), "{said}");
}

#[test]
fn an_output_that_can_not_be_written_is_named_with_the_way_out() {
    let (folder, record) = folder_with(Some(RECORD));
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let said = refusal(&[&record, Path::new("--output"), &file]);
    assert!(said.contains("--output"), "{said}");
    assert!(said.contains(&file.join("index.html").display().to_string()), "{said}");
}

#[test]
fn without_a_command_the_help_is_shown_and_it_fails() {
    let output = Command::new(env!("CARGO_BIN_EXE_waitmark")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("report"));
}
