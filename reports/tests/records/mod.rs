//! Records for the commands' tests, made of the one in `fixtures`, and the commands themselves.

#![allow(dead_code, reason = "every test takes what it needs")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use waitmark_reports::record::{Cell, Record, Shard, Status, Variant};

/// The small record that no machine measured: `fan_out` with 5 and 20 requests, three rounds.
pub(crate) fn record() -> Record {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/record.json");
    Record::read(&path).unwrap()
}

/// The same as if run on this day of January 2025, under a name of its own.
pub(crate) fn on(day: u32) -> Record {
    let mut record = record();
    record.run = format!("{day:016x}");
    record.created = format!("2025-01-{day:02}T03:04:05Z");
    record
}

/// The cell of this client with so many requests.
pub(crate) fn cell<'r>(record: &'r mut Record, client: &str, n: u32) -> &'r mut Cell {
    record.cells.iter_mut().find(|cell| cell.client == client && cell.n == n).unwrap()
}

/// Makes a client take so many times as long.
pub(crate) fn slow(record: &mut Record, client: &str, by: f64) {
    for cell in record.cells.iter_mut().filter(|cell| cell.client == client) {
        for round in &mut cell.rounds {
            round.mean_ns *= by;
            round.samples_ns.iter_mut().for_each(|sample| *sample *= by);
        }
    }
}

pub(crate) fn fail(cell: &mut Cell, reason: &str) {
    (cell.status, cell.reason) = (Status::Failed, Some(reason.to_owned()));
}

/// The record with its two clients made one, `tokio`, in two builds, base and new.
pub(crate) fn variants(mut record: Record) -> Record {
    let names = [("sequential", "base"), ("tokio", "new")];
    for (client, variant) in names {
        let own = record.profile.clients.iter_mut().find(|it| it.name == client).unwrap();
        own.name = format!("tokio@{variant}");
        own.variant = Some(variant.to_owned());
        for cell in record.cells.iter_mut().filter(|cell| cell.client == client) {
            cell.client = format!("tokio@{variant}");
        }
        record.variants.push(Variant {
            name: variant.to_owned(),
            tool_version: record.tool_version.clone(),
            git_rev: None,
            rustc: record.machine.rustc.clone(),
            versions: record.machine.versions.clone(),
        });
    }
    record
}

/// Writes the record into the folder.
pub(crate) fn put(folder: &Path, name: &str, record: &Record) -> PathBuf {
    let path = folder.join(name);
    record.write(&path).unwrap();
    path
}

/// The command `waitmark`, with nothing of the environment that tells it where to look.
pub(crate) fn waitmark() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waitmark"));
    command.env_remove("CARGO_TARGET_DIR").env_remove("WAITMARK_OUTPUT");
    command
}

/// What a command prints that succeeds.
pub(crate) fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command says that fails with this code.
pub(crate) fn refused(command: &mut Command, code: i32) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    said(&output)
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The record as two shards measured it, a size each.
pub(crate) fn shards(record: &Record) -> [Record; 2] {
    [(1, 5), (2, 20)].map(|(index, n)| {
        let mut shard = record.clone();
        shard.run = format!("{index:016x}");
        shard.shard = Some(Shard { index, of: 2 });
        shard.cells.retain(|cell| cell.n == n);
        shard
    })
}
