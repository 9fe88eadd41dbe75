//! The one error type. Its kind is chosen where the fact is known; both wire contracts map it from
//! one table each.

use super::check::{Violation, Violations};
use std::{fmt, time::Duration};

/// What kind of failure it is. The wire contracts map each to one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request is wrong whatever the state of the registry.
    Invalid,
    /// There is no such record that the viewer may see.
    NotFound,
    /// Something of that identity exists.
    AlreadyExists,
    /// Nobody knows who asks: there is no credential, or none that is good.
    Unauthenticated,
    /// The viewer can see the record and may not do this to it.
    PermissionDenied,
    /// The record is in a state that does not allow this.
    FailedPrecondition,
    /// The record changed since the caller read it.
    Aborted,
    /// Too much at once: later or smaller it succeeds, as the message says.
    Exhausted,
    /// The store cannot be reached or is busy; trying again later helps.
    Unavailable,
    /// The caller's deadline passed.
    DeadlineExceeded,
    /// A fault of ours. The message is for the log alone.
    Internal,
}

impl Kind {
    /// Its name, the same in both wire contracts: that of the code in `google.rpc.Code`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid => "INVALID_ARGUMENT",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Aborted => "ABORTED",
            Self::Exhausted => "RESOURCE_EXHAUSTED",
            Self::Unavailable => "UNAVAILABLE",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Why something failed, in words and in a stable reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    /// The kind.
    pub kind: Kind,
    /// A stable reason in upper snake case, for programs.
    pub reason: &'static str,
    /// What is wrong and what to do next, for people. For [`Kind::Internal`], for the log alone.
    pub message: String,
    /// Every field at fault.
    pub violations: Vec<Violation>,
    /// Names of the records that the error is about.
    pub resources: Vec<String>,
    /// How long to wait before trying again, where that helps.
    pub retry_after: Option<Duration>,
}

/// A record that a field names and that is not there to be referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Path of the field.
    pub field: String,
    /// Name of the record.
    pub name: String,
    /// Whether the viewer can see that it is deleted; else it is hidden or absent.
    pub deleted: bool,
}

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of a kind, with a stable reason and a message.
    #[must_use]
    pub fn new(kind: Kind, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            reason,
            message: message.into(),
            violations: Vec::new(),
            resources: Vec::new(),
            retry_after: None,
        }
    }

    /// The request has these violations.
    #[must_use]
    pub fn invalid(violations: Vec<Violation>) -> Self {
        let message = match violations.as_slice() {
            [one] => format!("{}: {}", one.field, one.message),
            many => format!("{} fields are wrong; see the details", many.len()),
        };
        Self { violations, ..Self::new(Kind::Invalid, "INVALID_FIELD", message) }
    }

    /// One field is wrong.
    #[must_use]
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![Violation { field: field.into(), message: message.into() }])
    }

    /// There is no such record, or the viewer may not see it: the two cannot be told apart.
    #[must_use]
    pub fn not_found(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            resources: vec![name.clone()],
            ..Self::new(Kind::NotFound, "NOT_FOUND", format!("{name} not found"))
        }
    }

    /// Fields name records that do not exist or that the viewer may not see. The first
    /// [`Violations::MAX`] are kept.
    #[must_use]
    pub fn references_not_found(missing: Vec<(String, String)>) -> Self {
        let gone = |(field, name)| Gone { field, name, deleted: false };
        Self::references_gone(missing.into_iter().map(gone))
    }

    /// Fields name records that are not there to be referred to. The first [`Violations::MAX`] are
    /// kept. Where all of them are deleted it is [`Kind::FailedPrecondition`], for what is deleted
    /// can still be read; where one is hidden or absent it is [`Kind::NotFound`].
    #[must_use]
    pub fn references_gone(gone: impl Iterator<Item = Gone>) -> Self {
        let mut all_deleted = true;
        let (violations, resources) = gone
            .take(Violations::MAX)
            .map(|Gone { field, name, deleted }| {
                all_deleted &= deleted;
                let what = if deleted { "is deleted: name another" } else { "not found" };
                (Violation { field, message: format!("{name} {what}") }, name)
            })
            .unzip();
        let error = if all_deleted {
            Self::new(Kind::FailedPrecondition, "DELETED", "the request names deleted records")
        } else {
            Self::new(Kind::NotFound, "NOT_FOUND", "the request names records not found")
        };
        Self { violations, resources, ..error }
    }

    /// The viewer may not do this to a record that it can see.
    #[must_use]
    pub fn denied(reason: &'static str, name: impl Into<String>, message: &str) -> Self {
        Self { resources: vec![name.into()], ..Self::new(Kind::PermissionDenied, reason, message) }
    }

    /// Nobody knows who asks. The message never says which of the many reasons it is, for whoever
    /// tries out credentials would learn from it.
    #[must_use]
    pub fn unauthenticated(reason: &'static str) -> Self {
        let message = "send a credential that is good: authorization: Bearer TOKEN";
        Self::new(Kind::Unauthenticated, reason, message)
    }

    /// A fault of ours; the message goes to the log and never to a caller.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, "INTERNAL", message)
    }

    /// The same error about a record.
    #[must_use]
    pub fn about(mut self, name: impl Into<String>) -> Self {
        self.resources.push(name.into());
        self
    }

    /// The same error with a field at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.violations.push(Violation { field: field.into(), message: message.into() });
        self
    }

    /// The same error, worth trying again after a while.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }
}

impl Violations {
    /// The value, if nothing was found against it.
    pub fn finish<T>(self, value: Option<T>) -> Result<T> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            Some(_) => Err(Error::invalid(self.into_found())),
            None if self.is_empty() => Err(Error::internal("a value is missing without a reason")),
            None => Err(Error::invalid(self.into_found())),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.reason)
    }
}

impl std::error::Error for Error {}
