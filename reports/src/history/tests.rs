//! Histories of synthetic runs: what is put together, what is kept apart, and what the page says.

use super::*;
use crate::record::Status;
use crate::relative::Found;
use crate::relative::tests::builds;
use crate::synthetic;

const CLIENTS: [&str; 3] = ["sequential", "tokio", "smol"];

/// A run on this day of January 2025.
fn on(day: u32, clients: &[&str], sizes: &[u32]) -> Record {
    let mut record = synthetic::record_of(clients, sizes, 3);
    record.run = format!("{day:016x}");
    record.created = format!("2025-01-{day:02}T03:04:05Z");
    record
}

fn history(records: &[Record]) -> History {
    let mut history = History::default();
    for record in records {
        assert!(history.add(record));
    }
    history
}

/// The days of each machine's runs.
fn days(history: &History) -> Vec<Vec<String>> {
    let days = |machine: &Machine| {
        machine.runs.iter().map(|run| run.record.created[8..10].to_owned()).collect()
    };
    history.machines().iter().map(days).collect()
}

/// What changed before which day.
fn told(records: &[Record]) -> Vec<String> {
    let history = history(records);
    let machines = history.machines();
    let runs = &machines[0].runs;
    let told = changes::changes(runs);
    let of = |it: &changes::Change| {
        format!("{}: {}", &runs[it.before].record.created[8..10], it.what.join("; "))
    };
    told.iter().map(of).collect()
}

#[test]
fn runs_come_by_date_and_each_once() {
    let mut history = history(&[3, 1, 2].map(|day| on(day, &CLIENTS, &[5])));
    assert!(!history.add(&on(2, &CLIENTS, &[5])));
    let mut half = on(2, &CLIENTS, &[5]);
    half.run = "f".repeat(16);
    half.created = "2025-01-02T03:04:05.5+00:00".to_owned();
    assert!(history.add(&half));
    assert_eq!(days(&history), [["01", "02", "02", "03"]]);
    assert_eq!(history.machines()[0].runs[2].record.created, half.created);
}

#[test]
fn machines_are_kept_apart_and_the_newest_comes_first() {
    let mut records: Vec<Record> = (1..=6).map(|day| on(day, &CLIENTS, &[5])).collect();
    records[1].machine.cpu_model = Some("Other CPU".to_owned());
    records[4].machine.cpu_model = Some("Other CPU".to_owned());
    records[2].machine.logical_cpus = 64;
    // Nobody knows whether these two are one, so their systems decide.
    for day in [3, 5] {
        records[day].machine.cpu_model = None;
    }
    records[5].machine.kernel = "Linux 7".to_owned();
    assert_eq!(
        days(&history(&records)),
        [vec!["06"], vec!["02", "05"], vec!["04"], vec!["03"], vec!["01"]]
    );
    let page = history(&records).page();
    assert!(page.contains("<h1>6 runs on 5 machines</h1>"), "{page}");
    assert!(page.contains("<h2 class=\"place\">Other CPU, 4 logical CPUs</h2>"), "{page}");
}

#[test]
fn the_newest_runs_are_shown_where_there_are_too_many() {
    let runs = MOST_RUNS + 7;
    let record = |at: usize| {
        let mut record = on(1, &["sequential", "tokio"], &[5]);
        record.run = format!("{at:016x}");
        record.created = format!("2025-01-01T00:{:02}:{:02}Z", at / 60, at % 60);
        record
    };
    let records: Vec<Record> = (0..runs).map(record).collect();
    let history = history(&records);
    let machines = history.machines();
    assert_eq!((machines[0].runs.len(), machines[0].older), (MOST_RUNS, 7));
    assert_eq!(machines[0].runs[0].record.run, format!("{:016x}", 7));
    assert!(history.page().contains("60 runs; 7 older ones had no room."));
}

