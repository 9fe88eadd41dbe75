//! What a page of another site can make a browser send: nothing of it is executed.

use super::{
    super::{
        peers::http2,
        stub::{Running, brief},
    },
    Ask, JSON, error,
};
use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
use axum::Router;
use interdiction::graphql::{
    documents::{Documents, Trusted},
    http::Endpoint,
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// A schema that counts how often it was asked.
struct Counting(Arc<AtomicUsize>);

#[Object]
impl Counting {
    async fn asked(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

fn routes(asked: &Arc<AtomicUsize>) -> Router {
    let query = Counting(Arc::clone(asked));
    let executor = Schema::new(query, EmptyMutation, EmptySubscription);
    let documents = Documents::new(Trusted::default());
    Endpoint {
        executor,
        prepare: Box::new(|question, _| Ok((question, Default::default()))),
        documents,
        body_bytes_max: 1 << 20,
    }
    .routes()
}

#[tokio::test]
async fn nothing_is_executed_for_a_page_of_another_site() {
    let asked = Arc::default();
    let server = Running::over(routes(&asked), Arc::clone(&asked), brief()).await;
    let mut peer = http2(server.address).await;
    let simple = |content_type| Ask::document("{asked}").with("content-type", content_type);
    let get = || Ask::get("?query=%7Basked%7D").with("accept", "*/*");
    for (ask, status) in [
        // What a form, or a script that does not wait for leave, can send.
        (simple("text/plain"), 415),
        (simple("text/plain;application/json"), 415),
        (simple("application/x-www-form-urlencoded"), 415),
        (simple("multipart/form-data"), 415),
        (simple(""), 415),
        (get().with("sec-fetch-site", "cross-site"), 403),
        (get().with("sec-fetch-site", "same-site"), 403),
        (get().with("origin", "http://elsewhere.example"), 403),
        (get().with("origin", "null"), 403),
        // What an image or a style sheet takes, in a browser that says nothing else.
        (get().with("accept", "image/avif,image/webp,image/png"), 406),
        // What it may not send without leave; nothing here gives it.
        (simple(JSON).with("sec-fetch-site", "cross-site"), 403),
        (Ask { method: http::Method::OPTIONS, ..Ask::document("{asked}") }, 405),
    ] {
        let answer = ask.of(&mut peer).await;
        assert_eq!(answer.http_status, status, "{}", answer.text());
        assert!(!error(&answer).1.is_empty());
        let names = answer.headers.keys();
        assert_eq!(names.filter(|name| name.as_str().starts_with("access-control")).count(), 0);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    for ask in [get(), get().with("sec-fetch-site", "same-origin"), Ask::document("{asked}")] {
        assert_eq!(ask.of(&mut peer).await.http_status, 200);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    server.stop().await;
}
