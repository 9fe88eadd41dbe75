//! SQLite: a bounded pool of readers, and one writer whose commits are shared.
//!
//! The file is in WAL mode with `synchronous=FULL`: a write is on the disk before it is
//! acknowledged. The writer takes every job that waits, each in a savepoint of its own, and commits
//! them together, so that the rate is not one flush for each.

mod cuts;

use super::{
    Keep, Reach, Shared, Size, Span, Work,
    dialect::{Link, Session, sqlite_error},
    places::Places,
};
use crate::domain::errors::{Error, Kind, Result};
use cuts::{Armed, CutOnDrop, Interrupt, Patience};
use futures_util::FutureExt as _;
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// Jobs that wait for the writer; one more is refused.
const QUEUE_MAX: usize = 4_096;
/// Jobs that share a commit.
const BATCH_MAX: usize = 256;
/// How long a batch waits for one more job.
const PATIENCE_MAX: Duration = Duration::from_millis(1);
/// Statements that a connection keeps prepared.
const PREPARED_MAX: usize = 256;
/// How long a connection waits for another process that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Pages of the write-ahead log between checkpoints.
const CHECKPOINT_PAGES: u32 = 4_000;
/// Looks that a short read has where its caller is: some hundred microseconds. A page of fifty
/// seizures takes three to six.
const LOOKS_MAX: u32 = 30;
/// Page cache of a reader, in KiB.
const READER_CACHE_KIBIBYTES: u32 = 16_384;
/// Page cache of the writer, in KiB: new rows reach leaves of every index.
const WRITER_CACHE_KIBIBYTES: u32 = 32_768;

/// The readers end first: who closes the file last moves what is in its log into it.
#[derive(Clone)]
pub(crate) struct Sqlite {
    readers: Arc<Readers>,
    writer: Arc<Writer>,
}

/// The thread that writes; it has ended when this is gone.
struct Writer {
    /// None once it is to end.
    jobs: Option<mpsc::SyncSender<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // Whoever waits for a write of a writer that panicked has been told.
            let _panicked = thread.join();
        }
    }
}

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
    places: Places,
}

/// A connection that reads, and how long its statements may go on.
struct Reader {
    connection: Connection,
    patience: Patience,
}

/// A write that waits for the writer.
trait Job: Send {
    /// Whether nobody waits for it any more: then it is dropped, and nothing is half done.
    fn is_abandoned(&self) -> bool;
    /// Whether it has a commit of its own.
    fn is_large(&self) -> bool;
    /// Runs it inside the open transaction, and returns what to do once that is committed.
    fn run(self: Box<Self>, session: &mut Session) -> Reply;
    /// Answers without running it.
    fn refuse(self: Box<Self>, error: Error);
}

type Reply = Box<dyn FnOnce(Result<()>) + Send>;

struct Write<T, W> {
    size: Size,
    keep: Keep,
    work: W,
    answer: oneshot::Sender<Result<T>>,
}

impl<T: Send + 'static, W: Work<T>> Job for Write<T, W> {
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn is_large(&self) -> bool {
        self.size == Size::Large
    }

    fn run(self: Box<Self>, session: &mut Session) -> Reply {
        let Self { size, keep, work, answer } = *self;
        let result = match size {
            Size::Small => savepoint(session, keep, &work),
            Size::Large => alone(session, keep, &work),
        };
        Box::new(move |committed| {
            let _gone = answer.send(committed.and(result));
        })
    }

    fn refuse(self: Box<Self>, error: Error) {
        let _gone = self.answer.send(Err(error));
    }
}

