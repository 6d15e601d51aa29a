//! Each rule broken, one at a time, and what is said of it.

use super::*;
use crate::analysis::Analysis;
use crate::record::Ended;
use crate::{report, synthetic, table};

/// What is said of a good record after this damage.
fn fault(damage: impl FnOnce(&mut Record)) -> String {
    let mut record = synthetic::record();
    damage(&mut record);
    check(&record).unwrap_err().to_string()
}

/// The same for the first round of its first cell.
fn round_fault(damage: impl FnOnce(&mut Round)) -> String {
    fault(|record| damage(&mut record.cells[0].rounds[0]))
}

#[test]
fn good_records_pass() {
    let mut record = synthetic::record();
    assert_eq!(check(&record), Ok(()));
    record.ended = Ended::Running;
    synthetic::fail(&mut record.cells[3], "killed\nby signal 9");
    record.cells[3].rounds[0].server.as_mut().unwrap().requests = 3;
    let skipped = &mut record.cells[4];
    (skipped.status, skipped.rounds) = (Status::Skipped, Vec::new());
    for cell in &mut record.cells {
        (cell.delay_ms, cell.ideal_ns, cell.expected) = (Some(0.0), Some(0.0), None);
        for round in &mut cell.rounds {
            (round.server, round.costs) = (None, None);
        }
    }
    assert_eq!(check(&record), Ok(()));
    assert_eq!(check(&synthetic::record_of(&[], &[], 5)), Ok(()));
}

#[test]
fn the_run() {
    insta::assert_snapshot!(fault(|record| record.run = "0123456789abcdeg".to_owned()), @"run must be 16 hexadecimal digits");
    insta::assert_snapshot!(fault(|record| record.created = "yesterday".to_owned()), @"created must be a date and time of RFC 3339");
    insta::assert_snapshot!(fault(|record| record.machine.steal = Some(1.5)), @"machine.steal is 1.5, and must be from 0.0 to 1.0");
    insta::assert_snapshot!(fault(|record| record.machine.load_after = Some(-1.0)), @"machine.load_after is -1.0, and must be from 0.0 to 1000000.0");
}

#[test]
fn dates_and_times() {
    for good in ["2025-01-02T03:04:05Z", "2025-01-02T03:04:05.678Z", "2025-01-02T03:04:05+01:30"] {
        assert!(is_date_time(good), "{good}");
    }
    for bad in ["2025-01-02", "2025-01-02 03:04:05Z", "2025-01-02T03:04:05", "", "Z", "+00:00"] {
        assert!(!is_date_time(bad), "{bad}");
    }
}

#[test]
fn the_profile() {
    insta::assert_snapshot!(fault(|record| record.profile.rounds = 0), @"profile.rounds is 0, and must be from 1 to 1000");
    insta::assert_snapshot!(fault(|record| record.profile.margin = -0.5), @"profile.margin is -0.5, and must be from 0.0 to 1.0");
    insta::assert_snapshot!(fault(|record| record.profile.precision = Some(2.0)), @"profile.precision is 2.0, and must be from 0.0 to 1.0");
    insta::assert_snapshot!(fault(|record| record.profile.max_time_s = Some(0.0)), @"profile.max_time_s is 0.0, and must be from 1e-6 to 1000000000.0");
    insta::assert_snapshot!(fault(|record| record.profile.clients[1].name = "tokio".to_owned()), @"profile.clients[2].name is that of another client");
    insta::assert_snapshot!(fault(|record| record.profile.clients[1].kind = "\u{1b}c".to_owned()), @r"profile.clients[1].kind has a character that can't be shown: \u{1b}c");
    insta::assert_snapshot!(fault(|record| {
        let one = record.profile.clients[0].clone();
        record.profile.clients = vec![one; 33];
    }), @"profile.clients has 33 entries, and 32 are the most");
}

