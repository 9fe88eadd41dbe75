//! The analysts' contract: documents over the cases, what they cost, and what they never tell.

mod costs;
mod examples;
mod fields;
mod refused;
pub mod schema;
mod sizes;
mod totals;

use crate::world::{World, on_both};
use async_graphql::{Request, Variables};
use interdiction::{
    demo,
    domain::viewers::Viewer,
    graphql::{self, RegistrySchema, query::Asked},
};
use serde_json::{Value, json};

on_both! {
    a_seizure_names_what_it_was_made_with: chain;
    a_page_continues_where_the_last_one_ended: pages;
    records_by_name_come_in_the_order_of_the_names: nodes;
    fields_stand_in_the_order_of_the_document_and_merge: merged;
}

/// A gateway over a world, as one viewer.
struct Gateway {
    world: World,
    schema: RegistrySchema,
    viewer: Viewer,
}

impl Gateway {
    async fn over_the_cases(world: World) -> Self {
        let viewer = world.viewer("us-dod");
        demo::record(&world.registry, &viewer).await.unwrap();
        Self { world, schema: graphql::schema(), viewer }
    }

    async fn ask(&self, document: &str, variables: Value) -> (Value, u64) {
        let before = self.world.store.statements();
        let request = Request::new(document)
            .variables(Variables::from_json(variables))
            .data(Asked::new(self.world.registry.clone(), self.viewer.clone()));
        let answer = self.schema.execute(request).await;
        (serde_json::to_value(answer).unwrap(), self.world.store.statements() - before)
    }

    async fn data(&self, document: &str) -> (Value, u64) {
        let (answer, statements) = self.ask(document, json!({})).await;
        assert_eq!(answer.get("errors"), None, "{document}\n{answer:#}");
        (answer["data"].clone(), statements)
    }
}

async fn chain(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let document = "{ seizures(filter: { operation: { detections: { some: { sensor: {
        typeAnyOf: [GROUND_RADAR] } } } } }, orderBy: [{ field: WHEN }], first: 10) {
        totalCount
        nodes { totalMass { value(unit: KILOGRAM) }
            operation { displayName leadAgency { displayName }
                detections { role sensor { type operator { id } provisions { provider { id } } } } }
            agency { id } items { substance { id parent { id } } quantity { value unit normalized } }
        } } }";
    let (data, statements) = gateway.data(document).await;
    assert_eq!(data["seizures"]["totalCount"], json!(3));
    let first = &data["seizures"]["nodes"][0];
    assert_eq!(first["operation"]["displayName"], json!("Hermosillo flight"));
    assert_eq!(first["totalMass"]["value"], json!("430.45915913"));
    assert_eq!(first["items"][0]["quantity"]["normalized"], json!("176901024300"));
    // The list, its number, the detections, the provisions of their sensors.
    assert_eq!(statements, 4);
}

async fn pages(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let document = "query($after: String) { seizures(first: 1, after: $after,
        orderBy: [{ field: TOTAL_MASS, direction: DESCENDING }]) {
        pageInfo { hasNextPage endCursor } edges { cursor node { id } } } }";
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let (answer, _) = gateway.ask(document, json!({ "after": after })).await;
        let page = &answer["data"]["seizures"];
        seen.push(page["edges"][0]["node"]["id"].clone());
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    let (all, _) = gateway
        .data("{ seizures(orderBy: [{ field: TOTAL_MASS, direction: DESCENDING }]) { nodes { id } } }")
        .await;
    let all: Vec<Value> =
        all["seizures"]["nodes"].as_array().unwrap().iter().map(|n| n["id"].clone()).collect();
    assert_eq!(seen, all);
    assert_eq!(seen.len(), 4);
}

async fn nodes(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let document =
        "{ nodes(ids: [\"substances/heroin\", \"agencies/nobody\", \"agencies/us-dod\"]) {
        __typename id ... on Agency { displayName } ... on Substance { children { id } } } }";
    let (data, _) = gateway.data(document).await;
    assert_eq!(data["nodes"][1], Value::Null);
    assert_eq!(data["nodes"][2]["id"], json!("agencies/us-dod"));
    assert_eq!(data["nodes"][0]["__typename"], json!("Substance"));
}

async fn merged(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let document = "{ seizures(first: 1, orderBy: [{ field: WHEN }]) { nodes { __typename
            when { edtf } ...rest ... on Node { kind: __typename } when { uncertain }
            ... @include(if: false) { etag } other: when { edtf }
            bare: when { edtf @skip(if: true) } bare: when { uncertain } items { kind } }
        nodes { items { form } state @skip(if: true) } } }
        fragment rest on Seizure { operation { domain ...case } when { approximate edtf } }
        fragment case on Operation { outcome seizures(first: 0) { nodes { id } totalCount } }";
    let request = Request::new(document)
        .data(Asked::new(gateway.world.registry.clone(), gateway.viewer.clone()));
    let answer = gateway.schema.execute(request).await;
    assert_eq!(answer.errors, Vec::new());
    let mut text = serde_json::to_string(&answer.data).unwrap();
    let items = text.find("\"items\"").unwrap();
    let first_item = text[items..].find("},").unwrap();
    text.truncate(items + first_item + 1);
    assert_eq!(
        text,
        "{\"seizures\":{\"nodes\":[{\"__typename\":\"Seizure\",\"when\":{\"edtf\":\"2020-10-15?\",\
         \"approximate\":false,\"uncertain\":true},\"operation\":{\"domain\":\"AIR\",\
         \"outcome\":\"SEIZED\",\"seizures\":{\"nodes\":[],\"totalCount\":1}},\
         \"kind\":\"Seizure\",\"other\":{\"edtf\":\"2020-10-15?\"},\
         \"bare\":{\"uncertain\":true},\"items\":[{\"kind\":\"SUBSTANCE\",\"form\":null}"
    );
}
