//! `files` (#18 of the guide): n files that are written, read back, changed and written again, all
//! at once; or a large one that is read line by line.
//!
//! Files are never "not ready": the kernel reads and writes them while the caller waits, mostly
//! from and to its own memory. So runtimes hand each step to threads that may block, and pay for
//! handing it over.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{iter, mem};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::check::{Finding, Findings};
use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, Servers, Shape, Workload, Wrong};

/// Bytes of a file.
const SIZE: usize = 16 * 1024;

/// Lines of the large file, for each of n.
const LINES: usize = 1000;

/// n files in a folder of their own, which ends with it.
pub struct Files {
    n: usize,
    work: Work,
    folder: TempDir,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    work: Work,
}

/// What is done with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Work {
    /// Each is written, read back, changed and written under another name.
    #[default]
    Whole,
    /// There is one, of a thousand lines for each of n, and it is read line by line.
    Lines,
}

/// The files of a batch: what they are to hold differs from batch to batch.
pub struct Input {
    batch: u64,
    whole: Vec<Whole>,
    large: PathBuf,
}

/// A file that is to be written, and what is to be in it.
struct Whole {
    first: PathBuf,
    last: PathBuf,
    contents: Mutex<Vec<u8>>,
}

impl Whole {
    /// What is to be written: taken, as it is written only once.
    fn contents(&self) -> Vec<u8> {
        mem::take(&mut *self.contents.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change_blocking(&self) -> io::Result<()> {
        fs::write(&self.first, self.contents())?;
        let mut contents = fs::read(&self.first)?;
        contents.make_ascii_uppercase();
        fs::write(&self.last, contents)
    }

    async fn change<R: Runtime>(&self) -> io::Result<()> {
        R::write(&self.first, self.contents()).await?;
        let mut contents = R::read(&self.first).await?;
        contents.make_ascii_uppercase();
        R::write(&self.last, contents).await
    }
}

/// What the lines of a file come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    lines: usize,
    bytes: usize,
    /// Of the numbers that the lines begin with, in their order.
    checksum: u64,
}

impl Tally {
    fn add(&mut self, line: &str) {
        let number = line.split(' ').next().and_then(|number| number.parse().ok());
        self.lines += 1;
        self.bytes += line.len();
        self.checksum = self.checksum.wrapping_mul(31).wrapping_add(number.unwrap_or(u64::MAX));
    }
}

/// What came of each file, or of the large one's lines.
pub enum Outcome {
    /// Of each file.
    Whole(Vec<io::Result<()>>),
    /// Of the large one's lines.
    Lines(io::Result<Tally>),
}

/// What file `i` of a batch is to hold at first.
fn contents(batch: u64, i: usize) -> Vec<u8> {
    let line = format!("file {i} of batch {batch}, as it was written first\n");
    line.bytes().cycle().take(SIZE).collect()
}

/// The lines of a batch's large file.
fn lines(batch: u64, n: usize) -> impl Iterator<Item = String> {
    (0..n * LINES).map(move |i| format!("{i} of {batch}"))
}

fn tally_blocking(path: &Path) -> io::Result<Tally> {
    let mut tally = Tally::default();
    for line in BufReader::new(File::open(path)?).lines() {
        tally.add(&line?);
    }
    Ok(tally)
}

impl Files {
    /// A path in the folder at which there is no file.
    fn free(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.folder.path().join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(plan_error(error)),
            _ => Ok(path),
        }
    }

    fn whole(&self, batch: u64, i: usize) -> Result<Whole, Error> {
        let contents = Mutex::new(contents(batch, i));
        let [first, last] = ["first", "last"].map(|name| self.free(&format!("{i}-{name}")));
        Ok(Whole { first: first?, last: last?, contents })
    }
}

fn plan_error(error: io::Error) -> Error {
    Error::Plan(format!("the folder for its files: {error}"))
}

impl Workload for Files {
    const NAME: &'static str = "files";
    const UNIT: &'static str = "file";
    const DELAYED: bool = false;

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Outcome;

    fn expected(_: &Shape<Parameters>, _: By) -> Expected {
        Expected::default()
    }

