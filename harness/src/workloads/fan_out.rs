//! `fan_out`: n requests at once, each over a fresh connection, answers in the order of the calls.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;

use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::thread_pool::ThreadPool;
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{AnyWorkload, Batch, Outcome, Workload, Wrong};

pub(crate) struct FanOut {
    server: SocketAddr,
    requests: Arc<[Request]>,
}

impl FanOut {
    pub(crate) fn plan(batch: &Batch) -> Result<Box<dyn AnyWorkload>, Error> {
        let delay = batch.delay.as_secs_f64();
        let requests = (0..batch.n)
            .map(|id| http::get(batch.server, &format!("/delay/{delay}?id={id}")))
            .collect::<Result<_, _>>()?;
        Ok(Box::new(Arc::new(FanOut { server: batch.server, requests })))
    }
}

impl Workload for FanOut {
    fn blocking(&self, threads: &ThreadPool) -> Outcome {
        let (server, requests) = (self.server, Arc::clone(&self.requests));
        let answers = threads.map(requests.len(), move |id| fetch_blocking(server, &requests[id]));
        Outcome { answers }
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R) -> Outcome {
        let tasks: Vec<_> = (0..self.requests.len())
            .map(|id| {
                let (server, requests) = (self.server, Arc::clone(&self.requests));
                runtime.spawn(async move { fetch::<R>(server, &requests[id]).await })
            })
            .collect();
        let mut answers = Vec::with_capacity(tasks.len());
        for task in tasks {
            answers.push(task.await);
        }
        Outcome { answers }
    }

    fn check(&self, outcome: &Outcome) -> Result<(), Wrong> {
        let wanted = self.requests.len();
        if outcome.answers.len() != wanted {
            let first = format!("{} answers to {wanted} requests", outcome.answers.len());
            return Err(Wrong { first, kinds: BTreeMap::from([("count", 1)]) });
        }
        let mut first = None;
        let mut kinds = BTreeMap::new();
        for (id, answer) in outcome.answers.iter().enumerate() {
            if let Err((kind, what)) = check_answer(id, answer) {
                *kinds.entry(kind).or_default() += 1;
                first.get_or_insert(format!("answer {id} of {wanted}: {what}"));
            }
        }
        first.map_or(Ok(()), |first| Err(Wrong { first, kinds }))
    }
}

/// A right answer is a 200 whose JSON body gives the request's own id back.
fn check_answer(id: usize, answer: &Result<Response, Error>) -> Result<(), (&'static str, String)> {
    let answer = answer.as_ref().map_err(|error| (error.kind(), error.to_string()))?;
    if answer.status != 200 {
        return Err(("status", format!("status {} instead of 200", answer.status)));
    }
    let body: Value = serde_json::from_slice(&answer.body)
        .map_err(|error| ("body", format!("the body is not JSON: {error}")))?;
    match &body["args"]["id"] {
        Value::String(echo) if *echo == id.to_string() => Ok(()),
        echo => Err(("id", format!("id {echo} instead of \"{id}\""))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn check(edit: impl FnOnce(&mut Vec<Result<Response, Error>>)) -> Result<(), String> {
        let server = SocketAddr::from(([127, 0, 0, 1], 80));
        let batch = Batch { server, n: 3, delay: Duration::from_millis(10) };
        let answer = |id| {
            let body = format!(r#"{{"args":{{"id":"{id}"}}}}"#).into_bytes();
            Ok(Response { status: 200, body })
        };
        let mut answers: Vec<_> = (0..3).map(answer).collect();
        edit(&mut answers);
        FanOut::plan(&batch).unwrap().check(&Outcome { answers }).map_err(|e| e.to_string())
    }

    #[test]
    fn right_answers_pass() {
        assert_eq!(check(|_| ()), Ok(()));
    }

    #[test]
    fn every_kind_of_wrong_answer_is_named_and_counted() {
        let wrong = check(|answers| answers.swap(0, 2)).unwrap_err();
        assert_eq!(wrong, r#"answer 0 of 3: id "2" instead of "0" (id: 2)"#);
        let wrong = check(|answers| answers[1].as_mut().unwrap().status = 503).unwrap_err();
        assert_eq!(wrong, "answer 1 of 3: status 503 instead of 200 (status: 1)");
        let wrong = check(|answers| answers[1].as_mut().unwrap().body.clear()).unwrap_err();
        assert!(wrong.starts_with("answer 1 of 3: the body is not JSON"), "{wrong}");
        let wrong = check(|answers| answers[2] = Err(Error::Truncated)).unwrap_err();
        assert!(wrong.ends_with("(truncated: 1)"), "{wrong}");
        let wrong = check(|answers| drop(answers.pop())).unwrap_err();
        assert_eq!(wrong, "2 answers to 3 requests (count: 1)");
    }
}
