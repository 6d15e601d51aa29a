//! `rate_limited` (#15 of the guide): n requests to a server that admits so many in any period, by
//! a client that keeps to the rate and is never refused.
//!
//! The client has as many permits as requests are allowed. One is good again a period after the
//! answer to its request was there: the server admitted that request before, so that whatever a
//! network or a scheduler does, it never sees more requests in a period than it allows.

use std::collections::VecDeque;
use std::iter;
use std::num::NonZero;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel as channel;
use serde::{Deserialize, Serialize};

use crate::check::{Finding, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// Periods last so many delays.
const PERIOD: u32 = 4;

/// The server remembers a thousand limits. A batch takes a delay at least, so that after so many
/// the period of a limit is long over, and it can be used again.
const LIMITS: u64 = 500;

/// n requests, so many in any period.
pub struct RateLimited {
    servers: Servers,
    n: usize,
    delay: Duration,
    rate: NonZero<u16>,
}

/// The highest rate that the server knows.
const MOST: u16 = 10_000;

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Requests that the server admits in any period of four delays.
    rate: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { rate: NonZero::new(5).unwrap_or(NonZero::<u16>::MIN) }
    }
}

/// Permits of threads, each with the time from which on it is good.
struct BlockingPermits {
    take: channel::Receiver<Instant>,
    give_back: channel::Sender<Instant>,
    period: Duration,
}

impl BlockingPermits {
    fn new(rate: NonZero<u16>, period: Duration) -> Self {
        let (give_back, take) = channel::bounded(rate.get().into());
        for _ in 0..rate.get() {
            // There is room for all of them, and the receiver is here.
            let _ = give_back.send(Instant::now());
        }
        BlockingPermits { take, give_back, period }
    }

    fn call<T>(&self, f: impl FnOnce() -> T) -> T {
        if let Some(wait) = self.take.recv().ok().and_then(until) {
            thread::sleep(wait);
        }
        let output = f();
        let _ = self.give_back.send(Instant::now() + self.period);
        output
    }
}

/// Permits of tasks: a semaphore's, and the times from which on those are good that nobody has.
struct Permits<R: Runtime> {
    semaphore: R::Semaphore,
    good: Mutex<VecDeque<Instant>>,
    period: Duration,
}

impl<R: Runtime> Permits<R> {
    fn new(rate: NonZero<u16>, period: Duration) -> Self {
        let good = iter::repeat_n(Instant::now(), rate.get().into()).collect();
        Permits { semaphore: R::semaphore(rate.into()), good: Mutex::new(good), period }
    }

    async fn call<T>(&self, future: impl Future<Output = T> + Send) -> T {
        let _permit = R::acquire(&self.semaphore).await;
        // There is one: a permit is given back after its time is.
        let good = self.good().pop_front();
        if let Some(wait) = good.and_then(until) {
            R::sleep(wait).await;
        }
        let output = future.await;
        self.good().push_back(Instant::now() + self.period);
        output
    }

    fn good(&self) -> MutexGuard<'_, VecDeque<Instant>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long it is until then; `None` if it has come.
fn until(then: Instant) -> Option<Duration> {
    then.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
}

/// What the waits come to for so many callers, where nothing else takes time.
fn schedule(n: usize, rate: usize, callers: usize, delay: Duration) -> Duration {
    let free = |count| iter::repeat_n(Duration::ZERO, count).collect::<VecDeque<_>>();
    let (mut permits, mut callers, mut end) = (free(rate), free(callers), Duration::ZERO);
    for _ in 0..n {
        end = permits.pop_front().max(callers.pop_front()).unwrap_or_default() + delay;
        permits.push_back(end + delay * PERIOD);
        callers.push_back(end);
    }
    end
}

impl Workload for RateLimited {
    const NAME: &'static str = "rate_limited";

    type Parameters = Parameters;
    /// The same request for all: `/limited` does not tell whose it answers.
    type Input = Request;
    type Outcome = Vec<Result<Response, Error>>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let (rate, callers) = (shape.params.rate.get().into(), by.at_once(shape.n));
        Expected {
            server: Some(ServerCounts::fresh(shape.n, callers.min(rate))),
            ideal: Some(schedule(shape.n, rate, callers, shape.delay)),
            cannot: None,
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        if shape.params.rate.get() > MOST {
            let rate = shape.params.rate;
            return Err(Error::Plan(format!("rate {rate} is more than the server's {MOST}")));
        }
        Ok(RateLimited { servers, n: shape.n, delay: shape.delay, rate: shape.params.rate })
    }

    fn input(&self, batch: u64) -> Result<Request, Error> {
        let (server, rate) = (self.servers.of(batch)?, self.rate);
        let [delay, period] = [1, PERIOD].map(|times| (self.delay * times).as_secs_f64());
        let key = format!("{}-{}", process::id(), batch % LIMITS);
        http::get(server, &format!("/limited?rate={rate}&period={period}&key={key}&delay={delay}"))
    }

