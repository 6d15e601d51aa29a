//! A measuring child: one client, its cells, in a process of their own.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use criterion::{BenchmarkId, Criterion, SamplingMode};
use waitmark_harness::catalogue::{Batches, Catalogue, Kind};
use waitmark_harness::meter::{self, Usage};
use waitmark_harness::workload::{Shape, Wrong};
use waitmark_reports::record::{Costs, Method};

use crate::child::Reports;
use crate::control;
use crate::message::{How, Job, JobCell, Measured, Report};

/// The variable that tells Criterion, and this child, where Criterion's files go.
pub(crate) const CRITERION_HOME: &str = "CRITERION_HOME";

/// The fewest samples that Criterion takes.
const SAMPLES: usize = 10;

/// The fewest batches that are timed without Criterion.
const FEWEST_BATCHES: u64 = 2;

/// The part of the budget that Criterion warms up for: it has to know how long a batch takes.
const WARM_UP: f64 = 0.1;

/// Resamples of Criterion's own analysis, which is not used: as few as it takes without a warning.
const RESAMPLES: usize = 1001;

/// Runs the job: the whole life of a measuring child.
pub(crate) fn run(catalogue: &Catalogue, job: &Job, mut reports: Reports) -> Result<()> {
    let kind = catalogue.client(&job.kind).with_context(|| format!("no client {}", job.kind))?;
    for (i, cell) in job.cells.iter().enumerate() {
        reports.send(&Report::Started(i))?;
        reports.send(&match measure(kind, job, cell) {
            Ok(measured) => Report::Done(i, Box::new(measured)),
            Err(error) => Report::Failed(i, format!("{error:#}")),
        })?;
    }
    reports.send(&Report::Finished)
}

/// Measures a cell: warms it up, has the server count anew, and times batches.
fn measure(kind: &Kind, job: &Job, cell: &JobCell) -> Result<Measured> {
    let shape = Shape { n: cell.n, delay: cell.delay, params: cell.params.clone() };
    let batches = kind.start(&job.settings, &cell.workload, shape, job.servers.clone())?;
    // Any address will do: all are one server.
    let server = job.servers.0.first().filter(|_| cell.counted);
    let before = server.map(|&server| control::reset(server)).transpose()?;
    let mut meter = Meter::new(batches, cell.slowdown);
    let samples = meter.samples(job, cell)?;
    let stats = server.map(|&server| control::stats(server)).transpose()?;
    let server_cpu = before.zip(stats.as_ref()).and_then(|(before, stats)| before.until(stats));
    let costs = meter.costs(server_cpu);
    Ok(Measured {
        method: samples.method,
        timed: samples.each * samples.means_ns.len() as u64,
        mean_ns: samples.means_ns.iter().sum::<f64>() / samples.means_ns.len() as f64,
        samples_ns: samples.means_ns,
        batches: meter.batches,
        costs,
        timings_ns: meter.timings_ns(),
        stats,
    })
}

/// Times of batches.
struct Samples {
    method: Method,
    /// Batches in each sample.
    each: u64,
    /// Mean time of a batch in each sample, nanoseconds.
    means_ns: Vec<f64>,
}

/// A cell's batches, and what they have come to so far.
struct Meter {
    cell: Box<dyn Batches>,
    slowdown: f64,
    batches: u64,
    /// What the batches cost; `None` once one of them was not measured.
    usage: Option<Usage>,
    /// What the workload told of moments inside the batches, each of them in every batch.
    timings: BTreeMap<&'static str, Vec<Duration>>,
}

impl Meter {
    fn new(cell: Box<dyn Batches>, slowdown: f64) -> Self {
        meter::forget_peak_memory();
        let (usage, timings) = (Some(Usage::default()), BTreeMap::new());
        Meter { cell, slowdown, batches: 0, usage, timings }
    }

    fn samples(&mut self, job: &Job, cell: &JobCell) -> Result<Samples> {
        let (budget, batch) = match cell.how {
            How::Batches(count) => return Ok(self.directly(count)?),
            How::Budget { budget, batch: Some(batch) } => (budget, batch),
            How::Budget { budget, batch: None } => (budget, self.batch()?),
        };
        let fitting = budget.div_duration_f64(batch) as u64;
        if fitting >= SAMPLES as u64 {
            return self.by_criterion(job, cell, budget);
        }
        if fitting > FEWEST_BATCHES {
            // Criterion's warm-up is not counted either.
            self.batch()?;
        }
        Ok(self.directly(fitting.max(FEWEST_BATCHES))?)
    }

