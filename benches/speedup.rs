//! The benchmark: `cargo bench`, or `cargo bench -- --help`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Cargo's own folder for benchmarks lies in its target directory, wherever that is.
    waitmark_benches::main(Path::new(env!("CARGO_TARGET_TMPDIR")))
}
