//! The worked examples: each is answered over the cases, at the cost of its lists and totals.

use super::Gateway;
use crate::world::{World, on_both};
use serde_json::{Value, json};
use std::{fs, path::Path};

on_both! {
    every_example_is_answered: answered;
    the_examples_tell_what_the_cases_are: told;
}

/// The examples with what each costs, in SQL statements.
const COSTS: [(&str, u64); 20] = [
    ("01-seizures-by-sensor-type", 5),
    ("02-by-drug-and-month", 1),
    ("03-by-drug-and-quarter", 1),
    ("04-by-drug-and-fiscal-year", 1),
    ("05-by-agency-and-role", 1),
    ("06-by-furnishing-region", 3),
    ("07-hierarchy-place-and-mass", 2),
    ("08-near-a-point", 4),
    ("09-within-a-box", 2),
    ("10-detections-and-conversion", 4),
    ("11-the-whole-chain", 7),
    ("12-by-conveyance-and-drug", 1),
    ("13-by-outcome", 3),
    ("14-origin-and-destination", 1),
    ("15-the-ten-largest", 2),
    ("16-what-is-not-known", 3),
    ("17-two-agencies-together", 3),
    ("18-an-agency-and-its-work", 11),
    ("19-credited-to-any-sensor", 1),
    ("20-by-region-class-and-year", 1),
];

fn document(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/graphql/examples");
    fs::read_to_string(folder.join(format!("{name}.graphql"))).unwrap()
}

async fn answered(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    gateway.data("{ agencies { nodes { id } } }").await;
    let found: Vec<(&str, u64)> = {
        let mut found = Vec::new();
        for (name, _) in COSTS {
            let (data, statements) = gateway.data(&document(name)).await;
            assert!(!data.as_object().unwrap().is_empty(), "{name}");
            found.push((name, statements));
        }
        found
    };
    assert_eq!(found, COSTS);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/graphql/examples");
    assert_eq!(fs::read_dir(folder).unwrap().count(), COSTS.len());
}

async fn told(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let ask = async |name: &str| gateway.data(&document(name)).await.0;
    let by_region = ask("06-by-furnishing-region").await;
    let wanted = json!([
        { "key": { "furnishingRegion": null }, "seizureCount": 2, "mass": "1438" },
        { "key": { "furnishingRegion": "US" }, "seizureCount": 2, "mass": "810.05915913" },
    ]);
    // The radar at Hermosillo cued the flights of Hermosillo and Nogales: 430.45915913 + 379.6 kg.
    assert_eq!(by_region["seizures"]["summary"]["groups"], wanted);
    let fiscal = ask("04-by-drug-and-fiscal-year").await;
    let groups = fiscal["seizures"]["summary"]["groups"].as_array().unwrap().clone();
    let year = |group: &Value| group["key"]["fiscalYear"].clone();
    // October 2020 lies in fiscal year 2021, January and April 2022 in 2022.
    assert!(groups.iter().all(|group| ["2021", "2022"].map(Value::from).contains(&year(group))));
    let largest = ask("15-the-ten-largest").await;
    let masses: Vec<&str> = largest["seizures"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["totalMass"]["value"].as_str().unwrap())
        .collect();
    assert_eq!(masses, ["379.6", "338"]);
    assert_eq!(largest["seizures"]["summary"]["groups"][0]["mass"], json!("717.6"));
    let near = ask("08-near-a-point").await;
    assert_eq!(near["cued"]["summary"]["groups"][0]["mass"], json!("810.05915913"));
    let sensors = ask("10-detections-and-conversion").await;
    let groups = sensors["operations"]["summary"]["groups"].as_array().unwrap().clone();
    let radars = groups.iter().find(|one| one["key"]["sensorType"] == "GROUND_RADAR").unwrap();
    // 430.45915913 + 379.6 + 338 kg of three detections that cued.
    assert_eq!(radars["detectionCount"], json!(3));
    assert_eq!(radars["convertedDetectionCount"], json!(3));
    assert_eq!(radars["massPerDetection"], json!("382.686386377"));
    let together = ask("17-two-agencies-together").await;
    assert_eq!(together["operations"]["nodes"][0]["displayName"], json!("Nogales flight"));
}
