//! `bounded` (#14 of the guide): n calls that are all wanted at once, of which only so many are
//! made at a time.
//!
//! Tasks are cheap: all are there at once, and wait for a permit of a semaphore. Threads are not:
//! there are as many jobs as calls are allowed, each of which makes one call after the other.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check;
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// n calls, so many at a time.
pub struct Bounded {
    servers: Servers,
    n: usize,
    delay: Duration,
    at_once: Option<NonZero<usize>>,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Calls at a time, at most; 0 for all of them.
    at_once: u16,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { at_once: 3 }
    }
}

impl Parameters {
    fn at_once(self) -> Option<NonZero<usize>> {
        NonZero::new(self.at_once.into())
    }
}

/// The requests of a batch, each with an id that no other of its client has.
pub struct Input {
    batch: u64,
    requests: Vec<Request>,
}

impl Workload for Bounded {
    const NAME: &'static str = "bounded";
    const UNIT: &'static str = "call";

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Vec<Result<Response, Error>>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let allowed = shape.params.at_once().map_or(shape.n, NonZero::get);
        let at_once = by.at_once(shape.n).min(allowed);
        Expected {
            server: Some(ServerCounts::fresh(shape.n, at_once)),
            ideal: Some(shape.delay * shape.n.div_ceil(at_once) as u32),
            cannot: None,
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        let Shape { n, delay, params } = shape;
        Ok(Bounded { servers, n, delay, at_once: params.at_once() })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let (server, delay) = (self.servers.of(batch)?, self.delay.as_secs_f64());
        let request = |i| http::get(server, &format!("/delay/{delay}?id={batch}-{i}"));
        Ok(Input { batch, requests: (0..self.n).map(request).collect::<Result<_, _>>()? })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Self::Outcome {
        let shared = Arc::clone(input);
        let call = move |i: usize| fetch_blocking(&shared.requests[i]);
        match self.at_once {
            Some(at_once) => threads.map_at_once(at_once, self.n, call),
            None => threads.map(self.n, call),
        }
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Self::Outcome {
        let semaphore = self.at_once.map(|permits| Arc::new(R::semaphore(permits)));
        let call = |i| {
            let (shared, semaphore) = (Arc::clone(input), semaphore.clone());
            async move {
                let _permit = match &semaphore {
                    Some(semaphore) => Some(R::acquire(semaphore).await),
                    None => None,
                };
                fetch::<R>(&shared.requests[i]).await
            }
        };
        runtime.map(self.n, call).await
    }

    fn check(&self, input: &Input, answers: &Self::Outcome) -> Result<(), Wrong> {
        check::echoes(input.batch, self.n, answers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(10);

    fn shape(n: usize, at_once: u16) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters { at_once } }
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |n, at_once, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, .. } = Bounded::expected(&shape(n, at_once), by);
            (server.unwrap(), ideal.unwrap())
        };
        // The guide's: 10 calls, 3 at a time, and all of them.
        assert_eq!(of(10, 3, 0), (ServerCounts::fresh(10, 3), DELAY * 4));
        assert_eq!(of(10, 0, 0), (ServerCounts::fresh(10, 10), DELAY));
        assert_eq!(of(10, 3, 2), (ServerCounts::fresh(10, 2), DELAY * 5));
        assert_eq!(of(10, 0, 2), of(10, 3, 2));
        assert_eq!(of(10, 3, 1), (ServerCounts::fresh(10, 1), DELAY * 10));
        assert_eq!(of(1, 3, 0), (ServerCounts::fresh(1, 1), DELAY));
    }

    #[test]
    fn three_at_a_time_unless_a_profile_says_otherwise() {
        let read = |text: &str| serde_json::from_str::<Parameters>(text).map(|p| p.at_once());
        assert_eq!(read("{}").unwrap(), NonZero::new(3));
        assert_eq!(read(r#"{"at_once": 0}"#).unwrap(), None);
        assert!(read(r#"{"at_once": -1}"#).is_err() && read(r#"{"most": 1}"#).is_err());
    }

    #[test]
    fn answers_in_another_order_and_too_few_are_wrong() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = Bounded::plan(shape(2, 3), servers).unwrap();
        let answer = |id: &&str| {
            let body = format!(r#"{{"args":{{"id":"{id}"}}}}"#).into_bytes();
            Ok(Response { status: 200, body })
        };
        let check = |ids: &[&str]| {
            let answers = ids.iter().map(answer).collect();
            plan.check(&plan.input(3).unwrap(), &answers).map_err(|wrong| wrong.to_string())
        };
        assert_eq!(check(&["3-0", "3-1"]), Ok(()));
        let swapped = check(&["3-1", "3-0"]).unwrap_err();
        assert_eq!(swapped, r#"answer 0 of 2: id "3-1" instead of "3-0" (id: 2)"#);
        assert_eq!(check(&["3-0"]).unwrap_err(), "1 answers instead of 2 (count: 1)");
    }
}
