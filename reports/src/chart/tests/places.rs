//! Every marker, line and whisker is where the axes say that its value belongs.

use super::*;
use crate::record::Cell;

const CLIENTS: [&str; 7] =
    ["sequential", "thread-pool-32", "thread-pool-n", "tokio", "async-std", "smol", "my-runtime"];
const SIZES: [u32; 5] = [1, 5, 20, 100, 10_000];

/// How far from its place anything may be: half a pixel for it, and half for each tick.
const PIXELS: f64 = 1.6;

/// A record whose clients are too far apart to touch, and whose rounds vary by some tens of
/// percent, more for each client.
fn spread_out() -> Record {
    let mut record = synthetic::record_of(&CLIENTS, &SIZES, 5);
    for cell in &mut record.cells {
        let place = CLIENTS.iter().position(|client| *client == cell.client).unwrap();
        let batch_ns = 1e8 * f64::from(cell.n).powf(0.3) / 3f64.powi(place as i32);
        for round in &mut cell.rounds {
            let wander = f64::from((round.round * 7 + place as u32 * 3) % 5) - 2.0;
            round.mean_ns = batch_ns * (1.0 + 0.02 * (place as f64 + 2.0) * wander);
        }
    }
    record
}

fn cell<'r>(record: &'r Record, client: &str, n: u32) -> &'r Cell {
    record.cells.iter().find(|cell| cell.client == client && cell.n == n).unwrap()
}

fn milliseconds(cell: &Cell) -> Estimate {
    let means: Vec<f64> = cell.rounds.iter().map(|round| round.mean_ns / 1e6).collect();
    Estimate::geometric_mean(&means).unwrap()
}

fn times_as_fast(cell: &Cell, reference: &Cell) -> Estimate {
    let rounds = reference.rounds.iter().zip(&cell.rounds);
    let ratios: Vec<f64> = rounds.map(|(other, own)| other.mean_ns / own.mean_ns).collect();
    Estimate::geometric_mean(&ratios).unwrap()
}

/// The chart's scales, found from its ticks.
struct Scales {
    x: Scale,
    y: Scale,
}

impl Scales {
    fn of(drawn: &Drawn) -> Self {
        let [x, y] = [drawn.x_ticks(), drawn.y_ticks()].map(|ticks| Scale::of(&ticks));
        assert!(x.rises() && !y.rises(), "more is to the right, and up");
        Self { x, y }
    }

    #[track_caller]
    fn check(&self, (across, down): (f64, f64), (n, value): (u32, f64), what: &str) {
        let (x, y) = (self.x.pixel(f64::from(n)), self.y.pixel(value));
        let away = (across - x).abs().max((down - y).abs());
        assert!(away <= PIXELS, "{what} at {n} is at ({across}, {down}), not ({x:.1}, {y:.1})");
    }
}

/// Checks everything drawn of `client`, given what the chart has to show of it at each size.
fn check_client(drawn: &Drawn, client: &str, expected: &[(u32, Estimate)]) {
    let scales = Scales::of(drawn);
    let series = series::assign(&[client])[0];
    let (markers, lines) = (drawn.markers(series), drawn.lines(&series.hex()));
    let [line, whiskers @ ..] = &lines[..] else { panic!("no line of {client}") };
    let counts = [markers.len(), line.len(), whiskers.len()];
    let sizes = expected.len();
    assert_eq!(counts, [sizes, sizes, 3 * sizes], "{client}");
    let drawn = markers.iter().zip(line).zip(whiskers.chunks(3));
    for (((&marker, &vertex), whisker), &(n, estimate)) in drawn.zip(expected) {
        let stats::Interval { low, high } = estimate.interval.unwrap();
        scales.check(marker, (n, estimate.value), &format!("{client}'s marker"));
        scales.check(vertex, (n, estimate.value), &format!("{client}'s line"));
        let [stem, ends @ ..] = whisker else { panic!("a stem and two ends") };
        scales.check(stem[0], (n, low), &format!("the foot of {client}'s whisker"));
        scales.check(stem[1], (n, high), &format!("the top of {client}'s whisker"));
        for (end, value) in ends.iter().zip([low, high]) {
            let [left, right] = end[..] else { panic!("an end is a line") };
            assert_eq!([right.0 - left.0, right.1 - left.1], [10.0, 0.0]);
            let middle = (left.0 + 5.0, left.1);
            scales.check(middle, (n, value), &format!("an end of {client}'s whisker"));
        }
    }
}

