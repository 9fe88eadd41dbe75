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
