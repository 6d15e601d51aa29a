//! What every client and every runtime has to keep, as tests that a line in its file makes.
//!
//! The checks are public for the sake of clients in other crates. They need no server but their
//! own; that a client runs every workload right is checked by `cargo bench -- --test`.
#![expect(clippy::unwrap_used, reason = "a check of a test fails by panicking")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures_lite::future::block_on;
use serde_json::Value;

use crate::catalogue::{Kind, Runner};
use crate::client::Client;
use crate::runtime::Runtime;
use crate::workload::{Servers, Shape};
use crate::workloads::FanOut;

/// Makes the tests of a runtime, as a runtime and as a client: once in a module.
///
/// With an expression that tells whether a stream has `TCP_NODELAY` set, what makes the runtimes
/// comparable is tested too: that, and that as many tasks run at once as there are to be workers.
#[macro_export]
macro_rules! contract {
    ($runtime:ty, |$stream:ident| $nodelay:expr) => {
        $crate::contract!($runtime);

        #[test]
        fn connections_have_no_delay() {
            $crate::contract::connections_have_no_delay::<$runtime>(|$stream| $nodelay);
        }

        #[test]
        fn as_many_tasks_run_at_once_as_there_are_workers() {
            $crate::contract::as_many_tasks_run_at_once_as_there_are_workers::<$runtime>();
        }
    };
    ($runtime:ty) => {
        mod contract {
            #[allow(unused_imports)]
            use super::*;

            $crate::contract!(@tests $runtime:
                a_task_runs_on_a_worker,
                a_panic_reaches_whoever_awaits,
                a_dropped_task_runs_on,
                a_cancelled_future_is_dropped_when_cancel_returns,
                a_sleep_is_never_short,
                a_blocking_call_leaves_the_workers_free,
                a_channel_keeps_the_order_and_its_bound,
                a_channel_ends_with_either_half,
            );
        }
        $crate::client_contract!($runtime, "{}");
    };
    (@tests $runtime:ty: $($check:ident,)*) => {$(
        #[test]
        fn $check() {
            $crate::contract::$check::<$runtime>();
        }
    )*};
}

/// Makes the tests of a client with these settings, in JSON: once in a module.
#[macro_export]
macro_rules! client_contract {
    ($client:ty, $settings:expr) => {
        mod client_contract {
            #[allow(unused_imports)]
            use super::*;

            #[test]
            fn a_refused_connection_is_reported() {
                $crate::contract::a_refused_connection_is_reported::<$client>($settings);
            }

            #[test]
            fn a_truncated_answer_is_reported() {
                $crate::contract::a_truncated_answer_is_reported::<$client>($settings);
            }

            #[test]
            fn a_wrong_status_is_reported() {
                $crate::contract::a_wrong_status_is_reported::<$client>($settings);
            }

            #[test]
            fn an_unknown_setting_is_refused_by_its_name() {
                $crate::contract::an_unknown_setting_is_refused_by_its_name::<$client>($settings);
            }
        }
    };
}

/// As many workers as the machine has CPUs: the only number that async-std has without a variable
/// in the environment, which a test can't set.
fn start<R: Runtime>() -> R {
    R::start(thread::available_parallelism().unwrap()).unwrap()
}

pub fn connections_have_no_delay<R: Runtime>(
    nodelay: impl FnOnce(R::TcpStream) -> io::Result<bool>,
) {
    let runtime = start::<R>();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let addr = listener.local_addr().unwrap();
    let stream = block_on(runtime.spawn(async move { R::connect(addr).await })).unwrap();
    assert!(nodelay(stream).unwrap());
}

/// Tasks that block their worker until as many have begun as were spawned.
pub fn as_many_tasks_run_at_once_as_there_are_workers<R: Runtime>() {
    let runtime = start::<R>();
    let workers = thread::available_parallelism().unwrap().get();
    let meet = |tasks: usize, patience: Duration| {
        let begun = Arc::new((Mutex::new(0), Condvar::new()));
        let tasks: Vec<_> = (0..tasks)
            .map(|_| {
                let begun = Arc::clone(&begun);
                runtime.spawn(async move {
                    let (count, all) = &*begun;
                    let mut count = count.lock().unwrap();
                    *count += 1;
                    all.notify_all();
                    let met = all.wait_timeout_while(count, patience, |count| *count < tasks);
                    !met.unwrap().1.timed_out()
                })
            })
            .collect();
        let met: Vec<bool> = tasks.into_iter().map(block_on).collect();
        met.into_iter().all(|met| met)
    };
    assert!(meet(workers, Duration::from_secs(30)), "fewer workers than {workers}");
    assert!(!meet(workers + 1, Duration::from_millis(100)), "more workers than {workers}");
}

pub fn a_task_runs_on_a_worker<R: Runtime>() {
    let runtime = start::<R>();
    let task = runtime.spawn(async { thread::current().id() });
    assert_ne!(block_on(task), thread::current().id());
}

