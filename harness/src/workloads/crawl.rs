//! `crawl` (#13 of the guide): a site of n pages is found from its first page on, by following
//! links, with so many workers and each page read once.
//!
//! Nobody knows beforehand how many pages there are: the crawl ends when nothing is left to read
//! and nothing is being read. Threads share what is left under a lock. Tasks need neither a lock nor
//! a queue: the one that alone knows what has been seen spawns one for each page, as long as fewer
//! are being read than there may be workers.

use std::collections::{HashSet, VecDeque};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::answer::{Useless, json};
use crate::check::Findings;
use crate::http::{Error, Request};
use crate::pages::{self, Page};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{fetch, fetch_blocking};
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// A site of n pages, found by following links.
pub struct Crawl {
    servers: Servers,
    n: usize,
    delay: Duration,
    workers: NonZero<u16>,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Pages that are read at once.
    workers: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { workers: NonZero::new(3).unwrap_or(NonZero::<u16>::MIN) }
    }
}

/// A page that was asked for, and what came of it.
pub struct Visit {
    k: usize,
    page: Result<Page, Useless>,
}

/// What is left to read, what has been seen, and how many pages are being read.
struct Frontier {
    left: VecDeque<usize>,
    seen: HashSet<usize>,
    reading: usize,
    /// Pages of the site: a link to anywhere else is not followed.
    count: usize,
}

impl Frontier {
    /// Knows of the first page alone.
    fn new(count: usize) -> Self {
        Frontier { left: [0].into(), seen: [0].into(), reading: 0, count }
    }

    /// The page to read next, if one is known.
    fn next(&mut self) -> Option<usize> {
        let next = self.left.pop_front()?;
        self.reading += 1;
        Some(next)
    }

    /// A page was read: those it links to are left to read, unless they have been seen.
    fn read(&mut self, Visit { page, .. }: &Visit) {
        self.reading -= 1;
        for linked in page.iter().flat_map(|page| page.linked(self.count)) {
            if self.seen.insert(linked) {
                self.left.push_back(linked);
            }
        }
    }
}

/// A frontier that threads share.
struct Shared {
    frontier: Mutex<Frontier>,
    read: Condvar,
}

impl Shared {
    /// Waits until a page is known that is left to read; `None` once there can be no more.
    fn next(&self) -> Option<usize> {
        let frontier = self.frontier.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = |frontier: &mut Frontier| frontier.left.is_empty() && frontier.reading > 0;
        self.read.wait_while(frontier, waits).unwrap_or_else(PoisonError::into_inner).next()
    }

    fn read(&self, visit: &Visit) {
        self.frontier.lock().unwrap_or_else(PoisonError::into_inner).read(visit);
        self.read.notify_all();
    }
}

/// How many times one page after the other is read where all take the same time, and how many are
/// read at once.
fn schedule(n: usize, workers: usize) -> (usize, usize) {
    let (mut frontier, mut seen) = (VecDeque::from([0]), vec![false; n]);
    let (mut turns, mut peak) = (0, 0);
    seen[0] = true;
    while !frontier.is_empty() {
        let reading: Vec<usize> = frontier.drain(..workers.min(frontier.len())).collect();
        (turns, peak) = (turns + 1, peak.max(reading.len()));
        for linked in reading.into_iter().flat_map(|k| pages::links(k, n)) {
            if !std::mem::replace(&mut seen[linked], true) {
                frontier.push_back(linked);
            }
        }
    }
    (turns, peak)
}

impl Workload for Crawl {
    const NAME: &'static str = "crawl";
    const UNIT: &'static str = "page";

