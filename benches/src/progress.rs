//! How far the run is and how long it will take: a bar on a terminal, a line a round elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// The one constructor of progress bars is [`Progress::new`]; they count planned milliseconds.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    planned: Duration,
    /// Planned time of the cells that are done.
    done: Duration,
    current: Option<Current>,
    /// Which round it is, e.g. `round 3 of 10`.
    round: String,
}

/// The cell that runs.
struct Current {
    name: String,
    since: Instant,
    planned: Duration,
}

impl Progress {
    pub(crate) fn new(planned: Duration) -> Self {
        let style = ProgressStyle::with_template("{bar:18} {percent:>3}%  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(
            Some(planned.as_millis() as u64),
            ProgressDrawTarget::stderr_with_hz(4),
        )
        .with_style(style);
        Progress {
            bar,
            started: Instant::now(),
            planned,
            done: Duration::ZERO,
            current: None,
            round: "verification".to_owned(),
        }
    }

    /// A round begins, e.g. `round 3 of 10`.
    pub(crate) fn at(&mut self, round: String) {
        self.round = round;
    }

    /// A line that stays, on a terminal and elsewhere.
    pub(crate) fn say(&self, line: &str) {
        self.bar.suspend(|| output::note(line));
    }

    /// A line where there is no bar.
    pub(crate) fn say_without_bar(&self, line: &str) {
        if self.bar.is_hidden() {
            output::note(format_args!("{line}, about {} left", round(self.left())));
        }
    }

    /// The cell `name` runs, for about `planned`; the one before it is done.
    pub(crate) fn start(&mut self, name: String, planned: Duration) {
        self.finish();
        self.current = Some(Current { name, since: Instant::now(), planned });
        self.tick();
    }

    /// Moves the bar while a cell runs.
    pub(crate) fn tick(&self) {
        let Some(current) = &self.current else { return };
        self.bar.set_position((self.done + self.of_current()).as_millis() as u64);
        self.bar.set_message(message(&self.round, self.left(), &current.name));
    }

    /// The cell that ran is done, or given up.
    pub(crate) fn finish(&mut self) {
        if let Some(current) = self.current.take() {
            self.done += current.planned;
        }
    }

    /// Takes cells that will not run off the plan.
    pub(crate) fn give_up(&mut self, planned: Duration) {
        self.plan(self.planned.saturating_sub(planned));
    }

    /// Adds cells to the plan.
    pub(crate) fn add(&mut self, planned: Duration) {
        self.plan(self.planned + planned);
    }

    fn plan(&mut self, planned: Duration) {
        self.planned = planned;
        self.bar.set_length(planned.as_millis() as u64);
    }

    /// Clears the bar and gives the time that has passed.
    pub(crate) fn end(&self) -> Duration {
        self.bar.finish_and_clear();
        self.started.elapsed()
    }

    fn left(&self) -> Duration {
        self.planned.saturating_sub(self.done + self.of_current())
    }

    /// How much of the running cell is done, never more than was planned for it.
    fn of_current(&self) -> Duration {
        self.current
            .as_ref()
            .map_or(Duration::ZERO, |current| current.since.elapsed().min(current.planned))
    }
}

/// What stands beside the bar. The cell comes last: where there is too little room, it is cut.
fn message(place: &str, left: Duration, cell: &str) -> String {
    format!("{place}, {} left  {cell}", round(left))
}

/// A time for people: `1m 20s`, in steps that suit its length.
pub(crate) fn round(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let step = if seconds < 60.0 { 1.0 } else { 10.0 };
    let seconds = (seconds / step).round().max(1.0) * step;
    humantime::format_duration(Duration::from_secs_f64(seconds)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_and_message_fit_into_80_columns() {
        let longest =
            message("round 10 of 10", Duration::from_secs(599), "fan_out/thread-pool-32/10ms/100");
        assert_eq!(longest, "round 10 of 10, 10m left  fan_out/thread-pool-32/10ms/100");
        assert!("{bar:18} 100%  ".len() + longest.len() <= 80 - 1 + "{bar:".len(), "{longest}");
    }

    #[test]
    fn times_are_rounded_for_people() {
        let texts = [0.2, 41.4, 59.7, 154.0, 3600.0].map(|s| round(Duration::from_secs_f64(s)));
        assert_eq!(texts, ["1s", "41s", "1m", "2m 30s", "1h"]);
    }
}
