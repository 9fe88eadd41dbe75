//! The analysts' contract: documents become questions, answers become objects.
//!
//! Nothing here reads the store or decides who may see what; a document is planned as a whole, asked
//! once, and its objects only hand out what came back.

pub mod codes;
pub mod connections;
mod cost;
pub mod documents;
mod errors;
pub mod examples;
pub mod http;
pub mod ide;
pub mod inputs;
pub mod now;
mod plan;
pub mod query;
pub mod records;
pub mod scalars;
pub mod summaries;
pub mod values;

use crate::{
    domain::{errors::Error, viewers::Viewer},
    registry::Registry,
};
use ::http::Extensions;
use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema};
use axum::Router;
use documents::{Documents, Trusted};
use std::sync::Arc;

/// The schema of the analysts' contract.
pub type RegistrySchema = Schema<query::Query, EmptyMutation, EmptySubscription>;

/// The route of the analysts' contract over a registry, for whoever each request says that its
/// viewer is: the server puts it there, and a request without one is not answered.
pub fn routes(registry: Registry, trusted: Trusted, request_bytes_max: usize) -> Router {
    let prepare = move |question: Request, of: &Extensions| {
        let viewer = of.get::<Arc<Viewer>>();
        let viewer = viewer.ok_or_else(|| Error::unauthenticated("CREDENTIAL_REQUIRED"))?;
        let asked = query::Asked::new(registry.clone(), Arc::clone(viewer));
        let told = asked.cost();
        Ok((question.data(asked), told))
    };
    let endpoint = http::Endpoint {
        executor: schema(),
        prepare: Box::new(prepare),
        documents: Documents::new(trusted),
        body_bytes_max: request_bytes_max,
    };
    endpoint.routes()
}

/// Builds the schema, which is the same for every viewer.
#[must_use]
pub fn schema() -> RegistrySchema {
    Schema::build(query::Query, EmptyMutation, EmptySubscription)
        // Checked before, by `cost`, which counts levels as the library does.
        .limit_recursive_depth(usize::try_from(cost::Limits::LEVELS).unwrap_or(usize::MAX) + 1)
        .finish()
}

/// The schema as it is published: every type with its documentation, in the schema language.
#[must_use]
pub fn published() -> String {
    let options =
        async_graphql::SDLExportOptions::new().sorted_fields().prefer_single_line_descriptions();
    schema().sdl_with_options(options)
}
