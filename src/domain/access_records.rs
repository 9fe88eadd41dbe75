//! What is kept of who came in, who was turned away, and whose credentials changed.

use super::{codes::codes, ids::AgencyId};

codes! {
    /// What an access record is about.
    pub enum AccessKind {
        /// A caller was turned away: its credential was no good, or it may not do what it asked.
        Denied = 1 => "DENIED",
        /// A credential came in, for the first time since the server began or credentials changed.
        LogOn = 2 => "LOG_ON",
        /// An operator changed a principal or a token.
        CredentialChange = 3 => "CREDENTIAL_CHANGE",
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
    /// What was answered: `OK`, or a reason.
    pub answer: String,
}
