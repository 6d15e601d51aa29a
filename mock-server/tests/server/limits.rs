//! Limits: none of them starves a client that keeps to them.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use waitmark_server::{Options, Server};

use crate::raw::{connect, get, peek, read_all, read_exact, until};

/// Both ends of a thousand connections are descriptors of this process.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
}

#[test]
fn slow_lorises_neither_starve_a_client_nor_stay() {
    raise_file_limit();
    let header_timeout = Duration::from_millis(800);
    let options = Options { header_timeout, ..Options::default() };
    let server = Server::start_with(options).unwrap();
    let mut lorises: Vec<_> = (0..1000).map(|_| connect(server.addr())).collect();
    let send = |lorises: &mut [TcpStream], bytes: &[u8]| {
        // In the end the server has closed and writing fails, as it should.
        lorises.iter_mut().for_each(|loris| drop(loris.write_all(bytes)));
    };
    until(server.addr(), "all there", |stats| stats["open_connections"] == 1001);
    send(&mut lorises, b"GET /get HTTP/1.1\r\nx: ");
    for _ in 0..5 {
        // A byte now and then must not buy them more time.
        std::thread::sleep(Duration::from_millis(100));
        send(&mut lorises, b"y");
        assert_eq!(get(server.addr(), "/delay/5ms").status, 200);
    }
    let stats = until(server.addr(), "rid of them", |stats| stats["open_connections"] == 1);
    assert_eq!(stats["in_flight"], 0);
    assert_eq!(stats["requests"], 5);
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let header_timeout = Duration::from_millis(200);
    let options = Options { header_timeout, ..Options::default() };
    let server = Server::start_with(options).unwrap();
    let mut stream = connect(server.addr());
    stream
        .write_all(b"POST /anything HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf")
        .unwrap();
    assert!(read_all(&mut stream).starts_with(b"HTTP/1.1 408"));
}

#[test]
fn idle_connections_are_closed_and_busy_ones_kept() {
    let idle_timeout = Duration::from_secs(1);
    let server = Server::start_with(Options { idle_timeout, ..Options::default() }).unwrap();
    let mut stream = connect(server.addr());
    for _ in 0..2 {
        // Longer than an idle connection may live, but there is a request.
        stream.write_all(b"GET /delay/1200ms HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        let length = "HTTP/1.1 200 OK".len();
        assert_eq!(read_exact(&mut stream, length), b"HTTP/1.1 200 OK");
        while peek(&stream).is_ok_and(|length| length > 0) {
            read_exact(&mut stream, 1);
        }
    }
    read_all(&mut stream);
}

#[test]
fn connections_over_the_limit_wait_for_their_turn() {
    let server = Server::start_with(Options { max_connections: 2, ..Options::default() }).unwrap();
    let ask = |stream: &mut TcpStream| {
        stream.write_all(b"GET /delay/1ms HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    };
    let mut open: Vec<_> = (0..2).map(|_| connect(server.addr())).collect();
    for stream in &mut open {
        ask(stream);
        read_exact(stream, 15);
    }
    let mut third = connect(server.addr());
    ask(&mut third);
    std::thread::sleep(Duration::from_millis(100));
    assert!(peek(&third).is_err(), "it waits");
    drop(open);
    assert_eq!(read_exact(&mut third, 15), b"HTTP/1.1 200 OK");
}

#[test]
fn what_left_in_a_delay_leaves_nothing_behind() {
    let server = Server::start().unwrap();
    for _ in 0..3 {
        let waiting: Vec<_> = (0..100)
            .map(|_| {
                let mut stream = connect(server.addr());
                stream.write_all(b"GET /delay/30 HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
                stream
            })
            .collect();
        until(server.addr(), "all in flight", |stats| stats["in_flight"] == 100);
        drop(waiting);
        until(server.addr(), "all gone", |stats| {
            stats["in_flight"] == 0 && stats["open_connections"] == 1
        });
    }
    let stats = until(server.addr(), "counted", |stats| stats["dropped"] == 300);
    assert_eq!(stats["requests"], 0);
}

#[test]
fn a_server_stops_with_its_guard() {
    let server = Server::start().unwrap();
    let addr = server.addr();
    let mut waiting = connect(addr);
    waiting.write_all(b"GET /delay/30 HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    until(addr, "in flight", |stats| stats["in_flight"] == 1);
    drop(server);
    assert_eq!(read_all(&mut waiting), b"", "its client sees the end");
    assert!(TcpStream::connect(addr).is_err(), "nobody listens any more");
}
