//! The analysts' contract: documents become questions, answers become objects.
//!
//! Nothing here reads the store or decides who may see what; a document is planned as a whole, asked
//! once, and its objects only hand out what came back.

pub mod codes;
pub mod inputs;
pub mod scalars;
