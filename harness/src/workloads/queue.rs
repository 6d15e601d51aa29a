//! `queue` (#12 of the guide): producers that make n items, a bounded queue, and consumers that
//! work on them.
//!
//! To make an item is a request of half of the delay, to work on it one of the whole. Where the
//! consumers are slower the queue fills, and the producers wait for room. All consumers take from one
//! channel: with tokio alone its receiver stands behind a mutex, and each item wakes the next who
//! waits for that.

use std::iter;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::{self, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// Producers, a bounded queue, and consumers.
pub struct Queue {
    servers: Servers,
    n: usize,
    delay: Duration,
    params: Parameters,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Items that wait in the queue, at most.
    capacity: NonZero<u16>,
    /// Items that are made at once.
    producers: NonZero<u16>,
    /// Items that are worked on at once.
    consumers: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        let numbers = [10, 2, 3].map(|n| NonZero::new(n).unwrap_or(NonZero::<u16>::MIN));
        let [capacity, producers, consumers] = numbers;
        Parameters { capacity, producers, consumers }
    }
}

impl Parameters {
    /// How many produce and how many consume, among so many threads: as many as asked for, or
    /// fewer, as either needs a thread and the consumers, who are slower, come first. `None` where
    /// there is but one thread.
    fn shares(&self, threads: Option<NonZero<usize>>) -> Option<(usize, usize)> {
        let (producers, consumers) = (self.producers.get().into(), self.consumers.get().into());
        let Some(threads) = threads.map(NonZero::get) else { return Some((producers, consumers)) };
        let consumers = threads.checked_sub(1).filter(|&left| left > 0)?.min(consumers);
        Some((producers.min(threads - consumers), consumers))
    }
}

/// How many halves of the delay the waits come to where nothing else takes time, and how many
/// requests there are at once.
fn schedule(n: usize, capacity: usize, (producers, consumers): (usize, usize)) -> (usize, usize) {
    let (mut unmade, mut making, mut queued, mut begun, mut done) = (n, 0, 0, 0, 0);
    let (mut halves, mut peak) = (0, 0);
    while done < n {
        // Those begun a half ago have their second half left; those before them are done.
        let finishing = begun;
        let there = queued + making;
        begun = there.min(consumers - finishing);
        // What finds no room keeps its producer.
        queued = there - begun;
        let blocked = queued.saturating_sub(capacity);
        making = unmade.min(producers - blocked);
        unmade -= making;
        done += finishing;
        (halves, peak) = (halves + 1, peak.max(making + begun + finishing));
    }
    (halves, peak)
}

/// The requests of a batch, and what its producers and consumers share.
pub struct Input {
    batch: u64,
    /// The requests that make the items, and those that work on them.
    make: Vec<Request>,
    work: Vec<Request>,
    /// The item that is made next.
    next: AtomicUsize,
    depth: Depth,
}

impl Input {
    /// The items that nobody else makes.
    fn to_make(&self) -> impl Iterator<Item = usize> {
        let next = || Some(self.next.fetch_add(1, Ordering::Relaxed));
        iter::from_fn(next).take_while(|&index| index < self.make.len())
    }
}

/// How deep the queue is, from outside: never more than it is, and exact while all consumers work.
#[derive(Default)]
struct Depth {
    sent: AtomicUsize,
    /// Items taken, and those that somebody waits for.
    wanted: AtomicUsize,
    most: AtomicUsize,
}

impl Depth {
    /// An item is in the queue, or was.
    fn sent(&self) {
        let sent = self.sent.fetch_add(1, Ordering::SeqCst) + 1;
        let depth = sent.saturating_sub(self.wanted.load(Ordering::SeqCst));
        self.most.fetch_max(depth, Ordering::Relaxed);
    }

    /// An item will be taken as soon as there is one.
    fn wanted(&self) {
        self.wanted.fetch_add(1, Ordering::SeqCst);
    }
}

/// An item on its way: what came of making it, and of working on it.
struct Item {
    index: usize,
    made: Result<Response, Error>,
    worked: Option<Result<Response, Error>>,
}

/// The items in the order in which consumers were done with them, and the depth of the queue.
pub struct Outcome {
    items: Vec<Item>,
    deepest: usize,
}

fn make_blocking(input: &Input, index: usize) -> Item {
    Item { index, made: fetch_blocking(&input.make[index]), worked: None }
}

fn work_blocking(input: &Input, mut item: Item) -> Item {
    item.worked = item.made.is_ok().then(|| fetch_blocking(&input.work[item.index]));
    item
}

async fn make<R: Runtime>(input: &Input, index: usize) -> Item {
    Item { index, made: fetch::<R>(&input.make[index]).await, worked: None }
}