    fn plan(shape: Shape<Parameters>, _: Servers) -> Result<Self, Error> {
        let folder = tempfile::tempdir().map_err(plan_error)?;
        Ok(Files { n: shape.n, work: shape.params.work, folder })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let large = self.free("large")?;
        let whole = match self.work {
            Work::Whole => (0..self.n).map(|i| self.whole(batch, i)).collect::<Result<_, _>>()?,
            Work::Lines => {
                let text = lines(batch, self.n).flat_map(|line| [line, "\n".to_owned()]);
                fs::write(&large, text.collect::<String>()).map_err(plan_error)?;
                Vec::new()
            }
        };
        Ok(Input { batch, whole, large })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Outcome {
        let shared = Arc::clone(input);
        match self.work {
            Work::Whole => {
                Outcome::Whole(threads.map(self.n, move |i| shared.whole[i].change_blocking()))
            }
            // One file, one thread.
            Work::Lines => {
                let mut tallies = threads.run(iter::once(move || tally_blocking(&shared.large)));
                Outcome::Lines(tallies.pop().unwrap_or_else(|| Ok(Tally::default())))
            }
        }
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Outcome {
        match self.work {
            Work::Whole => {
                let change = |i: usize| {
                    let shared = Arc::clone(input);
                    async move { shared.whole[i].change::<R>().await }
                };
                Outcome::Whole(runtime.map(self.n, change).await)
            }
            Work::Lines => {
                let mut tally = Tally::default();
                let read = R::each_line(&input.large, |line| tally.add(line)).await;
                Outcome::Lines(read.map(|()| tally))
            }
        }
    }

    fn check(&self, input: &Input, outcome: &Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        match outcome {
            Outcome::Whole(changed) => {
                findings.note_count("files", changed.len(), self.n);
                for (i, (changed, whole)) in changed.iter().zip(&input.whole).enumerate() {
                    let right = changed_right(changed, whole, contents(input.batch, i));
                    findings.note(|| format!("file {i} of {}", self.n), right);
                }
            }
            Outcome::Lines(tally) => {
                let mut right = Tally::default();
                lines(input.batch, self.n).for_each(|line| right.add(&line));
                findings.note(|| "the large file".to_owned(), tallied_right(tally, right));
            }
        }
        findings.result()
    }
}

fn changed_right(
    changed: &io::Result<()>,
    whole: &Whole,
    mut right: Vec<u8>,
) -> Result<(), Finding> {
    let failed = |error: &io::Error| ("file", error.to_string());
    changed.as_ref().map_err(failed)?;
    let read = |path| fs::read(path).map_err(|error| failed(&error));
    if read(&whole.first)? != right {
        return Err(("contents", "it was first written with other contents".to_owned()));
    }
    right.make_ascii_uppercase();
    if read(&whole.last)? != right {
        return Err(("contents", "its last contents are not the first in upper case".to_owned()));
    }
    Ok(())
}

fn tallied_right(tally: &io::Result<Tally>, right: Tally) -> Result<(), Finding> {
    let tally = tally.as_ref().map_err(|error| ("file", error.to_string()))?;
    let wrong = || ("lines", format!("{tally:?} instead of {right:?}"));
    (*tally == right).then_some(()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::Smol;

    fn plan(n: usize, work: Work) -> Files {
        let shape = Shape { n, delay: Default::default(), params: Parameters { work } };
        Files::plan(shape, Servers(Vec::new())).unwrap()
    }

    #[test]
    fn threads_and_tasks_change_files_and_read_lines() {
        let pool = Threads::start(NonZero::new(2).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        for work in [Work::Whole, Work::Lines] {
            let plan = plan(3, work);
            for (batch, threads) in [&Threads::caller(), &pool].into_iter().enumerate() {
                let input = Arc::new(plan.input(batch as u64).unwrap());
                assert_eq!(plan.check(&input, &plan.blocking(threads, &input)), Ok(()));
            }
            let input = Arc::new(plan.input(2).unwrap());
            assert_eq!(plan.check(&input, &block_on(plan.concurrent(&smol, &input))), Ok(()));
        }
    }

    #[test]
    fn files_are_gone_before_the_next_batch_and_the_folder_with_the_plan() {
        let plan = plan(2, Work::Whole);
        let input = Arc::new(plan.input(0).unwrap());
        plan.blocking(&Threads::caller(), &input);
        assert!(input.whole.iter().all(|whole| whole.first.exists() && whole.last.exists()));
        let input = plan.input(1).unwrap();
        assert!(!input.whole.iter().any(|whole| whole.first.exists() || whole.last.exists()));
        let folder = plan.folder.path().to_owned();
        drop(plan);
        assert!(!folder.exists());
    }

    #[test]
    fn files_that_hold_anything_else_and_files_that_failed_are_wrong() {
        let plan = plan(2, Work::Whole);
        let input = plan.input(7).unwrap();
        let check = |outcome| plan.check(&input, &outcome).map_err(|wrong| wrong.to_string());
        let outcome = || Outcome::Whole(input.whole.iter().map(|_| Ok(())).collect());
        let write = |name, contents: Vec<u8>| {
            fs::write(plan.folder.path().join(name), contents).unwrap();
        };
        for i in 0..2 {
            write(format!("{i}-first"), contents(7, i));
            write(format!("{i}-last"), contents(7, i).to_ascii_uppercase());
        }
        assert_eq!(check(outcome()), Ok(()));
        write("1-last".to_owned(), contents(7, 1));
        let lower = "file 1 of 2: its last contents are not the first in upper case (contents: 1)";
        assert_eq!(check(outcome()).unwrap_err(), lower);
        write("0-first".to_owned(), contents(6, 0));
        let stale = check(outcome()).unwrap_err();
        assert!(stale.starts_with("file 0 of 2: it was first written with other contents"));
        let failed = Outcome::Whole(vec![Err(io::ErrorKind::StorageFull.into()), Ok(())]);
        assert!(check(failed).unwrap_err().ends_with("(contents: 1, file: 1)"));
        assert!(check(Outcome::Whole(vec![])).unwrap_err().contains("0 files instead of 2"));
    }

    #[test]
    fn lines_that_are_missing_swapped_or_of_another_batch_are_wrong() {
        let plan = plan(1, Work::Lines);
        let input = plan.input(7).unwrap();
        let check = |lines: Vec<String>| {
            let mut tally = Tally::default();
            lines.iter().for_each(|line| tally.add(line));
            plan.check(&input, &Outcome::Lines(Ok(tally))).map_err(|wrong| wrong.to_string())
        };
        let all = || lines(7, 1).collect::<Vec<_>>();
        assert_eq!(all().len(), 1000);
        assert_eq!(check(all()), Ok(()));
        assert!(check(all()[1..].to_vec()).unwrap_err().starts_with("the large file: Tally"));
        let mut swapped = all();
        swapped.swap(500, 501);
        assert!(check(swapped).unwrap_err().ends_with("(lines: 1)"));
        assert!(check(lines(17, 1).collect()).is_err());
        let failed = Outcome::Lines(Err(io::ErrorKind::NotFound.into()));
        assert!(plan.check(&input, &failed).unwrap_err().kinds.contains_key("file"));
    }
}
