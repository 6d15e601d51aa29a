//! What can be said of a claim: who it is about, what is measured of whom, and where it has to be.

use super::unit::Unit;
use crate::quantity::Quantity;
use crate::stats::Interval;

/// One claim of the guide.
#[derive(Debug, PartialEq)]
pub(crate) struct Claim {
    /// The number of its scenario in the guide.
    pub(crate) number: u32,
    /// What it says, in a few words.
    pub(crate) claim: &'static str,
    /// The guide's figures; empty where it has none.
    pub(crate) guide: &'static str,
    /// What is measured here, in a few words.
    pub(crate) measured: &'static str,
    pub(super) who: Who,
    /// Whether a client whose model can't do all of the workload can't be held to it.
    pub(super) whole: bool,
    pub(super) room: Room,
    pub(super) measure: Measure,
    pub(super) bound: Bound,
}

/// What a client is, as its limits tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// One thing after the other.
    Sequential,
    /// Several things, and no more than it has threads.
    Threads,
    /// As many things as there are.
    Tasks,
}

/// Whom a claim is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Who {
    Everybody,
    /// Those who do several things at once.
    Concurrent,
    Threads,
    Tasks,
}

/// What else a client has to be for a claim to be about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Room {
    Any,
    /// Able to have all of a batch under way.
    AllAtOnce,
    /// A runtime whose workers the calls of a batch can block, every one.
    NoSpareWorker,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    /// One number of each round of a scene.
    Of(Reading, Scene),
    /// What the client takes in one scene by what it takes in another, inside each round.
    By(Quantity, Scene, Scene),
    /// The time of whoever does one thing after the other by the client's.
    OverSequential(Scene),
    /// The client's time by that of whoever does one thing at a time.
    BySequential(Scene),
    /// Batches of all these scenes whose outcomes were checked, every one.
    Checked(&'static [Scene]),
}

/// What is read from a round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading {
    /// The time of a batch.
    Delays,
    /// A moment inside a batch, in delays.
    MomentInDelays(&'static str),
    /// A moment inside a batch.
    Moment(&'static str),
    /// A moment inside a batch, as a share of its time: a median over batches by a median, so that
    /// one slow batch tells neither way.
    MomentShare(&'static str),
    /// Requests in flight at once, at most.
    Peak,
    /// Connections that a batch opened.
    Connections,
    /// Requests of a batch that the server began to answer.
    Requests,
    /// Requests of a batch whose client went away.
    Dropped,
    /// Lines of a chat, each of which everybody else hears, a second.
    Lines,
}

/// Where the claim has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    Between(f64, f64),
    /// As much as there is in a batch, within 10 %.
    NearN,
    /// As many turns as it takes with so many at once, and up to 15 % more.
    Turns(u32),
    /// At most this many percent of the delays that half of a batch, the middle one included, takes.
    Middle(u32),
    /// At most this many percent of the ratio that the waits alone have.
    Ideals(u32),
    /// At most this many percent of the logical CPUs.
    Cores(u32),
    /// Wherever it is: no batch would have been measured otherwise.
    Proved,
}

/// Which cells: a workload, those of its parameters that matter, and how many units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scene {
    pub(super) workload: &'static str,
    pub(super) params: &'static [(&'static str, Word)],
    pub(super) size: Size,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Word {
    Text(&'static str),
    Number(u64),
}

/// How many units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Size {
    Exactly(u32),
    /// As many if there is such a cell, and else the most that there are.
    Near(u32),
    Largest,
}

impl Claim {
    /// A claim about everybody, which nothing is measured of yet.
    pub(super) const fn new(number: u32, claim: &'static str, guide: &'static str) -> Self {
        Self {
            number,
            claim,
            guide,
            measured: "",
            who: Who::Everybody,
            whole: false,
            room: Room::Any,
            measure: Measure::Checked(&[]),
            bound: Bound::Proved,
        }
    }

