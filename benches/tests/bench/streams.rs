//! Output that nobody reads, or that can't be written: what is measured is kept all the same.

use std::fs::{self, OpenOptions};
use std::io;
use std::process::{Command, Stdio};

use crate::{Sandbox, finish, start, stderr, stdout};

const SMALL: &str = r#"
    clients = ["sequential", "tokio"]
    workloads = ["fan_out"]
    sizes = [2]
    delays = ["1ms"]
    rounds = 2
    budget = "1ms"
    seed = 1
"#;

/// The writing end of a pipe that nobody reads.
fn closed_pipe() -> Stdio {
    io::pipe().unwrap().1.into()
}

fn run(command: &mut Command) -> Option<i32> {
    finish(command.stdin(Stdio::null()).spawn().unwrap()).status.code()
}

#[test]
fn a_reader_that_is_gone_is_no_failure() {
    let sandbox = Sandbox::new(SMALL);
    for arguments in [["--bench"].as_slice(), &["--list"], &["--test"]] {
        let mut command = sandbox.command(arguments);
        assert_eq!(run(command.stdout(closed_pipe()).stderr(closed_pipe())), Some(0));
    }
    assert!(sandbox.record().cells.iter().all(|cell| cell.rounds.len() == 2));
    assert!(sandbox.output().join("report/index.html").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_table_that_cant_be_written_is_an_error_and_the_record_is_kept() {
    let sandbox = Sandbox::new(SMALL);
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = sandbox.command(&["--bench"]);
    assert_eq!(run(command.stdout(full()).stderr(full())), Some(1));
    assert!(sandbox.record().cells.iter().all(|cell| cell.rounds.len() == 2));
    assert!(sandbox.output().join("report/index.html").exists());
}

#[test]
fn several_calibrations_in_one_process() {
    let sandbox = Sandbox::new("");
    let output = sandbox.run(&["--bench", "--calibrate", "2", "--max-time", "1s"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("run 2 of 2: false claims on time in "));
}

/// What a terminal of so many columns is sent.
#[cfg(target_os = "linux")]
fn on_a_terminal(columns: usize, setting: &str) -> String {
    let sandbox = Sandbox::new(SMALL);
    let program = sandbox.command(&[]);
    let line = format!(
        "stty cols {columns} rows 24; exec env {setting} '{}' --bench",
        program.get_program().to_str().unwrap()
    );
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm");
    for (key, value) in program.get_envs() {
        terminal.env(key, value.unwrap());
    }
    let output = finish(start(&mut terminal));
    assert!(output.status.success(), "{}", stdout(&output));
    stdout(&output)
}

#[cfg(target_os = "linux")]
#[test]
fn the_progress_line_fits_the_terminal_and_names_the_round() {
    for columns in [80, 40] {
        let text = on_a_terminal(columns, "NO_COLOR=1");
        let bars: Vec<_> =
            text.split(['\r', '\n', '\u{1b}']).filter(|line| line.contains('%')).collect();
        let bars: Vec<_> = bars.into_iter().filter(|line| line.contains('░')).collect();
        assert!(bars.iter().any(|bar| bar.contains("round 1 of 2")), "{bars:?}");
        for bar in bars {
            let bar = bar.trim_start_matches("[2K");
            assert!(bar.chars().count() <= columns, "{bar:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_can_draw_no_bar_gets_lines() {
    let text = on_a_terminal(80, "TERM=dumb");
    assert!(text.contains("round 1 of 2 done, about"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn a_relative_output_with_spaces_lies_where_cargo_was_called() {
    let sandbox = Sandbox::new(SMALL);
    let folder = sandbox.output();
    fs::create_dir(&folder).unwrap();
    let mut command = sandbox.command(&["--bench"]);
    let output = finish(start(command.env("WAITMARK_OUTPUT", "my own/runs").env("PWD", &folder)));
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(folder.join("my own/runs/record.json").exists());
}