    /// Times `count` batches one by one.
    fn directly(&mut self, count: u64) -> Result<Samples, Wrong> {
        let nanos = |_| Ok(self.batch()?.as_nanos() as f64);
        let means_ns = (0..count).map(nanos).collect::<Result<_, Wrong>>()?;
        Ok(Samples { method: Method::Direct, each: 1, means_ns })
    }

    /// Has Criterion take samples for the time of the budget.
    fn by_criterion(&mut self, job: &Job, cell: &JobCell, budget: Duration) -> Result<Samples> {
        let batches = RefCell::new(self);
        // Criterion can't be told to give a cell up, so a wrong answer unwinds through it.
        panic::catch_unwind(AssertUnwindSafe(|| {
            let mut criterion = Criterion::default().without_plots();
            let mut group = criterion.benchmark_group(&cell.workload);
            group
                .sampling_mode(SamplingMode::Flat)
                .sample_size(SAMPLES)
                .warm_up_time(budget.mul_f64(WARM_UP).max(Duration::from_nanos(1)))
                .measurement_time(budget)
                .nresamples(RESAMPLES);
            group.bench_function(BenchmarkId::new(&job.client, &cell.parameter), |bencher| {
                bencher.iter_custom(|count| {
                    (0..count)
                        .map(|_| batches.borrow_mut().batch())
                        .sum::<Result<Duration, Wrong>>()
                        .unwrap_or_else(|wrong| panic::resume_unwind(Box::new(wrong)))
                });
            });
        }))
        .map_err(wrong_or_panic)?;
        let home = env::var_os(CRITERION_HOME).map(PathBuf::from).context("no CRITERION_HOME")?;
        let is_this = |m: &waitmark_reports::criterion::Measurement| {
            (&m.group, &m.function, &m.value) == (&cell.workload, &job.client, &cell.parameter)
        };
        let found = waitmark_reports::criterion::read(&home)?.into_iter().find(is_this);
        let found = found.context("Criterion left no samples")?;
        let (each, means_ns) = (found.iterations, found.samples_ns);
        Ok(Samples { method: Method::Criterion, each, means_ns })
    }

    /// Runs one batch, and makes it as much longer as the cell was told to.
    fn batch(&mut self) -> Result<Duration, Wrong> {
        let taken = self.cell.run()?;
        self.batches += 1;
        for (name, time) in taken.timings {
            self.timings.entry(name).or_default().push(time);
        }
        let (longer, slowed) = slow_down(taken.time.mul_f64(self.slowdown));
        let usage = taken.usage.zip(slowed).map(|(batch, slowed)| batch + slowed);
        self.usage = self.usage.zip(usage).map(|(sum, usage)| sum + usage);
        Ok(taken.time + longer)
    }

    fn costs(&self, server_cpu: Option<Duration>) -> Option<Costs> {
        let usage = self.usage?;
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Some(Costs {
            user_ns: nanos(usage.user),
            system_ns: nanos(usage.system),
            voluntary: usage.voluntary,
            involuntary: usage.involuntary,
            server_ns: server_cpu.map(nanos),
            peak_memory_bytes: meter::peak_memory(),
        })
    }

    fn timings_ns(&mut self) -> BTreeMap<String, f64> {
        let median = |(name, times): (&&str, &mut Vec<Duration>)| {
            times.sort_unstable();
            let middle = (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2;
            ((*name).to_owned(), middle.as_nanos() as f64)
        };
        self.timings.iter_mut().map(median).collect()
    }
}

/// Burns so much time, and tells what that used.
fn slow_down(longer: Duration) -> (Duration, Option<Usage>) {
    if longer.is_zero() {
        return (longer, Some(Usage::default()));
    }
    let (before, start) = (Usage::now(), Instant::now());
    while start.elapsed() < longer {
        std::hint::spin_loop();
    }
    (start.elapsed(), Usage::now().zip(before).map(|(after, before)| after - before))
}

fn wrong_or_panic(payload: Box<dyn Any + Send>) -> Wrong {
    match payload.downcast::<Wrong>() {
        Ok(wrong) => *wrong,
        Err(payload) => panic::resume_unwind(payload),
    }
}
