//! The checks of a runtime.

use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use futures_lite::future::block_on;
use futures_lite::io::{AsyncReadExt, AsyncWriteExt};

use crate::runtime::Runtime;

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

/// The first of the tasks ends last.
pub fn outputs_keep_the_order_of_the_tasks<R: Runtime>() {
    let runtime = start::<R>();
    let on = runtime.clone();
    let outputs = block_on(runtime.spawn(async move {
        let (sender, receiver) = R::channel::<()>(NonZero::<usize>::MIN);
        let mut halves = (Some(sender), Some(receiver));
        on.map(10, |i| {
            let receiver = halves.1.take();
            let sender = if i == 9 { halves.0.take() } else { None };
            async move {
                if let Some(mut receiver) = receiver {
                    assert_eq!(R::receive(&mut receiver).await, None);
                }
                drop(sender);
                i
            }
        })
        .await
    }));
    assert_eq!(outputs, (0..10).collect::<Vec<_>>());
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

/// The operation pends, so that the timer runs, and ends long before it.
pub fn a_timeout_gives_what_comes_in_time<R: Runtime>() {
    let runtime = start::<R>();
    let operation = async {
        R::sleep(Duration::from_millis(5)).await;
        7
    };
    assert_eq!(block_on(runtime.spawn(R::timeout(Duration::from_secs(60), operation))), Some(7));
}

pub fn a_timeout_is_never_early_and_drops_what_is_late<R: Runtime>() {
    let duration = Duration::from_millis(5);
    let (runtime, start) = (start::<R>(), Instant::now());
    let (held, dropped) = mpsc::channel::<()>();
    let operation = async move {
        std::future::pending::<()>().await;
        drop(held);
    };
    let (output, dropped) = block_on(runtime.spawn(async move {
        let output = R::timeout(duration, operation).await;
        (output, dropped.try_recv())
    }));
    assert!(start.elapsed() >= duration);
    assert_eq!((output, dropped), (None, Err(mpsc::TryRecvError::Disconnected)));
}

/// More than fits into the sockets' buffers, so that reading and writing have to wait.
pub fn a_stream_carries_bytes_both_ways<R: Runtime>() {
    const BYTES: usize = 16 << 20;
    let runtime = start::<R>();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let addr = listener.local_addr().unwrap();
    let echo = thread::spawn(move || {
        let (mut stream, mut bytes) = (listener.accept().unwrap().0, vec![0; BYTES]);
        stream.read_exact(&mut bytes).unwrap();
        stream.write_all(&bytes).unwrap();
    });
    let sent: Vec<u8> = (0..BYTES).map(|i| (i % 251) as u8).collect();
    let expected = sent.clone();
    let received = block_on(runtime.spawn(async move {
        let mut stream = R::connect(addr).await.unwrap();
        stream.write_all(&sent).await.unwrap();
        stream.flush().await.unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).await.unwrap();
        received
    }));
    echo.join().unwrap();
    assert!(received == expected, "other bytes came back than were sent");
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

/// Every value goes to one of the receivers, and all of them see the end.
pub fn several_senders_and_receivers_share_a_channel<R: Runtime>() {
    let runtime = start::<R>();
    let (sender, receiver) = R::channel(NonZero::new(3).unwrap());
    let receiver = R::share(receiver);
    let senders: Vec<_> = (0..3)
        .map(|i| {
            let mut sender = sender.clone();
            runtime.spawn(async move {
                for j in 0..100 {
                    R::send(&mut sender, 100 * i + j).await.unwrap();
                }
            })
        })
        .collect();
    drop(sender);
    let receivers: Vec<_> = (0..4)
        .map(|_| {
            let receiver = receiver.clone();
            runtime.spawn(async move {
                let mut values = Vec::new();
                while let Some(value) = R::receive_shared(&receiver).await {
                    values.push(value);
                }
                values
            })
        })
        .collect();
    senders.into_iter().for_each(block_on);
    let mut values: Vec<i32> = receivers.into_iter().flat_map(block_on).collect();
    values.sort_unstable();
    assert_eq!(values, (0..300).collect::<Vec<_>>());
}

/// Each task of the set waits for the one that was spawned after it.
pub fn outputs_of_a_set_come_as_tasks_end<R: Runtime>() {
    let runtime = start::<R>();
    let on = runtime.clone();
    let outputs = block_on(runtime.spawn(async move {
        let mut tasks = R::TaskSet::default();
        let mut wait_for = None;
        let mut chain = Vec::new();
        for i in (0..5).rev() {
            let (sender, receiver) = R::channel::<()>(NonZero::<usize>::MIN);
            chain.push((i, wait_for.replace(receiver), sender));
        }
        for (i, wait_for, sender) in chain.into_iter().rev() {
            on.spawn_into(&mut tasks, async move {
                if let Some(mut receiver) = wait_for {
                    R::receive(&mut receiver).await;
                    // So that the set has seen the one before.
                    R::sleep(Duration::from_millis(5)).await;
                }
                drop(sender);
                i
            });
        }
        let mut outputs = Vec::new();
        while let Some(i) = R::next_ended(&mut tasks).await {
            outputs.push(i);
        }
        outputs
    }));
    assert_eq!(outputs, [4, 3, 2, 1, 0]);
}

pub fn a_panic_reaches_whoever_awaits_the_set<R: Runtime>() {
    let runtime = start::<R>();
    let mut tasks = R::TaskSet::<()>::default();
    runtime.spawn_into(&mut tasks, async { panic::resume_unwind(Box::new("on purpose")) });
    let run = || block_on(R::next_ended(&mut tasks));
    let payload = panic::catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"on purpose"));
}

