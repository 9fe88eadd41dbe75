//! Records as the schema tells them, whole; what another record is stands as its name.

use crate::model::{conditions::View, documents::Told, worked::filters};
use interdiction::domain::{
    agencies::Agency,
    codes::Code as _,
    dates::{When, format_rfc3339_micros},
    ids::{AgencyId, OperationId, SensorId, SubstanceId},
    operation_parts::{Conveyance, Detection, Participant, Step, Waypoint},
    operations::Operation,
    places::Place,
    seizures::{Item, Seizure},
    sensors::Sensor,
    sources::Source,
};
use serde_json::{Value, json};

/// Where the name of another record stands.
pub const REFERENCE: &str = "@";

/// A record that worked questions are about.
pub trait Worked: Told {
    /// All that is told of it, as it is shown.
    fn whole(&self, view: View<'_>) -> Value;
    /// Whether it meets a filter as documents write it; null is none.
    fn meets(&self, filter: &Value, view: View<'_>) -> bool;
}

fn named<I: ToString>(id: Option<&I>) -> Value {
    id.map_or(Value::Null, |id| json!({ REFERENCE: id.to_string() }))
}

fn agency(id: &Option<AgencyId>) -> Value {
    named(id.as_ref())
}

fn known(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn when(when: Option<&When>) -> Value {
    when.map_or(Value::Null, |when| {
        let instant =
            |micros: i64, open: i64| (micros != open).then(|| format_rfc3339_micros(micros));
        json!({
            "edtf": when.as_str(),
            "earliest": instant(when.earliest_micros(), When::OPEN_START_MICROS),
            "latest": instant(when.latest_micros(), When::OPEN_END_MICROS),
            "uncertain": when.as_str().contains('?') || when.as_str().contains('%'),
        })
    })
}

fn place(place: Option<&Place>) -> Value {
    place.map_or(Value::Null, |place| {
        let point = place.point.as_ref();
        json!({
            "kind": place.kind.map(|kind| kind.name()),
            "point": point.map(|at| json!({ "latitude": at.latitude, "longitude": at.longitude })),
            "regionCode": place.region_code.as_ref().map(ToString::to_string),
            "subdivisionCode": known(&place.subdivision_code),
            "unlocode": known(&place.unlocode),
            "text": known(&place.text),
        })
    })
}

fn sources(sources: &[Source]) -> Value {
    let told = sources.iter().map(|one| {
        let Source { title, publisher, url, published } = one;
        json!({
            "title": title,
            "publisher": known(publisher),
            "url": known(url),
            "published": when(published.as_ref()),
        })
    });
    told.collect()
}

impl Worked for Agency {
    fn whole(&self, _view: View<'_>) -> Value {
        json!({
            "id": self.id.to_string(),
            "displayName": self.body.display_name,
            "nativeName": known(&self.body.native_name),
            "acronym": known(&self.body.acronym),
            "regionCode": self.body.region_code.as_ref().map(ToString::to_string),
            "parent": agency(&self.body.parent),
        })
    }
    fn meets(&self, filter: &Value, view: View<'_>) -> bool {
        filters::agency(filter, self, view)
    }
}

impl Worked for Sensor {
    fn whole(&self, _view: View<'_>) -> Value {
        let provisions = self
            .body
            .provisions
            .iter()
            .map(|one| json!({ "kind": one.kind.name(), "provider": agency(&one.provider) }));
        json!({
            "id": self.id.to_string(),
            "displayName": self.body.display_name,
            "type": self.body.sensor_type.name(),
            "operator": agency(&self.body.operator),
            "site": place(self.body.site.as_ref()),
            "provisions": provisions.collect::<Value>(),
        })
    }
    fn meets(&self, filter: &Value, view: View<'_>) -> bool {
        filters::sensor(filter, self, view)
    }
}

fn participant(part: &Participant) -> Value {
    json!({
        "role": part.role.name(),
        "agency": agency(&part.agency),
        "assetLabel": known(&part.asset_label),
        "assetCount": part.asset_count,
    })
}

fn detection(part: &Detection) -> Value {
    json!({
        "role": part.role.name(),
        "sensor": named::<SensorId>(part.sensor.as_ref()),
        "when": when(part.when.as_ref()),
        "place": place(part.place.as_ref()),
        "targetKind": part.target_kind.map(|kind| kind.name()),
        "confidence": part.confidence.map(|level| level.name()),
    })
}

fn step(part: &Step) -> Value {
    json!({
        "kind": part.kind.name(),
        "when": when(part.when.as_ref()),
        "agency": agency(&part.agency),
        "assetLabel": known(&part.asset_label),
        "assetCount": part.asset_count,
        "place": place(part.place.as_ref()),
        "note": known(&part.note),
    })
}

fn conveyance(part: &Conveyance) -> Value {
    json!({
        "kind": part.kind.name(),
        "registration": known(&part.registration),
        "claimedName": known(&part.claimed_name),
        "model": known(&part.model),
        "disposition": part.disposition.map(|one| one.name()),
    })
}

fn waypoint(part: &Waypoint) -> Value {
    let is_known = part.place != Place::default();
    json!({ "kind": part.kind.name(), "place": place(Some(&part.place).filter(|_| is_known)) })
}

impl Worked for Operation {
    fn whole(&self, _view: View<'_>) -> Value {
        let body = &self.body;
        json!({
            "id": self.id.to_string(),
            "displayName": body.display_name,
            "domain": body.domain.map(|domain| domain.name()),
            "outcome": body.outcome.name(),
            "when": when(body.when.as_ref()),
            "place": place(body.place.as_ref()),
            "leadAgency": agency(&body.lead_agency),
            "participants": body.participants.iter().map(participant).collect::<Value>(),
            "detections": body.detections.iter().map(detection).collect::<Value>(),
            "steps": body.steps.iter().map(step).collect::<Value>(),
            "conveyances": body.conveyances.iter().map(conveyance).collect::<Value>(),
            "route": body.route.iter().map(waypoint).collect::<Value>(),
            "narrative": known(&body.narrative),
            "sources": sources(&body.sources),
        })
    }
    fn meets(&self, filter: &Value, view: View<'_>) -> bool {
        filters::operation(filter, self, view)
    }
}

fn item(item: &Item, view: View<'_>) -> Value {
    let name = |id: &SubstanceId| {
        let substance = view.tables.vocabulary.iter().find(|one| one.id == *id).unwrap();
        json!({ "id": id.to_string(), "displayName": substance.display_name })
    };
    let quantity = item.quantity.as_ref().map(|one| {
        json!({
            "value": one.amount.as_str(),
            "unit": one.unit.name(),
            "normalized": one.normalized.to_string(),
        })
    });
    json!({
        "kind": item.kind.name(),
        "substance": item.substance.as_ref().map(name),
        "reportedLabel": known(&item.reported_label),
        "quantity": quantity,
        "identification": item.identification.name(),
        "packageCount": item.package_count,
    })
}

impl Worked for Seizure {
    fn whole(&self, view: View<'_>) -> Value {
        let body = &self.body;
        let masses = body.items.iter().filter_map(filters::mass_of);
        let mass = masses.reduce(|a, b| a + b);
        json!({
            "id": self.id.to_string(),
            "operation": named::<OperationId>(body.operation.as_ref()),
            "agency": agency(&body.agency),
            "when": when(body.when.as_ref()),
            "place": place(body.place.as_ref()),
            "items": body.items.iter().map(|one| item(one, view)).collect::<Value>(),
            "totalMass": mass.map(|mass| json!({ "micrograms": mass.to_string() })),
            "sources": sources(&body.sources),
        })
    }
    fn meets(&self, filter: &Value, view: View<'_>) -> bool {
        filters::seizure(filter, self, view)
    }
}
