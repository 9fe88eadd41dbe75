//! Bad arguments: each is refused with the place of every field at fault as the caller wrote it,
//! and with what would be right.

use super::Gateway;
use crate::world::{World, on_both};
use serde_json::{Value, json};

on_both! {
    a_bad_argument_is_refused_with_every_field_named: arguments;
    what_is_not_of_its_type_is_refused_at_its_place: types;
}

/// Arguments of a root list, and the fields at fault with what is said of each.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const INSTANT: &str = "want an instant by RFC 3339 such as 2022-04-08T17:30:00Z: \
                       seconds and an offset of Z or +00:00 are needed";
const EMPTY: &str = "an empty list: give a value or leave it out";

const ROWS: &[Row] = &[
    (
        "seizures",
        r#"filter: { name: { anyOf: ["seizures/01890a5d-ac96-774b-bcce-b302099a8057", "x"] } }"#,
        &[("filter.name.anyOf[1]", "not a resource name: want seizures/{id}")],
    ),
    (
        "seizures",
        "filter: { createTime: { from: \"yesterday\", until: \"2022-04-08T17:30-07:00\" } }",
        &[("filter.createTime.from", INSTANT), ("filter.createTime.until", INSTANT)],
    ),
    ("seizures", "filter: { stateAnyOf: [], and: [] }", &[("filter.and", EMPTY), ("filter.stateAnyOf", EMPTY)]),
    (
        "seizures",
        r#"filter: { totalMass: { atLeast: { value: "1.5", unit: LITRE } } }"#,
        &[("filter.totalMass.atLeast.unit", "want a unit of mass")],
    ),
    (
        "operations",
        "filter: { detections: { some: { sensor: { site: { withinCircle: {
            latitude: 91, longitude: 0, radiusKilometers: 0 } } } } } }",
        &[
            ("filter.detections.some.sensor.site.withinCircle.latitude", "91: want degrees from -90 to 90"),
            ("filter.detections.some.sensor.site.withinCircle.radiusKilometers", "0: want above 0, at most 20016"),
        ],
    ),
    (
        "agencies",
        "orderBy: [{ field: KIND }, { field: NAME }, { field: KIND, direction: DESCENDING }]",
        &[("orderBy[2].field", "stands twice in the order")],
    ),
    (
        "substances",
        "orderBy: [{ field: NAME }, { field: NAME }, { field: NAME }, { field: NAME }, { field: NAME },
            { field: NAME }]",
        &[("orderBy", "6 entries: at most 5")],
    ),
    (
        "sensors",
        "first: 1, last: 1001, filter: { not: { displayName: { equals: \"a\\nb\" } } }",
        &[
            ("filter.not.displayName.equals", "control character U+000A: not allowed here"),
            ("last", "given beside `first`: give one of the two"),
        ],
    ),
];

/// The extensions of the only error of an answer, and its message.
fn only(answer: &Value) -> (&Value, &str) {
    let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(errors.len(), 1, "{answer:#}");
    (&errors[0]["extensions"], errors[0]["message"].as_str().unwrap())
}

async fn arguments(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    for (list, arguments, wanted) in ROWS {
        let document = format!("{{ {list}({arguments}) {{ totalCount }} }}");
        let (answer, statements) = gateway.ask(&document, json!({})).await;
        let (extensions, message) = only(&answer);
        let each = extensions["violations"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut found: Vec<_> =
            each.iter().map(|one| (text(&one["field"]), text(&one["message"]))).collect();
        found.sort();
        let named: Vec<_> =
            wanted.iter().map(|(at, what)| ((*at).to_owned(), (*what).to_owned())).collect();
        assert_eq!(found, named, "{document}");
        assert_eq!(extensions["code"], json!("INVALID_ARGUMENT"), "{document}");
        if let [(field, what)] = wanted {
            assert_eq!(message, format!("{field}: {what}"));
        }
        assert_eq!(statements, 0, "{document}");
    }
}

/// Filters of seizures that the schema does not have, and what is said of each.
const MISTYPED: &[(&str, &str)] = &[
    (
        "{ operation: { detections: { some: { sensor: { typeAnyOf: [GROUND_RADAR, BOGUS] } } } } }",
        "filter.operation.detections.some.sensor.typeAnyOf.1\", enumeration type \"SensorType\" \
         does not contain the value \"BOGUS\"",
    ),
    (
        "{ totalMass: { atLeast: { value: 1.5, unit: KILOGRAM } } }",
        "filter.totalMass.atLeast.value\", expected type \"Decimal\"",
    ),
    ("{ when: { from: 2019 } }", "filter.when.from\", expected type \"EDTF\""),
    ("{ createTime: { from: 0 } }", "filter.createTime.from\", expected type \"DateTime\""),
    ("{ items: { any: {} } }", "filter.items\", unknown field \"any\" of type \"ItemsFilter\""),
    (
        "{ externalId: {} }",
        "filter.externalId\", field \"scheme\" of type \"String!\" is required but not provided",
    ),
];

async fn types(world: World) {
    let gateway = Gateway::over_the_cases(world).await;
    for (filter, wanted) in MISTYPED {
        let document = format!("{{ seizures(filter: {filter}) {{ totalCount }} }}");
        let (answer, statements) = gateway.ask(&document, json!({})).await;
        let (_, message) = only(&answer);
        assert_eq!(message, format!("Invalid value for argument \"{wanted}"));
        assert_eq!(statements, 0, "{document}");
    }
}
