//! The guide's claims, in its order.

use super::rule::Bound::{AtLeast, AtMost, Between, Cores, Ideals, Middle, NearN, Proved, Turns};
use super::rule::Measure::{By, BySequential, Checked, Of, OverSequential};
use super::rule::Reading::{
    Connections, Delays, Dropped, Lines, Moment, MomentInDelays, MomentShare, Peak, Requests,
};
use super::rule::Room::{AllAtOnce, NoSpareWorker};
use super::rule::Size::{Exactly, Largest};
use super::rule::Who::{Concurrent, Tasks, Threads};
use super::rule::Word::Number;
use super::rule::{Claim, Scene};
use super::scenes::{
    ALL_AT_ONCE, AS_COMPLETED, AS_TASKS, ASYNCHRONOUS, BLOCKING, BOUNDED, CANCEL, CANCELLED,
    COLLECT, CURSOR, DONE, ERROR, FILE_LINES, FIRST_ANSWER, FIRST_ERROR, IN_TURN, NOT_BOUNDED,
    OFFLOADED, ON_EXECUTOR, ON_THREADS, TEN_AT_ONCE, WHOLE_FILES, how,
};
use crate::guide::{PUBLISHED, WORKLOAD};
use crate::quantity::Quantity::{Memory, Time};

/// How much longer than the shortest delay a first answer may take.
const FIRST: f64 = 1.4;
/// The same of what takes so many delays at best, in percent.
const LATER: u32 = 140;
/// The longest stall that nobody would call one, nanoseconds.
const STALL_NS: f64 = 5e6;

/// Of tens of thousands of operations that wait on one thread no scenario is measured yet.
pub(super) const NOT_COMPARABLE_YET: [u32; 1] = [24];

/// A row of the guide's own table.
const fn at_once(row: usize, claim: &'static str, guide: &'static str) -> Claim {
    let scene = Scene::new(WORKLOAD, Exactly(PUBLISHED[row].n));
    let measure = OverSequential(scene);
    let bound = AtLeast(PUBLISHED[row].speedup);
    Claim::new(1, claim, guide).about(Concurrent).measured(
        "Speedup over sequential",
        measure,
        bound,
    )
}

const fn one_wait(n: u32, claim: &'static str, guide: &'static str) -> Claim {
    let measure = Of(Delays, Scene::new(WORKLOAD, Exactly(n)));
    Claim::new(2, claim, guide).about(Concurrent).measured("Time", measure, AtMost(1.5))
}

