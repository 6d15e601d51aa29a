//! `waitmark history` as a user meets it.

#![expect(clippy::unwrap_used, reason = "a test that can not go on should stop")]

mod records;

use std::fs;
use std::path::Path;
use std::process::Command;

use records::{on, printed, put, refused, said, slow, variants, waitmark};

fn history(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = waitmark();
    command.arg("history").args(arguments).current_dir(folder);
    command
}

#[test]
fn a_folder_of_records_becomes_a_page() {
    let folder = tempfile::tempdir().unwrap();
    for day in 1..=3 {
        let mut record = on(day);
        slow(&mut record, "tokio", f64::from(day));
        put(&folder.path().join("records"), &format!("{day}.json"), &record);
    }
    assert_eq!(printed(&mut history(folder.path(), &["records"])), "records/history.html\n");
    let page = fs::read_to_string(folder.path().join("records/history.html")).unwrap();
    assert!(page.contains("<h1>3 runs on 1 machine</h1>"));
    // 208 ms by 11.8 ms, by twice and by three times of that.
    for speedup in ["17.6x", "8.82x", "5.88x"] {
        assert!(page.contains(&format!("<span class=\"speedup\">{speedup}</span>")), "{speedup}");
    }
    // The page is no record, and is no hindrance to the next one.
    printed(&mut history(folder.path(), &["records", "--output", "deep/er/page.html"]));
    assert_eq!(fs::read_to_string(folder.path().join("deep/er/page.html")).unwrap(), page);
}

#[test]
fn what_can_not_be_read_is_named_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "1.json", &on(1));
    put(folder.path(), "2.json", &on(1));
    fs::write(folder.path().join("3.json"), "{ \"schema\": 2").unwrap();
    fs::write(folder.path().join("4.json"), "{ \"schema\": 1 }").unwrap();
    fs::write(folder.path().join("notes.txt"), "not a record").unwrap();
    fs::create_dir(folder.path().join("5.json")).unwrap();
    let output = history(folder.path(), &["."]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = said(&output);
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(said.contains("2.json is run 0000000000000001 once more: left out"), "{said}");
    assert!(said.contains("the record ./3.json is damaged: EOF while parsing"), "{said}");
    assert!(said.contains("./4.json has schema 1"), "{said}");
    let page = fs::read_to_string(folder.path().join("history.html")).unwrap();
    assert!(page.contains("<h1>1 run on 1 machine</h1>"));
}

#[test]
fn without_a_record_there_is_no_page() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), "{}").unwrap();
    let said = refused(&mut history(folder.path(), &["."]), 1);
    assert!(said.contains("no record can be read in .: `cargo bench` writes one a run"), "{said}");
    assert!(!folder.path().join("history.html").exists());
    let said = refused(&mut history(folder.path(), &["nowhere"]), 1);
    assert!(said.contains("can't list nowhere: give the folder of records"), "{said}");
}

#[test]
fn without_a_folder_the_records_of_the_target_folder_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("target/waitmark/records"), "1.json", &variants(on(1)));
    let said = printed(&mut history(folder.path(), &[]));
    assert_eq!(said, "target/waitmark/records/history.html\n");
    let page = fs::read_to_string(folder.path().join(said.trim())).unwrap();
    assert!(page.contains("fan_out, requests of 10 ms: time, new by base"));
}

#[test]
fn a_page_that_can_not_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "1.json", &on(1));
    let said = refused(&mut history(folder.path(), &[".", "-o", "1.json/page.html"]), 1);
    assert!(said.contains("can't write 1.json/page.html: name another --output"), "{said}");
}
