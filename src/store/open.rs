//! Opening a store: migrations first, and never a store that a newer release has changed.

use super::{
    Keep, Kept, Reach, Shared, Span, Store,
    dialect::{Engine, Session},
    entity::settings,
    health::{Schema, postgres, refuse_foreign},
    postgres::{Postgres, PostgresLimits},
    sqlite::{self, Sqlite},
    vocabulary,
};
use crate::domain::errors::{Error, Kind, Result};
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbErr, EntityTrait as _,
    Statement,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
    sqlx::{self, Connection as _, PgConnection},
};
use std::{
    fmt,
    fs::OpenOptions,
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Where the rows are.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server, as `postgres://user:password@host:port/database`.
    Postgres(String),
}

impl fmt::Debug for StoreUrl {
    // A URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://..."),
        }
    }
}

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the rows are.
    pub url: StoreUrl,
    /// Readers of a SQLite file at the same time; where there is one alone, lists and reads by key
    /// share it.
    pub sqlite_readers_max: usize,
    /// Bounds of the connections to Postgres.
    pub postgres: PostgresLimits,
}

impl Store {
    /// Brings the schema up to date and opens the store.
    ///
    /// # Errors
    /// [`Kind::FailedPrecondition`] when a newer release has changed the schema; `Unavailable` when
    /// the database cannot be reached.
    pub async fn open(options: &Options) -> Result<Self> {
        let began = Instant::now();
        let migrated = migrate(&options.url).await?;
        let store = Self::connect(options).await?;
        let secret = store.write(Keep::Commit, |s| Box::pin(secret(s))).await?;
        let vocabulary =
            store.read(Reach::Keys, Span::Statement, |s| Box::pin(vocabulary::load(s))).await?;
        store.shared.kept.set(Kept { secret, vocabulary }).map_err(|_| twice())?;
        let elapsed_ms = began.elapsed().as_millis();
        let Migrated { engine, version: schema, count: migrations } = migrated;
        tracing::info!(
            store = ?options.url, engine, schema, migrations, elapsed_ms, "the store is open"
        );
        Ok(store)
    }

    async fn connect(options: &Options) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let engine = match &options.url {
            StoreUrl::Sqlite(path) => {
                Engine::Sqlite(Sqlite::open(path, options.sqlite_readers_max, &shared)?)
            }
            StoreUrl::Postgres(url) => {
                Engine::Postgres(Postgres::open(url, options.postgres).await?)
            }
        };
        Ok(Self { engine, shared })
    }
}

fn twice() -> Error {
    Error::internal("a store was opened twice")
}

/// What a migration did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The database with its version, such as `SQLite 3.51.3`.
    pub engine: String,
    /// The latest migration, which is what the schema is called.
    pub version: String,
    /// How many were applied; 0 when the schema was up to date.
    pub count: usize,
}

/// Brings the schema up to date.
///
/// # Errors
/// As [`Store::open`].
pub async fn migrate(url: &StoreUrl) -> Result<Migrated> {
    match url {
        StoreUrl::Sqlite(path) => migrate_sqlite(url, path).await,
        StoreUrl::Postgres(server) => {
            reach(server).await?;
            let connection = migration_connection(url).await?;
            let migrated = apply_alone(url, &connection).await;
            closed(connection, migrated).await
        }
    }
}

/// A failure to close says nothing about the schema.
async fn closed<T>(connection: DatabaseConnection, migrated: Result<T>) -> Result<T> {
    let _closed = connection.close().await;
    migrated
}

/// SQLite has no lock that a migration can hold around itself: where another process migrates too,
/// one of them fails whole, and finds the work done when it looks again.
async fn migrate_sqlite(url: &StoreUrl, path: &Path) -> Result<Migrated> {
    let mut attempt = 1;
    loop {
        refuse_foreign(path)?;
        make_file(path)?;
        let connection = migration_connection(url).await?;
        let migrated = apply(url, &connection).await;
        let migrated = closed(connection, migrated).await;
        match migrated.and_then(|done| sqlite::enter_wal_mode(path).map(|()| done)) {
            Err(error) if may_be_of_another(&error) && attempt < SQLITE_ATTEMPTS_MAX => {
                attempt += 1;
                tokio::time::sleep(SQLITE_ATTEMPT_EVERY).await;
            }
            result => return result,
        }
    }
}

fn may_be_of_another(error: &Error) -> bool {
    matches!(error.kind, Kind::Internal | Kind::Unavailable)
}

/// How often a migration of a SQLite file is tried in all.
const SQLITE_ATTEMPTS_MAX: u32 = 30;
/// How long another process has to get on, between two attempts.
const SQLITE_ATTEMPT_EVERY: Duration = Duration::from_millis(100);

