//! What a record tells the keys of a summary, to one viewer.

use crate::model::{
    conditions::View,
    tables::{Tables, sees},
};
use interdiction::domain::{
    agencies::Agency,
    dates::{Bucket, Calendar, When, civil_from_micros},
    ids::{AgencyId, SensorId, SubstanceId},
    operation_parts::{ConveyanceKind, DetectionRole, ParticipantRole, Waypoint, WaypointKind},
    operations::Operation,
    places::Place,
    records::Record,
    regions::RegionCode,
    seizures::{Item, Seizure},
    sensors::{ProvisionKind, Sensor},
    summaries::{Attribution, GroupBy, Key, KeyValue, Request, SubstanceGroup},
    viewers::Viewer,
};
use std::collections::BTreeSet;

/// One of everything that a key may be about.
#[derive(Clone, Copy)]
struct Facts<'t> {
    operation: Option<&'t Operation>,
    sensor: Option<&'t Sensor>,
    provider: Option<&'t Agency>,
    role: Option<ParticipantRole>,
    conveyance: Option<ConveyanceKind>,
}

fn or_none<T>(list: Vec<T>) -> Vec<Option<T>> {
    if list.is_empty() { vec![None] } else { list.into_iter().map(Some).collect() }
}

/// Whether the viewer sees a record that is not deleted.
pub fn is_there<R: Record>(viewer: &Viewer, one: &R) -> bool {
    sees(viewer, one) && one.meta().delete_micros.is_none()
}

/// The operation of a seizure, where it is there for the viewer.
pub fn operation_of<'t>(seizure: &Seizure, view: View<'t>) -> Option<&'t Operation> {
    let operation = view.tables.operation(seizure.body.operation?)?;
    Some(operation).filter(|one| is_there(view.viewer, *one))
}

/// What a record itself tells the keys.
pub trait Own {
    fn agency(&self) -> Option<&AgencyId>;
    fn when(&self) -> Option<&When>;
    fn place(&self) -> Option<&Place>;
}

impl Own for Seizure {
    fn agency(&self) -> Option<&AgencyId> {
        self.body.agency.as_ref()
    }
    fn when(&self) -> Option<&When> {
        self.body.when.as_ref()
    }
    fn place(&self) -> Option<&Place> {
        self.body.place.as_ref()
    }
}

impl Own for Operation {
    fn agency(&self) -> Option<&AgencyId> {
        self.body.lead_agency.as_ref()
    }
    fn when(&self) -> Option<&When> {
        self.body.when.as_ref()
    }
    fn place(&self) -> Option<&Place> {
        self.body.place.as_ref()
    }
}

/// The keys that a record, or an item of it, stands under, each with the credited detection.
pub fn combinations<F, R: Own>(
    request: &Request<F>,
    view: View<'_>,
    (record, item): (&R, Option<&Item>),
    operation: Option<&Operation>,
    credit: Option<&SensorId>,
) -> BTreeSet<(Vec<KeyValue>, Option<usize>)> {
    let tables = view.tables;
    let detections = operation.map_or(&[][..], |one| &one.body.detections);
    let credited = detections.iter().enumerate().filter(|(_, one)| match request.attribution {
        Attribution::Primary => one.role == DetectionRole::Primary,
        Attribution::Any => true,
    });
    let credited =
        credited.filter(|(_, one)| credit.is_none_or(|sensor| one.sensor.as_ref() == Some(sensor)));
    let sensors = credited.map(|(n, one)| {
        let sensor = one.sensor.as_ref().and_then(|id| tables.sensor(id));
        (n, sensor.filter(|one| is_there(view.viewer, *one)))
    });
    let roles =
        operation.map_or(Vec::new(), |one| one.body.participants.iter().map(|p| p.role).collect());
    let kinds =
        operation.map_or(Vec::new(), |one| one.body.conveyances.iter().map(|c| c.kind).collect());
    let mut all = BTreeSet::new();
    for credited in or_none(sensors.collect()) {
        let (detection, sensor) = (credited.map(|(n, _)| n), credited.and_then(|(_, one)| one));
        for provider in providers(view, sensor) {
            for role in or_none(roles.clone()) {
                for conveyance in or_none(kinds.clone()) {
                    let facts = Facts { operation, sensor, provider, role, conveyance };
                    let by = request.group_by.iter();
                    let keys = by.map(|by| value(*by, view, record, item, facts)).collect();
                    all.insert((keys, detection));
                }
            }
        }
    }
    all
}

fn providers<'t>(view: View<'t>, sensor: Option<&Sensor>) -> Vec<Option<&'t Agency>> {
    let provisions = sensor.map_or(Vec::new(), |one| one.body.provisions.clone());
    let furnished = provisions.into_iter().filter(|one| one.kind == ProvisionKind::Furnished);
    let providers = furnished.map(|one| {
        let agency = one.provider.as_ref().and_then(|id| view.tables.agency(id));
        agency.filter(|one| is_there(view.viewer, *one))
    });
    or_none(providers.collect()).into_iter().map(Option::flatten).collect()
}

