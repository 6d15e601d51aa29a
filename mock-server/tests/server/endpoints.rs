//! What the endpoints answer.

use std::collections::HashSet;
use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;
use waitmark_server::Server;

use crate::raw::{connect, exchange, get, read_exact, stats};

#[test]
fn the_front_page_lists_examples_that_work() {
    let server = Server::start().unwrap();
    let page = get(server.addr(), "/");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let examples: Vec<_> = page
        .text()
        .lines()
        .filter_map(|line| Some(line.split_once("href=\"")?.1.split_once('"')?.0))
        .map(|example| example.replace("&amp;", "&"))
        .collect();
    assert!(examples.len() > 20, "{examples:?}");
    for example in examples {
        if ["/never", "/fault/reset", "/chat/lobby"].contains(&example.as_str()) {
            continue;
        }
        let status = get(server.addr(), &example).status;
        assert!([200, 302, 503].contains(&status), "{example}: {status}");
    }
}

#[test]
fn echoes() {
    let server = Server::start().unwrap();
    let answer = exchange(
        server.addr(),
        b"PUT /anything/below?a=1&b=%C3%A9&a=2 HTTP/1.1\r\nhost: there:1\r\nx-y: 1\r\nx-y: 2\r\n\
          connection: close\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\":1}",
    );
    let answer = crate::raw::Answer::parse(&answer).json();
    assert_eq!(
        answer,
        json!({
            "args": { "a": ["1", "2"], "b": "é" },
            "data": "{\"a\":1}",
            "files": {},
            "form": {},
            "headers": {
                "Host": "there:1",
                "X-Y": "1,2",
                "Connection": "close",
                "Content-Type": "application/json",
                "Content-Length": "7",
            },
            "json": { "a": 1 },
            "method": "PUT",
            "origin": "127.0.0.1",
            "url": "http://there:1/anything/below?a=1&b=%C3%A9&a=2",
        })
    );
}

#[test]
fn bytes_and_streams_have_their_length() {
    let server = Server::start().unwrap();
    let addr = server.addr();
    let bytes = get(addr, "/bytes/1000?seed=1");
    assert_eq!(bytes.body.len(), 1000);
    assert_eq!(bytes.header("content-length"), Some("1000"));
    assert_eq!(bytes.body, get(addr, "/bytes/1000?seed=1").body);
    assert_ne!(bytes.body, get(addr, "/bytes/1000?seed=2").body);

    let stream = get(addr, "/stream/3?a=b");
    assert_eq!(stream.header("transfer-encoding"), Some("chunked"));
    let ids: Vec<_> = stream
        .text()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].clone())
        .collect();
    assert_eq!(ids, [0, 1, 2]);

    let drip = get(addr, "/drip?numbytes=25001&duration=0.05&delay=0&code=202");
    assert_eq!((drip.status, drip.body.len()), (202, 25_001));
    assert!(drip.body.iter().all(|byte| *byte == b'*'));
}

#[test]
fn rows_and_drops_come_over_their_time() {
    let server = Server::start().unwrap();
    for (path, at_least) in [
        ("/cursor?rows=4&interval=30ms&delay=20ms", 20 + 3 * 30),
        ("/drip?numbytes=5&duration=100ms&delay=20ms", 20 + 4 * 20),
    ] {
        let start = Instant::now();
        assert_eq!(get(server.addr(), path).status, 200);
        assert!(start.elapsed() >= Duration::from_millis(at_least), "{path}");
    }
    let stats = stats(server.addr());
    assert_eq!((&stats["requests"], &stats["in_flight"]), (&json!(2), &json!(0)));
}

