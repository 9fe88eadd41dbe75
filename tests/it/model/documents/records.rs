//! Records as documents tell them.

use super::Passing;
use crate::model::{conditions::View, tables::Modelled};
use interdiction::domain::{
    agencies::Agency,
    codes::Code as _,
    filters::Filter,
    ids::{AgencyId, OperationId},
    operation_kinds::DetectionRole,
    operations::Operation,
    records::{Body as _, Record},
    seizures::Seizure,
    sensors::Sensor,
};
use serde_json::{Value, json};

/// A record as the model tells it, after hidden references were taken away.
pub trait Told: Modelled {
    fn told(&self, view: View<'_>) -> Value;
    /// The record that a field names.
    fn names(&self, field: &str) -> Option<String>;
    /// The filter of a list of such records.
    fn passing(passing: &Passing) -> Filter<Self::Field>;
    /// Whether it is in a list below a record.
    fn hangs_on(&self, list: &str, parent: &str, view: View<'_>) -> bool;
}

pub(super) fn is<I: ToString>(id: Option<&I>, name: &str) -> bool {
    id.is_some_and(|id| id.to_string() == name)
}

pub(super) fn name<I: ToString>(id: Option<&I>) -> Option<String> {
    id.map(ToString::to_string)
}

pub(super) fn named<I: ToString>(id: Option<&I>) -> Value {
    id.map_or(Value::Null, |id| json!({ "id": id.to_string() }))
}

pub(super) fn known(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

pub(super) fn marking<R: Record>(record: &R) -> Value {
    let marking = record.body().marking();
    let list: Vec<String> = marking.releasable_to.iter().map(ToString::to_string).collect();
    json!({ "label": marking.label.name(), "releasableTo": list })
}

pub(super) fn place(place: Option<&interdiction::domain::places::Place>) -> Value {
    place.map_or(Value::Null, |place| {
        json!({ "subdivisionCode": known(&place.subdivision_code), "text": known(&place.text) })
    })
}

pub(super) fn when(when: Option<&interdiction::domain::dates::When>) -> Value {
    when.map_or(Value::Null, |when| json!({ "edtf": when.as_str() }))
}

pub(super) fn operation<'t>(id: Option<&OperationId>, view: View<'t>) -> Option<&'t Operation> {
    let found = view.tables.operation(view.operation_id(id.copied())?)?;
    Some(found).filter(|one| one.meta.delete_micros.is_none())
}

impl Told for Agency {
    fn told(&self, _view: View<'_>) -> Value {
        let body = &self.body;
        json!({
            "id": self.id.to_string(),
            "displayName": body.display_name,
            "nativeName": known(&body.native_name),
            "regionCode": body.region_code.as_ref().map(ToString::to_string),
            "etag": self.meta.etag(),
            "marking": marking(self),
        })
    }
    fn names(&self, field: &str) -> Option<String> {
        match field {
            "parent" => name(self.body.parent.as_ref()),
            _ => name(self.meta.originator.as_ref()),
        }
    }
    fn passing(passing: &Passing) -> Filter<Self::Field> {
        let Passing::Agencies(filter) = passing else { panic!("{passing:?}") };
        filter.clone()
    }
    fn hangs_on(&self, _list: &str, parent: &str, _view: View<'_>) -> bool {
        is(self.body.parent.as_ref(), parent)
    }
}

impl Told for Sensor {
    fn told(&self, _view: View<'_>) -> Value {
        let body = &self.body;
        let provisions = body.provisions.iter().map(
            |one| json!({ "kind": one.kind.name(), "provider": named(one.provider.as_ref()) }),
        );
        json!({
            "id": self.id.to_string(),
            "displayName": body.display_name,
            "type": body.sensor_type.name(),
            "site": place(body.site.as_ref()),
            "provisions": provisions.collect::<Vec<_>>(),
            "marking": marking(self),
        })
    }
    fn names(&self, field: &str) -> Option<String> {
        match field {
            "operator" => name(self.body.operator.as_ref()),
            _ => name(self.meta.originator.as_ref()),
        }
    }
    fn passing(passing: &Passing) -> Filter<Self::Field> {
        let Passing::Sensors(filter) = passing else { panic!("{passing:?}") };
        filter.clone()
    }
    fn hangs_on(&self, list: &str, parent: &str, _view: View<'_>) -> bool {
        let is_parent = |id: Option<&AgencyId>| is(id, parent);
        match list {
            "sensorsOperated" => is_parent(self.body.operator.as_ref()),
            _ => self.body.provisions.iter().any(|one| is_parent(one.provider.as_ref())),
        }
    }
}

impl Told for Operation {
    fn told(&self, _view: View<'_>) -> Value {
        let body = &self.body;
        let participants = body.participants.iter();
        let participants = participants
            .map(|one| json!({ "role": one.role.name(), "agency": named(one.agency.as_ref()) }));
        let detections = body.detections.iter().map(|one| {
            let (sensor, at) = (named(one.sensor.as_ref()), when(one.when.as_ref()));
            json!({ "role": one.role.name(), "sensor": sensor, "when": at })
        });
        let steps = body.steps.iter();
        let steps = steps
            .map(|one| json!({ "kind": one.kind.name(), "agency": named(one.agency.as_ref()) }));
        let conveyances = body.conveyances.iter().map(
            |one| json!({ "kind": one.kind.name(), "registration": known(&one.registration) }),
        );
        let route = body.route.iter().map(|one| {
            let is_known = one.place != Default::default();
            let text = is_known.then(|| json!({ "text": known(&one.place.text) }));
            json!({ "kind": one.kind.name(), "place": text })
        });
        json!({
            "id": self.id.to_string(),
            "displayName": body.display_name,
            "outcome": body.outcome.name(),
            "narrative": known(&body.narrative),
            "when": when(body.when.as_ref()),
            "place": place(body.place.as_ref()),
            "participants": participants.collect::<Vec<_>>(),
            "detections": detections.collect::<Vec<_>>(),
            "steps": steps.collect::<Vec<_>>(),
            "conveyances": conveyances.collect::<Vec<_>>(),
            "route": route.collect::<Vec<_>>(),
        })
    }
    fn names(&self, field: &str) -> Option<String> {
        match field {
            "leadAgency" => name(self.body.lead_agency.as_ref()),
            _ => name(self.meta.originator.as_ref()),
        }
    }
    fn passing(passing: &Passing) -> Filter<Self::Field> {
        let Passing::Operations(filter) = passing else { panic!("{passing:?}") };
        filter.clone()
    }
    fn hangs_on(&self, list: &str, parent: &str, _view: View<'_>) -> bool {
        let body = &self.body;
        match list {
            "operationsLed" => is(body.lead_agency.as_ref(), parent),
            "operationsJoined" => {
                body.participants.iter().any(|one| is(one.agency.as_ref(), parent))
            }
            _ => body.detections.iter().any(|one| is(one.sensor.as_ref(), parent)),
        }
    }
}

impl Told for Seizure {
    fn told(&self, _view: View<'_>) -> Value {
        let body = &self.body;
        let mass = body.total_mass_micrograms();
        let items = body.items.iter().map(|item| {
            let quantity = item.quantity.as_ref().map(|one| {
                json!({ "value": one.amount.as_str(), "normalized": one.normalized.to_string() })
            });
            let substance = named(item.substance.as_ref());
            json!({ "kind": item.kind.name(), "substance": substance, "quantity": quantity })
        });
        let ids = body.external_ids.iter();
        let ids = ids.map(|one| json!({ "scheme": one.scheme, "value": one.value }));
        json!({
            "id": self.id.to_string(),
            "state": self.state.name(),
            "totalMass": mass.map(|mass| json!({ "micrograms": mass.to_string() })),
            "when": when(body.when.as_ref()),
            "place": place(body.place.as_ref()),
            "items": items.collect::<Vec<_>>(),
            "externalIds": ids.collect::<Vec<_>>(),
            "etag": self.meta.etag(),
        })
    }
    fn names(&self, field: &str) -> Option<String> {
        match field {
            "agency" => name(self.body.agency.as_ref()),
            "operation" => name(self.body.operation.as_ref()),
            _ => name(self.meta.originator.as_ref()),
        }
    }
    fn passing(passing: &Passing) -> Filter<Self::Field> {
        let Passing::Seizures(filter) = passing else { panic!("{passing:?}") };
        filter.clone()
    }
    fn hangs_on(&self, list: &str, parent: &str, view: View<'_>) -> bool {
        let body = &self.body;
        if parent.starts_with("operations/") {
            return is(body.operation.as_ref(), parent);
        }
        if parent.starts_with("agencies/") {
            return is(body.agency.as_ref(), parent);
        }
        let Some(operation) = operation(body.operation.as_ref(), view) else { return false };
        operation.body.detections.iter().any(|one| {
            let primary = one.role == DetectionRole::Primary;
            is(one.sensor.as_ref(), parent) && (primary || list == "seizuresDetected")
        })
    }
}
