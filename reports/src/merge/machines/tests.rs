//! Synthetic runs of several machines side by side.

use std::fs;

use super::beside::Section;
use super::*;
use crate::merge::Part;
use crate::record::{Record, Status};
use crate::relative::tests::builds;
use crate::synthetic;
use crate::table as tables;

fn part(name: &str, record: Record) -> Part {
    Part { name: name.to_owned(), record }
}

/// A run on another machine, where `client` takes so many times as long.
fn elsewhere(record: &Record, cpu: &str, client: &str, by: f64) -> Record {
    let mut record = record.clone();
    record.machine.cpu_model = Some(cpu.to_owned());
    for cell in record.cells.iter_mut().filter(|cell| cell.client == client) {
        let slower: Vec<f64> = cell.rounds.iter().map(|round| round.mean_ns * by).collect();
        synthetic::time(cell, &slower);
    }
    record
}

fn shown(machines: &Machines) -> String {
    let tables = machines.sections.iter().map(|section| {
        let table = table::table(machines, section);
        format!("{}\n\n{}", table.title, tables::markdown(&table))
    });
    tables.collect::<Vec<_>>().join("\n")
}

fn runs() -> Vec<Part> {
    let here = synthetic::record_of(&["sequential", "tokio", "smol"], &[20, 5], 5);
    let name = "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz";
    let mut there = elsewhere(&here, name, "tokio", 1.2);
    synthetic::fail(synthetic::cell_mut(&mut there, "smol", 20), "killed");
    there.cells.push(synthetic::cell("pipeline", 10.0, 5, "sequential", 0, 5));
    there.cells.push(synthetic::cell("pipeline", 10.0, 5, "tokio", 1, 5));
    vec![part("a", here), part("b", there)]
}

