//! What the drivers say becomes a domain error here and nowhere else.

use crate::domain::errors::{Error, Kind};
use sea_orm::{DbErr, RuntimeErr};
use std::time::Duration;

/// How long a caller should wait before it tries again a store that is busy or away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub(in crate::store) fn unavailable(reason: &'static str, message: &str) -> Error {
    Error::new(Kind::Unavailable, reason, message).retry_after(RETRY_AFTER)
}

fn conflict(index: String) -> Error {
    Error::new(Kind::AlreadyExists, CONFLICT, "something of that identity exists").about(index)
}

/// Reason of an error that the database raised for an identity that is taken; the resource it is
/// about is the name of the index. Callers of the store never see it.
const CONFLICT: &str = "CONFLICT";

impl Error {
    /// Whether the identity that an index holds was taken.
    pub(in crate::store) fn is_conflict_on(&self, index: &str) -> bool {
        self.reason == CONFLICT && self.resources.iter().any(|resource| resource == index)
    }
}

pub(in crate::store) fn sqlite_error(error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => match unique_index(&error.to_string()) {
            Some(index) => conflict(index),
            None => Error::internal(format!("sqlite: {error}")),
        },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            unavailable("STORE_BUSY", "the store is busy: try again")
        }
        Some(ErrorCode::DiskFull) => {
            unavailable("STORE_FULL", "the store has no room left: nothing was written")
        }
        Some(ErrorCode::OperationInterrupted) => {
            Error::new(Kind::DeadlineExceeded, "DEADLINE_EXCEEDED", "the deadline passed")
        }
        Some(_) | None => Error::internal(format!("sqlite: {error}")),
    }
}

/// `UNIQUE constraint failed: ledger.principal_id, ledger.request_id` names an index that the
/// migrations call `ledger_by_principal_id_request_id`.
fn unique_index(message: &str) -> Option<String> {
    let listed = message.split("UNIQUE constraint failed: ").nth(1)?;
    let columns: Vec<(&str, &str)> = listed.split(", ").filter_map(|c| c.split_once('.')).collect();
    let table = columns.first()?.0;
    let names: Vec<&str> = columns.iter().map(|(_, name)| *name).collect();
    Some(format!("{table}_by_{}", names.join("_")))
}

pub(in crate::store) fn postgres_error(error: &DbErr) -> Error {
    let driver = match error {
        DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => e,
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => {
            tracing::warn!(%error, "the store cannot be reached");
            return unavailable("STORE_UNAVAILABLE", "the store cannot be reached: try again");
        }
        _ => return Error::internal(format!("postgres: {error}")),
    };
    let Some(raised) = driver.as_database_error() else {
        tracing::warn!(%error, "the store cannot be reached");
        return unavailable("STORE_UNAVAILABLE", "the store cannot be reached: try again");
    };
    match raised.code().as_deref() {
        Some("23505") => conflict(raised.constraint().unwrap_or_default().to_owned()),
        Some("40001" | "40P01") => unavailable(SERIALIZATION, "writers collided: try again"),
        Some("57014") => {
            Error::new(Kind::DeadlineExceeded, "DEADLINE_EXCEEDED", "the store took too long")
        }
        Some("55P03") => unavailable("STORE_BUSY", "the store is busy: try again"),
        Some(code) if code.starts_with("53") || code == "58030" => {
            unavailable("STORE_FULL", "the store has no room left: nothing was written")
        }
        Some(code) if code.starts_with("08") || code.starts_with("57") => {
            unavailable("STORE_UNAVAILABLE", "the store cannot be reached: try again")
        }
        _ => Error::internal(format!("postgres: {error}")),
    }
}

/// Reason of an error that a second try of the same transaction may mend.
pub(in crate::store) const SERIALIZATION: &str = "SERIALIZATION";
