//! `scrape` (#20 of the guide): n pages whose addresses are known are read, so many at a time, and
//! their titles and links taken out of them.
//!
//! What is bounded is the load on the site. A task therefore parses its page when it has given its
//! permit back, while the next page is asked for. A thread, of which there are as many as pages are
//! asked for at a time, parses its page before it asks for the next.

use std::num::NonZero;
use std::sync::Arc;
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

/// n pages, so many at a time.
pub struct Scrape {
    servers: Servers,
    n: usize,
    delay: Duration,
    at_once: NonZero<u16>,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Pages that are asked for at a time.
    at_once: NonZero<u16>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { at_once: NonZero::new(5).unwrap_or(NonZero::<u16>::MIN) }
    }
}

impl Workload for Scrape {
    const NAME: &'static str = "scrape";
    const UNIT: &'static str = "page";

    type Parameters = Parameters;
    type Input = Vec<Request>;
    /// What the pages say, in the order of their addresses.
    type Outcome = Vec<Result<Page, Useless>>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let at_once = by.at_once(shape.n).min(shape.params.at_once.get().into());
        Expected {
            server: Some(ServerCounts::fresh(shape.n, at_once)),
            ideal: Some(shape.delay * shape.n.div_ceil(at_once) as u32),
            cannot: None,
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        let Shape { n, delay, params } = shape;
        Ok(Scrape { servers, n, delay, at_once: params.at_once })
    }

    fn input(&self, batch: u64) -> Result<Vec<Request>, Error> {
        pages::requests(self.servers.of(batch)?, self.n, self.delay)
    }

    fn blocking(&self, threads: &Threads, requests: &Arc<Vec<Request>>) -> Self::Outcome {
        let requests = Arc::clone(requests);
        let read = move |k: usize| json(fetch_blocking(&requests[k]));
        threads.map_at_once(self.at_once.into(), self.n, read)
    }

    async fn concurrent<R: Runtime>(
        &self,
        runtime: &R,
        requests: &Arc<Vec<Request>>,
    ) -> Self::Outcome {
        let semaphore = Arc::new(R::semaphore(self.at_once.into()));
        let read = |k| {
            let (requests, semaphore) = (Arc::clone(requests), Arc::clone(&semaphore));
            async move {
                let permit = R::acquire(&semaphore).await;
                let answer = fetch::<R>(&requests[k]).await;
                drop(permit);
                json(answer)
            }
        };
        runtime.map(self.n, read).await
    }

    fn check(&self, _: &Vec<Request>, found: &Self::Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note_count("pages", found.len(), self.n);
        for (k, page) in found.iter().enumerate() {
            let right = pages::check(k, self.n, page);
            findings.note(|| format!("page {k} of {}", self.n), right);
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

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |n, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, .. } = Scrape::expected(&shape(n), by);
            (server.unwrap(), ideal.unwrap())
        };
        assert_eq!(of(20, 0), (ServerCounts::fresh(20, 5), DELAY * 4));
        assert_eq!(of(20, 32), of(20, 0));
        assert_eq!(of(20, 3), (ServerCounts::fresh(20, 3), DELAY * 7));
        assert_eq!(of(20, 1), (ServerCounts::fresh(20, 1), DELAY * 20));
        assert_eq!(of(1, 0), (ServerCounts::fresh(1, 1), DELAY));
    }

    #[test]
    fn pages_in_another_order_useless_ones_and_too_few_are_wrong() {
        let plan = Scrape::plan(shape(3), Servers(Vec::new())).unwrap();
        let page = |k: usize| {
            let links = pages::links(k, 3).map(|k| format!("/pages/{k}?of=3"));
            Ok(Page { page: k, title: format!("Page {k}"), links: links.into() })
        };
        let check = |found| plan.check(&Vec::new(), &found).map_err(|wrong| wrong.to_string());
        assert_eq!(check(vec![page(0), page(1), page(2)]), Ok(()));
        let swapped = check(vec![page(0), page(2), page(1)]).unwrap_err();
        assert_eq!(swapped, r#"page 1 of 3: page 2 with the title "Page 2" (page: 2)"#);
        let useless = check(vec![page(0), Err(Useless::Status(503))]).unwrap_err();
        assert_eq!(useless, "2 pages instead of 3 (count: 1, status: 1)");
    }
}
