//! The settings: each is defined here once, with its key, default, bounds and meaning. Flags,
//! variables, the file, the help and every check follow from the definitions; nothing else may
//! know the name of a setting.

use super::{
    Callers, LogFormat, StoreUrl, Taken,
    forms::{
        agency, callers, directory, file, filter, listen, log_format, region, roles, seconds,
        store, taken, whole,
    },
};
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// The beginning of every variable that is ours.
pub const VARIABLE_PREFIX: &str = "INTERDICTION_";

/// How a setting's text looks, in the file and in the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text {
        /// Its form, in a word or two, for the help.
        form: &'static str,
    },
    /// An array of strings in the file; comma-separated elsewhere.
    List {
        /// The form of the whole, for the help.
        form: &'static str,
    },
    /// A whole number.
    Whole {
        /// The least that is taken.
        min: u64,
        /// The greatest that is taken.
        max: u64,
        /// What it counts, for the help.
        unit: &'static str,
    },
}

/// What is known of a setting before any value is given.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// The key in the file, with its section: `listen`, `limits.connections_max`.
    pub key: &'static str,
    /// The value when none is given, as one would write it in a variable; empty for none.
    pub default: &'static str,
    /// How it looks, and its bounds.
    pub shape: Shape,
    /// What it does, in a sentence or two for the help.
    pub doc: &'static str,
}

/// A setting: what is known of it, and how its text is read.
pub struct Setting<T: 'static> {
    /// What is known of it.
    pub spec: Spec,
    /// Reads a text, or says what is wrong with it and what would be right.
    pub read: fn(&Spec, &str) -> Result<T, String>,
}

impl Spec {
    /// The section of the file, or none for a setting at its top.
    #[must_use]
    pub fn section(&self) -> Option<&'static str> {
        self.key.split_once('.').map(|(section, _)| section)
    }

    /// The flag without its dashes: `limits-connections-max`.
    #[must_use]
    pub fn flag(&self) -> String {
        self.key.replace(['.', '_'], "-")
    }

    /// The variable: `INTERDICTION_LIMITS_CONNECTIONS_MAX`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.key.replace('.', "_").to_ascii_uppercase())
    }

    /// What the help says: the meaning, the bounds, the variable and the default.
    #[must_use]
    pub fn help(&self) -> String {
        let bounds = match self.shape {
            Shape::Text { .. } | Shape::List { .. } => String::new(),
            Shape::Whole { min, max, .. } => format!(" From {min} to {max}."),
        };
        let default = if self.default.is_empty() { "none" } else { self.default };
        format!("{}{bounds} [{}] [default: {default}]", self.doc, self.variable())
    }

    /// What stands for the value in the help.
    #[must_use]
    pub fn placeholder(&self) -> &'static str {
        match self.shape {
            Shape::Text { form } | Shape::List { form } => form,
            Shape::Whole { unit, .. } => unit,
        }
    }
}

/// Where to listen.
pub static LISTEN: Setting<SocketAddr> = Setting {
    spec: Spec {
        key: "listen",
        default: "127.0.0.1:8080",
        shape: Shape::Text { form: "ADDRESS:PORT" },
        doc: "Where to listen for gRPC and GraphQL, on one port. A loopback address, unless callers \
              show who they are. Port 0 takes a free one.",
    },
    read: listen,
};

/// Where the records are kept.
pub static STORE: Setting<StoreUrl> = Setting {
    spec: Spec {
        key: "store",
        default: "sqlite:interdiction.db",
        shape: Shape::Text { form: "URL" },
        doc: "Where the records are kept: sqlite:FILE (relative to the working directory, or \
              absolute) or postgres://USER@HOST/DATABASE. A password belongs in the file or the \
              variable, for others can read the flags of a running program.",
    },
    read: store,
};

/// Who callers are.
pub static IDENTITIES_CALLERS: Setting<Callers> = Setting {
    spec: Spec {
        key: "identities.callers",
        default: "configured",
        shape: Shape::Text { form: "configured|known|anyone" },
        doc: "Who callers are: the configured viewer, each of them; principals, known by the \
              credentials that they show; or anyone, which is principals and, without a credential, \
              the anonymous who read what is CLEAR.",
    },
    read: callers,
};

