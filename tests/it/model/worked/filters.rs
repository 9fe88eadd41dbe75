//! Filters as documents write them, read word by word over records as they are shown.

use crate::model::{conditions::View, parts};
use interdiction::domain::{
    agencies::Agency,
    codes::Code as _,
    dates::{Calendar, When},
    filters::{BoundingBox, Circle},
    operation_parts::{Detection, Participant},
    operations::Operation,
    places::Place,
    quantities::{Dimension, Quantity},
    records::Record,
    regions::RegionCode,
    seizures::{Item, ItemKind, Seizure},
    sensors::{Provision, Sensor},
};
use serde_json::Value;

/// Whether every field of a filter holds; null has none.
fn every(filter: &Value, holds: &dyn Fn(&str, &Value) -> bool) -> bool {
    let Some(fields) = filter.as_object() else { return true };
    fields.iter().all(|(name, value)| match name.as_str() {
        "and" => value.as_array().unwrap().iter().all(|one| every(one, holds)),
        "or" => value.as_array().unwrap().iter().any(|one| every(one, holds)),
        "not" => !every(value, holds),
        name => holds(name, value),
    })
}

fn unknown(name: &str) -> bool {
    panic!("the oracle does not know the filter {name}")
}

fn of_list<T>(filter: &Value, list: &[T], passes: &dyn Fn(&Value, &T) -> bool) -> bool {
    every(filter, &|name, value| match name {
        "some" => list.iter().any(|one| passes(value, one)),
        "none" => !list.iter().any(|one| passes(value, one)),
        "every" => list.iter().all(|one| passes(value, one)),
        other => unknown(other),
    })
}

fn any_of(list: &Value, text: Option<&str>) -> bool {
    text.is_some_and(|text| list.as_array().unwrap().iter().any(|one| one == text))
}

fn code(filter: &Value, text: Option<&str>) -> bool {
    every(filter, &|name, value| match name {
        "anyOf" => any_of(value, text),
        other => unknown(other),
    })
}

/// A record that another names: seen, for it is named as the viewer is shown it, and not deleted.
fn there<R: Record>(one: Option<&R>) -> Option<&R> {
    one.filter(|one| one.meta().delete_micros.is_none())
}

pub fn agency(filter: &Value, one: &Agency, _view: View<'_>) -> bool {
    every(filter, &|name, value| match name {
        "name" => code(value, Some(&one.id.to_string())),
        "regionCode" => code(value, one.body.region_code.as_ref().map(RegionCode::as_str)),
        other => unknown(other),
    })
}

pub fn sensor(filter: &Value, one: &Sensor, view: View<'_>) -> bool {
    every(filter, &|name, value| match name {
        "site" => place(value, one.body.site.as_ref()),
        "provisions" => {
            of_list(value, &one.body.provisions, &|filter, part| provision(filter, part, view))
        }
        other => unknown(other),
    })
}

fn provision(filter: &Value, part: &Provision, view: View<'_>) -> bool {
    every(filter, &|name, value| match name {
        "kindAnyOf" => any_of(value, Some(part.kind.name())),
        "provider" => {
            let provider = part.provider.as_ref().and_then(|id| view.tables.agency(id));
            there(provider).is_some_and(|one| agency(value, one, view))
        }
        other => unknown(other),
    })
}

pub fn operation(filter: &Value, one: &Operation, view: View<'_>) -> bool {
    every(filter, &|name, value| match name {
        "participants" => {
            of_list(value, &one.body.participants, &|filter, part| participant(filter, part, view))
        }
        "detections" => {
            of_list(value, &one.body.detections, &|filter, part| detection(filter, part, view))
        }
        "seizures" => {
            let list = crate::world::all::<Seizure>();
            let mut rows = view.tables.list::<Seizure>(view.viewer, &list);
            rows.retain(|seizure| seizure.body.operation == Some(one.id));
            of_list(value, &rows, &|filter, row| seizure(filter, row, view))
        }
        other => unknown(other),
    })
}

fn participant(filter: &Value, part: &Participant, view: View<'_>) -> bool {
    every(filter, &|name, value| match name {
        "agency" => {
            let named = part.agency.as_ref().and_then(|id| view.tables.agency(id));
            there(named).is_some_and(|one| agency(value, one, view))
        }
        other => unknown(other),
    })
}

