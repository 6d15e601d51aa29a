//! Runs of several builds of the benchmark, side by side.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use waitmark_reports::analysis::Quantity;
use waitmark_reports::change::{Changes, Finding};
use waitmark_reports::record::{Record, Role, Status};

use crate::{BURNING, PROGRAM, Sandbox, finish, start, stderr, stdout};

const SMALL: &str = r#"
    clients = ["sequential", "tokio"]
    workloads = ["fan_out"]
    sizes = [2, 4]
    delays = ["2ms"]
    rounds = 3
    budget = "1ms"
    seed = 1
"#;

fn variant(name: &str, program: &Path) -> String {
    format!("--variant={name}={}", program.display())
}

/// A program that is this script.
fn script(sandbox: &Sandbox, text: &str) -> PathBuf {
    let path = sandbox.output().with_file_name("script");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn measured(record: &Record, client: &str) -> bool {
    let mut cells = record.cells.iter().filter(|cell| cell.client == client).peekable();
    assert!(cells.peek().is_some(), "no cell of {client}");
    cells.all(|cell| cell.status == Status::Measured && cell.rounds.len() == 3)
}

#[test]
fn the_clients_of_two_builds_run_in_the_same_rounds() {
    let sandbox = Sandbox::new(SMALL);
    let output = sandbox.run(&["--bench", "--no-confirm", &variant("base", &PROGRAM)]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record = sandbox.record();
    let names: Vec<&str> = record.variants.iter().map(|variant| &*variant.name).collect();
    assert_eq!(names, ["base", "new"]);
    assert_eq!(record.variants[0].versions, record.machine.versions);
    let clients = ["sequential@base", "sequential@new", "tokio@base", "tokio@new"];
    assert_eq!(record.profile.clients.iter().map(|it| &*it.name).collect::<Vec<_>>(), clients);
    for client in clients {
        assert!(measured(&record, client), "{client}");
    }
    let references = record.cells.iter().filter(|cell| cell.role == Role::Reference);
    assert!(references.map(|cell| &*cell.client).all(|client| client == "sequential@base"));
    // Four clients have four places in a round.
    for round in 0..3 {
        let mut places: Vec<u32> =
            record.cells.iter().filter(|it| it.n == 2).map(|it| it.rounds[round].place).collect();
        places.sort();
        assert_eq!(places, [0, 1, 2, 3]);
    }
    let said = stderr(&output);
    assert!(said.contains("variant base: ") && said.contains("variant new: "), "{said}");
}

#[test]
fn what_looks_changed_is_run_again_and_found_again() {
    let sandbox = Sandbox::new(
        "clients = [\"sequential\", \"tokio\"]\nworkloads = [\"fan_out\"]\nsizes = [4]
        delays = [\"5ms\"]\nrounds = 5\nbudget = \"40ms\"\nseed = 1",
    );
    let mut command = sandbox.command(&["--bench", "--only-variants"]);
    command.args([variant("base", &PROGRAM), variant("burning", &BURNING)]);
    // Three times the time: whatever else the machine does.
    let output = finish(start(command.env("WAITMARK_TEST_BURN", "2")));
    assert!(output.status.success(), "{}", stderr(&output));
    let record = sandbox.record();
    let changes = Changes::of(&record, record.profile.margin);
    let time = |client: &str| {
        let is_it = |it: &&_| {
            let it: &waitmark_reports::change::Change = it;
            it.client == client && it.quantity == Quantity::Time
        };
        changes.changes.iter().find(is_it).unwrap()
    };
    assert_eq!(time("tokio").finding, Finding::Regression, "{changes:?}");
    let ratio = time("tokio").estimate.unwrap().value;
    assert!((2.0..5.0).contains(&ratio), "{ratio}");
    let rerun = |client: &str| {
        record.cells.iter().filter(|it| it.client == client).all(|it| it.confirmation.len() == 5)
    };
    assert!(rerun("tokio@base") && rerun("tokio@burning"));
    assert!(stderr(&output).contains("look changed, and are run again"), "{}", stderr(&output));
    assert!(stderr(&output).contains("rerun 5 of 5 done"), "{}", stderr(&output));
}

#[test]
fn a_program_that_is_no_benchmark_fails_its_cells_and_no_other() {
    let sandbox = Sandbox::new(SMALL);
    let output = sandbox.run(&["--bench", &variant("base", Path::new("/bin/true"))]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let record = sandbox.record();
    assert!(measured(&record, "tokio@new") && measured(&record, "sequential@new"));
    let failed = record.cells.iter().filter(|cell| cell.status == Status::Failed);
    let reasons: Vec<_> = failed.map(|cell| cell.reason.clone().unwrap()).collect();
    assert_eq!(reasons.len(), 4);
    let reason = "/bin/true is no waitmark benchmark, or one from before variants: it did not say what build it is (exit status: 0)";
    assert!(reasons.iter().all(|it| it == reason), "{reasons:?}");
    assert!(stdout(&output).contains("is no waitmark benchmark"), "{}", stdout(&output));
}

#[test]
fn a_build_of_another_protocol_is_refused_before_anything_is_measured() {
    let sandbox = Sandbox::new(SMALL);
    let other =
        r#"read order; echo '{"protocol":99,"schema":2,"build":{"anything":1}}' >&0; read more"#;
    let output = sandbox.run(&["--bench", &variant("base", &script(&sandbox, other))]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.starts_with("error: variant base: "), "{said}");
    assert!(
        said.contains("speaks version 99 of the benchmark's protocol and this build 3"),
        "{said}"
    );
    assert!(!sandbox.output().join("record.json").exists());
}

#[test]
fn a_variant_that_dies_in_a_cell_fails_that_cell_and_the_rest_is_measured() {
    let sandbox = Sandbox::new(SMALL);
    // It says what it is and passes its verification, and is killed in every round.
    let dies = format!(
        "case \"$CRITERION_HOME\" in *round-*) kill -9 $$;; esac\nexec '{}' \"$@\"",
        PROGRAM.display()
    );
    let output = sandbox.run(&["--bench", &variant("base", &script(&sandbox, &dies))]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let record = sandbox.record();
    assert!(measured(&record, "tokio@new") && measured(&record, "sequential@new"));
    for cell in record.cells.iter().filter(|cell| cell.client.ends_with("@base")) {
        let reason = cell.reason.as_deref().unwrap();
        assert_eq!(cell.status, Status::Failed);
        assert!(reason.contains("ended early (signal: 9 (SIGKILL))"), "{reason}");
    }
}

#[test]
fn a_variant_that_dies_in_the_rerun_leaves_what_the_rounds_found() {
    let sandbox = Sandbox::new(
        "clients = [\"tokio\"]\nreference = \"tokio\"\nworkloads = [\"fan_out\"]\nsizes = [4]
        delays = [\"5ms\"]\nrounds = 5\nbudget = \"40ms\"\nseed = 1",
    );
    let dies = format!(
        "case \"$CRITERION_HOME\" in *rerun-2*) kill -9 $$;; esac\nexec '{}' \"$@\"",
        BURNING.display()
    );
    let mut command = sandbox.command(&["--bench", "--only-variants"]);
    command.args([variant("base", &PROGRAM), variant("burning", &script(&sandbox, &dies))]);
    let output = finish(start(command.env("WAITMARK_TEST_BURN", "2")));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("failed in rerun 2"), "{}", stderr(&output));
    let record = sandbox.record();
    for cell in &record.cells {
        assert_eq!((cell.status, cell.rounds.len()), (Status::Measured, 5));
    }
    let changes = Changes::of(&record, record.profile.margin);
    let unconfirmed =
        changes.changes.iter().filter(|it| matches!(it.finding, Finding::Unconfirmed(_)));
    assert!(unconfirmed.count() > 0, "{changes:?}");
}

#[test]
fn figures_that_can_not_be_fail_their_cell_and_the_record_stays_whole() {
    let sandbox = Sandbox::new(SMALL);
    let lies = r#"case "$CRITERION_HOME" in *round-*)
        read order
        for i in 0 1; do
            echo "{\"Started\":$i}" >&0
            echo "{\"Done\":[$i,{\"method\":\"direct\",\"timed\":1,\"mean_ns\":-5.0,\"samples_ns\":[],\"batches\":1,\"costs\":null,\"timings_ns\":{},\"stats\":{\"requests\":$((2 * (i + 1))),\"dropped\":0,\"connections\":$((2 * (i + 1))),\"in_flight\":0,\"peak_in_flight\":1,\"early\":0,\"lateness_us\":{\"p50\":1,\"p99\":1,\"max\":1}}}]}" >&0
        done
        echo '"Finished"' >&0; exit;; esac"#;
    let lies = format!("{lies}\nexec '{}' \"$@\"", PROGRAM.display());
    let output = sandbox.run(&["--bench", &variant("base", &script(&sandbox, &lies))]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let record = sandbox.record();
    assert!(measured(&record, "tokio@new"));
    let failed = record.cells.iter().find(|cell| cell.client == "tokio@base").unwrap();
    let reason = failed.reason.as_deref().unwrap();
    assert!(reason.contains("what the client reports can't be: "), "{reason}");
}

#[test]
fn an_endless_line_and_a_silent_program_are_given_up() {
    let sandbox = Sandbox::new(SMALL);
    let endless = "case \"$CRITERION_HOME\" in *round-*) exec cat /dev/zero >&0;; esac";
    let endless = format!("{endless}\nexec '{}' \"$@\"", PROGRAM.display());
    let output = sandbox.run(&["--bench", &variant("base", &script(&sandbox, &endless))]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let record = sandbox.record();
    assert!(measured(&record, "tokio@new"));
    let failed = record.cells.iter().find(|cell| cell.client == "tokio@base").unwrap();
    let reason = failed.reason.as_deref().unwrap();
    assert!(reason.contains("said what is no report"), "{reason}");
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let sandbox = Sandbox::new(SMALL);
    let run = |arguments: &[&str]| {
        let output = sandbox.run(&[&["--bench"], arguments].concat());
        (output.status.code(), stderr(&output))
    };
    let base = variant("base", &PROGRAM);
    let (code, said) = run(&[&base, &base]);
    assert_eq!(code, Some(1));
    assert!(said.contains("variant base stands there twice"), "{said}");
    let (code, said) = run(&[&base, "--only-variants"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("one variant alone has nothing to be compared with"), "{said}");
    let (code, said) = run(&["--variant=base=/no/such/file"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("variant base: no program /no/such/file"), "{said}");
    for usage in [&["--only-variants"][..], &["--no-confirm"], &["--variant", "base"]] {
        assert_eq!(run(usage).0, Some(2), "{usage:?}");
    }
}

#[test]
fn a_crate_chooses_the_clients_that_run_on_it() {
    let sandbox = Sandbox::new(
        "clients = [\"sequential\", \"tokio\", \"async-std\", \"smol\"]
        workloads = [\"fan_out\"]\nsizes = [2]",
    );
    let list = |name: &str| {
        let output = sandbox.run(&["--bench", "--list", "--crate", name]);
        let names = stdout(&output);
        let client = |line: &str| line.split('/').nth(1).unwrap().to_owned();
        names.lines().map(client).collect::<Vec<_>>()
    };
    assert_eq!(list("tokio"), ["tokio"]);
    assert_eq!(list("async-io"), ["async-std", "smol"]);
    assert_eq!(list("polling").len(), 4, "all where none says that it runs on it");
}

#[test]
fn a_build_without_the_server_is_one_without_its_code() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-p", "waitmark-benches", "--no-default-features", "--edges=normal"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!stdout(&output).contains("waitmark-server"), "{}", stdout(&output));
}
