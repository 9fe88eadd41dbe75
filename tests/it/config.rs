//! The configuration and the command line, from the arguments, variables and file of a case; no
//! case looks at those of the test process.

mod help;

use interdiction::{
    cli::{self, Command},
    config::{
        Callers, Config, ConfigError, GraphqlConfig, IdentitiesConfig, LogFormat, Origin, StoreUrl,
        Taken, TlsConfig,
        settings::{self, Shape, Spec},
    },
};
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// What a user typed, set and wrote.
#[derive(Default)]
struct Given<'a> {
    args: &'a [&'a str],
    variables: &'a [(&'a str, &'a str)],
    file: Option<(&'a str, &'a str)>,
}

impl Given<'_> {
    fn load(&self) -> Result<(Command, Config), ConfigError> {
        let args = ["interdiction"].iter().chain(self.args).map(Into::into);
        let variables = self.variables.iter().map(|(name, text)| ((*name).into(), (*text).into()));
        cli::load(args, variables, |path| match self.file {
            Some((name, content)) if Path::new(name) == path => Ok(content.to_owned()),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
        })
    }

    fn config(&self) -> Config {
        self.load().unwrap_or_else(|error| panic!("{error}")).1
    }

    fn problem(&self) -> String {
        self.load().expect_err("this is wrong").to_string()
    }
}

fn with_args(args: &[&str]) -> Config {
    Given { args, ..Given::default() }.config()
}

fn wrong_args(args: &[&str]) -> String {
    Given { args, ..Given::default() }.problem()
}

fn wrong_variable(name: &str, text: &str) -> String {
    Given { args: &["serve"], variables: &[(name, text)], ..Given::default() }.problem()
}

fn with_file(content: &str) -> Config {
    Given { args: &["serve"], file: Some(("interdiction.toml", content)), ..Given::default() }
        .config()
}

fn wrong_file(content: &str) -> String {
    Given { args: &["serve"], file: Some(("interdiction.toml", content)), ..Given::default() }
        .problem()
}

#[track_caller]
fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

/// A value that a setting takes and that is not its default.
fn other_value(spec: &Spec) -> String {
    match spec.shape {
        Shape::Whole { max, .. } => max.to_string(),
        Shape::List { .. } => "READER".to_owned(),
        Shape::Text { form } => match form {
            "ADDRESS:PORT" => "[::1]:1",
            "URL" => "sqlite:other.db",
            "configured|known|anyone" => "known",
            "ID" => "mx-semar",
            "REGION" => "MX",
            "human|json" => "json",
            "DIRECTORY" => "documents",
            "FILE" => "server.pem",
            "any|trusted" => "trusted",
            "DIRECTIVES" => "debug",
            other => panic!("give an example of {other}"),
        }
        .to_owned(),
    }
}

/// One line of TOML under its section.
fn toml_of(spec: &Spec, text: &str) -> String {
    let value = match spec.shape {
        Shape::Whole { .. } => text.to_owned(),
        Shape::List { .. } => format!("[\"{text}\"]"),
        Shape::Text { .. } => format!("\"{text}\""),
    };
    match spec.key.split_once('.') {
        Some((section, name)) => format!("[{section}]\n{name} = {value}\n"),
        None => format!("\n{} = {value}\n", spec.key),
    }
}

/// The values alone, without where they came from.
fn values(config: &Config) -> String {
    let Config {
        listen,
        store,
        identities,
        tls,
        viewer,
        log,
        limits,
        graphql,
        sqlite,
        postgres,
        sources: _,
    } = config;
    let of_stores = format!("{store:?} {sqlite:?} {postgres:?}");
    format!(
        "{listen:?} {identities:?} {tls:?} {viewer:?} {log:?} {limits:?} {graphql:?} {of_stores}"
    )
}

fn origin_of(config: &Config, spec: &Spec) -> Origin {
    config.sources.iter().find(|source| source.key == spec.key).unwrap().origin.clone()
}

