//! Postgres: pools, timeouts, and transactions that run to their end.

use super::{
    Keep, Shared, Span, Work,
    dialect::{Link, SERIALIZATION, Session, postgres_error},
};
use crate::domain::errors::{Error, Result};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, TransactionTrait};
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
    /// Connections of one instance, readers and writers together.
    pub connections_max: u32,
    /// How long a statement may run.
    pub statement_timeout: Duration,
    /// How long a statement may wait for a lock.
    pub lock_timeout: Duration,
}

#[derive(Clone)]
pub(crate) struct Postgres {
    /// Their transactions read one snapshot and write nothing.
    readers: DatabaseConnection,
    writers: DatabaseConnection,
}

impl Postgres {
    pub async fn open(url: &str, limits: PostgresLimits) -> Result<Self> {
        let readers = (limits.connections_max / 2).max(1);
        let snapshot = [
            ("default_transaction_isolation", "repeatable read"),
            ("default_transaction_read_only", "on"),
        ];
        Ok(Self {
            readers: connect(url, readers, limits, &snapshot).await?,
            writers: connect(url, readers, limits, &[]).await?,
        })
    }

    pub async fn read<T: Send + 'static>(
        &self,
        shared: &Arc<Shared>,
        span: Span,
        work: impl Work<T>,
    ) -> Result<T> {
        if span == Span::Statement {
            let link = Link::PostgresPool(self.readers.clone());
            return work(&mut Session::new(link, Arc::clone(shared))).await;
        }
        let transaction = self.readers.begin().await.map_err(|error| postgres_error(&error))?;
        let mut session = Session::new(Link::Postgres(transaction), Arc::clone(shared));
        let result = work(&mut session).await;
        finish(session, Keep::Discard).await?;
        result
    }

    /// The transaction runs in a task of its own: it ends whether or not the caller waits for it.
    pub async fn write<T: Send + 'static>(
        &self,
        shared: &Arc<Shared>,
        keep: Keep,
        work: impl Work<T>,
    ) -> Result<T> {
        let (writers, shared) = (self.writers.clone(), Arc::clone(shared));
        let task = tokio::spawn(async move {
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
    writers: &DatabaseConnection,
    shared: &Arc<Shared>,
    keep: Keep,
    work: &impl Work<T>,
) -> Result<T> {
    let transaction = writers.begin().await.map_err(|error| postgres_error(&error))?;
    let mut session = Session::new(Link::Postgres(transaction), Arc::clone(shared));
    let result = work(&mut session).await;
    let keep = if result.is_ok() { keep } else { Keep::Discard };
    finish(session, keep).await?;
    result
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

async fn connect(
    url: &str,
    connections_max: u32,
    limits: PostgresLimits,
    settings: &[(&str, &str)],
) -> Result<DatabaseConnection> {
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
    Database::connect(options).await.map_err(|error| postgres_error(&error))
}
