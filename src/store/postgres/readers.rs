//! The connections that read from Postgres. Each is a pool of one, so that it is known which process
//! of the server runs a statement: whose caller leaves, that process is told to stop.

use super::{PostgresLimits, pool};
use crate::{
    domain::errors::{Error, Result},
    store::{
        Reach,
        dialect::postgres_error,
        places::{Place, Places},
    },
};
use sea_orm::{
    ConnectionTrait as _, Database, DatabaseConnection,
    sqlx::{self, PgConnection, pool::PoolOptions},
};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
};
use tokio::runtime::Handle;

/// Their transactions read one snapshot and write nothing.
const SETTINGS: [(&str, &str); 2] =
    [("default_transaction_isolation", "repeatable read"), ("default_transaction_read_only", "on")];

/// A bounded number of readers. Cheap to clone.
#[derive(Clone)]
pub(super) struct Readers {
    places: Places,
    idle: Arc<Mutex<VecDeque<Reader>>>,
}

/// A connection, made when it is first used and made again when it broke.
#[derive(Clone)]
struct Reader {
    connection: DatabaseConnection,
    /// The process that serves it.
    process_id: Arc<AtomicI32>,
}

impl Reader {
    async fn new(url: &str, limits: PostgresLimits) -> Result<Self> {
        let process_id = Arc::new(AtomicI32::new(0));
        let mut options = pool(url, 1, limits, &SETTINGS);
        let known = Arc::clone(&process_id);
        options.connect_lazy(true).map_sqlx_postgres_pool_opts(
            move |options: PoolOptions<sqlx::Postgres>| {
                let known = Arc::clone(&known);
                options.after_connect(move |connection, _| {
                    Box::pin(learn_process_id(connection, Arc::clone(&known)))
                })
            },
        );
        let connection = Database::connect(options).await.map_err(|e| postgres_error(&e))?;
        Ok(Self { connection, process_id })
    }
}

async fn learn_process_id(
    connection: &mut PgConnection,
    known: Arc<AtomicI32>,
) -> sqlx::Result<()> {
    let process_id = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(connection).await?;
    known.store(process_id, Ordering::Relaxed);
    Ok(())
}

impl Readers {
    pub async fn new(url: &str, count: u32, limits: PostgresLimits) -> Result<Self> {
        let mut idle = VecDeque::new();
        for _ in 0..count {
            idle.push_back(Reader::new(url, limits).await?);
        }
        Ok(Self { places: Places::new(idle.len()), idle: Arc::new(Mutex::new(idle)) })
    }

    /// Waits for a reader.
    ///
    /// # Errors
    /// `Exhausted` when none was free in time.
    pub async fn take(&self, reach: Reach) -> Result<Lent> {
        let place = self.places.take(reach).await?;
        let reader = self.idle().pop_front();
        let reader = reader.ok_or_else(|| Error::internal("a place without a reader"))?;
        Ok(Lent { reader, reach, readers: self.clone(), place: Some(place), is_over: false })
    }

    /// The one that rested longest comes first: a pool looks after a connection for a while when it
    /// is back.
    fn idle(&self) -> MutexGuard<'_, VecDeque<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader that somebody has until it is given back. Where it is dropped instead, its caller left
/// in the middle.
pub(super) struct Lent {
    reader: Reader,
    reach: Reach,
    readers: Readers,
    /// There until the reader is given back.
    place: Option<Place>,
    is_over: bool,
}

impl Lent {
    pub fn connection(&self) -> &DatabaseConnection {
        &self.reader.connection
    }

    /// Nothing runs on it any more.
    pub fn give_back(mut self) {
        self.is_over = true;
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let (reader, readers, place) =
            (self.reader.clone(), self.readers.clone(), self.place.take());
        if self.is_over {
            readers.idle().push_back(reader);
        } else if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(rest(reader, self.reach, readers, place));
        }
    }
}

/// Waits until nothing runs on a reader any more, and gives it back with its place.
async fn rest(reader: Reader, reach: Reach, readers: Readers, place: Option<Place>) {
    if reach != Reach::Keys
        && let Err(error) = cancel(&reader, &readers).await
    {
        // It ends by itself, at its timeout.
        tracing::warn!(%error, "an abandoned statement runs on");
    }
    // Whatever it answers, what came before it is over.
    let _over = reader.connection.ping().await;
    readers.idle().push_back(reader);
    drop(place);
}

/// Ends the statement of a list, by another reader: scans leave one free.
async fn cancel(reader: &Reader, readers: &Readers) -> Result<()> {
    let process_id = reader.process_id.load(Ordering::Relaxed);
    let other = readers.take(Reach::Keys).await?;
    let sql = format!("SELECT pg_cancel_backend({process_id})");
    let sent = other.connection().execute_unprepared(&sql).await;
    other.give_back();
    sent.map(|_| ()).map_err(|error| postgres_error(&error))
}