#[test]
fn defaults_hold_where_nothing_is_given() {
    let config = with_args(&["serve"]);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.store, StoreUrl::Sqlite(PathBuf::from("interdiction.db")));
    assert_eq!(
        config.identities,
        IdentitiesConfig { callers: Callers::Configured, issuers: None, record_days: 400 }
    );
    assert_eq!(config.viewer.agency, "local");
    assert_eq!(config.viewer.region, None);
    assert_eq!(config.viewer.roles, ["READER", "CONTRIBUTOR", "STEWARD", "ADMINISTRATOR"]);
    assert_eq!(config.log.format, LogFormat::Human);
    assert_eq!(config.log.filter, "info");
    assert_eq!(config.limits.connections_max, 1024);
    assert_eq!(config.limits.requests_in_flight_max, 512);
    assert_eq!(config.limits.request_bytes_max, 2 * 1024 * 1024);
    assert_eq!(config.limits.request_timeout, Duration::from_secs(60));
    assert_eq!(config.limits.idle_timeout, Duration::from_secs(120));
    assert_eq!(config.limits.drain_timeout, Duration::from_secs(10));
    assert_eq!(config.graphql, GraphqlConfig { documents: None, take: Taken::Any });
    assert_eq!(config.sqlite.readers_max, 4);
    assert_eq!(config.postgres.connections_max, 16);
    assert_eq!(config.postgres.statement_timeout, Duration::from_secs(30));
    assert_eq!(config.postgres.lock_timeout, Duration::from_secs(10));
}

#[test]
fn every_setting_is_taken_from_a_flag_a_variable_and_the_file_alike() {
    let default = values(&with_args(&["serve"]));
    // Those of TLS are taken together or not at all.
    for spec in settings::ALL.into_iter().filter(|spec| spec.section() != Some("tls")) {
        let text = other_value(spec);
        let (flag, variable) = (spec.flag(), spec.variable());
        let file = toml_of(spec, &text);
        let by_flag = with_args(&["serve", &format!("--{flag}"), &text]);
        let by_variable = Given {
            args: &["serve"],
            variables: &[(variable.as_str(), text.as_str())],
            ..Given::default()
        }
        .config();
        let by_file = with_file(&file);
        assert_ne!(values(&by_flag), default, "{flag} changes nothing");
        assert_eq!(values(&by_flag), values(&by_variable), "{variable}");
        assert_eq!(values(&by_flag), values(&by_file), "{file}");
        assert_eq!(origin_of(&by_flag, spec), Origin::Flag(flag));
        assert_eq!(origin_of(&by_variable, spec), Origin::Variable(variable));
        let path = PathBuf::from("interdiction.toml");
        assert_eq!(origin_of(&by_file, spec), Origin::File { path, line: 2 });
    }
}

#[test]
fn the_settings_of_tls_are_taken_together() {
    let pairs = [("certificate", "a"), ("key", "b"), ("clients", "c")];
    let flags: Vec<String> =
        pairs.iter().flat_map(|(name, text)| [format!("--tls-{name}"), (*text).into()]).collect();
    let args: Vec<&str> = ["serve"].into_iter().chain(flags.iter().map(String::as_str)).collect();
    let by_flag = with_args(&args);
    let names = pairs.map(|(name, _)| format!("INTERDICTION_TLS_{}", name.to_uppercase()));
    let variables: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(pairs.map(|(_, text)| text)).collect();
    let by_variable =
        Given { args: &["serve"], variables: &variables, ..Given::default() }.config();
    let by_file = with_file("[tls]\ncertificate = 'a'\nkey = 'b'\nclients = 'c'\n");
    let clients = Some(PathBuf::from("c"));
    let expected = Some(TlsConfig { certificate: "a".into(), key: "b".into(), clients });
    for config in [by_flag, by_variable, by_file] {
        assert_eq!(config.tls, expected);
    }
    assert_eq!(with_args(&["serve"]).tls, None);
}

#[test]
fn a_flag_is_stronger_than_a_variable_and_a_variable_than_the_file() {
    let file = "listen = '127.0.0.1:1'\n[viewer]\nagency = 'file'\nregion = 'MX'\n";
    let config = Given {
        args: &["serve", "--listen", "127.0.0.1:3"],
        variables: &[
            ("INTERDICTION_LISTEN", "127.0.0.1:2"),
            ("INTERDICTION_VIEWER_AGENCY", "variable"),
        ],
        file: Some(("interdiction.toml", file)),
    }
    .config();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.viewer.agency, "variable");
    assert_eq!(config.viewer.region.as_deref(), Some("MX"));
    assert_eq!(config.log.filter, "info");
}

