//! `chain`: one caller at a time, whose requests go from a connection's task to a handler's and back.
//!
//! Never is more than one thing ready to run, so that each step wakes somebody who waits: where
//! workers park, what it takes to wake one decides. The caller is a plain thread outside of every
//! client, over TCP, and the same for all.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use futures_lite::io::{AsyncReadExt, AsyncWriteExt};

use crate::check::Findings;
use crate::http::Error;
use crate::latency::median_and_p99;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, NoParameters, Servers, Shape, Timing, Workload, Wrong};

/// One caller at a time.
pub struct Chain {
    n: usize,
}

/// A caller that waits to be connected to.
pub struct Input {
    addr: SocketAddr,
    go: Sender<()>,
    made: Mutex<Receiver<io::Result<Vec<Call>>>>,
}

/// A request's answer, and how long the caller waited for it.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    answer: u64,
    latency: Duration,
}

/// Requests and answers are numbers.
type Message = [u8; size_of::<u64>()];

/// What is done with a request: next to nothing.
fn handle(request: u64) -> u64 {
    !request
}

impl Input {
    /// Starts a caller that will make `n` calls, or none if this is dropped before.
    fn new(n: usize) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let addr = listener.local_addr()?;
        let ((go, gone), (calls, made)) = (mpsc::channel(), mpsc::channel());
        thread::Builder::new().name("caller".to_owned()).spawn(move || {
            let room = Vec::with_capacity(n);
            if gone.recv().is_ok() {
                // Told before the connection ends: who sees its end finds the calls.
                let _ = listener.accept().map(|(mut stream, _)| {
                    let made = call(&mut stream, n, room);
                    // Fails only if nobody waits for them.
                    let _ = calls.send(made);
                });
            }
        })?;
        Ok(Input { addr, go, made: Mutex::new(made) })
    }

    /// Has the caller take the connection that was made to it, and begin.
    fn go(&self) {
        // Fails only without a caller, and then the connection ends at once.
        let _ = self.go.send(());
    }

    /// The calls that were made, once the connection has ended.
    fn calls(&self) -> Result<Vec<Call>, Error> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.recv()
            .unwrap_or_else(|_| Err(io::ErrorKind::NotConnected.into()))
            .map_err(Error::Receive)
    }

    /// The connection's part on a thread; `hand_over` gives the answer to a request.
    fn connect_blocking(
        &self,
        mut hand_over: impl FnMut(u64) -> Option<u64>,
    ) -> Result<Vec<Call>, Error> {
        let mut stream = TcpStream::connect(self.addr).map_err(Error::Connect)?;
        stream.set_nodelay(true).map_err(Error::Connect)?;
        self.go();
        let mut message = Message::default();
        // It ends when the caller hangs up, who also notices whatever goes wrong.
        while stream.read_exact(&mut message).is_ok() {
            let Some(answer) = hand_over(u64::from_le_bytes(message)) else { break };
            if stream.write_all(&answer.to_le_bytes()).is_err() {
                break;
            }
        }
        drop(stream);
        self.calls()
    }

    /// The connection's task.
    async fn connect<R: Runtime>(
        &self,
        mut handler: R::Sender<u64>,
        mut answers: R::Receiver<u64>,
    ) -> Result<Vec<Call>, Error> {
        let mut stream = R::connect(self.addr).await.map_err(Error::Connect)?;
        self.go();
        let mut message = Message::default();
        while stream.read_exact(&mut message).await.is_ok() {
            // Fails only without a handler, which then gives no answer.
            let _ = R::send(&mut handler, u64::from_le_bytes(message)).await;
            let Some(answer) = R::receive(&mut answers).await else { break };
            if stream.write_all(&answer.to_le_bytes()).await.is_err() {
                break;
            }
        }
        drop(stream);
        self.calls()
    }
}

/// The caller's part: `n` requests, each sent once the one before has its answer.
fn call(stream: &mut TcpStream, n: usize, mut calls: Vec<Call>) -> io::Result<Vec<Call>> {
    stream.set_nodelay(true)?;
    for request in 0..n as u64 {
        let mut message = request.to_le_bytes();
        let start = Instant::now();
        stream.write_all(&message)?;
        stream.read_exact(&mut message)?;
        calls.push(Call { answer: u64::from_le_bytes(message), latency: start.elapsed() });
    }
    Ok(calls)
}

/// A task's work on one of the pool's threads; the connection's gives the calls.
type Job = Box<dyn FnOnce() -> Result<Vec<Call>, Error> + Send>;

impl Workload for Chain {
    const NAME: &'static str = "chain";
    const DELAYED: bool = false;

    type Parameters = NoParameters;
    type Input = Input;
    type Outcome = Result<Vec<Call>, Error>;

    fn expected(_: &Shape<NoParameters>, by: By) -> Expected {
        let alone = "has no second thread to hand a request to: handles it where it was read";
        let cannot = by.limit.is_some_and(|limit| limit.get() == 1).then_some(alone);
        Expected { cannot, ..Expected::default() }
    }

    fn plan(shape: Shape<NoParameters>, _: Servers) -> Result<Self, Error> {
        Ok(Chain { n: shape.n })
    }

