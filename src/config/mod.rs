//! The configuration: flags over `INTERDICTION_*` variables over a TOML file over defaults. It
//! reads nothing of the process itself: arguments, variables and files are handed in. It knows
//! the form of each value, not its meaning: agencies and roles are the domain's to judge.

mod errors;
mod forms;
mod layers;
mod near;
pub mod settings;
mod store_urls;

pub use errors::{ConfigError, Fault, Origin};
pub use layers::TOKEN_VARIABLE;
pub use store_urls::{StoreUrl, without_passwords};

use layers::{FILE_VARIABLE, Layers};
use settings::Spec;
use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// The file that is read when none is named, if it exists.
pub const FILE_DEFAULT: &str = "interdiction.toml";

/// Every setting with its value. Defaults, bounds and meanings stand in [`settings`]. `Debug`
/// is fit for a log.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; a loopback address where callers are the configured viewer.
    pub listen: SocketAddr,
    /// Where the records are kept.
    pub store: StoreUrl,
    /// How callers show who they are.
    pub identities: IdentitiesConfig,
    /// For TLS; without it the server speaks in the clear, on loopback alone.
    pub tls: Option<TlsConfig>,
    /// Who every caller is, where callers show nothing.
    pub viewer: ViewerConfig,
    /// What is logged, and how.
    pub log: LogConfig,
    /// What one process takes on.
    pub limits: Limits,
    /// For GraphQL.
    pub graphql: GraphqlConfig,
    /// For an SQLite store.
    pub sqlite: SqliteConfig,
    /// For a Postgres store.
    pub postgres: PostgresConfig,
    /// Where each value came from, in the order of the help.
    pub sources: Vec<Source>,
}

/// How callers show who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentitiesConfig {
    /// Who they are.
    pub callers: Callers,
    /// The directory of the issuers whose tokens are trusted.
    pub issuers: Option<PathBuf>,
    /// For how many days access records are kept.
    pub record_days: u32,
}

/// Who callers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// The configured viewer, each of them.
    Configured,
    /// Principals, known by their credentials.
    Known,
    /// Principals, and the anonymous.
    Anyone,
}

/// For TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsConfig {
    /// The file of the server's certificate.
    pub certificate: PathBuf,
    /// The file of its key.
    pub key: PathBuf,
    /// The directory of the authorities of clients, a file for each region.
    pub clients: Option<PathBuf>,
}

/// The configured viewer, in form only; the domain judges the meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewerConfig {
    /// The id of the agency: 1 to 63 characters of a-z, 0-9 and '-'.
    pub agency: String,
    /// The region of the agency: two capital letters.
    pub region: Option<String>,
    /// The names of its roles, in capitals, each once; at least one.
    pub roles: Vec<String>,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// How lines are written.
    pub format: LogFormat,
    /// Directives of `tracing_subscriber::EnvFilter`, which were read once and are valid.
    pub filter: String,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// What one process takes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at once.
    pub connections_max: usize,
    /// Requests running at once, over all connections.
    pub requests_in_flight_max: usize,
    /// Requests of one principal a second.
    pub principal_requests_per_second: u32,
    /// Requests of one principal running at once.
    pub principal_requests_in_flight_max: usize,
    /// Rows that one principal may import a second.
    pub principal_import_rows_per_second: u32,
    /// Bytes of one request message, decompressed.
    pub request_bytes_max: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long a connection may be open without a request.
    pub idle_timeout: Duration,
    /// How long running requests have after the signal to stop; may be zero.
    pub drain_timeout: Duration,
}

/// For GraphQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphqlConfig {
    /// The directory of the trusted documents.
    pub documents: Option<PathBuf>,
    /// Which documents are executed.
    pub take: Taken,
}

/// Which GraphQL documents are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Any.
    Any,
    /// The trusted ones alone.
    Trusted,
}

/// For an SQLite store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteConfig {
    /// Connections that read at once, beside the one that writes; at least 2.
    pub readers_max: u32,
}

