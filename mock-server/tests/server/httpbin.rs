//! The same requests to this server and to the real httpbin: same status, same JSON up to headers.
//!
//! Needs a Python with the packages `httpbin` and `werkzeug`: `HTTPBIN_PYTHON`, or `python3`.
//! Without one the test is skipped, which it says on standard error.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use waitmark_server::Server;

use crate::raw::{Answer, exchange};

/// Serves httpbin on a free port, which it prints, until its input closes.
const SERVE: &str = "
import os, sys, threading
from werkzeug.serving import make_server
from httpbin import app
server = make_server('127.0.0.1', 0, app, threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
";

struct Httpbin {
    child: Child,
    addr: SocketAddr,
}

impl Httpbin {
    fn start() -> Option<Self> {
        let python = std::env::var("HTTPBIN_PYTHON").unwrap_or_else(|_| "python3".into());
        let mut child = Command::new(&python)
            .args(["-c", SERVE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut()?).read_line(&mut line).ok()?;
        let Ok(port) = line.trim().parse() else {
            let _ = child.wait();
            return None;
        };
        Some(Self { child, addr: SocketAddr::from(([127, 0, 0, 1], port)) })
    }
}

impl Drop for Httpbin {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The JSON of a body, of each line of one, or null, without what differs by nature: the headers
/// and, where it is random, the content.
fn comparable(answer: &Answer) -> Vec<Value> {
    let json = |text: &str| serde_json::from_str(text).ok();
    let whole = std::str::from_utf8(&answer.body).ok().and_then(json).map(|value| vec![value]);
    let mut values = whole.unwrap_or_else(|| {
        let text = String::from_utf8_lossy(&answer.body);
        text.lines().map(|line| json(line).unwrap_or(Value::Null)).collect()
    });
    for value in &mut values {
        if let Some(headers) = value.get_mut("headers") {
            *headers = headers.is_object().into();
        }
    }
    values
}

#[test]
fn answers_are_those_of_httpbin() {
    let Some(httpbin) = Httpbin::start() else {
        let named = std::env::var_os("HTTPBIN_PYTHON");
        assert!(named.is_none(), "HTTPBIN_PYTHON={named:?} has no httpbin and werkzeug");
        eprintln!("skipped: no Python with httpbin; set HTTPBIN_PYTHON to one");
        return;
    };
    let server = Server::start().unwrap();
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let json = "content-type: application/json\r\n";
    let multipart = "content-type: multipart/form-data; boundary=\"x y\"\r\n";
    let parts = "--x y\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\none\r\n--x y\r\n\
                 content-disposition: form-data; name=a\r\n\r\ntwo\r\n\r\n--x y\r\n\
                 content-disposition: form-data; name=\"f\"; filename=\"f.txt\"\r\n\
                 content-type: text/plain\r\n\r\n\"quoted\" \u{e9}\r\n--x y--\r\n";
    for (method, path, headers, body) in [
        ("GET", "/get", "", ""),
        ("GET", "/get?a=1&b=two%20words&a=2&c=", "", ""),
        ("POST", "/get", "", ""),
        ("GET", "/headers", "", ""),
        ("GET", "/json", "", ""),
        ("GET", "/delay/0", "", ""),
        ("GET", "/delay/0.01?id=7", "", ""),
        ("GET", "/delay/1e-3", "", ""),
        ("GET", "/delay/+0", "", ""),
        ("GET", "/delay/-0", "", ""),
        ("POST", "/delay/0", json, "{\"a\": [1, null]}"),
        ("PUT", "/delay/0", form, "a=1&b=2&a=3"),
        ("GET", "/delay/", "", ""),
        ("GET", "/delay/1/2", "", ""),
        ("GET", "/anything", "", ""),
        ("GET", "/anything/a/b?c=d", "", ""),
        ("POST", "/anything", "", "plain text"),
        ("POST", "/anything", json, "{\"a\": 1}"),
        ("POST", "/anything", json, "no json"),
        ("PATCH", "/anything", form, "a=1&b=%C3%A9&a=2"),
        ("POST", "/anything", multipart, parts),
        ("POST", "/anything", multipart, "no parts"),
        ("POST", "/delay/0", multipart, parts),
        ("DELETE", "/anything?x=y", "", ""),
        ("GET", "/status/200", "", ""),
        ("GET", "/status/204", "", ""),
        ("GET", "/status/304", "", ""),
        ("GET", "/status/302", "", ""),
        ("GET", "/status/401", "", ""),
        ("GET", "/status/404", "", ""),
        ("GET", "/status/406", "", ""),
        ("GET", "/status/418", "", ""),
        ("POST", "/status/500", "", ""),
        ("GET", "/status/foo", "", ""),
        ("GET", "/redirect/1", "", ""),
        ("GET", "/redirect/3", "", ""),
        ("GET", "/relative-redirect/2", "", ""),
        ("GET", "/stream/3?a=b", "", ""),
        ("GET", "/drip?numbytes=3&duration=0.01&delay=0", "", ""),
        ("GET", "/drip?numbytes=0&duration=0&delay=0", "", ""),
        ("GET", "/drip?numbytes=1&duration=0&delay=0&code=202", "", ""),
        ("POST", "/drip", "", ""),
        ("POST", "/bytes/1", "", ""),
        ("GET", "/nowhere", "", ""),
        ("HEAD", "/get", "", ""),
        ("HEAD", "/delay/0", "", ""),
    ] {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: same.example\r\nconnection: close\r\n{headers}\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let [theirs, ours] = [httpbin.addr, server.addr()]
            .map(|addr| Answer::parse(&exchange(addr, request.as_bytes())));
        let asked = format!("{method} {path} {headers}{body}");
        assert_eq!(ours.status, theirs.status, "{asked}");
        for header in ["location", "www-authenticate", "x-more-info"] {
            assert_eq!(ours.header(header), theirs.header(header), "{asked}");
        }
        if ours.status == 418 {
            assert_eq!(ours.text(), theirs.text());
        }
        // Other errors say what was wrong, which httpbin's do not.
        if [200, 406].contains(&ours.status) {
            assert_eq!(comparable(&ours), comparable(&theirs), "{asked}");
        }
    }
    for path in ["/bytes/100", "/bytes/0", "/drip?numbytes=20&duration=0&delay=0"] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let [theirs, ours] = [httpbin.addr, server.addr()]
            .map(|addr| Answer::parse(&exchange(addr, request.as_bytes())));
        assert_eq!(ours.body.len(), theirs.body.len(), "{path}");
        assert_eq!(ours.header("content-type"), theirs.header("content-type"), "{path}");
    }
}