async fn work<R: Runtime>(input: &Input, mut item: Item) -> Item {
    if item.made.is_ok() {
        item.worked = Some(fetch::<R>(&input.work[item.index]).await);
    }
    item
}

/// What a thread does for the whole batch, and the items that it was the last to have.
type Role = Box<dyn FnOnce() -> Vec<Item> + Send>;

impl Workload for Queue {
    const NAME: &'static str = "queue";
    const UNIT: &'static str = "item";

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Outcome;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let Shape { n, delay, params } = *shape;
        let alone = "can't make an item while it works on another: it works on each as soon as it \
                     has made it";
        let ((halves, peak), most, cannot) = match params.shares(by.limit) {
            Some(shares) => {
                let schedule = schedule(n, params.capacity.get().into(), shares);
                (schedule, n.min(shares.0 + shares.1), None)
            }
            None => ((3 * n, 1), 1, Some(alone)),
        };
        let peak = peak as u64..=most as u64;
        let server = ServerCounts { peak, ..ServerCounts::fresh(2 * n, most) };
        Expected { server: Some(server), ideal: Some(delay * halves as u32 / 2), cannot }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        Ok(Queue { servers, n: shape.n, delay: shape.delay, params: shape.params })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let server = self.servers.of(batch)?;
        let requests = |to: &str, delay: Duration| {
            let delay = delay.as_secs_f64();
            let request = |i| http::get(server, &format!("/delay/{delay}?id={batch}-{i}-{to}"));
            (0..self.n).map(request).collect::<Result<_, _>>()
        };
        let (make, work) = (requests("make", self.delay / 2)?, requests("work", self.delay)?);
        Ok(Input { batch, make, work, next: AtomicUsize::new(0), depth: Depth::default() })
    }

    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Outcome {
        let shared = Arc::clone(input);
        let Some((producers, consumers)) = self.params.shares(Some(threads.width())) else {
            let pass = move |index| work_blocking(&shared, make_blocking(&shared, index));
            return Outcome { items: threads.map(self.n, pass), deepest: 0 };
        };
        let (sender, receiver) = crossbeam_channel::bounded(self.params.capacity.get().into());
        let produce = |_| -> Role {
            let (input, sender) = (Arc::clone(input), sender.clone());
            Box::new(move || {
                for index in input.to_make() {
                    // Fails only if all consumers panicked, which the pool passes on.
                    let _ = sender.send(make_blocking(&input, index));
                    input.depth.sent();
                }
                Vec::new()
            })
        };
        let consume = |_| -> Role {
            let (input, receiver) = (Arc::clone(input), receiver.clone());
            Box::new(move || {
                let mut done = Vec::new();
                loop {
                    input.depth.wanted();
                    let Ok(item) = receiver.recv() else { return done };
                    done.push(work_blocking(&input, item));
                }
            })
        };
        let roles: Vec<Role> =
            (0..producers).map(produce).chain((0..consumers).map(consume)).collect();
        drop((sender, receiver));
        let items = threads.run(roles).into_iter().flatten().collect();
        Outcome { items, deepest: input.depth.most.load(Ordering::Relaxed) }
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Outcome {
        let (sender, receiver) = R::channel(self.params.capacity.into());
        let receiver = R::share(receiver);
        let producers: Vec<_> = (0..self.params.producers.get())
            .map(|_| {
                let (input, mut sender) = (Arc::clone(input), sender.clone());
                runtime.spawn(async move {
                    for index in input.to_make() {
                        let item = make::<R>(&input, index).await;
                        // Fails only if all consumers panicked, which is passed on below.
                        let _ = R::send(&mut sender, item).await;
                        input.depth.sent();
                    }
                })
            })
            .collect();
        // The queue ends with the last of its producers.
        drop(sender);
        let consume = |_| {
            let (input, receiver) = (Arc::clone(input), receiver.clone());
            async move {
                let mut done = Vec::new();
                loop {
                    input.depth.wanted();
                    let Some(item) = R::receive_shared(&receiver).await else { return done };
                    done.push(work::<R>(&input, item).await);
                }
            }
        };
        let items = runtime.map(self.params.consumers.get().into(), consume).await;
        for producer in producers {
            producer.await;
        }
        let items = items.into_iter().flatten().collect();
        Outcome { items, deepest: input.depth.most.load(Ordering::Relaxed) }
    }

    fn check(&self, input: &Input, Outcome { items, deepest }: &Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("items", items.len(), self.n);
        let mut times = vec![0; self.n];
        for Item { index, made, worked } in items {
            times[*index] += 1;
            let id = |to: &str| format!("{}-{index}-{to}", input.batch);
            findings.note(|| format!("making item {index}"), check::echo(made, &id("make")));
            if let Some(worked) = worked {
                let echo = check::echo(worked, &id("work"));
                findings.note(|| format!("working on item {index}"), echo);
            }
        }
        for (index, &times) in times.iter().enumerate() {
            findings.note_count(&format!("times that item {index} came"), times, 1);
        }
        let capacity = usize::from(self.params.capacity.get());
        let over = || ("over", format!("{deepest} items in a queue for {capacity}"));
        let bounded = (*deepest <= capacity).then_some(()).ok_or_else(over);
        findings.note(|| "the queue".to_owned(), bounded);
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Model;

    fn shape(n: usize) -> Shape<Parameters> {
        Shape { n, delay: Duration::from_millis(10), params: Parameters::default() }
    }

    #[test]
    fn the_schedule_of_a_batch() {
        // Made in one half, worked on in two.
        assert_eq!(schedule(1, 10, (2, 3)), (3, 1));
        // Two at a time are made, two are worked on while the next two are made, and so on.
        assert_eq!(schedule(4, 10, (2, 4)), (4, 4));
        // The consumers take three of the first four, the others as they get free.
        assert_eq!(schedule(10, 10, (2, 3)), (9, 5));
        // One after the other: the producer is twice as fast as the consumer, and waits for room.
        assert_eq!(schedule(10, 1, (1, 1)), (21, 2));
        assert_eq!(schedule(10, 100, (1, 1)), (21, 2));
        // As slow as what makes them.
        assert_eq!(schedule(10, 1, (1, 5)), (12, 3));
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |n, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, cannot } = Queue::expected(&shape(n), by);
            let server = server.unwrap();
            assert_eq!(server.requests, 2 * n as u64..=2 * n as u64);
            (server.peak, ideal.unwrap().as_millis(), cannot.is_some())
        };
        assert_eq!(of(10, 0), (5..=5, 45, false));
        assert_eq!(of(10, 32), of(10, 0));
        assert_eq!(of(10, 2), (2..=2, 105, false));
        assert_eq!(of(10, 1), (1..=1, 150, true));
        assert_eq!(of(1, 1), (1..=1, 15, true));
        assert_eq!(of(1, 0), (1..=1, 15, false));
    }

    #[test]
    fn narrow_pools_keep_a_thread_for_either() {
        let shares = |threads| Parameters::default().shares(NonZero::new(threads));
        let all = [0, 1, 2, 3, 4, 5, 32].map(shares);
        let few = [Some((1, 1)), Some((1, 2)), Some((1, 3))];
        assert_eq!(all[..2], [Some((2, 3)), None]);
        assert_eq!(all[2..5], few);
        assert_eq!(all[5..], [Some((2, 3)), Some((2, 3))]);
    }

    #[test]
    fn the_depth_is_what_was_sent_and_nobody_asked_for() {
        let depth = Depth::default();
        let most = || depth.most.load(Ordering::Relaxed);
        depth.wanted();
        depth.sent();
        assert_eq!(most(), 0);
        depth.sent();
        depth.sent();
        assert_eq!(most(), 2);
        depth.wanted();
        depth.sent();
        assert_eq!(most(), 2);
    }

    fn check(items: Vec<Item>, deepest: usize) -> String {
        let servers = Servers([([127, 0, 0, 1], 80).into()].into());
        let plan = Queue::plan(shape(2), servers).unwrap();
        let checked = plan.check(&plan.input(7).unwrap(), &Outcome { items, deepest });
        checked.map_or_else(|wrong| wrong.to_string(), |()| "right".to_owned())
    }

    fn item(index: usize) -> Item {
        let answer = |to: &str| {
            let body = format!(r#"{{"args":{{"id":"7-{index}-{to}"}}}}"#).into_bytes();
            Ok(Response { status: 200, body })
        };
        Item { index, made: answer("make"), worked: Some(answer("work")) }
    }

    #[test]
    fn items_that_come_twice_or_never_or_fail_are_wrong_and_so_is_a_queue_over_its_bound() {
        assert_eq!(check(vec![item(1), item(0)], 10), "right");
        assert_eq!(
            check(vec![item(0), item(1)], 11),
            "the queue: 11 items in a queue for 10 (over: 1)"
        );
        let twice = check(vec![item(0), item(0)], 0);
        assert_eq!(twice, "2 times that item 0 came instead of 1 (count: 2)");
        assert_eq!(check(vec![item(1)], 0), "1 items instead of 2 (count: 2)");
        let failed = Item { made: Err(Error::Truncated), worked: None, ..item(1) };
        let wrong = check(vec![item(0), failed], 0);
        assert!(
            wrong.starts_with("making item 1: ") && wrong.ends_with("(truncated: 1)"),
            "{wrong}"
        );
        let swapped = Item { worked: item(0).worked, ..item(1) };
        assert!(
            check(vec![item(0), swapped], 0).contains(r#"id "7-0-work" instead of "7-1-work""#)
        );
    }
}
