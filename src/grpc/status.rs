//! What an error of the domain looks like to a caller: one table, and the details of `google.rpc`.
//!
//! The only place that makes a status. Nothing of an internal error leaves here but an id that
//! finds it in the log.

use crate::{
    domain::errors::{Error, Kind},
    faults,
};
use http::HeaderMap;
use std::collections::HashMap;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

/// The domain of every `ErrorInfo`.
pub const ERROR_DOMAIN: &str = "interdiction";
/// Longest message of a status, in bytes; it travels twice, as text and within the details.
const MESSAGE_BYTES_MAX: usize = 512;
/// The most bytes of all field violations together. A status travels in the trailers, and gRPC in
/// C, Python, Ruby and Java refuses more than 8 KiB of them.
const VIOLATIONS_BYTES_MAX: usize = 3_500;

/// The one table: which code a kind of error is.
fn code(kind: Kind) -> Code {
    match kind {
        Kind::Invalid => Code::InvalidArgument,
        Kind::NotFound => Code::NotFound,
        Kind::AlreadyExists => Code::AlreadyExists,
        Kind::Unauthenticated => Code::Unauthenticated,
        Kind::PermissionDenied => Code::PermissionDenied,
        Kind::FailedPrecondition => Code::FailedPrecondition,
        Kind::Aborted => Code::Aborted,
        Kind::Exhausted => Code::ResourceExhausted,
        Kind::Unavailable => Code::Unavailable,
        Kind::DeadlineExceeded => Code::DeadlineExceeded,
        Kind::Internal => Code::Internal,
    }
}

/// The status that a caller gets for an error.
pub(crate) fn from(error: Error) -> Status {
    match error.kind {
        Kind::Internal => internal(&error),
        Kind::Invalid
        | Kind::NotFound
        | Kind::AlreadyExists
        | Kind::Unauthenticated
        | Kind::PermissionDenied
        | Kind::FailedPrecondition
        | Kind::Aborted
        | Kind::Exhausted
        | Kind::Unavailable
        | Kind::DeadlineExceeded => explained(error),
    }
}

fn internal(error: &Error) -> Status {
    let id = faults::log(error);
    let metadata = HashMap::from([("id".to_owned(), id.clone())]);
    let details = ErrorDetails::with_error_info("INTERNAL", ERROR_DOMAIN, metadata);
    Status::with_error_details(Code::Internal, format!("internal error, id {id}"), details)
}

fn explained(error: Error) -> Status {
    let Error { kind, reason, message, violations, resources, retry_after } = error;
    let found = violations.len();
    let mut left = VIOLATIONS_BYTES_MAX;
    let shown: Vec<FieldViolation> = violations
        .into_iter()
        .map(|v| FieldViolation::new(v.field, shortened(v.message)))
        .take_while(|v| take_bytes(&mut left, v))
        .collect();
    let mut metadata = HashMap::new();
    if shown.len() < found {
        metadata.insert("omitted_violations".to_owned(), (found - shown.len()).to_string());
    }
    let mut details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, metadata);
    if !shown.is_empty() {
        details.set_bad_request(shown);
    }
    let message = shortened(message);
    // The details hold one resource; what else is missing stands in the violations.
    if let Some(name) = resources.into_iter().next() {
        details.set_resource_info(resource_type(&name), shortened(name), "", message.clone());
    }
    if retry_after.is_some() {
        details.set_retry_info(retry_after);
    }
    Status::with_error_details(code(kind), message, details)
}

/// There is no such service or method: a fact of the wire, which no use case can meet.
pub(crate) fn nothing_here() -> Status {
    let details = ErrorDetails::with_error_info("UNIMPLEMENTED", ERROR_DOMAIN, HashMap::new());
    Status::with_error_details(Code::Unimplemented, "there is nothing at this path", details)
}

/// Gives the details that every error carries to one that the gRPC library made itself, such as for
/// a method that does not exist. Its texts speak of the request alone.
pub(crate) fn explain(headers: &mut HeaderMap) {
    if !headers.contains_key(Status::GRPC_STATUS)
        || headers.contains_key(Status::GRPC_STATUS_DETAILS)
    {
        return;
    }
    let bare = Status::from_header_map(headers).filter(|bare| bare.code() != Code::Ok);
    let Some(bare) = bare else { return };
    if let Err(unfit) = with_details(&bare).add_header(headers) {
        tracing::warn!(%unfit, "a status is no header");
    }
}

/// An error that the gRPC library made itself, with the details that every error carries.
pub(super) fn with_details(bare: &Status) -> Status {
    let (code, reason) = match bare.code() {
        // The library's code for a message over the limit; the one that gRPC documents is the other.
        Code::OutOfRange | Code::ResourceExhausted => {
            (Code::ResourceExhausted, "MESSAGE_TOO_LARGE")
        }
        Code::Unimplemented => (Code::Unimplemented, "UNIMPLEMENTED"),
        Code::NotFound => (Code::NotFound, "NOT_FOUND"),
        other => (other, "PROTOCOL_ERROR"),
    };
    let details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, HashMap::new());
    Status::with_error_details(code, shortened(bare.message().to_owned()), details)
}

/// Whether a violation still fits, and if so its bytes are taken.
fn take_bytes(left: &mut usize, violation: &FieldViolation) -> bool {
    // Tags and lengths of the message and its two texts.
    const FRAMING_BYTES: usize = 12;
    let bytes = violation.field.len() + violation.description.len() + FRAMING_BYTES;
    let fits = left.checked_sub(bytes);
    *left = fits.unwrap_or(0);
    fits.is_some()
}

pub(super) fn shortened(mut text: String) -> String {
    const MARK: &str = " ...";
    if text.len() > MESSAGE_BYTES_MAX {
        text.truncate(text.floor_char_boundary(MESSAGE_BYTES_MAX - MARK.len()));
        text.push_str(MARK);
    }
    text
}

/// The type of a resource (AIP-123, without the service's host) by its collection.
fn resource_type(name: &str) -> &'static str {
    match name.split_once('/').map_or(name, |(collection, _)| collection) {
        "agencies" => "interdiction.v1/Agency",
        "sensors" => "interdiction.v1/Sensor",
        "operations" => "interdiction.v1/Operation",
        "seizures" => "interdiction.v1/Seizure",
        "substances" => "interdiction.v1/Substance",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
