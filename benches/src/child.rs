//! Child processes of this same binary or of another build's, and the socket that ties them to their parent.
//!
//! The server and every measuring client are children. A child's standard input is a socket: its
//! first line says what to do, answers go back over it, and its end means that the parent is gone,
//! however it went, and ends the child.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::message::Order;

/// The hidden flag that makes this binary a child.
pub(crate) const FLAG: &str = "--child";

/// The longest line that a child may say: the report of a cell with as many samples as fit into its
/// budget is far below it. Another build's program may be anything.
const LONGEST_LINE: u64 = 4 << 20;

/// Lines that wait to be heard before the child has to wait.
const UNHEARD: usize = 16;

/// How long a child may take to read its order.
const LISTEN: Duration = Duration::from_secs(2);

/// The program of this process, also where its file was replaced by a new build since.
pub(crate) fn this_program() -> Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    env::current_exe().context("can't find this program")
}

/// Does what the parent orders: the whole life of a child process.
pub(crate) fn obey(work: impl FnOnce(Order, Reports) -> Result<()>) -> Result<ExitCode> {
    // The lifeline below needs a thread that runs, which a stopped process has not.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .context("asking to end with the parent")?;
    let socket = io::stdin().as_fd().try_clone_to_owned().context("duplicating standard input")?;
    let mut parent = BufReader::new(UnixStream::from(socket));
    let mut order = String::new();
    parent.read_line(&mut order).context("reading the order")?;
    let order = serde_json::from_str(&order).context("understanding the order")?;
    let reports = parent.get_ref().try_clone().context("duplicating the socket")?;
    thread::Builder::new().name("lifeline".into()).spawn(move || {
        // Nothing more is ever sent: the read ends when the parent does.
        let _ = parent.read(&mut [0]);
        process::exit(1);
    })?;
    work(order, Reports(reports)).map(|()| ExitCode::SUCCESS)
}

/// The child's end of the socket, a line of JSON a report.
pub(crate) struct Reports(UnixStream);

impl Reports {
    pub(crate) fn send(&mut self, report: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_string(report)?;
        line.push('\n');
        self.0.write_all(line.as_bytes()).context("reporting to the parent")
    }
}

/// The parent's side of a child; dropping it kills the child and waits for its end.
pub(crate) struct Child<R> {
    process: process::Child,
    reports: Receiver<R>,
    /// Held, never read: its end is what the child waits for.
    _socket: UnixStream,
}

impl<R: DeserializeOwned + Send + 'static> Child<R> {
    /// Starts a child of this program, or of another build's, that reports `R`s, with its output in
    /// the file `log`.
    pub(crate) fn spawn(
        program: Option<&Path>,
        order: &Order,
        environment: impl IntoIterator<Item = (&'static str, String)>,
        log: &Path,
    ) -> Result<Self> {
        let mut command =
            Command::new(program.map_or_else(this_program, |path| Ok(path.to_owned()))?);
        command.arg(FLAG).envs(environment);
        Child::start(command, order, log)
    }

    /// Starts a child that is this command, which holds the child's end of the socket until it is
    /// dropped.
    pub(crate) fn start(mut command: Command, order: &Order, log: &Path) -> Result<Self> {
        let output = File::create(log).with_context(|| format!("can't write {}", log.display()))?;
        let (mut socket, theirs) = UnixStream::pair().context("can't make a socket pair")?;
        let process = command
            .stdin(OwnedFd::from(theirs))
            .stdout(output.try_clone()?)
            .stderr(Stdio::from(output))
            // Ctrl-C in a terminal reaches the parent alone, which then ends its children.
            .process_group(0)
            .spawn()
            .with_context(|| format!("can't start {}", command.get_program().display()))?;
        let (sender, reports) = mpsc::sync_channel(UNHEARD);
        let mut lines = BufReader::new(socket.try_clone()?);
        let child = Child { process, reports, _socket: socket.try_clone()? };
        thread::Builder::new().name("reports".into()).spawn(move || {
            let mut line = String::new();
            while (&mut lines).take(LONGEST_LINE).read_line(&mut line).is_ok_and(|read| read > 0) {
                match serde_json::from_str(&line).map(|report| sender.send(report)) {
                    Ok(Ok(())) => line.clear(),
                    // Nobody listens any more, or the child talks nonsense: it is given up.
                    _ => return,
                }
            }
        })?;
        socket.set_write_timeout(Some(LISTEN))?;
        let order = serde_json::to_string(order)? + "\n";
        // A child that is gone already is found out by its silence.
        let _ = socket.write_all(order.as_bytes());
        Ok(child)
    }

    /// The next report; `Disconnected` once the child is gone.
    pub(crate) fn report(&self, timeout: Duration) -> Result<R, RecvTimeoutError> {
        self.reports.recv_timeout(timeout)
    }
}

impl<R> Child<R> {
    /// Waits up to `limit` for the child's end; `None` if it has not ended by then.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            match self.ended() {
                None if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
                ended => return ended,
            }
        }
    }

    /// Whether the child is stopped, as by SIGSTOP.
    pub(crate) fn is_stopped(&self) -> bool {
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        matches!(waitid(WaitId::Pid(Pid::from_child(&self.process)), options), Ok(Some(_)))
    }

    /// How the child ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().ok().flatten()
    }
}

impl<R> Drop for Child<R> {
    fn drop(&mut self) {
        if self.ended().is_none() {
            // With what it started itself: a program that is another build may be a script.
            let _ = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        }
        // Fails only for a child that has been waited for.
        let _ = self.process.wait();
    }
}
