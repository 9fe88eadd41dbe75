//! Clients: proper ones over hyper, and raw sockets that do as little as they please.

use super::stub::MS;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http2::{Connection, SendRequest},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{convert::Infallible, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

pub type Sent = BoxBody<Bytes, Infallible>;
pub type Http2 = SendRequest<Sent>;
type Driver = Connection<TokioIo<TcpStream>, Sent, TokioExecutor>;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

/// An HTTP/2 connection and what drives it, for a test that wants to stop driving.
pub async fn http2_by_hand(address: SocketAddr) -> (Http2, Driver) {
    let stream = TcpStream::connect(address).await.expect("connects");
    // A body that waits for the acknowledgement of its head would be 40 ms late.
    stream.set_nodelay(true).expect("a socket");
    hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .handshake(TokioIo::new(stream))
        .await
        .expect("shakes hands")
}

/// An HTTP/2 connection.
pub async fn http2(address: SocketAddr) -> Http2 {
    let (sender, driver) = http2_by_hand(address).await;
    tokio::spawn(driver);
    sender
}

/// A call of the stub's health check.
pub fn grpc_call(service: &str) -> Request<Sent> {
    post("/grpc.health.v1.Health/Check", "application/grpc", message(service))
}

/// A call of the stub's health watch.
pub fn grpc_watch(service: &str) -> Request<Sent> {
    post("/grpc.health.v1.Health/Watch", "application/grpc", message(service))
}

/// A request with a body.
pub fn post(path: &str, content_type: &str, body: Bytes) -> Request<Sent> {
    Request::post(format!("http://x{path}"))
        .header("content-type", content_type)
        .header("te", "trailers")
        .body(Full::new(body).boxed())
        .expect("a request")
}

/// A HealthCheckRequest in a gRPC frame.
pub fn message(service: &str) -> Bytes {
    let length = u8::try_from(service.len()).expect("a short name");
    let frame = [0, 0, 0, 0, length + 2, 0x0a, length];
    [frame.as_slice(), service.as_bytes()].concat().into()
}

/// What a peer sends that writes HTTP/2 by hand: a call of the stub's health watch on a stream,
/// and nothing after it, such as answers to PINGs.
pub fn raw_watch(stream: u8, service: &str) -> Vec<u8> {
    // RFC 7541, appendix A: 3 is POST, 6 is http, 4 a path, 1 an authority, 31 a content type.
    let path = b"/grpc.health.v1.Health/Watch";
    let mut head = vec![0x83, 0x86, 0x04, 28];
    head.extend_from_slice(path);
    head.extend_from_slice(b"\x01\x01x\x0f\x10\x10application/grpc");
    let body = message(service);
    let frame = |kind: u8, flags: u8, payload: &[u8]| {
        let length = u8::try_from(payload.len()).expect("a short frame");
        [&[0, 0, length, kind, flags, 0, 0, 0, stream], payload].concat()
    };
    [frame(1, 4, &head), frame(0, 1, &body)].concat()
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub http_status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub trailers: HeaderMap,
}

impl Answer {
    pub fn grpc(&self, name: &str) -> Option<&str> {
        let value = self.headers.get(name).or_else(|| self.trailers.get(name))?;
        Some(value.to_str().expect("a text"))
    }

    pub fn grpc_status(&self) -> Option<&str> {
        self.grpc("grpc-status")
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a text")
    }
}

/// Sends a request and waits for the whole answer, at most thirty seconds.
pub async fn unary(http2: &mut Http2, request: Request<Sent>) -> Answer {
    let asked = async {
        let answer = http2.send_request(request).await.expect("an answer");
        whole(answer).await.expect("a whole answer")
    };
    timeout(30_000 * MS, asked).await.expect("an answer in time")
}

pub async fn whole(answer: http::Response<Incoming>) -> Result<Answer, hyper::Error> {
    let (head, body) = answer.into_parts();
    let body = body.collect().await?;
    let trailers = body.trailers().cloned().unwrap_or_default();
    let (http_status, headers) = (head.status.as_u16(), head.headers);
    Ok(Answer { http_status, headers, body: body.to_bytes(), trailers })
}

/// Sends text on a new connection and reads head and body until the server closes it.
pub async fn http1(address: SocketAddr, text: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    stream.write_all(text.as_bytes()).await.expect("writes");
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    timeout(30_000 * MS, read).await.expect("closed in time").expect("reads");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), body.to_owned())
}

/// Sends `opening`, then the bytes of `drip` again and again, one each 20 ms, until the server
/// closes the connection; how long that took. Panics after thirty seconds.
pub async fn drip_until_closed(address: SocketAddr, opening: &[u8], drip: &[u8]) -> Duration {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).await.expect("connects");
    stream.write_all(opening).await.expect("writes");
    let (mut reader, mut writer) = stream.split();
    let closed = async {
        let mut ignored = [0; 4096];
        while !matches!(reader.read(&mut ignored).await, Ok(0) | Err(_)) {}
    };
    let dripping = async {
        for byte in drip.iter().cycle() {
            sleep(20 * MS).await;
            if writer.write_all(&[*byte]).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    let either = async {
        tokio::select! {
            () = closed => {}
            () = dripping => {}
        }
    };
    timeout(30_000 * MS, either).await.expect("closed in time");
    begun.elapsed()
}