#[test]
fn the_file_is_the_flags_then_the_variables_then_the_one_at_hand() {
    let variables = &[("INTERDICTION_CONFIG", "variable.toml")];
    let agency = |args, variables, name| {
        let file = Some((name, "viewer.agency = 'found'"));
        Given { args, variables, file }.config().viewer.agency
    };
    assert_eq!(agency(&["serve", "--config", "flag.toml"], variables, "flag.toml"), "found");
    assert_eq!(agency(&["--config", "flag.toml", "serve"], variables, "flag.toml"), "found");
    assert_eq!(agency(&["serve"], variables, "variable.toml"), "found");
    assert_eq!(agency(&["serve"], &[], "interdiction.toml"), "found");
}

#[test]
fn a_named_file_that_is_missing_is_an_error_that_says_what_names_it() {
    assert_says(&wrong_args(&["serve", "--config", "gone.toml"]), &["gone.toml", "--config"]);
    let problem = wrong_variable("INTERDICTION_CONFIG", "gone.toml");
    assert_says(&problem, &["gone.toml", "INTERDICTION_CONFIG"]);
}

#[test]
fn a_default_file_that_cannot_be_read_is_an_error() {
    let args = ["interdiction", "serve"].map(Into::into);
    let denied = |_: &Path| Err(io::Error::from(io::ErrorKind::PermissionDenied));
    let error = cli::load(args, std::iter::empty(), denied).unwrap_err();
    assert_says(&error.to_string(), &["interdiction.toml", "in the working directory"]);
}

#[test]
fn an_unknown_key_names_its_line_and_near_ones() {
    let problem = wrong_file("\n[limits]\nconections_max = 3\n");
    assert_says(&problem, &["interdiction.toml:3", "limits.conections_max"]);
    assert_says(&problem, &["did you mean `limits.connections_max`?"]);
    let elsewhere = wrong_file("connections_max = 3");
    assert_says(&elsewhere, &["`limits.connections_max`", "`postgres.connections_max`"]);
    assert_says(&wrong_file("zzzzzzzzz = 1"), &["zzzzzzzzz", "interdiction serve --help"]);
}

#[test]
fn an_unknown_section_and_a_section_without_brackets_are_told_apart() {
    let problem = wrong_file("[limit]\nconnections_max = 3\n");
    assert_says(&problem, &["interdiction.toml:1", "unknown section `limit`", "`limits`"]);
    assert_says(&wrong_file("viewer = 'local'"), &["`viewer` is a section", "[viewer]"]);
    assert_says(&wrong_file("[limits.deep]\nx = 1"), &["limits.deep"]);
}

#[test]
fn an_unknown_variable_names_near_ones() {
    let problem = wrong_variable("INTERDICTION_LISTN", "127.0.0.1:1");
    assert_says(&problem, &["INTERDICTION_LISTN:", "did you mean `INTERDICTION_LISTEN`?"]);
    let typed = wrong_variable("INTERDICTION_CONFG", "a.toml");
    assert_says(&typed, &["`INTERDICTION_CONFIG`"]);
    let sectionless = wrong_variable("INTERDICTION_READERS_MAX", "3");
    assert_says(&sectionless, &["`INTERDICTION_SQLITE_READERS_MAX`"]);
    let kubernetes = wrong_variable("INTERDICTION_SERVICE_HOST", "10.0.0.1");
    assert_says(&kubernetes, &["enableServiceLinks: false"]);
}

#[test]
fn variables_of_others_and_of_the_tests_are_not_looked_at() {
    let variables = &[("INTERDICTION_TEST_POSTGRES", "x"), ("LISTEN", "x"), ("XINTERDICTION_", "")];
    let config = Given { args: &["serve"], variables, ..Given::default() }.config();
    assert_eq!(values(&config), values(&with_args(&["serve"])));
}

#[test]
fn an_unknown_name_in_a_weaker_layer_is_an_error_all_the_same() {
    let variables = &[("INTERDICTION_LISTN", "x")];
    let args = &["serve", "--listen", "127.0.0.1:1"];
    assert_says(&Given { args, variables, file: None }.problem(), &["INTERDICTION_LISTN"]);
}

