//! Every field of every record, alone and beside all others: what is picked is what is handed out.

use super::{Gateway, schema::introspected};
use crate::world::{World, on_both};
use serde_json::Value;

on_both! {
    every_field_alone_is_what_it_is_beside_all_others: alone;
}

/// Records, and the root list that each is under.
const ROOTS: [(&str, &str); 5] = [
    ("Agency", "agencies"),
    ("Sensor", "sensors"),
    ("Operation", "operations"),
    ("Seizure", "seizures"),
    ("Substance", "substances"),
];

fn type_named<'s>(schema: &'s Value, name: &str) -> &'s Value {
    let types = schema["types"].as_array().unwrap();
    types.iter().find(|of| of["name"] == name).unwrap()
}

/// The name of a type without what wraps it.
fn bare(of: &Value) -> &Value {
    if of["ofType"].is_object() { bare(&of["ofType"]) } else { of }
}

/// A selection of every field of a type; of records below, their names alone.
fn whole(schema: &Value, of: &str, depth: usize) -> String {
    let fields = type_named(schema, of)["fields"].as_array().unwrap();
    let each = fields.iter().map(|field| selected(schema, field, depth));
    each.flatten().collect::<Vec<_>>().join(" ")
}

fn selected(schema: &Value, field: &Value, depth: usize) -> Option<String> {
    let name = field["name"].as_str().unwrap();
    let below = bare(&field["type"]);
    if below["kind"] != "OBJECT" {
        return Some(name.to_owned());
    }
    let below = below["name"].as_str().unwrap();
    if below == "Detection" {
        return Some(format!("{name} {{ role sensor {{ id }} operation {{ id }} }}"));
    }
    if ROOTS.iter().any(|(record, _)| *record == below) {
        return Some(format!("{name} {{ id }}"));
    }
    if below == "DetectionConnection" {
        return Some(format!(
            "{name}(first: 2) {{ totalCount nodes {{ role operation {{ id }} }} }}"
        ));
    }
    if below == "SeizureConnection" {
        return Some(format!(
            "{name}(first: 2) {{ totalCount nodes {{ id }} pageInfo {{ endCursor }} }}"
        ));
    }
    if below.ends_with("Connection") {
        return Some(format!(
            "{name}(first: 2) {{ totalCount nodes {{ id }} pageInfo {{ hasNextPage }} }}"
        ));
    }
    (depth > 0).then(|| format!("{name} {{ {} }}", whole(schema, below, depth - 1)))
}

async fn alone(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    let schema = std::thread::spawn(introspected).join().unwrap();
    let mut fields = 0;
    for (record, list) in ROOTS {
        let all = whole(&schema, record, 3);
        let (answer, _) =
            gateway.data(&format!("{{ {list}(first: 5) {{ nodes {{ {all} }} }} }}")).await;
        let records = answer[list]["nodes"].as_array().unwrap().clone();
        assert!(!records.is_empty(), "{list}");
        for field in type_named(&schema, record)["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            let one = selected(&schema, field, 3).unwrap();
            let document = format!("{{ {list}(first: 5) {{ nodes {{ {one} }} }} }}");
            let (answer, _) = gateway.data(&document).await;
            let found: Vec<Value> =
                answer[list]["nodes"].as_array().unwrap().iter().map(|n| n[name].clone()).collect();
            let wanted: Vec<Value> = records.iter().map(|n| n[name].clone()).collect();
            assert_eq!(found, wanted, "{record}.{name}");
            fields += 1;
        }
    }
    assert!(fields > 60, "only {fields} fields were looked at");
}
