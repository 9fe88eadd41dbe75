//! How long a well-meant connection lives.

use super::{
    peers::{grpc_call, grpc_watch, http1, http2, http2_by_hand, unary},
    stub::{MS, Running, SLACK, brief},
};
use http_body_util::BodyExt;
use interdiction::server::Limits;
use tokio::time::{Instant, sleep, timeout};

#[tokio::test]
async fn never_cuts_a_call_in_flight() {
    // The call sleeps for 2 s: five handshake limits and more than two idle limits.
    let server = Running::start(brief()).await;
    let mut peer = http2(server.address).await;
    assert_eq!(unary(&mut peer, grpc_call("sleep")).await.grpc_status(), Some("0"));
    assert_eq!(unary(&mut peer, grpc_call("ok")).await.grpc_status(), Some("0"));
    server.stop().await;
}

#[tokio::test]
async fn never_cuts_an_open_watch() {
    let server = Running::start(Limits { request_timeout: 500 * MS, ..brief() }).await;
    let mut peer = http2(server.address).await;
    let mut watch = peer.send_request(grpc_watch("ok")).await.expect("an answer").into_body();
    assert!(watch.frame().await.expect("a message").expect("no error").is_data());
    // Silent for longer than every limit there is.
    assert!(timeout(3_000 * MS, watch.frame()).await.is_err(), "the watch ended");
    assert_eq!(unary(&mut peer, grpc_call("ok")).await.grpc_status(), Some("0"));
    server.stop().await;
}

#[tokio::test]
async fn tells_an_idle_http2_peer_to_go() {
    let server = Running::start(brief()).await;
    let (mut peer, driver) = http2_by_hand(server.address).await;
    let driving = tokio::spawn(driver);
    assert_eq!(unary(&mut peer, grpc_call("ok")).await.grpc_status(), Some("0"));
    let begun = Instant::now();
    // GOAWAY ends the driver without an error; a cut would give one.
    driving.await.expect("no panic").expect("told to go, not cut");
    assert!(begun.elapsed() >= brief().idle_timeout - 50 * MS);
    assert!(begun.elapsed() < brief().idle_timeout + SLACK);
    server.stop().await;
}

#[tokio::test]
async fn each_call_renews_an_idle_peers_time() {
    let limits = Limits { idle_timeout: 2_000 * MS, ..brief() };
    let server = Running::start(limits.clone()).await;
    let mut peer = http2(server.address).await;
    for _ in 0..4 {
        assert_eq!(unary(&mut peer, grpc_call("ok")).await.grpc_status(), Some("0"));
        sleep(limits.idle_timeout / 2).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn closes_an_idle_http1_peer() {
    let server = Running::start(brief()).await;
    let begun = Instant::now();
    let ask = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi";
    let (_, body) = http1(server.address, ask).await;
    assert_eq!(body, "hi");
    assert!(begun.elapsed() >= brief().idle_timeout - 50 * MS);
    assert!(begun.elapsed() < brief().idle_timeout + SLACK);
    server.stop().await;
}