impl Sqlite {
    pub fn open(path: &Path, readers_max: usize, shared: &Arc<Shared>) -> Result<Self> {
        let connection = connect(path, Access::Write)?;
        let (sender, jobs) = mpsc::sync_channel(QUEUE_MAX);
        let session = Session::new(Link::Sqlite(connection), Arc::clone(shared));
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run_writer(session, &jobs))
            .map_err(|error| Error::internal(format!("cannot start the writer: {error}")))?;
        let readers = Readers {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
            places: Places::new(readers_max),
        };
        let writer = Writer { jobs: Some(sender), thread: Some(thread) };
        Ok(Self { readers: Arc::new(readers), writer: Arc::new(writer) })
    }

    pub async fn read<T: Send + 'static>(
        &self,
        shared: &Arc<Shared>,
        reach: Reach,
        span: Span,
        work: impl Work<T>,
    ) -> Result<T> {
        match reach {
            Reach::Keys | Reach::Page => {
                let _place = self.readers.places.take(Reach::Keys).await?;
                if let Some(answer) = self.read_here(shared, span, &work)? {
                    return Ok(answer);
                }
            }
            Reach::Scan => {}
        }
        self.read_aside(shared, span, work).await
    }

    /// Reads on the thread of the caller; none when that would take too long.
    fn read_here<T>(
        &self,
        shared: &Arc<Shared>,
        span: Span,
        work: &impl Work<T>,
    ) -> Result<Option<T>> {
        let Reader { connection, patience } = self.readers.take()?;
        let mut session = Session::new(Link::Sqlite(connection), Arc::clone(shared));
        let answer = run_within(LOOKS_MAX, &patience, span, &mut session, work);
        self.readers.give_back(session, patience);
        answer
    }

    /// Reads on a thread where it holds up nobody else, and is cut when the caller goes.
    async fn read_aside<T: Send + 'static>(
        &self,
        shared: &Arc<Shared>,
        span: Span,
        work: impl Work<T>,
    ) -> Result<T> {
        let place = self.readers.places.take(Reach::Scan).await?;
        let (readers, shared) = (Arc::clone(&self.readers), Arc::clone(shared));
        let Reader { connection, patience } = readers.take()?;
        let interrupt = Interrupt::of(&connection);
        let armed = Armed(interrupt.clone());
        let ask = move || {
            let mut session = Session::new(Link::Sqlite(connection), shared);
            let answer = run_within(Patience::ENDLESS, &patience, span, &mut session, &work);
            drop(armed);
            readers.give_back(session, patience);
            drop(place);
            answer?.ok_or_else(|| Error::internal("a read had no end"))
        };
        let _cut = CutOnDrop(interrupt);
        tokio::task::spawn_blocking(ask)
            .await
            .map_err(|error| Error::internal(format!("a read did not end: {error}")))?
    }

    pub async fn write<T: Send + 'static>(
        &self,
        size: Size,
        keep: Keep,
        work: impl Work<T>,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Write { size, keep, work, answer });
        let sent = self.writer.jobs.as_ref().is_some_and(|jobs| jobs.try_send(job).is_ok());
        if !sent {
            let message = "too many writes wait: try again";
            return Err(Error::new(Kind::Exhausted, "TOO_MANY_WRITES", message)
                .retry_after(Duration::from_secs(1)));
        }
        answered.await.map_err(|_| Error::internal("the writer ended"))?
    }
}

impl Readers {
    fn take(&self) -> Result<Reader> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Reader::open(&self.path), Ok)
    }

    fn give_back(&self, session: Session, patience: Patience) {
        if let Link::Sqlite(connection) = session.link
            && connection.is_autocommit()
        {
            let reader = Reader { connection, patience };
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
    }
}

impl Reader {
    fn open(path: &Path) -> Result<Self> {
        let connection = connect(path, Access::Read)?;
        let patience = Patience::with(&connection).map_err(|error| sqlite_error(&error))?;
        Ok(Self { connection, patience })
    }
}

enum Access {
    Read,
    Write,
}

fn connect(path: &Path, access: Access) -> Result<Connection> {
    let (mode, cache_kibibytes) = match access {
        Access::Read => (OpenFlags::SQLITE_OPEN_READ_ONLY, READER_CACHE_KIBIBYTES),
        Access::Write => (OpenFlags::SQLITE_OPEN_READ_WRITE, WRITER_CACHE_KIBIBYTES),
    };
    // One thread at a time uses a connection, so SQLite need not lock for itself.
    let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(PREPARED_MAX);
        // Keeps the plan of a statement whose LIMIT is bound; without it, each run plans anew.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.execute_batch(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; \
             PRAGMA cache_size = -{cache_kibibytes}; PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};"
        ))?;
        Ok(connection)
    };
    open().map_err(|error: rusqlite::Error| sqlite_error(&error))
}

/// A file is in WAL mode from its first opening on.
pub(super) fn enter_wal_mode(path: &Path) -> Result<()> {
    let switch = || {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")
    };
    switch().map_err(|error: rusqlite::Error| sqlite_error(&error))
}

fn batch(session: &Session, sql: &str) -> Result<()> {
    match &session.link {
        Link::Sqlite(connection) => connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([]))
            .map(|_| ())
            .map_err(|error| sqlite_error(&error)),
        Link::Postgres(_) | Link::PostgresPool(_) => {
            Err(Error::internal("not a session of SQLite"))
        }
    }
}

/// On SQLite nothing ever waits inside a session, so the work is done when it is first polled.
fn run<T>(session: &mut Session, work: &impl Work<T>) -> Result<T> {
    work(session)
        .now_or_never()
        .unwrap_or_else(|| Err(Error::internal("work on SQLite waited for something else")))
}

