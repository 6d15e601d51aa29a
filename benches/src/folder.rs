//! Where a run's files go: `waitmark/` in cargo's target directory.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::paths::from_where_cargo_was_called;

/// The variable that sends everything to another folder.
const VARIABLE: &str = "WAITMARK_OUTPUT";

/// What every run has in its folder, and what it empties.
const LOCK: &str = "lock";
const CRITERION: &str = "criterion";

/// The folder of a run, which no other run shares.
pub(crate) struct Folder {
    path: PathBuf,
    /// Held until the run ends.
    _lock: File,
}

impl Folder {
    /// Takes the folder `waitmark` beside `cargo_tmp`, or the one that the environment names.
    ///
    /// # Errors
    ///
    /// If it can't be written, another run has it, or it is no folder of runs and something in it
    /// would be lost.
    pub(crate) fn take(cargo_tmp: &Path) -> Result<Self> {
        let path = match env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
            Some(path) => from_where_cargo_was_called(Path::new(&path)),
            None => cargo_tmp.with_file_name("waitmark"),
        };
        let fix = || {
            format!(
                "can't write {}: set {VARIABLE} to a folder that can be written",
                path.display()
            )
        };
        fs::create_dir_all(&path).with_context(fix)?;
        // The folder of Criterion's files is emptied before every run.
        let is_foreign = !path.join(LOCK).exists() && path.join(CRITERION).exists();
        ensure!(
            !is_foreign,
            "{} holds a `{CRITERION}` that is not of a run: set {VARIABLE} to a folder without one",
            path.display()
        );
        let lock = File::create(path.join(LOCK)).with_context(fix)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "another run writes to {}, and would be disturbed: wait for its end",
                path.display()
            ),
            Err(TryLockError::Error(error)) => return Err(error).with_context(fix),
        }
        Ok(Folder { path, _lock: lock })
    }

    /// Removes what Criterion and the children of the last run left, and gives the empty folder.
    ///
    /// Criterion's old files would look current.
    pub(crate) fn fresh_criterion(&self) -> Result<PathBuf> {
        let path = self.path.join(CRITERION);
        if path.exists() {
            fs::remove_dir_all(&path).with_context(|| format!("can't empty {}", path.display()))?;
        }
        fs::create_dir_all(&path).with_context(|| format!("can't make {}", path.display()))?;
        Ok(path)
    }

    /// The latest record.
    pub(crate) fn record(&self) -> PathBuf {
        self.path.join("record.json")
    }

    /// The record of this run, that began at `created`, which later runs leave alone.
    pub(crate) fn dated_record(&self, created: &str, run: &str) -> PathBuf {
        // Colons are not welcome in file names everywhere. Two runs may begin in one second.
        let name = format!("{}-{run}.json", created.replace(':', ""));
        self.path.join("records").join(name)
    }

    /// The report's folder.
    pub(crate) fn report(&self) -> PathBuf {
        self.path.join("report")
    }
}
