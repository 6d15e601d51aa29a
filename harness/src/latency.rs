//! How a batch tells of the latencies inside it: the middle one, and one of the slowest.

use std::time::Duration;

use crate::workload::Timing;

/// The `median latency` and the `p99 latency`: percentiles by nearest rank, the least latency that
/// such a share of all does not exceed. Zero where there are none.
pub fn median_and_p99(latencies: impl IntoIterator<Item = Duration>) -> Vec<Timing> {
    let mut sorted: Vec<Duration> = latencies.into_iter().collect();
    sorted.sort_unstable();
    let percentile = |percent: usize| {
        let rank = (sorted.len() * percent).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    };
    vec![("median latency", percentile(50)), ("p99 latency", percentile(99))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let of = |millis: &[u64]| {
            let timings = median_and_p99(millis.iter().copied().map(Duration::from_millis));
            let [("median latency", median), ("p99 latency", p99)] = timings[..] else {
                panic!("{timings:?}");
            };
            [median, p99].map(|time| time.as_millis() as u64)
        };
        assert_eq!(of(&[7]), [7, 7]);
        assert_eq!(of(&[4, 1]), [1, 4]);
        assert_eq!(of(&[15, 50, 20, 40, 35]), [35, 50]);
        assert_eq!(of(&(1..=100).rev().collect::<Vec<_>>()), [50, 99]);
        assert_eq!(of(&(1..=200).collect::<Vec<_>>()), [100, 198]);
        assert_eq!(of(&[]), [0, 0]);
    }
}
