//! `pipeline`: n items through stages of one request each, with a bounded channel between two.
//!
//! Each stage works on one item at a time, so that as many requests wait at once as there are
//! stages. Little is ever ready to run: what it costs is handing an item over and waking the next.

use std::mem;
use std::num::NonZero;
use std::ops::Range;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::{self, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// n items through stages of one request each.
pub struct Pipeline {
    servers: Servers,
    n: usize,
    delay: Duration,
    params: Parameters,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Stages that every item passes through.
    stages: NonZero<u8>,
    /// Items that wait between two stages, at most.
    capacity: NonZero<u8>,
}

impl Default for Parameters {
    fn default() -> Self {
        let [stages, capacity] = [3, 4].map(|n| NonZero::new(n).unwrap_or(NonZero::<u8>::MIN));
        Parameters { stages, capacity }
    }
}

/// The requests of a batch: those of the first item by stage, then those of the next.
pub struct Input {
    batch: u64,
    stages: usize,
    requests: Vec<Request>,
}

/// An item on its way, with the answers of the stages that it has passed.
pub struct Item {
    index: usize,
    answers: Vec<Result<Response, Error>>,
}

impl Item {
    /// The request of the stage that comes next, unless one before has failed.
    fn next<'i>(&self, input: &'i Input) -> Option<&'i Request> {
        let sound = self.answers.last().is_none_or(Result::is_ok);
        sound.then(|| &input.requests[self.index * input.stages + self.answers.len()])
    }

    fn pass_blocking(&mut self, input: &Input) {
        if let Some(request) = self.next(input) {
            self.answers.push(fetch_blocking(request));
        }
    }

    async fn pass<R: Runtime>(&mut self, input: &Input) {
        if let Some(request) = self.next(input) {
            self.answers.push(fetch::<R>(request).await);
        }
    }
}

impl Input {
    fn item(&self, index: usize) -> Item {
        Item { index, answers: Vec::with_capacity(self.stages) }
    }
}

/// Where a stage's items come from: new for the first stage, from the stage before for the others.
enum Source<R: Runtime> {
    New(Range<usize>),
    Passed(R::Receiver<Item>),
}

impl<R: Runtime> Source<R> {
    async fn next(&mut self, input: &Input) -> Option<Item> {
        match self {
            Source::New(indices) => indices.next().map(|index| input.item(index)),
            Source::Passed(receiver) => R::receive(receiver).await,
        }
    }
}

/// A stage's work on one of the pool's threads, which gives what leaves the pipeline there.
type Stage = Box<dyn FnOnce() -> Vec<Item> + Send>;

