//! Delays: never early, each its own, and counted.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;
use waitmark_server::{Options, Server};

use crate::raw::{connect, exchange, get, stats, until};

#[test]
fn overlapping_delays_get_their_own_answers_and_none_early() {
    let server = Server::start().unwrap();
    let addr = server.addr();
    let clients: Vec<_> = (0..32u32)
        .map(|id| {
            // No two alike, and not in the order in which they are sent.
            let delay = Duration::from_millis(40) + Duration::from_micros(7_300) * (id * 13 % 32);
            std::thread::spawn(move || {
                let start = Instant::now();
                let answer = get(addr, &format!("/delay/{}us?id={id}", delay.as_micros()));
                let took = start.elapsed();
                assert_eq!(answer.status, 200);
                assert_eq!(answer.json()["args"]["id"], id.to_string());
                assert!(took >= delay, "id {id}: {took:?} of {delay:?}");
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    let stats = stats(addr);
    assert_eq!(stats["requests"], 32);
    assert_eq!(stats["early"], 0);
    assert_eq!(stats["lateness_us"]["count"], 32);
}

#[test]
fn all_who_wait_at_once_are_the_peak() {
    let server = Server::start_with(Options { threads: 3, ..Options::default() }).unwrap();
    let mut waiting: Vec<_> = (0..20)
        .map(|_| {
            let mut stream = connect(server.addr());
            stream.write_all(b"GET /delay/30 HTTP/1.1\r\nhost: test\r\n\r\n").unwrap();
            stream
        })
        .collect();
    until(server.addr(), "all in flight", |stats| stats["in_flight"] == 20);
    waiting.truncate(5);
    until(server.addr(), "15 gone", |stats| stats["in_flight"] == 5 && stats["dropped"] == 15);
    get(server.addr(), "/stats/reset");
    let stats = stats(server.addr());
    assert_eq!(stats["peak_in_flight"], 5, "the peak starts over from what is in flight");
    assert_eq!(stats["dropped"], 0);
}

#[test]
fn a_sequential_client_never_overlaps_with_itself() {
    let server = Server::start().unwrap();
    for id in 0..200 {
        get(server.addr(), &format!("/delay/100us?id={id}"));
    }
    let stats = stats(server.addr());
    assert_eq!((&stats["requests"], &stats["peak_in_flight"]), (&json!(200), &json!(1)));
}

#[test]
fn every_endpoint_takes_a_delay() {
    let server = Server::start().unwrap();
    let delay = Duration::from_millis(30);
    for path in ["/get", "/status/503", "/users/1", "/pages/0", "/flaky/a", "/bytes/10", "/limited"]
    {
        let start = Instant::now();
        get(server.addr(), &format!("{path}?delay=30ms"));
        assert!(start.elapsed() >= delay, "{path}");
    }
    assert_eq!(stats(server.addr())["early"], 0);
}

#[test]
fn a_spread_delay_is_in_its_range() {
    let server = Server::start().unwrap();
    for id in 0..20 {
        let start = Instant::now();
        let path = format!("/delay/20ms?jitter=10ms&distribution=uniform&seed=1&id={id}");
        assert_eq!(get(server.addr(), &path).status, 200);
        assert!(start.elapsed() >= Duration::from_millis(10));
    }
    for distribution in ["normal", "lognormal"] {
        let path = format!("/get?delay=2ms&jitter=1ms&distribution={distribution}");
        assert_eq!(get(server.addr(), &path).status, 200);
    }
}

#[test]
fn chance_repeats_itself() {
    let server = Server::start().unwrap();
    let draws = |seed: &str| -> Vec<u16> {
        get(server.addr(), "/stats/reset");
        let path = |id| format!("/status/200:1,500:1?id={id}{seed}");
        (0..64).map(|id| get(server.addr(), &path(id)).status).collect()
    };
    assert_eq!(draws(""), draws(""), "draws without a seed repeat after a reset");
    assert_eq!(draws("&seed=7"), draws("&seed=7"));
    assert_ne!(draws("&seed=7"), draws("&seed=8"));
    for status in [200, 500] {
        assert!(draws("").contains(&status), "both statuses are drawn");
    }
}

#[test]
fn a_delay_counts_from_the_last_byte_of_the_request() {
    let server = Server::start().unwrap();
    let mut stream = connect(server.addr());
    stream
        .write_all(
            b"POST /delay/50ms HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
            content-length: 4\r\n\r\nbo",
        )
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    stream.write_all(b"dy").unwrap();
    let answer = crate::raw::Answer::parse(&crate::raw::read_all(&mut stream));
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert_eq!(answer.json()["data"], "body");
}

#[test]
fn requests_sent_ahead_are_answered_in_turn() {
    let server = Server::start().unwrap();
    let start = Instant::now();
    let answers = exchange(
        server.addr(),
        b"GET /delay/60ms?id=first HTTP/1.1\r\nhost: test\r\n\r\n\
          GET /delay/20ms?id=second HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n",
    );
    assert!(start.elapsed() >= Duration::from_millis(80), "one after the other");
    let answers = String::from_utf8(answers).unwrap();
    let place = |id: &str| answers.find(id).unwrap_or_else(|| panic!("no {id} in {answers}"));
    assert!(place("first") < place("second"));
    assert_eq!(stats(server.addr())["peak_in_flight"], 1);
}
