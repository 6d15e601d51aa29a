//! What a workload may ask of an async runtime: everything by the runtime's own means.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::Path;
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use futures_lite::StreamExt;
use futures_util::stream::FuturesUnordered;

/// Variables that a process is started with, and their values.
pub type Environment = Vec<(&'static str, String)>;

/// An async runtime with worker threads of its own. Clones share the workers.
///
/// [`contract!`](crate::contract!) makes the tests that every runtime has to pass.
pub trait Runtime: Clone + Send + Sync + 'static {
    /// Its name among the kinds of client, e.g. `tokio`.
    const KIND: &'static str;
    /// The crates whose versions say what was measured.
    const CRATES: &'static [&'static str];

    /// The runtime's own TCP stream. To close it may do no more than flush it (async-std): what ends
    /// the other side's reading on all is to drop it.
    type TcpStream: AsyncRead + AsyncWrite + Send + Unpin + 'static;
    /// A spawned future; awaiting it, on any thread, gives its output, and panics where it
    /// panicked. Dropping it lets the future run on, as a dropped thread's handle does.
    type Task<T: Send + 'static>: Future<Output = T> + Send + Unpin + 'static;
    /// Tasks whose outputs are taken in the order in which they end.
    type TaskSet<T: Send + 'static>: Default + Send + 'static;
    /// A sending half of a bounded channel.
    type Sender<T: Send + 'static>: Clone + Send + Sync + 'static;
    /// The receiving half, which only one task has.
    type Receiver<T: Send + 'static>: Send + 'static;
    /// A receiving half that several tasks have, each value going to one of them.
    type SharedReceiver<T: Send + 'static>: Clone + Send + Sync + 'static;
    /// Lets so many tasks pass at once.
    type Semaphore: Send + Sync + 'static;
    /// The leave to pass, given back when it is dropped.
    type Permit<'s>: Send;

    /// Starts the runtime with `workers` worker threads.
    ///
    /// # Errors
    ///
    /// If its threads can't be started or their number can't be set.
    fn start(workers: NonZero<usize>) -> io::Result<Self>;

    /// Variables that a process must be started with for [`start`](Self::start) to work.
    fn environment(_workers: NonZero<usize>) -> Environment {
        Environment::new()
    }

    /// Runs `future` on the workers.
    fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Self::Task<T>;

    /// Runs what `f` makes of 0 to `count - 1`, a task each, spawned at once and in that order;
    /// gives their outputs in that order.
    fn map<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        count: usize,
        f: impl FnMut(usize) -> F,
    ) -> impl Future<Output = Vec<T>> + Send {
        let tasks: Vec<_> = (0..count).map(f).map(|future| self.spawn(future)).collect();
        async {
            let mut outputs = Vec::with_capacity(tasks.len());
            for task in tasks {
                outputs.push(task.await);
            }
            outputs
        }
    }

    /// Drops the task's future at its next await, and returns once it is dropped.
    fn cancel<T: Send + 'static>(task: Self::Task<T>) -> impl Future<Output = ()> + Send;

    /// Runs `future` on the workers, as one of `tasks`.
    fn spawn_into<T: Send + 'static>(
        &self,
        tasks: &mut Self::TaskSet<T>,
        future: impl Future<Output = T> + Send + 'static,
    );

    /// The output of the next of them to end, whichever it is; panics where the task did. `None`
    /// once every one has been taken.
    fn next_ended<T: Send + 'static>(
        tasks: &mut Self::TaskSet<T>,
    ) -> impl Future<Output = Option<T>> + Send;

    /// Cancels the tasks that are left, all at once, and returns once their futures are dropped.
    fn cancel_all<T: Send + 'static>(tasks: Self::TaskSet<T>) -> impl Future<Output = ()> + Send;

    /// Connects to `addr`, with `TCP_NODELAY` set.
    fn connect(addr: SocketAddr) -> impl Future<Output = io::Result<Self::TcpStream>> + Send;

    /// Waits for `duration`, which must not be zero: runtimes differ in what that costs.
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;

    /// The output of `future`, or `None` if it has none once `duration` is over, never earlier.
    /// Either way the future is dropped when this is known.
    fn timeout<F: Future + Send>(
        duration: Duration,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + Send;

    /// Runs `f` on a thread that may block, none of the workers.
    fn unblock<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send;

    /// A semaphore with so many permits.
    fn semaphore(permits: NonZero<usize>) -> Self::Semaphore;

    /// Waits for a permit; those who wait get theirs in turn.
    fn acquire(semaphore: &Self::Semaphore) -> impl Future<Output = Self::Permit<'_>> + Send;

    /// What the file holds.
    fn read(path: &Path) -> impl Future<Output = io::Result<Vec<u8>>> + Send;

    /// Makes the file hold these bytes and nothing else.
    fn write(path: &Path, bytes: Vec<u8>) -> impl Future<Output = io::Result<()>> + Send;

    /// Calls `each` with one line of the file after the other, without its end.
    fn each_line(
        path: &Path,
        each: impl FnMut(&str) + Send,
    ) -> impl Future<Output = io::Result<()>> + Send;

    /// A channel that holds up to `capacity` values.
    fn channel<T: Send + 'static>(capacity: NonZero<usize>)
    -> (Self::Sender<T>, Self::Receiver<T>);

    /// Sends `value` once there is room; gives it back if the receiver is gone.
    fn send<T: Send + 'static>(
        sender: &mut Self::Sender<T>,
        value: T,
    ) -> impl Future<Output = Result<(), T>> + Send;

    /// The next value; `None` once every one has been received and the senders are gone.
    fn receive<T: Send + 'static>(
        receiver: &mut Self::Receiver<T>,
    ) -> impl Future<Output = Option<T>> + Send;

    /// Makes a receiver one that several tasks have.
    fn share<T: Send + 'static>(receiver: Self::Receiver<T>) -> Self::SharedReceiver<T>;

    /// The next value that none of the others takes; `None` as in [`receive`](Self::receive).
    fn receive_shared<T: Send + 'static>(
        receiver: &Self::SharedReceiver<T>,
    ) -> impl Future<Output = Option<T>> + Send;
}

/// Cancels tasks all at once, for runtimes that have no set of tasks of their own.
pub async fn cancel_each<R: Runtime, T: Send + 'static>(tasks: FuturesUnordered<R::Task<T>>) {
    let mut cancelled: FuturesUnordered<_> = tasks.into_iter().map(R::cancel).collect();
    while cancelled.next().await.is_some() {}
}
