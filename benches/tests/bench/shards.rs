//! Runs of a part of the cells.

use std::collections::BTreeSet;

use crate::{Sandbox, stderr, stdout};

const SIZES: &str = r#"
    clients = ["sequential", "tokio"]
    workloads = ["fan_out"]
    sizes = [1, 2, 3]
    delays = ["1ms"]
    rounds = 1
    budget = "1ms"
"#;

fn names(sandbox: &Sandbox, arguments: &[&str]) -> BTreeSet<String> {
    let output = sandbox.run(&[&["--bench", "--list"], arguments].concat());
    stdout(&output).lines().map(str::to_owned).collect()
}

#[test]
fn two_shards_have_the_cells_of_one_run() {
    let sandbox = Sandbox::new(SIZES);
    let [one, two] = ["1/2", "2/2"].map(|shard| names(&sandbox, &["--shard", shard]));
    assert!(one.is_disjoint(&two));
    assert_eq!(&one | &two, names(&sandbox, &[]));
}

#[test]
fn a_shard_says_in_its_record_which_it_is() {
    let sandbox = Sandbox::new(SIZES);
    let output = sandbox.run(&["--bench", "--shard", "2/3"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record = sandbox.record();
    let shard = record.shard.unwrap();
    assert_eq!((shard.index, shard.of), (2, 3));
    assert_eq!(record.cells.iter().map(|cell| cell.n).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn a_shard_without_cells_is_refused() {
    let output = Sandbox::new(SIZES).run(&["--bench", "--shard", "4/4"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("shard 4/4 has no cells: there are 3"), "{}", stderr(&output));
    assert_eq!(Sandbox::new(SIZES).run(&["--bench", "--shard", "4/3"]).status.code(), Some(2));
}
