//! What the program writes on standard error.

use crate::program::program;
use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

#[test]
fn where_it_listens_is_a_line_of_the_log_in_json_too() {
    let mut command = program("sqlite:none.db", &["demo", "--listen", "127.0.0.1:0"]);
    command.args(["--log-format", "json"]).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut objects = lines.map(|line| {
        serde_json::from_str::<serde_json::Value>(&line).unwrap_or_else(|_| panic!("{line}"))
    });
    let said = objects.find(|line| line["message"] == "listening").unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said["address"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{said}");
}

#[test]
fn a_panic_is_a_line_of_the_log_with_its_place() {
    let mut command = program("sqlite:nowhere.db", &["migrate", "--log-format", "json"]);
    // The runtime panics over a number of threads that is none; the log is there before it.
    command.env("TOKIO_WORKER_THREADS", "none").env("RUST_BACKTRACE", "0");
    let output = command.output().unwrap();
    let written = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<serde_json::Value> =
        written.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(output.status.code(), Some(101), "{written}");
    assert_eq!(lines.len(), 1, "{written}");
    assert_eq!(lines[0]["level"], "ERROR");
    let message = lines[0]["message"].as_str().unwrap();
    assert!(message.starts_with("panicked: \"TOKIO_WORKER_THREADS\" must be usize"), "{message}");
    let location = lines[0]["location"].as_str().unwrap();
    assert!(location.contains("tokio") && location.contains(".rs:"), "{location}");
    assert!(lines[0].get("stack").is_none(), "{written}");
}
