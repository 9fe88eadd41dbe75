//! Who callers are: every way in, and what it opens, through both APIs.

mod access;
mod access_records;
mod certificates;
mod commands;
mod jwt;
mod secrets;
mod through;
mod tokens;

use crate::{
    server::peers::{Answer, Sent, http2, unary},
    world::World,
};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use interdiction::{
    cli,
    config::Config,
    domain::{principals::PrincipalDraft, tokens::Token, viewers::Operator},
    registry::Registry,
    server,
};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpListener;
use tonic::transport::Channel;

/// What Postgres announces to other instances is heard within a millisecond, and on a busy machine
/// within this. SQLite is asked at each request.
const ANNOUNCED: Duration = Duration::from_millis(250);

/// A configuration of these flags.
pub fn config(flags: &[&str]) -> Config {
    let nothing = |_: &std::path::Path| Err(std::io::ErrorKind::NotFound.into());
    let arguments = ["interdiction", "serve"].iter().chain(flags).map(Into::into);
    cli::load(arguments, std::iter::empty(), nothing).unwrap().1
}

/// Serves the records of a world until the test's runtime ends.
pub async fn serve(world: &World, flags: &[&str]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (registry, viewer) = (world.registry.clone(), world.viewer("us-dod"));
    let config = config(flags);
    tokio::spawn(async move {
        let for_ever = std::future::pending();
        server::serve(listener, registry, viewer, &config, for_ever).await.unwrap();
    });
    address
}

pub async fn channel(address: SocketAddr) -> Channel {
    Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

pub fn operator() -> Operator {
    Operator::at_the_command_line()
}

pub fn principal(id: &str, agency: &str, roles: &[&str]) -> PrincipalDraft {
    PrincipalDraft {
        id: id.to_owned(),
        agency: agency.to_owned(),
        region: agency[..2].to_ascii_uppercase(),
        roles: roles.iter().map(ToString::to_string).collect(),
        names: Vec::new(),
    }
}

/// A token of a principal that is recorded for it.
pub async fn token(registry: &Registry, draft: &PrincipalDraft) -> Token {
    registry.set_principal(&operator(), draft).await.unwrap();
    let chance: [u8; 30] = rand::random();
    registry.create_token(&operator(), &draft.id, 1, &chance).await.unwrap().0
}

/// A request of gRPC that shows what `authorization` says, if it says anything.
pub fn showing<T>(message: T, authorization: &str) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    if !authorization.is_empty() {
        let value = authorization.parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    request
}

pub fn bearer(token: &Token) -> String {
    format!("Bearer {}", token.reveal())
}

/// The answer to a document of GraphQL.
pub async fn ask(address: SocketAddr, document: &str, authorization: &str) -> Answer {
    let body = json!({ "query": document }).to_string();
    let mut request = Request::post("http://x/graphql")
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json");
    if !authorization.is_empty() {
        request = request.header("authorization", authorization);
    }
    let request: Request<Sent> = request.body(Full::new(body.into()).boxed()).unwrap();
    unary(&mut http2(address).await, request).await
}

pub fn read(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}