fn value<R: Own>(
    by: GroupBy,
    view: View<'_>,
    record: &R,
    item: Option<&Item>,
    facts: Facts<'_>,
) -> KeyValue {
    let Facts { operation, sensor, provider, role, conveyance } = facts;
    let (tables, place) = (view.tables, record.place());
    let substance = item.and_then(|item| item.substance.as_ref());
    let time = |calendar| KeyValue::Time(calendar, bucket(calendar, record.when()));
    match by.key {
        Key::SensorType => KeyValue::SensorType(sensor.map(|one| one.body.sensor_type)),
        Key::Sensor => KeyValue::Sensor(sensor.map(|one| one.id.clone())),
        Key::FurnishingAgency => KeyValue::FurnishingAgency(provider.map(|one| one.id.clone())),
        Key::FurnishingRegion => {
            KeyValue::FurnishingRegion(provider.and_then(|one| one.body.region_code.clone()))
        }
        Key::Substance => KeyValue::Substance(substance.map(|id| level(tables, id, by.depth))),
        Key::SubstanceClass => {
            let of = |id: &SubstanceId| tables.vocabulary.iter().find(|one| one.id == *id);
            KeyValue::SubstanceClass(substance.and_then(of).map(|one| one.class))
        }
        Key::Agency => {
            let agency = record.agency().and_then(|id| tables.agency(id));
            let seen = agency.filter(|one| is_there(view.viewer, *one));
            KeyValue::Agency(seen.map(|one| one.id.clone()))
        }
        Key::ParticipantRole => KeyValue::ParticipantRole(role),
        Key::Region => KeyValue::Region(place.and_then(|one| one.region_code.clone())),
        Key::Subdivision => {
            let code = place.map(|one| one.subdivision_code.clone());
            KeyValue::Subdivision(code.filter(|code| !code.is_empty()))
        }
        Key::PlaceKind => KeyValue::PlaceKind(place.and_then(|one| one.kind)),
        Key::Domain => KeyValue::Domain(operation.and_then(|one| one.body.domain)),
        Key::Outcome => KeyValue::Outcome(operation.map(|one| one.body.outcome)),
        Key::ConveyanceKind => KeyValue::ConveyanceKind(conveyance),
        Key::OriginRegion => KeyValue::OriginRegion(waypoint(operation, WaypointKind::Origin)),
        Key::DestinationRegion => {
            KeyValue::DestinationRegion(waypoint(operation, WaypointKind::Destination))
        }
        Key::Year => time(Calendar::Year),
        Key::FiscalYear => time(Calendar::FiscalYear),
        Key::Quarter => time(Calendar::Quarter),
        Key::Month => time(Calendar::Month),
        Key::Week => time(Calendar::Week),
        Key::Day => time(Calendar::Day),
    }
}

fn waypoint(operation: Option<&Operation>, kind: WaypointKind) -> Option<RegionCode> {
    let of_kind = |one: &&Waypoint| one.kind == kind;
    operation?.body.route.iter().find(of_kind)?.place.region_code.clone()
}

/// The line of a substance from the root down, cut at a depth.
fn level(tables: &Tables, id: &SubstanceId, depth: Option<u32>) -> SubstanceGroup {
    let mut line = vec![id.clone()];
    while let Some(parent) =
        tables.vocabulary.iter().find(|one| one.id == line[0]).and_then(|one| one.parent.clone())
    {
        line.insert(0, parent);
    }
    let Some(depth) = depth else {
        return SubstanceGroup { id: id.clone(), with_narrower: false };
    };
    let at = line.get(depth as usize);
    SubstanceGroup { id: at.unwrap_or(id).clone(), with_narrower: at.is_some() }
}

fn bucket(calendar: Calendar, when: Option<&When>) -> Option<Bucket> {
    let when = when?;
    let (first, last) = (when.earliest_micros(), when.latest_micros());
    let index = |micros: i64| {
        let (year, month, _) = civil_from_micros(micros);
        let (year, month) = (i64::from(year), i64::from(month));
        let day = micros.div_euclid(86_400_000_000) + 719_468;
        match calendar {
            Calendar::Year => year,
            Calendar::FiscalYear => year + i64::from(month >= 10),
            Calendar::Quarter => year * 4 + (month - 1) / 3,
            Calendar::Month => year * 12 + month - 1,
            Calendar::Week => (day + 2).div_euclid(7),
            Calendar::Day => day,
        }
    };
    let bounded = first > When::OPEN_START_MICROS && last < When::OPEN_END_MICROS;
    (bounded && index(first) == index(last)).then(|| Bucket::from_index(calendar, index(first)))
}
