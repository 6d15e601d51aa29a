//! `waitmark gate` as CI meets it: its exit codes, what it prints, and what it leaves behind.

#![expect(clippy::unwrap_used, reason = "a test that can not go on should stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use waitmark_reports::record::{Cell, Ended, Record, Round};

/// A folder with a record in it, in which the command is called.
struct Folder {
    folder: TempDir,
    record: Record,
}

/// What became of a call.
struct Called {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Folder {
    /// With tokio and smol of two builds, which are alike.
    fn of_two_builds() -> Self {
        Self::of("variants.json")
    }

    /// With sequential and tokio of one build, in two sizes.
    fn of_one_build() -> Self {
        Self::of("record.json")
    }

    fn of(fixture: &str) -> Self {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let record = Record::read(&fixtures.join(fixture)).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), record }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn cell(&mut self, client: &str) -> &mut Cell {
        self.record.cells.iter_mut().find(|cell| cell.client == client).unwrap()
    }

    /// Makes the new tokio take so many times as much time.
    fn slowed(mut self, by: f64) -> Self {
        slow(&mut self.cell("tokio@new").rounds, by);
        self
    }

    /// Runs both tokios again, of which the new one takes so many times as much time.
    fn run_again(mut self, by: f64) -> Self {
        for client in ["tokio@base", "tokio@new"] {
            let rounds = self.cell("tokio@base").rounds.clone();
            self.cell(client).confirmation = rounds;
        }
        slow(&mut self.cell("tokio@new").confirmation, by);
        self
    }

    fn gate(&self, arguments: &[&str]) -> Called {
        self.gate_with(arguments, None)
    }

