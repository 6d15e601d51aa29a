//! Two runs, cell by cell.

use super::cell::{Cell, cells};
use super::differences::Differences;
use super::left_out::{LeftOut, left_out};
use crate::analysis::{Analysis, Warning};
use crate::record::Record;
use crate::scenario::Scenario;
use crate::stats::{Estimate, Verdict, Welch, judge_unpaired};

/// Two runs, compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The earlier run, or whatever the other is held against.
    pub base: Run,
    /// The other one.
    pub new: Run,
    /// Under what else they were measured.
    pub differences: Differences,
    /// The margin of the verdicts, as a share: that of the new run's profile.
    pub margin: f64,
    /// Cells that both have figures of: what changed first, then what is undecided, then the rest.
    pub rows: Vec<Row>,
    /// All other cells.
    pub left_out: Vec<LeftOut>,
}

/// Which run it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its own name.
    pub run: String,
    /// When it began, RFC 3339 in UTC.
    pub created: String,
    /// The commit that was measured.
    pub git_rev: Option<String>,
    /// What weakens its figures.
    pub warnings: Vec<Warning>,
}

/// A cell that both runs have figures of.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What was done.
    pub scenario: Scenario,
    /// Units in a batch.
    pub n: u32,
    /// The client.
    pub client: String,
    /// What a batch took in the base run, nanoseconds.
    pub base: Estimate,
    /// What it took in the new run, nanoseconds.
    pub new: Estimate,
    /// The new run's time by the base's: above 1 it takes longer.
    pub ratio: Welch,
    /// The verdict on the new run, all cells judged together; `None` where the runs were measured
    /// under conditions that forbid one.
    pub verdict: Option<Verdict>,
}

impl Compared {
    /// Compares `new` with `base`.
    ///
    /// Where the machine or the method differ there are no verdicts, unless they are asked for
    /// `across` them.
    pub fn of(base: &Record, new: &Record, across: bool) -> Self {
        let differences = Differences::of(base, new);
        let margin = new.profile.margin;
        let analyses = [base, new].map(Analysis::of);
        let [before, after] = analyses.each_ref().map(cells);
        let mut rows: Vec<Row> = after
            .iter()
            .filter_map(|cell| Row::of(before.iter().find(|it| it.is(cell))?, cell))
            .collect();
        if across || differences.comparable() {
            let speedups: Vec<Welch> = rows.iter().map(|row| row.ratio.inverse()).collect();
            for (row, verdict) in rows.iter_mut().zip(judge_unpaired(&speedups, margin)) {
                row.verdict = Some(verdict);
            }
            rows.sort_by_key(|row| rank(row.verdict));
        }
        let left_out = left_out(&before, &after);
        let [before, after] = analyses.map(|analysis| analysis.warnings);
        let (base, new) = (Run::of(base, before), Run::of(new, after));
        Self { base, new, differences, margin, rows, left_out }
    }
}

impl Run {
    fn of(record: &Record, warnings: Vec<Warning>) -> Self {
        Self {
            run: record.run.clone(),
            created: record.created.clone(),
            git_rev: record.git_rev.clone(),
            warnings,
        }
    }
}

impl Row {
    /// `None` unless both have figures.
    fn of(base: &Cell, new: &Cell) -> Option<Self> {
        let (base, after) = (base.outcome.figures()?.time_ns, new.outcome.figures()?.time_ns);
        Some(Self {
            scenario: new.scenario.clone(),
            n: new.n,
            client: new.client.to_owned(),
            base,
            new: after,
            ratio: Welch::ratio(&after, &base),
            verdict: None,
        })
    }
}

/// What is news comes first.
pub(super) fn rank(verdict: Option<Verdict>) -> u8 {
    match verdict {
        Some(Verdict::Faster | Verdict::Slower) => 0,
        Some(Verdict::SlightlyFaster | Verdict::SlightlySlower) => 1,
        Some(Verdict::Undecided { .. }) | None => 2,
        Some(Verdict::Same) => 3,
    }
}
