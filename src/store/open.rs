//! Opening a store: migrations first, and never a store that a newer release has changed.

use super::{
    Keep, Kept, Reach, Shared, Span, Store,
    dialect::{Engine, Session},
    entity::settings,
    postgres::{Postgres, PostgresLimits},
    references,
    sqlite::{self, Sqlite},
};
use crate::domain::errors::{Error, Kind, Result};
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, EntityTrait as _,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};
use std::{collections::BTreeSet, fmt, path::PathBuf, sync::Arc};
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
    /// Readers of a SQLite file at the same time.
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
        migrate(&options.url).await?;
        let store = Self::connect(options).await?;
        let secret = store.write(Keep::Commit, |s| Box::pin(secret(s))).await?;
        let substance_keys =
            store.read(Reach::Keys, Span::Statement, |s| Box::pin(references::substance_keys(s))).await?;
        store.shared.kept.set(Kept { secret, substance_keys }).map_err(|_| twice())?;
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

/// Brings the schema up to date.
///
/// # Errors
/// As [`Store::open`].
pub async fn migrate(url: &StoreUrl) -> Result<()> {
    let connection = migration_connection(url).await?;
    let migrated = apply(&connection).await;
    // Closed either way; a failure to close says nothing about the schema.
    let _closed = connection.close().await;
    migrated?;
    match url {
        StoreUrl::Sqlite(path) => sqlite::enter_wal_mode(path),
        StoreUrl::Postgres(_) => Ok(()),
    }
}

async fn migration_connection(url: &StoreUrl) -> Result<DatabaseConnection> {
    let url = match url {
        StoreUrl::Sqlite(path) => format!("sqlite://{}?mode=rwc", path.display()),
        StoreUrl::Postgres(url) => url.clone(),
    };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.map_err(|error| {
        Error::new(
            Kind::Unavailable,
            "STORE_UNAVAILABLE",
            format!("cannot open the store: {error}"),
        )
    })
}

async fn apply(connection: &DatabaseConnection) -> Result<()> {
    let failed = |error: sea_orm::DbErr| Error::internal(format!("migration: {error}"));
    Migrator::install(connection).await.map_err(failed)?;
    let applied = Migrator::get_migration_models(connection).await.map_err(failed)?;
    let known: BTreeSet<String> =
        Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    if let Some(newer) = applied.iter().find(|model| !known.contains(&model.version)) {
        let message = format!(
            "the store has the migration {}, which this release does not know: it was changed by a \
             newer release, so run that one",
            newer.version
        );
        return Err(Error::new(Kind::FailedPrecondition, "STORE_NEWER", message));
    }
    Migrator::up(connection, None).await.map_err(failed)
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
