//! An export as bytes: what a client makes of them is not the server's.

use crate::load::Raw;
use interdiction::{exchange::Link, proto};
use prost::{Message as _, bytes::Bytes};
use tonic::{IntoRequest as _, client::Grpc, codegen::http::uri::PathAndQuery};

const EXPORT: &str = "/interdiction.v1.SeizureService/ExportSeizures";

/// The messages of an export of everything.
pub async fn export(link: Link) -> Vec<Bytes> {
    let mut client = Grpc::new(link);
    client.ready().await.expect("a server");
    let request = Bytes::from(proto::ExportSeizuresRequest::default().encode_to_vec());
    let path = PathAndQuery::from_static(EXPORT);
    let parts = client.server_streaming(request.into_request(), path, Raw).await;
    let mut parts = parts.expect("an export").into_inner();
    let mut messages = Vec::new();
    while let Some(part) = parts.message().await.expect("a part") {
        messages.push(part);
    }
    messages
}

/// How many seizures they have.
pub fn count(messages: &[Bytes]) -> usize {
    let of = |message: &Bytes| {
        let part = proto::ExportSeizuresResponse::decode(message.clone()).expect("a part");
        part.seizures.len()
    };
    messages.iter().map(of).sum()
}
