//! Trusted documents: asked for by id, and all that is executed where an operator says so.

use super::{
    super::{
        peers::{Http2, http2},
        stub::{Running, brief},
    },
    Ask, JSON, error, read,
};
use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
use interdiction::{
    cli,
    domain::errors::Kind,
    graphql::{
        documents::{Documents, Trusted},
        http::Endpoint,
    },
    server,
};
use serde_json::json;
use std::{fs, sync::Arc};

struct Two;

#[Object]
impl Two {
    async fn two(&self) -> i32 {
        2
    }
}

/// The example of the specification's appendix, without a newline at its end.
const APPENDIX: &str = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}";
const APPENDIX_ID: &str = "sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e";

fn trusted(texts: &[&str], only: bool) -> Trusted {
    let folder = tempfile::tempdir().unwrap();
    for (at, text) in texts.iter().enumerate() {
        fs::write(folder.path().join(format!("{at}.graphql")), text).unwrap();
    }
    fs::write(folder.path().join("notes.txt"), "{").unwrap();
    Trusted::read(folder.path(), only).unwrap()
}

async fn serving(trusted: Trusted) -> (Running, Http2) {
    let endpoint = Endpoint {
        executor: Schema::new(Two, EmptyMutation, EmptySubscription),
        prepare: Box::new(|question, _| Ok((question, Arc::default()))),
        documents: Documents::new(trusted),
        body_bytes_max: 1 << 20,
    };
    let server = Running::over(endpoint.routes(), Arc::default(), brief()).await;
    let peer = http2(server.address).await;
    (server, peer)
}

fn by_id(id: &str) -> Ask<'static> {
    Ask::body(json!({ "documentId": id }).to_string())
}

fn by_hash(hash: &str) -> Ask<'static> {
    let persisted = json!({ "version": 1, "sha256Hash": hash });
    Ask::body(json!({ "extensions": { "persistedQuery": persisted } }).to_string())
}

#[tokio::test]
async fn a_trusted_document_is_asked_for_by_its_id() {
    let documents = trusted(&["{ two }", APPENDIX], false);
    let ids: Vec<String> = documents.ids().map(|id| format!("sha256:{id}")).collect();
    assert!(ids.iter().any(|id| id == APPENDIX_ID), "{ids:?}");
    let id = ids.iter().find(|id| *id != APPENDIX_ID).expect("the other").clone();
    let (server, mut peer) = serving(documents).await;
    let digits = id.trim_start_matches("sha256:");
    let query = format!("?documentId={id}");
    for ask in [by_id(&id), by_id(digits), by_hash(digits), Ask::get(&query)] {
        let answer = ask.of(&mut peer).await;
        assert_eq!(read(&answer), json!({ "data": { "two": 2 } }));
    }
    let unknown = by_id(&"0".repeat(64)).of(&mut peer).await;
    assert_eq!(
        (unknown.http_status, error(&unknown).0.as_str()),
        (404, "PERSISTED_QUERY_NOT_FOUND")
    );
    let unknown = by_hash(&"0".repeat(64)).with("accept", JSON).of(&mut peer).await;
    assert_eq!(
        (unknown.http_status, error(&unknown).0.as_str()),
        (200, "PERSISTED_QUERY_NOT_FOUND")
    );
    assert_eq!(read(&unknown)["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(Ask::document("{ other: two }").of(&mut peer).await.http_status, 200);
    server.stop().await;
}

#[tokio::test]
async fn where_only_trusted_documents_are_taken_no_other_is_executed() {
    let (server, mut peer) = serving(trusted(&["{ two }"], true)).await;
    assert_eq!(Ask::document("{ two }").of(&mut peer).await.http_status, 200);
    for text in ["{ other: two }", "{two}", "{ __typename }", "{"] {
        let answer = Ask::document(text).of(&mut peer).await;
        assert_eq!((answer.http_status, error(&answer).1.as_str()), (403, "UNTRUSTED_DOCUMENT"));
    }
    server.stop().await;
}

#[tokio::test]
async fn without_trusted_documents_clients_are_told_to_send_theirs() {
    let (server, mut peer) = serving(Trusted::default()).await;
    let answer = by_hash(&"0".repeat(64)).of(&mut peer).await;
    assert_eq!(error(&answer).0, "PERSISTED_QUERY_NOT_SUPPORTED");
    assert_eq!(read(&answer)["errors"][0]["message"], "PersistedQueryNotSupported");
    server.stop().await;
}

#[test]
fn a_wrong_document_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.graphql");
    for text in ["{", "{ a }}", "{...a} fragment a on Q {...a}"] {
        fs::write(&path, text).unwrap();
        let error = Trusted::read(folder.path(), true).unwrap_err();
        assert_eq!(error.kind, Kind::Invalid);
        assert!(error.message.contains("wrong.graphql"), "{}", error.message);
    }
    assert!(Trusted::read(&folder.path().join("nowhere"), true).is_err());
}

#[test]
fn trusted_documents_alone_need_a_place_where_they_are() {
    let config = |arguments: &[&str]| {
        let arguments = ["interdiction", "serve"].iter().chain(arguments).map(Into::into);
        let nothing = |_: &std::path::Path| Err(std::io::ErrorKind::NotFound.into());
        cli::load(arguments, std::iter::empty(), nothing).unwrap().1
    };
    let error = server::trusted(&config(&["--graphql-take", "trusted"])).unwrap_err();
    assert!(error.message.contains("graphql.documents"), "{}", error.message);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.graphql"), "{ service { name } }").unwrap();
    let directory = folder.path().to_str().unwrap();
    let trusted = server::trusted(&config(&["--graphql-documents", directory])).unwrap();
    assert_eq!(trusted.ids().count(), 1);
}
