//! The checks of a client: what it says of a batch that went wrong.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use crate::catalogue::{Kind, Runner};
use crate::client::Client;
use crate::workload::{Servers, Shape};
use crate::workloads::FanOut;

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
