//! Every argument there is a wrong way to give: the right status, and a message that names it.

use waitmark_server::{Options, Server};

use crate::raw::{Answer, exchange, get, request};

fn check(server: &Server, method: &str, path: &str, status: u16, named: &str) {
    let answer = request(server.addr(), method, path);
    let shown = &path[..path.len().min(80)];
    assert_eq!(answer.status, status, "{method} {shown}: {}", answer.text());
    if status >= 400 && !named.is_empty() {
        let error = answer.json()["error"].as_str().expect("an error message").to_owned();
        assert!(error.starts_with(&format!("{named}: ")), "{method} {shown}: {error}");
    }
}

#[test]
fn delays() {
    let options =
        Options { max_delay: std::time::Duration::from_millis(1500), ..Options::default() };
    let server = Server::start_with(options).unwrap();
    let digits = format!("/delay/{}", "9".repeat(10_000));
    let zeros = format!("/delay/0.{}", "0".repeat(10_000));
    for (path, status, named) in [
        ("/delay/", 404, "path"),
        ("/delay", 404, "path"),
        ("/delay/1/foo", 404, "path"),
        ("/delay/foo", 400, "delay"),
        ("/delay/-1", 400, "delay"),
        ("/delay/-1ms", 400, "delay"),
        ("/delay/-0", 200, ""),
        ("/delay/1e400", 400, "delay"),
        ("/delay/1e-400", 200, ""),
        ("/delay/NaN", 400, "delay"),
        ("/delay/nans", 400, "delay"),
        ("/delay/inf", 400, "delay"),
        ("/delay/0x1", 400, "delay"),
        ("/delay/+1", 200, ""),
        ("/delay/1s", 200, ""),
        ("/delay/1ms", 200, ""),
        ("/delay/1%20ms", 400, "delay"),
        ("/delay/1.5", 200, ""),
        ("/delay/0.0005", 200, ""),
        ("/delay/1500ms", 200, ""),
        ("/delay/1.5000001", 400, "delay"),
        ("/delay/1501ms", 400, "delay"),
        (&digits, 400, "delay"),
        (&zeros, 200, ""),
        ("/delay/%30", 200, ""),
        ("/delay/%30%2e%30%30%31", 200, ""),
        ("/delay/%ff", 400, "path"),
        ("/delay/0?id=1&id=2", 200, ""),
        ("/delay/0?delay=1ms", 400, "delay"),
        ("/get?delay=1ms&delay=2ms", 400, "delay"),
        ("/get?delay=", 400, "delay"),
        ("/get?delay=2s", 400, "delay"),
        ("/get?delay=1ms&jitter=x", 400, "jitter"),
        ("/get?delay=1ms&jitter=-1ms", 400, "jitter"),
        ("/get?delay=1ms&jitter=1ms&distribution=pareto", 400, "distribution"),
        ("/get?jitter=1ms&distribution=lognormal", 400, "delay"),
        ("/get?delay=1ms&jitter=1ms&seed=x", 400, "seed"),
        ("/get?fault=explode", 400, "fault"),
        ("/get?fault=reset&p=2", 400, "p"),
        ("/get?fault=reset&p=NaN", 400, "p"),
        ("/get?fault=reset&p=0&p=0", 400, "p"),
    ] {
        check(&server, "GET", path, status, named);
    }
    let args = get(server.addr(), "/delay/0?id=1&id=2").json()["args"]["id"].clone();
    assert_eq!(args, serde_json::json!(["1", "2"]));
    assert_eq!(get(server.addr(), "/stats").json()["early"], 0);
}

#[test]
fn an_overlong_delay_names_the_limit() {
    let server = Server::start().unwrap();
    let error = get(server.addr(), "/delay/61").json()["error"].clone();
    assert_eq!(error, "delay: '61' is over the maximum of 60s");
}

#[test]
fn statuses() {
    let server = Server::start().unwrap();
    for (codes, status, named) in [
        ("200", 200, ""),
        ("204", 204, ""),
        ("304", 304, ""),
        ("404", 404, ""),
        ("599", 599, ""),
        ("25", 400, "code"),
        ("99", 400, "code"),
        ("100", 400, "code"),
        ("101", 400, "code"),
        ("600", 400, "code"),
        ("-200", 400, "code"),
        ("2e2", 400, "code"),
        ("foo", 400, "code"),
        (",", 400, "code"),
        ("200,", 400, "code"),
        ("503:1,503:2", 503, ""),
        ("200:0", 400, "weight"),
        ("200:-1", 400, "weight"),
        ("200:inf", 400, "weight"),
        ("200:x", 400, "weight"),
        ("200:1:1", 400, "weight"),
        ("", 404, "path"),
    ] {
        let named = if (200..=599).contains(&status) && codes.starts_with(&status.to_string()) {
            ""
        } else {
            named
        };
        check(&server, "GET", &format!("/status/{codes}"), status, named);
    }
}

