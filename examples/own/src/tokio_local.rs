//! A client: tokio's current-thread runtime with a `LocalSet`, on one thread of its own.

use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, panic};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::fs::{self, File};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedSender};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit, oneshot};
use tokio::task::{self, LocalSet};
use waitmark_benches::harness::client::{Client, NoSettings};
use waitmark_benches::harness::clients::TokioStream;
use waitmark_benches::harness::runtime::{Runtime, cancel_each};
use waitmark_benches::harness::workload::{Model, Workload};

/// The client: all of a batch's tasks on one thread.
///
/// A [`Runtime`] is a client already, with a setting `workers`. This one always has one worker, so
/// its client is a type of its own, which has no such setting to be recorded.
pub struct TokioLocal(Local);

impl Client for TokioLocal {
    const KIND: &'static str = <Local as Runtime>::KIND;
    const MODEL: Model = Model::Tasks;
    const CRATES: &'static [&'static str] = <Local as Runtime>::CRATES;

    type Settings = NoSettings;

    fn start(_: &NoSettings, _: usize) -> io::Result<Self> {
        Runtime::start(NonZero::<usize>::MIN).map(TokioLocal)
    }

    fn limit(_: &NoSettings, _: usize) -> Option<NonZero<usize>> {
        None
    }

    /// As every runtime does it: a batch costs no more than theirs do.
    fn run<W: Workload>(&self, workload: &Arc<W>, input: &Arc<W::Input>) -> W::Outcome {
        self.0.run(workload, input)
    }
}

/// The runtime that workloads are given.
#[derive(Clone)]
struct Local(Arc<Worker>);

/// What the worker is asked for from outside.
type Job = Box<dyn FnOnce() + Send>;

/// The thread that runs the `LocalSet`, until this is dropped.
struct Worker {
    runtime: Handle,
    /// `None` once it has to end.
    jobs: Option<UnboundedSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    fn is_this_thread(&self) -> bool {
        let thread = self.thread.as_ref().map(|thread| thread.thread().id());
        thread == Some(thread::current().id())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        // A task may be the last to hold the runtime; its thread can't wait for itself.
        if !self.is_this_thread()
            && let Some(thread) = self.thread.take()
        {
            // A task's panic reaches whoever awaits the task.
            let _ = thread.join();
        }
    }
}

/// A task, which panics where its future did.
enum Task<T> {
    /// Spawned from outside: the worker sends the handle once it has spawned it.
    Sent(oneshot::Receiver<task::JoinHandle<T>>),
    /// Spawned on the worker.
    Spawned(task::JoinHandle<T>),
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        loop {
            match &mut *self {
                Task::Sent(handle) => match ready!(Pin::new(handle).poll(cx)) {
                    Ok(handle) => *self = Task::Spawned(handle),
                    Err(_) => panic!("the worker is gone"),
                },
                Task::Spawned(handle) => {
                    return Poll::Ready(match ready!(Pin::new(handle).poll(cx)) {
                        Ok(output) => output,
                        Err(error) => panic::resume_unwind(error.into_panic()),
                    });
                }
            }
        }
    }
}

