//! Totals beside the rows that they are of.

use super::Gateway;
use crate::world::{World, drafts, on_both, size};
use interdiction::{
    domain::{
        filters::{Filter, SubstanceField, SubstanceSort},
        pages::List,
        quantities::Unit,
        seizures::{Seizure, SeizureDraft},
    },
    graphql,
};
use serde_json::{Value, json};

on_both! {
    seizures_by_sensor_type_are_one_statement: by_sensor_type;
    a_group_leads_to_its_rows: drill;
    more_than_five_hundred_groups_lead_to_their_rows: many_groups;
    a_group_of_a_list_below_a_record_leads_to_its_rows: nested_drill;
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

/// SQLite takes at most 500 queries in one union, so that there cannot be one for each group.
async fn many_groups(world: World) {
    let viewer = world.viewer("us-dod");
    let list: List<SubstanceField, SubstanceSort> = List {
        filter: Filter::default(),
        order: Vec::new(),
        show_deleted: false,
        show_inactive: false,
        page_size: size(200),
        page_token: String::new(),
    };
    let substances = world.registry.list_substances(&viewer, list).await.unwrap().records;
    for day in ["2022-04-08", "2022-04-09", "2022-04-10"] {
        let items = substances.iter().map(|one| drafts::item(one.id.as_str(), "1", Unit::Gram));
        let (when, items) = (Some(day.to_owned()), items.collect());
        let draft = SeizureDraft { when, items, ..drafts::seizure(day) };
        let _made: Seizure = world.add(&viewer, draft).await;
    }
    let gateway = Gateway { world, schema: graphql::schema(), viewer };
    let document = "{ seizures { summary(groupBy: [DAY, SUBSTANCE], first: 1000) { groups {
        key { day substance } seizures(first: 2) {
            pageInfo { hasNextPage } nodes { when { edtf } } } } } } }";
    gateway.data(document).await;
    let (data, statements) = gateway.data(document).await;
    let groups = data["seizures"]["summary"]["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 3 * substances.len());
    assert!(groups.len() > 500);
    for group in groups {
        let rows = json!([{ "when": { "edtf": group["key"]["day"] } }]);
        assert_eq!(group["seizures"]["nodes"], rows, "{group}");
        assert_eq!(group["seizures"]["pageInfo"]["hasNextPage"], json!(false));
    }
    assert_eq!(statements, 2);
}

async fn nested_drill(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let document = "{ operations(orderBy: [{ field: WHEN }]) { nodes { displayName
        seizures(first: 0) { summary(groupBy: [SUBSTANCE]) { groups { key { substance } itemCount
            seizures(first: 5) { edges { cursor node { operation { displayName } } } } } } } } } }";
    gateway.data(document).await;
    let (data, statements) = gateway.data(document).await;
    let operations = data["operations"]["nodes"].as_array().unwrap();
    assert_eq!(operations.len(), 4);
    for operation in operations {
        let groups = operation["seizures"]["summary"]["groups"].as_array().unwrap();
        assert!(!groups.is_empty());
        for group in groups {
            let rows = group["seizures"]["edges"].as_array().unwrap();
            assert_eq!(rows.len(), 1, "{operation:#}");
            let of = &rows[0]["node"]["operation"]["displayName"];
            assert_eq!(*of, operation["displayName"]);
        }
    }
    // The list, the summaries, and one for the rows of all groups of all of them.
    assert_eq!(statements, 3);
}