#[test]
fn sizes_and_counts() {
    let options = Options { max_body: 1000, ..Options::default() };
    let server = Server::start_with(options).unwrap();
    for (path, status, named) in [
        ("/drip?numbytes=0&delay=0", 400, "numbytes"),
        ("/drip?numbytes=-1&delay=0", 400, "numbytes"),
        ("/drip?numbytes=1001&delay=0", 400, "numbytes"),
        ("/drip?numbytes=1000&delay=0&duration=0", 200, ""),
        ("/drip?duration=-1&delay=0", 400, "duration"),
        ("/drip?duration=601&delay=0", 400, "duration"),
        ("/drip?code=99&delay=0", 400, "code"),
        ("/drip?delay=61", 400, "delay"),
        ("/bytes/0", 200, ""),
        ("/bytes/1000", 200, ""),
        ("/bytes/1001", 400, "n"),
        ("/bytes/-1", 400, "n"),
        ("/bytes/1e3", 400, "n"),
        ("/stream/0", 200, ""),
        ("/stream/1", 200, ""),
        ("/stream/1000", 400, "n"),
        ("/stream/99999999999999999999", 400, "n"),
        ("/cursor?rows=0", 200, ""),
        ("/cursor?rows=2&interval=0", 200, ""),
        ("/cursor?rows=1000&interval=0", 400, "rows"),
        ("/cursor?rows=10&interval=100s", 400, "interval"),
        ("/cursor?rows=x", 400, "rows"),
        ("/redirect/0", 400, "n"),
        ("/redirect/1001", 400, "n"),
        ("/users?count=10001", 400, "count"),
        ("/users/0", 404, "id"),
        ("/users/10001", 404, "id"),
        ("/users/x", 400, "id"),
        ("/users/x/posts", 400, "id"),
        ("/users/1/likes", 404, "path"),
        ("/pages/100", 404, "k"),
        ("/pages/-1", 400, "k"),
        ("/pages/3?of=3", 404, "k"),
        ("/pages/0?of=0", 400, "of"),
        ("/flaky/a?fails=-1", 400, "fails"),
        ("/limited?rate=0", 400, "rate"),
        ("/limited?period=x", 400, "period"),
        ("/fault/explode", 404, "kind"),
        ("/chat/room", 426, "upgrade"),
        ("/nowhere", 404, "path"),
        ("//", 404, "path"),
    ] {
        check(&server, "GET", path, status, named);
    }
}

#[test]
fn methods() {
    let server = Server::start().unwrap();
    for path in ["/delay/0", "/status/200", "/anything", "/limited?rate=100", "/flaky/a?fails=0"] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            check(&server, method, path, 200, "");
        }
    }
    for path in [
        "/get",
        "/headers",
        "/json",
        "/bytes/1",
        "/stream/1",
        "/drip",
        "/cursor",
        "/users",
        "/users/1",
        "/users/1/posts",
        "/pages/1",
        "/chat/room",
    ] {
        check(&server, "POST", path, 405, "method");
        let answer = request(server.addr(), "POST", path);
        assert_eq!(answer.header("allow"), Some("GET, HEAD, OPTIONS"));
        assert_eq!(request(server.addr(), "OPTIONS", path).header("allow"), answer.header("allow"));
    }
    check(&server, "POST", "/redirect/1", 405, "method");
    check(&server, "BREW", "/get", 405, "method");
    check(&server, "BREW", "/delay/0", 405, "method");
}

#[test]
fn head_is_get_without_the_body() {
    let server = Server::start().unwrap();
    for path in [
        "/delay/1ms",
        "/get",
        "/json",
        "/bytes/100?seed=1",
        "/stream/2",
        "/cursor?rows=2",
        "/drip?numbytes=5&delay=0",
        "/users",
        "/pages/1",
        "/stats",
        "/metrics",
        "/healthz",
        "/",
    ] {
        let answer = request(server.addr(), "HEAD", path);
        assert_eq!((answer.status, answer.body.len()), (200, 0), "{path}");
    }
    let stats = get(server.addr(), "/stats").json();
    assert_eq!((&stats["dropped"], &stats["in_flight"]), (&0.into(), &0.into()));
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let server = Server::start_with(Options { max_body: 10, ..Options::default() }).unwrap();
    for (length, body, status) in [("10", "0123456789", 200), ("11", "0123456789a", 413)] {
        let request = format!(
            "POST /anything HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        assert_eq!(Answer::parse(&exchange(server.addr(), request.as_bytes())).status, status);
    }
    let chunked = "POST /anything HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
        transfer-encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n";
    assert_eq!(Answer::parse(&exchange(server.addr(), chunked.as_bytes())).status, 413);
}