#[test]
fn a_wrong_value_names_the_flag_the_variable_or_the_line_that_gave_it() {
    let flag = wrong_args(&["serve", "--sqlite-readers-max", "0"]);
    assert_says(&flag, &["--sqlite-readers-max: `0`", "from 2 to 64"]);
    let variable = wrong_variable("INTERDICTION_SQLITE_READERS_MAX", "many");
    assert_says(&variable, &["INTERDICTION_SQLITE_READERS_MAX: `many`", "from 2 to 64"]);
    let file = wrong_file("\n\n[sqlite]\n# few\nreaders_max = 65\n");
    assert_says(&file, &["interdiction.toml:5: sqlite.readers_max: `65`", "from 2 to 64"]);
}

#[test]
fn every_number_keeps_its_bounds() {
    for spec in settings::ALL {
        let Shape::Whole { min, max, .. } = spec.shape else { continue };
        let flag = format!("--{}", spec.flag());
        for good in [min, max] {
            with_args(&["serve", &flag, &good.to_string()]);
        }
        let below = i128::from(min) - 1;
        let above = i128::from(max) + 1;
        for bad in [below.to_string(), above.to_string(), "1.5".into(), String::new()] {
            let problem = wrong_args(&["serve", &format!("{flag}={bad}")]);
            assert_says(&problem, &[&flag, &format!("`{bad}`"), &format!("from {min} to {max}")]);
        }
    }
}

#[test]
fn wrong_forms_are_refused_with_what_would_be_right() {
    let refused = |flag: &str, text: &str, right: &str| {
        assert_says(&wrong_args(&["serve", &format!("{flag}={text}")]), &[flag, text, right]);
    };
    refused("--listen", "localhost:8080", "host names are not looked up");
    refused("--listen", "127.0.0.1", "an address and a port");
    refused("--viewer-agency", "MX-SEMAR", "a-z");
    refused("--viewer-agency", "mx-", "not ending with '-'");
    refused("--viewer-agency", "", "1 to 63 characters");
    refused("--viewer-agency", &"a".repeat(64), "1 to 63 characters");
    refused("--viewer-region", "mx", "two capital letters");
    refused("--viewer-region", "MEX", "two capital letters");
    refused("--viewer-roles", "reader", "in capitals");
    refused("--viewer-roles", "", "in capitals");
    refused("--viewer-roles", "READER,READER", "READER twice");
    refused("--log-format", "xml", "human or json");
    refused("--log-filter", "interdiction=loud", "warn,interdiction=debug");
}

#[test]
fn the_file_tells_numbers_strings_and_arrays_apart() {
    let line = "interdiction.toml:1";
    assert_says(&wrong_file("limits.connections_max = '3'"), &[line, "string", "without quotes"]);
    assert_says(&wrong_file("limits.connections_max = 3.5"), &[line, "float", "whole number"]);
    assert_says(&wrong_file("limits.connections_max = -3"), &[line, "`-3`", "from 1 to"]);
    assert_says(&wrong_file("listen = 8080"), &[line, "integer", "in quotes"]);
    assert_says(&wrong_file("viewer.roles = 'READER'"), &[line, "string", "array of strings"]);
    assert_says(&wrong_file("viewer.roles = [1]"), &[line, "array of strings"]);
    assert_says(&wrong_file("[listen]\nport = 1"), &[line, "table", "in quotes"]);
    let huge = format!("limits.connections_max = {}", "9".repeat(60));
    assert_says(&wrong_file(&huge), &[line, "from 1 to 65536"]);
    assert_eq!(with_file("limits.connections_max = 1_000").limits.connections_max, 1000);
    assert_eq!(with_file("limits.connections_max = 0x10").limits.connections_max, 16);
    let config = with_file("viewer.roles = ['READER', 'STEWARD']");
    assert_eq!(config.viewer.roles, ["READER", "STEWARD"]);
}

#[test]
fn a_file_that_is_not_toml_names_the_line() {
    assert_says(&wrong_file("listen = '127.0.0.1:1'\n\nstore ="), &["interdiction.toml:3"]);
    assert_says(&wrong_file("listen = 'a'\nlisten = 'b'"), &["interdiction.toml:2", "duplicate"]);
}

