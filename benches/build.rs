//! Tells the benchmark which compiler built it, for the record.

use std::env;
use std::process::Command;

fn main() {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .unwrap_or_default();
    println!("cargo::rustc-env=WAITMARK_RUSTC={}", version.trim());
    println!("cargo::rerun-if-changed=build.rs");
}
