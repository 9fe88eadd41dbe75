//! API tokens, from their making to their end.

use super::{ask, bearer, channel, operator, principal, read, serve, showing, token};
use crate::world::{World, drafts, on_both};
use interdiction::{
    domain::{markings::Tlp, seizures::Seizure, tokens::Token},
    proto::{self, seizure_service_client::SeizureServiceClient},
};
use sea_orm::{ConnectionTrait as _, Statement};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tonic::Code;
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest,
};
use tonic_types::StatusExt as _;

on_both! {
    a_token_is_the_viewer_of_its_principal_in_both_apis: viewer;
    what_is_no_good_is_refused_alike_and_told_apart_by_nobody: refused;
    a_revoked_token_is_refused_on_the_next_call_and_its_streams_end: revoked;
    the_anonymous_read_what_is_clear_and_write_nothing: anonymous;
    the_ledger_names_the_principal_and_the_store_no_token: kept;
}

const KNOWN: [&str; 2] = ["--identities-callers", "known"];
const ALL: &str = "{ seizures { totalCount edges { node { id } } } }";

/// A seizure of us-dod under each label; what is AMBER is for MX.
async fn record(world: &World) -> Vec<Seizure> {
    let us = world.viewer("us-dod");
    let mut made = Vec::new();
    for (n, label) in [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::Red].into_iter().enumerate() {
        let to: &[&str] = if label == Tlp::Amber { &["MX"] } else { &[] };
        let marking = drafts::marked(label, to);
        let mut draft = drafts::seizure(&n.to_string());
        draft.marking = marking;
        made.push(world.add(&us, draft).await);
    }
    made
}

/// How many seizures a caller sees through each API.
async fn seen(address: std::net::SocketAddr, authorization: &str) -> (usize, u64) {
    let mut client = SeizureServiceClient::new(channel(address).await);
    let request = showing(proto::ListSeizuresRequest::default(), authorization);
    let listed = client.list_seizures(request).await.unwrap().into_inner().seizures.len();
    let answer = read(&ask(address, ALL, authorization).await);
    (listed, answer["data"]["seizures"]["totalCount"].as_u64().unwrap())
}

async fn viewer(world: World) {
    record(&world).await;
    let address = serve(&world, &KNOWN).await;
    for (id, agency, sees) in
        [("us-analyst", "us-dod", 4), ("mx-analyst", "mx-sedena", 3), ("co-analyst", "co-ponal", 2)]
    {
        let token = token(&world.registry, &principal(id, agency, &["READER"])).await;
        assert_eq!(seen(address, &bearer(&token)).await, (sees, sees as u64), "{id}");
        let lower = bearer(&token).replace("Bearer", "bearer");
        assert_eq!(seen(address, &lower).await.0, sees, "a scheme has no case");
        let mut client = SeizureServiceClient::new(channel(address).await);
        let create = proto::CreateSeizureRequest {
            seizure: Some(crate::services::heroin("1", proto::Unit::Pound)),
            ..proto::CreateSeizureRequest::default()
        };
        let denied = client.create_seizure(showing(create, &bearer(&token))).await.unwrap_err();
        assert_eq!(denied.code(), Code::PermissionDenied, "{id} reads alone");
    }
}

async fn refused(world: World) {
    let address = serve(&world, &KNOWN).await;
    let good = token(&world.registry, &principal("us-analyst", "us-dod", &["READER"])).await;
    let removed = token(&world.registry, &principal("us-leaver", "us-dod", &["READER"])).await;
    world.registry.remove_principal(&operator(), "us-leaver").await.unwrap();
    let unknown = Token::of_chance(&rand::random());
    let mut misspelt = bearer(&good);
    let last = misspelt.pop().unwrap();
    misspelt.push(if last == 'a' { 'b' } else { 'a' });
    let mut client = SeizureServiceClient::new(channel(address).await);
    for (authorization, reason) in [
        (String::new(), "CREDENTIAL_REQUIRED"),
        (bearer(&removed), "CREDENTIAL_REFUSED"),
        (bearer(&unknown), "CREDENTIAL_REFUSED"),
        (misspelt, "CREDENTIAL_REFUSED"),
        (good.reveal().to_owned(), "CREDENTIAL_REFUSED"),
        (format!("Basic {}", good.reveal()), "CREDENTIAL_REFUSED"),
        ("Bearer ".to_owned() + &"a".repeat(4_000), "CREDENTIAL_REFUSED"),
        ("Bearer x".to_owned(), "CREDENTIAL_REFUSED"),
    ] {
        let request = showing(proto::ListSeizuresRequest::default(), &authorization);
        let status = client.list_seizures(request).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated);
        assert_eq!(status.get_error_details().error_info().unwrap().reason, reason);
        let answer = ask(address, "{ service { name } }", &authorization).await;
        assert_eq!(answer.http_status, 401);
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Bearer realm=\"interdiction\""), "{challenge}");
        assert_eq!(challenge.contains("invalid_token"), !authorization.is_empty());
        assert_eq!(read(&answer)["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(read(&answer)["errors"][0]["extensions"]["reason"], reason);
    }
    let request = showing(proto::ListSeizuresRequest::default(), &bearer(&good));
    assert!(client.list_seizures(request).await.is_ok());
}

