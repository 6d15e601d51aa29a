//! What can't be built: which variant, why, and nothing measured.

use std::fs;

use crate::sandbox::{Sandbox, nap, write_all};

#[test]
fn a_variant_that_does_not_compile_is_named_and_not_kept() {
    let sandbox = Sandbox::new();
    let mut files = nap("1.0.3", "broken");
    files[1].1 += "pub const BROKEN: u8 = \"text\";\n";
    sandbox.publish("1.0.3", &files);
    for _ in 0..2 {
        let said = sandbox.refusal(&["nap", "1.0.0", "1.0.3"], 1);
        assert!(said.contains("mismatched types"), "{said}");
        assert!(said.ends_with("error: nap 1.0.3 does not build, as cargo says above"), "{said}");
        assert_eq!(sandbox.kept(), 1);
    }
    // The copy is of no harm to the next one.
    let (measured, said) = sandbox.measured(&["nap", "1.0.0", "1.0.2"]);
    assert_eq!(said, "nap 1.0.0: built before\nnap 1.0.2: built");
    assert!(measured.contains("--variant 1.0.2: nap 1.0.2 without"), "{measured}");
}

#[test]
fn a_version_that_there_is_none_of_or_that_is_not_allowed() {
    let sandbox = Sandbox::new();
    let said = sandbox.refusal(&["nap", "1.7.0"], 1);
    assert!(said.contains("1.7.0"), "{said}");
    let last = said.lines().last().unwrap();
    assert_eq!(last, "error: nap 1.7.0: its dependencies don't go together, as cargo says above");
    sandbox.publish("2.0.0", &nap("2.0.0", "too new"));
    let said = sandbox.refusal(&["nap", "2.0.0"], 1);
    assert!(said.contains("nap = \"^1\""), "{said}");
}

#[test]
fn packages_that_the_benchmark_is_not_made_of() {
    let sandbox = Sandbox::new();
    let said = sandbox.refusal(&["tokio", "1.44.2"], 1);
    assert_eq!(said, "error: tokio is not in Cargo.lock: the benchmark does not use it");
    let said = sandbox.refusal(&["waitmark-code=../repo/code"], 1);
    assert!(said.contains("waitmark-code is a folder of this workspace"), "{said}");
    // In the lock file, for the sake of the server that no variant has.
    let path = sandbox.path("repo/bench/Cargo.toml");
    let manifest = fs::read_to_string(&path).unwrap();
    let manifest = manifest
        .replace("server = []", "server = [\"dep:nap\"]")
        .replace("nap = \"1\"", "nap = { version = \"1\", optional = true }");
    fs::write(&path, manifest).unwrap();
    sandbox.write("repo/bench/speedup.rs", "fn main() {}");
    let said = sandbox.refusal(&["nap", "1.0.0"], 1);
    let last = said.lines().last().unwrap();
    insta::assert_snapshot!(last, @"error: nap 1.0.1: no part of the benchmark is built with nap, nothing would differ");
}

#[test]
fn a_checkout_whose_version_the_workspace_does_not_allow() {
    let sandbox = Sandbox::new();
    write_all(&sandbox.path("nap"), &nap("2.0.0", "too new"));
    let said = sandbox.refusal(&["nap=../nap"], 1);
    let last = said.lines().last().unwrap();
    insta::assert_snapshot!(last, @"error: nap from /nap: cargo built registry+https://github.com/rust-lang/crates.io-index#nap@1.0.2 instead: perhaps the workspace does not allow that version");
    assert_eq!(sandbox.kept(), 1);
}

#[test]
fn revisions_that_there_are_none_of() {
    let sandbox = Sandbox::new();
    let said = sandbox.refusal(&[".", "no-such-branch"], 1);
    insta::assert_snapshot!(said, @"error: no-such-branch is no revision of /repo: perhaps `git fetch origin no-such-branch`");
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_built() {
    let sandbox = Sandbox::new();
    let first = |arguments: &[&str]| {
        let said = sandbox.refusal(arguments, 2);
        said.lines().next().unwrap().to_owned()
    };
    let said = [
        first(&["nap"]),
        first(&["nap", "1.0"]),
        first(&["nap", "1.0.0", "--max-time", "5"]),
        first(&["nap", "1.0.0", "--profile", "no/such.toml"]),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    error: name a version, a folder or a git revision: waitmark versions nap 1.2.3 1.2.4
    error: "1.0" is not a whole version: write all three numbers, such as 1.44.2
    error: invalid value '5' for '--max-time <TIME>': 1s to 24h, with its unit, such as 10m
    error: invalid value 'no/such.toml' for '--profile <PROFILE>': there is no such file
    "#);
    assert!(!sandbox.path("repo/target").exists());
    let said = sandbox.refusal(&["nap", "a=1.0.0", "a=1.0.2"], 1);
    assert_eq!(said, "error: two variants are named a: each needs its own");
}

#[test]
fn what_the_benchmark_refuses_is_refused_before_any_variant_is_built() {
    let sandbox = Sandbox::new();
    let said = sandbox.refusal(&["nap", "1.0.0", "--", "no/such"], 1);
    let expected = "the benchmark: built\nerror: no cell of profile variants matches";
    assert_eq!(said, expected);
    let mut command = sandbox.versions("repo", &["nap", "1.0.0", "--", "no/such"]);
    let output = command.env("WAITMARK_PROFILE", "mine").output().unwrap();
    assert_eq!(sandbox.plain(&output.stderr), "error: no cell of profile mine matches");
    assert!(!sandbox.path("repo/target/waitmark").exists());
}

#[test]
fn a_folder_without_a_benchmark() {
    let sandbox = Sandbox::new();
    let output = sandbox.versions("home", &["nap", "1.0.0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = sandbox.plain(&output.stderr);
    assert!(said.starts_with("error: could not find `Cargo.toml`"), "{said}");
    let manifest = sandbox.path("repo/code/Cargo.toml");
    let alone =
        "[workspace]\n[package]\nname = \"code\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(&manifest, alone).unwrap();
    let output = sandbox.versions("repo/code", &["nap", "1.0.0"]).output().unwrap();
    let said = sandbox.plain(&output.stderr);
    assert!(said.starts_with("error: this workspace has no benchmark of waitmark"), "{said}");
}
