//! Postgres: pools, timeouts, and transactions that run to their end.

mod announcements;
mod readers;

pub(super) use announcements::CHANNEL as CREDENTIALS_CHANNEL;

use super::{
    Keep, Reach, Shared, Span, Work,
    dialect::{Link, SERIALIZATION, Session, postgres_error},
    places::Places,
};
use crate::domain::errors::{Error, Result};
use announcements::Announcements;
use futures_util::{Stream, StreamExt as _};
use readers::Readers;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, DbErr,
    QueryResult, RuntimeErr, Statement, StreamTrait as _, TransactionTrait as _, sqlx,
};
use std::{sync::Arc, time::Duration};

/// How often a transaction that collided with another is run in all.
const ATTEMPTS_MAX: u32 = 5;
/// How long a request waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may be idle before it is tried out ahead of use.
const TRUSTED_FOR: Duration = Duration::from_secs(30);

/// Bounds of the connections to Postgres.
#[derive(Debug, Clone, Copy)]
pub struct PostgresLimits {
    /// Connections of one instance, readers and writers together; at least 3.
    pub connections_max: u32,
    /// How long a statement may run.
    pub statement_timeout: Duration,
    /// How long a statement may wait for a lock.
    pub lock_timeout: Duration,
}

#[derive(Clone)]
pub(crate) struct Postgres {
    readers: Readers,
    writers: DatabaseConnection,
    /// One for each writer, so that a wait for one is told from a server that is away.
    places: Places,
    pub(super) announcements: Announcements,
}

impl Postgres {
    pub async fn open(url: &str, limits: PostgresLimits) -> Result<Self> {
        let readers = limits.connections_max.div_ceil(2);
        let writers = limits.connections_max - readers;
        let settings = [("default_transaction_isolation", "read committed")];
        let connected = Database::connect(pool(url, writers, limits, &settings)).await;
        Ok(Self {
            readers: Readers::new(url, readers, limits).await?,
            writers: connected.map_err(|error| postgres_error(&error))?,
            places: Places::new(writers as usize),
            announcements: Announcements::new(url),
        })
    }

    pub async fn read<T: Send + 'static>(
        &self,
        shared: &Arc<Shared>,
        reach: Reach,
        span: Span,
        work: impl Work<T>,
    ) -> Result<T> {
        let lent = self.readers.take(reach).await?;
        let result = match span {
            Span::Statement => {
                let link = Link::PostgresPool(lent.connection().clone());
                work(&mut Session::new(link, Arc::clone(shared))).await
            }
            Span::Statements => transact(lent.connection(), shared, Keep::Discard, &work).await,
        };
        lent.give_back();
        result
    }

    /// The transaction runs in a task of its own: it ends whether or not the caller waits for it,
    /// once it has begun.
    pub async fn write<T: Send + 'static>(
        &self,
        shared: &Arc<Shared>,
        keep: Keep,
        work: impl Work<T>,
    ) -> Result<T> {
        let place = self.places.take(Reach::Keys).await?;
        let (writers, shared) = (self.writers.clone(), Arc::clone(shared));
        let task = tokio::spawn(async move {
            let _place = place;
            let mut attempt = 1;
            loop {
                match transact(&writers, &shared, keep, &work).await {
                    Err(error) if is_collision(&error) && attempt < ATTEMPTS_MAX => attempt += 1,
                    result => return result,
                }
            }
        });
        task.await.map_err(|error| Error::internal(format!("a write did not end: {error}")))?
    }
}

/// Two writers met: the same request id at the same time, or locks in another order. The second try
/// finds what the first one left.
fn is_collision(error: &Error) -> bool {
    error.reason == SERIALIZATION || error.is_conflict_on("ledger_by_principal_id_request_id")
}

async fn transact<T: Send + 'static>(
    connection: &DatabaseConnection,
    shared: &Arc<Shared>,
    keep: Keep,
    work: &impl Work<T>,
) -> Result<T> {
    let transaction = begin(connection).await?;
    let mut session = Session::new(Link::Postgres(transaction), Arc::clone(shared));
    let result = work(&mut session).await;
    let keep = if result.is_ok() { keep } else { Keep::Discard };
    finish(session, keep).await?;
    result
}

async fn begin(pool: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let begun = on_a_living_connection(pool, || pool.begin()).await;
    begun.map_err(|error| postgres_error(&error))
}

/// Runs a statement of a read by itself, on whatever connection is free.
pub(super) async fn query(
    pool: &DatabaseConnection,
    statement: &Statement,
) -> std::result::Result<Vec<QueryResult>, DbErr> {
    on_a_living_connection(pool, || pool.query_all_raw(statement.clone())).await
}

/// The rows of a statement of a read by itself, the first of which has come.
pub(super) async fn stream(
    pool: &DatabaseConnection,
    statement: &Statement,
) -> std::result::Result<impl Stream<Item = std::result::Result<QueryResult, DbErr>>, DbErr> {
    on_a_living_connection(pool, || async {
        let mut rows = Box::pin(pool.stream_raw(statement.clone()).await?.peekable());
        match rows.as_mut().next_if(std::result::Result::is_err).await {
            Some(Err(error)) => Err(error),
            Some(Ok(_)) | None => Ok(rows),
        }
    })
    .await
}

/// Runs what has no effect, again while the connection that it got turns out to be gone: after a
/// failover all that were idle are, and each is found out by its next use alone.
async fn on_a_living_connection<T, F>(
    pool: &DatabaseConnection,
    run: impl Fn() -> F,
) -> std::result::Result<T, DbErr>
where
    F: Future<Output = std::result::Result<T, DbErr>>,
{
    let connections = pool.get_postgres_connection_pool().options().get_max_connections();
    for _dead in 0..connections {
        match run().await {
            Err(error) if is_gone(&error) => {}
            result => return result,
        }
    }
    run().await
}

/// Whether a connection that was there is no more; not whether there is none to be had.
fn is_gone(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(driver)) | DbErr::Query(RuntimeErr::SqlxError(driver))) =
        error
    else {
        return false;
    };
    match driver.as_database_error() {
        // An administrator's command, a crash, or a server that is stopping.
        Some(raised) => matches!(raised.code().as_deref(), Some("57P01" | "57P02" | "57P03")),
        None => matches!(**driver, sqlx::Error::Io(_)),
    }
}

async fn finish(session: Session, keep: Keep) -> Result<()> {
    let Link::Postgres(transaction) = session.link else {
        return Err(Error::internal("not a transaction of Postgres"));
    };
    let ended = match keep {
        Keep::Commit => transaction.commit().await,
        Keep::Discard => transaction.rollback().await,
    };
    ended.map_err(|error| postgres_error(&error))
}

fn pool(
    url: &str,
    connections_max: u32,
    limits: PostgresLimits,
    settings: &[(&str, &str)],
) -> ConnectOptions {
    let mut server_settings: Vec<(String, String)> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let millis = |duration: Duration| duration.as_millis().to_string();
    server_settings.push(("statement_timeout".into(), millis(limits.statement_timeout)));
    server_settings.push(("lock_timeout".into(), millis(limits.lock_timeout)));
    server_settings.push(("synchronous_commit".into(), "on".into()));
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire_if_idle_for(TRUSTED_FOR)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(move |options| options.options(server_settings.clone()));
    options
}
