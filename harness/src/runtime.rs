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
    /// A spawned future; awaiting it, on any thread, gives its output, and panics where it
    /// panicked.
    type Task<T: Send + 'static>: Future<Output = T> + Send + 'static;

    /// Starts the runtime with `workers` worker threads.
    ///
    /// # Errors
    ///
    /// If its threads can't be started or their number can't be set.
    fn start(workers: usize) -> io::Result<Self>;

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

/// What every runtime must keep.
#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Instant;

    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::async_std::AsyncStd;
    use crate::clients::smol::Smol;
    use crate::clients::tokio::Tokio;

    /// Makes a test of a check on each runtime. async-std takes its size from the environment,
    /// which a test can't change, so the size is its default.
    macro_rules! on_each_runtime {
        ($($test:ident: $check:ident;)*) => {$(
            #[test]
            fn $test() {
                let workers = thread::available_parallelism().unwrap().get();
                $check(&Tokio::start(workers).unwrap());
                $check(&AsyncStd::start(workers).unwrap());
                $check(&Smol::start(workers).unwrap());
            }
        )*};
    }

    on_each_runtime! {
        a_task_runs_on_a_worker: check_spawn;
        a_panic_reaches_whoever_awaits: check_panic;
        a_cancelled_future_is_dropped_when_cancel_returns: check_cancel;
        a_sleep_is_never_short: check_sleep;
        a_blocking_call_leaves_the_workers_free: check_unblock;
    }

    fn check_spawn<R: Runtime>(runtime: &R) {
        let task = runtime.spawn(async { thread::current().id() });
        assert_ne!(block_on(task), thread::current().id());
    }

    fn check_panic<R: Runtime>(runtime: &R) {
        let task = runtime.spawn(async { panic::resume_unwind(Box::new("on purpose")) });
        let run = || block_on(task);
        let payload = panic::catch_unwind(AssertUnwindSafe(run)).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"on purpose"));
    }

    fn check_cancel<R: Runtime>(runtime: &R) {
        let (started, has_started) = mpsc::channel();
        let (held, dropped) = mpsc::channel::<()>();
        let task = runtime.spawn(async move {
            started.send(()).unwrap();
            std::future::pending::<()>().await;
            drop(held);
        });
        has_started.recv().unwrap();
        block_on(R::cancel(task));
        assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    }

    fn check_sleep<R: Runtime>(runtime: &R) {
        let duration = Duration::from_millis(5);
        let start = Instant::now();
        block_on(runtime.spawn(R::sleep(duration)));
        assert!(start.elapsed() >= duration);
    }

    /// More blocking calls than workers, which only a task on a worker can end.
    fn check_unblock<R: Runtime>(runtime: &R) {
        let calls = 2 * thread::available_parallelism().unwrap().get();
        let (release, released) = crossbeam_channel::bounded::<()>(0);
        let blocked: Vec<_> = (0..calls)
            .map(|_| {
                let (on, released) = (runtime.clone(), released.clone());
                runtime.spawn(async move { on.unblock(move || released.recv().is_err()).await })
            })
            .collect();
        block_on(runtime.spawn(async move { drop(release) }));
        for task in blocked {
            assert!(block_on(task));
        }
    }
}