/// Whose tokens are trusted.
pub static IDENTITIES_ISSUERS: Setting<Option<PathBuf>> = Setting {
    spec: Spec {
        key: "identities.issuers",
        default: "",
        shape: Shape::Text { form: "DIRECTORY" },
        doc: "Whose JSON web tokens principals may show: a file NAME.toml for each issuer, with \
              issuer, audience, type, algorithms and keys (a file or URL). Read at the start.",
    },
    read: directory,
};

/// How long access records are kept.
pub static IDENTITIES_RECORD_DAYS: Setting<u32> = Setting {
    spec: Spec {
        key: "identities.record_days",
        default: "400",
        shape: Shape::Whole { min: 1, max: 36_500, unit: "DAYS" },
        doc: "For how many days the records are kept of who came in, was turned away, or read what is \
              restricted.",
    },
    read: whole,
};

/// The certificate of the server.
pub static TLS_CERTIFICATE: Setting<Option<PathBuf>> = Setting {
    spec: Spec {
        key: "tls.certificate",
        default: "",
        shape: Shape::Text { form: "FILE" },
        doc: "The certificate that the server shows, as PEM, with those between it and the authority. \
              Read again within seconds when it changes.",
    },
    read: file,
};

/// The key of the server.
pub static TLS_KEY: Setting<Option<PathBuf>> = Setting {
    spec: Spec {
        key: "tls.key",
        default: "",
        shape: Shape::Text { form: "FILE" },
        doc: "The private key of that certificate, as PEM.",
    },
    read: file,
};

/// The authorities of clients.
pub static TLS_CLIENTS: Setting<Option<PathBuf>> = Setting {
    spec: Spec {
        key: "tls.clients",
        default: "",
        shape: Shape::Text { form: "DIRECTORY" },
        doc: "Whose certificates principals may show: for each region a file such as MX.pem with its \
              authorities, which vouch for principals of that region alone. Read again as well.",
    },
    read: directory,
};

/// The agency that every caller acts for.
pub static VIEWER_AGENCY: Setting<String> = Setting {
    spec: Spec {
        key: "viewer.agency",
        default: "local",
        shape: Shape::Text { form: "ID" },
        doc: "The agency that every caller acts for where callers are the configured viewer, by the \
              id in agencies/ID.",
    },
    read: agency,
};

/// The region of the viewer's agency.
pub static VIEWER_REGION: Setting<Option<String>> = Setting {
    spec: Spec {
        key: "viewer.region",
        default: "",
        shape: Shape::Text { form: "REGION" },
        doc: "The region of that agency, such as MX: it opens what is releasable to the region.",
    },
    read: region,
};

/// What the viewer may do.
pub static VIEWER_ROLES: Setting<Vec<String>> = Setting {
    spec: Spec {
        key: "viewer.roles",
        default: "READER,CONTRIBUTOR,STEWARD,ADMINISTRATOR",
        shape: Shape::List { form: "ROLE,ROLE" },
        doc: "What the viewer may do.",
    },
    read: roles,
};

/// How log lines are written.
pub static LOG_FORMAT: Setting<LogFormat> = Setting {
    spec: Spec {
        key: "log.format",
        default: "human",
        shape: Shape::Text { form: "human|json" },
        doc: "How the log is written to standard error: for people, or one JSON object a line.",
    },
    read: log_format,
};

/// Which log lines are written.
pub static LOG_FILTER: Setting<String> = Setting {
    spec: Spec {
        key: "log.filter",
        default: "info",
        shape: Shape::Text { form: "DIRECTIVES" },
        doc: "What is logged: a level (error, warn, info, debug, trace, off), or levels by \
              module, such as warn,interdiction=debug. Commands other than serve and demo log at \
              warn unless this is given.",
    },
    read: filter,
};

