//! A measuring child: one client, its cells, in a process of their own.

use std::any::Any;
use std::net::SocketAddr;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use criterion::{BenchmarkId, Criterion, SamplingMode};
use serde::{Deserialize, Serialize};
use waitmark_harness::client::{Client, Kind, Settings};
use waitmark_harness::workload::{self, AnyWorkload, Batch, Wrong};

use crate::child::Reports;

/// Resamples of Criterion's own analysis, which is not used: as few as it takes without a warning.
const RESAMPLES: usize = 1001;

/// The cells of one client, and how to measure them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) client: String,
    pub(crate) workers: usize,
    pub(crate) pool_width: usize,
    pub(crate) server: SocketAddr,
    pub(crate) how: How,
    pub(crate) cells: Vec<JobCell>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct JobCell {
    pub(crate) workload: String,
    pub(crate) n: usize,
    pub(crate) delay: Duration,
    /// The cell's name within its client and workload.
    pub(crate) parameter: String,
}

/// How a cell is measured, after a batch without delays. Every answer of every batch is checked.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum How {
    /// By timing this many batches one by one.
    Directly { batches: u32 },
    /// By Criterion, into its home.
    Criterion { samples: u32, warm_up: Duration, measurement: Duration },
}

/// What the child tells of its cells, by their place in the job.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Report {
    Started(usize),
    /// Done, with the times of its batches where Criterion did not take them, nanoseconds.
    Done(usize, Vec<f64>),
    Failed(usize, String),
    /// The last report: no cell is left.
    Finished,
}

/// Runs the job: the whole life of a measuring child.
pub(crate) fn run(job: &Job, mut reports: Reports) -> Result<()> {
    let kind: Kind = job.client.parse()?;
    let settings = Settings {
        workers: job.workers.try_into().context("workers")?,
        pool_width: job.pool_width.try_into().context("pool_width")?,
    };
    let client = kind.start(&settings).with_context(|| format!("can't start {kind}"))?;
    for (i, cell) in job.cells.iter().enumerate() {
        reports.send(&Report::Started(i))?;
        let plan = |delay| {
            let entry = workload::ALL.iter().find(|entry| entry.name == cell.workload);
            let entry = entry.with_context(|| format!("no workload {}", cell.workload))?;
            (entry.plan)(&Batch { server: job.server, n: cell.n, delay }).context("planning")
        };
        let warm_up = plan(Duration::ZERO)?;
        let plan = plan(cell.delay)?;
        // The first batches of a process pay for what is made at its first use.
        let times = time_batch(&client, &*warm_up)
            .and_then(|_| measure(job.how, kind, cell, &client, &*plan));
        reports.send(&match times {
            Ok(times) => Report::Done(i, times),
            Err(wrong) => Report::Failed(i, wrong.to_string()),
        })?;
    }
    reports.send(&Report::Finished)
}

/// Measures a cell, and gives the times of its batches where Criterion does not take them.
fn measure(
    how: How,
    kind: Kind,
    cell: &JobCell,
    client: &Client,
    plan: &dyn AnyWorkload,
) -> Result<Vec<f64>, Wrong> {
    match how {
        How::Directly { batches } => (0..batches)
            .map(|_| time_batch(client, plan).map(|time| time.as_nanos() as f64))
            .collect(),
        How::Criterion { samples, warm_up, measurement } => {
            // Criterion can't be told to give a cell up, so a wrong answer unwinds through it.
            panic::catch_unwind(AssertUnwindSafe(|| {
                let mut criterion = Criterion::default().without_plots();
                let mut group = criterion.benchmark_group(&cell.workload);
                group
                    .sampling_mode(SamplingMode::Flat)
                    .sample_size(samples as usize)
                    .warm_up_time(warm_up)
                    .measurement_time(measurement)
                    .nresamples(RESAMPLES);
                group.bench_function(BenchmarkId::new(kind.name(), &cell.parameter), |bencher| {
                    bencher.iter_custom(|batches| {
                        (0..batches)
                            .map(|_| time_batch(client, plan))
                            .sum::<Result<Duration, Wrong>>()
                            .unwrap_or_else(|wrong| panic::resume_unwind(Box::new(wrong)))
                    });
                });
            }))
            .map(|()| Vec::new())
            .map_err(wrong_or_panic)
        }
    }
}

/// Times one batch. Its answers are checked after the clock has stopped.
fn time_batch(client: &Client, plan: &dyn AnyWorkload) -> Result<Duration, Wrong> {
    let start = Instant::now();
    let outcome = plan.run(client);
    let time = start.elapsed();
    plan.check(&outcome)?;
    Ok(time)
}

fn wrong_or_panic(payload: Box<dyn Any + Send>) -> Wrong {
    match payload.downcast::<Wrong>() {
        Ok(wrong) => *wrong,
        Err(payload) => panic::resume_unwind(payload),
    }
}