pub(super) const CLAIMS: &[Claim] = &[
    at_once(0, "5 fetches at once are 4.7x as fast as in a row", "5.2 s and 1.1 s: 4.7x"),
    at_once(1, "10 fetches at once are 8.7x as fast", "10.4 s and 1.2 s: 8.7x"),
    at_once(2, "20 fetches at once are 14.9x as fast", "20.8 s and 1.4 s: 14.9x"),
    at_once(3, "50 fetches at once are 24.8x as fast", "52.1 s and 2.1 s: 24.8x"),
    at_once(4, "100 fetches at once are 27.5x as fast", "104.5 s and 3.8 s: 27.5x"),
    one_wait(50, "50 calls at once take about one wait", "100 s to about 2 s"),
    one_wait(100, "100 calls at once take about one wait", "200 s to about 2 s"),
    Claim::new(
        3,
        "Awaited in turn, n calls take n times as long as begun at once",
        "6 s, and 2 s as tasks",
    )
    .about(Concurrent)
    .measured("Time in turn, of its time at once,", By(Time, IN_TURN, AS_TASKS), NearN),
    Claim::new(4, "Gathered answers keep the order of the calls", "slow, fast, medium").measured(
        "Answers in order",
        Checked(&[COLLECT]),
        Proved,
    ),
    Claim::new(5, "Failing fast does not wait for the rest", "5 items, even ones fail")
        .whole()
        .measured("Time, of its time collecting errors,", By(Time, CANCEL, COLLECT), Ideals(LATER)),
    Claim::new(5, "Failing fast cancels the rest", "").about(Concurrent).whole().measured(
        "Dropped in a batch",
        Of(Dropped, CANCEL),
        AtLeast(1.0),
    ),
    Claim::new(5, "Errors can be collected beside answers", "").measured(
        "Every outcome in its place",
        Checked(&[COLLECT]),
        Proved,
    ),
    Claim::new(
        6,
        "The first of several answers is there after the shortest delay",
        "delays 1, 3, 2",
    )
    .about(Concurrent)
    .needs(AllAtOnce)
    .measured(
        "Time to the first answer",
        Of(MomentInDelays("first answer"), FIRST_ANSWER),
        AtMost(FIRST),
    ),
    Claim::new(6, "The pending are cancelled once the first answer is there", "")
        .about(Concurrent)
        .whole()
        .measured("Time of the whole batch", Of(Delays, FIRST_ANSWER), AtMost(FIRST)),
    Claim::new(6, "The first of several errors is there after the shortest delay", "")
        .about(Concurrent)
        .needs(AllAtOnce)
        .measured(
            "Time to the first error",
            Of(MomentInDelays("first error"), FIRST_ERROR),
            AtMost(FIRST),
        ),
    Claim::new(6, "The pending are cancelled once the first error is there", "")
        .about(Concurrent)
        .whole()
        .measured("Time of the whole batch", Of(Delays, FIRST_ERROR), AtMost(FIRST)),
    Claim::new(6, "What was cancelled is dropped, and not left in flight", "")
        .about(Concurrent)
        .whole()
        .measured(
            "Dropped in a batch, with none in flight at a cell's end,",
            Of(Dropped, FIRST_ANSWER),
            AtLeast(1.0),
        ),
    Claim::new(7, "The first answer does not wait for the slowest call", "delays 3, 1, 2: 1, 2, 3")
        .whole()
        .needs(AllAtOnce)
        .measured(
            "Time to the first answer",
            Of(MomentInDelays("first answer"), AS_COMPLETED),
            AtMost(FIRST),
        ),
    Claim::new(7, "Answers are there as they complete", "").whole().needs(AllAtOnce).measured(
        "Time to the median answer",
        Of(MomentInDelays("median answer"), AS_COMPLETED),
        Middle(LATER),
    ),
    Claim::new(8, "A blocking call in async code stalls the other tasks", "the ticker stalls")
        .about(Tasks)
        .needs(NoSpareWorker)
        .measured(
            "Longest stall of a ticker",
            Of(MomentInDelays("longest stall"), BLOCKING),
            AtLeast(1.0),
        ),
    Claim::new(8, "A blocking call that is offloaded stalls nobody", "").about(Tasks).measured(
        "Longest stall of a ticker",
        Of(Moment("longest stall"), OFFLOADED),
        AtMost(STALL_NS),
    ),
    Claim::new(8, "An async sleep stalls nobody", "").about(Tasks).measured(
        "Longest stall of a ticker",
        Of(Moment("longest stall"), ASYNCHRONOUS),
        AtMost(STALL_NS),
    ),
    Claim::new(9, "Async does not help CPU-bound work past the cores", "async does not help")
        .about(Concurrent)
        .measured("Speedup over sequential", OverSequential(ON_EXECUTOR), Cores(110)),
    Claim::new(9, "Offloading CPU-bound work does not help past the cores either", "")
        .about(Concurrent)
        .measured("Speedup over sequential", OverSequential(ON_THREADS), Cores(110)),
    Claim::new(10, "A cursor's first row is there once it is executed", "1 s, then 0.1 s a row")
        .measured("Time to the first row", Of(MomentInDelays("first row"), CURSOR), AtMost(FIRST)),
    Claim::new(10, "A cursor's rows are handed on while others are waited for", "").measured(
        "Time to the first row, of the batch's time,",
        Of(MomentShare("first row"), CURSOR),
        AtMost(0.75),
    ),
    Claim::new(11, "Resources are released at the end and on errors", "clean-up always runs")
        .measured("Releases = acquisitions", Checked(&[DONE, ERROR]), Proved),
    Claim::new(11, "Resources are released on cancellation", "").whole().measured(
        "Releases = acquisitions",
        Checked(&[CANCELLED]),
        Proved,
    ),
    Claim::new(12, "A bounded queue gives out every item once", "10 items, 2 to 3, room for 10")
        .whole()
        .measured("Items once, depth in bounds", Checked(&[how("queue", 10, &[])]), Proved),
    Claim::new(13, "Three workers crawl every page once", "unique pages")
        .about(Concurrent)
        .measured("Pages once", Checked(&[how("crawl", 12, &[])]), Proved),
    Claim::new(14, "10 calls, 3 at a time, take about 4 waits", "about 4 s")
        .about(Concurrent)
        .measured("Time", Of(Delays, BOUNDED), Turns(3)),
    Claim::new(14, "Without the limit 10 calls take one wait", "about 1 s")
        .about(Concurrent)
        .measured("Time", Of(Delays, NOT_BOUNDED), Between(1.0, FIRST)),
    Claim::new(14, "Never are there more than 3 at once", "").about(Concurrent).measured(
        "Calls in flight",
        Of(Peak, BOUNDED),
        AtMost(3.0),
    ),
    Claim::new(15, "Whoever limits its own rate is never refused", "5 requests each 2 s").measured(
        "No answer 429",
        Checked(&[how("rate_limited", 15, &[])]),
        Proved,
    ),
    Claim::new(16, "A session uses its connections again", "").measured(
        "Connections opened in a batch",
        Of(Connections, how("session", 12, &[("connections", Number(3))])),
        AtMost(3.0),
    ),
    Claim::new(17, "Failures are tried again, up to 3 times, a 404 never", "back-off 1, 2, 4 s")
        .measured("Tries counted in a batch", Of(Requests, how("retry", 4, &[])), Proved),
    Claim::new(18, "Async file I/O often loses: many files at once", "").about(Tasks).measured(
        "Time, by sequential's time,",
        BySequential(WHOLE_FILES),
        AtLeast(1.0),
    ),
    Claim::new(18, "Async file I/O often loses: a large one line by line", "")
        .about(Tasks)
        .measured("Time, by sequential's time,", BySequential(FILE_LINES), AtLeast(1.0)),
    Claim::new(19, "Ten at a time take longer than all at once", "10,000 tasks")
        .about(Concurrent)
        .measured(
            "Time ten at a time, of its time all at once,",
            By(Time, TEN_AT_ONCE, ALL_AT_ONCE),
            AtLeast(1.0),
        ),
    Claim::new(19, "All at once take more memory than ten at a time", "")
        .about(Concurrent)
        .measured(
            "Peak memory all at once, of its own ten at a time,",
            By(Memory, ALL_AT_ONCE, TEN_AT_ONCE),
            AtLeast(1.0),
        ),
    Claim::new(20, "A few pages at a time are scraped several times as fast", "3 to 5 at a time")
        .about(Concurrent)
        .measured(
            "Pages a second by those of sequential",
            OverSequential(how("scrape", 20, &[])),
            AtLeast(3.0),
        ),
    Claim::new(21, "Ids, then details and posts: two waits deep", "not twenty-one")
        .about(Concurrent)
        .measured("Time", Of(Delays, how("api_pipeline", 10, &[])), Between(2.0, 3.0)),
    Claim::new(22, "Every line of a chat reaches all the others", "").whole().measured(
        "Lines delivered",
        Of(Lines, how("chat", 10, &[])),
        Proved,
    ),
    Claim::new(23, "Async buys 10x or more for I/O", "10-100x").about(Tasks).measured(
        "Speedup over sequential",
        OverSequential(Scene::new(WORKLOAD, Largest)),
        AtLeast(10.0),
    ),
    Claim::new(23, "Threads buy 5x or more for I/O", "5-10x").about(Threads).measured(
        "Speedup over sequential",
        OverSequential(Scene::new(WORKLOAD, Largest)),
        AtLeast(5.0),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::rule::Measure;

    #[test]
    fn every_scenario_of_the_guide_has_a_claim_or_is_not_comparable_yet() {
        let numbers: Vec<u32> = CLAIMS.iter().map(|claim| claim.number).collect();
        assert!(numbers.is_sorted());
        let all: Vec<u32> = (1..=24).collect();
        let mut known = numbers;
        known.extend(NOT_COMPARABLE_YET);
        known.dedup();
        assert_eq!(known, all);
    }

    #[test]
    fn the_published_rows_are_those_of_the_guide() {
        for (row, claim) in PUBLISHED.iter().zip(CLAIMS) {
            let speedup = format!("{}x", row.speedup);
            let times = format!("{} s and {} s: {speedup}", row.sequential_s, row.concurrent_s);
            assert_eq!(claim.guide, times);
            assert!(claim.claim.starts_with(&format!("{} ", row.n)), "{}", claim.claim);
            assert!(claim.claim.contains(&speedup), "{}", claim.claim);
        }
    }

    #[test]
    fn a_claim_has_something_to_measure_and_no_two_say_the_same() {
        for (index, claim) in CLAIMS.iter().enumerate() {
            assert!(!claim.measure.scenes().is_empty() && !claim.measured.is_empty(), "{claim:?}");
            let is_proof = matches!(claim.measure, Measure::Checked(_));
            assert!(
                !is_proof || claim.bound == Proved,
                "a count of batches has no bounds: {claim:?}"
            );
            assert!(!CLAIMS[..index].iter().any(|it| it.claim == claim.claim), "{claim:?}");
        }
    }
}
