//! What all variants have alike, and what makes kept builds others.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::sandbox::{Sandbox, nap, write_all};

/// Code that tells whether the flag `flagged` is set.
const FLAGGED: &str = "pub const CODE: &str = if cfg!(flagged) { \"flagged\" } else { \"plain\" };";

const FLAGS: &str = "[build]\nrustflags = [\"--cfg\", \"flagged\"]\n";

#[test]
fn configuration_in_the_repository_takes_no_part() {
    let sandbox = Sandbox::new();
    sandbox.write("repo/code/src/lib.rs", FLAGGED);
    sandbox.commit("repo");
    sandbox.run("repo", "git", &["tag", "without"]);
    sandbox.write("repo/.cargo/config.toml", FLAGS);
    sandbox.commit("repo");
    sandbox.run("repo", "git", &["tag", "with"]);
    let (measured, _) = sandbox.measured(&[".", "without", "with", "."]);
    assert_eq!(measured.matches("server, plain, ").count(), 3, "{measured}");
}

#[test]
fn all_are_built_by_the_toolchain_that_is_active_in_the_workspace() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "repo/code/src/lib.rs",
        "pub const CODE: &str = match option_env!(\"RUSTUP_TOOLCHAIN\") {\n    \
         Some(name) => name,\n    None => \"none\",\n};\n",
    );
    let repository = sandbox.path("repo").display().to_string();
    let script = format!(
        "#!/bin/sh\n[ \"$*\" = 'show active-toolchain' ] || exit 1\n\
         [ \"$(pwd -P)\" = '{repository}' ] && echo 'own (overridden by x)' || echo 'other (default)'\n"
    );
    sandbox.write("bin/rustup", &script);
    sandbox.run("bin", "chmod", &["+x", "rustup"]);
    let path = format!("{}:{}", sandbox.path("bin").display(), env::var("PATH").unwrap());
    // The compiler itself, as rustup's stand-in knows no toolchain of that name.
    let rustc = Path::new(env!("CARGO")).with_file_name("rustc");
    let mut command = sandbox.versions("repo", &["nap", "1.0.0", "1.0.1"]);
    command.env("PATH", path).env("CARGO", env!("CARGO")).env("RUSTC", rustc);
    let measured = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        sandbox.plain(&output.stdout)
    };
    let asked = measured(command.env_remove("RUSTUP_TOOLCHAIN"));
    assert_eq!(asked.matches("server, own, ").count(), 2, "{asked}");
    let given = measured(command.env("RUSTUP_TOOLCHAIN", "given"));
    assert_eq!(given.matches("server, given, ").count(), 2, "{given}");
}

#[test]
fn a_toolchain_that_a_revision_names_takes_no_part() {
    let sandbox = Sandbox::new();
    sandbox.write("repo/rust-toolchain.toml", "[toolchain]\nchannel = \"1.0.0-none\"\n");
    sandbox.commit("repo");
    fs::remove_file(sandbox.path("repo/rust-toolchain.toml")).unwrap();
    let mut command = sandbox.versions("repo", &[".", "HEAD"]);
    let output = command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = sandbox.of_variants(&output.stderr);
    assert_eq!(said, "revision HEAD: built\nthe work tree: built");
}

#[test]
fn the_configuration_of_cargos_home_counts_and_is_part_of_the_key() {
    let sandbox = Sandbox::new();
    sandbox.write("repo/code/src/lib.rs", FLAGGED);
    let arguments = ["nap", "1.0.0", "1.0.1"];
    assert!(sandbox.measured(&arguments).0.contains("server, plain, "));
    let path = sandbox.path("home/config.toml");
    let old = fs::read_to_string(&path).unwrap();
    fs::write(&path, old + FLAGS).unwrap();
    let (measured, said) = sandbox.measured(&arguments);
    assert_eq!(said, "nap 1.0.0: built\nnap 1.0.1: built");
    assert_eq!(measured.matches("server, flagged, ").count(), 2, "{measured}");
}

#[test]
fn what_the_environment_says_of_compilers_is_part_of_the_key() {
    let sandbox = Sandbox::new();
    let said = |name: &str, value: &str| {
        let mut command = sandbox.versions("repo", &["nap", "1.0.0", "1.0.1"]);
        sandbox.of_variants(&command.env(name, value).output().unwrap().stderr)
    };
    let built = "nap 1.0.0: built\nnap 1.0.1: built";
    let kept = "nap 1.0.0: built before\nnap 1.0.1: built before";
    assert_eq!(said("RUSTC_WRAPPER", "/usr/bin/env"), built);
    assert_eq!(said("RUSTC_WRAPPER", "/usr/bin/env"), kept);
    assert_eq!(said("CFLAGS", "-O1"), built);
    assert_eq!(said("RUST_RECURSION_COUNT", "1"), built);
    assert_eq!(said("RUST_RECURSION_COUNT", "2"), kept);
}

