//! Shards of synthetic runs: what is split and joined again is what it was.

use proptest::prelude::*;

use super::*;
use crate::record::{Status, Value};
use crate::synthetic;

/// Two workloads and a second delay, the cells in the order of a profile.
fn whole(sizes: &[u32]) -> Record {
    let clients = ["sequential", "tokio", "smol"];
    let mut record = synthetic::record_of(&clients, sizes, 3);
    for (workload, delay) in [("fan_out", 20.0), ("pipeline", 10.0)] {
        for &n in sizes {
            for (place, client) in clients.iter().enumerate() {
                record.cells.push(synthetic::cell(workload, delay, n, client, place as u32, 3));
            }
        }
    }
    record
}

/// What runs of `--shard 1/of` to `--shard of/of` measure.
fn split(record: &Record, of: u32) -> Vec<Part> {
    let groups: Vec<&[Cell]> = record.cells.chunk_by(same_group).collect();
    let part = |index: u32| {
        let mine = groups.iter().skip(index as usize - 1).step_by(of as usize);
        let record = Record {
            run: format!("{index:016x}"),
            shard: Some(Shard { index, of }),
            cells: mine.copied().flatten().cloned().collect(),
            ..record.clone()
        };
        Part { name: format!("{index}.json"), record }
    };
    (1..=of).map(part).collect()
}

/// Why two shards can't be joined when the second is changed so.
fn refusal(change: fn(&mut Record)) -> String {
    let mut parts = split(&whole(&[5, 20]), 2);
    change(&mut parts[1].record);
    join(&parts, false).unwrap_err().to_string()
}

proptest! {
    #[test]
    fn what_was_split_and_joined_is_what_it_was(
        of in 1u32..7,
        sizes in 1u32..5,
        order in any::<u64>(),
    ) {
        let sizes: Vec<u32> = (1..=sizes).map(|size| size * 5).collect();
        let record = whole(&sizes);
        let groups = 3 * sizes.len() as u32;
        let mut parts = split(&record, of.min(groups));
        fastrand::Rng::with_seed(order).shuffle(&mut parts);
        let joined = join(&parts, false).unwrap();
        prop_assert_eq!(&joined.run, &join(&split(&record, of.min(groups)), false).unwrap().run);
        prop_assert_eq!(Record { run: record.run.clone(), ..joined }, record);
    }
}

#[test]
fn the_name_is_made_of_the_parts() {
    let record = whole(&[5, 20]);
    let parts = split(&record, 2);
    let name = join(&parts, false).unwrap().run;
    // FNV-1a of the two names after each other, 64 bits.
    assert_eq!(name, "dc3014c4b6d617cc");
    assert_ne!(join(&split(&record, 3), false).unwrap().run, name);
}

#[test]
fn of_what_may_differ_the_worst_is_kept() {
    let mut parts = split(&whole(&[5, 20]), 3);
    let machines = [(Some(0.1), Some(2.0), 4000), (Some(0.3), None, 9000), (None, Some(1.0), 8000)];
    for (part, (steal, load, files)) in parts.iter_mut().zip(machines) {
        let machine = &mut part.record.machine;
        (machine.steal, machine.load_before, machine.load_after) = (steal, load, None);
        (machine.busy_before, machine.open_files) = (steal, files);
    }
    parts[0].record.ended = Ended::Precise;
    parts[1].record.ended = Ended::MaxTime;
    parts[0].record.created = "2025-01-02T03:05:00Z".to_owned();
    parts[2].record.profile.seed = 7;
    let joined = join(&parts, false).unwrap();
    let Machine { steal, load_before, load_after, busy_before, open_files, .. } = joined.machine;
    assert_eq!(
        (steal, busy_before, load_before, load_after),
        (Some(0.3), Some(0.3), Some(2.0), None)
    );
    assert_eq!((open_files, joined.ended), (4000, Ended::MaxTime));
    assert_eq!((joined.created.as_str(), joined.profile.seed), ("2025-01-02T03:04:05Z", 42));
}

#[test]
fn missing_shards_are_named_unless_they_may_be_missing() {
    let record = whole(&[5, 20, 100]);
    let mut parts = split(&record, 4);
    parts.remove(2);
    parts.remove(0);
    let error = join(&parts, false).unwrap_err().to_string();
    assert_eq!(error, "of 4 shards these are missing: 1 and 3; --partial joins the others");
    let joined = join(&parts, true).unwrap();
    assert_eq!((joined.shard, joined.ended), (None, Ended::Interrupted));
    let cells: usize = parts.iter().map(|part| part.record.cells.len()).sum();
    assert_eq!(joined.cells.len(), cells);
    // All there are all there, allowed to be missing or not.
    assert_eq!(join(&split(&record, 4), true).unwrap().ended, Ended::Planned);
    parts[0].record.ended = Ended::Broken;
    assert_eq!(join(&parts, true).unwrap().ended, Ended::Broken);
}

