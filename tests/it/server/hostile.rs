//! Peers that begin and never finish: each is closed in its time, however many there are and
//! however steadily their bytes come.

use super::{
    peers::{
        PREFACE, SETTINGS, drip_until_closed, grpc_call, http1, http2, http2_by_hand, post,
        raw_watch, unary,
    },
    stub::{MS, Running, SLACK, brief},
};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper_util::rt::{TokioExecutor, TokioIo};
use interdiction::server::Limits;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

fn within(took: Duration, limit: Duration) {
    assert!(took >= limit - 20 * MS, "closed after {took:?}, before its limit of {limit:?}");
    assert!(took < limit + SLACK, "closed after {took:?}, long past its limit of {limit:?}");
}

async fn closes_a_hundred(opening: &'static [u8], drip: &'static [u8], limit: Duration) {
    closes_a_hundred_by(brief(), opening, drip, limit).await;
}

async fn closes_a_hundred_by(limits: Limits, opening: &[u8], drip: &'static [u8], limit: Duration) {
    let server = Running::start(limits).await;
    let address = server.address;
    let mut peers: JoinSet<Duration> = (0..100)
        .map(|_| {
            let opening = opening.to_owned();
            async move { drip_until_closed(address, &opening, drip).await }
        })
        .collect();
    while let Some(took) = peers.join_next().await {
        within(took.expect("the peer does not panic"), limit);
    }
    server.has_open(0).await;
    assert_eq!(server.stop().await.connections_cut, 0);
}

#[tokio::test]
async fn closes_peers_that_send_nothing() {
    closes_a_hundred(b"", b"", brief().handshake_timeout).await;
}

#[tokio::test]
async fn closes_peers_that_send_half_a_preface() {
    closes_a_hundred(b"PRI * HTTP/2", b"", brief().handshake_timeout).await;
}

#[tokio::test]
async fn closes_peers_that_shake_hands_and_ask_nothing() {
    closes_a_hundred(
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        b"",
        brief().handshake_timeout,
    )
    .await;
}

#[tokio::test]
async fn closes_peers_that_drip_an_http1_head() {
    closes_a_hundred(b"GET / HTTP/1.1\r\nx-slow: ", b"a", brief().handshake_timeout).await;
}

#[tokio::test]
async fn closes_peers_that_drip_continuations() {
    // HEADERS of stream 1 without END_HEADERS, then CONTINUATION frames of one byte, in pieces.
    const OPENING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\
        \0\0\x01\x01\0\0\0\0\x01\x82";
    const DRIP: &[u8] = b"\0\0\x01\x09\0\0\0\0\x01\x86";
    closes_a_hundred(OPENING, DRIP, brief().handshake_timeout).await;
}

#[tokio::test]
async fn closes_peers_that_ping_and_ask_nothing() {
    const OPENING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    closes_a_hundred(OPENING, b"\0\0\x08\x06\0\0\0\0\0pingpong", brief().handshake_timeout).await;
}

#[tokio::test]
async fn closes_peers_that_drip_a_later_head() {
    // One whole request, then a second head that never ends: the idle limit, and from there to
    // the cut the time in which a peer may still answer.
    const OPENING: &[u8] = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n\
        GET / HTTP/1.1\r\nx-slow: ";
    closes_a_hundred(OPENING, b"a", brief().idle_timeout).await;
}

#[tokio::test]
async fn closes_peers_that_drip_an_http1_body() {
    const OPENING: &[u8] = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
    closes_a_hundred(OPENING, b"a", brief().request_timeout).await;
}

#[tokio::test]
async fn ends_calls_that_drip_a_body_and_keeps_their_connection() {
    let server = Running::start(brief()).await;
    let mut peer = http2(server.address).await;
    let drip = futures_util::stream::unfold((), async |()| {
        sleep(20 * MS).await;
        Some((Ok(Frame::data(Bytes::from_static(b"\0"))), ()))
    });
    let mut call = grpc_call("ok");
    // A message announced as 16 MB, of which a byte comes now and then.
    *call.body_mut() = StreamBody::new(drip).boxed();
    let begun = Instant::now();
    let answer = unary(&mut peer, call).await;
    assert_eq!(answer.grpc_status(), Some("4"));
    within(begun.elapsed(), brief().request_timeout);
    assert_eq!(unary(&mut peer, grpc_call("ok")).await.grpc_status(), Some("0"));
    server.stop().await;
}

#[tokio::test]
async fn closes_a_peer_that_does_not_read_its_answer() {
    let limits = Limits { drain_timeout: 5_000 * MS, ..brief() };
    let server = Running::start(limits).await;
    let (mut peer, mut driver) = http2_by_hand(server.address).await;
    let flood = peer.send_request(super::peers::grpc_watch("flood"));
    let answer = tokio::select! {
        answer = flood => answer.expect("an answer"),
        _ = &mut driver => panic!("the connection ended"),
    };
    server.has_open(1).await;
    // Driven on, so that PINGs are answered; its windows stay shut, because nobody reads.
    let driving = tokio::spawn(driver);
    let begun = Instant::now();
    server.has_open(0).await;
    assert!(begun.elapsed() < brief().idle_timeout + brief().farewell_timeout + SLACK);
    drop(answer);
    driving.abort();
    assert_eq!(server.stop().await.connections_cut, 0);
}

