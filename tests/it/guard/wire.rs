//! Both contracts in this process, as bytes: what a client would send, and all that it would see.

use axum::{Router, body::Body};
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use hyper::body::Bytes;
use interdiction::{
    domain::viewers::Viewer,
    graphql::{self, documents::Trusted},
    grpc::Services,
    registry::Registry,
};
use serde_json::Value;
use std::sync::Arc;
use tonic_types::StatusExt as _;
use tower_service::Service as _;

/// Bytes of one request.
const REQUEST_BYTES_MAX: usize = 2 << 20;
/// What a frame of gRPC begins with: whether it is compressed, and how long it is.
const PREFIX_BYTES: usize = 5;

/// All that a caller sees of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub http_status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub trailers: HeaderMap,
}

impl Seen {
    /// What a call of gRPC ended with, wherever it stands.
    pub fn status(&self) -> i32 {
        let told = self.trailers.get("grpc-status").or_else(|| self.headers.get("grpc-status"));
        told.map_or(0, |status| status.to_str().unwrap().parse().unwrap())
    }

    /// Why a call of gRPC was refused, and the first field at fault.
    pub fn refusal(&self) -> Option<String> {
        let of = |headers: &HeaderMap| {
            headers.get("grpc-status").and_then(|_| tonic::Status::from_header_map(headers))
        };
        let status = of(&self.headers).or_else(|| of(&self.trailers))?;
        let details = status.get_error_details();
        let reason = details.error_info()?.reason.clone();
        let violations = details.bad_request().map(|bad| bad.field_violations.as_slice());
        let field = violations.and_then(|all| Some(all.first()?.field.clone()));
        Some(format!("{reason} {}", field.unwrap_or_default()))
    }

    /// The messages of an answer of gRPC.
    pub fn messages(&self) -> Vec<Bytes> {
        let mut rest = self.body.clone();
        let mut found = Vec::new();
        while !rest.is_empty() {
            let prefix = rest.split_to(PREFIX_BYTES);
            let length = u32::from_be_bytes(prefix[1..].try_into().unwrap());
            found.push(rest.split_to(length as usize));
        }
        found
    }
}

/// The services over a registry.
#[derive(Clone)]
pub struct Wire(Router);

impl Wire {
    pub async fn over(registry: &Registry) -> Self {
        let services = Services::new(registry.clone()).routes(REQUEST_BYTES_MAX).await;
        let graphql = graphql::routes(registry.clone(), Trusted::default(), REQUEST_BYTES_MAX);
        Self(services.unwrap().0.into_axum_router().reset_fallback().merge(graphql))
    }

    /// Calls a method, `SeizureService/GetSeizure`, with these messages.
    pub async fn call(&self, viewer: &Viewer, method: &str, messages: &[Vec<u8>]) -> Seen {
        let mut body = Vec::new();
        for message in messages {
            body.push(0);
            body.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
            body.extend_from_slice(message);
        }
        let request = Request::post(format!("http://x/interdiction.v1.{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        self.send(viewer, request, body).await
    }

    /// Asks a document of GraphQL, and what it costs.
    pub async fn ask(&self, viewer: &Viewer, document: &str, variables: &Value) -> Seen {
        let request = Request::post("http://x/graphql")
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json");
        let body = serde_json::json!({
            "query": document,
            "variables": variables,
            "extensions": { "cost": true },
        });
        self.send(viewer, request, body.to_string().into_bytes()).await
    }

    async fn send(&self, viewer: &Viewer, request: http::request::Builder, body: Vec<u8>) -> Seen {
        let request = request.extension(Arc::new(viewer.clone()));
        let request = request.body(Body::from(body)).unwrap();
        let answer = self.0.clone().call(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap();
        let trailers = body.trailers().cloned().unwrap_or_default();
        let (http_status, headers) = (head.status.as_u16(), head.headers);
        Seen { http_status, headers, body: body.to_bytes(), trailers }
    }
}