#[test]
fn a_shard_twice_is_refused() {
    let mut parts = split(&whole(&[5, 20]), 2);
    parts.push(Part { name: "again.json".to_owned(), ..parts[1].clone() });
    let error = join(&parts, true).unwrap_err().to_string();
    assert_eq!(error, "2.json and again.json are both shard 2: leave one out");
}

#[test]
fn a_cell_in_two_shards_is_refused() {
    let error = refusal(|record| {
        let mut cell = synthetic::cell("fan_out", 10.0, 5, "tokio", 0, 3);
        (cell.status, cell.rounds) = (Status::Skipped, Vec::new());
        record.cells.push(cell);
    });
    assert_eq!(
        error,
        "1.json and 2.json both have tokio on fan_out with 5 requests of 10 ms each: they are no \
         shards of one run"
    );
}

#[test]
fn shards_of_different_runs_are_refused_by_the_field() {
    insta::assert_snapshot!(refusal(|it| it.machine.cpu_model = None), @r#"1.json and 2.json are not shards of one run, as machine.cpu_model is "Synthetic CPU" in the one and null in the other; of several machines join the shards of each, and merge what comes of it"#);
    let field = |change: fn(&mut Record)| {
        let error = refusal(change);
        let (_, rest) = error.split_once("shards of one run, as ").unwrap();
        rest.split_once(" is ").unwrap().0.to_owned()
    };
    assert_eq!(field(|it| it.tool_version.push('1')), "tool_version");
    assert_eq!(field(|it| it.git_rev = None), "git_rev");
    assert_eq!(field(|it| it.machine.logical_cpus = 1), "machine.logical_cpus");
    assert_eq!(field(|it| it.machine.kernel.push('1')), "machine.kernel");
    assert_eq!(field(|it| it.machine.tcp_tw_reuse = None), "machine.tcp_tw_reuse");
    assert_eq!(field(|it| it.machine.rustc.push('1')), "machine.rustc");
    assert_eq!(field(|it| it.machine.versions.clear()), "machine.versions");
    assert_eq!(field(|it| it.profile.name.push('1')), "profile.name");
    assert_eq!(field(|it| it.profile.rounds = 9), "profile.rounds");
    assert_eq!(field(|it| it.profile.precision = None), "profile.precision");
    assert_eq!(field(|it| it.profile.max_time_s = None), "profile.max_time_s");
    assert_eq!(field(|it| it.profile.margin = 0.1), "profile.margin");
    let workers = |it: &mut Record| {
        it.profile.clients[1].settings.insert("workers".to_owned(), Value::Number(1));
    };
    assert_eq!(field(workers), "profile.clients");
    assert_eq!(field(|it| it.server.threads = 3), "server");
    assert_eq!(
        field(|it| it.variants = crate::relative::tests::builds(["a", "b"], &[], &[], 1).variants),
        "variants"
    );
    assert_eq!(field(|it| it.shard = Some(Shard { index: 2, of: 3 })), "shard.of");
    // What a machine is busy with, and the order of its rounds.
    let mut parts = split(&whole(&[5, 20]), 2);
    let other = &mut parts[1].record;
    (other.profile.seed, other.machine.load_before) = (1, Some(9.0));
    assert!(join(&parts, false).is_ok());
}

#[test]
fn a_part_without_the_server_takes_the_others_server() {
    let record = whole(&[5, 20]);
    let mut parts = split(&record, 3);
    let none = |part: &mut Part| {
        part.record.server.threads = 0;
        part.record.server.addresses = 0;
    };
    none(&mut parts[0]);
    assert_eq!(join(&parts, false).unwrap().server, record.server);
    parts[2].record.server.threads = 3;
    let refused = join(&parts, false).unwrap_err().to_string();
    assert!(refused.contains("as server is "), "{refused}");
    parts.iter_mut().for_each(none);
    assert_eq!(join(&parts, false).unwrap().server.addresses, 0);
}

#[test]
fn parts_that_make_no_record_are_refused() {
    // Two references in one table.
    let error = refusal(|record| {
        for cell in &mut record.cells {
            cell.role = match cell.client.as_str() {
                "tokio" => crate::record::Role::Reference,
                _ => crate::record::Role::Compared,
            };
        }
    });
    assert!(error.starts_with("the shards don't fit together: cells["), "{error}");
    assert!(error.contains("is reference, and so is sequential in fan_out"), "{error}");
}

#[test]
fn hostile_values_are_shown_as_text() {
    let error = refusal(|record| record.profile.name = format!("\u{1b}[2J{}", "x".repeat(1000)));
    assert!(!error.contains('\u{1b}') && error.len() < 600, "{error}");
}
