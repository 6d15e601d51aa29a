//! tokio's multi-thread runtime.

mod stream;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::panic;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::fs::{self, File};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::task::{JoinHandle, JoinSet};

pub use self::stream::TokioStream;
use crate::runtime::Runtime;

/// tokio's multi-thread runtime.
#[derive(Clone)]
pub struct Tokio(Arc<tokio::runtime::Runtime>);

/// A `JoinHandle` that passes a panic on instead of returning it.
pub struct Task<T>(JoinHandle<T>);

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Poll::Ready(match ready!(Pin::new(&mut self.0).poll(cx)) {
            Ok(output) => output,
            // A task is cancelled by value alone, so that nobody awaits a cancelled one.
            Err(error) => panic::resume_unwind(error.into_panic()),
        })
    }
}

impl Runtime for Tokio {
    const KIND: &'static str = "tokio";
    const CRATES: &'static [&'static str] = &["tokio"];

    type TcpStream = TokioStream;
    type Task<T: Send + 'static> = Task<T>;
    type TaskSet<T: Send + 'static> = JoinSet<T>;
    type Sender<T: Send + 'static> = Sender<T>;
    type Receiver<T: Send + 'static> = Receiver<T>;
    /// tokio has no channel whose values several receivers share. With tokio alone the receiver
    /// stands behind its mutex, so that each value wakes who waits for it and then who waits for the
    /// mutex. Its maintainers point to the crate `async-channel`, which is the channel of async-std
    /// and smol: a program on tokio may well have that instead.
    type SharedReceiver<T: Send + 'static> = Arc<Mutex<Receiver<T>>>;
    type Semaphore = Semaphore;
    type Permit<'s> = SemaphorePermit<'s>;

    fn start(workers: NonZero<usize>) -> io::Result<Self> {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(workers.get())
            .enable_all()
            .build()
            .map(|runtime| Tokio(Arc::new(runtime)))
    }

    fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Task<T> {
        Task(self.0.spawn(future))
    }

    async fn cancel<T: Send + 'static>(task: Task<T>) {
        task.0.abort();
        // Either way the future is gone: its output, if it had one, is dropped here.
        let _ = task.0.await;
    }

    fn spawn_into<T: Send + 'static>(
        &self,
        tasks: &mut JoinSet<T>,
        future: impl Future<Output = T> + Send + 'static,
    ) {
        tasks.spawn_on(future, self.0.handle());
    }

    async fn next_ended<T: Send + 'static>(tasks: &mut JoinSet<T>) -> Option<T> {
        // None of them is ever aborted while the set is there.
        let ended = tasks.join_next().await?;
        Some(ended.unwrap_or_else(|error| panic::resume_unwind(error.into_panic())))
    }

    async fn cancel_all<T: Send + 'static>(mut tasks: JoinSet<T>) {
        tasks.shutdown().await;
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
        Task(self.0.spawn_blocking(f)).await
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

    crate::contract!(Tokio, |stream| stream.get_ref().nodelay());
}
