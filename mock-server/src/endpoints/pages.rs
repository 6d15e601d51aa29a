//! `/pages/{k}`: a fixed graph of pages for crawlers, every page of which can be reached from any.

use serde_json::json;

use crate::argument;
use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::route::Draft;
use crate::worker::Worker;

/// The pages of a site, unless `?of=` says otherwise.
const PAGES: u64 = 100;

/// The largest site.
const MAX_PAGES: u64 = 1_000_000;

pub(super) fn page(_: &Worker, request: &Request<'_>) -> Result<Draft, Refusal> {
    let of = request.number("of", 1..=MAX_PAGES)?;
    let pages = of.unwrap_or(PAGES);
    let page = argument::number("k", request.value, 0..=u64::MAX)?;
    if page >= pages {
        return Err(Refusal::not_found(format!("k: there are {pages} pages, from 0 on")));
    }
    let suffix = of.map(|of| format!("?of={of}")).unwrap_or_default();
    let links: Vec<_> = links(page, pages).map(|linked| format!("/pages/{linked}{suffix}")).into();
    Ok(Response::json(&json!({ "page": page, "title": format!("Page {page}"), "links": links }))
        .into())
}

/// Both children in a binary tree, which reaches all from 0, and the page before, which makes
/// cycles and leads back. Past the last page the tree goes on from the first.
fn links(page: u64, pages: u64) -> [u64; 3] {
    [(2 * page + 1) % pages, (2 * page + 2) % pages, (page + pages - 1) % pages]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_can_be_reached_from_the_first() {
        for pages in [1, 2, 3, 10, 100, 1000] {
            let mut seen = vec![false; pages as usize];
            let mut queue = vec![0];
            while let Some(page) = queue.pop() {
                if !std::mem::replace(&mut seen[page as usize], true) {
                    queue.extend(links(page, pages));
                }
            }
            assert!(seen.iter().all(|seen| *seen), "{pages} pages");
        }
    }
}
