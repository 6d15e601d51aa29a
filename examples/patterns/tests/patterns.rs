//! Runs the programs against a mock server, and holds what they say against what it counted.

#![expect(clippy::unwrap_used, reason = "what can't go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;
use serde_json::{Value, json};
use waitmark_server::Server;

const THREADS: &str = env!("CARGO_BIN_EXE_threads");
const RUNTIMES: [&str; 3] =
    [env!("CARGO_BIN_EXE_tokio"), env!("CARGO_BIN_EXE_async_std"), env!("CARGO_BIN_EXE_smol")];
const ALL: [&str; 4] = [THREADS, RUNTIMES[0], RUNTIMES[1], RUNTIMES[2]];

fn run(program: &str, args: &[&str]) -> Output {
    Command::new(program).args(args).output().unwrap()
}

/// What every program says of these patterns, without the times, and what the server counted.
///
/// The server is told of all that its clients do before it is asked: with its one thread its
/// counters are exact.
fn say(programs: &[&str], patterns: &[&str], counted: impl Fn(&str, &Value)) -> String {
    let says = programs.iter().map(|program| {
        let server = Server::start().unwrap();
        let addr = server.addr().to_string();
        let output = run(program, &[&[&*addr], patterns].concat());
        assert!(output.status.success(), "{program}: {output:?}");
        let stats = stats(server.addr());
        assert_eq!(stats["in_flight"], 0, "{program}: {stats}");
        counted(program, &stats);
        let lines = String::from_utf8(output.stdout).unwrap();
        lines.lines().map(without_time).collect::<Vec<_>>().join("\n")
    });
    let mut says: Vec<String> = says.collect();
    says.dedup();
    says.join("\n")
}

fn without_time(line: &str) -> &str {
    let (what, time) = line.rsplit_once(" (").unwrap();
    let time = time.strip_suffix(" ms)").unwrap();
    assert!(time.parse::<u64>().is_ok(), "{line}");
    what
}

fn stats(addr: SocketAddr) -> Value {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(b"GET /stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Checks how many calls were answered, and how many were given up, each over a connection.
fn assert_counts(program: &str, stats: &Value, answered: u64, given_up: u64) {
    let counts = ["requests", "dropped", "connections"].map(|name| stats[name].as_u64().unwrap());
    // One more connection is the one that asks.
    let expected = [answered, given_up, answered + given_up + 1];
    assert_eq!(counts, expected, "{program}: {stats}");
}

/// How many calls were given up. On a busy machine one of the two slow mirrors of
/// `first_completed` may not have been asked yet when the quick one answered.
fn given_up(program: &str, stats: &Value) -> u64 {
    let dropped = stats["dropped"].as_u64().unwrap();
    assert!((1..=2).contains(&dropped), "{program}: {stats}");
    dropped
}

#[test]
fn fan_out_keeps_the_order_of_the_calls() {
    let says = say(&ALL, &["fan_out"], |program, stats| {
        assert_counts(program, stats, 10, 0);
        let peak = stats["peak_in_flight"].as_u64().unwrap();
        assert!((4..=10).contains(&peak), "{program}: {stats}");
    });
    assert_snapshot!(says, @"fan_out: bytes [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]");
}

#[test]
fn bounded_never_has_more_than_three_calls_in_flight() {
    let says = say(&ALL, &["bounded"], |program, stats| {
        assert_counts(program, stats, 10, 0);
        let peak = stats["peak_in_flight"].as_u64().unwrap();
        assert!((2..=3).contains(&peak), "{program}: {stats}");
    });
    assert_snapshot!(says, @"bounded: bytes [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]");
}

/// The fastest of the mirrors fails, and two are never answered while anybody waits.
#[test]
fn first_completed_takes_the_first_good_answer() {
    let says = say(&ALL, &["first_completed"], |program, stats| {
        given_up(program, stats);
        let answers = json!({ "/bytes/{n}": { "200": 1 }, "/status/{codes}": { "503": 1 } });
        assert_eq!(stats["endpoints"], answers, "{program}");
    });
    assert_snapshot!(says, @r"
    first_completed: bytes [2], the others run on
    first_completed: bytes [2], the others are cancelled
    ");
}

/// The server says so while the program goes on, and when it has ended: a fan-out gives up nothing.
#[test]
fn first_completed_has_cancelled_the_other_calls_where_they_can_be() {
    for program in RUNTIMES {
        let server = Server::start().unwrap();
        let mut command = Command::new(program);
        command.arg(server.addr().to_string()).args(["first_completed", "fan_out"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        assert_eq!(without_time(&first), "first_completed: bytes [2], the others are cancelled");
        let cancelled = given_up(program, &stats(server.addr()));
        assert_eq!(lines.count(), 1, "{program}");
        assert!(child.wait().unwrap().success(), "{program}");
        assert_eq!(given_up(program, &stats(server.addr())), cancelled, "{program}");
    }
}

#[test]
fn retry_tries_again_only_what_may_get_better() {
    let says = say(&ALL, &["retry"], |program, stats| {
        assert_counts(program, stats, 4, 3);
        let answers =
            json!({ "/flaky/{key}": { "200": 1, "503": 2 }, "/status/{codes}": { "404": 1 } });
        assert_eq!(stats["endpoints"], answers, "{program}");
    });
    assert_snapshot!(says, @"retry: 200 on try 3; 404 on try 1; timed out on try 3");
}

#[test]
fn without_names_all_patterns_are_tried() {
    let says = say(&ALL, &[], |program, stats| assert_eq!(stats["requests"], 26, "{program}"));
    assert_snapshot!(says, @r"
    fan_out: bytes [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    bounded: bytes [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    first_completed: bytes [2], the others run on
    retry: 200 on try 3; 404 on try 1; timed out on try 3
    fan_out: bytes [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    bounded: bytes [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    first_completed: bytes [2], the others are cancelled
    retry: 200 on try 3; 404 on try 1; timed out on try 3
    ");
}

#[test]
fn errors_name_what_failed() {
    let nobody = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().to_string();
    for program in ALL {
        let says = |args: &[&str]| {
            let output = run(program, args);
            assert_eq!(output.status.code(), Some(1), "{program}: {output:?}");
            String::from_utf8(output.stderr).unwrap()
        };
        for wrong in [&[][..], &["localhost"], &[&nobody, "fan-out"]] {
            assert!(says(wrong).contains("IP:PORT [fan_out|bounded|first_completed|retry]"));
        }
        for pattern in ["fan_out", "bounded"] {
            let error = says(&[&nobody, pattern]);
            assert!(error.contains(&format!("GET http://{nobody}/bytes/")), "{error}");
        }
        let error = says(&[&nobody, "first_completed"]);
        assert!(error.contains(&format!("GET http://{nobody}/")), "{error}");
    }
}
