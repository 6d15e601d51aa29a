//! The mock server's pages, as a program reads them, and what each of them has to say.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;

use crate::answer::Useless;
use crate::check::Finding;
use crate::http::{self, Error, Request};

/// A page that was read.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// Its place among the pages, from 0 on.
    pub page: usize,
    /// Its title.
    pub title: String,
    /// Where it links to.
    pub links: Vec<String>,
}

impl Page {
    /// The places of those among `count` pages that it links to.
    pub fn linked(&self, count: usize) -> impl Iterator<Item = usize> {
        self.links.iter().filter_map(move |link| {
            let (page, _) = link.strip_prefix("/pages/")?.split_once('?')?;
            page.parse().ok().filter(|&page| page < count)
        })
    }
}

/// The requests for all of `count` pages.
///
/// # Errors
///
/// [`Error::Request`], which no such path is.
pub fn requests(server: SocketAddr, count: usize, delay: Duration) -> Result<Vec<Request>, Error> {
    let delay = delay.as_secs_f64();
    let request = |k| http::get(server, &format!("/pages/{k}?of={count}&delay={delay}"));
    (0..count).map(request).collect()
}

/// Where page `k` of `count` links to: two other pages, and the one before it.
pub fn links(k: usize, count: usize) -> [usize; 3] {
    [(2 * k + 1) % count, (2 * k + 2) % count, (k + count - 1) % count]
}

/// Checks what came of reading page `k` of `count`.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn check(k: usize, count: usize, page: &Result<Page, Useless>) -> Result<(), Finding> {
    let page = page.as_ref().map_err(Useless::finding)?;
    if page.page != k || page.title != format!("Page {k}") {
        return Err(("page", format!("page {} with the title {:?}", page.page, page.title)));
    }
    let right = links(k, count).map(|linked| format!("/pages/{linked}?of={count}"));
    if page.links != right {
        return Err(("links", format!("the links {:?} instead of {right:?}", page.links)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(page: usize, title: &str, links: [&str; 3]) -> Page {
        Page { page, title: title.to_owned(), links: links.map(str::to_owned).into() }
    }

    #[test]
    fn a_page_is_read_and_tells_where_it_links_to() {
        let text = r#"{"links":["/pages/7?of=10","/pages/10?of=10","/x"],"page":3,"title":"T"}"#;
        let page: Page = serde_json::from_str(text).unwrap();
        assert_eq!((page.page, &*page.title), (3, "T"));
        assert_eq!(page.linked(10).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn another_page_another_title_other_links_and_none_are_wrong() {
        let links = ["/pages/7?of=10", "/pages/8?of=10", "/pages/2?of=10"];
        let kind = |page| check(3, 10, &page).map_err(|(kind, _)| kind);
        assert_eq!(kind(Ok(page(3, "Page 3", links))), Ok(()));
        assert_eq!(kind(Ok(page(4, "Page 3", links))), Err("page"));
        assert_eq!(kind(Ok(page(3, "Page 4", links))), Err("page"));
        assert_eq!(kind(Ok(page(3, "Page 3", [links[1], links[0], links[2]]))), Err("links"));
        assert_eq!(kind(Err(Useless::Status(404))), Err("status"));
    }
}
