//! What the command line teaches, and the codes that it exits with.

use super::{Given, assert_says};
use interdiction::{
    cli::{self, Exit},
    config::settings,
};

fn answer(args: &[&str]) -> (String, Exit) {
    let error = Given { args, ..Given::default() }.load().unwrap_err();
    (error.to_string(), cli::exit(&error))
}

/// Words with single spaces, for the help breaks lines.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_help_of_serve_and_check_teaches_every_setting() {
    for command in ["serve", "check"] {
        let (help, exit) = answer(&[command, "--help"]);
        assert_eq!(exit, Exit::Done);
        let help = words(&help);
        for spec in settings::ALL {
            assert_says(&help, &[&format!("--{} <{}>", spec.flag(), spec.placeholder())]);
            assert_says(&help, &[&words(&spec.help())]);
            assert_says(&spec.help(), &[&spec.variable(), spec.default]);
        }
    }
}

#[test]
fn the_help_teaches_examples_the_file_and_the_exit_codes() {
    let (help, exit) = answer(&["--help"]);
    assert_eq!(exit, Exit::Done);
    for command in ["serve", "demo", "migrate", "check"] {
        assert_says(&help, &[&format!("\n  {command} ")]);
        let (own_help, _) = answer(&[command, "--help"]);
        assert_says(&own_help, &["Examples:", "--config <FILE>"]);
        assert_says(&own_help, &[&format!("\n  interdiction {command}\n")]);
    }
    assert_says(&help, &["Settings:", "interdiction.toml", "INTERDICTION_CONFIG", "[viewer]"]);
    for exit in Exit::ALL {
        assert_says(&help, &[&format!("\n  {}  ", exit.code())]);
    }
}

#[test]
fn the_version_is_an_answer_and_a_wrong_command_line_is_not() {
    let version = format!("interdiction {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(answer(&["--version"]), (version, Exit::Done));
    let (help, exit) = answer(&[]);
    assert_eq!(exit, Exit::Usage);
    assert_says(&help, &["Usage: interdiction", "serve"]);
    assert_eq!(answer(&["fly"]).1, Exit::Usage);
    assert_eq!(answer(&["serve", "--listen", "x"]).1, Exit::Usage);
}

#[test]
fn exit_codes_are_what_scripts_rely_on() {
    assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3, 4, 5, 6, 141]);
}
