//! A document costs one statement for each list, whatever the number of records above it.

use super::Gateway;
use crate::world::{World, create, drafts, on_both};
use interdiction::{
    demo,
    domain::{seizures::SeizureDraft, sensors::SensorType, viewers::Viewer},
    graphql,
};
use serde_json::{Value, json};

on_both! {
    every_nesting_costs_the_same_however_many: nestings;
}

/// Each nesting of one list in another, and the statements that it costs.
const NESTINGS: [(&str, u64); 30] = [
    ("agencies(first: 1000) { nodes { children(first: 2) { nodes { id } } } }", 2),
    ("agencies(first: 1000) { nodes { operationsLed(first: 2) { nodes { id } } } }", 2),
    ("agencies(first: 1000) { nodes { operationsJoined(first: 2) { nodes { id } } } }", 2),
    ("agencies(first: 1000) { nodes { sensorsOperated(first: 2) { nodes { id } } } }", 2),
    ("agencies(first: 1000) { nodes { sensorsFurnished(first: 2) { nodes { id } } } }", 2),
    ("agencies(first: 1000) { nodes { seizures(first: 2) { nodes { id } } } }", 2),
    ("sensors(first: 1000) { nodes { detections(first: 2) { nodes { role } totalCount } } }", 3),
    ("sensors(first: 1000) { nodes { operations(first: 2) { nodes { id } } } }", 2),
    ("sensors(first: 1000) { nodes { seizures(first: 2) { nodes { id } } } }", 2),
    ("sensors(first: 1000) { nodes { seizuresDetected(first: 2) { nodes { id } } } }", 2),
    ("sensors(first: 1000) { nodes { provisions { provider { id } } } }", 2),
    ("operations(first: 1000) { nodes { seizures(first: 2) { nodes { id } totalCount } } }", 3),
    ("operations(first: 1000) { nodes { participants { agency { id } } } }", 2),
    (
        "operations(first: 1000) { nodes { detections { sensor { id } } steps { agency { id } } } }",
        3,
    ),
    ("operations(first: 1000) { nodes { conveyances { kind } route { kind } } }", 3),
    ("substances(first: 1000) { nodes { seizures(first: 2) { nodes { id } } } }", 2),
    (
        "agencies(first: 1000) { nodes { seizures(first: 0) { summary(groupBy: [REGION, SENSOR_TYPE], first:
          5) { total { seizureCount massFloat } groups { key { region } seizureCount mass } } } } }",
        2,
    ),
    (
        "sensors(first: 1000) { nodes { seizures(first: 0) { summary(groupBy: [REGION, SENSOR_TYPE], first:
          5) { total { seizureCount massFloat } groups { key { region } seizureCount mass } } } } }",
        2,
    ),
    (
        "sensors(first: 1000) { nodes { seizuresDetected(first: 0) { summary(groupBy: [REGION, SENSOR_TYPE], first:
          5) { total { seizureCount massFloat } groups { key { region } seizureCount mass } } } } }",
        2,
    ),
    (
        "operations(first: 1000) { nodes { seizures(first: 0) { summary(groupBy: [REGION, SENSOR_TYPE], first:
          5) { total { seizureCount massFloat } groups { key { region } seizureCount mass } } } } }",
        2,
    ),
    (
        "substances(first: 1000) { nodes { seizures(first: 0) { summary(groupBy: [REGION, SENSOR_TYPE], first:
          5) { total { seizureCount massFloat } groups { key { region } seizureCount mass } } } } }",
        2,
    ),
    (
        "agencies(first: 1000) { nodes { operationsLed(first: 0) { summary(groupBy: [REGION, SENSOR_TYPE], first:
          5) { total { operationCount massFloat } groups { key { region } operationCount mass } } } } }",
        2,
    ),
    (
        "agencies(first: 1000) { nodes { operationsJoined(first: 0) { summary(groupBy: [REGION, SENSOR_TYPE], first:
          5) { total { operationCount massFloat } groups { key { region } operationCount mass } } } } }",
        2,
    ),
    (
        "sensors(first: 1000) { nodes { operations(first: 0) { summary(groupBy: [REGION, SENSOR_TYPE], first:
          5) { total { detectionCount massFloat } groups { key { region } detectionCount mass } } } } }",
        2,
    ),
    (
        "agencies(first: 1000) { nodes { seizures(first: 0) { summary(groupBy: [REGION], first: 5) {
          groups { seizureCount seizures(first: 2) { nodes { id } } } } } } }",
        3,
    ),
    (
        "sensors(first: 1000) { nodes { operations(first: 0) { summary(groupBy: [SENSOR_TYPE], first: 5) {
          groups { operationCount operations(first: 2) { nodes { detections { role } } } } } } } }",
        4,
    ),
    (
        "seizures(first: 1000) { nodes { id } summary(groupBy: [DAY, AGENCY], first: 1000) { groups {
          seizures(first: 2) { nodes { id } } } } }",
        3,
    ),
    ("substances(first: 1000) { nodes { children { parent { id } } } }", 1),
    (
        "seizures(first: 1000) { nodes { operation { leadAgency { displayName parent { id } } } } }",
        1,
    ),
    (
        "seizures(first: 1000) { nodes { operation { seizures(first: 1) { nodes { agency {
          operationsLed(first: 1) { nodes { detections { sensor { seizures(first: 1) { nodes { id
          } } } } } } } } } } } }",
        5,
    ),
];

async fn fill(world: &World, viewer: &Viewer, rows: std::ops::Range<usize>) {
    let mut tasks = Vec::new();
    for n in rows {
        let (registry, viewer) = (world.registry.clone(), viewer.clone());
        tasks.push(tokio::spawn(async move {
            let agency = drafts::agency(&format!("Agency {n}"));
            registry.create_agency(&viewer, create(&format!("a-{n}"), agency)).await.unwrap();
            let sensor = drafts::sensor(&format!("Sensor {n}"), SensorType::GroundRadar);
            registry.create_sensor(&viewer, create(&format!("s-{n}"), sensor)).await.unwrap();
            let operation = drafts::operation(&format!("Operation {n}"));
            let made = registry.create_operation(&viewer, create("", operation)).await.unwrap();
            let draft = drafts::seizure(&format!("label {n}"));
            let draft = SeizureDraft { operation: made.id.to_string(), ..draft };
            registry.create_seizure(&viewer, create("", draft)).await.unwrap();
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

async fn nestings(world: World) {
    let viewer = world.viewer("us-dod");
    demo::record(&world.registry, &viewer).await.unwrap();
    let gateway = Gateway { world, schema: graphql::schema(), viewer };
    let mut made = 0;
    for rows in [10, 1_000] {
        fill(&gateway.world, &gateway.viewer, made..rows).await;
        made = rows;
        for (nesting, wanted) in NESTINGS {
            let (data, statements) = gateway.data(&format!("{{ {nesting} }}")).await;
            let list = data.as_object().unwrap().values().next().unwrap();
            let parents = list["nodes"].as_array().map_or(0, Vec::len);
            assert!(parents >= rows.min(399), "{parents} of {rows}: {nesting}");
            assert_eq!(statements, wanted, "{rows} rows: {nesting}");
        }
    }
    let (ended, _) = gateway.ask("{ seizures(first: 0) { totalCount } }", Value::Null).await;
    assert_eq!(ended["data"]["seizures"]["totalCount"], json!(1_004));
}