    /// Calls the command, with the path of a job's summary in its environment.
    fn gate_with(&self, arguments: &[&str], summary: Option<&Path>) -> Called {
        let record = self.path("record.json");
        if !record.exists() {
            self.record.write(&record).unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_waitmark"));
        command.arg("gate").arg(record).args(arguments).current_dir(self.folder.path());
        command.env_remove("GITHUB_STEP_SUMMARY");
        command.envs(summary.map(|summary| ("GITHUB_STEP_SUMMARY", summary)));
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Called { code: output.status.code(), stdout, stderr }
    }
}

fn slow(rounds: &mut [Round], by: f64) {
    for round in rounds {
        round.mean_ns *= by;
        round.samples_ns.iter_mut().for_each(|sample| *sample *= by);
    }
}

#[test]
fn equal_builds_pass_with_0_and_leave_a_report() {
    let folder = Folder::of_two_builds();
    let called = folder.gate(&["--strict"]);
    assert_eq!((called.code, called.stderr.as_str()), (Some(0), ""));
    assert!(called.stdout.starts_with("No change of 5 % or more in 2 cells between base and new."));
    assert!(called.stdout.contains("gate: PASS"), "{}", called.stdout);
    for name in ["index.html", "summary.md", "speedup.csv", "changes.csv"] {
        assert!(folder.path("report").join(name).exists(), "{name}");
    }
    let page = folder.path("report/index.html");
    assert!(called.stdout.ends_with(&format!("Report: {}\n", page.display())), "{}", called.stdout);
}

#[test]
fn a_confirmed_regression_is_3_and_the_report_is_written_all_the_same() {
    let folder = Folder::of_two_builds().slowed(1.5).run_again(1.4);
    let called = folder.gate(&["--output", "elsewhere"]);
    assert_eq!(called.code, Some(3), "{}", called.stderr);
    let line = "FAIL       tokio on fan_out n=5: new takes 1.50x";
    assert!(called.stdout.contains(line), "{}", called.stdout);
    let summary = fs::read_to_string(folder.path("elsewhere/summary.md")).unwrap();
    assert!(summary.contains("| **regression** |"), "{summary}");
    assert!(!folder.path("report").exists());
}

#[test]
fn what_a_rerun_does_not_confirm_is_0_unless_no_rerun_is_asked_for() {
    let folder = Folder::of_two_builds().slowed(1.5).run_again(1.0);
    let called = folder.gate(&["--strict"]);
    assert_eq!(called.code, Some(0), "{}", called.stdout);
    assert!(called.stdout.contains("not confirmed by the rerun"), "{}", called.stdout);
    assert_eq!(folder.gate(&["--no-confirm"]).code, Some(3));
}

#[test]
fn undecided_is_4_only_if_that_is_asked_for() {
    let folder = Folder::of_two_builds().slowed(1.5);
    let called = folder.gate(&[]);
    assert_eq!(called.code, Some(0), "{}", called.stdout);
    assert!(called.stdout.contains("gate: UNDECIDED"), "{}", called.stdout);
    assert_eq!(folder.gate(&["--strict"]).code, Some(4));
    // An interrupted run may have missed what it would have found.
    let mut folder = Folder::of_two_builds();
    folder.record.ended = Ended::Interrupted;
    let called = folder.gate(&["--strict"]);
    assert_eq!(called.code, Some(4));
    let line = "UNDECIDED  The run was interrupted after 5 of 5 rounds.";
    assert!(called.stdout.contains(line), "{}", called.stdout);
}

#[test]
fn the_floor_is_that_of_the_option_before_the_file_before_the_run() {
    let folder = Folder::of_two_builds().slowed(1.2).run_again(1.2);
    assert_eq!(folder.gate(&[]).code, Some(3));
    folder.file("waitmark.toml", "[gate]\nfloor = \"25 %\"");
    let called = folder.gate(&[]);
    assert_eq!(called.code, Some(0));
    assert!(called.stdout.contains("did not change by more than 25 %"), "{}", called.stdout);
    assert_eq!(folder.gate(&["--floor", "10"]).code, Some(3));
    assert_eq!(folder.gate(&["--floor", "30%"]).code, Some(0));
    // The report says what the gate says.
    let summary = fs::read_to_string(folder.path("report/summary.md")).unwrap();
    assert!(summary.contains("No change of 30 % or more"), "{summary}");
}

#[test]
fn a_damaged_or_missing_record_is_1() {
    let folder = Folder::of_two_builds();
    folder.file("record.json", "{ \"schema\": 2");
    let called = folder.gate(&[]);
    assert_eq!((called.code, called.stdout.as_str()), (Some(1), ""));
    assert!(called.stderr.contains("record.json is damaged"), "{}", called.stderr);
    fs::remove_file(folder.path("record.json")).unwrap();
    fs::create_dir(folder.path("record.json")).unwrap();
    let called = folder.gate(&[]);
    assert_eq!(called.code, Some(1));
    assert!(called.stderr.contains("can't read the record"), "{}", called.stderr);
}

#[test]
fn wrong_usage_is_2() {
    let folder = Folder::of_two_builds();
    for (arguments, said) in [
        (&["--floor", "much"][..], "it must be a percentage from 0 to 100"),
        (&["--floor", "101"], "it must be a percentage from 0 to 100"),
        (&["--floor"], "a value is required"),
        (&["--flor", "5"], "--floor"),
        (&["another"], "unexpected argument"),
    ] {
        let called = folder.gate(arguments);
        assert_eq!(called.code, Some(2), "{arguments:?}");
        assert!(called.stderr.contains(said), "{}", called.stderr);
    }
    assert!(!folder.path("report").exists());
}

#[test]
fn nothing_to_gate_is_2_with_what_to_do() {
    let folder = Folder::of_one_build();
    let called = folder.gate(&[]);
    assert_eq!(called.code, Some(2));
    for said in ["nothing to gate: ", "--variant base=PATH", "waitmark.toml"] {
        assert!(called.stderr.contains(said), "{}", called.stderr);
    }
}

#[test]
fn expectations_are_read_from_the_folder_or_the_file_that_is_named() {
    let folder = Folder::of_one_build();
    let holds = "[gate]\nexpect = [\"n=20: tokio over sequential >= 10\", \"no failed cell\"]";
    folder.file("waitmark.toml", holds);
    let called = folder.gate(&["--strict"]);
    assert_eq!(called.code, Some(0), "{}", called.stdout);
    let line = "PASS       `n=20: tokio over sequential >= 10`: 17.6x [";
    assert!(called.stdout.contains(line), "{}", called.stdout);
    folder.file("other.toml", "[gate]\nexpect = [\"tokio over sequential >= 10\"]");
    let called = folder.gate(&["--expectations", "other.toml"]);
    assert_eq!(called.code, Some(3));
    let line = "FAIL       `tokio over sequential >= 10`: 4.98x [";
    assert!(called.stdout.contains(line), "{}", called.stdout);
    folder.file("other.toml", "[gate]\nexpect = [\"n=7: tokio over sequential >= 10\"]");
    assert_eq!(folder.gate(&["--expectations", "other.toml"]).code, Some(0));
    assert_eq!(folder.gate(&["--strict", "--expectations", "other.toml"]).code, Some(4));
}

#[test]
fn wrong_expectations_are_2_and_unreadable_ones_1() {
    let folder = Folder::of_one_build();
    folder.file("waitmark.toml", "[gate]\nexpect = [\n  \"tokio >= 4\",\n]");
    let called = folder.gate(&[]);
    assert_eq!(called.code, Some(2));
    let said = "waitmark.toml, line 3: `tokio >= 4` is no expectation";
    assert!(called.stderr.contains(said), "{}", called.stderr);
    let called = folder.gate(&["--expectations", "missing.toml"]);
    assert_eq!(called.code, Some(1));
    assert!(
        called.stderr.contains("can't read the expectations missing.toml"),
        "{}",
        called.stderr
    );
}

#[test]
fn a_report_that_can_not_be_written_is_1() {
    let folder = Folder::of_two_builds();
    folder.file("report", "");
    let called = folder.gate(&[]);
    assert_eq!(called.code, Some(1));
    assert!(called.stderr.contains("--output"), "{}", called.stderr);
}

#[test]
fn the_jobs_summary_is_added_to() {
    let folder = Folder::of_two_builds().slowed(1.5).run_again(1.5);
    let summary = folder.file("summary", "# Other steps\n");
    assert_eq!(folder.gate_with(&[], Some(&summary)).code, Some(3));
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("# Other steps\n\n## waitmark gate: FAIL\n"), "{text}");
    assert!(text.contains("| **tokio on fan_out n=5, time** |"), "{text}");
    // Of what did not change there is only the number of rows.
    assert!(!text.contains("**smol on"), "{text}");
    assert!(text.ends_with("3 of 4 rows did not change by more than 5 %.\n"), "{text}");
    // One that is not there is made, and one without a name is none.
    let new = folder.path("new");
    assert_eq!(folder.gate_with(&[], Some(&new)).code, Some(3));
    assert!(new.exists());
    assert_eq!(folder.gate_with(&[], Some(Path::new(""))).code, Some(3));
}

#[test]
fn a_summary_that_can_not_be_written_is_1_after_the_report() {
    let folder = Folder::of_two_builds();
    let summary = folder.path("no/such/folder");
    let called = folder.gate_with(&[], Some(&summary));
    assert_eq!(called.code, Some(1));
    assert!(called.stderr.contains("GITHUB_STEP_SUMMARY"), "{}", called.stderr);
    assert!(called.stdout.contains("gate: PASS"), "{}", called.stdout);
    assert!(folder.path("report/index.html").exists());
}