fn check_ideal(drawn: &Drawn, expected: &[(u32, f64)]) {
    let scales = Scales::of(drawn);
    let [line] = &drawn.lines(IDEAL)[..] else { panic!("one ideal") };
    assert_eq!(line.len(), expected.len());
    for (&vertex, &expected) in line.iter().zip(expected) {
        scales.check(vertex, expected, "the ideal");
    }
}

#[test]
fn speedups_are_where_they_belong() {
    let record = spread_out();
    let drawn = speedup(&comparison(&record)).unwrap();
    for client in &CLIENTS[1..] {
        let expected = |n| times_as_fast(cell(&record, client, n), cell(&record, CLIENTS[0], n));
        check_client(&drawn, client, &SIZES.map(|n| (n, expected(n))));
    }
    check_ideal(&drawn, &SIZES.map(|n| (n, f64::from(n))));
}

#[test]
fn times_are_where_they_belong() {
    let record = spread_out();
    let drawn = time(&comparison(&record)).unwrap();
    for client in CLIENTS {
        let expected = SIZES.map(|n| (n, milliseconds(cell(&record, client, n))));
        check_client(&drawn, client, &expected);
    }
    check_ideal(&drawn, &SIZES.map(|n| (n, 10.0)));
}

#[test]
fn a_failed_cell_moves_no_other_point() {
    let mut record = spread_out();
    synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 20), "killed");
    let drawn = time(&comparison(&record)).unwrap();
    let expected = [1, 5, 100, 10_000].map(|n| (n, milliseconds(cell(&record, "tokio", n))));
    check_client(&drawn, "tokio", &expected);
    check_client(&drawn, "smol", &SIZES.map(|n| (n, milliseconds(cell(&record, "smol", n)))));
}

#[test]
fn the_ideal_has_no_vertex_where_there_is_none() {
    let mut comparison = comparison(&spread_out());
    comparison.rows[1].ideal_speedup = None;
    let drawn = speedup(&comparison).unwrap();
    check_ideal(&drawn, &[1, 20, 100, 10_000].map(|n| (n, f64::from(n))));
    comparison.rows.iter_mut().for_each(|row| row.ideal_speedup = None);
    assert!(speedup(&comparison).unwrap().lines(IDEAL).iter().all(Vec::is_empty));
}

#[test]
fn markers_that_touch_stand_aside_and_their_lines_and_heights_stay() {
    let clients: Vec<String> = (0..16).map(|client| format!("client-{client}")).collect();
    let names: Vec<&str> = clients.iter().map(String::as_str).collect();
    let record = synthetic::record_of(&names, &[5, 20, 10_000], 3);
    let drawn = time(&comparison(&record)).unwrap();
    let scales = Scales::of(&drawn);
    let series = series::assign(&clients);
    for (row, n) in [5, 20, 10_000].into_iter().enumerate() {
        let across: Vec<f64> = series.iter().map(|&one| drawn.markers(one)[row].0).collect();
        assert!(across.is_sorted_by(|one, next| one < next), "{across:?}");
        let middle = (across[0] + across[15]) / 2.0;
        for (client, &series) in names.iter().zip(&series) {
            let place = (n, milliseconds(cell(&record, client, n)).value);
            let (_, down) = drawn.markers(series)[row];
            scales.check((middle, down), place, client);
        }
    }
}

#[test]
fn wide_intervals_have_room() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5, 20], 3);
    let rounds = &mut synthetic::cell_mut(&mut record, "tokio", 20).rounds;
    for (round, factor) in rounds.iter_mut().zip([0.1, 1.0, 10.0]) {
        round.mean_ns *= factor;
    }
    let comparison = comparison(&record);
    speedup(&comparison).unwrap().assert_inside();
    time(&comparison).unwrap().assert_inside();
}
