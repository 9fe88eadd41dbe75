//! Deadlines: what a caller is told, and when.

use super::{
    peers::{Sent, grpc_call, grpc_watch, http1, http2, message, post, unary, whole},
    stub::{MS, Running, SLACK, brief},
};
use http::Request;
use interdiction::server::Limits;
use tokio::time::Instant;

fn with_timeout(mut request: Request<Sent>, timeout: &str) -> Request<Sent> {
    request.headers_mut().insert("grpc-timeout", timeout.parse().expect("a header"));
    request
}

#[tokio::test]
async fn tells_a_caller_that_its_deadline_passed_and_drops_the_handler() {
    let server = Running::start(brief()).await;
    let mut peer = http2(server.address).await;
    let begun = Instant::now();
    let answer = unary(&mut peer, with_timeout(grpc_call("for ever"), "300m")).await;
    assert!(begun.elapsed() >= 290 * MS && begun.elapsed() < SLACK);
    assert_eq!((answer.http_status, answer.grpc_status()), (200, Some("4")));
    assert_eq!(answer.headers["content-type"], "application/grpc");
    assert!(answer.grpc("grpc-status-details-bin").is_some(), "no ErrorInfo");
    server.has_open(0).await;
    server.stop().await;
}

#[tokio::test]
async fn gives_a_deadline_to_a_call_that_brings_none() {
    let server = Running::start(Limits { request_timeout: 300 * MS, ..brief() }).await;
    let mut peer = http2(server.address).await;
    assert_eq!(unary(&mut peer, grpc_call("for ever")).await.grpc_status(), Some("4"));
    server.stop().await;
}

fn bytes_of(text: &'static str) -> hyper::body::Bytes {
    hyper::body::Bytes::from_static(text.as_bytes())
}

#[tokio::test]
async fn refuses_a_malformed_timeout_and_one_that_has_passed() {
    let server = Running::start(brief()).await;
    let mut peer = http2(server.address).await;
    for malformed in ["", "1", "S", "1s", "-1S", "+1S", "1.5S", " 1S", "123456789n", "1SS"] {
        let answer = unary(&mut peer, with_timeout(grpc_call("ok"), malformed)).await;
        assert_eq!(answer.grpc_status(), Some("3"), "{malformed:?}");
    }
    let answer = unary(&mut peer, with_timeout(grpc_call("ok"), "0S")).await;
    assert_eq!(answer.grpc_status(), Some("4"));
    server.stop().await;
}

#[tokio::test]
async fn ends_a_stream_at_its_callers_deadline_with_the_status_in_the_trailers() {
    let server = Running::start(brief()).await;
    let mut peer = http2(server.address).await;
    let answer = unary(&mut peer, with_timeout(grpc_watch("ok"), "300m")).await;
    assert_eq!(answer.http_status, 200);
    assert_eq!(&answer.body[..], b"\0\0\0\0\x02\x08\x01", "the one message");
    assert_eq!(answer.trailers["grpc-status"], "4");
    server.has_open(0).await;

    // A stream that never pauses ends as well.
    let answer = unary(&mut peer, with_timeout(grpc_watch("flood"), "300m")).await;
    assert_eq!(answer.trailers["grpc-status"], "4");
    server.stop().await;
}

#[tokio::test]
async fn tells_a_browser_in_grpc_web() {
    let server = Running::start(brief()).await;
    for (web, body) in [
        ("application/grpc-web+proto", message("for ever")),
        ("application/grpc-web-text", bytes_of("AAAAAAoKCGZvciBldmVy")),
    ] {
        let call = with_timeout(post("/grpc.health.v1.Health/Check", web, body), "300m");
        let answer = unary(&mut http2(server.address).await, call).await;
        assert_eq!((answer.http_status, answer.grpc_status()), (200, Some("4")));
        assert_eq!(answer.headers["content-type"], web);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_stream_of_grpc_web_past_its_deadline_does_not_pass_for_whole() {
    let server = Running::start(brief()).await;
    let web = "application/grpc-web+proto";
    let call = with_timeout(post("/grpc.health.v1.Health/Watch", web, message("ok")), "300m");
    let mut peer = http2(server.address).await;
    let answer = peer.send_request(call).await.expect("an answer");
    assert!(whole(answer).await.is_err());
    server.has_open(0).await;
    server.stop().await;
}

#[tokio::test]
async fn answers_504_outside_grpc() {
    let server = Running::start(Limits { request_timeout: 300 * MS, ..brief() }).await;
    let ask = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf";
    let (head, body) = http1(server.address, ask).await;
    assert!(head.starts_with("HTTP/1.1 504"), "{head}");
    assert_eq!(body, "the deadline of the request passed\n");
    server.stop().await;
}