#[test]
fn changes_are_told_before_the_run_that_has_them() {
    let mut records: Vec<Record> = (1..=6).map(|day| on(day, &CLIENTS, &[5])).collect();
    for (day, record) in records.iter_mut().enumerate() {
        // The commit changes from run to run, and so does what a machine is busy with.
        record.git_rev = Some(format!("{day:040x}"));
        record.machine.load_before = Some(day as f64);
        let mut change = |from: usize, change: &dyn Fn(&mut Record)| {
            if day >= from {
                change(record);
            }
        };
        change(1, &|it| {
            it.machine.versions.insert("tokio".to_owned(), "1.55.0".to_owned());
        });
        change(3, &|it| it.machine.kernel = "Linux 6.2.0 x86_64".to_owned());
        change(3, &|it| it.machine.rustc = "rustc 1.96.0".to_owned());
        change(4, &|it| it.tool_version = "0.2.0".to_owned());
        change(5, &|it| it.cells.iter_mut().for_each(|cell| cell.budget_ms = 500.0));
    }
    insta::assert_snapshot!(told(&records).join("\n"), @"
    02: tokio 1.54.1 to 1.55.0
    04: kernel Linux 6.1.0 x86_64 to Linux 6.2.0 x86_64; compiler rustc 1.95.0 to rustc 1.96.0
    05: waitmark 0.1.0 to 0.2.0
    06: time a cell and round 300 ms to 500 ms
    ");
    let page = history(&records).page();
    assert!(
        page.contains("<strong>2025-01-02 03:04 UTC</strong>: tokio 1.54.1 to 1.55.0"),
        "{page}"
    );
    // On a machine that nobody knows, that alone is no change.
    for record in &mut records[..2] {
        record.machine.cpu_model = None;
    }
    assert_eq!(told(&records[..2]), ["02: tokio 1.54.1 to 1.55.0"]);
}

#[test]
fn a_chart_a_client_and_the_largest_size_first() {
    let mut records: Vec<Record> = (1..=3).map(|day| on(day, &CLIENTS, &[5, 100])).collect();
    // From the second day on there is one client more, and on the third one failed.
    records[1].cells.push(synthetic::cell("fan_out", 10.0, 100, "async-std", 3, 3));
    synthetic::fail(synthetic::cell_mut(&mut records[2], "tokio", 100), "killed");
    let history = history(&records);
    let machines = history.machines();
    let groups = chart::groups(&machines[0].runs);
    let [group] = &groups[..] else { panic!() };
    let sizes: Vec<u32> = group.sizes.iter().map(|size| size.n).collect();
    assert_eq!(sizes, [100, 5]);
    let size = &group.sizes[0];
    assert_eq!(size.clients, ["tokio", "smol", "async-std"]);
    let shape: Vec<String> = size
        .found
        .iter()
        .map(|runs| {
            let letter = |found: &Option<Found>| match found {
                Some(Found::Ratio(..)) => 'r',
                Some(Found::Without(_)) => 'w',
                None => '-',
            };
            runs.iter().map(letter).collect()
        })
        .collect();
    assert_eq!(shape, ["rrw", "rrr", "-r-"]);
    let page = history.page();
    // Three clients at 100, two at 5.
    assert_eq!(page.matches("<svg width=").count(), 5);
    let (first, second) = (page.find("100 requests").unwrap(), page.find(">5 requests").unwrap());
    assert!(first < second);
    // Tables begin with the newest run.
    let table = page.split("The figures at n = 100").nth(1).unwrap();
    let newest = table.find("2025-01-03").unwrap();
    assert!(newest < table.find("2025-01-02").unwrap());
    assert!(table.contains("<span>failed</span>"));
}

#[test]
fn two_builds_are_followed_by_client_whatever_they_are_called() {
    let run = |day: u32, names: [&str; 2]| {
        let record = builds(names, &["tokio"], &[5], 3);
        let created = format!("2025-01-{day:02}T03:04:05Z");
        Record { run: format!("{day:016x}"), created, ..record }
    };
    let history = history(&[run(1, ["aaa", "bbb"]), run(2, ["bbb", "ccc"])]);
    let machines = history.machines();
    let groups = chart::groups(&machines[0].runs);
    let [group] = &groups[..] else { panic!() };
    assert_eq!(group.sizes[0].clients, ["tokio"]);
    let page = history.page();
    assert!(page.contains("fan_out, requests of 10 ms: time, new by base"), "{page}");
    assert!(page.contains("2025-01-02 03:04 UTC, ccc by bbb"), "{page}");
    assert!(page.contains("<span class=\"speedup\">1.20x</span>"), "{page}");
    let changes = changes::changes(&machines[0].runs);
    assert_eq!(changes[0].what, ["base: tokio aaa to bbb", "new: tokio bbb to ccc"]);
}

#[test]
fn other_versions_in_the_builds_are_told_and_those_of_the_run_only_once() {
    let run = |day: u32, names: &[&str]| {
        let mut record = synthetic::variants(names, &[5], 3);
        record.run = format!("{day:016x}");
        record.created = format!("2025-01-{day:02}T03:04:05Z");
        // The commits change from run to run.
        record.variants.iter_mut().for_each(|it| it.git_rev = Some(format!("{day:040x}")));
        record
    };
    let mut records: Vec<Record> = (1..=5).map(|day| run(day, &["aaa", "bbb"])).collect();
    for record in &mut records[1..] {
        for (variant, version) in record.variants.iter_mut().zip(["1.45.0", "1.46.0"]) {
            variant.versions.insert("tokio".to_owned(), version.to_owned());
        }
    }
    for record in &mut records[2..] {
        record.machine.rustc = "rustc 1.96.0".to_owned();
        record.variants.iter_mut().for_each(|it| it.rustc = "rustc 1.96.0".to_owned());
    }
    for record in &mut records[3..] {
        record.variants[1].versions.remove("smol");
    }
    let third = records[4].variants[1].clone();
    records[4].variants.push(third);
    // What a build is called is no change, nor is another run in between that compared others.
    records[3].variants[0].name = "ddd".to_owned();
    let mut last = run(6, &["aaa", "bbb"]);
    last.variants = records[3].variants.clone();
    last.machine.rustc = "rustc 1.96.0".to_owned();
    last.variants[0].versions.insert("tokio".to_owned(), "1.47.0".to_owned());
    records.push(last);
    insta::assert_snapshot!(told(&records).join("\n"), @"
    02: base: tokio 1.44.0 to 1.45.0; new: tokio 1.45.0 to 1.46.0
    03: compiler rustc 1.95.0 to rustc 1.96.0
    04: new: smol 2.0.2 to none
    06: base: tokio 1.45.0 to 1.47.0
    ");
    // With more than one beside the base they go by their names.
    let mut more = [6, 7].map(|day| run(day, &["aaa", "bbb", "ccc"]));
    more[1].variants[2].versions.insert("tokio".to_owned(), "1.99.0".to_owned());
    insta::assert_snapshot!(told(&more).join("\n"), @"07: ccc: tokio 1.46.0 to 1.99.0");
}

#[test]
fn the_page_needs_no_other_file_and_runs_nothing() {
    let page = history(&[1, 2].map(|day| on(day, &CLIENTS, &[5, 100]))).page();
    let page = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for loads in ["<script", "src=", "url(", "@import", "http:", "https:", "javascript", "onload"] {
        assert!(!page.contains(loads), "{loads} in the page");
    }
    assert!(page.contains("<title>waitmark, trends to 2025-01-02</title>"), "{page}");
}

#[test]
fn runs_of_one_day_are_told_apart_by_the_minute() {
    let mut records = [1, 1].map(|day| on(day, &CLIENTS, &[5]));
    records[1].run = "f".repeat(16);
    records[1].created = "2025-01-01T17:08:00Z".to_owned();
    let page = history(&records).page();
    assert!(page.contains("\n03:04\n") && page.contains("\n17:08\n"), "{page}");
}

#[test]
fn runs_without_ratios_have_a_page() {
    let mut record = on(1, &["sequential", "tokio"], &[5]);
    for cell in &mut record.cells {
        (cell.status, cell.rounds) = (Status::Skipped, Vec::new());
    }
    let page = history(&[record, on(2, &["tokio"], &[5])]).page();
    assert!(page.contains("<h1>2 runs on 1 machine</h1>"), "{page}");
    assert!(!page.contains("<svg width="), "{page}");
    let alone = history(&[on(2, &["tokio"], &[5])]).page();
    assert!(alone.contains("No cell of these runs has a ratio."), "{alone}");
}

#[test]
fn hostile_names_are_text() {
    let mut record = on(1, &CLIENTS, &[5]);
    record.machine.cpu_model = Some("<img src=x>\u{1b}[2J".to_owned());
    record.git_rev = Some("<script>".to_owned());
    for cell in &mut record.cells {
        cell.workload = "<b>".to_owned();
        if cell.client == "tokio" {
            cell.client = "<i>".to_owned();
        }
    }
    let page = history(&[record]).page();
    for hostile in ["<img", "<script", "<b>", "<i>", "\u{1b}"] {
        assert!(!page.contains(hostile), "{hostile}");
    }
}
