//! Bad input: a clear error, a non-zero exit, and nothing measured.

use std::fs;
use std::process::{Command, Output, Stdio};

use crate::{PROGRAM, Sandbox, stderr};

/// Checks that the run failed at once with an error that says all of `words`.
#[track_caller]
fn assert_refused(output: &Output, words: &[&str]) {
    let error = stderr(output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: "), "{error}");
    for word in words {
        assert!(error.contains(word), "no `{word}` in: {error}");
    }
    assert!(output.stdout.is_empty());
}

#[test]
fn a_profile_with_a_wrong_value() {
    let output = Sandbox::new("sizes = [0]").run(&["--bench"]);
    assert_refused(
        &output,
        &["mine.toml: workloads: `fan_out`: sizes: 0 is not allowed: 1 to 20000"],
    );
}

#[test]
fn a_profile_with_a_wrong_key() {
    let output = Sandbox::new("size = [5]").run(&["--bench"]);
    assert_refused(&output, &["mine.toml: ", "unknown field `size`, expected one of", "`sizes`"]);
}

#[test]
fn a_profile_that_is_not_there() {
    let sandbox = Sandbox::new("");
    let output = sandbox.command(&["--bench"]).env("WAITMARK_PROFILE", "fast").output().unwrap();
    assert_refused(&output, &["WAITMARK_PROFILE=fast", "there are default, quick, guide"]);
    let output =
        sandbox.command(&["--bench"]).env("WAITMARK_PROFILE", "no/such.toml").output().unwrap();
    assert_refused(&output, &["WAITMARK_PROFILE=no/such.toml: can't read", "No such file"]);
}

#[test]
fn a_filter_that_matches_nothing() {
    let output = Sandbox::new("").run(&["--bench", "fan_tail"]);
    assert_refused(&output, &["no cell of profile", "matches `fan_tail`", "--list"]);
}

#[test]
fn an_output_that_cant_be_written() {
    let sandbox = Sandbox::new("");
    // Not even root can make a folder below a file.
    fs::write(sandbox.output(), "").unwrap();
    let output = sandbox.run(&["--bench"]);
    assert_refused(&output, &["can't write", "output", "set WAITMARK_OUTPUT"]);
}

#[test]
fn an_output_with_criterion_files_of_others() {
    let sandbox = Sandbox::new("");
    let theirs = sandbox.output().join("criterion/theirs");
    fs::create_dir_all(&theirs).unwrap();
    let output = sandbox.run(&["--bench"]);
    assert_refused(&output, &["holds a `criterion` that is not of a run", "set WAITMARK_OUTPUT"]);
    assert!(theirs.exists());
}

#[test]
fn a_second_run_in_the_same_folder() {
    let sandbox = Sandbox::new("sizes = [1]\ndelays = [\"60s\"]");
    let mut first =
        sandbox.command(&["--bench"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !sandbox.output().join("criterion").exists() {
        assert!(first.try_wait().unwrap().is_none(), "the first run ended");
        std::thread::yield_now();
    }
    let second = sandbox.run(&["--bench"]);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_refused(&second, &["another run writes to", "wait for its end"]);
}

#[test]
fn too_few_open_files() {
    let sandbox = Sandbox::new("sizes = [5, 100]");
    let command = sandbox.command(&[]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 64 && exec \"$0\" --bench"]).arg(&*PROGRAM);
    for (key, value) in command.get_envs() {
        limited.env(key, value.unwrap());
    }
    let output = limited.output().unwrap();
    assert_refused(&output, &["fan_out/", "open files", "the limit is 64", "ulimit -Hn "]);
}

#[test]
fn an_unknown_flag() {
    let output = Sandbox::new("").run(&["--benhc"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("'--bench'"), "{}", stderr(&output));
}