/// How many connections may be open.
pub static LIMITS_CONNECTIONS_MAX: Setting<usize> = Setting {
    spec: Spec {
        key: "limits.connections_max",
        default: "1024",
        shape: Shape::Whole { min: 1, max: 65_536, unit: "COUNT" },
        doc: "How many connections may be open at once; further ones are closed at once.",
    },
    read: whole,
};

/// How many requests may run.
pub static LIMITS_REQUESTS_IN_FLIGHT_MAX: Setting<usize> = Setting {
    spec: Spec {
        key: "limits.requests_in_flight_max",
        default: "512",
        shape: Shape::Whole { min: 1, max: 65_536, unit: "COUNT" },
        doc: "How many requests may run at once, over all connections; further ones are told to come \
              back. Health is always answered.",
    },
    read: whole,
};

/// How often a principal may ask.
pub static LIMITS_PRINCIPAL_REQUESTS_PER_SECOND: Setting<u32> = Setting {
    spec: Spec {
        key: "limits.principal_requests_per_second",
        default: "1000",
        shape: Shape::Whole { min: 1, max: 1_000_000, unit: "COUNT" },
        doc: "How many requests one principal may make a second; what it did not ask for a second may \
              follow at once. The anonymous are one together.",
    },
    read: whole,
};

/// How much a principal may ask at once.
pub static LIMITS_PRINCIPAL_REQUESTS_IN_FLIGHT_MAX: Setting<usize> = Setting {
    spec: Spec {
        key: "limits.principal_requests_in_flight_max",
        default: "128",
        shape: Shape::Whole { min: 1, max: 65_536, unit: "COUNT" },
        doc: "How many requests of one principal may run at once.",
    },
    read: whole,
};

/// How fast a principal may import.
pub static LIMITS_PRINCIPAL_IMPORT_ROWS_PER_SECOND: Setting<u32> = Setting {
    spec: Spec {
        key: "limits.principal_import_rows_per_second",
        default: "20000",
        shape: Shape::Whole { min: 100, max: 10_000_000, unit: "COUNT" },
        doc: "How many rows one principal may import a second; whoever sends more waits.",
    },
    read: whole,
};

/// How large a request may be.
pub static LIMITS_REQUEST_BYTES_MAX: Setting<usize> = Setting {
    spec: Spec {
        key: "limits.request_bytes_max",
        default: "2097152",
        // What a message may decode to is bounded by grpc::codec; its texts stay what they are.
        shape: Shape::Whole { min: 1024, max: 67_108_864, unit: "BYTES" },
        doc: "How large one gRPC message or GraphQL request may be, decompressed.",
    },
    read: whole,
};

/// How long a request may take.
pub static LIMITS_REQUEST_TIMEOUT_SECONDS: Setting<Duration> = Setting {
    spec: Spec {
        key: "limits.request_timeout_seconds",
        default: "60",
        shape: Shape::Whole { min: 1, max: 3600, unit: "SECONDS" },
        doc: "How long a request may take, from its head to the end of its answer. A caller's own \
              shorter deadline stands.",
    },
    read: seconds,
};

/// How long a connection may be idle.
pub static LIMITS_IDLE_TIMEOUT_SECONDS: Setting<Duration> = Setting {
    spec: Spec {
        key: "limits.idle_timeout_seconds",
        default: "120",
        shape: Shape::Whole { min: 1, max: 86_400, unit: "SECONDS" },
        doc: "How long a connection may be open without a request.",
    },
    read: seconds,
};

/// How long running requests have at the end.
pub static LIMITS_DRAIN_TIMEOUT_SECONDS: Setting<Duration> = Setting {
    spec: Spec {
        key: "limits.drain_timeout_seconds",
        default: "10",
        shape: Shape::Whole { min: 0, max: 3600, unit: "SECONDS" },
        doc: "How long running requests have to finish after the signal to stop, before they are cut.",
    },
    read: seconds,
};

/// Where the trusted documents are.
pub static GRAPHQL_DOCUMENTS: Setting<Option<PathBuf>> = Setting {
    spec: Spec {
        key: "graphql.documents",
        default: "",
        shape: Shape::Text { form: "DIRECTORY" },
        doc: "Where the trusted GraphQL documents are: every *.graphql of the directory, asked for by \
              documentId, which is sha256: and the SHA-256 of the file in hexadecimal digits. Read \
              at the start.",
    },
    read: directory,
};

