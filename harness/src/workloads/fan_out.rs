//! `fan_out`: n requests at once, each over a fresh connection, answers in the order of the calls.

use std::sync::Arc;
use std::time::Duration;

use crate::check;
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, NoParameters, ServerCounts, Servers, Shape, Workload, Wrong};

/// n requests at once.
pub struct FanOut {
    servers: Servers,
    n: usize,
    delay: Duration,
}

/// The requests of a batch, each with an id that no other of its client has.
pub struct Input {
    batch: u64,
    requests: Vec<Request>,
}

impl Workload for FanOut {
    const NAME: &'static str = "fan_out";

    type Parameters = NoParameters;
    type Input = Input;
    type Outcome = Vec<Result<Response, Error>>;

    fn expected(shape: &Shape<NoParameters>, by: By) -> Expected {
        let at_once = by.at_once(shape.n);
        Expected {
            server: Some(ServerCounts::fresh(shape.n, at_once)),
            ideal: Some(shape.delay * shape.n.div_ceil(at_once) as u32),
            cannot: None,
        }
    }

    fn plan(shape: Shape<NoParameters>, servers: Servers) -> Result<Self, Error> {
        Ok(FanOut { servers, n: shape.n, delay: shape.delay })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let (server, delay) = (self.servers.of(batch)?, self.delay.as_secs_f64());
        let request = |i| http::get(server, &format!("/delay/{delay}?id={batch}-{i}"));
        Ok(Input { batch, requests: (0..self.n).map(request).collect::<Result<_, _>>()? })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Self::Outcome {
        let shared = Arc::clone(input);
        threads.map(self.n, move |i| fetch_blocking(&shared.requests[i]))
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Self::Outcome {
        let fetch = |i| {
            let shared = Arc::clone(input);
            async move { fetch::<R>(&shared.requests[i]).await }
        };
        runtime.map(self.n, fetch).await
    }

    fn check(&self, input: &Input, answers: &Self::Outcome) -> Result<(), Wrong> {
        check::echoes(input.batch, self.n, answers)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;
    use crate::workload::Model;

    #[test]
    fn what_is_expected_of_each_limit() {
        let delay = Duration::from_millis(10);
        let shape = Shape { n: 100, delay, params: NoParameters {} };
        let of = |limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, .. } = FanOut::expected(&shape, by);
            (server.unwrap(), ideal.unwrap())
        };
        assert_eq!(of(1), (ServerCounts::fresh(100, 1), delay * 100));
        assert_eq!(of(32), (ServerCounts::fresh(100, 32), delay * 4));
        assert_eq!(of(0), (ServerCounts::fresh(100, 100), delay));
        assert_eq!(of(500), of(0));
    }

    #[test]
    fn answers_in_another_order_or_of_another_batch_are_wrong() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let shape = Shape { n: 2, delay: Duration::from_millis(10), params: NoParameters {} };
        let plan = FanOut::plan(shape, servers).unwrap();
        let answer = |id: &str| {
            let body = format!(r#"{{"args":{{"id":"{id}"}}}}"#).into_bytes();
            Ok(Response { status: 200, body })
        };
        let check = |ids: [&str; 2]| plan.check(&plan.input(3).unwrap(), &ids.map(answer).into());
        assert_eq!(check(["3-0", "3-1"]), Ok(()));
        let wrong = check(["3-1", "3-0"]).unwrap_err().to_string();
        assert_eq!(wrong, r#"answer 0 of 2: id "3-1" instead of "3-0" (id: 2)"#);
        assert!(check(["3-0", "2-1"]).is_err());
    }
}
