//! Abuse of the protocol: whatever comes, there is an answer or a close, and the others don't notice.

use std::io::{ErrorKind, Write};
use std::net::Shutdown;
use std::time::Duration;

use waitmark_server::{Options, Server};

use crate::raw::{Answer, connect, exchange, get, peek, read_all, until};

/// Ends the reading of what would otherwise keep its connection open.
const IDLE: Duration = Duration::from_millis(500);

fn start() -> Server {
    let options = Options { idle_timeout: IDLE, header_timeout: IDLE, ..Options::default() };
    Server::start_with(options).unwrap()
}

/// What comes first of what the server sends: a status, or 0 for a close without a byte.
fn status(server: &Server, request: &[u8]) -> u16 {
    match exchange(server.addr(), request) {
        bytes if bytes.is_empty() => 0,
        bytes => Answer::parse(&bytes).status,
    }
}

#[test]
fn malformed_requests_are_refused() {
    let server = start();
    let bystander = std::thread::spawn({
        let addr = server.addr();
        move || get(addr, "/delay/500ms").status
    });
    let long = "x".repeat(500_000);
    for (what, request, expected) in [
        ("obs-fold", "GET /get HTTP/1.1\r\nhost: test\r\nx: a\r\n b\r\n\r\n".into(), 400),
        ("space before the colon", "GET /get HTTP/1.1\r\nhost : test\r\n\r\n".into(), 400),
        ("no name", "GET /get HTTP/1.1\r\n: test\r\n\r\n".into(), 400),
        ("no colon", "GET /get HTTP/1.1\r\nhost\r\n\r\n".into(), 400),
        (
            "two lengths",
            "POST /anything HTTP/1.1\r\nhost: test\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"
                .into(),
            400,
        ),
        (
            "a length that is no number",
            "POST /anything HTTP/1.1\r\nhost: test\r\ncontent-length: x\r\n\r\n".into(),
            400,
        ),
        (
            "a length with a sign",
            "POST /anything HTTP/1.1\r\nhost: test\r\ncontent-length: +1\r\n\r\na".into(),
            400,
        ),
        (
            "a length over 64 bits",
            "POST /anything HTTP/1.1\r\nhost: test\r\ncontent-length: 18446744073709551616\r\n\r\n"
                .into(),
            400,
        ),
        (
            "a chunk over 64 bits",
            "POST /anything HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n\
             fffffffffffffffff\r\n"
                .into(),
            400,
        ),
        (
            "a chunk size that is no number",
            "POST /anything HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n"
                .into(),
            400,
        ),
        ("NUL in a value", "GET /get HTTP/1.1\r\nhost: te\0st\r\n\r\n".into(), 400),
        ("NUL in the path", "GET /g\0et HTTP/1.1\r\nhost: test\r\n\r\n".into(), 400),
        ("HTTP/0.9", "GET /get\r\n\r\n".into(), 400),
        ("HTTP/3.0", "GET /get HTTP/3.0\r\n\r\n".into(), 400),
        ("TLS", "\x16\x03\x01\x02\0\x01\0\x01\x7c\x03\x03\r\n\r\n".into(), 400),
        ("no request line", "\r\n\r\n\r\nhost: test\r\n\r\n".into(), 400),
        ("a path without its slash", "GET get HTTP/1.1\r\nhost: test\r\n\r\n".into(), 400),
        ("an overlong line", format!("GET /{long} HTTP/1.1\r\nhost: test\r\n\r\n"), 431),
        ("an overlong header", format!("GET /get HTTP/1.1\r\nx: {long}\r\n\r\n"), 431),
        ("an overlong method", format!("{long} /get HTTP/1.1\r\nhost: test\r\n\r\n"), 431),
        ("101 headers", format!("GET /get HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(101)), 431),
    ] {
        let got = status(&server, request.as_bytes());
        assert_eq!(got, expected, "{what}");
    }
    assert_eq!(bystander.join().unwrap(), 200);
    let stats = until(server.addr(), "all closed", |stats| stats["open_connections"] == 1);
    assert_eq!(stats["in_flight"], 0);
}

#[test]
fn what_is_odd_but_sound_is_answered() {
    let server = start();
    for (what, request) in [
        ("bare LF", &b"GET /get HTTP/1.1\nhost: test\nconnection: close\n\n"[..]),
        ("an empty line first", b"\r\nGET /get HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
        ("no Host", b"GET /get HTTP/1.1\r\nconnection: close\r\n\r\n"),
        ("two Hosts", b"GET /get HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n"),
        ("an absolute URI", b"GET http://a/get HTTP/1.1\r\nhost: b\r\nconnection: close\r\n\r\n"),
        ("binary in a value", b"GET /get HTTP/1.1\r\nx: \xff\xfe\r\nconnection: close\r\n\r\n"),
        (
            "100 headers",
            &[b"GET /get HTTP/1.1\r\nconnection: close\r\n", &b"x: y\r\n".repeat(99)[..], b"\r\n"]
                .concat(),
        ),
        ("HTTP/1.0", b"GET /get HTTP/1.0\r\n\r\n"),
        (
            "chunks",
            b"POST /anything HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
            transfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nx: y\r\n\r\n",
        ),
    ] {
        assert_eq!(status(&server, request), 200, "{what}");
    }
}

#[test]
fn a_length_beside_chunks_does_not_smuggle_a_request() {
    let server = start();
    let answers = exchange(
        server.addr(),
        b"POST /anything HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\
          transfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /users HTTP/1.1\r\nhost: a\r\n\r\n",
    );
    let answers = String::from_utf8_lossy(&answers);
    // Chunks win over the length (RFC 9112, 6.3), and what follows them is a request of its own.
    assert!(
        answers.starts_with("HTTP/1.1 200") || answers.starts_with("HTTP/1.1 400"),
        "{answers}"
    );
    assert!(!answers.contains("\"data\":\"0\\r"), "the length was taken for the truth: {answers}");
}

#[test]
fn http_1_0_closes_unless_told_otherwise() {
    let server = start();
    let closed = exchange(server.addr(), b"GET /delay/1ms HTTP/1.0\r\n\r\n");
    assert!(closed.starts_with(b"HTTP/1.0 200"));

    let request = b"GET /delay/1ms HTTP/1.0\r\nconnection: keep-alive\r\n\r\n";
    let both = exchange(server.addr(), &[&request[..], request].concat());
    assert_eq!(String::from_utf8_lossy(&both).matches("HTTP/1.0 200").count(), 2);
}

#[test]
fn a_body_that_waits_for_100_continue_is_asked_for() {
    let server = start();
    let mut stream = connect(server.addr());
    stream
        .write_all(
            b"POST /anything HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n\
            content-length: 2\r\nconnection: close\r\n\r\n",
        )
        .unwrap();
    let asked = crate::raw::read_exact(&mut stream, 25);
    assert_eq!(asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"ok").unwrap();
    assert_eq!(Answer::parse(&read_all(&mut stream)).json()["data"], "ok");
}

#[test]
fn who_closes_half_in_a_delay_has_left() {
    let server = start();
    let mut stream = connect(server.addr());
    stream.write_all(b"GET /delay/30 HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    until(server.addr(), "in flight", |stats| stats["in_flight"] == 1);
    stream.shutdown(Shutdown::Write).unwrap();
    until(server.addr(), "gone", |stats| stats["in_flight"] == 0 && stats["dropped"] == 1);
    assert_eq!(read_all(&mut stream), b"");
}

#[test]
fn who_says_nothing_is_put_out() {
    let server = start();
    let mut stream = connect(server.addr());
    let nothing = peek(&stream).expect_err("no byte and no close at first");
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    assert_eq!(read_all(&mut stream), b"");
}

#[test]
fn who_never_reads_is_put_out() {
    let server = start();
    let mut stream = connect(server.addr());
    stream.write_all(b"GET /bytes/10000000 HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    until(server.addr(), "answered", |stats| stats["endpoints"]["/bytes/{n}"]["200"] == 1);
    until(server.addr(), "closed", |stats| stats["open_connections"] == 1);
}

#[test]
fn an_answer_that_takes_longer_than_an_idle_connection_may_is_whole() {
    let server = start();
    for path in
        ["/delay/700ms", "/cursor?rows=3&interval=600ms", "/drip?numbytes=3&duration=1.8&delay=0"]
    {
        assert_eq!(get(server.addr(), path).status, 200, "{path}");
    }
    assert_eq!(get(server.addr(), "/cursor?rows=3&interval=600ms").text().lines().count(), 3);
}
