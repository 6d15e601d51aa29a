//! A smol executor on threads of its own: smol's global one has a single thread.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, mem};

use smol::channel::{self, Sender};
use smol::net::TcpStream;
use smol::{Executor, Task, Timer};

use crate::runtime::Runtime;

#[derive(Clone)]
pub(crate) struct Smol {
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

impl Runtime for Smol {
    type TcpStream = TcpStream;
    type Task<T: Send + 'static> = Task<T>;

    fn start(workers: usize) -> io::Result<Self> {
        let executor = Arc::new(Executor::new());
        let (stop, stopped) = channel::unbounded::<()>();
        let threads = (0..workers)
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
        self.executor.spawn(future)
    }

    async fn cancel<T: Send + 'static>(task: Task<T>) {
        task.cancel().await;
    }

    async fn connect(addr: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn sleep(duration: Duration) {
        Timer::after(duration).await;
    }

    async fn unblock<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        smol::unblock(f).await
    }
}
