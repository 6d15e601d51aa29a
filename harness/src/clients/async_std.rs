//! async-std's global executor.

use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZero;
use std::time::Duration;
use std::{env, io, thread};

use async_std::channel::{self, Receiver, Sender};
use async_std::future;
use async_std::net::TcpStream;
use async_std::task::{self, JoinHandle};

use crate::runtime::{Environment, Runtime};

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
    type Sender<T: Send + 'static> = Sender<T>;
    type Receiver<T: Send + 'static> = Receiver<T>;

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

    fn channel<T: Send + 'static>(capacity: NonZero<usize>) -> (Sender<T>, Receiver<T>) {
        channel::bounded(capacity.get())
    }

    async fn send<T: Send + 'static>(sender: &mut Sender<T>, value: T) -> Result<(), T> {
        sender.send(value).await.map_err(|error| error.into_inner())
    }

    async fn receive<T: Send + 'static>(receiver: &mut Receiver<T>) -> Option<T> {
        receiver.recv().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::contract!(AsyncStd, |stream| stream.nodelay());
}
