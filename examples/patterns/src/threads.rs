//! Four patterns with threads, to be copied. Against a mock server that runs:
//!
//! ```sh
//! cargo run -p waitmark-patterns --bin threads -- 127.0.0.1:8080
//! ```

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};
use std::{env, process};

/// Longer than any good answer takes: without a limit, one that never comes is waited for for ever.
const LIMIT: Duration = Duration::from_secs(5);
/// Calls at once, where they are bounded.
const AT_ONCE: usize = 3;
/// How often a call is tried, and how long it waits before the second try.
const TRIES: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// Fan out: makes all calls at once, and gives the answers in the order of the calls.
///
/// A thread a call: for some hundreds that is fine, for more see `bounded`.
fn fan_out(addr: SocketAddr, paths: &[String]) -> io::Result<Vec<Response>> {
    thread::scope(|scope| {
        // In a scope threads may borrow, as it ends only after the last of them. Collected, so
        // that all have begun before the first is waited for.
        let calls: Vec<_> =
            paths.iter().map(|path| scope.spawn(move || get(addr, path, LIMIT))).collect();
        calls.into_iter().map(join).collect()
    })
}

/// A thread's result; where it panicked, this does.
fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Bounded: never more than a few calls at once. As many threads as there may be calls take one
/// after the other.
fn bounded(addr: SocketAddr, paths: &[String]) -> io::Result<Vec<Response>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut answers = Vec::new();
        loop {
            // Each number is given to one thread only.
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(i) else { break answers };
            answers.push((i, get(addr, path, LIMIT)));
        }
    };
    let mut answers: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(join).collect()
    });
    answers.sort_by_key(|(i, _)| *i);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// First completed: asks all mirrors and takes the first good answer.
///
/// The other calls can't be cancelled: their threads wait for an answer that nobody wants, until it
/// comes or `LIMIT` is over. So they are not in a scope, which would wait for them.
fn first_completed(addr: SocketAddr, mirrors: Vec<String>) -> io::Result<Response> {
    let (sender, answers) = mpsc::channel();
    for path in mirrors {
        let sender = sender.clone();
        thread::spawn(move || {
            // Fails if nobody wants the answer any more.
            let _ = sender.send(get(addr, &path, LIMIT));
        });
    }
    // So that the channel ends with the last of the calls.
    drop(sender);
    let mut failure = io::Error::other("no mirror is given");
    for answer in answers {
        match answer {
            Ok(answer) if answer.status == 200 => return Ok(answer),
            // A mirror that fails is often the fastest.
            Ok(answer) => failure = io::Error::other(format!("status {}", answer.status)),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Retry with a time-out for each try: gives the last answer, and how many tries it took.
///
/// Only for calls that may be made twice: one that was not answered in time may still be done.
fn retry(addr: SocketAddr, path: &str, limit: Duration) -> (io::Result<Response>, u32) {
    let mut tries = 1;
    loop {
        let answer = get(addr, path, limit);
        if tries == TRIES || is_final(&answer) {
            return (answer, tries);
        }
        thread::sleep(back_off(tries));
        tries += 1;
    }
}

/// Whether another try would only bring the same: no 404 gets better, but an overload may.
fn is_final(answer: &io::Result<Response>) -> bool {
    answer.as_ref().is_ok_and(|answer| answer.status < 500 && answer.status != 429)
}

/// Twice as long after each try, so that a server in trouble gets a rest; and up to half of it
/// left out by chance, so that clients that failed together don't come back together.
fn back_off(tries: u32) -> Duration {
    let chance = RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64;
    (FIRST_WAIT * 2_u32.pow(tries - 1)).mul_f64(1.0 - chance / 2.0)
}

struct Response {
    status: u16,
    body: Vec<u8>,
}

/// Stands for your HTTP client, such as ureq: this one knows nothing but status and body.
fn get(addr: SocketAddr, path: &str, limit: Duration) -> io::Result<Response> {
    let end = Instant::now() + limit;
    let exchange = || {
        let mut stream = TcpStream::connect_timeout(&addr, limit)?;
        let head = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
        stream.set_write_timeout(Some(limit))?;
        stream.write_all(head.as_bytes())?;
        let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            // A socket's time-out is for one read, and a few bytes now and then would hold the call
            // up without end: each read gets what is left.
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            stream.set_read_timeout(Some(left))?;
            match stream.read(&mut buffer)? {
                0 => {
                    break parse(&answer).ok_or_else(|| io::Error::other("the answer is not HTTP"));
                }
                read => answer.extend_from_slice(&buffer[..read]),
            }
        }
    };
    exchange().map_err(|error| {
        // What Unix says of a read that took too long.
        let late = error.kind() == io::ErrorKind::WouldBlock;
        let kind = if late { io::ErrorKind::TimedOut } else { error.kind() };
        io::Error::new(kind, format!("GET http://{addr}{path}: {error}"))
    })
}

fn parse(answer: &[u8]) -> Option<Response> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")?;
    let status = str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()?;
    Some(Response { status, body: answer[head + 4..].into() })
}

/// Tries the patterns: those that are named, or all.
fn main() -> io::Result<()> {
    let usage =
        || io::Error::other("usage: threads IP:PORT [fan_out|bounded|first_completed|retry]...");
    let mut args = env::args().skip(1);
    let addr = args.next().and_then(|addr| addr.parse().ok()).ok_or_else(usage)?;
    let mut patterns: Vec<String> = args.collect();
    if patterns.is_empty() {
        patterns = ["fan_out", "bounded", "first_completed", "retry"].map(String::from).into();
    }
    // Bodies of 1 to 10 bytes. The first takes longest, so that answers come in another order.
    let page = |i| format!("/bytes/{i}?delay={}ms", 20 * (11 - i));
    let pages: Vec<String> = (1..=10).map(page).collect();
    for pattern in patterns {
        let (start, pages) = (Instant::now(), &pages);
        let what = match &*pattern {
            "fan_out" => sizes(&fan_out(addr, pages)?),
            "bounded" => sizes(&bounded(addr, pages)?),
            "first_completed" => {
                let mirrors =
                    ["/status/503", "/bytes/1?delay=10s", "/bytes/2?delay=200ms", "/never"];
                let first = first_completed(addr, mirrors.map(String::from).into())?;
                format!("{}, the others run on", sizes(&[first]))
            }
            "retry" => {
                // The server counts the tries of each key: this one is new in every run.
                let flaky = format!("/flaky/threads-{}?fails=2", process::id());
                let flaky = outcome(retry(addr, &flaky, LIMIT));
                let missing = outcome(retry(addr, "/status/404", LIMIT));
                let silent = outcome(retry(addr, "/never", Duration::from_millis(200)));
                [flaky, missing, silent].join("; ")
            }
            _ => return Err(usage()),
        };
        println!("{pattern}: {what} ({} ms)", start.elapsed().as_millis());
    }
    Ok(())
}

fn sizes(answers: &[Response]) -> String {
    let sizes: Vec<_> = answers.iter().map(|answer| answer.body.len()).collect();
    format!("bytes {sizes:?}")
}

fn outcome((answer, tries): (io::Result<Response>, u32)) -> String {
    match answer {
        Ok(answer) => format!("{} on try {tries}", answer.status),
        Err(error) => format!("{} on try {tries}", error.kind()),
    }
}