    fn input(&self, _: u64) -> Result<Input, Error> {
        Input::new(self.n).map_err(Error::Connect)
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Self::Outcome {
        let input = Arc::clone(input);
        let jobs: Vec<Job> = if threads.width().get() == 1 {
            vec![Box::new(move || input.connect_blocking(|request| Some(handle(request))))]
        } else {
            let (handler, requests) = mpsc::sync_channel(1);
            let (answer, answers) = mpsc::sync_channel(1);
            let hand_over = move |request| {
                // Fails only without a handler, which then gives no answer.
                let _ = handler.send(request);
                answers.recv().ok()
            };
            let handle_each = move || {
                for request in requests {
                    // Fails only if the connection has ended.
                    let _ = answer.send(handle(request));
                }
                Ok(Vec::new())
            };
            vec![Box::new(move || input.connect_blocking(hand_over)), Box::new(handle_each)]
        };
        threads.run(jobs).into_iter().collect::<Result<Vec<_>, _>>().map(|calls| calls.concat())
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Self::Outcome {
        let (handler, mut requests) = R::channel(NonZero::<usize>::MIN);
        let (mut answer, answers) = R::channel(NonZero::<usize>::MIN);
        let handle_each = runtime.spawn(async move {
            while let Some(request) = R::receive(&mut requests).await {
                // Fails only if the connection has ended.
                let _ = R::send(&mut answer, handle(request)).await;
            }
        });
        let input = Arc::clone(input);
        let connection = runtime.spawn(async move { input.connect::<R>(handler, answers).await });
        let calls = connection.await;
        handle_each.await;
        calls
    }

    fn timings(&self, calls: &Self::Outcome) -> Vec<Timing> {
        median_and_p99(calls.iter().flatten().map(|call| call.latency))
    }

    fn check(&self, _: &Input, calls: &Self::Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        match calls {
            Err(error) => findings
                .note(|| "the connection".to_owned(), Err((error.kind(), error.to_string()))),
            Ok(calls) => {
                findings.note_count("answers", calls.len(), self.n);
                for (request, call) in (0..).zip(calls) {
                    let wanted = handle(request);
                    let other = || ("answer", format!("{} instead of {wanted}", call.answer));
                    let right = (call.answer == wanted).then_some(()).ok_or_else(other);
                    findings.note(|| format!("request {request} of {}", self.n), right);
                }
            }
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::Smol;
    use crate::workload::Model;

    fn plan(n: usize) -> Chain {
        let shape = Shape { n, delay: Duration::ZERO, params: NoParameters {} };
        Chain::plan(shape, Servers(Vec::new())).unwrap()
    }

    #[test]
    fn a_client_of_one_thread_has_nobody_to_hand_a_request_to() {
        let shape = Shape { n: 5, delay: Duration::ZERO, params: NoParameters {} };
        let of = |limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            Chain::expected(&shape, by)
        };
        assert_eq!([0, 1, 2].map(|limit| of(limit).cannot.is_some()), [false, true, false]);
        assert!(of(0).ideal.is_none() && of(0).server.is_none());
    }

    #[test]
    fn threads_and_tasks_answer_each_call() {
        let pool = |width| Threads::start(NonZero::new(width).unwrap()).unwrap();
        let smol = Smol::start(NonZero::new(2).unwrap()).unwrap();
        for n in [1, 2, 33] {
            let plan = plan(n);
            let input = || Arc::new(plan.input(0).unwrap());
            for threads in [Threads::caller(), pool(1), pool(2), pool(3)] {
                let input = input();
                assert_eq!(plan.check(&input, &plan.blocking(&threads, &input)), Ok(()));
            }
            let input = input();
            let calls = block_on(plan.concurrent(&smol, &input));
            assert_eq!(plan.check(&input, &calls), Ok(()));
            assert_eq!(plan.timings(&calls).len(), 2);
        }
    }

    #[test]
    fn a_connection_that_ends_early_is_told_with_its_reason() {
        let plan = plan(3);
        let input = plan.input(0).unwrap();
        let broken = input.connect_blocking(|request| (request < 2).then(|| handle(request)));
        let wrong = plan.check(&input, &broken).unwrap_err().to_string();
        assert!(wrong.starts_with("the connection: receiving failed: "), "{wrong}");
        assert!(wrong.ends_with("(receive: 1)"), "{wrong}");
    }

    #[test]
    fn another_answer_and_an_answer_too_few_are_wrong() {
        let (plan, call) = (plan(2), |answer| Call { answer, latency: Duration::ZERO });
        let input = plan.input(0).unwrap();
        let check = |calls: Vec<Call>| plan.check(&input, &Ok(calls)).map_err(|w| w.to_string());
        assert_eq!(check(vec![call(!0), call(!1)]), Ok(()));
        let wrong = check(vec![call(!0), call(7)]).unwrap_err();
        assert_eq!(wrong, "request 1 of 2: 7 instead of 18446744073709551614 (answer: 1)");
        assert_eq!(check(vec![call(!0)]).unwrap_err(), "1 answers instead of 2 (count: 1)");
    }
}