#[test]
fn folders_are_compiled_as_packages_of_a_registry_are() {
    let sandbox = Sandbox::new();
    let path = sandbox.path("repo/Cargo.toml");
    let manifest = fs::read_to_string(&path).unwrap() + "[profile.bench]\nincremental = true\n";
    fs::write(&path, manifest).unwrap();
    let mut command = sandbox.versions("repo", &["nap", "1.0.0"]);
    let output = command.env("CARGO_INCREMENTAL", "1").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let units = |target: &str| {
        let folder = sandbox.path(target).join("release/incremental");
        folder.read_dir().map_or(0, Iterator::count)
    };
    assert_ne!(units("repo/target"), 0);
    assert_eq!(units("repo/target/waitmark/variants/target"), 0);
}

#[test]
fn code_from_outside_of_the_repository_is_refused() {
    let sandbox = Sandbox::new();
    write_all(&sandbox.path("outside/nap"), &nap("1.0.4", "outside"));
    let manifest = sandbox.path("repo/bench/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let path = sandbox.path("outside/nap").display().to_string();
    let table = format!("outside = {{ package = \"nap\", path = \"{path}\" }}\n[[bench]]");
    fs::write(&manifest, text.replace("[[bench]]", &table)).unwrap();
    let said = sandbox.refusal(&[".", "HEAD"], 1);
    let last = said.lines().last().unwrap();
    insta::assert_snapshot!(last, @"error: the work tree: it is also built of /outside/nap/Cargo.toml, which is no file of its repository, so that a change there would not be seen: depend on a registry or a git repository instead");
    assert_eq!(sandbox.kept(), 1);
}

#[test]
fn a_checkout_that_changes_while_it_is_built_is_refused() {
    let sandbox = Sandbox::new();
    let mut files = nap("1.0.9", "checkout");
    let script = "fn main() { std::fs::write(\"src/late.rs\", \"// edited\").unwrap(); }";
    files.push(("build.rs", script.to_owned()));
    write_all(&sandbox.path("nap"), &files);
    let said = sandbox.refusal(&["nap=../nap"], 1);
    let last = said.lines().last().unwrap();
    insta::assert_snapshot!(last, @"error: nap from /nap: its files changed as they were built: run it again");
    assert_eq!(sandbox.kept(), 1);
    // Now that it stays as it is.
    let (measured, _) = sandbox.measured(&["nap=../nap"]);
    assert!(measured.contains("--variant nap: nap checkout without"), "{measured}");
}

#[test]
fn what_else_differs_between_versions_is_told() {
    let sandbox = Sandbox::new();
    for (version, of_bed) in [("1.0.3", "1.0.0"), ("1.0.4", "2.0.0"), ("1.0.5", "2.0.0")] {
        let manifest = format!("[package]\nname = \"bed\"\nversion = \"{of_bed}\"\n");
        let bed = [("Cargo.toml", manifest), ("src/lib.rs", String::new())];
        if version != "1.0.5" {
            sandbox.publish_package("bed", of_bed, "", &bed);
        }
        let mut files = nap(version, version);
        files[0].1 += &format!("[dependencies]\nbed = \"={of_bed}\"\n");
        let dependency = format!(
            "{{\"name\":\"bed\",\"req\":\"={of_bed}\",\"features\":[],\"optional\":false,\
             \"default_features\":true,\"target\":null,\"kind\":\"normal\"}}"
        );
        sandbox.publish_package("nap", version, &dependency, &files);
    }
    let told = |versions: [&str; 2]| {
        let (_, said) = sandbox.measured(&["nap", versions[0], versions[1]]);
        said.lines().skip(2).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(told(["1.0.3", "1.0.4"]), "beside nap these differ: bed 1.0.0/2.0.0");
    // Also where both are kept.
    assert_eq!(told(["1.0.3", "1.0.4"]), "beside nap these differ: bed 1.0.0/2.0.0");
    assert_eq!(told(["1.0.1", "1.0.4"]), "beside nap these differ: bed none/2.0.0");
    assert_eq!(told(["1.0.4", "1.0.5"]), "");
}
