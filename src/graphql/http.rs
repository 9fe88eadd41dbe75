//! GraphQL over HTTP, by its specification (draft of 2025) and nothing beyond: POST of
//! `application/json`, GET for queries, one document a request.
//!
//! What a page of another site can make a browser send without asking first is refused before
//! anything is read. What a document would cost is known before it is validated.

mod answers;
mod media;
mod parameters;
mod sites;

pub(super) use answers::Refusal;
pub(crate) use answers::answer_error;
pub(crate) use media::Media;

use super::{
    cost::{self, Limits},
    documents::Documents,
    errors,
};
use crate::{
    domain::{
        access_records::{AccessKind, Shown},
        errors::Error,
        questions::Cost,
    },
    faults,
};
use answers::Answer;
use async_graphql::{
    Executor, Name, Request as Question, Value, Variables,
    parser::types::{OperationDefinition, OperationType, VariableDefinition},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    routing::any,
};
use futures_util::{FutureExt as _, StreamExt as _};
use http::{
    Extensions, HeaderMap, Method, Request, Response,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};
use parameters::Parameters;
use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
};
use tower_http::compression::{CompressionLayer, predicate::SizeAbove};

/// Where the documents go.
pub const PATH: &str = "/graphql";

/// The smallest answer that is compressed: one packet takes it either way.
const COMPRESSED_BYTES_MIN: u64 = 1_024;

/// What is set aside for a body whose length nobody announces; a longer one gets the most.
const UNANNOUNCED_BYTES: usize = 16 * 1_024;

/// Where the cost of a request is told once it is answered.
pub type Told = Arc<OnceLock<Cost>>;

/// What a request brings to its execution, out of what the server has noted of it.
pub type Prepare = dyn Fn(Question, &Extensions) -> Result<(Question, Told), Error> + Send + Sync;

/// What answers documents, and what each request brings to it.
pub struct Endpoint<E> {
    /// The schema.
    pub executor: E,
    /// Puts into a request what its resolvers need, before it is executed, and says where its cost
    /// will be told.
    pub prepare: Box<Prepare>,
    /// Trusted documents, and those that were parsed before.
    pub documents: Documents,
    /// Bytes of one request's body, at most 256 KiB.
    pub body_bytes_max: usize,
}

impl<E: Executor> Endpoint<E> {
    /// The route to it.
    pub fn routes(self) -> Router {
        let when = SizeAbove::new(COMPRESSED_BYTES_MIN);
        let compression = CompressionLayer::new().gzip(true).zstd(true).compress_when(when);
        let route = any(answer::<E>).layer(compression);
        Router::new().route(PATH, route).with_state(Arc::new(self))
    }

    /// One request, from its head to what there is to say.
    async fn answer(&self, request: Request<Body>) -> Result<Answer, Refusal> {
        let (head, body) = request.into_parts();
        sites::check(&head.headers)?;
        let parameters = match head.method {
            Method::GET | Method::HEAD => Parameters::of_query(head.uri.query())?,
            Method::POST => {
                check_content(&head.headers)?;
                let max = self.body_bytes_max.min(Limits::BODY_BYTES);
                Parameters::of_body(&read(&head.headers, body, max).await?)?
            }
            _ => return Err(Refusal::method("want GET or POST")),
        };
        self.execute(parameters, head.method == Method::POST, &head.extensions).await
    }

    async fn execute(
        &self,
        asked: Parameters,
        may_change: bool,
        of: &Extensions,
    ) -> Result<Answer, Refusal> {
        let Parameters { document, operation_name, variables, tells_cost } = asked;
        let text = self.documents.text(document)?;
        let kept = self.documents.parsed(&text)?;
        let operation = cost::operation(&kept.document, operation_name.as_deref())?;
        match operation.ty {
            OperationType::Query => {}
            OperationType::Mutation if may_change => {}
            OperationType::Mutation => return Err(Refusal::method("a mutation needs POST")),
            OperationType::Subscription => return Err(Refusal::subscription()),
        }
        check_variables(operation, &variables)?;
        cost::check_answer(&kept.document, operation, &variables)?;
        let mut question = Question::new(String::new()).variables(variables);
        question.operation_name = operation_name;
        question.set_parsed_query(kept.document.clone());
        let prepared = (self.prepare)(question, of);
        let (question, told) = prepared.map_err(|error| Refusal::unknown_caller(&error))?;
        let mut answer = self.executor.execute(question).await;
        let Cost { statements, rows, restricted } = told.get().copied().unwrap_or_default();
        if tells_cost {
            let names = ["statements", "rows"].map(Name::new);
            let cost = names.into_iter().zip([statements, rows].map(Value::from)).collect();
            answer.extensions.insert("cost".to_owned(), Value::Object(cost));
        }
        answer.errors = errors::explained(answer.errors);
        if Answer::was_executed(&answer) {
            self.documents.keep(text, kept);
        }
        Ok(Answer::new(answer, Shown { kind: AccessKind::Read, count: restricted }))
    }
}

/// Answers a request, whatever happens meanwhile.
async fn answer<E: Executor>(
    State(endpoint): State<Arc<Endpoint<E>>>,
    request: Request<Body>,
) -> Response<Body> {
    let headers = request.headers();
    let Some(media) = Media::accepted(headers) else {
        return Refusal::not_acceptable().into_http(Media::Json);
    };
    let method = request.method().clone();
    let known = answers::known_to(headers);
    // A panicked resolver is dropped with its request; nothing that it left half done is shared.
    let answered = AssertUnwindSafe(endpoint.answer(request)).catch_unwind().await;
    match answered {
        Ok(Ok(answer)) => answer.into_http(media, &method, &known),
        Ok(Err(refusal)) => refusal.into_http(media),
        Err(panic) => Refusal::fault(&faults::panicked(PATH, panic.as_ref())).into_http(media),
    }
}

/// A variable that has to be given and is not. The library takes it for null, and looks at the
/// others only where they are used.
fn check_variables(operation: &OperationDefinition, given: &Variables) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
        let value = given.get(&name.node);
        let is_missing = value.is_none() && default_value.is_none();
        if !var_type.node.nullable && (is_missing || value == Some(&Value::Null)) {
            let message = format!("variable ${} of type {} is not given", name.node, var_type.node);
            return Err(Refusal::invalid(&message, definition.pos));
        }
    }
    Ok(())
}

/// A form or a plain text can be sent by a page of any site without asking; JSON cannot.
fn check_content(headers: &HeaderMap) -> Result<(), Refusal> {
    if !media::is_json(headers) {
        return Err(Refusal::content("content-type: want application/json, in UTF-8"));
    }
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Refusal::content("content-encoding: want the body as it is"));
    }
    Ok(())
}

/// The body, of which no more is read than may be.
async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Vec<u8>, Refusal> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let announced = announced.and_then(|length| length.parse().ok()).unwrap_or(0);
    if announced > max {
        return Err(Refusal::body_too_large(max));
    }
    let mut bytes = Vec::with_capacity(if announced > 0 { announced } else { UNANNOUNCED_BYTES });
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let part: Bytes = part.map_err(|_| Refusal::malformed("the body ends before its time"))?;
        if bytes.len() + part.len() > max {
            return Err(Refusal::body_too_large(max));
        }
        if bytes.capacity() - bytes.len() < part.len() {
            // Doubled over and over, what was outgrown stays with the allocator for a while.
            bytes.reserve_exact(max - bytes.len());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}
