//! A program that is waited for, and does not outlive the wait: cargo, while it builds.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

/// How often a wait looks whether it was interrupted, and moves the line that moves.
const TICK: Duration = Duration::from_millis(100);

/// How long a program may take to end once it has been told to.
const END: Duration = Duration::from_secs(3);

/// How long a program may take to answer a question, over a network too.
const ANSWER: Duration = Duration::from_secs(60);

/// How many of its last lines are kept.
const KEPT: usize = 40;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The run was interrupted: nothing is wrong, and nothing more is to be done.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(super) struct Interrupted;

/// Listens for SIGINT, SIGTERM and SIGHUP from now on.
pub(super) fn listen() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))
        .context("can't listen for Ctrl-C")
}

/// Fails if the run was interrupted.
pub(super) fn check() -> Result<(), Interrupted> {
    if INTERRUPTED.load(Ordering::Relaxed) { Err(Interrupted) } else { Ok(()) }
}

/// How a program ended, and what it said.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// Standard output.
    pub(super) output: String,
    /// The last lines of standard error.
    pub(super) said: Vec<String>,
}

enum Line {
    Output(String),
    Said(String),
}

/// A running program with all that it started; dropping it ends them.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.signal(Signal::KILL);
            let _ = self.0.wait();
        }
    }
}

impl Group {
    fn signal(&self, signal: Signal) {
        // Fails only for a group whose programs have all ended.
        let _ = kill_process_group(Pid::from_child(&self.0), signal);
    }
}

/// Runs the program to its end. `each` is given every line of its standard error, and `None` now
/// and then.
///
/// The program has a process group of its own, so that a signal to this process alone ends all
/// that the program started too, as Ctrl-C in a terminal does.
///
/// # Errors
///
/// If it can't be started, or [`Interrupted`].
pub(super) fn run(command: &mut Command, each: impl FnMut(Option<&str>)) -> Result<Ended> {
    wait(command, None, each)
}

fn wait(
    command: &mut Command,
    limit: Option<Duration>,
    mut each: impl FnMut(Option<&str>),
) -> Result<Ended> {
    check()?;
    let started = Instant::now();
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .with_context(|| format!("can't run {program}"))?;
    let mut group = Group(child);
    let (sender, lines) = mpsc::channel();
    forward(group.0.stdout.take(), sender.clone(), Line::Output)?;
    forward(group.0.stderr.take(), sender, Line::Said)?;
    let (mut output, mut said) = (String::new(), Vec::new());
    let status = loop {
        if check().is_err() {
            end(group);
            bail!(Interrupted);
        }
        if let Some(limit) = limit.filter(|limit| started.elapsed() > *limit) {
            end(group);
            bail!("{program} has not answered within {} s", limit.as_secs_f64());
        }
        match lines.recv_timeout(TICK) {
            Ok(Line::Output(line)) => output += &(line + "\n"),
            Ok(Line::Said(line)) => {
                each(Some(&line));
                said.push(line);
            }
            // What it started may hold its output open for longer, as a compiler cache does.
            Err(RecvTimeoutError::Timeout) => match group.0.try_wait()? {
                Some(status) => break status,
                None => each(None),
            },
            Err(RecvTimeoutError::Disconnected) => break group.0.wait()?,
        }
    };
    said.drain(..said.len().saturating_sub(KEPT));
    Ok(Ended { status, output, said })
}

/// Runs a program that only answers a question.
///
/// # Errors
///
/// As [`run`], and if it takes longer than a minute.
pub(super) fn answer(command: &mut Command) -> Result<Ended> {
    answer_within(ANSWER, command)
}

fn answer_within(limit: Duration, command: &mut Command) -> Result<Ended> {
    wait(command, Some(limit), |_| ())
}

/// Ends the group in its own way, or else at once.
fn end(mut group: Group) {
    group.signal(Signal::INT);
    let deadline = Instant::now() + END;
    while matches!(group.0.try_wait(), Ok(None)) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    // A program that ended may have left others behind.
    group.signal(Signal::KILL);
}

fn forward(
    stream: Option<impl Read + Send + 'static>,
    to: Sender<Line>,
    kind: fn(String) -> Line,
) -> Result<()> {
    let Some(stream) = stream else { return Ok(()) };
    let forward = move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            if to.send(kind(String::from_utf8_lossy(&line).into_owned())).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("output".into()).spawn(forward).map(drop).context("a thread")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_program_says_is_passed_on_and_its_end_is_kept() {
        let mut heard = Vec::new();
        let script = "echo out; for i in $(seq 50); do echo $i >&2; done; exit 3";
        let ended = run(&mut shell(script), |line| heard.extend(line.map(str::to_owned))).unwrap();
        assert_eq!(ended.status.code(), Some(3));
        assert_eq!(ended.output, "out\n");
        assert_eq!((heard.len(), ended.said.len(), &*ended.said[39]), (50, KEPT, "50"));
    }

    #[test]
    fn what_a_program_leaves_behind_is_not_waited_for() {
        let ended = run(&mut shell("sleep 600 & echo $!"), |_| ()).unwrap();
        assert!(ended.status.success());
        let left: i32 = ended.output.trim().parse().unwrap();
        rustix::process::kill_process(Pid::from_raw(left).unwrap(), Signal::KILL).unwrap();
    }

    #[test]
    fn an_answer_is_not_waited_for_without_end() {
        let limit = Duration::from_millis(200);
        let error = answer_within(limit, &mut shell("sleep 600")).map(drop).unwrap_err();
        assert_eq!(error.to_string(), "sh has not answered within 0.2 s");
        assert_eq!(answer(&mut shell("echo 1")).unwrap().output, "1\n");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("/no/such/cargo"), |_| ()).map(drop).unwrap_err();
        assert_eq!(error.to_string(), "can't run /no/such/cargo");
    }
}
