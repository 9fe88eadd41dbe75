//! The command line: what can be asked of the program, and the answer to a wrong question. It
//! decides nothing beyond that; `main` carries a command out.

mod credentials;

pub use credentials::{PrincipalCommand, TokenCommand};

use crate::config::{
    Config, ConfigError, FILE_DEFAULT,
    settings::{self, Spec},
    without_passwords,
};
use crate::exchange::export::Format;
use clap::{Arg, ArgMatches, Args, FromArgMatches, Parser, Subcommand};
use std::{
    ffi::OsString,
    fmt, io,
    marker::PhantomData,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::LazyLock,
};

/// How the program ends. The help lists these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// What was asked is done.
    Done,
    /// It failed while running: the address is taken, the store cannot be reached.
    Failed,
    /// The command line or the configuration is wrong.
    Usage,
    /// The store refuses this program: its schema is newer, or it is not a store of ours.
    StoreRefuses,
    /// It stopped when told to, but not every request in flight had ended.
    Cut,
    /// The import is done, and some rows were not taken.
    Rejected,
    /// The import is done with every row, and a control total is not what the rows sum to.
    Differs,
    /// Nobody reads the output any more; what a shell tells of a program that SIGPIPE ends.
    Unread,
}

impl Exit {
    /// Every way to end, by code.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::StoreRefuses,
        Self::Cut,
        Self::Rejected,
        Self::Differs,
        Self::Unread,
    ];

    /// The exit code of the process.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::StoreRefuses => 3,
            Self::Cut => 4,
            Self::Rejected => 5,
            Self::Differs => 6,
            Self::Unread => 141,
        }
    }

    /// What it means, for the help.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed at run time: address taken, store out of reach",
            Self::Usage => "wrong command line or configuration; nothing was touched",
            Self::StoreRefuses => "the store refuses: its schema is newer, or it is not ours",
            Self::Cut => "stopped when told to, but requests in flight were cut",
            Self::Rejected => "imported, but for rows that were rejected",
            Self::Differs => "imported, every row, but a control total differs from their sum",
            Self::Unread => "nobody reads the output any more, when it is piped to one that ends",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The shared registry of counter-drug interdictions.
///
/// Agencies record, through gRPC, what their sensors detected, who acted together and what was
/// seized; analysts ask through GraphQL, at /graphql on the same port. Totals are exact, nobody
/// sees what they may not, and everything is kept in one SQLite file or in Postgres.
#[derive(Debug, Parser)]
#[command(name = "interdiction", version, after_long_help = lessons())]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
    /// Take settings from this TOML file [INTERDICTION_CONFIG] [default: interdiction.toml, if
    /// it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(subcommand)]
    command: Command,
}

/// What the program is asked to do, with the flags that were given.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve gRPC and GraphQL until the signal to stop
    ///
    /// Creates the store if there is none and migrates an older one. The first SIGTERM or Ctrl-C
    /// drains: running requests finish. The second cuts.
    #[command(after_long_help = "Examples:
  interdiction serve
  interdiction serve --listen 127.0.0.1:9000 --store sqlite:/var/lib/interdiction/records.db
  INTERDICTION_STORE=postgres://registry@db/interdiction interdiction serve --log-format json")]
    Serve(Settings),
    /// Serve worked examples from a fresh store, which is removed at the end
    ///
    /// Whatever store is configured is left alone, and nothing is kept.
    #[command(after_long_help = "Examples:
  interdiction demo
  interdiction demo --listen 127.0.0.1:0")]
    Demo(DemoSettings),
    /// Bring the store to the schema of this program, and stop
    ///
    /// For a store that several instances share: migrate once, then start them.
    #[command(after_long_help = "Examples:
  interdiction migrate
  interdiction migrate --store sqlite:/var/lib/interdiction/records.db")]
    Migrate(StoreSettings),
    /// Keep the principals: who callers are, of which agency, and what they may do
    ///
    /// A server that runs with identities.callers set to known learns of a change at once.
    #[command(
        subcommand,
        after_long_help = "Examples:
  interdiction principal set mx-importer --agency mx-semar --region MX --roles READER,CONTRIBUTOR
  interdiction principal list"
    )]
    Principal(PrincipalCommand),
    /// Keep the API tokens by which principals come in
    #[command(
        subcommand,
        after_long_help = "Examples:
  interdiction token create mx-importer
  interdiction token list
  interdiction token revoke mzxw6ytb"
    )]
    Token(TokenCommand),
    /// Show the settings and where each came from, and whether the store is healthy
    ///
    /// Changes nothing, beside a running server too; never shows a password. A store that does not
    /// exist yet, or that is older, is told and is no failure: `serve` makes or migrates it.
    #[command(after_long_help = "Examples:
  interdiction check
  interdiction check --config /etc/interdiction.toml