/// Runs work within so many looks; none when they were not enough.
fn run_within<T>(
    looks: u32,
    patience: &Patience,
    span: Span,
    session: &mut Session,
    work: &impl Work<T>,
) -> Result<Option<T>> {
    if span == Span::Statements {
        batch(session, "BEGIN")?;
    }
    patience.set(looks);
    let result = run(session, work);
    let cut = patience.is_over();
    // The end of the transaction is not to be cut as well.
    patience.set(Patience::ENDLESS);
    if span == Span::Statements {
        batch(session, "ROLLBACK")?;
    }
    if cut { Ok(None) } else { result.map(Some) }
}

fn savepoint<T>(session: &mut Session, keep: Keep, work: &impl Work<T>) -> Result<T> {
    batch(session, "SAVEPOINT job")?;
    // A panic must not take the writer with it, nor leave half a job behind.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(session, work)));
    let result = outcome.unwrap_or_else(|_| Err(Error::internal("a write panicked")));
    if result.is_err() || keep == Keep::Discard {
        batch(session, "ROLLBACK TO job")?;
    }
    batch(session, "RELEASE job")?;
    result
}

/// Runs a large job in a transaction that is its own. In a savepoint, SQLite would walk through all
/// that the job has changed so far at the end of each statement.
fn alone<T>(session: &mut Session, keep: Keep, work: &impl Work<T>) -> Result<T> {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(session, work)));
    let result = outcome.unwrap_or_else(|_| Err(Error::internal("a write panicked")));
    // A full disk has ended it already.
    if (result.is_err() || keep == Keep::Discard) && has_transaction(session) {
        batch(session, "ROLLBACK")?;
        session.shared.known.forget();
    }
    result
}

/// What the last batch was like.
#[derive(Default)]
struct Pace {
    jobs: usize,
    commit: Duration,
}

impl Pace {
    /// The next job of a batch of so many, if it comes in time. As many are likely to come as came
    /// last time, and waiting for them costs less than a commit of their own; a caller that is
    /// alone waits for nobody.
    fn next(&self, jobs: &mpsc::Receiver<Box<dyn Job>>, batch: usize) -> Option<Box<dyn Job>> {
        if batch >= BATCH_MAX {
            return None;
        }
        let waiting = jobs.try_recv().ok();
        waiting.or_else(|| {
            let patience = (self.commit / 2).min(PATIENCE_MAX);
            (batch < self.jobs).then(|| jobs.recv_timeout(patience).ok()).flatten()
        })
    }
}

fn run_writer(mut session: Session, jobs: &mpsc::Receiver<Box<dyn Job>>) {
    let mut pace = Pace::default();
    let mut held = None;
    while let Some(first) = held.take().or_else(|| jobs.recv().ok()) {
        if first.is_abandoned() {
            continue;
        }
        match batch(&session, "BEGIN IMMEDIATE") {
            Ok(()) => pace = run_batch(&mut session, jobs, first, &pace, &mut held),
            Err(error) => {
                // Whoever waits has waited as long as the first, and need not wait as long again.
                let waiting = jobs.try_iter();
                std::iter::once(first).chain(waiting).for_each(|job| job.refuse(error.clone()));
            }
        }
    }
}

fn run_batch(
    session: &mut Session,
    jobs: &mpsc::Receiver<Box<dyn Job>>,
    first: Box<dyn Job>,
    pace: &Pace,
    held: &mut Option<Box<dyn Job>>,
) -> Pace {
    let is_large = first.is_large();
    let mut replies = vec![first.run(session)];
    let is_rolled_back = is_large && !has_transaction(session);
    while !is_large
        && has_transaction(session)
        && let Some(job) = pace.next(jobs, replies.len())
    {
        if job.is_large() {
            *held = Some(job);
            break;
        }
        if !job.is_abandoned() {
            replies.push(job.run(session));
        }
    }
    let began = Instant::now();
    let committed = if is_rolled_back { Ok(()) } else { batch(session, "COMMIT") };
    let pace = Pace { jobs: replies.len(), commit: began.elapsed() };
    if committed.is_err() {
        // The transaction may be gone already, for example after a full disk.
        let _gone = batch(session, "ROLLBACK");
        session.shared.known.forget();
    }
    for reply in replies {
        reply(committed.clone());
    }
    pace
}

/// A full disk ends the transaction in the middle of a batch.
fn has_transaction(session: &Session) -> bool {
    match &session.link {
        Link::Sqlite(connection) => !connection.is_autocommit(),
        Link::Postgres(_) | Link::PostgresPool(_) => false,
    }
}