#[test]
fn a_column_a_machine_and_ratios_inside_each() {
    let machines = Machines::of(&runs()).unwrap();
    insta::assert_snapshot!(shown(&machines), @"
    fan_out, requests of 10 ms: speedup over sequential

    |  |  | 1: Synthetic | 2: Intel Xeon Platinum 8370C | *range* |
    | ---: | :--- | ---: | ---: | ---: |
    | **tokio, n = 5** | speedup<br>95 % | **4.98x**<br>4.96–4.99 | **4.15x**<br>4.13–4.16 | **4.15x to 4.98x** |
    | **smol, n = 5** | speedup<br>95 % | **4.96x**<br>4.95–4.98 | **4.96x**<br>4.95–4.98 | **4.96x to 4.96x** |
    | **tokio, n = 20** | speedup<br>95 % | **17.6x**<br>17.6–17.7 | **14.7x**<br>14.6–14.7 | **14.7x to 17.6x** |
    | **smol, n = 20** | speedup<br>95 % | **17.4x**<br>17.4–17.5 | failed |  |

    pipeline, requests of 10 ms: speedup over sequential

    |  |  | 1: Synthetic | 2: Intel Xeon Platinum 8370C | *range* |
    | ---: | :--- | ---: | ---: | ---: |
    | **tokio, n = 5** | speedup<br>95 % |  | **4.98x**<br>4.96–4.99 |  |
    ");
}

#[test]
fn variants_are_shown_by_their_base() {
    let here = builds(["base", "new"], &["tokio", "smol"], &[5], 5);
    let mut there = elsewhere(&here, "B", "tokio@new", 0.5);
    let skipped = synthetic::cell_mut(&mut there, "smol@new", 5);
    (skipped.status, skipped.rounds) = (Status::Skipped, Vec::new());
    let machines = Machines::of(&[part("a", here), part("b", there)]).unwrap();
    insta::assert_snapshot!(shown(&machines), @"
    fan_out, requests of 10 ms: time by the base variant's

    |  |  | 1: Synthetic | 2: B | *range* |
    | ---: | :--- | ---: | ---: | ---: |
    | **tokio@new / tokio@base, n = 5** | verdict<br>ratio<br>95 % | **slower**<br>1.20x<br>1.20–1.20 | **faster**<br>0.600x<br>0.598–0.602 | **0.600x to 1.20x** |
    | **smol@new / smol@base, n = 5** | verdict<br>ratio<br>95 % | **slower**<br>1.20x<br>1.20–1.20 | not run |  |
    ");
    insta::assert_snapshot!(machines.headline(), @"2 runs share 1 ratio, and of 1 the client is surely faster in one run and surely slower in another, such as tokio@new / tokio@base in fan_out, requests of 10 ms at n = 5.");
}

#[test]
fn no_time_is_beside_another() {
    let machines = Machines::of(&runs()).unwrap();
    for text in [page::page(&machines), markdown::markdown(&machines), csv::csv(&machines)] {
        // What a batch of tokio takes here and there.
        for time in ["10.4 ms", "12.5 ms", "11.8 ms", "0.0104", "10449"] {
            assert!(!text.contains(time), "{time}");
        }
    }
}

#[test]
fn the_headline_says_what_turns_around() {
    let here = synthetic::record_of(&["sequential", "tokio"], &[5], 5);
    let machines = |by| {
        let there = elsewhere(&here, "B", "tokio", by);
        Machines::of(&[part("a", here.clone()), part("b", there)]).unwrap().headline()
    };
    insta::assert_snapshot!(machines(1.0), @"2 runs share 1 ratio, and no client is surely faster in one of them and surely slower in another.");
    insta::assert_snapshot!(machines(9.0), @"2 runs share 1 ratio, and of 1 the client is surely faster in one run and surely slower in another, such as tokio in fan_out, requests of 10 ms at n = 5.");
    let alone = Machines::of(&[part("a", here.clone())]).unwrap();
    assert_eq!(alone.headline(), "No ratio was measured in two of the runs.");
    assert!(!shown(&alone).contains("range"));
}

#[test]
fn another_reference_is_another_table() {
    let here = synthetic::record_of(&["sequential", "tokio", "smol"], &[5], 5);
    let mut there = here.clone();
    for cell in &mut there.cells {
        cell.role = match cell.client.as_str() {
            "tokio" => crate::record::Role::Reference,
            _ => crate::record::Role::Compared,
        };
    }
    let machines = Machines::of(&[part("a", here), part("b", there)]).unwrap();
    let titles: Vec<String> = machines.sections.iter().map(Section::title).collect();
    assert_eq!(
        titles,
        [
            "fan_out, requests of 10 ms: speedup over sequential",
            "fan_out, requests of 10 ms: speedup over tokio"
        ]
    );
}

#[test]
fn a_row_a_ratio_in_the_csv() {
    let machines = Machines::of(&runs()).unwrap();
    insta::assert_snapshot!(csv::csv(&machines), @"
    run,commit,created,cpu_model,logical_cpus,kernel,workload,params,delay_ms,n,client,against,rounds,time_ratio,time_ratio_low,time_ratio_high,verdict
    0123456789abcdef,0123456789abcdef0123456789abcdef01234567,2025-01-02T03:04:05Z,Synthetic CPU,4,Linux 6.1.0 x86_64,fan_out,,10,5,tokio,sequential,5,0.2009615384615385,0.20027934114750293,0.20164605949589692,faster
    0123456789abcdef,0123456789abcdef0123456789abcdef01234567,2025-01-02T03:04:05Z,Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz,4,Linux 6.1.0 x86_64,fan_out,,10,5,tokio,sequential,5,0.2411538461538461,0.24033520937700345,0.24197527139507627,faster
    0123456789abcdef,0123456789abcdef0123456789abcdef01234567,2025-01-02T03:04:05Z,Synthetic CPU,4,Linux 6.1.0 x86_64,fan_out,,10,5,smol,sequential,5,0.20153846153846158,0.20097967632570946,0.20209880034568503,faster
    0123456789abcdef,0123456789abcdef0123456789abcdef01234567,2025-01-02T03:04:05Z,Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz,4,Linux 6.1.0 x86_64,fan_out,,10,5,smol,sequential,5,0.20153846153846158,0.20097967632570946,0.20209880034568503,faster
    0123456789abcdef,0123456789abcdef0123456789abcdef01234567,2025-01-02T03:04:05Z,Synthetic CPU,4,Linux 6.1.0 x86_64,fan_out,,10,20,tokio,sequential,5,0.056730769230769224,0.05653818721388836,0.05692400722611442,faster
    0123456789abcdef,0123456789abcdef0123456789abcdef01234567,2025-01-02T03:04:05Z,Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz,4,Linux 6.1.0 x86_64,fan_out,,10,20,tokio,sequential,5,0.06807692307692308,0.06784582465666605,0.06830880867133733,faster
    0123456789abcdef,0123456789abcdef0123456789abcdef01234567,2025-01-02T03:04:05Z,Synthetic CPU,4,Linux 6.1.0 x86_64,fan_out,,10,20,smol,sequential,5,0.0573076923076923,0.05714880109261584,0.05746702528913564,faster
    0123456789abcdef,0123456789abcdef0123456789abcdef01234567,2025-01-02T03:04:05Z,Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz,4,Linux 6.1.0 x86_64,pipeline,,10,5,tokio,sequential,5,0.2009615384615385,0.20027934114750293,0.20164605949589692,faster
    ");
}

#[test]
fn three_files_are_written_and_the_page_needs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let written = Machines::of(&runs()).unwrap().write(&folder.path().join("merged")).unwrap();
    let starts = written.each_ref().map(|path| fs::read_to_string(path).unwrap()[..12].to_owned());
    assert_eq!(starts, ["<!DOCTYPE ht", "# waitmark o", "run,commit,c"]);
    let page = fs::read_to_string(&written[0]).unwrap();
    for loads in ["<script", "src=", "url(", "@import", "http:", "https:", "javascript", "onload"] {
        assert!(!page.contains(loads), "{loads} in the page");
    }
    assert!(page.contains("<h1>2 runs share 3 ratios, and no client"), "{page}");
    assert!(page.contains("Failed cells, which have no figures: 1 of 8."));
}

#[test]
fn more_machines_than_fit_are_refused() {
    let record = synthetic::record_of(&["sequential", "tokio"], &[5], 2);
    let parts = vec![part("a", record); MOST + 1];
    let error = Machines::of(&parts).unwrap_err().to_string();
    assert!(
        error.starts_with("13 records are more than a table has room for, which are 12"),
        "{error}"
    );
}

#[test]
fn hostile_names_are_text() {
    let mut parts = runs();
    let record = &mut parts[0].record;
    record.machine.cpu_model = Some("<img src=x>\n|\u{1b}[2J".to_owned());
    for cell in &mut record.cells {
        cell.workload = "<b>|*x*".to_owned();
    }
    let machines = Machines::of(&parts).unwrap();
    let (page, markdown) = (page::page(&machines), markdown::markdown(&machines));
    for text in [&page, &markdown] {
        assert!(!text.contains('\u{1b}'));
    }
    assert!(!page.contains("<img") && !page.contains("<b>"), "{page}");
    assert!(markdown.contains("\\<b\\>\\|\\*x\\*"), "{markdown}");
    assert!(!markdown.contains("|*x*") && !markdown.contains(" <img"), "{markdown}");
}
