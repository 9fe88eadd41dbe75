//! The real services behind the server: what they show of it, and what they refuse.

use super::peers::{http1, http2, post, unary};
use crate::{
    services::{heroin, serve},
    world::{World, on_both},
};
use interdiction::{
    domain::errors::Kind,
    proto::{self, seizure_service_client::SeizureServiceClient},
    store::{Keep, Reach, Span},
};
use tonic::{Code, codec::CompressionEncoding};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt as _;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_server_tells_its_watchers_and_ends_without_waiting_for_them() {
    let mut served = serve().await;
    let mut health = HealthClient::new(served.channel.clone());
    let service = "interdiction.v1.SeizureService".to_owned();
    let request = HealthCheckRequest { service };
    assert_eq!(health.check(request.clone()).await.unwrap().into_inner().status, 1);
    let mut watch = health.watch(request).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status, 1, "SERVING");
    served.stop.take().unwrap().send(()).unwrap();
    assert_eq!(watch.message().await.unwrap().unwrap().status, 2, "NOT_SERVING");
    assert_eq!(watch.message().await.unwrap_err().code(), Code::Unavailable);
    served.task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_port_serves_grpc_grpc_web_and_a_browser_that_is_lost() {
    let served = serve().await;
    let path = "/interdiction.v1.SeizureService/ListSeizures";
    // An empty message in its frame.
    let frame = "\0\0\0\0\0";
    let web = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/grpc-web+proto\r\ncontent-length: 5\r\n\r\n{frame}"
    );
    let mut stream = tokio::net::TcpStream::connect(served.address).await.unwrap();
    let mut answer = Vec::new();
    tokio::io::AsyncWriteExt::write_all(&mut stream, web.as_bytes()).await.unwrap();
    tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("grpc-status:0"), "{answer}");

    let mut peer = http2(served.address).await;
    let native = unary(&mut peer, post(path, "application/grpc", frame.into())).await;
    assert_eq!(native.grpc_status(), Some("0"));
    let lost = "GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let (head, _) = http1(served.address, lost).await;
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_error_says_its_reason_also_those_of_the_library() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    let create = "/interdiction.v1.SeizureService/CreateSeizure";
    let huge = [b"\0\0\x40\0\0".as_slice(), &[0; 64]].concat();
    for (path, body, code, reason) in [
        ("/nowhere/Nothing", b"\0\0\0\0\0".to_vec(), Code::Unimplemented, "UNIMPLEMENTED"),
        (
            "/interdiction.v1.SeizureService/Nothing",
            b"\0\0\0\0\0".to_vec(),
            Code::Unimplemented,
            "UNIMPLEMENTED",
        ),
        (create, huge, Code::ResourceExhausted, "MESSAGE_TOO_LARGE"),
        (create, b"\0\0\0\0\x01\x08".to_vec(), Code::InvalidArgument, "MALFORMED_MESSAGE"),
        (create, b"\x07\0\0\0\0".to_vec(), Code::Internal, "PROTOCOL_ERROR"),
        (create, b"\0\0\0\0\0".to_vec(), Code::InvalidArgument, "INVALID_FIELD"),
    ] {
        let answer = unary(&mut peer, post(path, "application/grpc", body.into())).await;
        let status = tonic::Status::from_header_map(&answer.headers).expect("trailers alone");
        let info = status.get_details_error_info().expect("an ErrorInfo");
        assert_eq!((status.code(), info.reason.as_str()), (code, reason), "{status}");
        assert_eq!(info.domain, "interdiction");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_inflates_past_the_limit_is_refused() {
    let served = serve().await;
    let mut client = SeizureServiceClient::new(served.channel.clone())
        .send_compressed(CompressionEncoding::Gzip);
    let mut seizure = heroin("1", proto::Unit::Kilogram);
    seizure.items[0].reported_label = "a".repeat(64 << 20);
    let request = proto::CreateSeizureRequest { seizure: Some(seizure), ..Default::default() };
    let status = client.create_seizure(request).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(status.get_details_error_info().unwrap().reason, "MESSAGE_TOO_LARGE");
}

#[expect(clippy::unused_async, reason = "it stands where a transaction would")]
async fn fall() -> interdiction::domain::errors::Result<()> {
    panic!("the work fell")
}

async fn a_write_that_panics_is_undone_and_the_next_one_is_not_disturbed(world: World) {
    let panicked = world.store.write(Keep::Commit, |_| Box::pin(fall())).await.unwrap_err();
    assert_eq!(panicked.kind, Kind::Internal);
    // On Postgres a read runs where its caller does, who catches it.
    if let Ok(read) = tokio::spawn(scan_of(world.store.clone())).await {
        assert_eq!(read.unwrap_err().kind, Kind::Internal);
    }
    world.store.write(Keep::Commit, |_| Box::pin(async { Ok(()) })).await.unwrap();
    world.store.read(Reach::Scan, Span::Statement, |_| Box::pin(async { Ok(()) })).await.unwrap();
}

async fn scan_of(store: interdiction::store::Store) -> interdiction::domain::errors::Result<()> {
    store.read(Reach::Scan, Span::Statement, |_| Box::pin(fall())).await
}

on_both! {
    panicking_write: a_write_that_panics_is_undone_and_the_next_one_is_not_disturbed;
}
