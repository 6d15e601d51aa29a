//! A smol executor on threads of its own: smol's global one has a single thread.

use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, mem};

use futures_util::stream::FuturesUnordered;
use smol::channel::{self, Receiver, Sender};
use smol::fs::{self, File};
use smol::io::{AsyncBufReadExt, BufReader};
use smol::lock::{Semaphore, SemaphoreGuard};
use smol::net::TcpStream;
use smol::stream::StreamExt;
use smol::{Executor, Timer, future};

use crate::runtime::{Runtime, cancel_each};

/// A smol executor on threads of its own.
///
/// Beside them runs one thread of `async-io`, as in every process that uses it.
#[derive(Clone)]
pub struct Smol {
    executor: Arc<Executor<'static>>,
    _workers: Arc<Workers>,
}

/// The threads that run the executor, until this is dropped.
struct Workers {
    stop: Sender<()>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.close();
        for thread in mem::take(&mut self.threads) {
            // A task's panic reaches whoever awaits the task.
            let _ = thread.join();
        }
    }
}

/// A task that runs on when this is dropped; smol's own would be cancelled.
pub struct Task<T>(Option<smol::Task<T>>);

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match &mut self.0 {
            Some(task) => Pin::new(task).poll(cx),
            // Only `cancel` takes it, and `cancel` takes this as well.
            None => Poll::Pending,
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.detach();
        }
    }
}

impl Runtime for Smol {
    const KIND: &'static str = "smol";
    const CRATES: &'static [&'static str] = &["async-executor", "async-io", "smol"];

    type TcpStream = TcpStream;
    type Task<T: Send + 'static> = Task<T>;
    type TaskSet<T: Send + 'static> = FuturesUnordered<Task<T>>;
    type Sender<T: Send + 'static> = Sender<T>;
    type Receiver<T: Send + 'static> = Receiver<T>;
    type SharedReceiver<T: Send + 'static> = Receiver<T>;
    type Semaphore = Semaphore;
    type Permit<'s> = SemaphoreGuard<'s>;

    fn start(workers: NonZero<usize>) -> io::Result<Self> {
        let executor = Arc::new(Executor::new());
        let (stop, stopped) = channel::unbounded::<()>();
        let threads = (0..workers.get())
            .map(|i| {
                let (executor, stopped) = (Arc::clone(&executor), stopped.clone());
                thread::Builder::new().name(format!("smol-{i}")).spawn(move || {
                    // Ends when the channel is closed, which is an error to the receiver.
                    let _ = smol::block_on(executor.run(stopped.recv()));
                })
            })
            .collect::<io::Result<_>>()?;
        Ok(Smol { executor, _workers: Arc::new(Workers { stop, threads }) })
    }

    fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Task<T> {
        Task(Some(self.executor.spawn(future)))
    }

    async fn cancel<T: Send + 'static>(mut task: Task<T>) {
        if let Some(task) = task.0.take() {
            task.cancel().await;
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

    async fn connect(addr: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn sleep(duration: Duration) {
        Timer::after(duration).await;
    }

    /// smol has no time-out of its own: this is how the documentation of its timer makes one.
    async fn timeout<F: Future + Send>(duration: Duration, future: F) -> Option<F::Output> {
        let late = async {
            Timer::after(duration).await;
            None
        };
        future::or(async { Some(future.await) }, late).await
    }

    async fn unblock<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        smol::unblock(f).await
    }

    fn semaphore(permits: NonZero<usize>) -> Semaphore {
        Semaphore::new(permits.get())
    }

    async fn acquire(semaphore: &Semaphore) -> SemaphoreGuard<'_> {
        semaphore.acquire().await
    }

    async fn read(path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path).await
    }

    async fn write(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
        fs::write(path, bytes).await
    }

    async fn each_line(path: &Path, mut each: impl FnMut(&str) + Send) -> io::Result<()> {
        let mut lines = BufReader::new(File::open(path).await?).lines();
        while let Some(line) = lines.next().await {
            each(&line?);
        }
        Ok(())
    }

    fn channel<T: Send + 'static>(capacity: NonZero<usize>) -> (Sender<T>, Receiver<T>) {
        channel::bounded(capacity.get())
    }

    async fn send<T: Send + 'static>(sender: &mut Sender<T>, value: T) -> Result<(), T> {
        sender.send(value).await.map_err(|error| error.into_inner())
    }

    async fn receive<T: Send + 'static>(receiver: &mut Receiver<T>) -> Option<T> {
        receiver.recv().await.ok()
    }

    fn share<T: Send + 'static>(receiver: Receiver<T>) -> Receiver<T> {
        receiver
    }

    async fn receive_shared<T: Send + 'static>(receiver: &Receiver<T>) -> Option<T> {
        receiver.recv().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::contract!(Smol, |stream| stream.nodelay());
}
