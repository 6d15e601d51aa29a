//! What others get of synthetic records, read as they read it.

use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value as Json;

use super::common::name;
use super::*;
use crate::analysis::{Outcome, Speedup};
use crate::record::{Status, Value, Values, Variant};
use crate::relative::tests::builds;
use crate::scenario::Scenario;
use crate::stats::Estimate;
use crate::synthetic;

/// Three clients on two sizes, one cell failed and one not run.
fn record() -> Record {
    let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 5);
    synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 20), "killed, by signal 9");
    let skipped = synthetic::cell_mut(&mut record, "smol", 20);
    (skipped.status, skipped.rounds) = (Status::Skipped, Vec::new());
    record
}

/// Bencher's schema, <https://bencher.dev/bmf.json>, and nothing beside it.
type Bmf = BTreeMap<String, BTreeMap<String, Metric>>;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metric {
    value: f64,
    lower_value: Option<f64>,
    upper_value: Option<f64>,
}

/// The entry of github-action-benchmark's `BenchmarkResult` in its `src/extract.ts`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    value: f64,
    range: Option<String>,
    unit: String,
    extra: Option<String>,
}

fn bmf(record: &Record) -> Bmf {
    serde_json::from_str(&export(record, Format::Bencher).unwrap()).unwrap()
}

fn entries(record: &Record) -> Vec<Entry> {
    serde_json::from_str(&export(record, Format::Github).unwrap()).unwrap()
}