#[test]
fn all_faults_are_told_at_once() {
    let problem = Given {
        args: &["serve", "--listen", "nowhere"],
        variables: &[("INTERDICTION_X", "1")],
        file: Some(("interdiction.toml", "y = 1\n[log]\nformat = 'xml'")),
    }
    .problem();
    let lines = ["--listen:", "INTERDICTION_X:", "interdiction.toml:1:", "interdiction.toml:3:"];
    assert_says(&problem, &lines);
}

#[test]
fn an_address_that_others_can_reach_is_refused_with_advice() {
    for address in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
        let problem = wrong_args(&["serve", "--listen", address]);
        assert_says(&problem, &[address, "show no identities", "configured viewer"]);
        assert_says(&problem, &["127.0.0.1:80", "SSH tunnel"]);
    }
    let known = ["serve", "--listen", "0.0.0.0:80", "--identities-callers", "known"];
    assert_says(&wrong_args(&known), &["0.0.0.0:80", "in the clear", "tls.certificate"]);
    let tls = ["--tls-certificate", "server.pem", "--tls-key", "server.key"];
    assert_eq!(with_args(&[&known[..], &tls].concat()).listen.to_string(), "0.0.0.0:80");
    assert_says(&wrong_args(&["serve", tls[0], tls[1]]), &["tls.key", "want the key"]);
    let clients = ["serve", "--tls-clients", "clients"];
    assert_says(&wrong_args(&clients), &["--tls-clients", "in TLS alone"]);
    for address in ["127.0.0.1:0", "127.8.8.8:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
        assert_eq!(with_args(&["serve", "--listen", address]).listen.to_string(), address);
    }
}

#[test]
fn a_password_is_kept_for_the_driver_and_never_shown() {
    let url = "postgres://registry:s3cret@db/interdiction";
    let (command, config) =
        Given { args: &["check", "--store", url], ..Given::default() }.load().unwrap();
    assert_eq!(config.store, StoreUrl::Postgres(url.to_owned()));
    let shown = format!("{command:?} {config:?} {}", config.store);
    assert!(!shown.contains("s3cret"), "{shown}");
    assert_says(&shown, &["postgres://registry:***@db/interdiction"]);
}

#[test]
fn no_error_shows_a_password() {
    let url = "postgres://registry:s3cret@db:port/interdiction";
    for error in [
        Given { args: &["serve", "--store", url], ..Given::default() },
        Given { args: &["serve", "--listen", url], ..Given::default() },
        Given { args: &["serve", url], ..Given::default() },
        Given { args: &["serve", &format!("--unknown={url}")], ..Given::default() },
        Given { args: &["demo", "--store", url], ..Given::default() },
        Given { args: &[url], ..Given::default() },
        Given {
            args: &["serve"],
            variables: &[("INTERDICTION_STORE", url), ("INTERDICTION_URL", url)],
            file: None,
        },
        Given {
            args: &["serve"],
            file: Some(("interdiction.toml", "store = \"postgres://registry:s3cret\n")),
            ..Given::default()
        },
        Given {
            args: &["serve"],
            file: Some(("interdiction.toml", &format!("storage = \"{url}\"\nstore = [\"{url}\"]"))),
            ..Given::default()
        },
    ]
    .map(|given| given.load().unwrap_err())
    {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}

#[test]
fn a_meaning_refused_later_still_names_where_the_value_came_from() {
    let config = with_file("[viewer]\nregion = 'QQ'");
    let error = config.refuse(&settings::VIEWER_REGION.spec, "`QQ` is not a region");
    assert_says(&error.to_string(), &["interdiction.toml:2: viewer.region: `QQ`"]);
}

#[test]
fn each_command_takes_the_settings_that_it_uses() {
    assert!(matches!(
        Given { args: &["demo", "--listen", "[::1]:0"], ..Given::default() }.load(),
        Ok((Command::Demo(_), _))
    ));
    assert_says(&wrong_args(&["demo", "--store", "sqlite:a.db"]), &["unexpected argument"]);
    assert!(matches!(
        Given { args: &["migrate", "--store", "sqlite:a.db"], ..Given::default() }.load(),
        Ok((Command::Migrate(_), _))
    ));
    assert_says(&wrong_args(&["migrate", "--listen", "[::1]:0"]), &["unexpected argument"]);
}
