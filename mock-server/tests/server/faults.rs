//! Faults, as a raw socket finds them: what other servers promise is often not on the wire.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use waitmark_server::{Options, Server};

use crate::raw::{connect, exchange, get, peek, read_all, read_exact, stats};

fn ask(server: &Server, kind: &str) -> TcpStream {
    let mut stream = connect(server.addr());
    let request = format!("GET /fault/{kind} HTTP/1.1\r\nhost: test\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// All bytes until a close that is not a reset.
fn until_closed(server: &Server, kind: &str) -> String {
    let mut bytes = Vec::new();
    ask(server, kind).read_to_end(&mut bytes).expect("a close, and no reset");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn reset_is_a_reset() {
    let server = Server::start().unwrap();
    let error = ask(&server, "reset").read(&mut [0; 1]).expect_err("no byte and no close");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(stats(server.addr())["faults"]["reset"], 1);
}

#[test]
fn empty_is_a_close_without_a_byte() {
    let server = Server::start().unwrap();
    assert_eq!(until_closed(&server, "empty"), "");
}

#[test]
fn truncate_announces_more_than_it_sends() {
    let server = Server::start().unwrap();
    let answer = until_closed(&server, "truncate");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK") && head.contains("content-length: 20"), "{head}");
    assert_eq!(body.len(), 10);
}

#[test]
fn garbage_is_no_http() {
    let server = Server::start().unwrap();
    let answer = until_closed(&server, "garbage");
    assert!(answer.len() > 10 && !answer.contains("HTTP") && !answer.contains('\n'), "{answer}");
}

#[test]
fn a_malformed_chunk_comes_after_a_sound_one() {
    let server = Server::start().unwrap();
    let answer = until_closed(&server, "malformed-chunk");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    assert!(body.starts_with("5\r\nhello\r\nxyz\r\n"), "{body}");
}

#[test]
fn slow_headers_come_byte_by_byte_and_make_an_answer() {
    let server = Server::start().unwrap();
    let mut stream = ask(&server, "slow-headers");
    let start = Instant::now();
    let head = read_exact(&mut stream, 17);
    assert_eq!(head, b"HTTP/1.1 200 OK\r\n");
    // 16 pauses of 20 ms lie between 17 bytes.
    assert!(start.elapsed() >= Duration::from_millis(300));
    let rest = String::from_utf8(read_all(&mut stream)).unwrap();
    assert!(rest.ends_with("\r\n\r\nhalf of it, and rest"), "{rest}");
}

#[test]
fn a_slow_body_comes_byte_by_byte_and_is_whole() {
    let server = Server::start().unwrap();
    let start = Instant::now();
    let answer = until_closed(&server, "slow-body");
    assert!(start.elapsed() >= Duration::from_millis(380), "19 pauses of 20 ms");
    assert!(answer.ends_with("\r\n\r\nhalf of it, and rest"), "{answer}");
}

#[test]
fn a_stalled_body_ends_with_the_longest_duration() {
    let max_duration = Duration::from_millis(400);
    let server = Server::start_with(Options { max_duration, ..Options::default() }).unwrap();
    let start = Instant::now();
    let mut stream = ask(&server, "stall-body");
    let mut answer = Vec::new();
    while !answer.ends_with(b"half of it") {
        answer.extend(read_exact(&mut stream, 1));
    }
    let nothing = peek(&stream).expect_err("neither a byte nor a close");
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    assert_eq!(read_all(&mut stream), b"");
    assert!(start.elapsed() >= max_duration);
}

#[test]
fn never_answers_until_the_longest_duration() {
    let max_duration = Duration::from_millis(200);
    let server = Server::start_with(Options { max_duration, ..Options::default() }).unwrap();
    let start = Instant::now();
    assert_eq!(exchange(server.addr(), b"GET /never HTTP/1.1\r\nhost: test\r\n\r\n"), b"");
    assert!(start.elapsed() >= max_duration);
}

#[test]
fn any_endpoint_can_fail_by_chance() {
    let server = Server::start().unwrap();
    let failed = |p: &str, seed: &str| {
        let request = |id: u32| {
            format!(
                "GET /users?id={id}&delay=1us&fault=empty&p={p}{seed} HTTP/1.1\r\nhost: test\r\n\
                 connection: close\r\n\r\n"
            )
        };
        (0..100).filter(|id| exchange(server.addr(), request(*id).as_bytes()).is_empty()).count()
    };
    assert_eq!(failed("0", ""), 0);
    assert_eq!(failed("1", ""), 100);
    let seeded = failed("0.5", "&seed=3");
    // Under 20 or over 80 of 100 has a chance of one in a billion, and the seed is fixed.
    assert!((20..=80).contains(&seeded), "{seeded} of 100");
    assert_eq!(failed("0.5", "&seed=3"), seeded);
    assert_eq!(stats(server.addr())["faults"]["empty"], 100 + 2 * seeded);
}

#[test]
fn a_fault_leaves_other_clients_alone() {
    let server = Server::start().unwrap();
    let mut other = connect(server.addr());
    other
        .write_all(b"GET /delay/100ms HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
        .unwrap();
    for kind in ["reset", "empty", "truncate", "garbage", "malformed-chunk"] {
        let _ = exchange(
            server.addr(),
            format!("GET /fault/{kind} HTTP/1.1\r\nhost: test\r\n\r\n").as_bytes(),
        );
    }
    assert!(read_all(&mut other).starts_with(b"HTTP/1.1 200 OK"));
    assert_eq!(get(server.addr(), "/healthz").status, 200);
}
