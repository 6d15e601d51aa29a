//! async-std's global executor.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use std::{env, io, thread};

use async_std::net::TcpStream;
use async_std::task::{self, JoinHandle};

use crate::runtime::Runtime;

/// The variable that async-std reads its number of threads from, once a process.
pub(crate) const THREAD_COUNT: &str = "ASYNC_STD_THREAD_COUNT";

#[derive(Clone)]
pub(crate) struct AsyncStd;

impl Runtime for AsyncStd {
    type TcpStream = TcpStream;
    type Task<T: Send + 'static> = JoinHandle<T>;

    /// The executor is global and takes its size from the environment alone, so all that can be
    /// done here is to refuse another size than it will have.
    fn start(workers: usize) -> io::Result<Self> {
        let set = match env::var(THREAD_COUNT) {
            Ok(count) => count.parse().ok(),
            Err(_) => thread::available_parallelism().ok().map(usize::from),
        };
        if set != Some(workers) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("async-std needs {THREAD_COUNT}={workers} in the environment"),
            ));
        }
        Ok(AsyncStd)
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

    async fn unblock<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        task::spawn_blocking(f).await
    }
}