#[test]
fn a_cell() {
    insta::assert_snapshot!(fault(|record| record.cells[0].n = 0), @"cells[0].n is 0, and must be from 1 to 4294967295");
    insta::assert_snapshot!(fault(|record| record.cells[0].limit = Some(0)), @"cells[0].limit is 0, and must be from 1 to 4294967295");
    insta::assert_snapshot!(fault(|record| record.cells[0].delay_ms = Some(-10.0)), @"cells[0].delay_ms is -10.0, and must be from 1e-6 to 1000000000.0");
    insta::assert_snapshot!(fault(|record| record.cells[0].delay_ms = Some(1e308)), @"cells[0].delay_ms is 1e308, and must be from 1e-6 to 1000000000.0");
    insta::assert_snapshot!(fault(|record| record.cells[0].budget_ms = -1.0), @"cells[0].budget_ms is -1.0, and must be from 0.0 to 1000000000.0");
    insta::assert_snapshot!(fault(|record| record.cells[0].ideal_ns = Some(1e-320)), @"cells[0].ideal_ns is 1e-320, and must be from 1.0 to 1000000000000000.0");
    insta::assert_snapshot!(fault(|record| record.cells[0].workload.clear()), @"cells[0].workload is empty");
    insta::assert_snapshot!(fault(|record| record.cells[0].unit = "re\nquest".to_owned()), @"cells[0].unit has a character that can't be shown: re quest");
    insta::assert_snapshot!(fault(|record| record.cells[0].client = "x".repeat(101)), @"cells[0].client is longer than 100 characters: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    insta::assert_snapshot!(fault(|record| record.cells[0].client = "curl".to_owned()), @"cells[0].client is none of profile.clients");
    insta::assert_snapshot!(fault(|record| {
        let value = Value::Text("\u{202e}3".to_owned());
        record.cells[0].params.insert("stages".to_owned(), value);
    }), @r"cells[0].params has a character that can't be shown: \u{202e}3");
    insta::assert_snapshot!(fault(|record| {
        record.cells[0].expected.as_mut().unwrap().peak_low = 2;
    }), @"cells[0].expected.peak_low is 2, and must be from 0 to 1");
    insta::assert_snapshot!(fault(|record| {
        record.cells[0].expected.as_mut().unwrap().requests = Bounds::Exactly(u64::MAX);
    }), @"cells[0].expected.requests is 18446744073709551615, and must be from 0 to 1000000000000");
}

#[test]
fn cells_beside_each_other() {
    insta::assert_snapshot!(fault(|record| record.cells[1] = record.cells[0].clone()), @"cells[1] repeats fan_out with 5 requests of 10 ms each on sequential");
    insta::assert_snapshot!(fault(|record| record.cells[1].role = Role::Reference), @"cells[1].role is reference, and so is sequential in fan_out, requests of 10 ms");
    insta::assert_snapshot!(fault(|record| record.cells = vec![record.cells[0].clone(); 2049]), @"cells has 2049 entries, and 2048 are the most");
}

#[test]
fn a_status() {
    insta::assert_snapshot!(fault(|record| record.cells[0].status = Status::Failed), @"cells[0].reason is missing, and the cell failed");
    insta::assert_snapshot!(fault(|record| record.cells[0].reason = Some("slow".to_owned())), @"cells[0].reason is given, and the cell did not fail");
    insta::assert_snapshot!(fault(|record| record.cells[0].status = Status::Skipped), @"cells[0].rounds has rounds, and the cell was skipped");
    insta::assert_snapshot!(fault(|record| record.cells[0].rounds.clear()), @"cells[0].rounds is empty, and the cell was measured");
}

#[test]
fn rounds_in_order() {
    insta::assert_snapshot!(fault(|record| record.cells[0].rounds[2].round = 1), @"cells[0].rounds[2].round is 1, and must be later than the one before");
    insta::assert_snapshot!(fault(|record| record.cells[0].rounds.reverse()), @"cells[0].rounds[1].round is 3, and must be later than the one before");
    insta::assert_snapshot!(fault(|record| record.cells[0].rounds[4].round = 5), @"cells[0].rounds[4].round is 5, and must be from 0 to 4");
}

#[test]
fn times_of_a_round() {
    insta::assert_snapshot!(round_fault(|round| round.mean_ns = -1.0), @"cells[0].rounds[0].mean_ns is -1.0, and must be from 1.0 to 1000000000000000.0");
    insta::assert_snapshot!(round_fault(|round| round.mean_ns *= 1.000_002), @"cells[0].rounds[0].mean_ns is 51896103.792, and the mean of its samples is 51896000.0");
    insta::assert_snapshot!(round_fault(|round| round.samples_ns[1] = 1e-320), @"cells[0].rounds[0].samples_ns[1] is 1e-320, and must be from 1.0 to 1000000000000000.0");
    insta::assert_snapshot!(round_fault(|round| round.samples_ns.clear()), @"cells[0].rounds[0].samples_ns is empty");
    insta::assert_snapshot!(round_fault(|round| round.timed = 8), @"cells[0].rounds[0].timed is 8, and the samples are 3");
    insta::assert_snapshot!(round_fault(|round| round.timed = 12), @"cells[0].rounds[0].timed is 12, and must be from 1 to 10");
    insta::assert_snapshot!(round_fault(|round| round.timed = 0), @"cells[0].rounds[0].timed is 0, and must be from 1 to 10");
    insta::assert_snapshot!(round_fault(|round| round.batches = u64::MAX), @"cells[0].rounds[0].batches is 18446744073709551615, and must be from 1 to 1000000000000");
}

#[test]
fn a_mean_may_be_rounded() {
    let mut record = synthetic::record();
    record.cells[0].rounds[0].mean_ns *= 1.000_000_9;
    assert_eq!(check(&record), Ok(()));
}

#[test]
fn counts_of_a_round() {
    let counts =
        |damage: fn(&mut Counts)| round_fault(|round| damage(round.server.as_mut().unwrap()));
    insta::assert_snapshot!(counts(|counts| counts.requests += 1), @"cells[0].rounds[0].server.requests is 51, and 10 batches expect 5 each");
    insta::assert_snapshot!(counts(|counts| counts.dropped = 1), @"cells[0].rounds[0].server.dropped is 1, and 10 batches expect 0 each");
    insta::assert_snapshot!(counts(|counts| counts.connections = u64::MAX), @"cells[0].rounds[0].server.connections is 18446744073709551615, and must be from 0 to 1000000000000");
    insta::assert_snapshot!(counts(|counts| counts.early = 1), @"cells[0].rounds[0].server.early is 1, and 10 batches expect 0 each");
    insta::assert_snapshot!(counts(|counts| counts.peak = 2), @"cells[0].rounds[0].server.peak is 2, and must be from 0 to 1");
    insta::assert_snapshot!(counts(|counts| counts.lateness.p50_us = 900.5), @"cells[0].rounds[0].server.lateness.p50_us is 900.5, and must be from 0.0 to 900.0");
    insta::assert_snapshot!(counts(|counts| counts.lateness.max_us = 1e300), @"cells[0].rounds[0].server.lateness.max_us is 1e300, and must be from 0.0 to 1000000000000.0");
    insta::assert_snapshot!(round_fault(|round| round.server = None), @"cells[0].rounds[0].server is missing, and the cell expects something of it");
    insta::assert_snapshot!(fault(|record| record.cells[0].expected = None), @"cells[0].rounds[0].server is given, and the cell expects nothing of it");
}

#[test]
fn costs_of_a_round() {
    let costs = |damage: fn(&mut Costs)| round_fault(|round| damage(round.costs.as_mut().unwrap()));
    insta::assert_snapshot!(costs(|costs| costs.user_ns = u64::MAX), @"cells[0].rounds[0].costs.user_ns is 18446744073709551615, and must be from 0 to 1000000000000000");
    insta::assert_snapshot!(costs(|costs| costs.voluntary = u64::MAX), @"cells[0].rounds[0].costs.voluntary is 18446744073709551615, and must be from 0 to 1000000000000");
    insta::assert_snapshot!(costs(|costs| costs.server_ns = Some(u64::MAX)), @"cells[0].rounds[0].costs.server_ns is 18446744073709551615, and must be from 0 to 1000000000000000");
}

mod damage {
    //! A record whose values are replaced by extremes is refused, or it can be shown whole.

    use proptest::prelude::*;
    use serde_json::{Number, Value as Json};

    use super::*;
    use crate::gate::{Gate, Rules, step_summary};

    /// Values that a report could stumble over.
    fn extreme() -> impl Strategy<Value = Json> {
        let floats = prop::sample::select(vec![
            0.0,
            -0.0,
            1e-320,
            1e-9,
            0.5,
            1.0,
            1.5,
            1e9,
            1e15,
            1e16,
            1e300,
            f64::MAX,
            -1.0,
            f64::MIN,
        ]);
        let counts = prop::sample::select(vec![
            0,
            1,
            2,
            3,
            1000,
            u64::from(u32::MAX),
            u64::from(u32::MAX) + 1,
            COUNT,
            CPU_NS,
            u64::MAX,
        ]);
        let texts = prop::sample::select(vec![
            "",
            " ",
            "tokio",
            "measured",
            "failed",
            "skipped",
            "running",
            "\u{0}",
            "\n",
            "\u{1b}[2J",
            "a|b",
            "<script>",
            "[1, 2]",
            "\u{202e}",
            "2025-01-02T03:04:05Z",
        ]);
        prop_oneof![
            4 => floats.prop_map(|x| Number::from_f64(x).map_or(Json::Null, Json::Number)),
            4 => any::<f64>().prop_map(|x| Number::from_f64(x).map_or(Json::Null, Json::Number)),
            4 => counts.prop_map(Json::from),
            2 => any::<u64>().prop_map(Json::from),
            4 => texts.prop_map(Json::from),
            1 => ".{0,200}".prop_map(Json::from),
            1 => Just(Json::Null),
            1 => any::<bool>().prop_map(Json::from),
            1 => Just(Json::Array(Vec::new())),
        ]
    }

    /// Every value that holds no others.
    fn leaves<'j>(json: &'j mut Json, found: &mut Vec<&'j mut Json>) {
        match json {
            Json::Array(values) => values.iter_mut().for_each(|value| leaves(value, found)),
            Json::Object(fields) => fields.values_mut().for_each(|value| leaves(value, found)),
            leaf => found.push(leaf),
        }
    }

    /// Reads the text as a record and shows it in every way, unless it is refused.
    fn refused_or_shown(json: &[u8]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.json");
        std::fs::write(&path, json).unwrap();
        match Record::read(&path) {
            Ok(record) => {
                let terminal = table::terminal(&Analysis::of(&record));
                assert!(!terminal.chars().any(|c| c != '\n' && text::unprintable(c)));
                let written = report::write(&record, &folder.path().join("report")).unwrap();
                let page = std::fs::read_to_string(written.page).unwrap();
                assert!(page.ends_with("</html>"));
                let expectations = ["tokio over sequential >= 2", "n=5: no failed cell"];
                let expectations = expectations.map(|line| line.parse().unwrap()).into();
                let gate = Gate::of(&record, &Rules { floor: 0.05, confirm: true, expectations });
                let said = gate.terminal() + &step_summary(&gate);
                assert!(!said.chars().any(|c| c != '\n' && text::unprintable(c)));
            }
            Err(error) => assert!(error.to_string().len() < 1000, "{error}"),
        }
    }

    /// Every kind of claim.
    fn scenarios() -> Record {
        let workloads = ["in_turn", "stall", "bounded", "unbounded", "retry", "files", "chat"];
        let mut record = synthetic::guide();
        record.cells.retain(|cell| {
            let client = ["sequential", "thread-pool-n", "tokio"].contains(&&*cell.client);
            client && workloads.contains(&&*cell.workload)
        });
        record
    }

    proptest! {
        #[test]
        fn a_record_with_extremes_is_refused_or_shown(
            changes in prop::collection::vec((any::<prop::sample::Index>(), extreme()), 1..4),
            kind in 0..3,
        ) {
            let mut record = match kind {
                0 => synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 3),
                1 => synthetic::changed(&[5, 20], 3),
                _ => scenarios(),
            };
            for cell in record.cells.iter_mut().skip(1) {
                synthetic::memory(cell, 8 << 20);
                synthetic::timing(cell, "first answer", &[1e6, 2e6, 3e6]);
                cell.cannot = Some("can't cancel a blocking call".to_owned());
            }
            let mut json = serde_json::to_value(record).unwrap();
            for (place, value) in changes {
                let mut found = Vec::new();
                leaves(&mut json, &mut found);
                let place = place.index(found.len());
                *found[place] = value;
            }
            refused_or_shown(&serde_json::to_vec(&json).unwrap());
        }

    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn times_of_any_size_can_be_shown(
            times in prop::collection::vec(0.0f64..15.0, 18),
            n in prop::collection::vec(any::<u32>(), 2),
        ) {
            let sizes = [n[0].max(1), n[1].max(2)];
            prop_assume!(sizes[0] != sizes[1]);
            let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 3);
            for (cell, times) in record.cells.iter_mut().zip(times.chunks(3)) {
                cell.n = sizes[usize::from(cell.n == 20)];
                let times: Vec<f64> = times.iter().map(|time| 10f64.powf(*time)).collect();
                synthetic::time(cell, &times);
            }
            prop_assert_eq!(check(&record), Ok(()));
            refused_or_shown(&serde_json::to_vec(&record).unwrap());
        }

        #[test]
        fn bytes_that_are_flipped_are_refused_or_shown(
            flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let record = synthetic::record_of(&["sequential", "tokio"], &[5], 3);
            let mut json = serde_json::to_vec(&record).unwrap();
            for (place, byte) in flips {
                let place = place.index(json.len());
                json[place] = byte;
            }
            refused_or_shown(&json);
        }
    }
}