    type Parameters = Parameters;
    /// The requests for all pages: how a link becomes a request costs all alike.
    type Input = Vec<Request>;
    type Outcome = Vec<Visit>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let workers = by.at_once(shape.params.workers.get().into());
        let (turns, peak) = schedule(shape.n, workers);
        // More than in the schedule where some pages are read before others that were begun with
        // them.
        let most = workers.min(shape.n) as u64;
        let counts = ServerCounts::fresh(shape.n, peak);
        let server = ServerCounts { peak: peak as u64..=most, ..counts };
        Expected { server: Some(server), ideal: Some(shape.delay * turns as u32), cannot: None }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        let Shape { n, delay, params } = shape;
        Ok(Crawl { servers, n, delay, workers: params.workers })
    }

    fn input(&self, batch: u64) -> Result<Vec<Request>, Error> {
        pages::requests(self.servers.of(batch)?, self.n, self.delay)
    }

    fn blocking(&self, threads: &Threads, requests: &Arc<Vec<Request>>) -> Vec<Visit> {
        let requests = Arc::clone(requests);
        let shared = Shared { frontier: Mutex::new(Frontier::new(self.n)), read: Condvar::new() };
        let workers = threads.width().get().min(self.workers.get().into());
        let visits = threads.map(workers, move |_| {
            let mut visits = Vec::new();
            while let Some(k) = shared.next() {
                let visit = Visit { k, page: json(fetch_blocking(&requests[k])) };
                shared.read(&visit);
                visits.push(visit);
            }
            visits
        });
        visits.into_iter().flatten().collect()
    }

    async fn concurrent<R: Runtime>(
        &self,
        runtime: &R,
        requests: &Arc<Vec<Request>>,
    ) -> Vec<Visit> {
        let (mut frontier, mut visits) = (Frontier::new(self.n), Vec::new());
        let mut reading = R::TaskSet::default();
        loop {
            while frontier.reading < self.workers.get().into()
                && let Some(k) = frontier.next()
            {
                let requests = Arc::clone(requests);
                runtime.spawn_into(&mut reading, async move {
                    Visit { k, page: json(fetch::<R>(&requests[k]).await) }
                });
            }
            let Some(visit) = R::next_ended(&mut reading).await else { return visits };
            frontier.read(&visit);
            visits.push(visit);
        }
    }

    fn check(&self, _: &Vec<Request>, visits: &Vec<Visit>) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("pages", visits.len(), self.n);
        let mut times = vec![0; self.n];
        for Visit { k, page } in visits {
            times[*k] += 1;
            let right = pages::check(*k, self.n, page);
            findings.note(|| format!("page {k} of {}", self.n), right);
        }
        for (k, &times) in times.iter().enumerate() {
            findings.note_count(&format!("visits to page {k}"), times, 1);
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(10);

    fn shape(n: usize) -> Shape<Parameters> {
        Shape { n, delay: DELAY, params: Parameters::default() }
    }

    fn page(k: usize, n: usize) -> Page {
        let links = pages::links(k, n).map(|k| format!("/pages/{k}?of={n}"));
        Page { page: k, title: format!("Page {k}"), links: links.into() }
    }

    #[test]
    fn the_schedule_of_a_crawl() {
        // One worker reads them one after the other; any number waits for the first.
        assert_eq!(schedule(12, 1), (12, 1));
        assert_eq!(schedule(1, 3), (1, 1));
        // 0; then 1, 2 and 11; then three at a time of the eight that are left.
        assert_eq!(schedule(12, 3), (5, 3));
        // 0; 1, 2, 11; 3 to 6 and 10; 7, 8, 9.
        assert_eq!(schedule(12, 100), (4, 5));
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, .. } = Crawl::expected(&shape(12), by);
            (server.unwrap(), ideal.unwrap())
        };
        assert_eq!(of(1), (ServerCounts::fresh(12, 1), DELAY * 12));
        assert_eq!(of(0), (ServerCounts::fresh(12, 3), DELAY * 5));
        assert_eq!(of(32), of(0));
    }

    #[test]
    fn a_frontier_gives_each_page_once_and_ends_when_nothing_is_being_read() {
        let shared = Shared { frontier: Mutex::new(Frontier::new(12)), read: Condvar::new() };
        let mut seen = Vec::new();
        while let Some(k) = shared.next() {
            seen.push(k);
            shared.read(&Visit { k, page: Ok(page(k, 12)) });
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..12).collect::<Vec<_>>());
        assert_eq!(shared.next(), None);
    }

    #[test]
    fn pages_that_are_missed_read_twice_or_useless_are_wrong() {
        let plan = Crawl::plan(shape(2), Servers(Vec::new())).unwrap();
        let check = |pages: [(usize, Result<Page, Useless>); 2]| {
            let visits = pages.map(|(k, page)| Visit { k, page });
            plan.check(&Vec::new(), &visits.into()).map_err(|wrong| wrong.to_string())
        };
        let right = |k| (k, Ok(page(k, 2)));
        assert_eq!(check([right(1), right(0)]), Ok(()));
        let twice = check([right(0), right(0)]).unwrap_err();
        assert_eq!(twice, "2 visits to page 0 instead of 1 (count: 2)");
        let useless = check([right(0), (1, Err(Useless::Status(404)))]).unwrap_err();
        assert_eq!(useless, "page 1 of 2: status 404 instead of 200 (status: 1)");
        let other = check([right(0), (1, Ok(page(0, 2)))]).unwrap_err();
        assert_eq!(other, r#"page 1 of 2: page 0 with the title "Page 0" (page: 1)"#);
    }
}
