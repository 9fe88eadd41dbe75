//! What a document answers: each field looked up in the records, one at a time, with no plan.
//!
//! What a document asks that is unknown here is a panic, so that a new question is answered here
//! before it is published.

use super::{
    documents::{Field, fields},
    records::{REFERENCE, Worked},
    totals,
};
use crate::{
    model::{
        conditions::View,
        documents::{Kind, LISTS},
        tables::sees,
    },
    world::all,
};
use interdiction::domain::{
    agencies::Agency,
    codes::Code as _,
    operations::Operation,
    pages::{Direction, List, OrderTerm},
    seizures::Seizure,
    sensors::Sensor,
};
use serde_json::{Map, Value, json};

/// Records of a list whose size is not said.
const LIST_SIZE: usize = 50;

pub fn answer(document: &str, view: View<'_>) -> Value {
    let root = |field: &Field| {
        let kind = match field.name.as_str() {
            "agencies" => Kind::Agency,
            "sensors" => Kind::Sensor,
            "operations" => Kind::Operation,
            "seizures" => Kind::Seizure,
            other => panic!("the oracle does not know {other}"),
        };
        (field.key.clone(), connection(kind, field, None, view))
    };
    Value::Object(fields(document).iter().map(root).collect())
}

fn connection(kind: Kind, field: &Field, parent: Option<&str>, view: View<'_>) -> Value {
    match kind {
        Kind::Agency => list::<Agency>(field, parent, view, |_| unknown("a summary of agencies")),
        Kind::Sensor => list::<Sensor>(field, parent, view, |_| unknown("a summary of sensors")),
        Kind::Operation => list::<Operation>(field, parent, view, |part| {
            totals::summary::<Operation>(part, field, parent, view)
        }),
        Kind::Seizure => list::<Seizure>(field, parent, view, |part| {
            totals::summary::<Seizure>(part, field, parent, view)
        }),
    }
}

fn unknown(what: &str) -> Value {
    panic!("the oracle does not know {what}")
}

fn list<R: Worked>(
    field: &Field,
    parent: Option<&str>,
    view: View<'_>,
    summary: impl Fn(&Field) -> Value,
) -> Value {
    field.goes_by(&["filter", "orderBy", "first"]);
    let list = List { order: order::<R>(field.argument("orderBy")), ..all::<R>() };
    let mut rows = view.tables.list::<R>(view.viewer, &list);
    rows.retain(|one| is_in(one, field, parent, view));
    let names: Vec<String> = rows.iter().map(|one| one.id().to_string()).collect();
    page(field, &names, view, summary)
}

/// What is asked of a list of these records.
pub fn page(
    field: &Field,
    names: &[String],
    view: View<'_>,
    summary: impl Fn(&Field) -> Value,
) -> Value {
    let told = field.below.iter().map(|part| {
        let value = match part.name.as_str() {
            "totalCount" => json!(names.len()),
            "nodes" => {
                let window = names.iter().take(field.first(LIST_SIZE));
                window.map(|name| record(name, &part.below, view)).collect()
            }
            "summary" => summary(part),
            other => unknown(other),
        };
        (part.key.clone(), value)
    });
    Value::Object(told.collect())
}

/// Whether a record, as it is shown, is in the list of a field.
pub fn is_in<R: Worked>(one: &R, field: &Field, parent: Option<&str>, view: View<'_>) -> bool {
    parent.is_none_or(|parent| one.hangs_on(&field.name, parent, view))
        && one.meets(field.argument("filter"), view)
}

fn order<R: Worked>(terms: &Value) -> Vec<OrderTerm<R::Sort>> {
    let terms = terms.as_array().map_or(&[][..], Vec::as_slice);
    let term = |term: &Value| OrderTerm {
        field: *R::Sort::ALL.iter().find(|sort| term["field"] == sort.name()).unwrap(),
        direction: direction(term),
    };
    terms.iter().map(term).collect()
}

pub fn direction(term: &Value) -> Direction {
    if term["direction"] == "DESCENDING" { Direction::Descending } else { Direction::Ascending }
}

/// What is asked of the record of a name; null where it is hidden.
fn record(name: &str, below: &[Field], view: View<'_>) -> Value {
    match name.split_once('/').unwrap().0 {
        "agencies" => record_of::<Agency>(Kind::Agency, name, below, view),
        "sensors" => record_of::<Sensor>(Kind::Sensor, name, below, view),
        "operations" => record_of::<Operation>(Kind::Operation, name, below, view),
        "seizures" => record_of::<Seizure>(Kind::Seizure, name, below, view),
        other => unknown(other),
    }
}

fn record_of<R: Worked>(kind: Kind, name: &str, below: &[Field], view: View<'_>) -> Value {
    let found = R::rows(view.tables).iter().find(|one| one.id().to_string() == name);
    let Some(seen) = found.filter(|one| sees(view.viewer, *one)) else { return Value::Null };
    let whole = view.tables.shown(seen, view.viewer).whole(view);
    let told = below.iter().map(|field| {
        let list = LISTS.iter().find(|(from, list, _)| *from == kind && *list == field.name);
        let value = match list {
            Some((_, _, to)) => connection(*to, field, Some(name), view),
            None if kind == Kind::Sensor && field.name == "detections" => {
                detections(name, field, view)
            }
            None => tell_field(whole.as_object().unwrap(), field, view),
        };
        (field.key.clone(), value)
    });
    Value::Object(told.collect())
}

fn tell_field(whole: &Map<String, Value>, field: &Field, view: View<'_>) -> Value {
    if let ("value", Some(mass)) = (field.name.as_str(), whole.get("micrograms")) {
        let unit = field.argument("unit").as_str().unwrap_or("KILOGRAM");
        return json!(totals::in_unit(mass.as_str().unwrap().parse().unwrap(), unit));
    }
    field.goes_by(&[]);
    let value = whole.get(&field.name);
    tell(value.unwrap_or_else(|| panic!("the oracle does not know {}", field.name)), field, view)
}

/// What is asked of a value, through lists and the records that it names.
pub fn tell(value: &Value, field: &Field, view: View<'_>) -> Value {
    match value {
        Value::Array(all) => all.iter().map(|one| tell(one, field, view)).collect(),
        Value::Object(whole) => match whole.get(REFERENCE) {
            Some(name) => record(name.as_str().unwrap(), &field.below, view),
            None => {
                let told = field.below.iter();
                let told = told.map(|one| (one.key.clone(), tell_field(whole, one, view)));
                Value::Object(told.collect())
            }
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// The detections of a sensor, in the order of the recording of their operations.
fn detections(sensor: &str, field: &Field, view: View<'_>) -> Value {
    field.goes_by(&["first"]);
    let listed = view.tables.list::<Operation>(view.viewer, &all::<Operation>());
    let mut found = Vec::new();
    for operation in &listed {
        let whole = operation.whole(view);
        for (part, detection) in operation.body.detections.iter().enumerate() {
            if detection.sensor.as_ref().is_some_and(|id| id.to_string() == sensor) {
                let mut one = whole["detections"][part].clone();
                one["operation"] = json!({ REFERENCE: operation.id.to_string() });
                found.push(one);
            }
        }
    }
    let told = field.below.iter().map(|part| {
        let value = match part.name.as_str() {
            "totalCount" => json!(found.len()),
            "nodes" => {
                let window = found.iter().take(field.first(LIST_SIZE));
                window.map(|one| tell(one, part, view)).collect()
            }
            other => unknown(other),
        };
        (part.key.clone(), value)
    });
    Value::Object(told.collect())
}
