//! What is kept of who came in, who was turned away, who read what is restricted, and whose
//! credentials changed.

use super::{
    codes::codes,
    ids::AgencyId,
    records::{Body as _, Record},
};
use uuid::Uuid;

codes! {
    /// What an access record is about.
    pub enum AccessKind {
        /// A caller was turned away: its credential was no good, or it may not do what it asked.
        Denied = 1 => "DENIED",
        /// A credential came in, for the first time since the server began or credentials changed.
        LogOn = 2 => "LOG_ON",
        /// An operator changed a principal or a token.
        CredentialChange = 3 => "CREDENTIAL_CHANGE",
        /// Restricted records were read, or would have been had the caller waited.
        Read = 4 => "READ",
        /// An export was begun.
        Export = 5 => "EXPORT",
    }
}

/// How long a text of an access record is at most, in bytes; what is longer is cut.
pub const ACCESS_TEXT_BYTES_MAX: usize = 256;

/// One thing that somebody did, or tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    pub time_micros: i64,
    /// What it is about.
    pub kind: AccessKind,
    /// Who, without the first part of its name; empty where nobody knows.
    pub principal: String,
    /// The agency of the principal; none where nobody knows.
    pub agency: Option<AgencyId>,
    /// From which address; empty for the command line.
    pub peer: String,
    /// What was asked: the path of the request, or the command.
    pub method: String,
    /// What was answered: `OK`, `CANCELLED`, or a reason.
    pub answer: String,
    /// How many restricted records were shown.
    pub shown: u64,
}

/// A request as its access record tells it. Whatever becomes of the request, it has one record.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What tells the record from others: written twice, it stands once.
    pub id: Uuid,
    /// From which address.
    pub peer: String,
    /// What was asked.
    pub method: String,
}

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// What the record is about.
    pub kind: AccessKind,
    /// What was answered.
    pub answer: &'a str,
    /// How many restricted records were shown.
    pub shown: u64,
}

/// How many restricted records an answer shows. It goes with the answer to whoever writes the access
/// record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// What the record is about.
    pub kind: AccessKind,
    /// How many.
    pub count: u64,
}

impl Shown {
    /// What an answer shows that holds these records.
    #[must_use]
    pub fn of<R: Record>(records: &[R]) -> Self {
        let restricted = records.iter().filter(|one| one.body().marking().label.is_restricted());
        Self { kind: AccessKind::Read, count: restricted.count() as u64 }
    }
}
