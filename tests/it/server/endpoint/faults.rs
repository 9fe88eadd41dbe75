//! Faults of ours: an id that the log has, and nothing of how it is made.

use super::{
    super::{
        panics::{Log, id_in},
        peers::http2,
        stub::{Running, brief},
    },
    Ask, JSON, RESPONSE, content_type, error, read,
};
use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Result, Schema};
use interdiction::{
    graphql::{
        documents::{Documents, Trusted},
        http::{Endpoint, Prepare},
    },
    server::Limits,
};
use std::{sync::Arc, time::Duration};

/// A schema with faults planted in it.
struct Planted;

#[Object]
impl Planted {
    async fn ok(&self) -> bool {
        true
    }

    async fn falls(&self) -> bool {
        let planted = std::hint::black_box(true);
        assert!(!planted, "SELECT * FROM secrets");
        planted
    }

    async fn lacks(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(*ctx.data::<bool>()?)
    }

    async fn sleeps(&self) -> bool {
        tokio::time::sleep(Duration::from_secs(60)).await;
        true
    }
}

async fn planted(limits: Limits) -> Running {
    let executor = Schema::new(Planted, EmptyMutation, EmptySubscription);
    let documents = Documents::new(Trusted::default());
    let prepare: Box<Prepare> = Box::new(|question, _| Ok((question, Default::default())));
    let endpoint = Endpoint { executor, prepare, documents, body_bytes_max: 1 << 20 };
    Running::over(endpoint.routes(), Arc::default(), limits).await
}

#[tokio::test]
async fn a_panicked_field_answers_with_an_id_that_the_log_has_and_the_connection_lives() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(log.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let server = planted(brief()).await;
    let mut peer = http2(server.address).await;
    for accept in [RESPONSE, JSON] {
        let answer = Ask::document("{ ok falls }").with("accept", accept).of(&mut peer).await;
        assert_eq!((answer.http_status, content_type(&answer)), (500, accept));
        assert_eq!(error(&answer).0, "INTERNAL");
        let body = read(&answer);
        let id = id_in(body["errors"][0]["message"].as_str().expect("a message"));
        assert_eq!(body["errors"][0]["extensions"]["id"], id);
        assert!(!answer.text().contains("SELECT"), "{}", answer.text());
        assert!(log.line_with(id).contains("SELECT * FROM secrets"));
        assert_eq!(Ask::document("{ ok }").of(&mut peer).await.http_status, 200);
    }
    server.stop().await;
}

#[tokio::test]
async fn what_the_library_says_of_our_types_stays_here() {
    let server = planted(brief()).await;
    let mut peer = http2(server.address).await;
    let answer = Ask::document("{ ok lacks }").of(&mut peer).await;
    assert_eq!((answer.http_status, error(&answer).0.as_str()), (200, "INTERNAL"));
    let body = read(&answer);
    id_in(body["errors"][0]["message"].as_str().expect("a message"));
    assert_eq!(body["errors"][0]["path"][0], "lacks");
    server.stop().await;
}

#[tokio::test]
async fn what_the_server_answers_itself_is_graphql_too() {
    let server = planted(Limits { requests_in_flight_max: 1, ..brief() }).await;
    let mut peer = http2(server.address).await;
    let mut other = peer.clone();
    let late = tokio::spawn(async move { Ask::document("{ sleeps }").of(&mut other).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let refused = Ask::document("{ ok }").of(&mut peer).await;
    assert_eq!((refused.http_status, content_type(&refused)), (429, RESPONSE));
    assert_eq!(error(&refused).0, "RESOURCE_EXHAUSTED");
    assert_eq!(refused.headers["retry-after"], "1");
    let late = late.await.expect("an answer");
    assert_eq!((late.http_status, content_type(&late)), (504, RESPONSE));
    assert_eq!(error(&late).0, "DEADLINE_EXCEEDED");
    server.stop().await;
}
