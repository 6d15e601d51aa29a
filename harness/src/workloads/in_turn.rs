//! `in_turn` (#3 of the guide): n downloads, each awaited before the next is begun, or all as tasks.
//!
//! What is awaited in turn is done in turn: on an async runtime as anywhere else.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check;
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// n downloads in turn or at once.
pub struct InTurn {
    servers: Servers,
    n: usize,
    delay: Duration,
    how: How,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// How the downloads are begun.
    how: How,
}

/// How the downloads are begun.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    /// Each once the one before has ended.
    #[default]
    InTurn,
    /// All of them, and then they are awaited.
    AtOnce,
}

/// The requests of a batch.
pub struct Input {
    batch: u64,
    requests: Vec<Request>,
}

impl Workload for InTurn {
    const NAME: &'static str = "in_turn";
    const UNIT: &'static str = "download";

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Vec<Result<Response, Error>>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let at_once = match shape.params.how {
            How::InTurn => 1,
            How::AtOnce => by.at_once(shape.n),
        };
        Expected {
            server: Some(ServerCounts::fresh(shape.n, at_once)),
            ideal: Some(shape.delay * shape.n.div_ceil(at_once) as u32),
            cannot: None,
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        Ok(InTurn { servers, n: shape.n, delay: shape.delay, how: shape.params.how })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let (server, delay) = (self.servers.of(batch)?, self.delay.as_secs_f64());
        let request = |i| http::get(server, &format!("/delay/{delay}?id={batch}-{i}"));
        Ok(Input { batch, requests: (0..self.n).map(request).collect::<Result<_, _>>()? })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Self::Outcome {
        let shared = Arc::clone(input);
        match self.how {
            How::InTurn => {
                let all = move || shared.requests.iter().map(fetch_blocking).collect();
                threads.run([all]).pop().unwrap_or_default()
            }
            How::AtOnce => threads.map(self.n, move |i| fetch_blocking(&shared.requests[i])),
        }
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Self::Outcome {
        match self.how {
            How::InTurn => {
                let mut answers = Vec::with_capacity(self.n);
                for request in &input.requests {
                    answers.push(fetch::<R>(request).await);
                }
                answers
            }
            How::AtOnce => {
                let fetch = |i| {
                    let shared = Arc::clone(input);
                    async move { fetch::<R>(&shared.requests[i]).await }
                };
                runtime.map(self.n, fetch).await
            }
        }
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

    const DELAY: Duration = Duration::from_millis(20);

    fn shape(n: usize, how: How) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters { how } }
    }

    #[test]
    fn in_turn_nobody_does_two_at_once() {
        let of = |how, limit| {
            let by = By { model: Model::Tasks, limit: NonZero::new(limit) };
            let Expected { server, ideal, cannot } = InTurn::expected(&shape(3, how), by);
            assert_eq!(cannot, None);
            (server.unwrap(), ideal.unwrap())
        };
        for limit in [0, 1, 2, 32] {
            assert_eq!(of(How::InTurn, limit), (ServerCounts::fresh(3, 1), DELAY * 3));
        }
        assert_eq!(of(How::AtOnce, 0), (ServerCounts::fresh(3, 3), DELAY));
        assert_eq!(of(How::AtOnce, 2), (ServerCounts::fresh(3, 2), DELAY * 2));
        assert_eq!(of(How::AtOnce, 1), of(How::InTurn, 1));
    }

    #[test]
    fn answers_in_another_order_and_too_few_are_wrong() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = InTurn::plan(shape(2, How::InTurn), servers).unwrap();
        let answer = |id: &&str| {
            let body = format!(r#"{{"args":{{"id":"{id}"}}}}"#).into_bytes();
            Ok(Response { status: 200, body })
        };
        let check = |ids: &[&str]| {
            let answers = ids.iter().map(answer).collect();
            plan.check(&plan.input(3).unwrap(), &answers).map_err(|wrong| wrong.to_string())
        };
        assert_eq!(check(&["3-0", "3-1"]), Ok(()));
        let order = check(&["3-1", "3-0"]).unwrap_err();
        assert_eq!(order, r#"answer 0 of 2: id "3-1" instead of "3-0" (id: 2)"#);
        assert_eq!(check(&["3-0"]).unwrap_err(), "1 answers instead of 2 (count: 1)");
    }

    #[test]
    fn the_words_of_a_profile() {
        let read = |text| serde_json::from_str::<Parameters>(text).map(|params| params.how);
        assert!(matches!(read("{}"), Ok(How::InTurn)));
        assert!(matches!(read(r#"{"how": "at_once"}"#), Ok(How::AtOnce)));
        assert!(read(r#"{"how": "parallel"}"#).is_err());
    }
}
