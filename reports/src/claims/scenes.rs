//! The cells that the claims are held against.

use super::rule::Scene;
use super::rule::Size::Near;
use super::rule::Word::{self, Number, Text};

pub(super) const IN_TURN: Scene = how("in_turn", 3, &[("how", Text("in_turn"))]);
pub(super) const AS_TASKS: Scene = how("in_turn", 3, &[("how", Text("at_once"))]);
pub(super) const CANCEL: Scene = how("gather_errors", 5, &[("on_error", Text("cancel"))]);
pub(super) const COLLECT: Scene = how("gather_errors", 5, &[("on_error", Text("collect"))]);
pub(super) const FIRST_ANSWER: Scene = how("first_completed", 3, &[("until", Text("answer"))]);
pub(super) const FIRST_ERROR: Scene = how("first_completed", 3, &[("until", Text("error"))]);
pub(super) const AS_COMPLETED: Scene = how("as_completed", 3, &[]);
pub(super) const BLOCKING: Scene = how("stall", 16, &[("how", Text("blocking"))]);
pub(super) const OFFLOADED: Scene = how("stall", 16, &[("how", Text("offloaded"))]);
pub(super) const ASYNCHRONOUS: Scene = how("stall", 16, &[("how", Text("asynchronous"))]);
pub(super) const ON_EXECUTOR: Scene = how("cpu_bound", 8, &[("how", Text("executor"))]);
pub(super) const ON_THREADS: Scene = how("cpu_bound", 8, &[("how", Text("offloaded"))]);
pub(super) const CURSOR: Scene = how("cursor", 10, &[]);
pub(super) const DONE: Scene = how("cleanup", 10, &[("end", Text("done"))]);
pub(super) const ERROR: Scene = how("cleanup", 10, &[("end", Text("error"))]);
pub(super) const CANCELLED: Scene = how("cleanup", 10, &[("end", Text("cancelled"))]);
pub(super) const BOUNDED: Scene = how("bounded", 10, &[("at_once", Number(3))]);
pub(super) const NOT_BOUNDED: Scene = how("bounded", 10, &[("at_once", Number(0))]);
pub(super) const WHOLE_FILES: Scene = how("files", 20, &[("work", Text("whole"))]);
pub(super) const FILE_LINES: Scene = how("files", 20, &[("work", Text("lines"))]);
pub(super) const ALL_AT_ONCE: Scene = how("unbounded", 10_000, &[("at_once", Number(0))]);
pub(super) const TEN_AT_ONCE: Scene = how("unbounded", 10_000, &[("at_once", Number(10))]);

/// A scenario with the guide's number of units, where the record has that.
pub(super) const fn how(
    workload: &'static str,
    n: u32,
    params: &'static [(&'static str, Word)],
) -> Scene {
    Scene::new(workload, Near(n)).with(params)
}
