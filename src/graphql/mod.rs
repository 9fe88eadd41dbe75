//! The analysts' contract: documents become questions, answers become objects.
//!
//! Nothing here reads the store or decides who may see what; a document is planned as a whole, asked
//! once, and its objects only hand out what came back.

pub mod codes;
pub mod connections;
mod errors;
pub mod inputs;
pub mod nesting;
mod plan;
pub mod query;
pub mod records;
pub mod scalars;
pub mod summaries;
pub mod values;

use async_graphql::{EmptyMutation, EmptySubscription, Schema};

/// The schema of the analysts' contract.
pub type RegistrySchema = Schema<query::Query, EmptyMutation, EmptySubscription>;

/// Builds the schema, which is the same for every viewer.
#[must_use]
pub fn schema() -> RegistrySchema {
    Schema::build(query::Query, EmptyMutation, EmptySubscription).finish()
}

/// The schema as it is published: every type with its documentation, in the schema language.
#[must_use]
pub fn published() -> String {
    let options =
        async_graphql::SDLExportOptions::new().sorted_fields().prefer_single_line_descriptions();
    schema().sdl_with_options(options)
}