fn detection(filter: &Value, part: &Detection, view: View<'_>) -> bool {
    every(filter, &|name, value| match name {
        "roleAnyOf" => any_of(value, Some(part.role.name())),
        "sensor" => {
            let named = part.sensor.as_ref().and_then(|id| view.tables.sensor(id));
            let shown = there(named).map(|one| view.tables.shown(one, view.viewer));
            shown.is_some_and(|one| sensor(value, &one, view))
        }
        other => unknown(other),
    })
}

pub fn seizure(filter: &Value, one: &Seizure, view: View<'_>) -> bool {
    every(filter, &|name, value| match name {
        "operation" => {
            let named = one.body.operation.and_then(|id| view.tables.operation(id));
            let shown = there(named).map(|one| view.tables.shown(one, view.viewer));
            shown.is_some_and(|one| operation(value, &one, view))
        }
        "when" => when(value, one.body.when.as_ref()),
        "datedTo" => {
            let calendar = Calendar::ALL.iter().find(|calendar| *value == calendar.name());
            parts::dated_to(*calendar.unwrap(), one.body.when.as_ref())
        }
        "place" => place(value, one.body.place.as_ref()),
        "items" => of_list(value, &one.body.items, &|filter, part| item(filter, part, view)),
        other => unknown(other),
    })
}

fn when(filter: &Value, when: Option<&When>) -> bool {
    let bound = |name: &str| filter[name].as_str().map(|text| When::parse(text).unwrap());
    let (from, until) = (bound("from").unwrap(), bound("until").unwrap());
    let known = ["from", "until", "mode"];
    assert!(filter.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())));
    let Some(when) = when else { return false };
    let (earliest, latest) = (when.earliest_micros(), when.latest_micros());
    match filter["mode"].as_str() {
        Some("WITHIN") => earliest >= from.earliest_micros() && latest <= until.latest_micros(),
        _ => latest >= from.earliest_micros() && earliest <= until.latest_micros(),
    }
}

fn place(filter: &Value, place: Option<&Place>) -> bool {
    let point = place.and_then(|place| place.point.as_ref());
    let number = |value: &Value| value.as_f64().unwrap();
    every(filter, &|name, value| match name {
        "subdivisionCode" => code(value, place.map(|place| place.subdivision_code.as_str())),
        "hasPoint" => *value == point.is_some(),
        "withinCircle" => {
            let circle = Circle {
                latitude: number(&value["latitude"]),
                longitude: number(&value["longitude"]),
                radius_kilometers: number(&value["radiusKilometers"]),
            };
            point.is_some_and(|point| parts::in_circle(&circle, point))
        }
        "withinBox" => {
            let area = BoundingBox {
                south: number(&value["south"]),
                west: number(&value["west"]),
                north: number(&value["north"]),
                east: number(&value["east"]),
            };
            point.is_some_and(|point| parts::in_box(&area, point))
        }
        other => unknown(other),
    })
}

fn item(filter: &Value, item: &Item, view: View<'_>) -> bool {
    every(filter, &|name, value| match name {
        "substance" => {
            let mut line = item.substance.clone();
            let mut is_under = false;
            while let Some(id) = line {
                is_under |= any_of(&value["under"], Some(&id.to_string()));
                let substance = view.tables.vocabulary.iter().find(|one| one.id == id);
                line = substance.and_then(|one| one.parent.clone());
            }
            assert_eq!(value.as_object().unwrap().len(), 1);
            is_under
        }
        "quantity" => item.quantity.as_ref().is_some_and(|one| quantity(value, one)),
        other => unknown(other),
    })
}

fn quantity(filter: &Value, quantity: &Quantity) -> bool {
    every(filter, &|name, value| match name {
        "atLeast" => {
            let of_mass = quantity.dimension() == Dimension::Mass;
            of_mass && i128::from(quantity.normalized) >= micrograms(value)
        }
        "methodAnyOf" => any_of(value, quantity.method.map(|method| method.name())),
        other => unknown(other),
    })
}

/// A measure of whole kilograms.
pub fn micrograms(measure: &Value) -> i128 {
    assert_eq!(measure["unit"], "KILOGRAM", "the oracle knows no other unit of measures");
    measure["value"].as_str().unwrap().parse::<i128>().unwrap() * 1_000_000_000
}

/// The mass of an item of a substance.
pub fn mass_of(item: &Item) -> Option<i128> {
    let quantity = item.quantity.as_ref().filter(|_| item.kind == ItemKind::Substance)?;
    (quantity.dimension() == Dimension::Mass).then(|| i128::from(quantity.normalized))
}
