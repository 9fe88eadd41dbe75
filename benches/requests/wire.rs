//! What the clients ask over the wire.

use crate::{
    CONNECTIONS, fresh,
    load::{Clients, Load, drive},
    served::Served,
    stage,
};
use interdiction::proto;
use prost::Message as _;
use std::time::Duration;

/// A page as the server answers it.
pub async fn answer_of_list(server: &Served, page_size: i32) -> proto::ListSeizuresResponse {
    let clients = Clients::connect(&server.address, 1).await;
    let request = proto::ListSeizuresRequest { page_size, ..proto::ListSeizuresRequest::default() };
    let path = "/interdiction.v1.SeizureService/ListSeizures";
    let page = clients.ask(0, path, request.encode_to_vec()).await.expect("a page");
    proto::ListSeizuresResponse::decode(page).expect("a page")
}

/// A page in a file, for the constant service.
pub fn file_of(page: &proto::ListSeizuresResponse) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), page.encode_to_vec()).expect("a message");
    file
}

/// Callers that list 50 seizures.
pub async fn list_load(server: &Served, callers: usize, lasting: Duration) -> Load {
    let clients = Clients::connect(&server.address, CONNECTIONS.min(callers)).await;
    drive(callers, lasting, move |caller, _turn| {
        let clients = clients.clone();
        async move {
            let request = proto::ListSeizuresRequest {
                page_size: 50,
                ..proto::ListSeizuresRequest::default()
            };
            let path = "/interdiction.v1.SeizureService/ListSeizures";
            clients.ask(caller, path, request.encode_to_vec()).await.expect("a page");
        }
    })
    .await
}

/// Callers that create a seizure, each time another.
pub async fn create_load(server: &Served, callers: usize, lasting: Duration) -> Load {
    let clients = Clients::connect(&server.address, CONNECTIONS.min(callers)).await;
    drive(callers, lasting, move |caller, turn| {
        let clients = clients.clone();
        async move {
            let number = i64::try_from(turn * 64 + caller).expect("a number") % 1_000;
            let request = proto::CreateSeizureRequest {
                seizure: Some(stage::message(number)),
                request_id: fresh().to_string(),
                validate_only: false,
            };
            let path = "/interdiction.v1.SeizureService/CreateSeizure";
            clients.ask(caller, path, request.encode_to_vec()).await.expect("a seizure");
        }
    })
    .await
}
