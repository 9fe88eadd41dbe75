//! More requests at once than the server takes on.

use super::{
    peers::{grpc_call, http1, http2, post, unary},
    stub::{Running, brief},
};
use interdiction::server::Limits;
use tonic_types::StatusExt as _;

#[tokio::test]
async fn one_request_too_many_is_told_to_come_back_and_health_still_answers() {
    let server = Running::start(Limits { requests_in_flight_max: 3, ..brief() }).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut peer = http2(server.address).await;
        let slow = post("/slow", "text/plain", "".into());
        held.push(tokio::spawn(async move { peer.send_request(slow).await }));
    }
    server.has_open(3).await;

    let mut peer = http2(server.address).await;
    let refused = unary(&mut peer, post("/echo", "application/grpc", "".into())).await;
    let status = tonic::Status::from_header_map(&refused.headers).expect("a status");
    assert_eq!(status.code(), tonic::Code::ResourceExhausted);
    let details = status.get_error_details();
    assert_eq!(details.error_info().expect("an ErrorInfo").reason, "TOO_MANY_REQUESTS");
    let delay = details.retry_info().expect("a RetryInfo").retry_delay.expect("a delay");
    assert!(!delay.is_zero());

    let ask = "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let (head, _) = http1(server.address, ask).await;
    assert!(head.starts_with("HTTP/1.1 429") && head.contains("retry-after: 1"), "{head}");

    assert_eq!(unary(&mut peer, grpc_call("ok")).await.grpc_status(), Some("0"));

    held.pop().expect("three are held").abort();
    server.has_open(2).await;
    let echo = unary(&mut peer, post("/echo", "text/plain", "again".into())).await;
    assert_eq!((echo.http_status, echo.text()), (200, "again"));
    server.stop().await;
}

#[tokio::test]
async fn places_are_given_back_however_a_request_ends() {
    let limits = Limits { requests_in_flight_max: 1, ..brief() };
    let server = Running::start(limits).await;
    let mut peer = http2(server.address).await;
    for path in ["/echo", "/panic", "/nowhere", "/echo"] {
        let answer = unary(&mut peer, post(path, "text/plain", "".into())).await;
        assert_ne!(answer.http_status, 429, "{path}");
    }
    let mut late = post("/slow", "application/grpc", "".into());
    late.headers_mut().insert("grpc-timeout", "50m".parse().expect("a header"));
    assert_eq!(unary(&mut peer, late).await.grpc_status(), Some("4"));
    let malformed = {
        let mut call = post("/echo", "application/grpc", "".into());
        call.headers_mut().insert("grpc-timeout", "soon".parse().expect("a header"));
        call
    };
    assert_eq!(unary(&mut peer, malformed).await.grpc_status(), Some("3"));
    assert_eq!(unary(&mut peer, post("/echo", "text/plain", "".into())).await.http_status, 200);
    server.stop().await;
}