fn lines(record: &Record) -> Vec<BTreeMap<String, Json>> {
    let text = export(record, Format::JsonLines).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_lines_are_flat_and_null_where_there_is_nothing() {
    let mut record = record();
    record.git_rev = None;
    let text = export(&record, Format::JsonLines).unwrap();
    let picked: Vec<&str> = text.lines().skip(1).step_by(3).collect();
    insta::assert_snapshot!(picked.join("\n"), @r#"
    {"run":"0123456789abcdef","commit":null,"workload":"fan_out","params":null,"delay_ms":10.0,"n":5,"client":"tokio","status":"measured","rounds":5,"mean_s":0.010449989549987469,"mean_low_s":0.01042949377832551,"mean_high_s":0.01047052559941026,"speedup":4.976076555023923,"speedup_low":4.959184436829265,"speedup_high":4.993026211642638,"efficiency":0.9569387559829657,"verdict":"faster","cpu_s":0.0003500000000000001,"cpu_low_s":0.0003500000000000001,"cpu_high_s":0.0003500000000000001,"cpu_ratio":1.0,"cpu_ratio_low":1.0,"cpu_ratio_high":1.0,"cpu_verdict":"same","user_s":0.00010099752467967693,"user_low_s":0.00010002065065502023,"user_high_s":0.00010198393956268434,"user_ratio":1.0,"user_ratio_low":1.0,"user_ratio_high":1.0,"user_verdict":"same","system_s":0.0002489989959790774,"system_low_s":0.0002480193055518399,"system_high_s":0.0002499825562394761,"system_ratio":1.0,"system_ratio_low":1.0,"system_ratio_high":1.0,"system_verdict":"same","server_cpu_s":0.00027500000000000007,"server_cpu_low_s":0.00027500000000000007,"server_cpu_high_s":0.00027500000000000007,"server_cpu_ratio":1.0,"server_cpu_ratio_low":1.0,"server_cpu_ratio_high":1.0,"server_cpu_verdict":"same","voluntary":2.5,"voluntary_low":2.5,"voluntary_high":2.5,"voluntary_ratio":0.25,"voluntary_ratio_low":0.25,"voluntary_ratio_high":0.25,"voluntary_verdict":"less","involuntary":0.04,"involuntary_low":null,"involuntary_high":null,"involuntary_ratio":null,"involuntary_ratio_low":null,"involuntary_ratio_high":null,"involuntary_verdict":null,"peak_memory_bytes":null,"peak_memory_low_bytes":null,"peak_memory_high_bytes":null,"peak_memory_ratio":null,"peak_memory_ratio_low":null,"peak_memory_ratio_high":null,"peak_memory_verdict":null,"timings":null}
    {"run":"0123456789abcdef","commit":null,"workload":"fan_out","params":null,"delay_ms":10.0,"n":20,"client":"tokio","status":"failed","rounds":null,"mean_s":null,"mean_low_s":null,"mean_high_s":null,"speedup":null,"speedup_low":null,"speedup_high":null,"efficiency":null,"verdict":null,"cpu_s":null,"cpu_low_s":null,"cpu_high_s":null,"cpu_ratio":null,"cpu_ratio_low":null,"cpu_ratio_high":null,"cpu_verdict":null,"user_s":null,"user_low_s":null,"user_high_s":null,"user_ratio":null,"user_ratio_low":null,"user_ratio_high":null,"user_verdict":null,"system_s":null,"system_low_s":null,"system_high_s":null,"system_ratio":null,"system_ratio_low":null,"system_ratio_high":null,"system_verdict":null,"server_cpu_s":null,"server_cpu_low_s":null,"server_cpu_high_s":null,"server_cpu_ratio":null,"server_cpu_ratio_low":null,"server_cpu_ratio_high":null,"server_cpu_verdict":null,"voluntary":null,"voluntary_low":null,"voluntary_high":null,"voluntary_ratio":null,"voluntary_ratio_low":null,"voluntary_ratio_high":null,"voluntary_verdict":null,"involuntary":null,"involuntary_low":null,"involuntary_high":null,"involuntary_ratio":null,"involuntary_ratio_low":null,"involuntary_ratio_high":null,"involuntary_verdict":null,"peak_memory_bytes":null,"peak_memory_low_bytes":null,"peak_memory_high_bytes":null,"peak_memory_ratio":null,"peak_memory_ratio_low":null,"peak_memory_ratio_high":null,"peak_memory_verdict":null,"timings":null}
    "#);
}

#[test]
fn json_lines_say_what_the_csv_says() {
    let record = record();
    let csv = export(&record, Format::Csv).unwrap();
    let (header, rows) = csv.split_once('\n').unwrap();
    let lines = lines(&record);
    assert_eq!(rows.lines().count(), lines.len());
    for (row, line) in rows.lines().zip(&lines) {
        // No name of this record has a comma in it.
        let fields: Vec<&str> = row.split(',').collect();
        assert_eq!((fields.len(), line.len()), (header.split(',').count(), fields.len()));
        for (column, field) in header.split(',').zip(fields) {
            match &line[column] {
                Json::Null => assert_eq!(field, "", "{column}"),
                Json::String(text) => assert_eq!(field, text, "{column}"),
                Json::Number(it) => {
                    assert_eq!(field.parse::<f64>().unwrap(), it.as_f64().unwrap(), "{column}")
                }
                other => panic!("{column} is {other}"),
            }
        }
    }
}

#[test]
fn bencher_gets_every_figure_with_its_interval() {
    let mut record = record();
    record.cells.retain(|cell| cell.n == 5 || cell.client == "tokio");
    insta::assert_snapshot!(export(&record, Format::Bencher).unwrap(), @r#"
    {
      "fan_out/sequential/10ms/5": {
        "cpu-time": {
          "value": 350000.0000000001,
          "lower_value": 350000.0000000001,
          "upper_value": 350000.0000000001
        },
        "latency": {
          "value": 51999947.9999376,
          "lower_value": 51897959.4710934,
          "upper_value": 52102136.95400317
        }
      },
      "fan_out/smol/10ms/5": {
        "cpu-time": {
          "value": 350000.0000000001,
          "lower_value": 350000.0000000001,
          "upper_value": 350000.0000000001
        },
        "latency": {
          "value": 10479989.519987402,
          "lower_value": 10459434.908789536,
          "upper_value": 10500584.52457604
        },
        "speedup": {
          "value": 4.9618320610687014,
          "lower_value": 4.948074893515075,
          "upper_value": 4.975627477772385
        }
      },
      "fan_out/tokio/10ms/5": {
        "cpu-time": {
          "value": 350000.0000000001,
          "lower_value": 350000.0000000001,
          "upper_value": 350000.0000000001
        },
        "latency": {
          "value": 10449989.549987469,
          "lower_value": 10429493.77832551,
          "upper_value": 10470525.59941026
        },
        "speedup": {
          "value": 4.976076555023923,
          "lower_value": 4.959184436829265,
          "upper_value": 4.993026211642638
        }
      }
    }
    "#);
}

#[test]
fn bencher_gets_no_interval_where_there_is_none() {
    let record = synthetic::record_of(&["sequential", "tokio"], &[5], 2);
    let of_tokio = &bmf(&record)["fan_out/tokio/10ms/5"];
    assert_eq!(of_tokio.len(), 3);
    assert!(of_tokio.values().all(|it| it.lower_value.is_none() && it.upper_value.is_none()));
    assert!(!export(&record, Format::Bencher).unwrap().contains("null"));
}

#[test]
fn names_fit_into_bencher() {
    // Its limits, in lib/bencher_valid: 1024 bytes of a benchmark's name; a measure is a slug.
    for (name, measures) in bmf(&record()) {
        assert!((1..=1024).contains(&name.len()), "{name}");
        for measure in measures.keys() {
            let slug = |it: char| it.is_ascii_lowercase() || it == '-';
            assert!(measure.len() <= 64 && measure.chars().all(slug), "{measure}");
        }
    }
}

#[test]
fn github_gets_ratios_to_the_reference() {
    let mut record = record();
    record.cells.retain(|cell| cell.n == 5 || cell.client == "tokio");
    insta::assert_snapshot!(export(&record, Format::Github).unwrap(), @r#"
    [
      {
        "name": "fan_out/tokio/10ms/5",
        "unit": "x the reference's time",
        "value": 0.2009615384615385,
        "range": "0.200 to 0.202",
        "extra": "faster against sequential, speedup 4.98x, 5 rounds"
      },
      {
        "name": "fan_out/smol/10ms/5",
        "unit": "x the reference's time",
        "value": 0.20153846153846158,
        "range": "0.201 to 0.202",
        "extra": "faster against sequential, speedup 4.96x, 5 rounds"
      }
    ]
    "#);
}

#[test]
fn github_gets_ratios_to_the_base_where_there_are_variants() {
    let record = builds(["base", "new"], &["tokio"], &[5], 2);
    insta::assert_snapshot!(export(&record, Format::Github).unwrap(), @r#"
    [
      {
        "name": "fan_out/tokio@new/10ms/5",
        "unit": "x the base's time",
        "value": 1.200599850074953,
        "extra": "undecided against tokio@base, 2 rounds"
      }
    ]
    "#);
}

#[test]
fn two_variants_have_the_same_names_in_every_run() {
    let record = builds(["5eed1e5", "f00ba42"], &["tokio"], &[5], 3);
    assert_eq!(entries(&record)[0].name, "fan_out/tokio@new/10ms/5");
    let names: Vec<String> = bmf(&record).into_keys().collect();
    assert_eq!(names, ["fan_out/tokio@base/10ms/5", "fan_out/tokio@new/10ms/5"]);
    // Of more than two the names are all there is.
    let mut record = builds(["1.44.2", "1.45.0"], &["tokio"], &[5], 3);
    let third = Variant { name: "1.54.1".to_owned(), ..record.variants[1].clone() };
    record.variants.push(third);
    assert_eq!(entries(&record)[0].name, "fan_out/tokio@1.45.0/10ms/5");
}

#[test]
fn what_the_action_would_take_for_a_table_stays_a_name() {
    let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 3);
    record.cells[0].client = "`a`|b".to_owned();
    record.cells[1].client = "x`y|z".to_owned();
    let [entry] = &entries(&record)[..] else { panic!() };
    assert_eq!(entry.name, "fan_out/x'y¦z/10ms/5");
    assert_eq!(entry.unit, "x the reference's time");
    assert!(entry.value > 0.0 && entry.range.is_some());
    assert!(entry.extra.as_ref().unwrap().contains("against 'a'¦b"), "{entry:?}");
}

#[test]
fn nothing_is_an_error_where_nothing_would_be_refused() {
    let empty = synthetic::record_of(&[], &[], 5);
    assert_eq!(export(&empty, Format::Bencher), Err(Error::NoFigures));
    assert_eq!(export(&empty, Format::Github), Err(Error::NoRatios));
    assert_eq!(export(&empty, Format::JsonLines).as_deref(), Ok(""));
    assert_eq!(export(&empty, Format::Csv).unwrap().lines().count(), 1);
    let alone = synthetic::record_of(&["tokio"], &[5], 5);
    assert_eq!(export(&alone, Format::Github), Err(Error::NoRatios));
    assert!(export(&alone, Format::Bencher).is_ok());
}

#[test]
fn a_name_has_every_part() {
    let mut record = synthetic::record_of(&["tokio"], &[5], 2);
    let [cell] = &mut record.cells[..] else { panic!() };
    cell.params = [("stages".to_owned(), Value::Number(3))].into();
    cell.params.insert("kind".to_owned(), Value::Text("a/b".to_owned()));
    let names = |record: &Record| bmf(record).into_keys().collect::<Vec<_>>();
    assert_eq!(names(&record), ["fan_out/tokio/kind=a%2Fb;stages=3/10ms/5"]);
    (record.cells[0].delay_ms, record.cells[0].params) = (None, Values::new());
    assert_eq!(names(&record), ["fan_out/tokio/5"]);
    record.cells[0].delay_ms = Some(0.5);
    assert_eq!(names(&record), ["fan_out/tokio/0.5ms/5"]);
}

/// A workload, a client, parameters, a delay and a size, with names of what separates names.
fn cells() -> impl Strategy<Value = (String, String, Vec<(String, String)>, Option<u32>, u32)> {
    let name = || "[%/;=a1]{1,4}";
    let params = prop::collection::vec((name(), name()), 0..3);
    (name(), name(), params, prop::option::of(0u32..3), 1u32..3)
}

proptest! {
    #[test]
    fn different_cells_have_different_names(cells in prop::collection::vec(cells(), 2..40)) {
        let mut names = HashSet::new();
        let mut known = HashSet::new();
        for (workload, client, params, delay, n) in cells {
            let params: BTreeMap<_, _> = params.into_iter().collect();
            let is_new = known.insert((workload.clone(), client.clone(), params.clone(), delay, n));
            let params = params.into_iter().map(|(name, value)| (name, Value::Text(value)));
            let delay_ms = delay.map(f64::from);
            let unit = "request".to_owned();
            let scenario = Scenario { workload, unit, params: params.collect(), delay_ms };
            prop_assert_eq!(names.insert(name(&scenario, &client, n)), is_new);
        }
    }

    #[test]
    fn every_format_gives_back_the_analysis(
        times in prop::collection::vec(prop::collection::vec(1.0f64..1e12, 1..6), 2..7),
        client in "[^\\p{C}]{1,30}",
    ) {
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5, 20, 100], 6);
        for (cell, times) in record.cells.iter_mut().zip(&times) {
            synthetic::time(cell, times);
        }
        for cell in record.cells.iter_mut().filter(|cell| cell.client == "tokio") {
            cell.client.clone_from(&client);
        }
        let (analysis, lines, bmf) = (Analysis::of(&record), lines(&record), bmf(&record));
        let mut entries = entries(&record).into_iter();
        let comparison = &analysis.comparisons[0];
        let same = |metric: &Metric, estimate: Estimate| {
            let interval = estimate.interval;
            (metric.value, metric.lower_value, metric.upper_value)
                == (estimate.value, interval.map(|it| it.low), interval.map(|it| it.high))
        };
        for row in &comparison.rows {
            for (client, outcome) in comparison.clients.iter().zip(&row.outcomes) {
                let Outcome::Measured(figures) = outcome else { unreachable!() };
                let line = lines.iter().find(|line| {
                    line["client"] == **client && line["n"] == row.n
                });
                prop_assert_eq!(&line.unwrap()["mean_s"], &Json::from(figures.time_ns.value / 1e9));
                let metrics = &bmf[&name(&comparison.scenario, client, row.n)];
                prop_assert!(same(&metrics["latency"], figures.time_ns));
                if let Speedup::Over(speedup, _) = figures.speedup {
                    prop_assert_eq!(&line.unwrap()["speedup"], &Json::from(speedup.value));
                    prop_assert!(same(&metrics["speedup"], speedup));
                    let entry = entries.next().unwrap();
                    prop_assert!((entry.value * speedup.value - 1.0).abs() < 1e-12);
                    prop_assert_eq!(entry.range.is_some(), speedup.interval.is_some());
                }
            }
        }
        prop_assert!(entries.next().is_none());
    }
}