    fn blocking(&self, threads: &Threads, request: &Arc<Request>) -> Self::Outcome {
        let request = Arc::clone(request);
        let permits = BlockingPermits::new(self.rate, self.delay * PERIOD);
        threads.map(self.n, move |_| permits.call(|| fetch_blocking(&request)))
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, request: &Arc<Request>) -> Self::Outcome {
        let permits = Arc::new(Permits::<R>::new(self.rate, self.delay * PERIOD));
        let call = |_| {
            let (request, permits) = (Arc::clone(request), Arc::clone(&permits));
            async move { permits.call(fetch::<R>(&request)).await }
        };
        runtime.map(self.n, call).await
    }

    fn check(&self, _: &Request, answers: &Self::Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("answers", answers.len(), self.n);
        for (i, answer) in answers.iter().enumerate() {
            findings.note(|| format!("answer {i} of {}", self.n), admitted(answer));
        }
        findings.result()
    }
}

fn admitted(answer: &Result<Response, Error>) -> Result<(), Finding> {
    match answer {
        Err(error) => Err((error.kind(), error.to_string())),
        Ok(Response { status: 429, .. }) => {
            Err(("refused", "status 429: over the server's rate".to_owned()))
        }
        Ok(Response { status: 200, body }) if body.starts_with(br#"{"limited":false"#) => Ok(()),
        Ok(Response { status: 200, .. }) => Err(("body", "the body is another's".to_owned())),
        Ok(Response { status, .. }) => Err(("status", format!("status {status} instead of 200"))),
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::clients::Smol;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(5);

    fn shape(n: usize) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters::default() }
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |n, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, .. } = RateLimited::expected(&shape(n), by);
            (server.unwrap(), ideal.unwrap().div_duration_f64(DELAY))
        };
        // The guide's: three times five, a period and a delay apart.
        assert_eq!(of(15, 0), (ServerCounts::fresh(15, 5), 11.0));
        assert_eq!(of(16, 0), (ServerCounts::fresh(16, 5), 16.0));
        assert_eq!(of(5, 0), (ServerCounts::fresh(5, 5), 1.0));
        // One after the other they take as long as they have to be apart.
        assert_eq!(of(15, 1), (ServerCounts::fresh(15, 1), 15.0));
        // Two at a time: at 0, 1, 2 (and one at 5, 6), as permits are good from 5 on.
        assert_eq!(of(7, 2), (ServerCounts::fresh(7, 2), 6.0));
        assert_eq!(of(1, 32), (ServerCounts::fresh(1, 1), 1.0));
    }

    /// A call that takes a while, and when it began and ended.
    fn call() -> (Instant, Instant) {
        let begun = Instant::now();
        thread::sleep(Duration::from_millis(1));
        (begun, Instant::now())
    }

    /// Of one call more than the rate, two have the same permit.
    fn keep_to_the_rate(mut calls: Vec<(Instant, Instant)>, rate: usize, period: Duration) {
        calls.sort_unstable();
        for few in calls.windows(rate + 1) {
            let ((begun, ended), (next, _)) = (few[0], few[rate]);
            let good = if rate == 1 { ended } else { begun } + period;
            assert!(next >= good, "{:?} too early", good - next);
        }
    }

    #[test]
    fn permits_are_good_again_a_period_after_their_call() {
        let period = Duration::from_millis(3);
        for rate in [1, 2].map(|rate| NonZero::new(rate).unwrap()) {
            let permits = BlockingPermits::new(rate, period);
            let threads = Threads::start(NonZero::new(3).unwrap()).unwrap();
            let calls = threads.map(7, move |_| permits.call(call));
            keep_to_the_rate(calls, rate.get().into(), period);

            let smol = Smol::start(NonZero::new(3).unwrap()).unwrap();
            let permits = Arc::new(Permits::<Smol>::new(rate, period));
            let call = |_| {
                let permits = Arc::clone(&permits);
                async move { permits.call(async { call() }).await }
            };
            keep_to_the_rate(block_on(smol.map(7, call)), rate.get().into(), period);
        }
    }

    #[test]
    fn limits_are_used_again_only_when_their_period_is_long_over() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = RateLimited::plan(shape(1), servers).unwrap();
        let path = |batch| format!("{:?}", plan.input(batch).unwrap());
        assert_ne!(path(1).split_once("&delay"), path(2).split_once("&delay"));
        assert!(LIMITS > u64::from(PERIOD) + 1);
        assert!(path(LIMITS + 1).contains(&format!("key={}-1&", process::id())));
    }

    #[test]
    fn a_refused_request_and_an_answer_to_another_are_wrong() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = RateLimited::plan(shape(2), servers).unwrap();
        let answer = |status, body: &str| Ok(Response { status, body: body.as_bytes().to_vec() });
        let right = || answer(200, r#"{"limited":false}"#);
        let input = plan.input(7).unwrap();
        let check = |answers: Vec<_>| plan.check(&input, &answers).map_err(|w| w.to_string());
        assert_eq!(check(vec![right(), right()]), Ok(()));
        let refused = check(vec![right(), answer(429, "")]).unwrap_err();
        assert_eq!(refused, "answer 1 of 2: status 429: over the server's rate (refused: 1)");
        let wrong = check(vec![answer(200, "{}"), answer(400, "")]).unwrap_err();
        assert_eq!(wrong, "answer 0 of 2: the body is another's (body: 1, status: 1)");
        assert!(
            check(vec![Err(Error::Truncated)]).unwrap_err().contains("(count: 1, truncated: 1)")
        );
    }
}