Exit codes:
  0  a server can run on this
  1  it cannot: the store is out of reach, damaged, takes no writes, or denies a right
  2  the command line or the configuration is wrong
  3  the store refuses: its schema is newer than this program, or it is not ours")]
    Check(Settings),
    /// Import files of seizures, and say exactly what that did
    ///
    /// Tables of text, workbooks and Parquet by a mapping, JSON lines as they are; into the store,
    /// or through a server. Importing a file again changes nothing; what was interrupted goes on.
    #[command(after_long_help = "Examples:
  interdiction import 2018.csv --mapping colombia-policia-estupefacientes-2018
  interdiction import years/*.xlsx --mapping ours.toml --server http://127.0.0.1:8080
  interdiction import new.csv --mapping ours.toml --dry-run
  interdiction import new.csv --mapping ours.toml --server https://registry.mx.example:8443 \\
      --token-file importer.token

The mapping is a TOML file, or the name of one that comes with the program; mappings/README.md
documents it. Rejected rows go to a file with the reason of each, to be mended and imported again.

Exit codes:
  0  done
  5  imported, but for rows that were rejected
  6  imported, every row, but a control total differs from their sum")]
    Import(ImportSettings),
    /// Export seizures, as of one moment, to a file or to standard output
    ///
    /// The file begins with when it was taken, how it counts, and who may have it.
    #[command(after_long_help = "Examples:
  interdiction export > all.ndjson
  interdiction export --format csv --output co.csv \\
      --filter '{\"place\": {\"regionCode\": {\"anyOf\": [\"CO\"]}}}'
  interdiction import all.ndjson --store sqlite:other.db
  INTERDICTION_TOKEN=... interdiction export --server https://registry.mx.example:8443 > all.ndjson")]
    Export(ExportSettings),
}

/// What to export, and from where.
#[derive(Debug, Args)]
pub struct ExportSettings {
    /// What the file is
    #[arg(long, value_enum, default_value = "ndjson")]
    pub format: Format,
    /// Write to this file instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Which seizures: a SeizureFilter of the contract, as protobuf JSON
    #[arg(long, value_name = "JSON", default_value = "")]
    pub filter: String,
    /// Deleted ones too
    #[arg(long)]
    pub show_deleted: bool,
    /// Retracted and merged ones too
    #[arg(long)]
    pub show_inactive: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would be shown as help")]
    pub through: ServerSettings,
    #[command(flatten)]
    settings: Flags<StoreAndViewer>,
}

/// What to import, and where to.
#[derive(Debug, Args)]
pub struct ImportSettings {
    /// Tables of text, workbooks (.xlsx), Parquet (.parquet), or JSON lines (.ndjson)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What the tables mean: a TOML file, or the name of a mapping that comes with the program
    #[arg(long, value_name = "MAPPING")]
    pub mapping: Option<String>,
    /// What the rows are of; as the mapping says when absent
    #[arg(long, value_name = "NAME")]
    pub dataset: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it would be shown as help")]
    pub through: ServerSettings,
    /// Where rejected rows go [default: the first FILE with .rejects.csv, or .rejects.ndjson for
    /// JSON lines, where this runs]
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Check everything and record nothing; the store has to be there, and is still migrated where
    /// it is older
    #[arg(long)]
    pub dry_run: bool,
    /// Write a first mapping of the first FILE to standard output, and import nothing
    #[arg(long, conflicts_with_all = ["mapping", "server", "dry_run"])]
    pub suggest: bool,
    #[command(flatten)]
    settings: Flags<StoreAndViewer>,
}

/// Which server a command goes through, and what it shows it.
#[derive(Debug, Args)]
pub struct ServerSettings {
    /// Go through this server, https://HOST:PORT or http://HOST:PORT, instead of to the store
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Show the server the token that this file holds, else the one in INTERDICTION_TOKEN, if any
    #[arg(long, value_name = "FILE", requires = "server")]
    pub token_file: Option<PathBuf>,
    /// Trust the authorities in this PEM file, and not those of the web
    #[arg(long, value_name = "FILE", requires = "server")]
    pub ca: Option<PathBuf>,
}

/// Flags for every setting.
pub type Settings = Flags<Every>;
/// Flags for every setting but those of the store, for a command that brings its own.
pub type DemoSettings = Flags<AllButStore>;
/// Flags for the settings of the store and the log, for a command that serves nothing.
pub type StoreSettings = Flags<StoreAndLog>;

/// Which settings a command takes as flags.
pub trait Scope {
    /// Whether the setting is among them.
    fn takes(spec: &Spec) -> bool;
}

/// Every setting.
pub struct Every;
/// All but the store's.
pub struct AllButStore;
/// The store's and the log's.
pub struct StoreAndLog;
/// The store's, the viewer's and the log's.
pub struct StoreAndViewer;

impl Scope for StoreAndViewer {
    fn takes(spec: &Spec) -> bool {
        StoreAndLog::takes(spec) || spec.section() == Some("viewer")
    }
}

impl Scope for Every {
    fn takes(_: &Spec) -> bool {
        true
    }
}

impl Scope for AllButStore {
    fn takes(spec: &Spec) -> bool {
        !is_of_store(spec)
    }
}

impl Scope for StoreAndLog {
    fn takes(spec: &Spec) -> bool {
        is_of_store(spec) || spec.section() == Some("log")
    }
}

fn is_of_store(spec: &Spec) -> bool {
    spec.key == settings::STORE.spec.key || matches!(spec.section(), Some("sqlite" | "postgres"))
}

/// The settings that were given as flags, not yet read. `Debug` shows which, never their values.
pub struct Flags<S> {
    given: Vec<(&'static Spec, String)>,
    scope: PhantomData<S>,
}

impl<S> fmt::Debug for Flags<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.given.iter().map(|(spec, _)| spec.key)).finish()
    }
}

/// What clap keeps for as long as the program runs, for each setting.
struct Names {
    flag: String,
    heading: String,
}

static NAMES: LazyLock<Vec<(&'static Spec, Names)>> = LazyLock::new(|| {
    let names = |spec: &Spec| Names {
        flag: spec.flag(),
        heading: spec.section().map_or("Settings".to_owned(), |name| format!("[{name}]")),
    };
    settings::ALL.iter().map(|spec| (*spec, names(spec))).collect()
});

impl<S: Scope> Args for Flags<S> {
    fn augment_args(command: clap::Command) -> clap::Command {
        let arg = |(spec, names): &'static (&'static Spec, Names)| {
            Arg::new(spec.key)
                .long(names.flag.as_str())
                .value_name(spec.placeholder())
                .help(spec.help())
                .help_heading(names.heading.as_str())
        };
        command.args(NAMES.iter().filter(|(spec, _)| S::takes(spec)).map(arg))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl<S: Scope> FromArgMatches for Flags<S> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let text = |spec: &&'static Spec| {
            let text: &String = matches.get_one(spec.key)?;
            Some((*spec, text.clone()))
        };
        let given = settings::ALL.iter().filter(|spec| S::takes(spec)).filter_map(text).collect();
        Ok(Self { given, scope: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Command {
    fn flags(&self) -> &[(&'static Spec, String)] {
        match self {
            Self::Serve(flags) | Self::Check(flags) => &flags.given,
            Self::Demo(flags) => &flags.given,
            Self::Migrate(flags) => &flags.given,
            Self::Import(import) => &import.settings.given,
            Self::Export(export) => &export.settings.given,
            Self::Principal(PrincipalCommand::Set(args)) => &args.settings.given,
            Self::Token(TokenCommand::Create(args)) => &args.settings.given,
            Self::Principal(PrincipalCommand::List(args))
            | Self::Token(TokenCommand::List(args)) => &args.settings.given,
            Self::Principal(PrincipalCommand::Remove(args))
            | Self::Token(TokenCommand::Revoke(args)) => &args.settings.given,
        }
    }
}

/// Reads a command line, with the program's name first, and the configuration that it asks for.
/// `variables` may hold any; only those that begin with `INTERDICTION_` are looked at.
///
/// # Errors
/// [`ConfigError::Usage`] if the command line is wrong or asks for the help or the version alone,
/// and what [`Config::load`] finds.
pub fn load(
    args: impl IntoIterator<Item = OsString>,
    variables: impl Iterator<Item = (String, String)>,
    read_file: impl FnOnce(&Path) -> io::Result<String>,
) -> Result<(Command, Config), ConfigError> {
    let Cli { config, command } = Cli::try_parse_from(args).map_err(without_password)?;
    let flags = command.flags().iter().cloned();
    let config = Config::load(config.as_deref(), flags, variables, read_file)?;
    Ok((command, config))
}

/// As [`load`], from the arguments and variables of this process and its files.
///
/// # Errors
/// As [`load`].
pub fn load_from_process() -> Result<(Command, Config), ConfigError> {
    let text = |text: OsString| text.to_string_lossy().into_owned();
    let variables = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
    load(std::env::args_os(), variables, |path| std::fs::read_to_string(path))
}

/// An error repeats arguments that it does not know; a store may be among them.
fn without_password(error: clap::Error) -> ConfigError {
    let plain = error.render().to_string();
    let shown = without_passwords(&plain);
    let error = if shown == plain {
        error
    } else {
        clap::Error::raw(error.kind(), shown.trim_start_matches("error: "))
    };
    ConfigError::Usage(Box::new(error))
}

/// Tells the user why there is no configuration, and how the program ends. The help and the
/// version go to standard output, all else to standard error.
#[must_use]
pub fn report(error: &ConfigError) -> Exit {
    match error {
        // With the output closed, nobody is left to tell.
        ConfigError::Usage(answer) => answer.print().unwrap_or(()),
        ConfigError::File { .. } | ConfigError::Faults(_) => eprintln!("error: {error}"),
    }
    exit(error)
}

/// How the program ends without a configuration: the help and the version are no failure.
#[must_use]
pub fn exit(error: &ConfigError) -> Exit {
    match error {
        ConfigError::Usage(answer) if !answer.use_stderr() => Exit::Done,
        ConfigError::Usage(_) | ConfigError::File { .. } | ConfigError::Faults(_) => Exit::Usage,
    }
}

/// Writes what a command answers to standard output. With it closed, nobody is left to tell.
pub fn answer(text: &str) {
    use io::Write as _;
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).unwrap_or(());
}

/// What follows the list of commands in the long help.
fn lessons() -> String {
    let codes: String =
        Exit::ALL.iter().map(|exit| format!("  {}  {}\n", exit.code(), exit.meaning())).collect();
    format!(
        "\
Examples:
  interdiction demo                      look around; nothing is kept
  interdiction serve                     keep records in ./interdiction.db
  interdiction serve --store postgres://registry@db/interdiction
  interdiction check                     what is set, from where, and is the store healthy?

Settings:
  A flag is stronger than a variable, a variable than the file, the file than the default.
  One name serves all: --limits-connections-max, INTERDICTION_LIMITS_CONNECTIONS_MAX, and in the
  file connections_max under [limits]. The file is --config FILE, else INTERDICTION_CONFIG, else
  ./{FILE_DEFAULT} if it exists. Unknown names are errors. `interdiction serve --help` lists
  every setting.

  listen = \"127.0.0.1:9000\"
  store = \"sqlite:/var/lib/interdiction/records.db\"
  [viewer]
  agency = \"mx-semar\"
  region = \"MX\"

Exit codes:
{codes}"
    )
}
