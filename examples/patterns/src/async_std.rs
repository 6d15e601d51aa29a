//! Four patterns with async-std, to be copied. Against a mock server that runs:
//!
//! ```sh
//! cargo run -p waitmark-patterns --bin async_std -- 127.0.0.1:8080
//! ```
//!
//! async-std is discontinued: this is for services that run on it. New ones are better begun on smol,
//! its successor, or on tokio.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use std::{env, io, process};

use async_std::io::prelude::{ReadExt, WriteExt};
use async_std::net::TcpStream;
use async_std::{channel, task};

/// Longer than any good answer takes: without a limit, one that never comes is waited for for ever.
const LIMIT: Duration = Duration::from_secs(5);
/// Calls at once, where they are bounded.
const AT_ONCE: usize = 3;
/// How often a call is tried, and how long it waits before the second try.
const TRIES: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// Fan out: makes all calls at once, and gives the answers in the order of the calls.
async fn fan_out(addr: SocketAddr, paths: Vec<String>) -> io::Result<Vec<Response>> {
    // A task may outlive this function, as far as the compiler knows: it owns what it uses.
    let call = |path: String| task::spawn(async move { get(addr, &path, LIMIT).await });
    let calls: Vec<_> = paths.into_iter().map(call).collect();
    // All are awaited before an error is looked at: the task of a dropped handle would run on.
    let mut answers = Vec::with_capacity(calls.len());
    for call in calls {
        answers.push(call.await);
    }
    answers.into_iter().collect()
}

/// Bounded: never more than a few calls at once. There is no semaphore, so as many tasks as there
/// may be calls take what is to be done from a channel.
async fn bounded(addr: SocketAddr, paths: Vec<String>) -> io::Result<Vec<Response>> {
    let (sender, queue) = channel::unbounded();
    for path in paths.into_iter().enumerate() {
        // Fails only without receivers.
        sender.try_send(path).map_err(io::Error::other)?;
    }
    // The tasks end when the channel is empty and its senders are gone.
    drop(sender);
    let work = |_| {
        let queue = queue.clone();
        task::spawn(async move {
            let mut answers = Vec::new();
            while let Ok((i, path)) = queue.recv().await {
                answers.push((i, get(addr, &path, LIMIT).await));
            }
            answers
        })
    };
    let workers: Vec<_> = (0..AT_ONCE).map(work).collect();
    let mut answers = Vec::new();
    for worker in workers {
        answers.extend(worker.await);
    }
    answers.sort_by_key(|(i, _)| *i);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// First completed: asks all mirrors, takes the first good answer and cancels the other calls.
async fn first_completed(addr: SocketAddr, mirrors: Vec<String>) -> io::Result<Response> {
    let (sender, answers) = channel::unbounded();
    let call = |path: String| {
        let sender = sender.clone();
        task::spawn(async move {
            // Fails only if nobody wants the answer any more.
            let _ = sender.send(get(addr, &path, LIMIT).await).await;
        })
    };
    let calls: Vec<_> = mirrors.into_iter().map(call).collect();
    // So that the channel ends with the last of the calls.
    drop(sender);
    let mut failure = io::Error::other("no mirror is given");
    while let Ok(answer) = answers.recv().await {
        match answer {
            Ok(answer) if answer.status == 200 => {
                // A dropped handle would let its task run on. Afterwards the connections are closed.
                for call in calls {
                    call.cancel().await;
                }
                return Ok(answer);
            }
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
async fn retry(addr: SocketAddr, path: &str, limit: Duration) -> (io::Result<Response>, u32) {
    let mut tries = 1;
    loop {
        let answer = get(addr, path, limit).await;
        if tries == TRIES || is_final(&answer) {
            return (answer, tries);
        }
        task::sleep(back_off(tries)).await;
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

/// Stands for your HTTP client, such as surf: this one knows nothing but status and body.
async fn get(addr: SocketAddr, path: &str, limit: Duration) -> io::Result<Response> {
    let exchange = async {
        let mut stream = TcpStream::connect(addr).await?;
        let head = format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        parse(&answer).ok_or_else(|| io::Error::other("the answer is not HTTP"))
    };
    // Once the time is over the exchange is dropped, and its connection with it.
    let answer = async_std::io::timeout(limit, exchange).await;
    let named = |error: io::Error| format!("GET http://{addr}{path}: {error}");
    answer.map_err(|error| io::Error::new(error.kind(), named(error)))
}

fn parse(answer: &[u8]) -> Option<Response> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")?;
    let status = str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()?;
    Some(Response { status, body: answer[head + 4..].into() })
}

fn main() -> io::Result<()> {
    // What `#[async_std::main]` does, for which async-std needs its feature `attributes`.
    task::block_on(run())
}

/// Tries the patterns: those that are named, or all.
async fn run() -> io::Result<()> {
    let usage =
        || io::Error::other("usage: async_std IP:PORT [fan_out|bounded|first_completed|retry]...");
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
        let (start, pages) = (Instant::now(), pages.clone());
        let what = match &*pattern {
            "fan_out" => sizes(&fan_out(addr, pages).await?),
            "bounded" => sizes(&bounded(addr, pages).await?),
            "first_completed" => {
                let mirrors =
                    ["/status/503", "/bytes/1?delay=10s", "/bytes/2?delay=200ms", "/never"];
                let first = first_completed(addr, mirrors.map(String::from).into()).await?;
                format!("{}, the others are cancelled", sizes(&[first]))
            }
            "retry" => {
                // The server counts the tries of each key: this one is new in every run.
                let flaky = format!("/flaky/async_std-{}?fails=2", process::id());
                let flaky = outcome(retry(addr, &flaky, LIMIT).await);
                let missing = outcome(retry(addr, "/status/404", LIMIT).await);
                let silent = outcome(retry(addr, "/never", Duration::from_millis(200)).await);
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
