//! The only reader of Criterion's files.
//!
//! **These files are private to Criterion** and may change with any release: nothing outside this
//! module knows their names or their shape, and the tests hold files that Criterion 0.8.2 wrote.
//!
//! Criterion writes `<home>/<group>/<function>/<value>/new/{sample,benchmark}.json`. The folders'
//! names are cut and cleaned of special characters, so the names are taken from `benchmark.json`.
//! It is the last file that Criterion writes, so a folder without one is an unfinished
//! measurement, and is passed over.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value;

/// One benchmark, as Criterion sampled it.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The name given to `benchmark_group`.
    pub group: String,
    /// The first argument of `BenchmarkId::new`.
    pub function: String,
    /// The second argument of `BenchmarkId::new`, as text.
    pub value: String,
    /// Iterations in each sample.
    pub iterations: u64,
    /// Mean time of one iteration, nanoseconds: the sum of all times by the sum of all iterations.
    pub mean_ns: f64,
    /// Mean time of one iteration in each sample, nanoseconds.
    pub samples_ns: Vec<f64>,
}

/// Why Criterion's files could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder can't be read.
    #[error("can't read Criterion's {}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not JSON. The message of `source` gives line and column.
    #[error("Criterion's {} is damaged", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// A field is missing, or is not what waitmark understands.
    #[error("Criterion's {}: field `{field}` {problem}", .path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

/// Reads every finished benchmark under `home`, the folder that `CRITERION_HOME` named, in the
/// order of their paths.
///
/// Criterion keeps the folders of earlier runs, and they look current: use a fresh `home` a round.
///
/// # Errors
///
/// An [`Error`] that names the file and the field: when a file is missing or damaged, or when a
/// benchmark was not sampled flat (the same number of iterations in every sample).
pub fn read(home: &Path) -> Result<Vec<Measurement>, Error> {
    let mut folders = Vec::new();
    find_finished(home, &mut folders)?;
    folders.sort();
    folders.iter().map(|folder| read_measurement(folder)).collect()
}

/// Collects the folders named `new` that hold a `benchmark.json`.
fn find_finished(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let failed = |source| Error::Io { path: folder.into(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_type().map_err(failed)?.is_dir() {
            continue;
        }
        let path = entry.path();
        if entry.file_name() == "new" && path.join("benchmark.json").exists() {
            found.push(path);
        } else {
            find_finished(&path, found)?;
        }
    }
    Ok(())
}

fn read_measurement(folder: &Path) -> Result<Measurement, Error> {
    let benchmark = File::read(folder.join("benchmark.json"))?;
    let sample = File::read(folder.join("sample.json"))?;
    sample.check_flat()?;
    let (times, iterations) = (sample.times()?, sample.iterations()?);
    if times.len() != iterations.len() {
        let (times, iters) = (times.len(), iterations.len());
        return Err(sample.problem("times", format!("has {times} entries, and `iters` {iters}")));
    }
    let each = iterations[0];
    if iterations.iter().any(|&other| other != each) {
        let problem = "differs from sample to sample, and waitmark reads flat sampling only";
        return Err(sample.problem("iters", problem));
    }
    Ok(Measurement {
        group: benchmark.text("group_id")?,
        function: benchmark.text("function_id")?,
        value: benchmark.text("value_str")?,
        iterations: each as u64,
        mean_ns: times.iter().sum::<f64>() / iterations.iter().sum::<f64>(),
        samples_ns: times.iter().map(|time| time / each).collect(),
    })
}

/// One of Criterion's JSON files, and where it came from.
struct File {
    path: PathBuf,
    json: Value,
}

impl File {
    fn read(path: PathBuf) -> Result<Self, Error> {
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(source) => return Err(Error::Io { path, source }),
        };
        match serde_json::from_slice(&text) {
            Ok(json) => Ok(Self { path, json }),
            Err(source) => Err(Error::Damaged { path, source }),
        }
    }

    fn problem(&self, field: &'static str, problem: impl Into<String>) -> Error {
        Error::Field { path: self.path.clone(), field, problem: problem.into() }
    }

    fn field(&self, field: &'static str) -> Result<&Value, Error> {
        self.json.get(field).ok_or_else(|| self.problem(field, "is missing"))
    }

    fn text(&self, field: &'static str) -> Result<String, Error> {
        let value = self.field(field)?;
        match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.problem(field, format!("is {value}, and must be a string"))),
        }
    }

    fn check_flat(&self) -> Result<(), Error> {
        match self.text("sampling_mode")?.as_str() {
            "Flat" => Ok(()),
            mode => {
                let problem = format!("is {mode}, and waitmark reads flat sampling only");
                Err(self.problem("sampling_mode", problem))
            }
        }
    }

    /// Time of each sample, all its iterations together, nanoseconds.
    fn times(&self) -> Result<Vec<f64>, Error> {
        let times = self.numbers("times")?;
        match times.iter().find(|&&time| time <= 0.0) {
            None => Ok(times),
            Some(time) => Err(self.problem("times", format!("holds {time}, not a time"))),
        }
    }

    /// Iterations of each sample. Criterion writes them as floating-point numbers.
    fn iterations(&self) -> Result<Vec<f64>, Error> {
        let iterations = self.numbers("iters")?;
        match iterations.iter().find(|&&count| count < 1.0 || count.fract() != 0.0) {
            None => Ok(iterations),
            Some(count) => Err(self.problem("iters", format!("holds {count}, not a count"))),
        }
    }

    /// A list of one number or more.
    fn numbers(&self, field: &'static str) -> Result<Vec<f64>, Error> {
        self.field(field)?
            .as_array()
            .and_then(|values| values.iter().map(Value::as_f64).collect::<Option<Vec<_>>>())
            .filter(|numbers| !numbers.is_empty())
            .ok_or_else(|| self.problem(field, "is not a list of one number or more"))
    }
}

#[cfg(test)]
mod tests;
