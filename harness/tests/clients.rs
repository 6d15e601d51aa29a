//! Every client on every workload, against a live server: the exact outcome, and the server's own
//! count of what was in flight.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use waitmark_harness::client::{Kind, Settings};
use waitmark_harness::workload::{self, Batch};
use waitmark_harness::{http, wire};
use waitmark_server::Server;

const POOL_WIDTH: usize = 4;

fn settings() -> Settings {
    Settings {
        // async-std's default: a test can't set the variable that it takes its size from.
        workers: thread::available_parallelism().unwrap(),
        pool_width: NonZero::new(POOL_WIDTH).unwrap(),
    }
}

fn stats(server: &Server) -> Value {
    let request = http::get(server.addr(), "/stats").unwrap();
    serde_json::from_slice(&wire::fetch_blocking(server.addr(), &request).unwrap().body).unwrap()
}

/// A server that gives every connection the same bytes, however it asks.
fn canned(answer: &'static [u8], connections: usize) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().take(connections) {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(answer).unwrap();
        }
    });
    addr
}

#[test]
fn every_client_does_every_workload_right() {
    const N: usize = 12;
    let delay = Duration::from_millis(100);
    for entry in workload::ALL {
        for &kind in Kind::ALL {
            let server = Server::start().unwrap();
            let client = kind.start(&settings()).unwrap();
            let plan = (entry.plan)(&Batch { server: server.addr(), n: N, delay }).unwrap();
            let start = Instant::now();
            let outcome = plan.run(&client);
            let width = kind.width(N, &settings());
            let ideal = delay * N.div_ceil(width) as u32;
            assert!(start.elapsed() >= ideal, "{kind} was faster than its delays");
            assert_eq!(plan.check(&outcome), Ok(()), "{kind}");
            let stats = stats(&server);
            assert_eq!(stats["requests"], N, "{kind}");
            assert_eq!(stats["peak_in_flight"], width, "{kind}");
            assert_eq!((&stats["early"], &stats["dropped"]), (&0.into(), &0.into()), "{kind}");
        }
    }
}

#[test]
fn widths() {
    let widths = Kind::ALL.iter().map(|kind| (kind.name(), kind.width(10, &settings())));
    assert_eq!(
        widths.collect::<Vec<_>>(),
        [("sequential", 1), ("thread-pool", 4), ("tokio", 10), ("async-std", 10), ("smol", 10)]
    );
    assert_eq!(Kind::ThreadPool.width(3, &settings()), 3);
}

#[test]
fn every_client_reports_a_refused_connection() {
    let server = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    assert_wrong(|| server, "connecting failed", "connect: 3");
}

#[test]
fn every_client_reports_a_truncated_answer() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
    assert_wrong(|| canned(answer, 3), "closed before the answer was whole", "truncated: 3");
}

#[test]
fn every_client_reports_a_wrong_status() {
    let answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    assert_wrong(|| canned(answer, 3), "status 503 instead of 200", "status: 3");
}

/// Checks what each client says of a batch of three that `server` answers wrongly.
fn assert_wrong(server: impl Fn() -> SocketAddr, first: &str, kinds: &str) {
    for &kind in Kind::ALL {
        let client = kind.start(&settings()).unwrap();
        let batch = Batch { server: server(), n: 3, delay: Duration::from_millis(1) };
        let plan = (workload::ALL[0].plan)(&batch).unwrap();
        let wrong = plan.check(&plan.run(&client)).unwrap_err().to_string();
        assert!(wrong.contains(first) && wrong.contains(kinds), "{kind}: {wrong}");
    }
}

#[test]
fn async_std_refuses_a_size_it_would_not_have() {
    let workers = NonZero::new(settings().workers.get() + 1).unwrap();
    let started = Kind::AsyncStd.start(&Settings { workers, ..settings() });
    let error = started.err().unwrap().to_string();
    assert!(error.contains(&format!("ASYNC_STD_THREAD_COUNT={workers}")), "{error}");
}

#[test]
fn a_client_is_found_by_its_name() {
    for &kind in Kind::ALL {
        assert_eq!(kind.name().parse::<Kind>().unwrap(), kind);
    }
    let error = "threads".parse::<Kind>().unwrap_err().to_string();
    assert_eq!(
        error,
        "no client is named `threads`; there are sequential, thread-pool, tokio, async-std, smol"
    );
}