#[tokio::test]
async fn closes_a_peer_that_asks_on_and_leaves_an_answer_unread() {
    let limits = Limits { request_timeout: 700 * MS, idle_timeout: 60_000 * MS, ..brief() };
    let round = limits.request_timeout + limits.farewell_timeout;
    let server = Running::start(limits).await;
    let stream = TcpStream::connect(server.address).await.expect("connects");
    let (mut peer, driver) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(1)
        .handshake(TokioIo::new(stream))
        .await
        .expect("shakes hands");
    let driving = tokio::spawn(driver);
    let begun = Instant::now();
    let unread = peer.send_request(post("/echo", "text/plain", vec![0; 500_000].into())).await;
    while peer.send_request(post("/echo", "text/plain", "".into())).await.is_ok() {
        assert!(begun.elapsed() < 2 * round + SLACK, "still open");
        sleep(50 * MS).await;
    }
    assert!(begun.elapsed() >= round, "closed after {:?}", begun.elapsed());
    drop((unread, driving));
    server.stop().await;
}

#[tokio::test]
async fn closes_peers_that_answer_no_pings() {
    let limits = Limits { keep_alive_interval: 300 * MS, idle_timeout: 30_000 * MS, ..brief() };
    let limit = limits.keep_alive_interval + limits.keep_alive_timeout;
    let opening = [PREFACE, SETTINGS, &raw_watch(1, "ok")].concat();
    closes_a_hundred_by(limits, &opening, b"", limit).await;
}

#[tokio::test]
async fn closes_a_peer_that_reads_nothing_and_watches() {
    let limits = Limits {
        connections_max: 1,
        handshake_timeout: 30_000 * MS,
        keep_alive_interval: 700 * MS,
        ..brief()
    };
    let server = Running::start(limits).await;
    // The largest windows, so that the flood fills the kernel's buffers and not even a PING gets
    // through; the watch owes the peer something for ever.
    let wide: &[u8] = b"\0\0\x06\x04\0\0\0\0\0\0\x04\x7f\xff\xff\xff\
        \0\0\x04\x08\0\0\0\0\0\x7f\0\0\0";
    let opening = [PREFACE, wide, &raw_watch(1, "ok"), &raw_watch(3, "flood")].concat();
    let mut stream = TcpStream::connect(server.address).await.expect("connects");
    stream.write_all(&opening).await.expect("writes");
    server.has_open(2).await;
    server.has_open(0).await;
    // What tells the peer to go cannot be sent, so the idle limit has to end the connection.
    has_room(server.address).await;
    drop(stream);
    server.stop().await;
}

#[tokio::test]
async fn closes_connections_past_the_limit_and_takes_new_ones_when_there_is_room() {
    let limits = Limits {
        connections_max: 3,
        handshake_timeout: 30_000 * MS,
        idle_timeout: 30_000 * MS,
        ..brief()
    };
    let server = Running::start(limits).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut peer = http2(server.address).await;
        assert_eq!(unary(&mut peer, grpc_call("ok")).await.grpc_status(), Some("0"));
        held.push(peer);
    }
    assert!(is_turned_away(server.address).await);
    held.pop();
    has_room(server.address).await;
    server.stop().await;
}

/// Waits until a new connection is not turned away, at most thirty seconds.
async fn has_room(address: SocketAddr) {
    let patience = Instant::now() + 30_000 * MS;
    while is_turned_away(address).await {
        assert!(Instant::now() < patience, "no room after a connection ended");
        sleep(10 * MS).await;
    }
}

/// Whether a new connection is closed before it says anything, well before the handshake limit.
async fn is_turned_away(address: SocketAddr) -> bool {
    let mut stream = TcpStream::connect(address).await.expect("the kernel accepts");
    let read = timeout(1_500 * MS, stream.read(&mut [0])).await;
    matches!(read, Ok(Ok(0) | Err(_)))
}

#[tokio::test]
async fn announces_its_limits_on_streams_and_heads() {
    let limits = Limits { streams_per_connection_max: 7, header_bytes_max: 12_345, ..brief() };
    let server = Running::start(limits).await;
    let mut stream = TcpStream::connect(server.address).await.expect("connects");
    stream.write_all(&[PREFACE, SETTINGS].concat()).await.expect("writes");
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.expect("a frame");
    assert_eq!(head[3], 4, "the first frame is SETTINGS");
    let mut settings = vec![0; usize::from(head[2])];
    stream.read_exact(&mut settings).await.expect("the settings");
    let settings: Vec<(u8, u32)> =
        settings.chunks(6).map(|s| (s[1], u32::from_be_bytes([s[2], s[3], s[4], s[5]]))).collect();
    // RFC 9113, 6.5.2: 3 is MAX_CONCURRENT_STREAMS, 6 is MAX_HEADER_LIST_SIZE.
    assert!(settings.contains(&(3, 7)) && settings.contains(&(6, 12_345)), "{settings:?}");
    server.stop().await;
}

#[tokio::test]
async fn refuses_a_head_that_is_too_long() {
    let server = Running::start(Limits { header_bytes_max: 10_000, ..brief() }).await;
    let long = "a".repeat(20_000);
    let ask = format!("POST /echo HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n");
    let (head, _) = http1(server.address, &ask).await;
    assert!(head.starts_with("HTTP/1.1 431"), "{head}");

    let mut call = grpc_call("ok");
    call.headers_mut().insert("x-long", long.parse().expect("a header"));
    let refused = http2(server.address).await.send_request(call).await;
    assert!(refused.is_err() || refused.is_ok_and(|answer| answer.status() == 431));
    server.stop().await;
}
