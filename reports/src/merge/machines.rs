//! The same benchmark on several machines, side by side: a column a machine, and ratios inside
//! each.
//!
//! Times of different machines are nowhere beside each other. What can be held against each other
//! is how much faster one client was than another on the same machine in the same rounds.

mod beside;
mod csv;
mod markdown;
mod page;
mod table;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use beside::{MOST, Machines};

use crate::{atomic_file, report};

impl Machines {
    /// Writes the report into the folder `dir`, which is made where it is missing: a page, a
    /// summary and one row for each ratio.
    ///
    /// # Errors
    ///
    /// An error that names the file that could not be written.
    pub fn write(&self, dir: &Path) -> Result<[PathBuf; 3], report::Error> {
        let write = |name: &str, contents: String| {
            let path = dir.join(name);
            match atomic_file::write(&path, contents.as_bytes()) {
                Ok(()) => Ok(path),
                Err(source) => Err(report::Error { path, source }),
            }
        };
        Ok([
            write("index.html", page::page(self))?,
            write("summary.md", markdown::markdown(self))?,
            write("ratios.csv", csv::csv(self))?,
        ])
    }
}