impl Runtime for Local {
    const KIND: &'static str = "tokio-local";
    const CRATES: &'static [&'static str] = &["tokio"];

    type TcpStream = TokioStream;
    type Task<T: Send + 'static> = Task<T>;
    /// tokio's `JoinSet` takes local tasks only on the thread that runs them, and a runtime has to
    /// take them on any.
    type TaskSet<T: Send + 'static> = FuturesUnordered<Task<T>>;
    type Sender<T: Send + 'static> = Sender<T>;
    type Receiver<T: Send + 'static> = Receiver<T>;
    type SharedReceiver<T: Send + 'static> = Arc<Mutex<Receiver<T>>>;
    type Semaphore = Semaphore;
    type Permit<'s> = SemaphorePermit<'s>;

    /// One worker, however many are asked for.
    fn start(_: NonZero<usize>) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (jobs, mut queue) = mpsc::unbounded_channel::<Job>();
        let thread = thread::Builder::new().name("tokio-local".to_owned()).spawn(move || {
            LocalSet::new().block_on(&runtime, async {
                while let Some(job) = queue.recv().await {
                    job();
                }
            });
        })?;
        Ok(Local(Arc::new(Worker { runtime: handle, jobs: Some(jobs), thread: Some(thread) })))
    }

    /// A batch's first task comes from outside and takes the queue; all others are spawned here.
    fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Task<T> {
        if self.0.is_this_thread() {
            return Task::Spawned(task::spawn_local(future));
        }
        let (sender, handle) = oneshot::channel();
        let job = Box::new(move || drop(sender.send(task::spawn_local(future))));
        if let Some(jobs) = &self.0.jobs {
            // Fails only without the worker, which whoever awaits the task is told.
            let _ = jobs.send(job);
        }
        Task::Sent(handle)
    }

    async fn cancel<T: Send + 'static>(task: Task<T>) {
        let handle = match task {
            Task::Spawned(handle) => Ok(handle),
            Task::Sent(handle) => handle.await,
        };
        if let Ok(handle) = handle {
            handle.abort();
            // Either way the future is gone: its output, if it had one, is dropped here.
            let _ = handle.await;
        }
    }

    fn spawn_into<T: Send + 'static>(
        &self,
        tasks: &mut FuturesUnordered<Task<T>>,
        future: impl Future<Output = T> + Send + 'static,
    ) {
        tasks.push(self.spawn(future));
    }

    async fn next_ended<T: Send + 'static>(tasks: &mut FuturesUnordered<Task<T>>) -> Option<T> {
        tasks.next().await
    }

    async fn cancel_all<T: Send + 'static>(tasks: FuturesUnordered<Task<T>>) {
        cancel_each::<Self, T>(tasks).await;
    }

    async fn connect(addr: SocketAddr) -> io::Result<TokioStream> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(stream.into())
    }

    async fn sleep(duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    async fn timeout<F: Future + Send>(duration: Duration, future: F) -> Option<F::Output> {
        tokio::time::timeout(duration, future).await.ok()
    }

    async fn unblock<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        Task::Spawned(self.0.runtime.spawn_blocking(f)).await
    }

    fn semaphore(permits: NonZero<usize>) -> Semaphore {
        Semaphore::new(permits.get())
    }

    async fn acquire(semaphore: &Semaphore) -> SemaphorePermit<'_> {
        // Only a closed semaphore refuses, and nobody closes one.
        semaphore.acquire().await.unwrap_or_else(|closed| panic!("{closed}"))
    }

    async fn read(path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path).await
    }

    async fn write(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
        fs::write(path, bytes).await
    }

    async fn each_line(path: &Path, mut each: impl FnMut(&str) + Send) -> io::Result<()> {
        let mut lines = BufReader::new(File::open(path).await?).lines();
        while let Some(line) = lines.next_line().await? {
            each(&line);
        }
        Ok(())
    }

    fn channel<T: Send + 'static>(capacity: NonZero<usize>) -> (Sender<T>, Receiver<T>) {
        mpsc::channel(capacity.get())
    }

    async fn send<T: Send + 'static>(sender: &mut Sender<T>, value: T) -> Result<(), T> {
        sender.send(value).await.map_err(|error| error.0)
    }

    async fn receive<T: Send + 'static>(receiver: &mut Receiver<T>) -> Option<T> {
        receiver.recv().await
    }

    fn share<T: Send + 'static>(receiver: Receiver<T>) -> Arc<Mutex<Receiver<T>>> {
        Arc::new(Mutex::new(receiver))
    }

    async fn receive_shared<T: Send + 'static>(receiver: &Arc<Mutex<Receiver<T>>>) -> Option<T> {
        receiver.lock().await.recv().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The runtime has to keep what workloads rely on.
    mod runtime {
        use super::*;
        waitmark_benches::harness::contract!(Local);
    }

    // So does the client, which is measured.
    waitmark_benches::harness::client_contract!(TokioLocal, "{}");
}
