//! Who sees what: the SQL condition against the pure rule, and the hidden against the absent.

mod absence;
pub mod guard;
mod lists;
