//! Counters exact enough to check every batch of a client by.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use socket2::SockRef;
use waitmark_server::{Options, Server};

use crate::listeners::Several;
use crate::raw::{connect, get, read_all, stats};

const ROUNDS: usize = 50;
/// Clients at once, and requests of each of them.
const CLIENTS: usize = 4;
const EACH: usize = 8;
const BATCH: u64 = (CLIENTS * EACH) as u64;

/// How a client leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaving {
    /// It reads to the end.
    InOrder,
    /// It closes, or sends RST, at the first byte of the answer.
    Answered { reset: bool },
    /// It closes, or sends RST, without having read anything.
    Unanswered { reset: bool },
}

use Leaving::{Answered, InOrder, Unanswered};

/// A request, with or without a body, on a connection of its own.
fn ask(addr: SocketAddr, path: &str, body: &str, leaving: Leaving) {
    let mut stream = connect(addr);
    let connection = if leaving == InOrder { "close" } else { "keep-alive" };
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: {connection}\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    match leaving {
        InOrder => assert!(read_all(&mut stream).starts_with(b"HTTP/1.1 200 OK")),
        Answered { .. } => stream.read_exact(&mut [0]).unwrap(),
        Unanswered { .. } => {}
    }
    if let Answered { reset: true } | Unanswered { reset: true } = leaving {
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    }
}

/// A batch of requests, each client at an address of its own as far as there are so many.
fn batch(addrs: &[SocketAddr], path: &str, body: &str, leaving: Leaving) {
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let addr = addrs[client % addrs.len()];
            scope.spawn(move || (0..EACH).for_each(|_| ask(addr, path, body, leaving)));
        }
    });
}

/// Connections, requests, dropped, in flight.
fn counts(stats: &Value) -> [u64; 4] {
    ["connections", "requests", "dropped", "in_flight"].map(|name| stats[name].as_u64().unwrap())
}

#[test]
fn a_batch_is_counted_whole_however_its_clients_leave() {
    for threads in [1, 3] {
        let server = Server::start_with(Options { threads, ..Options::default() }).unwrap();
        let addr = server.addr();
        for round in 0..ROUNDS {
            let reset = get(addr, "/stats/reset").json();
            assert_eq!(counts(&reset), [0; 4], "its own connection is not of the next batch");
            let leaving = [InOrder, Answered { reset: false }, Answered { reset: true }][round % 3];
            batch(&[addr], ["/delay/0", "/delay/1ms"][round % 2], "", leaving);
            let counted = counts(&stats(addr));
            assert_eq!(counted, [BATCH + 1, BATCH, 0, 0], "{threads} threads, {leaving:?}");
        }
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "others tell of events in no order")]
fn a_request_whose_client_does_not_wait_is_counted_once_and_at_once() {
    let server = Several::start(CLIENTS, Options::default());
    let addr = server.addrs[0];
    for round in 0..ROUNDS {
        get(addr, "/stats/reset");
        // Delays that are over before, about when, and after their clients leave.
        let path = ["/delay/0", "/delay/50us", "/delay/200us", "/delay/30"][round % 4];
        let body = ["", "body"][round / 4 % 2];
        let reset = round / 8 % 2 == 0;
        batch(&server.addrs, path, body, Unanswered { reset });
        let [connections, requests, dropped, in_flight] = counts(&stats(addr));
        let case = format!("{path} {body:?} {reset}: {requests} requests, {dropped} dropped");
        assert_eq!((connections, requests + dropped, in_flight), (BATCH + 1, BATCH, 0), "{case}");
        assert!(path != "/delay/30" || requests == 0, "{case}");
    }
}

#[test]
fn a_flood_does_not_hold_up_the_counters() {
    let server = Several::start(2, Options::default());
    let (addr, over) = (server.addrs[0], AtomicBool::new(false));
    let limit = Instant::now() + Duration::from_secs(20);
    thread::scope(|scope| {
        for client in 0..40 {
            let leaving = [InOrder, Answered { reset: true }][client % 2];
            let over = &over;
            scope.spawn(move || {
                while !over.load(Relaxed) && Instant::now() < limit {
                    ask(addr, "/delay/0", "", leaving);
                }
            });
        }
        let slowest = (0..50).map(|round| {
            let start = Instant::now();
            let path = ["/stats", "/stats/reset"][round % 2];
            assert_eq!(get(server.addrs[round / 2 % 2], path).status, 200);
            start.elapsed()
        });
        let slowest = slowest.max().unwrap();
        over.store(true, Relaxed);
        // They wait for what was there before, here some 40 requests.
        assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    });
}
