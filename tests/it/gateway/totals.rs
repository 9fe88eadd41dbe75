//! Totals beside the rows that they are of.

use super::Gateway;
use crate::world::{World, on_both};
use serde_json::{Value, json};

on_both! {
    seizures_by_sensor_type_are_one_statement: by_sensor_type;
    a_group_leads_to_its_rows: drill;
    months_without_a_seizure_are_groups_on_request: months;
    what_is_wrong_with_a_summary_is_named: wrong;
}

async fn by_sensor_type(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let document = "{ seizures { summary(groupBy: [SENSOR_TYPE]) {
        groups { key { sensorType } seizureCount mass(unit: KILOGRAM) } } } }";
    gateway.data(document).await;
    let (data, statements) = gateway.data(document).await;
    let groups = &data["seizures"]["summary"]["groups"];
    // 430.45915913 + 379.6 + 338 kg by radars, 1.1 t without a sensor.
    let wanted = json!([
        { "key": { "sensorType": null }, "seizureCount": 1, "mass": "1100" },
        { "key": { "sensorType": "GROUND_RADAR" }, "seizureCount": 3, "mass": "1148.05915913" },
    ]);
    assert_eq!(*groups, wanted);
    assert_eq!(statements, 1);
}

async fn drill(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let document = "{ seizures { summary(groupBy: [SUBSTANCE], orderBy: [{ figure: MASS,
            direction: DESCENDING }]) {
        asOf additive sumsAdditive hasMore
        total { seizureCount itemCount mass(unit: KILOGRAM) massFloat unknownQuantityCount }
        groups { key { substance substanceName } seizureCount itemCount mass(unit: POUND)
            seizures(first: 3, orderBy: [{ field: WHEN }]) { nodes { id operation { displayName } } } } } } }";
    gateway.data(document).await;
    let (data, statements) = gateway.data(document).await;
    let summary = &data["seizures"]["summary"];
    assert_eq!((&summary["additive"], &summary["sumsAdditive"]), (&json!(false), &json!(true)));
    assert_eq!(summary["total"]["seizureCount"], json!(4));
    assert_eq!(summary["total"]["itemCount"], json!(15));
    let groups = summary["groups"].as_array().unwrap();
    let cocaine = groups.iter().find(|g| g["key"]["substance"] == "substances/cocaine").unwrap();
    assert_eq!(cocaine["seizureCount"], json!(4));
    for group in groups {
        let rows = group["seizures"]["nodes"].as_array().unwrap();
        let wanted = group["seizureCount"].as_u64().unwrap().min(3);
        assert_eq!(rows.len() as u64, wanted, "{group}");
    }
    // The summary, and one for the rows of all groups.
    assert_eq!(statements, 2);
}

async fn months(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let document = "{ seizures(filter: { when: { from: \"2022\", until: \"2022\" } }) {
        summary(groupBy: [MONTH], emptyBuckets: true) {
            groups { key { month } seizureCount mass } } } }";
    let (data, _) = gateway.data(document).await;
    let groups = data["seizures"]["summary"]["groups"].as_array().unwrap().clone();
    let months: Vec<(Value, Value)> =
        groups.iter().map(|g| (g["key"]["month"].clone(), g["seizureCount"].clone())).collect();
    let wanted = [("2022-01", 1), ("2022-02", 0), ("2022-03", 0), ("2022-04", 1)];
    assert_eq!(months, wanted.map(|(month, count)| (json!(month), json!(count))));
}

async fn wrong(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let document = "{ seizures { summary(groupBy: [MONTH, MONTH, YEAR, DAY, WEEK], first: -1) {
        groups { seizureCount } } } }";
    let (answer, statements) = gateway.ask(document, Value::Null).await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], json!("INVALID_ARGUMENT"));
    let fields: Vec<&str> = error["extensions"]["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|violation| violation["field"].as_str().unwrap())
        .collect();
    assert!(fields.contains(&"first"), "{error}");
    assert_eq!(statements, 0);
}
