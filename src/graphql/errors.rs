//! What an error of the domain looks like to an analyst: one table of codes, with the fields at
//! fault beside it.

use crate::{
    domain::errors::{self, Kind},
    faults,
};
use async_graphql::{Error, ErrorExtensionValues, Value};

/// The one table: which code a kind of error is. The names are gRPC's.
fn code(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "INVALID_ARGUMENT",
        Kind::NotFound => "NOT_FOUND",
        Kind::AlreadyExists => "ALREADY_EXISTS",
        Kind::PermissionDenied => "PERMISSION_DENIED",
        Kind::FailedPrecondition => "FAILED_PRECONDITION",
        Kind::Aborted => "ABORTED",
        Kind::Exhausted => "RESOURCE_EXHAUSTED",
        Kind::Unavailable => "UNAVAILABLE",
        Kind::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Kind::Internal => "INTERNAL",
    }
}

/// The error that an analyst sees. Nothing of an internal error leaves here but an id that finds it
/// in the log.
pub fn shown(error: &errors::Error) -> Error {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code(error.kind));
    if error.kind == Kind::Internal {
        let id = faults::log(error);
        extensions.set("id", id.as_str());
        let mut shown = Error::new(format!("internal error, id {id}"));
        shown.extensions = Some(extensions);
        return shown;
    }
    extensions.set("reason", error.reason);
    if !error.violations.is_empty() {
        let each = error.violations.iter().map(|violation| {
            let field = Value::from(violation.field.as_str());
            let message = Value::from(violation.message.as_str());
            let names = ["field", "message"].map(async_graphql::Name::new);
            Value::Object(names.into_iter().zip([field, message]).collect())
        });
        extensions.set("violations", Value::List(each.collect()));
    }
    if let Some(delay) = error.retry_after {
        extensions.set("retryAfterSeconds", delay.as_secs());
    }
    let mut shown = Error::new(error.message.clone());
    shown.extensions = Some(extensions);
    shown
}