async fn migration_connection(url: &StoreUrl) -> Result<DatabaseConnection> {
    let url = match url {
        StoreUrl::Sqlite(path) => format!("sqlite://{}?mode=rwc", path.display()),
        StoreUrl::Postgres(url) => url.clone(),
    };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).acquire_timeout(CONNECT_TIMEOUT).sqlx_logging(false);
    Database::connect(options).await.map_err(cannot_open)
}

fn cannot_open(cause: impl fmt::Display) -> Error {
    let message = format!("cannot open the store: {cause}");
    Error::new(Kind::Unavailable, "STORE_UNAVAILABLE", message)
}

/// How long a server may take to answer a first connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects and hangs up. A pool tries again until its time is over and keeps no cause; whoever
/// starts a server wants to read it at once.
async fn reach(url: &str) -> Result<()> {
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect(url)).await;
    let late = |_| cannot_open(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()));
    match connected.map_err(late)? {
        Ok(connection) => connection.close().await.map_err(cannot_open),
        // Its own display adds a line of the server's source.
        Err(sqlx::Error::Database(refused)) => Err(cannot_open(refused.message())),
        Err(error) => Err(cannot_open(error)),
    }
}

/// Makes the file of a new store, for its owner alone; SQLite gives what it keeps beside it the
/// same permissions.
fn make_file(path: &Path) -> Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(cannot_open(error)),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn failed(error: DbErr) -> Error {
    Error::internal(format!("migration: {error}"))
}

/// Instances that start at once take turns. The lock goes with the connection, of which there is
/// one.
async fn apply_alone(url: &StoreUrl, connection: &DatabaseConnection) -> Result<Migrated> {
    let lock = format!("SELECT pg_advisory_lock({MIGRATION_LOCK})");
    connection.execute_unprepared(&lock).await.map_err(failed)?;
    let known = applied(connection).await.unwrap_or_default();
    let other = first_column(connection, postgres::OTHERS).await.map_err(failed)?;
    if let Some(refusal) = postgres::refusal(&known, other.first().map(String::as_str)) {
        return Err(refusal);
    }
    apply(url, connection).await
}

/// The key of the lock that migrations hold on Postgres: any number that nobody else uses there.
const MIGRATION_LOCK: i64 = 0x696e_7465_7264_6963;

/// Applies what is missing, and tells how many migrations that were. A store that lacks none is only
/// read, so that a role without the right to create tables can serve it.
async fn apply(url: &StoreUrl, connection: &DatabaseConnection) -> Result<Migrated> {
    // A new store has no table of them: the second try finds the one that was made.
    let applied = match applied(connection).await {
        Ok(applied) => applied,
        Err(_) => {
            Migrator::install(connection).await.map_err(failed)?;
            self::applied(connection).await.map_err(failed)?
        }
    };
    let schema = Schema::of(&applied);
    if let Some(refusal) = schema.refusal() {
        return Err(refusal);
    }
    if !matches!(schema, Schema::Current { .. }) {
        Migrator::up(connection, None).await.map_err(failed)?;
    }
    let known = Migrator::migrations();
    let version = known.last().map_or_else(String::new, |migration| migration.name().to_owned());
    let engine = engine(url, connection).await.map_err(failed)?;
    Ok(Migrated { engine, version, count: known.len() - applied.len() })
}

async fn engine(
    url: &StoreUrl,
    connection: &DatabaseConnection,
) -> std::result::Result<String, DbErr> {
    match url {
        StoreUrl::Sqlite(_) => Ok(format!("SQLite {}", rusqlite::version())),
        StoreUrl::Postgres(_) => {
            let version = first_column(connection, "SHOW server_version").await?;
            Ok(format!("Postgres {}", version.concat()))
        }
    }
}

/// The migrations that were applied. The migrator's own list makes the table first, which takes a
/// right that a server does not need.
async fn applied(connection: &DatabaseConnection) -> std::result::Result<Vec<String>, DbErr> {
    first_column(connection, "SELECT version FROM seaql_migrations").await
}

async fn first_column(
    connection: &DatabaseConnection,
    sql: &str,
) -> std::result::Result<Vec<String>, DbErr> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// The secret that signs page tokens, made by whoever opens the store first.
async fn secret(session: &mut Session) -> Result<[u8; 32]> {
    const NAME: &str = "page_token_secret";
    #[expect(clippy::disallowed_methods, reason = "a secret has to come from chance")]
    let fresh = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let insert = settings::Entity::insert(settings::ActiveModel {
        name: sea_orm::Set(NAME.to_owned()),
        value: sea_orm::Set(fresh),
    });
    let mut insert = sea_orm::QueryTrait::into_query(insert);
    insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    session.execute(&insert).await?;
    let mut find = Query::select();
    find.column(settings::Column::Value)
        .from(settings::Entity)
        .and_where(Expr::col(settings::Column::Name).eq(NAME));
    let kept = session.row(&find, |row| row.text()).await?;
    let kept = kept.ok_or_else(|| Error::internal("the store keeps no secret"))?;
    Ok(*blake3::hash(kept.as_bytes()).as_bytes())
}
