//! A look at an SQLite file. It takes no part in recovery and writes no index of the log: a store
//! that crashed looks afterwards as it did before.

use super::{Finding, Health, LOOK_TIMEOUT, Schema, foreign, unavailable};
use crate::domain::errors::{Error, Kind, Result};
use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags, OptionalExtension as _};
use std::{
    ffi::OsString,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

/// How often the file is read again when another process changed it in the middle.
const ATTEMPTS_MAX: u32 = 3;

pub async fn look(path: PathBuf) -> Result<Health> {
    let Ok(metadata) = fs::metadata(&path) else { return Ok(absent(&path)) };
    if !metadata.is_file() {
        return Err(unavailable(format!("{} is not a file", path.display())));
    }
    let running = Arc::new(Running::default());
    let theirs = Arc::clone(&running);
    let mut task = tokio::task::spawn_blocking(move || look_at_file(&path, &theirs));
    let looked = tokio::time::timeout(LOOK_TIMEOUT, &mut task).await;
    let looked = match looked {
        Ok(looked) => looked,
        Err(_) => {
            running.interrupt();
            task.await
        }
    };
    looked.map_err(|error| Error::internal(format!("the look did not end: {error}")))?
}

/// The statement that runs, for whoever stops it.
#[derive(Default)]
struct Running(Mutex<Option<InterruptHandle>>);

impl Running {
    fn set(&self, connection: &Connection) {
        let handle = connection.get_interrupt_handle();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
    }

    fn interrupt(&self) {
        if let Some(handle) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            handle.interrupt();
        }
    }
}

fn absent(path: &Path) -> Health {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let missing = folder.filter(|folder| !folder.is_dir());
    Health::found([match missing {
        Some(folder) => {
            let message = format!("cannot be made: there is no folder {}", folder.display());
            Finding::bad("file", unavailable(message))
        }
        None => Finding::good("file", "none yet: `interdiction serve` or `migrate` makes it"),
    }])
}

fn look_at_file(path: &Path, running: &Running) -> Result<Health> {
    // First of all: closing a file gives up every lock that the process holds on it.
    let writable = fs::OpenOptions::new().write(true).open(path).map(drop);
    let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
    let file = match writable {
        Ok(()) => Finding::good("file", format!("{size} bytes, writable")),
        Err(error) => Finding::bad("file", unavailable(format!("cannot be written: {error}"))),
    };
    let engine = Finding::good("engine", format!("SQLite {}", rusqlite::version()));
    let mut attempt = 1;
    loop {
        let before = State::of(path);
        let found = inspect(path, &before, running);
        if attempt == ATTEMPTS_MAX || before == State::of(path) {
            let mut findings = vec![engine, file];
            findings.extend(found.map_err(|error| said(&error))?);
            return Ok(Health { findings });
        }
        attempt += 1;
    }
}

/// What tells that somebody else wrote in the meantime.
#[derive(PartialEq, Eq)]
struct State {
    file: Option<(u64, Option<SystemTime>)>,
    log_bytes: u64,
    log_has_index: bool,
}

impl State {
    fn of(path: &Path) -> Self {
        let metadata = |path: &Path| fs::metadata(path).ok();
        Self {
            file: metadata(path).map(|file| (file.len(), file.modified().ok())),
            log_bytes: metadata(&beside(path, "-wal")).map_or(0, |log| log.len()),
            log_has_index: beside(path, "-shm").exists(),
        }
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

fn inspect(path: &Path, state: &State, running: &Running) -> rusqlite::Result<Vec<Finding>> {
    if state.log_bytes > 0 && !state.log_has_index {
        let message = format!(
            "{} bytes of the write-ahead log wait to be recovered: the next `interdiction serve` \
             does it",
            state.log_bytes
        );
        return Ok(vec![Finding::bad("journal", unavailable(message))]);
    }
    let journal = if is_in_wal_mode(path) {
        format!("WAL, {} bytes in the log", state.log_bytes)
    } else {
        "not WAL yet: `interdiction serve` or `migrate` switches to it".to_owned()
    };
    let connection = open(path, state)?;
    running.set(&connection);
    let schema = schema(&connection)?;
    Ok(vec![Finding::good("journal", journal), schema, integrity(&connection)?])
}

/// Whether the header says so (<https://sqlite.org/fileformat2.html>, offset 18): a file that is
/// read as it lies is in no mode at all for SQLite.
fn is_in_wal_mode(path: &Path) -> bool {
    const WRITE_VERSION: usize = 18;
    const WAL: u8 = 2;
    let mut header = [0; WRITE_VERSION + 1];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header[WRITE_VERSION] == WAL
}

/// Without a log nobody writes, and the file is read as it lies. With one, its index is read where
/// another process keeps it, and is made in memory where a crash left it behind.
fn open(path: &Path, state: &State) -> rusqlite::Result<Connection> {
    let how = if state.log_has_index { "readonly_shm=1" } else { "immutable=1" };
    let name = path.to_string_lossy();
    let name = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let root = if path.is_absolute() { "//" } else { "" };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("file:{root}{name}?mode=ro&{how}"), flags)
}

fn schema(connection: &Connection) -> rusqlite::Result<Finding> {
    let tables = "SELECT COUNT(*), COALESCE(SUM(name = 'seaql_migrations'), 0) \
                  FROM sqlite_schema WHERE type = 'table'";
    let (tables, history): (i64, i64) =
        connection.query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if history == 0 && tables > 0 {
        let message = format!("the file holds {tables} tables of another program");
        return Ok(Finding::bad("schema", foreign(message)));
    }
    if history == 0 {
        return Ok(Schema::Absent.finding());
    }
    let mut applied = connection.prepare("SELECT version FROM seaql_migrations")?;
    let applied: rusqlite::Result<Vec<String>> = applied.query_map([], |row| row.get(0))?.collect();
    Ok(Schema::of(&applied?).finding())
}

/// Refuses a file of another program, before anything is written to it.
///
/// # Errors
/// [`Kind::FailedPrecondition`]; what else is wrong the opening finds.
pub fn refuse_foreign(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let found = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|connection| schema(&connection))
        .map_err(|error| said(&error));
    let fault = found.map_or_else(Some, |finding| finding.fault);
    fault.filter(|error| error.kind == Kind::FailedPrecondition).map_or(Ok(()), Err)
}

fn integrity(connection: &Connection) -> rusqlite::Result<Finding> {
    const NAME: &str = "integrity";
    let checked: rusqlite::Result<Option<String>> =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).optional();
    match checked {
        Ok(Some(answer)) if answer == "ok" => Ok(Finding::good(NAME, "ok")),
        Ok(answer) => Ok(damaged(NAME, &answer.unwrap_or_default())),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => {
                let seconds = LOOK_TIMEOUT.as_secs();
                Ok(Finding::good(NAME, format!("no damage found in {seconds} s, not all read")))
            }
            Some(ErrorCode::DatabaseCorrupt) => Ok(damaged(NAME, &error.to_string())),
            Some(_) | None => Err(error),
        },
    }
}

fn damaged(name: &'static str, what: &str) -> Finding {
    let message = format!("damaged: {what}; restore a backup");
    Finding::bad(name, Error::new(Kind::Internal, "STORE_DAMAGED", message))
}

fn said(error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => foreign("the file is not an SQLite database"),
        Some(ErrorCode::DatabaseCorrupt) => {
            let message = format!("the file is damaged: {error}; restore a backup");
            Error::new(Kind::Internal, "STORE_DAMAGED", message)
        }
        Some(_) | None => unavailable(format!("cannot look at the file: {error}")),
    }
}
