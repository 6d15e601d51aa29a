//! What is built, how it is named, and what the benchmark is given.

use std::fs;

use crate::sandbox::{Sandbox, nap, write_all};

#[test]
fn two_versions_are_built_and_measured_as_variants() {
    let sandbox = Sandbox::new();
    let (measured, said) = sandbox.measured(&[
        "nap",
        "1.0.0",
        "newest=1.0.2",
        "--max-time",
        "1m",
        "--no-confirm",
        "--profile",
        "quick",
        "--",
        "naps/tokio",
        "--shard",
        "1/2",
    ]);
    insta::assert_snapshot!(said, @"
    nap 1.0.0: built
    nap 1.0.2: built
    ");
    insta::assert_snapshot!(measured, @"
    --bench
    --variant 1.0.0: nap 1.0.0 without server, first, lock true, commit HEAD
    --variant newest: nap 1.0.2 without server, first, lock true, commit HEAD
    --only-variants
    --max-time
    1m
    --no-confirm
    --crate
    nap
    naps/tokio
    --shard
    1/2
    this build is with server
    WAITMARK_PROFILE=quick
    PWD=/repo
    ");
    // Nothing of the workspace itself has changed.
    assert_eq!(sandbox.run("repo", "git", &["status", "--porcelain"]), "");
}

#[test]
fn one_version_is_compared_with_that_of_the_lock_file() {
    let sandbox = Sandbox::new();
    let (measured, said) = sandbox.measured(&["nap", "1.0.2"]);
    insta::assert_snapshot!(said, @"
    nap 1.0.1: built
    nap 1.0.2: built
    ");
    insta::assert_snapshot!(measured, @"
    --bench
    --variant 1.0.1: nap 1.0.1 without server, first, lock true, commit HEAD
    --variant 1.0.2: nap 1.0.2 without server, first, lock true, commit HEAD
    --only-variants
    --crate
    nap
    this build is with server
    WAITMARK_PROFILE=
    PWD=/repo
    ");
}

#[test]
fn a_build_is_kept_until_something_it_is_made_of_changes() {
    let sandbox = Sandbox::new();
    let both = ["nap", "1.0.0", "1.0.1"];
    let build = || sandbox.measured(&both).1;
    let built = "nap 1.0.0: built\nnap 1.0.1: built";
    let kept = "nap 1.0.0: built before\nnap 1.0.1: built before";
    assert_eq!(build(), built);
    assert_eq!(build(), kept);
    // The same under another name, and twice.
    let (measured, said) = sandbox.measured(&["nap", "1.0.0", "1.0.0", "1.0.1=1.0.0"]);
    assert_eq!(said, ["nap 1.0.0: built before"; 3].join("\n"));
    for name in ["1.0.0", "1.0.0-2", "1.0.1"] {
        assert!(measured.contains(&format!("--variant {name}: nap 1.0.0 without")), "{measured}");
    }
    sandbox.write_code("second");
    assert_eq!(build(), built);
    assert_eq!(build(), kept);
    sandbox.write_code("first");
    assert!(sandbox.measured(&both).0.contains(", first, "));
    let flags = |flags: &str| {
        let mut command = sandbox.versions("repo", &both);
        sandbox.of_variants(&command.env("RUSTFLAGS", flags).output().unwrap().stderr)
    };
    assert_eq!(flags("-Cdebuginfo=1"), built);
    assert_eq!(flags("-Cdebuginfo=1"), kept);
}

#[test]
fn a_checkout_and_a_repository_take_the_place_of_the_registrys() {
    let sandbox = Sandbox::new();
    let (folder, repository) = (sandbox.path("checkouts/nap"), sandbox.path("fork"));
    write_all(&folder, &nap("1.0.9", "checkout"));
    write_all(&repository, &nap("1.0.0", "tagged"));
    sandbox.run("fork", "git", &["init", "--quiet", "--initial-branch=main"]);
    let commit = sandbox.commit("fork");
    sandbox.run("fork", "git", &["tag", "v1"]);
    write_all(&repository, &nap("1.0.7", "newer"));
    let head = sandbox.commit("fork");
    let url = format!("file://{}", repository.display());
    let (measured, said) = sandbox.measured(&[
        "nap=../checkouts/nap",
        &format!("{url}#v1"),
        &format!("{url}#{commit}"),
        &format!("newer={url}#main"),
        &url,
    ]);
    let short = |text: String| text.replace(&commit[..7], "COMMIT1").replace(&head[..7], "COMMIT2");
    insta::assert_snapshot!(short(said), @"
    nap from /checkouts/nap: built
    nap from file:///fork#v1: built
    nap from file:///fork#COMMIT1: built
    nap from file:///fork#main: built
    nap from file:///fork#COMMIT2: built before
    ");
    let variants = measured.lines().filter(|line| line.starts_with("--variant"));
    let variants: Vec<_> = variants.map(|line| line.split_once(", ").unwrap().0).collect();
    insta::assert_snapshot!(short(variants.join("\n")), @"
    --variant nap: nap checkout without server
    --variant v1: nap tagged without server
    --variant COMMIT1: nap tagged without server
    --variant newer: nap newer without server
    --variant COMMIT2: nap newer without server
    ");
    // A branch that has moved, or a changed file, is another build.
    write_all(&repository, &nap("1.0.7", "newest"));
    sandbox.commit("fork");
    write_all(&folder, &nap("1.0.9", "changed"));
    let (measured, _) = sandbox.measured(&["nap=../checkouts/nap", &format!("main={url}#main")]);
    assert!(measured.contains("--variant nap: nap changed without"), "{measured}");
    assert!(measured.contains("--variant main: nap newest without"), "{measured}");
}

#[test]
fn revisions_of_the_workspace_itself() {
    let sandbox = Sandbox::new();
    let first = sandbox.run("repo", "git", &["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.write_code("second");
    sandbox.write("repo/bench/extra.rs", "a file that only the second has");
    sandbox.commit("repo");
    sandbox.run("repo", "git", &["tag", "v2"]);
    sandbox.write_code("third");
    sandbox.write("repo/bench/untracked.rs", "");
    sandbox.write("repo/ignored", "");
    let (measured, said) = sandbox.measured(&[".", &first, "v2", "head=."]);
    let short = |text: String| text.replace(&first[..7], "COMMIT1");
    insta::assert_snapshot!(short(said), @"
    revision COMMIT1: built
    revision v2: built
    the work tree: built
    ");
    let variants: Vec<_> = measured.lines().filter(|line| line.starts_with("--variant")).collect();
    let variants = variants.join("\n").replace(&first, "FIRST");
    insta::assert_snapshot!(short(variants), @"
    --variant COMMIT1: nap 1.0.1 without server, first, lock true, commit FIRST
    --variant v2: nap 1.0.1 without server, second, lock true, commit HEAD
    --variant head: nap 1.0.1 without server, third, lock true, commit HEAD-dirty
    ");
    assert!(!measured.contains("--crate"), "{measured}");
    // The copy is now the work tree's, without what git ignores.
    let copy = sandbox.path("repo/target/waitmark/variants/source");
    assert!(copy.join("bench/untracked.rs").exists() && !copy.join("ignored").exists());
    // One alone is the base of the work tree.
    let (measured, said) = sandbox.measured(&[".", "HEAD"]);
    assert_eq!(said, "revision HEAD: built before\nthe work tree: built before");
    assert!(measured.contains("--variant HEAD: nap 1.0.1 without server, second"), "{measured}");
    assert!(
        measured.contains("--variant work-tree: nap 1.0.1 without server, third"),
        "{measured}"
    );
    assert_eq!(sandbox.run("repo", "git", &["worktree", "list"]).lines().count(), 1);
}

#[test]
fn a_workspace_in_a_folder_that_depends_on_others_around_it() {
    let sandbox = Sandbox::new();
    let root =
        "[workspace]\nmembers = [\"bench\", \"code\"]\nexclude = [\"own\"]\nresolver = \"3\"\n";
    sandbox.write("repo/Cargo.toml", root);
    sandbox.write(
        "repo/own/Cargo.toml",
        "[workspace]\n[package]\nname = \"own\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\nnap = \"1\"\nwaitmark-benches = { path = \"../bench\" }\n\
         waitmark-code = { path = \"../code\" }\n[[bench]]\nname = \"naps\"\nharness = false\n",
    );
    sandbox.write("repo/own/src/lib.rs", "");
    let bench = fs::read_to_string(sandbox.path("repo/bench/speedup.rs")).unwrap();
    sandbox.write("repo/own/benches/naps.rs", &bench);
    sandbox.run("repo/own", "cargo", &["generate-lockfile", "--quiet"]);
    let output = sandbox.versions("repo/own", &["nap", "1.0.0"]).output().unwrap();
    let measured = sandbox.plain(&output.stdout);
    assert!(measured.contains("--variant 1.0.2: nap 1.0.2 with"), "{output:?}");
    assert!(measured.contains("--variant 1.0.0: nap 1.0.0 with"), "{output:?}");
    // The same from elsewhere, with paths from there.
    let manifest = sandbox.path("repo/own/Cargo.toml").display().to_string();
    let nap_of =
        |folder: &str| ["nap", "1.0.0", folder, "--manifest-path", &manifest].map(String::from);
    write_all(&sandbox.path("elsewhere/nap"), &nap("1.0.3", "elsewhere"));
    let arguments = nap_of("nap");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = sandbox.versions("elsewhere", &arguments).output().unwrap();
    let measured = sandbox.plain(&output.stdout);
    assert!(measured.contains("--variant nap: nap elsewhere with"), "{output:?}");
    assert!(measured.contains("PWD=/elsewhere"), "{measured}");
}

#[test]
fn without_a_repository_the_folder_is_copied() {
    let sandbox = Sandbox::new();
    fs::remove_dir_all(sandbox.path("repo/.git")).unwrap();
    let (measured, _) = sandbox.measured(&["nap", "1.0.0"]);
    let variant = "--variant 1.0.0: nap 1.0.0 without server, first, lock true, commit none";
    assert!(measured.contains(variant), "{measured}");
    let refusal = sandbox.refusal(&[".", "HEAD"], 1);
    assert_eq!(refusal, "error: /repo is in no git repository: it has no revisions");
}

#[test]
fn cargos_cache_is_enough_where_the_registry_is_out_of_reach() {
    let sandbox = Sandbox::new();
    sandbox.measured(&["nap", "1.0.0"]);
    fs::rename(sandbox.path("registry"), sandbox.path("gone")).unwrap();
    fs::rename(sandbox.path("crates"), sandbox.path("gone-too")).unwrap();
    sandbox.write_code("second");
    let (measured, said) = sandbox.measured(&["nap", "1.0.0"]);
    insta::assert_snapshot!(said, @"
    nap 1.0.1: built
    nap 1.0.0: the registry is out of reach, chosen from what cargo's cache has
    nap 1.0.0: built
    ");
    assert!(measured.contains("--variant 1.0.0: nap 1.0.0 without server, second"), "{measured}");
    // Not even tried where cargo is told so.
    sandbox.write_code("third");
    let output =
        sandbox.versions("repo", &["nap", "1.0.0"]).env("CARGO_NET_OFFLINE", "true").output();
    let said = sandbox.of_variants(&output.unwrap().stderr);
    assert_eq!(said, "nap 1.0.1: built\nnap 1.0.0: built");
    // What is not in the cache is named.
    let refusal = sandbox.refusal(&["nap", "1.0.2"], 1);
    assert!(refusal.contains("nap 1.0.2"), "{refusal}");
}