    pub(super) const fn about(self, who: Who) -> Self {
        Self { who, ..self }
    }

    /// Of clients that can do the whole workload.
    pub(super) const fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    pub(super) const fn needs(self, room: Room) -> Self {
        Self { room, ..self }
    }

    /// Whether no cell that does not hold to it has figures: the check of every batch, or the
    /// server's count after every round, fails it.
    pub(super) fn is_proved(&self) -> bool {
        let is_counted =
            matches!(self.measure, Measure::Of(Reading::Peak | Reading::Connections, _));
        self.bound == Bound::Proved || is_counted
    }

    pub(super) const fn measured(
        self,
        measured: &'static str,
        measure: Measure,
        bound: Bound,
    ) -> Self {
        Self { measured, measure, bound, ..self }
    }
}

impl Who {
    pub(super) fn is(self, model: Model) -> bool {
        match self {
            Self::Everybody => true,
            Self::Concurrent => model != Model::Sequential,
            Self::Threads => model == Model::Threads,
            Self::Tasks => model == Model::Tasks,
        }
    }
}

impl Measure {
    pub(super) fn scenes(&self) -> Vec<&Scene> {
        match self {
            Self::Of(_, scene) | Self::OverSequential(scene) | Self::BySequential(scene) => {
                vec![scene]
            }
            Self::By(_, one, other) => vec![one, other],
            Self::Checked(scenes) => scenes.iter().collect(),
        }
    }

    pub(super) fn unit(&self) -> Unit {
        match self {
            Self::By(..) | Self::OverSequential(_) | Self::BySequential(_) => Unit::Times,
            Self::Checked(_) => Unit::Counted("batch", "batches"),
            Self::Of(reading, _) => reading.unit(),
        }
    }
}

impl Reading {
    fn unit(self) -> Unit {
        match self {
            Self::Delays | Self::MomentInDelays(_) => Unit::Delays,
            Self::Moment(_) => Unit::Time,
            Self::MomentShare(_) => Unit::Share,
            Self::Peak => Unit::Counted("at once", "at once"),
            Self::Connections => Unit::Counted("connection", "connections"),
            Self::Requests => Unit::Counted("try", "tries"),
            Self::Dropped => Unit::Counted("dropped", "dropped"),
            Self::Lines => Unit::Counted("lines/s", "lines/s"),
        }
    }
}

impl Bound {
    /// The bounds for a batch of `n` on so many logical CPUs, where the waits alone take `ideals` in
    /// the two scenes of a ratio. `None` where it has none, or the ideals are not known.
    pub(super) fn at(self, n: u32, cpus: u32, ideals: Option<[f64; 2]>) -> Option<Interval> {
        let between = |low, high| Some(Interval { low, high });
        let at_most = |high| between(f64::NEG_INFINITY, high);
        match self {
            Self::AtLeast(low) => between(low, f64::INFINITY),
            Self::AtMost(high) => at_most(high),
            Self::Between(low, high) => between(low, high),
            Self::NearN => between(percent(90, n), percent(110, n)),
            Self::Turns(at_once) => {
                let turns = n.div_ceil(at_once);
                between(turns.into(), percent(115, turns))
            }
            Self::Middle(most) => at_most(percent(most, n.div_ceil(2))),
            Self::Ideals(most) => {
                let [one, other] = ideals?;
                at_most(f64::from(most) * one / (100.0 * other))
            }
            Self::Cores(most) => at_most(percent(most, cpus)),
            Self::Proved => None,
        }
    }
}

/// So many percent of a number: 110 of 3 are 3.3 to the last digit.
fn percent(percent: u32, of: u32) -> f64 {
    f64::from(percent) * f64::from(of) / 100.0
}

impl Scene {
    pub(super) const fn new(workload: &'static str, size: Size) -> Self {
        Self { workload, params: &[], size }
    }

    pub(super) const fn with(self, params: &'static [(&'static str, Word)]) -> Self {
        Self { params, ..self }
    }
}