impl Workload for Pipeline {
    const NAME: &'static str = "pipeline";
    const UNIT: &'static str = "item";

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Vec<Item>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let stages = usize::from(shape.params.stages.get());
        let (at_once, waits) = match by.limit.map(NonZero::get) {
            // Too few threads for one a stage: each takes items through all of them.
            Some(limit) if limit < stages => {
                let at_once = limit.min(shape.n);
                (at_once, shape.n.div_ceil(at_once) * stages)
            }
            // The last item enters after all others, and then passes every stage.
            _ => (stages.min(shape.n), shape.n - 1 + stages),
        };
        Expected {
            server: Some(ServerCounts::fresh(shape.n * stages, at_once)),
            ideal: Some(shape.delay * waits as u32),
            cannot: None,
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        Ok(Pipeline { servers, n: shape.n, delay: shape.delay, params: shape.params })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let (server, delay) = (self.servers.of(batch)?, self.delay.as_secs_f64());
        let stages = usize::from(self.params.stages.get());
        let request = |at: usize| {
            let (item, stage) = (at / stages, at % stages);
            http::get(server, &format!("/delay/{delay}?id={batch}-{item}-{stage}"))
        };
        let requests = (0..self.n * stages).map(request).collect::<Result<_, _>>()?;
        Ok(Input { batch, stages, requests })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Vec<Item> {
        let input = Arc::clone(input);
        if threads.width().get() < input.stages {
            return threads.map(self.n, move |index| {
                let mut item = input.item(index);
                (0..input.stages).for_each(|_| item.pass_blocking(&input));
                item
            });
        }
        let new = Arc::clone(&input);
        let mut source: Box<dyn Iterator<Item = Item> + Send> =
            Box::new((0..self.n).map(move |index| new.item(index)));
        let mut stages: Vec<Stage> = Vec::with_capacity(input.stages);
        for _ in 1..input.stages {
            let (sender, receiver) = mpsc::sync_channel(self.params.capacity.get().into());
            let items = mem::replace(&mut source, Box::new(receiver.into_iter()));
            let input = Arc::clone(&input);
            stages.push(Box::new(move || {
                for mut item in items {
                    item.pass_blocking(&input);
                    // Fails only if the next stage panicked, which the pool passes on.
                    let _ = sender.send(item);
                }
                Vec::new()
            }));
        }
        let pass = move |mut item: Item| {
            item.pass_blocking(&input);
            item
        };
        stages.push(Box::new(move || source.map(pass).collect()));
        threads.run(stages).pop().unwrap_or_default()
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Vec<Item> {
        let mut source = Source::<R>::New(0..self.n);
        let mut stages = Vec::with_capacity(input.stages);
        for _ in 1..input.stages {
            let (mut sender, receiver) = R::channel(self.params.capacity.into());
            let mut items = mem::replace(&mut source, Source::Passed(receiver));
            let input = Arc::clone(input);
            stages.push(runtime.spawn(async move {
                while let Some(mut item) = items.next(&input).await {
                    item.pass::<R>(&input).await;
                    // Fails only if the next stage panicked, which is passed on below.
                    let _ = R::send(&mut sender, item).await;
                }
            }));
        }
        let mut done = Vec::with_capacity(self.n);
        while let Some(mut item) = source.next(input).await {
            item.pass::<R>(input).await;
            done.push(item);
        }
        for stage in stages {
            stage.await;
        }
        done
    }

    fn check(&self, input: &Input, items: &Vec<Item>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("items", items.len(), self.n);
        for (index, item) in items.iter().enumerate() {
            let answers = item.answers.len();
            findings.note_count("answers of an item", answers, input.stages);
            for (stage, answer) in item.answers.iter().enumerate() {
                let echo = check::echo(answer, &format!("{}-{index}-{stage}", input.batch));
                let place = || format!("item {index} of {}, stage {stage}", self.n);
                findings.note(place, echo);
            }
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Model;

    #[test]
    fn what_is_expected_of_each_limit() {
        let delay = Duration::from_millis(10);
        let of = |n, limit| {
            let shape = Shape { n, delay, params: Parameters::default() };
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, .. } = Pipeline::expected(&shape, by);
            (server.unwrap(), ideal.unwrap().div_duration_f64(delay) as usize)
        };
        assert_eq!(of(20, 1), (ServerCounts::fresh(60, 1), 60));
        assert_eq!(of(20, 2), (ServerCounts::fresh(60, 2), 30));
        assert_eq!(of(20, 3), (ServerCounts::fresh(60, 3), 22));
        assert_eq!(of(20, 0), (ServerCounts::fresh(60, 3), 22));
        assert_eq!(of(2, 32), (ServerCounts::fresh(6, 2), 4));
        assert_eq!(of(1, 1), (ServerCounts::fresh(3, 1), 3));
    }

    #[test]
    fn an_item_that_failed_asks_for_no_more() {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let params = Parameters::default();
        let shape = Shape { n: 2, delay: Duration::from_millis(10), params };
        let plan = Pipeline::plan(shape, servers).unwrap();
        let input = plan.input(0).unwrap();
        let mut item = input.item(1);
        item.answers.push(Err(Error::Truncated));
        assert!(item.next(&input).is_none());
        let wrong = plan.check(&input, &vec![item]).unwrap_err().to_string();
        assert_eq!(wrong, "1 items instead of 2 (count: 2, truncated: 1)");
    }
}
