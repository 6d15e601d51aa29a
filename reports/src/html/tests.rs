//! The page is whole by itself, and what it shows is what the analysis holds.

use super::*;
use crate::chart::{GRID, IDEAL, INK, PAPER};
use crate::series;
use crate::synthetic::{self, CLIENTS};

fn page_of(record: &Record) -> String {
    page(record, &Analysis::of(record))
}

#[test]
fn the_page_needs_no_other_file_and_runs_nothing() {
    let page = page_of(&synthetic::record());
    // The one address in it names SVG itself and is never fetched.
    let page = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for loads in ["<script", "src=", "url(", "@import", "http:", "https:", "javascript", "onload"] {
        assert!(!page.contains(loads), "{loads} in the page");
    }
    assert_eq!(page.matches("href=").count(), 1);
    assert!(page.contains("href=\"data:,\""));
}

#[test]
fn the_page_has_every_part() {
    let page = page_of(&synthetic::record());
    assert_eq!(page.matches("<svg width=").count(), 2, "two charts");
    for part in [
        "<h2>Speedup</h2>",
        "Head to head at 100 requests",
        "What the numbers mean",
        "RUSTSEC-2025-0052",
        "balanced, seed 42",
        "tokio</dt><dd>1.54.1",
        "<span class=\"speedup\">54.7x</span>",
        "<span class=\"speedup\">27.5x</span>",
    ] {
        assert!(page.contains(part), "no {part} in the page");
    }
    for absent in ["Before you believe", "Failed cells"] {
        assert!(!page.contains(absent), "{absent} in the page of a good record");
    }
}

#[test]
fn the_caption_names_what_the_cells_hold() {
    let caption = |record: &Record| {
        let page = page_of(record);
        let (_, table) = page.split_once("<table class=\"speedup\">").unwrap();
        table.split(['<', '>']).skip_while(|tag| *tag != "caption").nth(1).unwrap().to_owned()
    };
    insta::assert_snapshot!(caption(&synthetic::record()), @"fan_out, requests of 10 ms. Each cell: time of a whole batch of n, speedup over sequential, its 95 % interval and efficiency.");
    insta::assert_snapshot!(caption(&synthetic::record_of(&CLIENTS, &[5], 2)), @"fan_out, requests of 10 ms. Each cell: time of a whole batch of n, speedup over sequential and efficiency.");
    insta::assert_snapshot!(caption(&synthetic::record_of(&CLIENTS[2..], &[5], 5)), @"fan_out, requests of 10 ms. Each cell: time of a whole batch of n and efficiency.");
}

#[test]
fn warnings_come_before_the_first_table_and_failures_have_reasons() {
    let mut record = synthetic::record();
    synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 100), "2 answers <wrong>");
    let page = page_of(&record);
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(at("Before you believe") < at("<table"));
    assert!(at("Failed cells") < at("2 answers &lt;wrong&gt;"));
    assert!(
        page.contains("<td class=\"measured without\" data-label=\"tokio\"><span>failed</span>")
    );
}

#[test]
fn several_comparisons_have_a_section_each() {
    let mut record = synthetic::record();
    record.cells.push(synthetic::cell("fan_out", 50.0, 5, "tokio", 0, 3));
    let page = page_of(&record);
    assert!(page.contains("<h2 class=\"place\">fan_out, requests of 50 ms</h2>"));
    assert_eq!(page.matches("<section class=\"comparison\"").count(), 2);
}

#[test]
fn moments_inside_a_batch_have_a_table_and_are_explained() {
    let mut record = synthetic::record();
    assert!(!page_of(&record).contains("<dt>moment</dt>"));
    for cell in &mut record.cells {
        synthetic::timing(cell, "first <answer>", &[1e6; 5]);
    }
    let page = page_of(&record);
    for part in [
        "<h2>Moments inside a batch of 100 requests</h2>",
        "<summary>Moments inside a batch of 5 requests</summary>",
        "first &lt;answer&gt;",
        "<dt>moment</dt>",
    ] {
        assert!(page.contains(part), "no {part} in the page");
    }
}

#[test]
fn claims_come_before_the_tables_that_they_are_made_of() {
    let page = page_of(&synthetic::guide());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(at("</header>") < at("<h2>What the guide claims</h2>"));
    assert!(at("<table class=\"claims\">") < at("<table class=\"speedup\">"));
    for part in [
        "#14 10 calls, 3 at a time, take about 4 waits",
        "Time at n = 10: 4.00 to 4.60 delays of 10 ms. Holds for all 5 (4.20 to 4.30 delays).</td>",
        "<td class=\"measured\" data-label=\"tokio\" data-claim=\"holds\">",
        "<span class=\"figure\">4.27 delays</span>",
        "<span>can't</span>",
    ] {
        assert!(page.contains(part), "no {part} in the page");
    }
    let builds = page_of(&synthetic::variants(&["base", "new"], &[5], 5));
    assert!(!builds.contains("What the guide claims"));
}

#[test]
fn what_changed_comes_before_all_other_tables() {
    let mut record = synthetic::variants(&["base", "<new>"], &[5], 5);
    synthetic::slow(synthetic::cell_mut(&mut record, "tokio@<new>", 5), 2.0);
    synthetic::rerun(&mut record, "tokio@<new>", 5, 2.0);
    let page = page_of(&record);
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(at("<h1>&lt;new&gt; takes 2.00x the time of base") < at("What changed from base to"));
    assert!(at("<table class=\"changes\">") < at("<table class=\"speedup\">"));
    for part in [
        "<td class=\"measured\" data-label=\"finding\" data-finding=\"regression\">",
        "<span class=\"again\">again 2.00x</span>",
        "<dt>change</dt>",
        "<h3>Variants</h3>",
        "<dt>&lt;new&gt;</dt><dd>tokio 1.45.0, commit 111111111111, rustc 1.95.0</dd>",
    ] {
        at(part);
    }
    let page = page_of(&synthetic::record());
    for absent in ["What changed", "<dt>change</dt>", "<h3>Variants</h3>"] {
        assert!(!page.contains(absent), "{absent} in the page of one build");
    }
}

#[test]
fn a_record_without_cells_has_a_page() {
    let page = page_of(&synthetic::record_of(&[], &[], 5));
    assert!(page.contains("No cell of this run has figures."));
    assert!(!page.contains("<table"));
}

#[test]
fn the_dark_style_covers_every_colour_of_the_charts() {
    // The colours of all others stand out on both.
    for client in ["sequential", "thread-pool", "tokio", "async-std", "smol", "event-loop"] {
        let hex = series::assign(&[client])[0].hex();
        assert!(STYLE.contains(&format!("[fill=\"{hex}\"]")), "no fill {hex} for {client}");
        assert!(STYLE.contains(&format!("[stroke=\"{hex}\"]")), "no stroke {hex} for {client}");
    }
    for hex in [INK, GRID, IDEAL, PAPER] {
        assert!(STYLE.contains(&format!("[stroke=\"{hex}\"]")), "no {hex}");
    }
}

#[test]
fn intervals_in_the_headline_are_set_back_and_names_are_not() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 5);
    synthetic::cell_mut(&mut record, "tokio", 5).client = "mine [2, 3]".to_owned();
    let page = page_of(&record);
    let heading = page.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap();
    insta::assert_snapshot!(heading, @r#"At 5 requests of 10 ms each, mine [2, 3] is 4.98x as fast as sequential <span class="interval">[4.96, 4.99]</span>."#);
}
