//! The reader against files that Criterion 0.8.2 wrote, and against damaged ones.

use std::path::Path;

use tempfile::TempDir;

use super::*;

const BENCHMARK: &str = r#"{"group_id":"g","function_id":"f","value_str":"v"}"#;
const SAMPLE: &str = r#"{"sampling_mode":"Flat","iters":[2.0,2.0],"times":[30.0,50.0]}"#;

fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A home with one benchmark that has these files.
fn home_with(benchmark: &str, sample: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("g/f/v/new");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("benchmark.json"), benchmark).unwrap();
    fs::write(folder.join("sample.json"), sample).unwrap();
    home
}

/// What the reader says of these files, with the folder's name cut.
fn complaint(benchmark: &str, sample: &str) -> String {
    let home = home_with(benchmark, sample);
    let error = read(home.path()).unwrap_err();
    let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default()).replace(&home.path().display().to_string(), "")
}

#[test]
fn reads_what_criterion_wrote() {
    let measurements = read(&fixtures("criterion-0.8.2")).unwrap();
    let ids: Vec<_> =
        measurements.iter().map(|m| (&*m.group, &*m.function, &*m.value, m.iterations)).collect();
    // The group's folder is `fan_out_10ms`: ids come from the file, not from the path.
    assert_eq!(ids, [("fan_out/10ms", "tokio", "20", 1), ("fan_out/10ms", "tokio", "5", 4)]);
    assert_eq!(measurements[0].samples_ns.len(), 10);
    assert_eq!(measurements[1].samples_ns[0], 20_270_805.0 / 4.0);
    // The mean that Criterion itself wrote to estimates.json for this benchmark.
    assert!((measurements[1].mean_ns - 5_078_442.775).abs() < 1e-3, "{}", measurements[1].mean_ns);
}

#[test]
fn the_mean_is_time_by_iterations() {
    let home = home_with(BENCHMARK, SAMPLE);
    let expected = Measurement {
        group: "g".to_owned(),
        function: "f".to_owned(),
        value: "v".to_owned(),
        iterations: 2,
        mean_ns: 20.0,
        samples_ns: vec![15.0, 25.0],
    };
    assert_eq!(read(home.path()).unwrap(), [expected]);
}

#[test]
fn extra_fields_are_ignored() {
    let extra = |json: &str| json.replacen('{', r#"{"new_in_0_9":[{"deep":null}],"#, 1);
    let home = home_with(&extra(BENCHMARK), &extra(SAMPLE));
    assert_eq!(read(home.path()).unwrap(), read(home_with(BENCHMARK, SAMPLE).path()).unwrap());
}

#[test]
fn every_missing_field_is_named_with_its_file() {
    for field in ["group_id", "function_id", "value_str"] {
        let said = complaint(&BENCHMARK.replace(field, "renamed"), SAMPLE);
        assert_eq!(
            said,
            format!("Criterion's /g/f/v/new/benchmark.json: field `{field}` is missing")
        );
    }
    for field in ["sampling_mode", "iters", "times"] {
        let said = complaint(BENCHMARK, &SAMPLE.replace(field, "renamed"));
        assert_eq!(said, format!("Criterion's /g/f/v/new/sample.json: field `{field}` is missing"));
    }
}

#[test]
fn values_that_make_no_sense_are_refused() {
    let of = |from: &str, to: &str| complaint(BENCHMARK, &SAMPLE.replace(from, to));
    insta::assert_snapshot!(complaint(&BENCHMARK.replace("\"v\"", "null"), SAMPLE), @"Criterion's /g/f/v/new/benchmark.json: field `value_str` is null, and must be a string");
    insta::assert_snapshot!(of("[2.0,2.0]", "[2.0,4.0]"), @"Criterion's /g/f/v/new/sample.json: field `iters` differs from sample to sample, and waitmark reads flat sampling only");
    insta::assert_snapshot!(of("[2.0,2.0]", "[2.0]"), @"Criterion's /g/f/v/new/sample.json: field `times` has 2 entries, and `iters` 1");
    insta::assert_snapshot!(of("[2.0,2.0]", "[0.0,0.0]"), @"Criterion's /g/f/v/new/sample.json: field `iters` holds 0, not a count");
    insta::assert_snapshot!(of("[2.0,2.0]", "[]"), @"Criterion's /g/f/v/new/sample.json: field `iters` is not a list of one number or more");
    insta::assert_snapshot!(of("[30.0,50.0]", "[30.0,-1.0]"), @"Criterion's /g/f/v/new/sample.json: field `times` holds -1, not a time");
    insta::assert_snapshot!(of("[30.0,50.0]", "\"30\""), @"Criterion's /g/f/v/new/sample.json: field `times` is not a list of one number or more");
    insta::assert_snapshot!(of("50.0]", "50.0"), @"Criterion's /g/f/v/new/sample.json is damaged: expected `,` or `]` at line 1 column 61");
}

#[test]
fn linear_sampling_is_refused() {
    let error = read(&fixtures("criterion-0.8.2-linear")).unwrap_err().to_string();
    assert!(error.contains("linear/new/sample.json"), "{error}");
    assert!(error.contains("Linear, and waitmark reads flat sampling only"), "{error}");
}

#[test]
fn an_unfinished_benchmark_is_passed_over_and_a_lost_sample_is_not() {
    let home = home_with(BENCHMARK, SAMPLE);
    let folder = home.path().join("g/f/v/new");
    fs::remove_file(folder.join("sample.json")).unwrap();
    assert!(read(home.path()).unwrap_err().to_string().contains("sample.json"));
    fs::remove_file(folder.join("benchmark.json")).unwrap();
    assert_eq!(read(home.path()).unwrap(), []);
}

#[test]
fn a_missing_home_is_an_error_that_names_it() {
    let error = read(Path::new("no/such/home")).unwrap_err().to_string();
    assert_eq!(error, "can't read Criterion's no/such/home");
}
