//! Who callers are told that they are, why they see what they see, and how much they may take.

use super::{ask, bearer, channel, principal, serve, showing, token};
use crate::world::{World, drafts, on_both};
use interdiction::{
    domain::{markings::Tlp, seizures::Seizure},
    proto::{self, access_service_client::AccessServiceClient},
};
use tonic::Code;
use tonic_types::StatusExt as _;

on_both! {
    a_caller_is_told_who_it_is: who;
    access_is_explained_to_those_who_have_it: explained;
    who_came_in_and_who_was_turned_away_is_kept: records;
    a_principal_that_asks_too_often_waits_and_others_do_not: often;
}

const ANYONE: [&str; 2] = ["--identities-callers", "anyone"];

async fn who(world: World) {
    let address = serve(&world, &ANYONE).await;
    let mut client = AccessServiceClient::new(channel(address).await);
    let token =
        token(&world.registry, &principal("mx-auditor", "mx-sedena", &["READER", "AUDITOR"])).await;
    let request = showing(proto::WhoAmIRequest {}, &bearer(&token));
    let told = client.who_am_i(request).await.unwrap().into_inner();
    assert_eq!(
        told,
        proto::WhoAmIResponse {
            principal: "principals/mx-auditor".to_owned(),
            agency: "agencies/mx-sedena".to_owned(),
            region_code: "MX".to_owned(),
            roles: vec![proto::Role::Reader.into(), proto::Role::Auditor.into()],
        }
    );
    let nobody = client.who_am_i(proto::WhoAmIRequest {}).await.unwrap().into_inner();
    let roles = vec![proto::Role::Reader.into()];
    assert_eq!(nobody, proto::WhoAmIResponse { roles, ..Default::default() });
}

async fn explained(world: World) {
    let address = serve(&world, &ANYONE).await;
    let us = world.viewer("us-dod");
    let mut made: Vec<Seizure> = Vec::new();
    for (n, (label, to)) in [
        (Tlp::Clear, vec![]),
        (Tlp::Green, vec![]),
        (Tlp::Amber, vec!["MX", "agencies/mx-sedena"]),
        (Tlp::AmberStrict, vec!["MX", "agencies/mx-sedena"]),
        (Tlp::Red, vec![]),
    ]
    .into_iter()
    .enumerate()
    {
        let mut draft = drafts::seizure(&n.to_string());
        draft.marking = drafts::marked(label, &to);
        made.push(world.add(&us, draft).await);
    }
    let owner = token(&world.registry, &principal("us-one", "us-dod", &["CONTRIBUTOR"])).await;
    let reader = token(&world.registry, &principal("us-two", "us-dod", &["READER"])).await;
    let mx = token(&world.registry, &principal("mx-one", "mx-sedena", &["CONTRIBUTOR"])).await;
    let co = token(&world.registry, &principal("co-one", "co-ponal", &["READER"])).await;
    let mut client = AccessServiceClient::new(channel(address).await);
    // Grounds by their numbers, for each record; none where it is not to be found.
    let cases: [(String, bool, [&[i32]; 5]); 5] = [
        (bearer(&owner), true, [&[1, 2], &[1, 3], &[1], &[1], &[1]]),
        (bearer(&reader), false, [&[1, 2], &[1, 3], &[1], &[1], &[1]]),
        (bearer(&mx), false, [&[2], &[3], &[4, 5], &[4], &[]]),
        (bearer(&co), false, [&[2], &[3], &[], &[], &[]]),
        (String::new(), false, [&[2], &[], &[], &[], &[]]),
    ];
    for (authorization, may_change, grounds) in cases {
        for (record, grounds) in made.iter().zip(grounds) {
            let name = record.id.to_string();
            let request = showing(proto::ExplainAccessRequest { name }, &authorization);
            match client.explain_access(request).await {
                Ok(told) => {
                    let told = told.into_inner();
                    assert_eq!((&told.grounds[..], told.may_change), (grounds, may_change));
                }
                Err(status) => {
                    assert_eq!((status.code(), grounds.len()), (Code::NotFound, 0), "{status:?}");
                }
            }
        }
    }
    let wrong = proto::ExplainAccessRequest { name: "substances/heroin".to_owned() };
    assert_eq!(client.explain_access(wrong).await.unwrap_err().code(), Code::InvalidArgument);
}

