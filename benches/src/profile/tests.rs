//! What profiles may hold, and what is said of those that may not.

use waitmark_harness::clients::{Sequential, ThreadPool, Tokio};
use waitmark_harness::workloads::{FanOut, Pipeline};

/// What a profile of these tests has where it does not say otherwise, whatever the default has.
const LISTS: [(&str, &str); 2] = [
    ("clients", "[\"sequential\", \"thread-pool-32\", \"tokio\"]"),
    ("workloads", "[\"fan_out\"]"),
];

use super::*;

fn catalogue() -> Catalogue {
    waitmark_harness::catalogue! {
        clients: [Sequential, ThreadPool, Tokio],
        workloads: [FanOut, Pipeline],
    }
}

fn read(text: &str) -> Result<Profile> {
    let missing = LISTS.iter().filter(|(key, _)| !text.contains(key));
    let lists: String = missing.map(|(key, list)| format!("\n{key} = {list}")).collect();
    Profile::parse(&catalogue(), "mine.toml", &(text.to_owned() + &lists))
}

fn parsed(text: &str) -> Profile {
    read(text).unwrap()
}

fn refused(text: &str) -> String {
    format!("{:#}", read(text).unwrap_err())
}

#[test]
fn what_a_profile_leaves_out_comes_from_the_default() {
    let profile = parsed("sizes = [7]\nseed = 3");
    assert_eq!((profile.rounds, profile.seed), (10, 3));
    let [workload] = profile.workloads.as_slice() else { panic!() };
    assert_eq!((&*workload.sizes, workload.delays.len()), (&[7][..], 1));
}

