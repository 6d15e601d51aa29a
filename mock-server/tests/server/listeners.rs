//! Several listeners: one server behind all of them.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use waitmark_server::{Options, bind, run};

use crate::raw::{connect, get, peek, read_all, read_exact, stats, until};

/// A server on several ports; stopped when dropped.
pub(crate) struct Several {
    pub(crate) addrs: Vec<SocketAddr>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Several {
    pub(crate) fn start(listeners: usize, options: Options) -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listeners: Vec<_> = (0..listeners).map(|_| bind(free).unwrap()).collect();
        let addrs = listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async { drop(stopped.await) };
        let thread = std::thread::spawn(move || run(listeners, options, shutdown));
        Self { addrs, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Several {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap().unwrap();
    }
}

fn ask(addr: SocketAddr, path: &str) -> TcpStream {
    let mut stream = connect(addr);
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes()).unwrap();
    stream
}

#[test]
fn all_addresses_are_one_server() {
    let server = Several::start(4, Options { threads: 3, ..Options::default() });
    let waiting: Vec<_> = server.addrs.iter().map(|&addr| ask(addr, "/delay/30")).collect();
    for &addr in &server.addrs {
        until(addr, "all in flight", |stats| stats["in_flight"] == 4);
        assert_eq!(
            get(addr, "/flaky/a?fails=3").status,
            if addr == server.addrs[3] { 200 } else { 503 }
        );
    }
    drop(waiting);
    until(server.addrs[0], "all gone", |stats| stats["dropped"] == 4);
    get(server.addrs[1], "/stats/reset");
    let stats = stats(server.addrs[2]);
    assert_eq!((&stats["dropped"], &stats["connections"]), (&0.into(), &1.into()));
}

#[test]
fn a_stop_closes_all_and_lets_the_answers_out() {
    let server = Several::start(3, Options::default());
    let addrs = server.addrs.clone();
    let mut waiting: Vec<_> = addrs.iter().map(|&addr| ask(addr, "/delay/300ms")).collect();
    until(addrs[0], "all in flight", |stats| stats["in_flight"] == 3);
    drop(server);
    for stream in &mut waiting {
        assert!(read_all(stream).starts_with(b"HTTP/1.1 200 OK"));
    }
    assert!(addrs.iter().all(|addr| TcpStream::connect(addr).is_err()));
}

#[test]
fn the_limit_of_connections_is_for_all_together() {
    let server = Several::start(3, Options { max_connections: 1, ..Options::default() });
    for _ in 0..3 {
        for &addr in &server.addrs {
            assert_eq!(get(addr, "/get").status, 200, "idle listeners hold no place");
        }
    }
    let mut first = ask(server.addrs[0], "/get");
    read_exact(&mut first, 15);
    let mut others: Vec<_> = server.addrs.iter().map(|&addr| ask(addr, "/get")).collect();
    std::thread::sleep(Duration::from_millis(100));
    assert!(answered(&others).is_empty(), "they wait");
    drop(first);
    while !others.is_empty() {
        let start = Instant::now();
        while answered(&others).is_empty() {
            assert!(start.elapsed() < Duration::from_secs(20), "none is let in");
            std::thread::sleep(Duration::from_millis(5));
        }
        // Long enough for a second one to be let in, if it were.
        std::thread::sleep(Duration::from_millis(50));
        let [one] = answered(&others)[..] else { panic!("more than one at a time") };
        assert_eq!(read_exact(&mut others.remove(one), 15), b"HTTP/1.1 200 OK");
    }
}

/// Places of those that have something to read.
fn answered(streams: &[TcpStream]) -> Vec<usize> {
    (0..streams.len()).filter(|&i| peek(&streams[i]).is_ok()).collect()
}

#[test]
fn a_server_without_a_listener_is_refused() {
    let nothing = run([], Options::default(), std::future::pending()).unwrap_err();
    assert_eq!(nothing.to_string(), "no listener to serve is given");
}
