//! Summaries of worked questions, as the sets of the model tell them, written out in their units.

use super::{
    AS_OF,
    documents::Field,
    filters::micrograms,
    oracle::{direction, is_in, page},
    records::Worked,
};
use crate::model::{
    conditions::View,
    documents::totals::key,
    summaries::oracle::{Counted, Told, Within, answer},
};
use interdiction::domain::{
    codes::Code as _,
    filters::Filter,
    ids::SensorId,
    summaries::{
        Attribution, Figure, Figures, GroupBy, Having, Key, KeyValue, OrderBy, Request, SortBy,
    },
};
use serde_json::{Map, Value, json};

/// Groups of a summary whose number is not said.
const GROUPS: usize = 50;

/// The summary of the list of a field, below the record of a name.
pub fn summary<R: Worked + Counted>(
    field: &Field,
    list: &Field,
    parent: Option<&str>,
    view: View<'_>,
) -> Value {
    let request = request::<R>(field);
    let passes = |one: &R| is_in(&view.tables.shown(one, view.viewer), list, parent, view);
    // Below a sensor its own detections are credited.
    let sensor = parent.and_then(|parent| parent.strip_prefix("sensors/"));
    let sensor = sensor.map(|id| SensorId::from_stored(id.to_owned()));
    let (sets, total) = R::sets(&request, view, &Within { passes: &passes, sensor });
    let Told { groups, has_more, total, additive } = answer(&request, &sets, &total).unwrap();
    let told = field.below.iter().map(|part| {
        let value = match part.name.as_str() {
            "asOf" => json!(AS_OF),
            "attribution" => json!(request.attribution.name()),
            "additive" => json!(additive.0),
            "sumsAdditive" => json!(additive.1),
            "hasMore" => json!(has_more),
            "total" => {
                let total = total.as_ref().unwrap();
                let told = part.below.iter().map(|one| (one.key.clone(), figure(one, total)));
                Value::Object(told.collect())
            }
            "groups" => {
                let each = groups.iter().map(|group| {
                    let records = sets.get(&group.keys).map(|taken| taken.records.iter());
                    let names = records.into_iter().flatten();
                    let names = names.map(|n| R::rows(view.tables)[*n].id().to_string());
                    let names: Vec<String> = names.collect();
                    let told = part.below.iter().map(|one| {
                        let value = match one.name.as_str() {
                            "key" => keys(one, &group.keys, view),
                            "seizures" | "operations" => {
                                one.goes_by(&["first"]);
                                page(one, &names, view, |_| panic!("a group is a summary"))
                            }
                            _ => figure(one, &group.figures),
                        };
                        (one.key.clone(), value)
                    });
                    Value::Object(told.collect())
                });
                each.collect()
            }
            other => panic!("the oracle does not know {other}"),
        };
        (part.key.clone(), value)
    });
    Value::Object(told.collect())
}

fn request<R: Counted>(field: &Field) -> Request<R::Field> {
    field.goes_by(&["groupBy", "attribution", "having", "orderBy", "first"]);
    let list = |name: &str| field.argument(name).as_array().cloned().unwrap_or_default();
    let by_name = |value: &Value| *Key::ALL.iter().find(|key| *value == key.name()).unwrap();
    let figure =
        |value: &Value| *Figure::ALL.iter().find(|figure| *value == figure.name()).unwrap();
    let any = *field.argument("attribution") == Attribution::Any.name();
    let having = list("having").into_iter().map(|one| {
        assert_eq!(one.as_object().unwrap().len(), 2, "the oracle knows only the least");
        let least = i64::try_from(micrograms(&one["atLeast"])).unwrap();
        Having { figure: figure(&one["figure"]), at_least: Some(least), at_most: None }
    });
    let order = list("orderBy").into_iter().map(|one| OrderBy {
        by: SortBy::Figure(figure(&one["figure"])),
        direction: direction(&one),
    });
    let group_by = list("groupBy");
    Request {
        filter: Filter::default(),
        group_by: group_by.iter().map(|one| GroupBy { key: by_name(one), depth: None }).collect(),
        attribution: if any { Attribution::Any } else { Attribution::Primary },
        figures: Figure::ALL.to_vec(),
        having: having.collect(),
        order: order.collect(),
        first: u32::try_from(field.first(GROUPS)).unwrap(),
        empty_buckets: false,
        total: field.has("total"),
    }
}

fn keys(field: &Field, keys: &[KeyValue], view: View<'_>) -> Value {
    let by_field: Map<String, Value> = keys.iter().map(key).collect();
    let substances = keys.iter().find_map(|key| match key {
        KeyValue::Substance(Some(group)) => Some(&group.id),
        _ => None,
    });
    let called = substances.map(|id| {
        let substance = view.tables.vocabulary.iter().find(|one| one.id == *id);
        &substance.unwrap().display_name
    });
    let told = field.below.iter().map(|one| {
        let value = match one.name.as_str() {
            "substanceName" => json!(called),
            name => by_field[name].clone(),
        };
        (one.key.clone(), value)
    });
    Value::Object(told.collect())
}

fn figure(field: &Field, figures: &Figures) -> Value {
    let unit = || field.argument("unit").as_str().unwrap_or("KILOGRAM");
    let mass = |sum: Option<i128>| json!(sum.map(|sum| in_unit(sum, unit())));
    match field.name.as_str() {
        "seizureCount" => json!(figures.seizure_count),
        "itemCount" => json!(figures.item_count),
        "unknownQuantityCount" => json!(figures.unknown_quantity_count),
        "operationCount" => json!(figures.operation_count),
        "detectionCount" => json!(figures.detection_count),
        "convertedDetectionCount" => json!(figures.converted_detection_count),
        "mass" => mass(figures.mass.base_units),
        "estimatedMass" => mass(figures.mass.estimated),
        "detectedMass" => mass(figures.detected_mass),
        "massFloat" => {
            let exact = figures.mass.base_units.map(|sum| in_unit(sum, unit()));
            json!(exact.map(|text| text.parse::<f64>().unwrap()))
        }
        "units" => json!(figures.count.base_units.map(|sum| sum.to_string())),
        "massPerDetection" => {
            let detections = i128::from(figures.detection_count);
            let each = figures.detected_mass.filter(|_| detections > 0);
            mass(each.map(|sum| half_even(sum, detections)))
        }
        other => panic!("the oracle does not know the figure {other}"),
    }
}

fn half_even(of: i128, by: i128) -> i128 {
    let (whole, twice) = (of / by, (of % by) * 2);
    whole + i128::from(twice > by || (twice == by && whole % 2 == 1))
}

/// A mass written out digit by digit; one without an end has nine decimals.
pub fn in_unit(micrograms: i128, unit: &str) -> String {
    let each: i128 = match unit {
        "KILOGRAM" => 1_000_000_000,
        "TONNE" => 1_000_000_000_000,
        "POUND" => 453_592_370,
        other => panic!("the oracle does not know the unit {other}"),
    };
    let (mut decimals, mut rest) = (String::new(), micrograms % each);
    while rest != 0 && decimals.len() < 12 {
        rest *= 10;
        decimals += &(rest / each).to_string();
        rest %= each;
    }
    if rest != 0 {
        let billionths = half_even(micrograms * 1_000_000_000, each);
        return format!("{}.{:09}", billionths / 1_000_000_000, billionths % 1_000_000_000);
    }
    let whole = micrograms / each;
    if decimals.is_empty() { whole.to_string() } else { format!("{whole}.{decimals}") }
}
