//! Paths that were meant from where cargo was called.

use std::env;
use std::path::{Path, PathBuf};

/// Cargo runs a benchmark in its package's folder: a path in the environment was meant from the
/// folder that cargo was called in, which the shell keeps in `PWD`.
pub(crate) fn from_where_cargo_was_called(path: &Path) -> PathBuf {
    env::var_os("PWD").map_or_else(PathBuf::new, PathBuf::from).join(path)
}
