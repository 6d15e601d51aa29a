//! What the guide that waitmark grew out of published, to be shown beside what was measured.

/// One published row: n fetches of a second each, in Python's asyncio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// Fetches at once.
    pub n: u32,
    /// One after the other, seconds.
    pub sequential_s: f64,
    /// All at once, seconds.
    pub concurrent_s: f64,
    /// The speedup, as published.
    pub speedup: f64,
}

/// The delay of each published fetch, milliseconds.
pub const DELAY_MS: f64 = 1000.0;

/// The workload that the published rows measured.
pub const WORKLOAD: &str = "fan_out";

/// Every published row.
pub const PUBLISHED: [Published; 5] = [
    row(5, 5.2, 1.1, 4.7),
    row(10, 10.4, 1.2, 8.7),
    row(20, 20.8, 1.4, 14.9),
    row(50, 52.1, 2.1, 24.8),
    row(100, 104.5, 3.8, 27.5),
];

/// The client that the published speedups are taken against.
pub const REFERENCE: &str = "sequential";

/// The published row for this workload and number of requests, where speedups are taken against
/// the same `reference`.
pub fn published(workload: &str, n: u32, reference: Option<&str>) -> Option<Published> {
    let comparable = workload == WORKLOAD && reference == Some(REFERENCE);
    PUBLISHED.into_iter().find(|row| comparable && row.n == n)
}

const fn row(n: u32, sequential_s: f64, concurrent_s: f64, speedup: f64) -> Published {
    Published { n, sequential_s, concurrent_s, speedup }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_published_speedup_is_the_ratio_of_its_times() {
        for row in PUBLISHED {
            let ratio = row.sequential_s / row.concurrent_s;
            assert!((ratio - row.speedup).abs() < 0.05, "{row:?}: {ratio}");
        }
    }

    #[test]
    fn other_workloads_have_no_published_row() {
        assert_eq!(published("fan_out", 100, Some("sequential")), Some(PUBLISHED[4]));
        assert_eq!(published("fan_out", 7, Some("sequential")), None);
        assert_eq!(published("files", 100, Some("sequential")), None);
    }

    #[test]
    fn a_speedup_over_another_reference_is_not_compared() {
        assert_eq!(published("fan_out", 100, Some("tokio")), None);
    }
}
