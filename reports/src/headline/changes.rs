//! The few sentences that say what changed between builds.

use super::Sentence;
use crate::change::{Change, Changes, Finding, Tally};
use crate::figure;
use crate::quantity::Quantity;

/// What changed the most, how much else did, and what is not known.
pub(super) fn sentences(changes: &Changes) -> Vec<Sentence> {
    let tally = changes.tally();
    let mut sentences = vec![finding(changes, &tally)];
    let limits = [
        looked(&tally),
        undecided(changes, &tally),
        of_cells(tally.not_measured, &tally, "could not be compared"),
    ];
    sentences.extend(limits.into_iter().flatten().map(|limit| Sentence::default().text(limit)));
    sentences
}

fn finding(changes: &Changes, tally: &Tally) -> Sentence {
    let between = between(changes);
    let floor = figure::set_percent(changes.floor);
    match changes.changes.first().filter(|first| first.finding.is_change()) {
        Some(first) => lead(changes, first).text(match tally.cells {
            1 => ".".to_owned(),
            cells => format!("; {} of {cells} cells changed.", tally.changed),
        }),
        None if tally.known() == 0 => {
            Sentence::default().text(format!("It is not known of any cell what changed {between}."))
        }
        None => {
            let cells = figure::counted(tally.known(), "cell");
            Sentence::default().text(format!("No change of {floor} or more in {cells} {between}."))
        }
    }
}

/// The change that a reader has to hear of first.
fn lead(changes: &Changes, change: &Change) -> Sentence {
    let Change { variant, client, scenario, n, .. } = change;
    let (base, at) = (&changes.base, scenario.at(*n));
    let what = match change.quantity {
        Quantity::Cpu => "CPU time",
        _ => "time",
    };
    let confirmed = match change.finding {
        Finding::Unconfirmed(_) => ", not run again",
        _ => ", confirmed by a rerun",
    };
    let Some(ratio) = &change.estimate else { return Sentence::default() };
    let takes = figure::speedup(ratio.value);
    Sentence::default()
        .text(format!("{variant} takes {takes} the {what} of {base} for {client} on {at}"))
        .interval(ratio)
        .text(confirmed)
}

fn looked(tally: &Tally) -> Option<String> {
    of_cells(tally.not_confirmed, tally, "looked changed, and in a rerun did not")
}

fn undecided(changes: &Changes, tally: &Tally) -> Option<String> {
    let floor = figure::set_percent(changes.floor);
    of_cells(tally.undecided, tally, &format!("may have changed by more than {floor} or not"))
}

fn of_cells(some: usize, tally: &Tally, did: &str) -> Option<String> {
    (some > 0).then(|| format!("{some} of {} {did}.", figure::counted(tally.cells, "cell")))
}

/// The builds that were compared.
fn between(changes: &Changes) -> String {
    match changes.variants.as_slice() {
        [new] => format!("between {} and {new}", changes.base),
        others => format!("between {} and each of {}", changes.base, figure::list(others)),
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::Analysis;
    use crate::headline;
    use crate::record::{Record, Status};
    use crate::synthetic::{self, cell_mut, slow};

    fn headline_of(record: &Record) -> String {
        headline::of(&Analysis::of(record))
    }

    fn record() -> Record {
        synthetic::variants(&["1.44.2", "1.45.0"], &[5, 20], 10)
    }

    #[test]
    fn nothing_changed() {
        insta::assert_snapshot!(headline_of(&record()), @"No change of 5 % or more in 4 cells between 1.44.2 and 1.45.0.");
        let three = synthetic::variants(&["1.44.2", "1.45.0", "1.54.1"], &[5], 10);
        insta::assert_snapshot!(headline_of(&three), @"No change of 5 % or more in 4 cells between 1.44.2 and each of 1.45.0 and 1.54.1.");
    }

    #[test]
    fn the_largest_confirmed_change_leads() {
        let mut record = record();
        for (client, by) in [("tokio@1.45.0", 1.2), ("smol@1.45.0", 0.5)] {
            slow(cell_mut(&mut record, client, 20), by);
            synthetic::rerun(&mut record, client, 20, by);
        }
        slow(cell_mut(&mut record, "tokio@1.45.0", 5), 2.0);
        insta::assert_snapshot!(headline_of(&record), @"1.45.0 takes 1.20x the time of 1.44.2 for tokio on fan_out with 20 requests of 10 ms each [1.20, 1.20], confirmed by a rerun; 3 of 4 cells changed.");
        synthetic::rerun(&mut record, "tokio@1.45.0", 5, 1.0);
        insta::assert_snapshot!(headline_of(&record), @"1.45.0 takes 1.20x the time of 1.44.2 for tokio on fan_out with 20 requests of 10 ms each [1.20, 1.20], confirmed by a rerun; 2 of 4 cells changed. 1 of 4 cells looked changed, and in a rerun did not.");
    }

    #[test]
    fn a_change_without_a_rerun_is_called_that() {
        let mut record = record();
        slow(cell_mut(&mut record, "tokio@1.45.0", 20), 1.2);
        insta::assert_snapshot!(headline_of(&record), @"1.45.0 takes 1.20x the time of 1.44.2 for tokio on fan_out with 20 requests of 10 ms each [1.20, 1.20], not run again; 1 of 4 cells changed.");
    }

    #[test]
    fn what_is_not_known_is_counted() {
        let mut record = record();
        synthetic::fail(cell_mut(&mut record, "tokio@1.45.0", 20), "killed");
        cell_mut(&mut record, "smol@1.44.2", 20).rounds.truncate(2);
        insta::assert_snapshot!(headline_of(&record), @"No change of 5 % or more in 2 cells between 1.44.2 and 1.45.0. 1 of 4 cells may have changed by more than 5 % or not. 1 of 4 cells could not be compared.");
        for cell in &mut record.cells {
            (cell.status, cell.reason) = (Status::Skipped, None);
            cell.rounds.clear();
        }
        insta::assert_snapshot!(headline_of(&record), @"It is not known of any cell what changed between 1.44.2 and 1.45.0. 4 of 4 cells could not be compared.");
        record.cells.clear();
        insta::assert_snapshot!(headline_of(&record), @"It is not known of any cell what changed between 1.44.2 and 1.45.0.");
    }
}