/// Which documents are executed.
pub static GRAPHQL_TAKE: Setting<Taken> = Setting {
    spec: Spec {
        key: "graphql.take",
        default: "any",
        shape: Shape::Text { form: "any|trusted" },
        doc: "Which GraphQL documents are executed: any, or the trusted ones alone.",
    },
    read: taken,
};

/// How many connections read the SQLite file.
pub static SQLITE_READERS_MAX: Setting<u32> = Setting {
    spec: Spec {
        key: "sqlite.readers_max",
        default: "4",
        shape: Shape::Whole { min: 2, max: 64, unit: "COUNT" },
        doc: "How many connections read an SQLite store at once, beside its one writer. Lists leave \
              one of them to reads by name.",
    },
    read: whole,
};

/// How many connections the Postgres pool holds.
pub static POSTGRES_CONNECTIONS_MAX: Setting<u32> = Setting {
    spec: Spec {
        key: "postgres.connections_max",
        default: "16",
        shape: Shape::Whole { min: 3, max: 1000, unit: "COUNT" },
        doc: "How many connections one instance holds to a Postgres store. The smaller half writes; \
              lists leave one of the others to reads by name.",
    },
    read: whole,
};

/// How long Postgres may work on a statement.
pub static POSTGRES_STATEMENT_TIMEOUT_SECONDS: Setting<Duration> = Setting {
    spec: Spec {
        key: "postgres.statement_timeout_seconds",
        default: "30",
        shape: Shape::Whole { min: 1, max: 3600, unit: "SECONDS" },
        doc: "How long Postgres may work on one statement.",
    },
    read: seconds,
};

/// How long Postgres may wait for a lock.
pub static POSTGRES_LOCK_TIMEOUT_SECONDS: Setting<Duration> = Setting {
    spec: Spec {
        key: "postgres.lock_timeout_seconds",
        default: "10",
        shape: Shape::Whole { min: 1, max: 3600, unit: "SECONDS" },
        doc: "How long one statement may wait for a lock on Postgres.",
    },
    read: seconds,
};

/// Every setting, in the order of the help. Reading one that is missing here panics, so that no
/// setting can exist without its flag, variable and help.
pub static ALL: [&Spec; 28] = [
    &LISTEN.spec,
    &STORE.spec,
    &IDENTITIES_CALLERS.spec,
    &IDENTITIES_ISSUERS.spec,
    &IDENTITIES_RECORD_DAYS.spec,
    &TLS_CERTIFICATE.spec,
    &TLS_KEY.spec,
    &TLS_CLIENTS.spec,
    &VIEWER_AGENCY.spec,
    &VIEWER_REGION.spec,
    &VIEWER_ROLES.spec,
    &LOG_FORMAT.spec,
    &LOG_FILTER.spec,
    &LIMITS_CONNECTIONS_MAX.spec,
    &LIMITS_REQUESTS_IN_FLIGHT_MAX.spec,
    &LIMITS_PRINCIPAL_REQUESTS_PER_SECOND.spec,
    &LIMITS_PRINCIPAL_REQUESTS_IN_FLIGHT_MAX.spec,
    &LIMITS_PRINCIPAL_IMPORT_ROWS_PER_SECOND.spec,
    &LIMITS_REQUEST_BYTES_MAX.spec,
    &LIMITS_REQUEST_TIMEOUT_SECONDS.spec,
    &LIMITS_IDLE_TIMEOUT_SECONDS.spec,
    &LIMITS_DRAIN_TIMEOUT_SECONDS.spec,
    &GRAPHQL_DOCUMENTS.spec,
    &GRAPHQL_TAKE.spec,
    &SQLITE_READERS_MAX.spec,
    &POSTGRES_CONNECTIONS_MAX.spec,
    &POSTGRES_STATEMENT_TIMEOUT_SECONDS.spec,
    &POSTGRES_LOCK_TIMEOUT_SECONDS.spec,
];
