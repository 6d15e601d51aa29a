//! `cursor` (#10 of the guide): a query whose n rows come one after the other, and are handed on as
//! they come.
//!
//! The query is executed for one delay and then gives a row each tenth of it, the first at once.
//! Whether rows are handed on while others are waited for is told by the time of the `first row`
//! beside that of the batch, and not by the check: where the machine stalls, all rows may be there
//! at once, and are right then too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::check::{self, Findings};
use crate::http::{self, Error, Request, Response};
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::wire::{connect_blocking, exchange_blocking_with, fetch_with};
use crate::workload::{
    By, Expected, NoParameters, ServerCounts, Servers, Shape, Timing, Workload, Wrong,
};

/// A query whose rows are handed on as they come.
pub struct Cursor {
    servers: Servers,
    n: usize,
    delay: Duration,
}

/// What a batch came to.
pub struct Outcome {
    answer: Result<Response, Error>,
    rows: Rows,
}

/// The rows that were handed on.
struct Rows {
    start: Instant,
    /// When the first was handed on.
    first: Option<Duration>,
    /// How much of the body they were.
    read: usize,
    /// Their numbers, `None` for a line that is no row.
    numbers: Vec<Option<u64>>,
}

/// A row of `/cursor`, a line of the body.
#[derive(Deserialize)]
struct Row {
    row: u64,
}

impl Rows {
    fn begin(n: usize) -> Self {
        Rows { start: Instant::now(), first: None, read: 0, numbers: Vec::with_capacity(n) }
    }

    /// Hands on the rows that are new in this much of the body and whole.
    fn take(&mut self, body: &[u8]) {
        while let Some(length) = body[self.read..].iter().position(|&byte| byte == b'\n') {
            let line = &body[self.read..self.read + length];
            self.read += length + 1;
            self.first.get_or_insert_with(|| self.start.elapsed());
            self.numbers.push(serde_json::from_slice(line).ok().map(|Row { row }| row));
        }
    }
}

impl Workload for Cursor {
    const NAME: &'static str = "cursor";
    const UNIT: &'static str = "row";

    type Parameters = NoParameters;
    type Input = Request;
    type Outcome = Outcome;

    fn expected(shape: &Shape<NoParameters>, _: By) -> Expected {
        let rows = shape.delay / 10 * (shape.n - 1) as u32;
        Expected {
            server: Some(ServerCounts::fresh(1, 1)),
            ideal: Some(shape.delay + rows),
            cannot: None,
        }
    }

    fn plan(shape: Shape<NoParameters>, servers: Servers) -> Result<Self, Error> {
        Ok(Cursor { servers, n: shape.n, delay: shape.delay })
    }

    fn input(&self, batch: u64) -> Result<Request, Error> {
        let (delay, interval) = (self.delay.as_secs_f64(), (self.delay / 10).as_secs_f64());
        let path = format!("/cursor?rows={}&interval={interval}&delay={delay}", self.n);
        http::get(self.servers.of(batch)?, &path)
    }

    fn blocking(&self, threads: &Threads, request: &Arc<Request>) -> Outcome {
        let (n, request) = (self.n, Arc::clone(request));
        let query = move || {
            let mut rows = Rows::begin(n);
            let answer = connect_blocking(&request).and_then(|mut stream| {
                exchange_blocking_with(&mut stream, &request, |body| rows.take(body))
            });
            rows.take(answer.as_ref().map_or(&[], |response| &response.body));
            Outcome { answer, rows }
        };
        // One result for the one job.
        threads.run([query]).swap_remove(0)
    }

    async fn concurrent<R: Runtime>(&self, _: &R, request: &Arc<Request>) -> Outcome {
        let mut rows = Rows::begin(self.n);
        let answer = fetch_with::<R>(request, |body| rows.take(body)).await;
        rows.take(answer.as_ref().map_or(&[], |response| &response.body));
        Outcome { answer, rows }
    }

    fn timings(&self, outcome: &Outcome) -> Vec<Timing> {
        vec![("first row", outcome.rows.first.unwrap_or_default())]
    }

    fn check(&self, _: &Request, Outcome { answer, rows }: &Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        findings.note(|| "the answer".to_owned(), check::status(answer, 200));
        findings.note_count("rows", rows.numbers.len(), self.n);
        let length = answer.as_ref().map_or(0, |response| response.body.len());
        findings.note_count("bytes of rows", rows.read, length);
        for (i, &number) in rows.numbers.iter().enumerate() {
            let other = || match number {
                Some(number) => ("order", format!("row {number}")),
                None => ("row", "a line that is no row".to_owned()),
            };
            let right = (number == Some(i as u64)).then_some(()).ok_or_else(other);
            findings.note(|| format!("row {i} of {}", self.n), right);
        }
        findings.result()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;
    use crate::workload::Model;

    const DELAY: Duration = Duration::from_millis(10);

    fn shape(n: usize) -> Shape<NoParameters> {
        Shape { n, delay: DELAY, params: NoParameters {} }
    }

    #[test]
    fn what_is_expected_of_each_size() {
        let of = |n, limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, ideal, cannot } = Cursor::expected(&shape(n), by);
            assert_eq!((server, cannot), (Some(ServerCounts::fresh(1, 1)), None));
            ideal.unwrap()
        };
        assert_eq!([1, 10, 11].map(|n| of(n, 1).as_millis()), [10, 19, 20]);
        assert_eq!(of(10, 0), of(10, 1));
    }

    #[test]
    fn rows_are_handed_on_once_they_are_whole() {
        let mut rows = Rows::begin(3);
        rows.take(b"");
        rows.take(b"{\"row\":0");
        assert_eq!((rows.numbers.len(), rows.first), (0, None));
        rows.take(b"{\"row\":0}\n{\"row\":1}\n{\"ro");
        let first = rows.first;
        assert_eq!(rows.numbers, [Some(0), Some(1)]);
        rows.take(b"{\"row\":0}\n{\"row\":1}\n{\"row\":2}\n");
        assert_eq!(rows.numbers, [Some(0), Some(1), Some(2)]);
        assert!(first.is_some() && rows.first == first);
    }

    #[test]
    fn rows_in_another_order_missing_ones_and_lines_that_are_none_are_wrong() {
        let plan = Cursor::plan(shape(2), Servers([([127, 0, 0, 1], 80).into()].into())).unwrap();
        let check = |status, body: &str| {
            let mut rows = Rows::begin(2);
            rows.take(body.as_bytes());
            let answer = Ok(Response { status, body: body.into() });
            let outcome = Outcome { answer, rows };
            assert_eq!(plan.timings(&outcome)[0].0, "first row");
            plan.check(&plan.input(7).unwrap(), &outcome).map_err(|wrong| wrong.to_string())
        };
        let [first, second] = ["{\"row\":0}\n", "{\"row\":1}\n"];
        assert_eq!(check(200, &[first, second].concat()), Ok(()));
        let swapped = check(200, &[second, first].concat()).unwrap_err();
        assert_eq!(swapped, "row 0 of 2: row 1 (order: 2)");
        assert_eq!(check(200, first).unwrap_err(), "1 rows instead of 2 (count: 1)");
        let cut = check(200, &[first, second, "{"].concat()).unwrap_err();
        assert_eq!(cut, "20 bytes of rows instead of 21 (count: 1)");
        let none = check(200, &[first, "row 1\n"].concat()).unwrap_err();
        assert_eq!(none, "row 1 of 2: a line that is no row (row: 1)");
        let refused = check(400, "").unwrap_err();
        assert_eq!(refused, "the answer: status 400 instead of 200 (count: 1, status: 1)");
    }
}