async fn often(world: World) {
    let few = ["--limits-principal-requests-per-second", "5"];
    let address = serve(&world, &[&ANYONE[..], &few].concat()).await;
    let greedy = token(&world.registry, &principal("mx-one", "mx-sedena", &["READER"])).await;
    let other = token(&world.registry, &principal("us-one", "us-dod", &["READER"])).await;
    let mut client = AccessServiceClient::new(channel(address).await);
    let mut refusals = 0;
    for _ in 0..50 {
        let request = showing(proto::WhoAmIRequest {}, &bearer(&greedy));
        if let Err(status) = client.who_am_i(request).await {
            refusals += 1;
            assert_eq!(status.code(), Code::ResourceExhausted);
            let details = status.get_error_details();
            assert_eq!(details.error_info().unwrap().reason, "TOO_OFTEN");
            assert!(details.retry_info().is_some());
        }
    }
    assert!(refusals > 30, "{refusals}");
    let refused = ask(address, "{ service { name } }", &bearer(&greedy)).await;
    assert_eq!(
        (refused.http_status, &refused.headers["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    let request = showing(proto::WhoAmIRequest {}, &bearer(&other));
    assert!(client.who_am_i(request).await.is_ok());
    assert!(client.who_am_i(proto::WhoAmIRequest {}).await.is_ok());
}

async fn records(world: World) {
    let address = serve(&world, &ANYONE).await;
    let mut client = AccessServiceClient::new(channel(address).await);
    let auditor = token(&world.registry, &principal("mx-auditor", "mx-sedena", &["AUDITOR"])).await;
    let reader = token(&world.registry, &principal("mx-reader", "mx-sedena", &["READER"])).await;
    let other = token(&world.registry, &principal("us-auditor", "us-dod", &["AUDITOR"])).await;
    let all = |page_size: i32, page_token: String| proto::ListAccessRecordsRequest {
        page_size,
        page_token,
    };
    for _ in 0..3 {
        let denied = client.list_access_records(showing(all(0, String::new()), &bearer(&reader)));
        assert_eq!(denied.await.unwrap_err().code(), Code::PermissionDenied);
    }
    let anonymous = client.list_access_records(all(0, String::new())).await.unwrap_err();
    assert_eq!(anonymous.code(), Code::Unauthenticated);
    let bad = client.list_access_records(showing(all(0, String::new()), "Bearer x")).await;
    assert_eq!(bad.unwrap_err().code(), Code::Unauthenticated);
    let mut found = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = showing(all(2, page_token), &bearer(&auditor));
        let page = client.list_access_records(request).await.unwrap().into_inner();
        assert!(page.access_records.len() <= 2);
        found.extend(page.access_records);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    found.reverse();
    let told: Vec<(i32, &str, &str)> = found
        .iter()
        .map(|record| (record.kind, record.principal.as_str(), record.answer.as_str()))
        .collect();
    let (denied, log_on, change) = (1, 2, 3);
    let (auditor_name, reader_name) = ("principals/mx-auditor", "principals/mx-reader");
    assert_eq!(
        told,
        [
            (change, auditor_name, "OK"),
            (change, auditor_name, "OK"),
            (change, reader_name, "OK"),
            (change, reader_name, "OK"),
            (log_on, reader_name, "OK"),
            (denied, reader_name, "PERMISSION_DENIED"),
            (denied, reader_name, "PERMISSION_DENIED"),
            (denied, reader_name, "PERMISSION_DENIED"),
            (log_on, auditor_name, "OK"),
        ]
    );
    assert!(found[5].method.ends_with("/ListAccessRecords") && found[5].peer == "127.0.0.1");
    for record in &found {
        assert!(!format!("{record:?}").contains(&reader.reveal()[13..53]));
    }
    let request = showing(all(0, String::new()), &bearer(&other));
    let theirs = client.list_access_records(request).await.unwrap().into_inner().access_records;
    assert!(theirs.iter().all(|record| record.principal == "principals/us-auditor"));
    let days = world.registry.forget_access_records(1).await;
    assert_eq!(days, Ok(()));
}