async fn revoked(world: World) {
    let address = serve(&world, &KNOWN).await;
    let draft = principal("us-analyst", "us-dod", &["READER"]);
    // Another process keeps the credentials, as the command line does.
    let other = world.reopen().await;
    for round in 0..10 {
        let token = token(&other.registry, &draft).await;
        let mut client = SeizureServiceClient::new(channel(address).await);
        let list = || showing(proto::ListSeizuresRequest::default(), &bearer(&token));
        assert!(client.list_seizures(list()).await.is_ok());
        assert!(client.list_seizures(list()).await.is_ok(), "known by now");
        let (sender, asked) = futures_channel();
        let mut stream = ServerReflectionClient::new(channel(address).await);
        let stream = stream.server_reflection_info(showing(asked, &bearer(&token))).await;
        let mut stream = stream.unwrap().into_inner();
        let services = MessageRequest::ListServices(String::new());
        let ask = ServerReflectionRequest { message_request: Some(services), ..Default::default() };
        sender.send(ask).await.unwrap();
        assert!(stream.message().await.unwrap().is_some());
        other.registry.revoke_token(&operator(), token.id()).await.unwrap();
        tokio::time::sleep(super::ANNOUNCED).await;
        let refused = client.list_seizures(list()).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated, "round {round}");
        let began = Instant::now();
        let ended = timeout(Duration::from_secs(5), stream.message()).await.unwrap();
        assert_eq!(ended.unwrap_err().code(), Code::Unauthenticated);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        drop(sender);
    }
}

/// A stream of requests that stays open.
fn futures_channel() -> (
    tokio::sync::mpsc::Sender<ServerReflectionRequest>,
    impl futures_util::Stream<Item = ServerReflectionRequest>,
) {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|request| (request, receiver))
    });
    (sender, stream)
}

async fn anonymous(world: World) {
    let made = record(&world).await;
    let address = serve(&world, &["--identities-callers", "anyone"]).await;
    assert_eq!(seen(address, "").await, (1, 1));
    let answer = read(&ask(address, ALL, "").await);
    let first = &answer["data"]["seizures"]["edges"][0]["node"]["id"];
    assert_eq!(*first, made[0].id.to_string());
    let mut client = SeizureServiceClient::new(channel(address).await);
    for hidden in &made[1..] {
        let request = proto::GetSeizureRequest { name: hidden.id.to_string() };
        assert_eq!(client.get_seizure(request).await.unwrap_err().code(), Code::NotFound);
    }
    let create = proto::CreateSeizureRequest {
        seizure: Some(crate::services::heroin("1", proto::Unit::Pound)),
        ..proto::CreateSeizureRequest::default()
    };
    assert_eq!(client.create_seizure(create).await.unwrap_err().code(), Code::Unauthenticated);
    let delete = proto::DeleteSeizureRequest { name: made[0].id.to_string(), ..Default::default() };
    assert_eq!(client.delete_seizure(delete).await.unwrap_err().code(), Code::Unauthenticated);
    // A credential that is no good is not the same as none.
    let refused = ask(address, ALL, "Bearer intd_x").await;
    assert_eq!(refused.http_status, 401);
}

async fn kept(world: World) {
    let address = serve(&world, &KNOWN).await;
    let draft = principal("us-importer", "us-dod", &["CONTRIBUTOR"]);
    let token = token(&world.registry, &draft).await;
    let mut client = SeizureServiceClient::new(channel(address).await);
    let create = proto::CreateSeizureRequest {
        seizure: Some(crate::services::heroin("1", proto::Unit::Pound)),
        ..proto::CreateSeizureRequest::default()
    };
    client.create_seizure(showing(create, &bearer(&token))).await.unwrap();
    let row = proto::ImportRow {
        sequence_number: 1,
        row_id: "1".to_owned(),
        seizure: Some(crate::services::heroin("2", proto::Unit::Pound)),
        ..proto::ImportRow::default()
    };
    let import = proto::ImportSeizuresRequest {
        options: Some(proto::ImportOptions { dataset: "test".to_owned(), validate_only: false }),
        rows: vec![row],
    };
    let import = showing(futures_util::stream::iter([import]), &bearer(&token));
    let mut answers = client.import_seizures(import).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().created_count, 1);
    let connection = world.connect().await;
    let text = async |sql: &str| -> Vec<String> {
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    };
    assert_eq!(text("SELECT principal FROM ledger").await, ["us-importer"; 2]);
    let secret = &token.reveal()[13..53];
    for row in text("SELECT public_id || hash || last_four FROM tokens").await {
        assert!(!row.contains(secret) && !row.contains(token.reveal()));
    }
    connection.close().await.unwrap();
}