/// For a Postgres store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresConfig {
    /// Connections of this process; at least 3.
    pub connections_max: u32,
    /// How long one statement may take.
    pub statement_timeout: Duration,
    /// How long one statement may wait for a lock.
    pub lock_timeout: Duration,
}

/// A value and where it came from, fit to be shown: it holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The key of the setting.
    pub key: &'static str,
    /// The value, as it would stand in a variable.
    pub shown: String,
    /// Where it came from.
    pub origin: Origin,
}

impl Config {
    /// Puts the layers together. `file` is the one that the flag names; without it the variable
    /// `INTERDICTION_CONFIG` names one, and without that `interdiction.toml` is read if it
    /// exists. Variables that do not begin with `INTERDICTION_` are not looked at.
    ///
    /// # Errors
    /// [`ConfigError::File`] if a file cannot be read, or [`ConfigError::Faults`] with every
    /// unknown name and every wrong value at once.
    pub fn load(
        file: Option<&Path>,
        flags: impl Iterator<Item = (&'static Spec, String)>,
        variables: impl Iterator<Item = (String, String)>,
        read_file: impl FnOnce(&Path) -> io::Result<String>,
    ) -> Result<Self, ConfigError> {
        let variables: Vec<(String, String)> = variables.collect();
        let mut layers = Layers::defaults();
        if let Some((path, content)) = read(file, &variables, read_file)? {
            layers.lay_file(&path, &content);
        }
        layers.lay_variables(variables.into_iter());
        layers.lay_flags(flags);
        Self::from_layers(layers).map_err(ConfigError::Faults)
    }

    fn from_layers(mut layers: Layers) -> Result<Self, Vec<Fault>> {
        let from = &mut layers;
        let config = Self {
            listen: from.read(&settings::LISTEN),
            store: from.read(&settings::STORE),
            identities: IdentitiesConfig {
                callers: from.read(&settings::IDENTITIES_CALLERS),
                issuers: from.read(&settings::IDENTITIES_ISSUERS),
                record_days: from.read(&settings::IDENTITIES_RECORD_DAYS),
            },
            tls: TlsConfig::read(from),
            viewer: ViewerConfig::read(from),
            log: LogConfig::read(from),
            limits: Limits::read(from),
            graphql: GraphqlConfig {
                documents: from.read(&settings::GRAPHQL_DOCUMENTS),
                take: from.read(&settings::GRAPHQL_TAKE),
            },
            sqlite: SqliteConfig { readers_max: from.read(&settings::SQLITE_READERS_MAX) },
            postgres: PostgresConfig::read(from),
            sources: Vec::new(),
        };
        config.check_reach(&mut layers);
        let store = config.store.to_string();
        let source = |(spec, text, origin): (&'static Spec, String, Origin)| {
            let is_store = spec.key == settings::STORE.spec.key;
            Source { key: spec.key, shown: if is_store { store.clone() } else { text }, origin }
        };
        let sources = layers.finish()?.into_iter().map(source).collect();
        Ok(Self { sources, ..config })
    }

    /// What others can reach is known to whom it answers, and answers in TLS.
    fn check_reach(&self, layers: &mut Layers) {
        let Some(problem) = forms::reachable(self.listen) else { return };
        if self.identities.callers == Callers::Configured {
            layers.refuse(&settings::LISTEN.spec, &problem);
        } else if self.tls.is_none() {
            let problem = format!(
                "`{}` is not a loopback address, and what callers show would cross the network in \
                 the clear: set tls.certificate and tls.key",
                self.listen
            );
            layers.refuse(&settings::LISTEN.spec, &problem);
        }
    }

    /// An error about the value of a setting whose meaning is wrong, though its form is right:
    /// it names where the value came from.
    #[must_use]
    pub fn refuse(&self, spec: &Spec, problem: &str) -> ConfigError {
        let source = self.sources.iter().find(|source| source.key == spec.key);
        let origin = source.map_or(Origin::Default, |source| source.origin.clone());
        ConfigError::Faults(vec![Fault::of(spec, origin, problem)])
    }
}

impl ViewerConfig {
    fn read(from: &mut Layers) -> Self {
        Self {
            agency: from.read(&settings::VIEWER_AGENCY),
            region: from.read(&settings::VIEWER_REGION),
            roles: from.read(&settings::VIEWER_ROLES),
        }
    }
}

impl TlsConfig {
    fn read(from: &mut Layers) -> Option<Self> {
        let certificate = from.read(&settings::TLS_CERTIFICATE);
        let key = from.read(&settings::TLS_KEY);
        let clients = from.read(&settings::TLS_CLIENTS);
        match (certificate, key) {
            (Some(certificate), Some(key)) => return Some(Self { certificate, key, clients }),
            (Some(_), None) => {
                from.refuse(&settings::TLS_KEY.spec, "want the key of tls.certificate");
            }
            (None, Some(_)) => {
                from.refuse(&settings::TLS_CERTIFICATE.spec, "want the certificate of tls.key");
            }
            (None, None) if clients.is_some() => {
                let problem = "clients show certificates in TLS alone: set tls.certificate";
                from.refuse(&settings::TLS_CLIENTS.spec, problem);
            }
            (None, None) => {}
        }
        None
    }
}

impl LogConfig {
    fn read(from: &mut Layers) -> Self {
        Self { format: from.read(&settings::LOG_FORMAT), filter: from.read(&settings::LOG_FILTER) }
    }
}

impl Limits {
    fn read(from: &mut Layers) -> Self {
        Self {
            connections_max: from.read(&settings::LIMITS_CONNECTIONS_MAX),
            requests_in_flight_max: from.read(&settings::LIMITS_REQUESTS_IN_FLIGHT_MAX),
            principal_requests_per_second: from
                .read(&settings::LIMITS_PRINCIPAL_REQUESTS_PER_SECOND),
            principal_requests_in_flight_max: from
                .read(&settings::LIMITS_PRINCIPAL_REQUESTS_IN_FLIGHT_MAX),
            principal_import_rows_per_second: from
                .read(&settings::LIMITS_PRINCIPAL_IMPORT_ROWS_PER_SECOND),
            request_bytes_max: from.read(&settings::LIMITS_REQUEST_BYTES_MAX),
            request_timeout: from.read(&settings::LIMITS_REQUEST_TIMEOUT_SECONDS),
            idle_timeout: from.read(&settings::LIMITS_IDLE_TIMEOUT_SECONDS),
            drain_timeout: from.read(&settings::LIMITS_DRAIN_TIMEOUT_SECONDS),
        }
    }
}

impl PostgresConfig {
    fn read(from: &mut Layers) -> Self {
        Self {
            connections_max: from.read(&settings::POSTGRES_CONNECTIONS_MAX),
            statement_timeout: from.read(&settings::POSTGRES_STATEMENT_TIMEOUT_SECONDS),
            lock_timeout: from.read(&settings::POSTGRES_LOCK_TIMEOUT_SECONDS),
        }
    }
}

/// The file to take settings from, and its content. Only the default file may be absent.
fn read(
    file: Option<&Path>,
    variables: &[(String, String)],
    read_file: impl FnOnce(&Path) -> io::Result<String>,
) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let variable = variables.iter().find(|(name, _)| name == FILE_VARIABLE);
    let (path, asked_by) = match (file, variable) {
        (Some(path), _) => (path.to_owned(), "--config"),
        (None, Some((_, path))) => (PathBuf::from(path), FILE_VARIABLE),
        (None, None) => (PathBuf::from(FILE_DEFAULT), "in the working directory"),
    };
    let may_be_absent = file.is_none() && variable.is_none();
    match read_file(&path) {
        Ok(content) => Ok(Some((path, content))),
        Err(cause) if may_be_absent && cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(ConfigError::File { path, asked_by, cause }),
    }
}
