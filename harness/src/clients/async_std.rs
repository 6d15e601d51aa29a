//! async-std's global executor.

use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::Path;
use std::time::Duration;
use std::{env, io, thread};

use async_lock::{Semaphore, SemaphoreGuard};
use async_std::channel::{self, Receiver, Sender};
use async_std::fs::{self, File};
use async_std::future;
use async_std::io::BufReader;
use async_std::io::prelude::BufReadExt;
use async_std::net::TcpStream;
use async_std::stream::StreamExt;
use async_std::task::{self, JoinHandle};
use futures_util::stream::FuturesUnordered;

use crate::runtime::{Environment, Runtime, cancel_each};

/// The variable that async-std reads its number of threads from, once a process.
const THREAD_COUNT: &str = "ASYNC_STD_THREAD_COUNT";

/// async-std's global executor.
///
/// Its workers start with the first task that is spawned and end with the process. Beside them runs
/// one thread of `async-io`, as in every process that uses it.
#[derive(Clone)]
pub struct AsyncStd;

impl Runtime for AsyncStd {
    const KIND: &'static str = "async-std";
    const CRATES: &'static [&'static str] =
        &["async-executor", "async-global-executor", "async-io", "async-std"];

    type TcpStream = TcpStream;
    type Task<T: Send + 'static> = JoinHandle<T>;
    type TaskSet<T: Send + 'static> = FuturesUnordered<JoinHandle<T>>;
    type Sender<T: Send + 'static> = Sender<T>;
    type Receiver<T: Send + 'static> = Receiver<T>;
    type SharedReceiver<T: Send + 'static> = Receiver<T>;
    /// async-std has none of its own: its mutex is this crate's.
    type Semaphore = Semaphore;
    type Permit<'s> = SemaphoreGuard<'s>;

    /// The executor is global and takes its size from the environment alone, so all that can be
    /// done here is to refuse another size than it will have.
    fn start(workers: NonZero<usize>) -> io::Result<Self> {
        let set = match env::var(THREAD_COUNT) {
            Ok(count) => count.parse().ok(),
            Err(_) => thread::available_parallelism().ok(),
        };
        if set != Some(workers) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("async-std needs {THREAD_COUNT}={workers} in the environment"),
            ));
        }
        Ok(AsyncStd)
    }

    fn environment(workers: NonZero<usize>) -> Environment {
        vec![(THREAD_COUNT, workers.to_string())]
    }

    fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        task::spawn(future)
    }

    async fn cancel<T: Send + 'static>(task: JoinHandle<T>) {
        task.cancel().await;
    }

    fn spawn_into<T: Send + 'static>(
        &self,
        tasks: &mut FuturesUnordered<JoinHandle<T>>,
        future: impl Future<Output = T> + Send + 'static,
    ) {
        tasks.push(self.spawn(future));
    }

    async fn next_ended<T: Send + 'static>(
        tasks: &mut FuturesUnordered<JoinHandle<T>>,
    ) -> Option<T> {
        tasks.next().await
    }

    async fn cancel_all<T: Send + 'static>(tasks: FuturesUnordered<JoinHandle<T>>) {
        cancel_each::<Self, T>(tasks).await;
    }

    async fn connect(addr: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn sleep(duration: Duration) {
        task::sleep(duration).await;
    }

    async fn timeout<F: Future + Send>(duration: Duration, future: F) -> Option<F::Output> {
        future::timeout(duration, future).await.ok()
    }

    async fn unblock<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        task::spawn_blocking(f).await
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

    crate::contract!(AsyncStd, |stream| stream.nodelay());
}
