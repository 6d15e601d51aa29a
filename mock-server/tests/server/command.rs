//! The command: its first line, its signals, its errors.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::raw::{connect, get, read_all, until};

const COMMAND: &str = env!("CARGO_BIN_EXE_mock-server");

/// The command as a child that does not outlive its test.
struct Running {
    child: Child,
    /// The first address.
    addr: SocketAddr,
    further: Vec<SocketAddr>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        Self::listening(1, command)
    }

    /// A command that listens on so many addresses.
    fn listening(addresses: usize, command: &mut Command) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().take(addresses);
        let mut addrs = lines.map(|line| {
            let line = line.unwrap();
            line.strip_prefix("listening on http://").expect("its first lines").parse().unwrap()
        });
        let (addr, further) = (addrs.next().unwrap(), addrs.collect());
        Self { addr, further, child }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits, with a limit, until it ended by itself.
    fn code(mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(start.elapsed() < Duration::from_secs(20), "it goes on");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn server() -> Running {
    Running::start(Command::new(COMMAND).args(["--listen", "127.0.0.1:0", "--log"]))
}

fn ask(addr: SocketAddr, path: &str) -> TcpStream {
    let mut stream = connect(addr);
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).unwrap();
    stream
}

#[test]
fn a_signal_lets_the_answers_in_flight_out() {
    for signal in [Signal::TERM, Signal::INT] {
        let server = server();
        let addr = server.addr;
        let idle = connect(addr);
        let mut waiting = ask(addr, "/delay/800ms");
        until(addr, "in flight", |stats| stats["in_flight"] == 1);
        server.signal(signal);
        assert!(read_all(&mut waiting).starts_with(b"HTTP/1.1 200 OK"));
        assert_eq!(server.code(), Some(0));
        assert!(TcpStream::connect(addr).is_err());
        drop(idle);
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let server = server();
    let mut waiting = ask(server.addr, "/delay/60");
    until(server.addr, "in flight", |stats| stats["in_flight"] == 1);
    server.signal(Signal::TERM);
    // The first has been heard when nobody listens any more.
    while TcpStream::connect(server.addr).is_ok() {
        std::thread::sleep(Duration::from_millis(5));
    }
    server.signal(Signal::TERM);
    assert_eq!(server.code(), Some(143));
    assert_eq!(read_all(&mut waiting), b"");
}

#[test]
fn requests_are_logged_when_asked_for() {
    let mut server = server();
    get(server.addr, "/delay/1ms?id=3");
    server.signal(Signal::TERM);
    let mut log = String::new();
    server.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.starts_with("127.0.0.1 GET /delay/1ms?id=3 200 "), "{log}");
}

#[test]
fn without_descriptors_it_waits_and_recovers() {
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 40 && exec \"$0\" --listen 127.0.0.1:0", COMMAND]);
    let server = Running::start(&mut limited);
    let held: Vec<_> = (0..60).map(|_| connect(server.addr)).collect();
    std::thread::sleep(Duration::from_millis(200));
    drop(held);
    assert_eq!(get(server.addr, "/delay/1ms").status, 200);
    let stats = until(server.addr, "all closed", |stats| stats["open_connections"] == 1);
    assert!(stats["accept_errors"].as_u64() > Some(0), "it did run out: {stats}");
}

#[test]
fn every_address_has_a_line_and_is_served() {
    let listen = ["--listen", "127.0.0.1:0"].repeat(3);
    let server = Running::listening(3, Command::new(COMMAND).args(listen));
    assert_eq!(server.further.len(), 2);
    for addr in [server.addr, server.further[0], server.further[1]] {
        assert_eq!(get(addr, "/get").status, 200);
    }
    assert_eq!(get(server.addr, "/stats").json()["requests"], 3);
}

#[test]
fn without_descriptors_no_listener_spins_or_stays_shut() {
    let listen = " --listen 127.0.0.1:0".repeat(4);
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -n 40 && exec \"$0\"{listen}"), COMMAND]);
    let server = Running::listening(4, &mut limited);
    let addrs = [&[server.addr], &server.further[..]].concat();
    let held: Vec<_> = (0..80).map(|i| connect(addrs[i % 4])).collect();
    std::thread::sleep(Duration::from_millis(400));
    drop(held);
    for addr in addrs {
        assert_eq!(get(addr, "/get").status, 200);
    }
    let stats = until(server.addr, "all closed", |stats| stats["open_connections"] == 1);
    // Each listener tries again every 20 ms, which is 80 times.
    let errors = stats["accept_errors"].as_u64().unwrap();
    assert!((4..200).contains(&errors), "{stats}");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "it is not known there")]
fn the_cpu_time_is_that_of_the_process() {
    let server = server();
    let cpu =
        |stats: Value| stats["cpu_us"]["user"].as_u64().zip(stats["cpu_us"]["system"].as_u64());
    let total = |path| cpu(get(server.addr, path).json()).map(|(user, system)| user + system);
    let before = total("/stats");
    for _ in 0..200 {
        assert_eq!(get(server.addr, "/get").status, 200);
    }
    let after = total("/stats/reset");
    assert!(before > Some(0) && after > before, "{before:?}, {after:?}");
    assert!(after < Some(10_000_000), "microseconds: {after:?}");
    assert!(total("/stats") >= after, "a reset leaves it alone");
    let metrics = get(server.addr, "/metrics");
    let line =
        metrics.text().lines().find_map(|line| line.strip_prefix("process_cpu_seconds_total "));
    let seconds: f64 = line.unwrap().parse().unwrap();
    assert!(seconds * 1e6 >= after.unwrap() as f64);
}

#[test]
fn every_limit_is_in_the_help() {
    let help = Command::new(COMMAND).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for option in [
        "--listen",
        "--threads",
        "--max-delay",
        "--max-duration",
        "--max-body",
        "--max-connections",
        "--header-timeout",
        "--idle-timeout",
        "--seed",
        "--log",
    ] {
        assert!(help.contains(option), "{option} in {help}");
    }
    for default in ["127.0.0.1:8080", "60s", "10485760"] {
        assert!(help.contains(default), "{default} in {help}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    for (args, message) in [
        (["--listen", &addr], &*format!("cannot listen on {addr}")),
        (["--listen", "nowhere"], "--listen"),
        (["--max-delay", "x"], "is not a number of seconds"),
        (["--threads", "0"], "--threads"),
    ] {
        let output = Command::new(COMMAND).args(args).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(message), "{args:?}: {error}");
    }
}
