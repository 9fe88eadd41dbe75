//! The vocabulary: identifiers, quantities, dates, markings, drafts, rules, filters and errors.
//!
//! Nothing here reads a clock, a file, a socket or a database, and nothing here names a module of
//! another floor. A value that exists is valid; a draft is what a caller proposes, and its `check`
//! is the only place of its rules.

pub mod access;
pub mod access_records;
pub mod agencies;
pub mod check;
pub mod codes;
pub mod dates;
pub mod errors;
pub mod exports;
pub mod filters;
pub mod ids;
pub mod imports;
pub mod markings;
pub mod operation_kinds;
pub mod operation_parts;
pub mod operations;
pub mod pages;
pub mod parts;
pub mod places;
pub mod principals;
pub mod quantities;
pub mod questions;
pub mod records;
pub mod regions;
pub mod requests;
pub mod seizures;
pub mod sensors;
pub mod sources;
pub mod substances;
pub mod summaries;
pub mod text;
pub mod tokens;
pub mod viewers;