pub fn a_panic_reaches_whoever_awaits<R: Runtime>() {
    let runtime = start::<R>();
    let task = runtime.spawn(async { panic::resume_unwind(Box::new("on purpose")) });
    let run = || block_on(task);
    let payload = panic::catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"on purpose"));
}

pub fn a_dropped_task_runs_on<R: Runtime>() {
    let (runtime, (done, is_done)) = (start::<R>(), mpsc::channel());
    drop(runtime.spawn(async move {
        R::sleep(Duration::from_millis(5)).await;
        done.send(()).unwrap();
    }));
    is_done.recv_timeout(Duration::from_secs(30)).unwrap();
}

pub fn a_cancelled_future_is_dropped_when_cancel_returns<R: Runtime>() {
    let runtime = start::<R>();
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

pub fn a_sleep_is_never_short<R: Runtime>() {
    let duration = Duration::from_millis(5);
    let (runtime, start) = (start::<R>(), Instant::now());
    block_on(runtime.spawn(R::sleep(duration)));
    assert!(start.elapsed() >= duration);
}

/// More blocking calls than workers, which only a task on a worker can end.
pub fn a_blocking_call_leaves_the_workers_free<R: Runtime>() {
    let runtime = start::<R>();
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

pub fn a_channel_keeps_the_order_and_its_bound<R: Runtime>() {
    let runtime = start::<R>();
    let (mut sender, mut receiver) = R::channel(NonZero::new(2).unwrap());
    let (sent, has_sent) = mpsc::channel();
    let sending = runtime.spawn(async move {
        for i in 0..10 {
            R::send(&mut sender, i).await.unwrap();
            sent.send(i).unwrap();
        }
    });
    for _ in 0..2 {
        has_sent.recv_timeout(Duration::from_secs(30)).unwrap();
    }
    // A third could only have been sent by a channel that holds more than it was made for.
    assert!(has_sent.recv_timeout(Duration::from_millis(20)).is_err());
    let received = block_on(runtime.spawn(async move {
        let mut received = Vec::new();
        while let Some(i) = R::receive(&mut receiver).await {
            received.push(i);
        }
        received
    }));
    block_on(sending);
    assert_eq!(received, (0..10).collect::<Vec<_>>());
}

pub fn a_channel_ends_with_either_half<R: Runtime>() {
    let runtime = start::<R>();
    let (mut sender, receiver) = R::channel::<u8>(NonZero::<usize>::MIN);
    drop(receiver);
    assert_eq!(block_on(runtime.spawn(async move { R::send(&mut sender, 7).await })), Err(7));
    let (sender, mut receiver) = R::channel::<u8>(NonZero::<usize>::MIN);
    drop(sender);
    assert_eq!(block_on(runtime.spawn(async move { R::receive(&mut receiver).await })), None);
}

pub fn a_refused_connection_is_reported<C: Client>(settings: &str) {
    let server = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    assert_wrong::<C>(settings, server, "connecting failed", "connect: 3");
}

pub fn a_truncated_answer_is_reported<C: Client>(settings: &str) {
    let (server, thread) = canned(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", 3);
    assert_wrong::<C>(settings, server, "closed before the answer was whole", "truncated: 3");
    thread.join().unwrap();
}

pub fn a_wrong_status_is_reported<C: Client>(settings: &str) {
    let answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    let (server, thread) = canned(answer, 3);
    assert_wrong::<C>(settings, server, "status 503 instead of 200", "status: 3");
    thread.join().unwrap();
}

pub fn an_unknown_setting_is_refused_by_its_name<C: Client>(settings: &str) {
    let kind = Kind::of::<C>(Vec::new());
    let mut settings: Value = serde_json::from_str(settings).unwrap();
    assert!((kind.settings)(settings.clone()).is_ok());
    settings["wrokers"] = 3.into();
    let error = (kind.settings)(settings).unwrap_err().to_string();
    assert!(error.contains("unknown field `wrokers`"), "{error}");
}

/// A server that gives every connection the same bytes, however it asks, and ends after so many.
fn canned(answer: &'static [u8], connections: usize) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let addr = listener.local_addr().unwrap();
    let serve = move || {
        for stream in listener.incoming().take(connections) {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(answer).unwrap();
        }
    };
    (addr, thread::spawn(serve))
}

/// Checks what the client says of a batch of three that `server` answers wrongly.
fn assert_wrong<C: Client>(settings: &str, server: SocketAddr, first: &str, kinds: &str) {
    let kind = Kind::of::<C>(vec![Runner::of::<C, FanOut>()]);
    let settings = (kind.settings)(serde_json::from_str(settings).unwrap()).unwrap();
    let params = Value::Object(Default::default());
    let shape = Shape { n: 3, delay: Duration::from_millis(1), params };
    let started = kind.start(&settings, "fan_out", shape, Servers([server].into()));
    let wrong = started.err().unwrap().to_string();
    assert!(wrong.contains(first) && wrong.contains(kinds), "{}: {wrong}", kind.name);
}
