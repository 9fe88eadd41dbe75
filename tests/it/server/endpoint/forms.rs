//! Media types, methods, status codes, and what an answer carries.

use super::{super::peers::http2, Ask, JSON, RESPONSE, content_type, error, read};
use crate::services::serve;
use serde_json::json;

const SERVICE: &str = "{ service { name } }";
const SERVICE_QUERY: &str = "?query=%7B+service+%7B+name+%7D+%7D";

#[tokio::test]
async fn answers_in_what_the_caller_takes() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    for (accept, expected) in [
        (RESPONSE, RESPONSE),
        (JSON, JSON),
        ("*/*", JSON),
        ("", JSON),
        ("application/graphql-response+json, application/json;q=0.9", RESPONSE),
    ] {
        for ask in [Ask::document(SERVICE), Ask::get(SERVICE_QUERY)] {
            let answer = ask.with("accept", accept).of(&mut peer).await;
            assert_eq!((answer.http_status, content_type(&answer)), (200, expected), "{accept}");
            assert_eq!(read(&answer), json!({"data": {"service": {"name": "interdiction"}}}));
        }
    }
    let answer = Ask::document(SERVICE).with("accept", "text/html").of(&mut peer).await;
    assert_eq!(answer.http_status, 406);
    assert_eq!(error(&answer).1, "NOT_ACCEPTABLE");
}

#[tokio::test]
async fn a_status_tells_a_wrong_document_where_it_may() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    for (document, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($id: ID!) { node(id: $id) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { service { name } } query B { service { name } }", "INVALID_ARGUMENT"),
        ("subscription { service { name } }", "INVALID_ARGUMENT"),
        ("mutation { service { name } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ a { ".repeat(40).leak(), "INVALID_ARGUMENT"),
    ] {
        let answer = Ask::document(document).of(&mut peer).await;
        assert_eq!(answer.http_status, 400, "{document}");
        assert_eq!(error(&answer).0, code, "{document}");
        assert_eq!(read(&answer).get("data"), None, "{document}");
        let answer = Ask::document(document).with("accept", JSON).of(&mut peer).await;
        assert_eq!(answer.http_status, 200, "{document}");
        assert_eq!(error(&answer).0, code, "{document}");
    }
}

#[tokio::test]
async fn what_is_no_request_of_graphql_is_told_so() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    let document = || Ask::document(SERVICE);
    let huge = " ".repeat(300 * 1024);
    for (ask, status, reason) in [
        (document().with("content-type", ""), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (document().with("content-type", "text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (
            document().with("content-type", "application/x-www-form-urlencoded"),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (
            document().with("content-type", "multipart/form-data; boundary=a"),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (document().with("content-encoding", "gzip"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (Ask::body(format!("[{{\"query\": \"{SERVICE}\"}}]")), 400, "MALFORMED_REQUEST"),
        (Ask::body(""), 400, "MALFORMED_REQUEST"),
        (Ask::body("{\"query\": "), 400, "MALFORMED_REQUEST"),
        (Ask::body("{\"query\": \"\u{1}\"}"), 400, "MALFORMED_REQUEST"),
        (Ask::body(huge), 413, "DOCUMENT_TOO_LARGE"),
        (Ask::get(""), 400, "MALFORMED_REQUEST"),
        (Ask::get("?query=mutation+%7B+a+%7D"), 405, "METHOD_NOT_ALLOWED"),
        (Ask { method: http::Method::PUT, ..document() }, 405, "METHOD_NOT_ALLOWED"),
        (Ask { method: http::Method::OPTIONS, ..document() }, 405, "METHOD_NOT_ALLOWED"),
    ] {
        let answer = ask.with("accept", JSON).of(&mut peer).await;
        assert_eq!(answer.http_status, status, "{reason}");
        assert_eq!(error(&answer), ("INVALID_ARGUMENT".to_owned(), reason.to_owned()));
        if status == 405 {
            assert_eq!(answer.headers["allow"], "GET, HEAD, POST");
        }
    }
}

#[tokio::test]
async fn an_answer_that_the_caller_has_is_not_sent_again() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    let first = Ask::get(SERVICE_QUERY).of(&mut peer).await;
    assert_eq!(first.headers["cache-control"], "private, no-cache");
    assert_eq!(first.headers["vary"], "accept");
    assert_eq!(first.headers["x-content-type-options"], "nosniff");
    let tag = first.headers["etag"].to_str().expect("a text");
    let several = format!("\"other\", {}", tag.trim_start_matches("W/"));
    for known in [tag, &several, "*"] {
        let again = Ask::get(SERVICE_QUERY).with("if-none-match", known).of(&mut peer).await;
        assert_eq!((again.http_status, again.body.len()), (304, 0), "{known}");
        assert_eq!(again.headers["etag"], tag);
    }
    let other = Ask::get(SERVICE_QUERY).with("if-none-match", "W/\"other\"").of(&mut peer).await;
    assert_eq!((other.http_status, &other.body), (200, &first.body));
    let posted = Ask::document(SERVICE).of(&mut peer).await;
    assert_eq!(posted.headers["cache-control"], "no-store");
    assert!(!posted.headers.contains_key("etag"));
}

#[tokio::test]
async fn a_long_answer_is_compressed_for_who_takes_it() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    let document = "{ __schema { types { name fields { name description } } } }";
    let plain = Ask::document(document).of(&mut peer).await;
    assert!(plain.body.len() > 10_000);
    for encoding in ["gzip", "zstd"] {
        let answer = Ask::document(document).with("accept-encoding", encoding).of(&mut peer).await;
        assert_eq!(answer.headers["content-encoding"], encoding);
        assert!(answer.body.len() < plain.body.len() / 2, "{encoding}: {}", answer.body.len());
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert_eq!(vary, ["accept", "accept-encoding"]);
        let short = Ask::document(SERVICE).with("accept-encoding", encoding).of(&mut peer).await;
        assert!(!short.headers.contains_key("content-encoding"));
    }
}

#[tokio::test]
async fn what_a_document_cost_is_told_to_who_asks() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    let list = "{ substances(first: 1) { nodes { id } } }";
    let asking = json!({ "query": list, "extensions": { "cost": true } }).to_string();
    for (ask, told) in [
        (Ask::document(list), None),
        (Ask::body(asking.clone()), Some(1)),
        (Ask::body(asking.replace(list, "{ service { name } }")), Some(0)),
    ] {
        let answer = read(&ask.of(&mut peer).await);
        assert_eq!(answer.get("errors"), None, "{answer}");
        let statements = answer["extensions"]["cost"]["statements"].as_i64();
        assert_eq!(statements, told, "{answer}");
    }
}

#[tokio::test]
async fn every_tool_can_ask_what_the_schema_is() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    // As graphql-js writes it, with everything that it can ask for.
    let answer = Ask::document(include_str!("introspection.graphql")).of(&mut peer).await;
    assert_eq!(answer.http_status, 200, "{}", answer.text());
    let types = read(&answer)["data"]["__schema"]["types"].as_array().map(Vec::len);
    assert!(types.is_some_and(|count| count > 100), "{types:?}");
}
