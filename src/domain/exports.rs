//! Exports: every record that passes, as of one moment.

use super::{markings::Marking, seizures::Seizure};

/// Records of one part of an export; as many as a page holds.
pub const EXPORT_ROWS_MAX: i32 = 1_000;
/// How an export counts what counts.
pub const COUNTING_RULE: &str =
    "Each seizure once; retracted, merged and deleted ones are left out.";
/// How it counts what it was asked for besides.
pub const COUNTING_RULE_ALL: &str =
    "Each seizure once; some are retracted, merged or deleted, as each one says.";

/// What an export hands over, in this order: the header, then parts.
#[derive(Debug)]
pub enum Exported {
    /// What stands above it.
    Header(ExportHeader),
    /// The next records, and the token that goes on behind them.
    Part(Vec<Seizure>, String),
}

/// What stands above an export.
#[derive(Debug, Clone)]
pub struct ExportHeader {
    /// When the snapshot was taken, in microseconds since 1970-01-01T00:00:00Z.
    pub as_of_micros: i64,
    /// How many records come.
    pub count: u64,
    /// How many of them are restricted.
    pub restricted_count: u64,
    /// How they are counted.
    pub counting_rule: &'static str,
    /// The marking of all of them together.
    pub marking: Marking,
}
