//! How large an answer may be: what is read for it, and what is told again at every record.

use super::Gateway;
use crate::{
    sizes::large_operation,
    world::{World, drafts, on_both},
};
use interdiction::{
    domain::{
        operations::Operation,
        seizures::{Seizure, SeizureDraft},
    },
    graphql,
};
use serde_json::{Value, json};

on_both! {
    what_is_too_much_to_read_is_refused: read;
    what_is_told_too_often_is_refused: told;
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
