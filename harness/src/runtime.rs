//! What a workload may ask of an async runtime.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};

/// An async runtime with worker threads of its own. Clones share the workers.
pub trait Runtime: Clone + Send + Sync + 'static {
    /// The runtime's own TCP stream.
    type TcpStream: AsyncRead + AsyncWrite + Send + Unpin + 'static;
    /// A spawned future; awaiting it gives its output, and panics where it panicked.
    type Task<T: Send + 'static>: Future<Output = T> + Send + 'static;

    /// Starts the runtime with `workers` worker threads.
    ///
    /// # Errors
    ///
    /// If its threads can't be started or their number can't be set.
    fn start(workers: usize) -> io::Result<Self>;

    /// Runs `future` on the calling thread, which is none of the workers.
    fn block_on<F: Future>(&self, future: F) -> F::Output;

    /// Runs `future` on the workers.
    fn spawn<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Self::Task<T>;

    /// Drops the task's future at its next await, and returns once it is dropped.
    fn cancel<T: Send + 'static>(task: Self::Task<T>) -> impl Future<Output = ()> + Send;

    /// Connects to `addr`, with `TCP_NODELAY` set.
    fn connect(addr: SocketAddr) -> impl Future<Output = io::Result<Self::TcpStream>> + Send;

    /// Waits for `duration`, which must not be zero: runtimes differ in what that costs.
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;

    /// Runs `f` on a thread that may block, none of the workers.
    fn unblock<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send;
}