pub fn a_cancelled_set_has_dropped_its_futures<R: Runtime>() {
    let runtime = start::<R>();
    let (started, has_started) = mpsc::channel();
    let (held, dropped) = mpsc::channel::<()>();
    let mut tasks = R::TaskSet::default();
    for _ in 0..5 {
        let (started, held) = (started.clone(), held.clone());
        runtime.spawn_into(&mut tasks, async move {
            started.send(()).unwrap();
            std::future::pending::<()>().await;
            drop(held);
        });
    }
    drop(held);
    (0..5).for_each(|_| has_started.recv().unwrap());
    block_on(R::cancel_all(tasks));
    assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

pub fn a_semaphore_lets_as_many_pass_as_it_has_permits<R: Runtime>() {
    let runtime = start::<R>();
    let semaphore = Arc::new(R::semaphore(NonZero::new(2).unwrap()));
    let inside = Arc::new(Mutex::new((0, 0)));
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let (semaphore, inside) = (Arc::clone(&semaphore), Arc::clone(&inside));
            runtime.spawn(async move {
                let permit = R::acquire(&semaphore).await;
                {
                    let mut inside = inside.lock().unwrap();
                    inside.0 += 1;
                    inside.1 = inside.1.max(inside.0);
                }
                R::sleep(Duration::from_millis(5)).await;
                inside.lock().unwrap().0 -= 1;
                drop(permit);
            })
        })
        .collect();
    tasks.into_iter().for_each(block_on);
    assert_eq!(*inside.lock().unwrap(), (0, 2));
}

pub fn a_file_is_written_read_whole_and_by_line<R: Runtime>() {
    let runtime = start::<R>();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines");
    let (bytes, lines) = block_on(runtime.spawn(async move {
        R::write(&path, b"longer than what comes after it".to_vec()).await.unwrap();
        R::write(&path, b"one\n\nthree\nfour".to_vec()).await.unwrap();
        let mut lines = Vec::new();
        R::each_line(&path, |line| lines.push(line.to_owned())).await.unwrap();
        (R::read(&path).await.unwrap(), lines)
    }));
    assert_eq!(bytes, b"one\n\nthree\nfour");
    assert_eq!(lines, ["one", "", "three", "four"]);
}

pub fn a_file_that_is_not_there_is_an_error<R: Runtime>() {
    let runtime = start::<R>();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not/there");
    let errors = block_on(runtime.spawn(async move {
        [
            R::read(&path).await.unwrap_err(),
            R::write(&path, Vec::new()).await.unwrap_err(),
            R::each_line(&path, |_| {}).await.unwrap_err(),
        ]
    }));
    assert!(errors.iter().all(|error| error.kind() == io::ErrorKind::NotFound), "{errors:?}");
}