#[test]
fn the_first_row_does_not_wait_for_the_last() {
    let server = Server::start().unwrap();
    let mut stream = connect(server.addr());
    stream.write_all(b"GET /cursor?rows=2&interval=30s HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"{\"row\":0}\n") {
        read.extend(read_exact(&mut stream, 1));
    }
    assert_eq!(stats(server.addr())["in_flight"], 1, "a body that goes on is in flight");
}

#[test]
fn redirects_count_down() {
    let server = Server::start().unwrap();
    let mut path = "/redirect/3".to_owned();
    for expected in ["/relative-redirect/2", "/relative-redirect/1", "/get"] {
        let answer = get(server.addr(), &path);
        assert_eq!((answer.status, answer.header("location")), (302, Some(expected)));
        path = expected.into();
    }
}

#[test]
fn flaky_fails_as_often_as_told() {
    let server = Server::start().unwrap();
    let tries = |key: &str| -> Vec<_> {
        let path = format!("/flaky/{key}?fails=2");
        (0..4).map(|_| get(server.addr(), &path).status).collect()
    };
    assert_eq!(tries("a"), [503, 503, 200, 200]);
    assert_eq!(tries("b"), [503, 503, 200, 200], "each key on its own");
    assert_eq!(get(server.addr(), "/flaky/a").json()["attempt"], 5);
    get(server.addr(), "/stats/reset");
    assert_eq!(tries("a"), [503, 503, 200, 200], "a reset forgets the keys");
}

#[test]
fn limited_enforces_its_rate() {
    let server = Server::start().unwrap();
    let path = "/limited?rate=2&period=60s&key=a";
    let answers: Vec<_> = (0..3).map(|_| get(server.addr(), path)).collect();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 429]);
    let wait: u64 = answers[2].header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(get(server.addr(), "/limited?rate=2&period=60s&key=b").status, 200);
}

#[test]
fn users_have_posts() {
    let server = Server::start().unwrap();
    let users = get(server.addr(), "/users").json();
    assert_eq!(users.as_array().unwrap().len(), 10);
    assert_eq!(get(server.addr(), "/users/7").json(), users[6]);
    for post in get(server.addr(), "/users/7/posts").json().as_array().unwrap() {
        assert_eq!(post["user_id"], 7);
    }
}

#[test]
fn every_page_is_found_from_the_first() {
    let server = Server::start().unwrap();
    let mut queue = vec!["/pages/0?of=20".to_owned()];
    let mut seen = HashSet::new();
    while let Some(path) = queue.pop() {
        if seen.insert(path.clone()) {
            let page = get(server.addr(), &path).json();
            let links = page["links"].as_array().unwrap().iter();
            queue.extend(links.map(|link| link.as_str().unwrap().to_owned()));
        }
    }
    assert_eq!(seen.len(), 20);
    assert_eq!(stats(server.addr())["endpoints"]["/pages/{k}"]["200"], 20);
}

#[test]
fn counters_in_both_formats() {
    let server = Server::start().unwrap();
    let addr = server.addr();
    get(addr, "/delay/1ms");
    get(addr, "/delay/x");
    get(addr, "/status/503");
    get(addr, "/nowhere");
    exchange(addr, b"GET /fault/empty HTTP/1.1\r\nhost: a\r\n\r\n");
    let stats = stats(addr);
    assert_eq!(stats["requests"], 5);
    assert_eq!(stats["lateness_us"]["count"], 1);
    assert_eq!(
        stats["endpoints"],
        json!({
            "/delay/{d}": { "200": 1, "400": 1 },
            "/status/{codes}": { "503": 1 },
            "/fault/{kind}": { "fault": 1 },
            "(unknown)": { "404": 1 },
        })
    );
    let metrics = get(addr, "/metrics");
    let metrics = metrics.text();
    for line in [
        "# TYPE mock_server_requests_total counter",
        "mock_server_requests_total{endpoint=\"/delay/{d}\",status=\"200\"} 1",
        "mock_server_requests_total{endpoint=\"/fault/{kind}\",status=\"fault\"} 1",
        "mock_server_faults_total{kind=\"empty\"} 1",
        "mock_server_early_total 0",
        "mock_server_in_flight 0",
        "mock_server_lateness_seconds_count 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} in {metrics}");
    }
}