#[test]
fn sizes_and_delays_for_all_are_meant_for_inherited_workloads_too() {
    let file = |text| toml::from_str::<File>(text).unwrap();
    let default = || {
        file("workloads = [\"fan_out\", { name = \"pipeline\", sizes = [3], delays = [\"5ms\"] }]")
    };
    let own = |text| {
        let merged = file(text).or(default());
        let rest = merged.workloads.unwrap().remove(1).rest.unwrap();
        rest.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(own("sizes = [7]"), ["delays"]);
    assert_eq!(own("delays = [\"1s\"]"), ["sizes"]);
    assert_eq!(own("margin = 0.1"), ["delays", "sizes"]);
}

#[test]
fn a_client_is_a_kind_with_settings_under_a_name() {
    let profile = parsed(
        r#"
        reference = "one"
        clients = ["thread-pool-n", "tokio", { name = "one", kind = "tokio", workers = 1 },
                   { name = "pool-8", kind = "thread-pool", width = 8 }]
        "#,
    );
    let clients = profile.clients.iter().map(|c| format!("{} {} {}", c.name, c.kind, c.settings));
    let clients: Vec<String> = clients.collect();
    assert_eq!(clients[0], r#"thread-pool-n thread-pool {"width":"n"}"#);
    assert!(clients[1].starts_with(r#"tokio tokio {"workers":"#));
    assert_eq!(clients[2], r#"one tokio {"workers":1}"#);
    assert_eq!(clients[3], r#"pool-8 thread-pool {"width":8}"#);
    assert_eq!(profile.workloads[0].reference, 2);
}

#[test]
fn a_workload_has_parameters_sizes_and_a_reference_of_its_own() {
    let profile = parsed(
        r#"
        clients = ["sequential", "thread-pool-32", "tokio"]
        [[workloads]]
        name = "pipeline"
        [[workloads]]
        name = "pipeline"
        params = { stages = 5 }
        sizes = [3]
        reference = "tokio"
        budget = "1s"
        "#,
    );
    let [first, second] = profile.workloads.as_slice() else { panic!() };
    assert_eq!((first.label.as_str(), first.sizes.len(), first.reference), ("", 5, 0));
    assert_eq!(
        (second.label.as_str(), &*second.sizes, second.reference),
        ("stages=5,", &[3][..], 2)
    );
    assert_eq!(second.params.to_string(), r#"{"capacity":4,"stages":5}"#);
    assert_eq!(second.budget, Duration::from_secs(1));
}

#[test]
fn a_workload_may_be_for_some_of_the_clients_and_rounds() {
    let profile = parsed(
        r#"
        clients = ["sequential", "thread-pool-32", "tokio"]
        rounds = 4
        workloads = [
            { name = "fan_out", rounds = 6 },
            { name = "pipeline", clients = ["tokio", "thread-pool-32"], rounds = 2 },
            { name = "pipeline", params = { stages = 5 }, clients = ["tokio", "sequential"] },
        ]
        "#,
    );
    let of = |workload: &Workload| (workload.clients.clone(), workload.reference, workload.rounds);
    let workloads: Vec<_> = profile.workloads.iter().map(of).collect();
    assert_eq!(workloads, [(vec![0, 1, 2], 0, 6), (vec![2, 1], 2, 2), (vec![2, 0], 0, 4)]);
    assert_eq!(profile.rounds, 6);
    let with = |of_pipeline: &str| {
        let clients = "clients = [\"sequential\", \"tokio\"]";
        refused(&format!("{clients}\nworkloads = [{{ name = \"pipeline\", {of_pipeline} }}]"))
    };
    insta::assert_snapshot!(with("clients = [\"smol\"]"), @"profile mine.toml: workloads: `pipeline`: clients: `smol` is not among the clients");
    insta::assert_snapshot!(with("clients = [\"tokio\", \"tokio\"]"), @"profile mine.toml: workloads: `pipeline`: clients: entry 2 stands there twice");
    insta::assert_snapshot!(with("clients = []"), @"profile mine.toml: workloads: `pipeline`: clients: the list is empty: name at least one");
    insta::assert_snapshot!(with("clients = [\"tokio\"], reference = \"sequential\""), @"profile mine.toml: workloads: `pipeline`: reference: `sequential` is not among its clients");
    insta::assert_snapshot!(with("rounds = 0"), @"profile mine.toml: workloads: `pipeline`: rounds: 0 is not allowed: 1 to 1000");
}

#[test]
fn a_workload_whose_clients_all_run_on_other_crates_is_left_out() {
    let text = r#"
        clients = ["sequential", "thread-pool-32", "tokio"]
        workloads = [
            { name = "fan_out", clients = ["sequential", "tokio"] },
            { name = "pipeline", clients = ["thread-pool-32"] },
        ]
    "#;
    let mut profile = parsed(text);
    assert!(profile.retain_crate(&catalogue(), "tokio"));
    let [workload] = profile.workloads.as_slice() else { panic!() };
    assert_eq!((&*workload.name, &*workload.clients, workload.reference), ("fan_out", &[0][..], 0));
}

#[test]
fn a_wrong_value_names_the_file_the_key_and_what_is_allowed() {
    insta::assert_snapshot!(refused("sizes = [5, 0]"), @"profile mine.toml: workloads: `fan_out`: sizes: 0 is not allowed: 1 to 20000");
    insta::assert_snapshot!(refused("sizes = []"), @"profile mine.toml: workloads: `fan_out`: sizes: the list is empty: name at least one");
    insta::assert_snapshot!(refused("sizes = [5, 10, 5]"), @"profile mine.toml: workloads: `fan_out`: sizes: entry 3 stands there twice");
    insta::assert_snapshot!(refused("rounds = -1"), @"profile mine.toml: rounds: -1 is not allowed: 1 to 1000");
    insta::assert_snapshot!(refused("margin = 1.5"), @"profile mine.toml: margin: 1.5 is not allowed: 0 to below 1");
    insta::assert_snapshot!(refused("delays = [\"10\"]"), @r#"profile mine.toml: workloads: `fan_out`: delays: `10` is not allowed: 1us to 1m, with its unit, e.g. "10ms""#);
    insta::assert_snapshot!(refused("clients = [\"threads\"]"), @"profile mine.toml: clients: `threads`: no kind of client is named `threads`; there are sequential, thread-pool, tokio");
    insta::assert_snapshot!(refused("clients = [\"thread-pool\"]"), @"profile mine.toml: clients: `thread-pool`, of kind thread-pool: missing field `width`");
    insta::assert_snapshot!(refused("clients = [{ name = \"tokio\", width = 3 }]"), @"profile mine.toml: clients: `tokio`, of kind tokio: unknown field `width`, expected `workers`");
    insta::assert_snapshot!(refused("clients = [\"tokio\", \"tokio\"]"), @"profile mine.toml: clients: `tokio` stands there twice: each needs a name of its own");
    insta::assert_snapshot!(refused("clients = [{ name = \"a|b\\n\", kind = \"tokio\" }]"), @r#"profile mine.toml: clients: "a|b\n" is not allowed as a name: up to 40 letters, digits and -_.+@"#);
    insta::assert_snapshot!(refused("clients = [\"tokio\"]"), @"profile mine.toml: workloads: `fan_out`: reference: `sequential` is not among the clients");
    insta::assert_snapshot!(refused("workloads = [\"fan\"]"), @"profile mine.toml: workloads: no workload is named `fan`; there are fan_out, pipeline");
    insta::assert_snapshot!(refused("workloads = [\"fan_out\", \"fan_out\"]"), @"profile mine.toml: workloads: `fan_out` stands there twice with the same parameters");
    insta::assert_snapshot!(refused("workloads = [{ name = \"pipeline\", params = { stages = 0 } }]"), @"profile mine.toml: workloads: `pipeline`: params: stages: invalid value: integer `0`, expected a nonzero u8");
    insta::assert_snapshot!(refused("workloads = [{ name = \"fan_out\", params = { stages = 1 } }]"), @"profile mine.toml: workloads: `fan_out`: params: unknown field `stages`, there are no fields");
    insta::assert_snapshot!(refused("max_time = \"1ms\""), @r#"profile mine.toml: max_time: `1ms` is not allowed: 1s to 1day, with its unit, e.g. "10ms""#);
}

#[test]
fn a_wrong_key_or_type_is_shown_in_its_place() {
    insta::assert_snapshot!(refused("round = 3"), @r"
    profile mine.toml: TOML parse error at line 1, column 1
      |
    1 | round = 3
      | ^^^^^
    unknown field `round`, expected one of `clients`, `workloads`, `reference`, `sizes`, `delays`, `rounds`, `precision`, `budget`, `max_time`, `margin`, `seed`
    ");
    insta::assert_snapshot!(refused("clients = [3]"), @r"
    profile mine.toml: TOML parse error at line 1, column 12
      |
    1 | clients = [3]
      |            ^
    invalid type: integer `3`, expected a name, or a table with a `name`
    ");
    insta::assert_snapshot!(refused("workloads = [{ name = \"fan_out\", size = [3] }]"), @"profile mine.toml: workloads: `fan_out`: unknown field `size`, expected one of `sizes`, `delays`, `clients`, `reference`, `rounds`, `budget`, `params`");
}
