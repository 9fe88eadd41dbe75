//! How large an answer may be: what is read for it, and what is told again at every record.

use super::Gateway;
use crate::{
    sizes::large_operation,
    world::{World, drafts, on_both},
};
use interdiction::{
    domain::{
        filters::FILTER_VALUES_MAX,
        operations::Operation,
        seizures::{Seizure, SeizureDraft},
    },
    graphql,
};
use serde_json::{Value, json};
use uuid::Uuid;

on_both! {
    what_is_too_much_to_read_is_refused: read;
    what_is_told_too_often_is_refused: told;
    groups_under_the_longest_filters_lead_to_their_rows: long_filters;
}

fn gateway(world: World) -> Gateway {
    let viewer = world.viewer("us-dod");
    Gateway { world, schema: graphql::schema(), viewer }
}

async fn refused(gateway: &Gateway, document: &str, variables: Value) {
    let (answer, _) = gateway.ask(document, variables).await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], json!("RESOURCE_EXHAUSTED"), "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("16 MiB"), "{error:#}");
}

async fn read(world: World) {
    let viewer = world.viewer("us-dod");
    for _ in 0..18 {
        let _made: Operation = world.add(&viewer, large_operation()).await;
    }
    let gateway = gateway(world);
    let notes =
        |first: u32| format!("{{ operations(first: {first}) {{ nodes {{ steps {{ note }} }} }} }}");
    let (data, _) = gateway.data(&notes(10)).await;
    assert_eq!(data["operations"]["nodes"][9]["steps"].as_array().unwrap().len(), 450);
    refused(&gateway, &notes(18), json!({})).await;
    let several = "{ a: operations(first: 9) { nodes { steps { note } } }
        b: operations(last: 9) { nodes { steps { note } } } }";
    refused(&gateway, several, json!({})).await;
    let (data, _) = gateway.data("{ operations { nodes { displayName } } }").await;
    assert_eq!(data["operations"]["nodes"].as_array().unwrap().len(), 18);
}

/// The steps of one operation are read once, and stand in the answer at each of its seizures.
async fn told(world: World) {
    let viewer = world.viewer("us-dod");
    let case: Operation = world.add(&viewer, large_operation()).await;
    for n in 0..18 {
        let operation = case.id.to_string();
        let draft = SeizureDraft { operation, ..drafts::seizure(&n.to_string()) };
        let _made: Seizure = world.add(&viewer, draft).await;
    }
    let gateway = gateway(world);
    let notes = |first: u32| {
        format!("{{ seizures(first: {first}) {{ nodes {{ operation {{ steps {{ note }} }} }} }} }}")
    };
    let (data, _) = gateway.data(&notes(5)).await;
    assert_eq!(data["seizures"]["nodes"].as_array().unwrap().len(), 5);
    refused(&gateway, &notes(18), json!({})).await;
    let by_name = "query($ids: [ID!]!) { nodes(ids: $ids) {
        ... on Operation { steps { note } } } }";
    refused(&gateway, by_name, json!({ "ids": vec![case.id.to_string(); 18] })).await;
}

/// A hundred groups, each with a list under a filter of as many values as there may be, of a list
/// under another one: 200,000 values if each group held them all, where Postgres takes 65,535 and
/// SQLite 32,766.
async fn long_filters(world: World) {
    const GROUPS: usize = 100;
    let viewer = world.viewer("us-dod");
    let mut names = Vec::new();
    for n in 0..GROUPS + 2 {
        let day = format!("2022-{:02}-{:02}", 1 + n / 28, 1 + n % 28);
        let draft = SeizureDraft { when: Some(day), ..drafts::seizure(&n.to_string()) };
        let made: Seizure = world.add(&viewer, draft).await;
        names.push(made.id.to_string());
    }
    let others =
        (GROUPS..FILTER_VALUES_MAX).map(|n| format!("seizures/{}", Uuid::from_u128(n as u128)));
    let others: Vec<String> = others.collect();
    let of_names = |names: &[String]| {
        let all = [names, &others].concat();
        json!({ "name": { "anyOf": all } })
    };
    let gateway = gateway(world);
    let document = |own: &str| {
        format!(
            "query($of: SeizureFilter{}) {{ seizures(filter: $of) {{ totalCount
                summary(groupBy: [DAY], first: {GROUPS}) {{ total {{ seizureCount }} groups {{
                    key {{ day }} seizures(first: 2{own}) {{ nodes {{ id when {{ edtf }} }} }} }} }} }} }}",
            if own.is_empty() { "" } else { ", $own: SeizureFilter" }
        )
    };
    let (of, own) = (of_names(&names[..GROUPS]), of_names(&names[1..=GROUPS]));
    for (own_filter, first) in [("", &names[..1]), (", filter: $own", &[][..])] {
        let variables = json!({ "of": of, "own": own });
        let document = document(own_filter);
        gateway.ask(&document, variables.clone()).await;
        let (answer, statements) = gateway.ask(&document, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        let listed = &answer["data"]["seizures"];
        assert_eq!(listed["totalCount"], json!(GROUPS));
        assert_eq!(listed["summary"]["total"]["seizureCount"], json!(GROUPS));
        let groups = listed["summary"]["groups"].as_array().unwrap();
        assert_eq!(groups.len(), GROUPS);
        let rows = groups.iter().flat_map(|group| {
            let nodes = group["seizures"]["nodes"].as_array().unwrap();
            assert!(
                nodes.iter().all(|node| node["when"]["edtf"] == group["key"]["day"]),
                "{group}"
            );
            nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned())
        });
        let wanted: Vec<String> = first.iter().chain(&names[1..GROUPS]).cloned().collect();
        assert_eq!(rows.collect::<Vec<_>>(), wanted);
        // The number of the list, the summary, and one for the rows of all groups.
        assert_eq!(statements, 3);
    }
    let too_many = vec![names[0].clone(); FILTER_VALUES_MAX + 1];
    let excess = json!({ "name": { "anyOf": too_many } });
    for variables in [json!({ "of": excess, "own": {} }), json!({ "of": {}, "own": excess })] {
        let (answer, statements) = gateway.ask(&document(", filter: $own"), variables).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], json!("INVALID_ARGUMENT"), "{error:#}");
        assert!(error.to_string().contains(&FILTER_VALUES_MAX.to_string()), "{error:#}");
        assert_eq!(statements, 0);
    }
}
