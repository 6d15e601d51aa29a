//! The client of these tests: plain sockets, so that what is on the wire is what is asserted.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than anything here takes; a read that runs into it fails its test instead of hanging.
const TIMEOUT: Duration = Duration::from_secs(20);

/// An answer, its body without the chunks it may have come in.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Takes apart what was read until the server closed.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = find(bytes, b"\r\n\r\n").unwrap_or_else(|| {
            panic!("no whole head in {:?}", String::from_utf8_lossy(bytes));
        });
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a head in ASCII");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status in {head:?}"));
        let mut body = bytes[end + 4..].to_vec();
        if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
            body = dechunked(&body);
        }
        Self { status, head, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|e| panic!("{e} in {:?}", self.text()))
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn dechunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = find(bytes, b"\r\n").expect("a chunk's size");
        let size = std::str::from_utf8(&bytes[..end]).expect("a size in ASCII");
        let size = usize::from_str_radix(size, 16).expect("a size in hex");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&bytes[end + 2..][..size]);
        bytes = &bytes[end + 2 + size + 2..];
    }
}

pub(crate) fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).expect("the server accepts");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout can be set");
    stream.set_nodelay(true).expect("TCP has no delay");
    stream
}

/// All that the server sends until it closes, in whatever way it closes.
pub(crate) fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => bytes,
        Err(e) if [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe].contains(&e.kind()) => bytes,
        Err(e) => panic!("{e} after {:?}", String::from_utf8_lossy(&bytes)),
    }
}

/// Sends bytes and reads until the server closes.
pub(crate) fn exchange(addr: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(addr);
    // A server that refuses early may have closed before all is written.
    let _ = stream.write_all(bytes);
    read_all(&mut stream)
}

/// A request without a body on a connection of its own.
pub(crate) fn request(addr: SocketAddr, method: &str, path: &str) -> Answer {
    let request = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    Answer::parse(&exchange(addr, request.as_bytes()))
}

pub(crate) fn get(addr: SocketAddr, path: &str) -> Answer {
    request(addr, "GET", path)
}

pub(crate) fn stats(addr: SocketAddr) -> Value {
    get(addr, "/stats").json()
}

/// Waits until the counters are as `right` wants them.
pub(crate) fn until(addr: SocketAddr, what: &str, right: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    loop {
        let stats = stats(addr);
        if right(&stats) {
            return stats;
        }
        assert!(start.elapsed() < TIMEOUT, "still not {what}: {stats}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Reads as much as `buf` holds, on a connection that stays open.
pub(crate) fn read_exact(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).expect("as many bytes as were asked for");
    bytes
}

/// What a read without a timeout of its own finds now: bytes, the end, or nothing yet.
pub(crate) fn peek(stream: &TcpStream) -> io::Result<usize> {
    stream.set_nonblocking(true)?;
    let peeked = stream.peek(&mut [0; 1]);
    stream.set_nonblocking(false)?;
    peeked
}
