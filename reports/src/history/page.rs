//! The page of trends: a section a machine, with charts over its runs and the figures behind them.

use maud::{Markup, PreEscaped, html};

use super::changes::{Change, changes};
use super::chart::{Group, Size, groups};
use super::run::{Machine, Run};
use crate::chart::trend::{Trend, trend};
use crate::relative::{Against, Found};
use crate::stats::Estimate;
use crate::table::{Cell, Column, Kind, Measure, Name, Row, Table};
use crate::{conditions, figure, html as page, series, table, text};

pub(super) fn page(machines: &[Machine]) -> String {
    let runs = || machines.iter().flat_map(|machine| &machine.runs);
    let dates: Vec<&str> = runs().map(|run| day(run)).collect();
    let first = dates.iter().min().copied().unwrap_or_default();
    let last = dates.iter().max().copied().unwrap_or_default();
    let header = html! {
        p.eyebrow { span { "waitmark" } span { "trends" } span { (first) " to " (last) } }
        h1 {
            (figure::counted(dates.len(), "run"))
            " on "
            (figure::counted(machines.len(), "machine"))
        }
        p.limits {
            "Every point is a ratio inside one run, with its own 95 % interval. A step between \
             runs is a hint: whatever changed in between is in it. Measure variants in one run to \
             know what a change did."
        }
    };
    let main = html! {
        @for machine in machines { (section(machine, machines.len() > 1)) }
    };
    let footer = "Every figure here can be computed again from the records of the runs.";
    page::document(&format!("trends to {last}"), &header, &main, footer)
}

/// The day that a run began.
fn day(run: &Run) -> &str {
    run.record.created.get(..10).unwrap_or_default()
}

fn section(machine: &Machine, several: bool) -> Markup {
    let runs = &machine.runs;
    let changes = changes(runs);
    let labels = labels(runs);
    let groups = groups(runs);
    html! {
        section {
            @if several { h2.place { (name(machine)) } } @else { h2 { (name(machine)) } }
            p.note {
                (figure::counted(runs.len(), "run"))
                @if machine.older > 0 {
                    "; " (figure::counted(machine.older, "older one")) " had no room"
                }
                "."
            }
            @if !changes.is_empty() {
                p.note { "Something else changed at the dashed upright lines:" }
                (told(&changes, runs))
            }
            @if groups.is_empty() { p { "No cell of these runs has a ratio." } }
            @for group in &groups { (charts(group, runs, &labels, &changes)) }
        }
    }
}

fn name(Machine { runs, .. }: &Machine) -> String {
    let machine = runs.last().map(|run| conditions::processor(&run.record.machine));
    text::printable(&machine.unwrap_or_default()).into_owned()
}

/// What stands below each run: its day, or the minute where all are of one day.
fn labels(runs: &[&Run]) -> Vec<String> {
    let one_day = runs.iter().all(|run| day(run) == day(runs[0]));
    let part = if one_day { 11..16 } else { 0..10 };
    runs.iter()
        .map(|run| run.record.created.get(part.clone()).unwrap_or_default().to_owned())
        .collect()
}

/// The changes, with the numbers that their marks have.
fn told(changes: &[Change], runs: &[&Run]) -> Markup {
    html! {
        ol.marks {
            @for Change { before, what } in changes {
                li {
                    strong { (conditions::when(&runs[*before].record.created)) } ": "
                    (what.join("; "))
                }
            }
        }
    }
}

fn charts(group: &Group, runs: &[&Run], labels: &[String], changes: &[Change]) -> Markup {
    let (largest, others) = match group.sizes.split_first() {
        Some(split) => split,
        None => return html! {},
    };
    let title = match group.against {
        Against::Reference(name) => format!("{}: speedup over {name}", group.scenario.title()),
        Against::Base(_) => format!("{}: time, new by base", group.scenario.title()),
    };
    html! {
        h2 { (text::printable(&title)) }
        (size(group, largest, runs, labels, changes))
        @if !others.is_empty() {
            details {
                summary { "Other sizes" }
                @for other in others { (size(group, other, runs, labels, changes)) }
            }
        }
    }
}

/// The charts of a size, one a client, and their figures.
fn size(
    group: &Group,
    size: &Size,
    runs: &[&Run],
    labels: &[String],
    changes: &[Change],
) -> Markup {
    let places: Vec<usize> = changes.iter().map(|change| change.before).collect();
    let svg = |client: &str, found: &[Option<Found>]| {
        let ratios: Vec<Option<Estimate>> =
            found.iter().map(|found| shown(group.against, *found)).collect();
        let around_one = matches!(group.against, Against::Base(_));
        trend(&Trend { labels, client, ratios: &ratios, changes: &places, around_one })
    };
    let counted = group.scenario.counted(size.n);
    html! {
        h3.size { (counted) }
        div.charts {
            @for (client, found) in size.clients.iter().zip(&size.found) {
                @if let Some(svg) = svg(client, found) { (chart(client, &counted, &svg)) }
            }
        }
        (figures(group, size, runs))
    }
}

fn chart(client: &str, counted: &str, svg: &str) -> Markup {
    let label =
        format!("Chart: the ratio of {client} at {counted} over runs; the table has its figures");
    html! {
        figure {
            figcaption {
                @for series in series::assign(&[client]) { (page::key(series)) }
                strong { (client) }
            }
            div.chart role="img" aria-label=(label) { (PreEscaped(svg)) }
        }
    }
}

/// The ratio as it is shown.
fn shown(against: &Against, found: Option<Found>) -> Option<Estimate> {
    match found? {
        Found::Ratio(ratio, _) => Some(against.shown(ratio)),
        Found::Without(_) => None,
    }
}

/// The figures of a size's charts, the newest run first.
fn figures(group: &Group, size: &Size, runs: &[&Run]) -> Markup {
    let cell = |found: Option<Found>| match (shown(group.against, found), found) {
        (Some(ratio), _) => {
            let interval = ratio.interval.map(|interval| figure::interval(interval, "–"));
            let interval = interval.unwrap_or_else(|| "no interval".to_owned());
            Cell::Figures(vec![figure::speedup(ratio.value), interval], None)
        }
        (None, Some(Found::Without(why))) => Cell::Without(why),
        (None, _) => Cell::Empty,
    };
    let row = |place: usize| {
        Row::new(head(runs[place]), size.found.iter().map(|found| cell(found[place])).collect())
    };
    let column = |client: &String| Column { head: client.clone(), kind: Kind::Measured };
    let table = Table {
        name: Name::Machines,
        title: String::new(),
        corner: "run",
        measures: vec![Measure::Speedup, Measure::Interval],
        columns: size.clients.iter().map(column).collect(),
        rows: (0..runs.len()).rev().map(row).collect(),
        notes: Vec::new(),
    };
    let caption =
        format!("n = {}. Each cell: the ratio inside the run, and its 95 % interval.", size.n);
    html! {
        details {
            summary { "The figures at n = " (size.n) }
            (table::html(&table, &caption))
        }
    }
}

/// When the run began, and of which code it was.
fn head(Run { record, .. }: &Run) -> String {
    let when = conditions::when(&record.created);
    let of = match record.variants.as_slice() {
        [base, new] => Some(format!("{} by {}", new.name, base.name)),
        _ => record.git_rev.as_deref().map(conditions::short),
    };
    let head = of.map(|of| format!("{when}, {of}")).unwrap_or(when);
    text::printable(&head).into_owned()
}
