//! What the alarm promises, held against runs of known truth: how often it is false, and what it
//! finds.
//!
//! A run here compares two builds on 20 cells in 10 rounds, and runs what is flagged again in 10
//! more. `cargo test -p waitmark-reports change::simulation -- --nocapture` prints the figures.

use fastrand::Rng;

use super::rule::{confirm, flag};
use super::{Direction, Finding};
use crate::stats::Estimate;
use crate::stats::simulation::normal;

const CELLS: usize = 20;
const ROUNDS: usize = 10;
const RUNS: usize = 4_000;
const FLOOR: f64 = 0.05;
/// Standard deviation of a build's time on a cell from round to round, on the log scale.
const NOISE: f64 = 0.02;
/// Standard deviation of what a build's code layout does to a cell, on the log scale: the same in all
/// rounds of the build, the rerun's included. Both builds have one of their own.
const LAYOUT: f64 = 0.01;

/// A run: what was measured of each cell, and what its rerun would measure.
struct Run {
    planned: Vec<Estimate>,
    reruns: Vec<Estimate>,
}

impl Run {
    /// Two builds that take the same but for their `layout`, and the first cells, on which the new
    /// one takes `by` more.
    fn of(layout: f64, changed: usize, by: f64, rng: &mut Rng) -> Self {
        let truth = |cell: usize| if cell < changed { (1.0 + by).ln() } else { 0.0 };
        let bias = |rng: &mut Rng| layout * (normal(rng) - normal(rng));
        let truths: Vec<f64> = (0..CELLS).map(|cell| truth(cell) + bias(rng)).collect();
        let mut measured = || truths.iter().map(|truth| measured(*truth, rng)).collect();
        Self { planned: measured(), reruns: measured() }
    }

    /// What the rule says of every cell, with the reruns of what it flags.
    fn findings(&self) -> Vec<Finding> {
        let mut findings = flag(&self.planned, FLOOR);
        let reruns: Vec<Option<Estimate>> = self.reruns.iter().copied().map(Some).collect();
        confirm(&mut findings, &reruns, FLOOR);
        findings
    }
}

/// A ratio over the rounds of two builds.
fn measured(truth: f64, rng: &mut Rng) -> Estimate {
    let mut round = || truth + NOISE * (normal(rng) - normal(rng));
    Estimate::of_logs(&(0..ROUNDS).map(|_| round()).collect::<Vec<_>>()).unwrap()
}

fn share(count: usize) -> f64 {
    count as f64 / RUNS as f64
}

/// In what share of the runs this is true.
fn how_often(layout: f64, changed: usize, by: f64, is: impl Fn(&Run) -> bool) -> f64 {
    let mut rng = Rng::with_seed(5);
    share((0..RUNS).filter(|_| is(&Run::of(layout, changed, by, &mut rng))).count())
}

fn excludes_one(ratio: &Estimate) -> bool {
    ratio.interval.is_some_and(|interval| interval.low > 1.0 || interval.high < 1.0)
}

fn is_flagged(finding: &Finding) -> bool {
    matches!(finding, Finding::Unconfirmed(_))
}

fn is_confirmed(finding: &Finding) -> bool {
    matches!(finding, Finding::Regression | Finding::Improvement)
}

/// False alarms of runs whose builds differ in nothing but their layout: where any interval excludes
/// 1, with Holm, with the floor too, and with the rerun.
fn false_alarms(layout: f64) -> [f64; 4] {
    let how_often = |is: fn(&Run) -> bool| how_often(layout, 0, 0.0, is);
    let alarms = [
        how_often(|run| run.planned.iter().any(excludes_one)),
        how_often(|run| flag(&run.planned, 0.0).iter().any(is_flagged)),
        how_often(|run| flag(&run.planned, FLOOR).iter().any(is_flagged)),
        how_often(|run| run.findings().iter().any(is_confirmed)),
    ];
    println!("false alarms at a layout of {layout}: {alarms:.4?}");
    alarms
}

#[test]
fn equal_builds_raise_the_alarm_in_few_runs() {
    let [interval, holm, floor, confirmed] = false_alarms(LAYOUT);
    assert!(interval >= 0.9);
    assert!(holm < interval && floor < holm && confirmed < floor);
    assert!(floor <= 0.08);
    assert!(confirmed <= 0.02);
}

#[test]
fn layout_decides_how_often_the_alarm_is_false() {
    let [.., least] = false_alarms(LAYOUT / 2.0);
    // 1 % of the ratio.
    let [.., less] = false_alarms(LAYOUT / 2f64.sqrt());
    assert!(least <= 0.001 && less <= 0.005);
    // No rerun helps against what layout alone moves beyond the floor.
    let [.., floor, confirmed] = false_alarms(2.0 * LAYOUT);
    assert!(floor >= 0.5 && confirmed >= 0.3);
}

/// In what share of the runs the alarm tells of any of the cells that changed.
fn found(changed: usize, by: f64) -> f64 {
    let flagged = how_often(LAYOUT, changed, by, |run| {
        flag(&run.planned, FLOOR)[..changed].contains(&Finding::Unconfirmed(Direction::More))
    });
    let confirmed = how_often(LAYOUT, changed, by, |run| {
        run.findings()[..changed].contains(&Finding::Regression)
    });
    println!(
        "{changed} of {CELLS} cells take {by} more: flagged {flagged:.3}, confirmed {confirmed:.3}"
    );
    confirmed
}

#[test]
fn changes_beyond_the_floor_are_found() {
    let [one, four] = [1, 4].map(|changed| [0.05, 0.08, 0.10, 0.15].map(|by| found(changed, by)));
    // At the floor itself it is a matter of luck on every cell.
    assert!((0.2..=0.5).contains(&one[0]) && four[0] >= 0.7);
    assert!(one[1] >= 0.9 && one[2] >= 0.99 && one[3] >= 0.999);
    assert!(four[1..].iter().all(|found| *found >= 0.99));
}
