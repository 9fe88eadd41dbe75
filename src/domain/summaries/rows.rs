//! From a group to the records behind it: the filter that passes exactly those.

use super::{Attribution, GroupBy, KeyValue, Request, SubstanceGroup};
use crate::domain::{
    codes::Code as _,
    dates::Calendar,
    filters::{
        AgencyField, CodeFilter, ConveyanceField, DetectionField, Filter, ItemField, NameFilter,
        OperationField, ParticipantField, PlaceFilter, ProvisionField, Quantified, SeizureField,
        SensorField, SubstanceField, WaypointField, WhenFilter, WhenMode,
    },
    ids::AgencyId,
    operation_kinds::{DetectionRole, Domain, Outcome, WaypointKind},
    places::PlaceKind,
    regions::RegionCode,
    sensors::ProvisionKind,
};

/// What the records of a summary are filtered by, from the values of the keys of a group.
pub trait Grouped: Sized {
    /// The condition of an operation, on the record or on its operation.
    fn under(field: OperationField) -> Filter<Self>;
    /// The condition of a place.
    fn in_place(place: PlaceFilter) -> Filter<Self>;
    /// The condition of the agency that seized, or that leads.
    fn by_agency(agency: Filter<AgencyField>) -> Filter<Self>;
    /// The condition of a date.
    fn during(when: WhenFilter) -> Filter<Self>;
    /// The condition of a date that is known to one bucket.
    fn dated_to(calendar: Calendar) -> Filter<Self>;
    /// The condition of an item, where there are items.
    fn with_item(item: Filter<ItemField>) -> Option<Filter<Self>>;
}

impl Grouped for SeizureField {
    fn under(field: OperationField) -> Filter<Self> {
        is(Self::Operation(Box::new(is(field))))
    }
    fn in_place(place: PlaceFilter) -> Filter<Self> {
        is(Self::Place(Box::new(place)))
    }
    fn by_agency(agency: Filter<AgencyField>) -> Filter<Self> {
        is(Self::Agency(agency))
    }
    fn during(when: WhenFilter) -> Filter<Self> {
        is(Self::When(when))
    }
    fn dated_to(calendar: Calendar) -> Filter<Self> {
        is(Self::DatedTo(calendar))
    }
    fn with_item(item: Filter<ItemField>) -> Option<Filter<Self>> {
        Some(is(Self::Items(some(item))))
    }
}

impl Grouped for OperationField {
    fn under(field: OperationField) -> Filter<Self> {
        is(field)
    }
    fn in_place(place: PlaceFilter) -> Filter<Self> {
        is(Self::Place(Box::new(place)))
    }
    fn by_agency(agency: Filter<AgencyField>) -> Filter<Self> {
        is(Self::LeadAgency(agency))
    }
    fn during(when: WhenFilter) -> Filter<Self> {
        is(Self::When(when))
    }
    fn dated_to(calendar: Calendar) -> Filter<Self> {
        is(Self::DatedTo(calendar))
    }
    fn with_item(_item: Filter<ItemField>) -> Option<Filter<Self>> {
        None
    }
}

impl<F: Grouped + Clone> Request<F> {
    /// The filter that passes the records of a group and no others, by the values of its keys.
    #[must_use]
    pub fn rows_of(&self, keys: &[KeyValue]) -> Filter<F> {
        let mut all = vec![self.filter.clone()];
        all.extend(keys.iter().filter_map(of_record));
        all.extend(of_sensors(self.attribution, &self.group_by, keys));
        let items: Vec<Filter<ItemField>> = keys.iter().filter_map(of_item).collect();
        if !items.is_empty() {
            all.extend(F::with_item(Filter::All(items)));
        }
        Filter::All(all)
    }
}

fn is<F>(field: F) -> Filter<F> {
    Filter::Is(field)
}

fn not<F>(filter: Filter<F>) -> Filter<F> {
    Filter::Not(Box::new(filter))
}

fn some<F>(filter: Filter<F>) -> Quantified<F> {
    Quantified { some: Some(Box::new(filter)), none: None, every: None }
}

fn anything<F>() -> Filter<F> {
    Filter::All(Vec::new())
}

/// The conditions of a key that stands for itself: the others choose items, or the sensor that is
/// credited, together.
fn of_record<F: Grouped>(value: &KeyValue) -> Option<Filter<F>> {
    Some(match value {
        KeyValue::SensorType(_)
        | KeyValue::Sensor(_)
        | KeyValue::FurnishingAgency(_)
        | KeyValue::FurnishingRegion(_)
        | KeyValue::Substance(_)
        | KeyValue::SubstanceClass(_) => return None,
        KeyValue::Agency(Some(id)) => F::by_agency(named_agency(id)),
        KeyValue::Agency(None) => not(F::by_agency(anything())),
        KeyValue::Region(code) => F::in_place(region(code.as_ref())),
        KeyValue::Subdivision(code) => {
            let code_filter = code_filter(code.as_deref());
            F::in_place(PlaceFilter { subdivision_code: Some(code_filter), ..nowhere() })
        }
        KeyValue::PlaceKind(Some(kind)) => {
            F::in_place(PlaceFilter { kinds: vec![*kind], ..nowhere() })
        }
        KeyValue::PlaceKind(None) => {
            not(F::in_place(PlaceFilter { kinds: PlaceKind::ALL.to_vec(), ..nowhere() }))
        }
        KeyValue::ParticipantRole(role) => {
            let roles = role.map(|role| is(ParticipantField::Role(vec![role])));
            of_list(roles, OperationField::Participants)
        }
        KeyValue::ConveyanceKind(kind) => {
            let kinds = kind.map(|kind| is(ConveyanceField::Kind(vec![kind])));
            of_list(kinds, OperationField::Conveyances)
        }
        KeyValue::Domain(Some(domain)) => F::under(OperationField::Domain(vec![*domain])),
        KeyValue::Domain(None) => not(F::under(OperationField::Domain(Domain::ALL.to_vec()))),
        KeyValue::Outcome(Some(outcome)) => F::under(OperationField::Outcome(vec![*outcome])),
        KeyValue::Outcome(None) => not(F::under(OperationField::Outcome(Outcome::ALL.to_vec()))),
        KeyValue::OriginRegion(code) => on_route(WaypointKind::Origin, code.as_ref()),
        KeyValue::DestinationRegion(code) => on_route(WaypointKind::Destination, code.as_ref()),
        KeyValue::Time(_, Some(bucket)) => F::during(WhenFilter {
            from_micros: Some(bucket.earliest_micros()),
            until_micros: Some(bucket.latest_micros()),
            mode: WhenMode::Within,
            known: None,
        }),
        KeyValue::Time(calendar, None) => not(F::dated_to(*calendar)),
    })
}

fn named_agency(id: &AgencyId) -> Filter<AgencyField> {
    let name = NameFilter { any_of: Some(vec![id.clone()]), none_of: Vec::new() };
    is(AgencyField::Name(name))
}

fn nowhere() -> PlaceFilter {
    PlaceFilter {
        kinds: Vec::new(),
        region_code: None,
        subdivision_code: None,
        administrative_scheme: None,
        administrative_code: None,
        unlocode: None,
        text: None,
        within_box: None,
        within_circle: None,
        has_point: None,
    }
}

fn region(code: Option<&RegionCode>) -> PlaceFilter {
    PlaceFilter { region_code: Some(code_filter(code.map(RegionCode::as_str))), ..nowhere() }
}

fn code_filter(code: Option<&str>) -> CodeFilter {
    match code {
        Some(code) => {
            CodeFilter { any_of: Some(vec![code.to_owned()]), none_of: None, known: None }
        }
        None => CodeFilter { any_of: None, none_of: None, known: Some(false) },
    }
}

/// Some part of the operation passes; without a filter, there is no operation or it has no part.
fn of_list<F: Grouped, P>(
    filter: Option<Filter<P>>,
    field: fn(Quantified<P>) -> OperationField,
) -> Filter<F> {
    match filter {
        Some(filter) => F::under(field(some(filter))),
        None => not(F::under(field(some(anything())))),
    }
}

fn on_route<F: Grouped>(kind: WaypointKind, code: Option<&RegionCode>) -> Filter<F> {
    let on = |place: PlaceFilter| {
        let point =
            vec![is(WaypointField::Kind(vec![kind])), is(WaypointField::Place(Box::new(place)))];
        F::under(OperationField::Route(some(Filter::All(point))))
    };
    match code {
        Some(_) => on(region(code)),
        None => {
            let known = CodeFilter { any_of: None, none_of: None, known: Some(true) };
            not(on(PlaceFilter { region_code: Some(known), ..nowhere() }))
        }
    }
}

fn of_item(value: &KeyValue) -> Option<Filter<ItemField>> {
    let unknown = || is(ItemField::HasSubstance(false));
    match value {
        KeyValue::Substance(None) | KeyValue::SubstanceClass(None) => Some(unknown()),
        KeyValue::Substance(Some(SubstanceGroup { id, with_narrower })) => {
            let field = if *with_narrower {
                SubstanceField::Under(vec![id.clone()])
            } else {
                let any_of = Some(vec![id.clone()]);
                SubstanceField::Name(NameFilter { any_of, none_of: Vec::new() })
            };
            Some(is(ItemField::Substance(is(field))))
        }
        KeyValue::SubstanceClass(Some(class)) => {
            Some(is(ItemField::Substance(is(SubstanceField::Class(vec![*class])))))
        }
        KeyValue::SensorType(_)
        | KeyValue::Sensor(_)
        | KeyValue::FurnishingAgency(_)
        | KeyValue::FurnishingRegion(_)
        | KeyValue::Agency(_)
        | KeyValue::ParticipantRole(_)
        | KeyValue::Region(_)
        | KeyValue::Subdivision(_)
        | KeyValue::PlaceKind(_)
        | KeyValue::Domain(_)
        | KeyValue::Outcome(_)
        | KeyValue::ConveyanceKind(_)
        | KeyValue::OriginRegion(_)
        | KeyValue::DestinationRegion(_)
        | KeyValue::Time(..) => None,
    }
}

/// The conditions of all keys about the sensor that is credited: one detection meets them together.
fn of_sensors<F: Grouped>(
    attribution: Attribution,
    group_by: &[GroupBy],
    keys: &[KeyValue],
) -> Option<Filter<F>> {
    if !group_by.iter().any(|by| by.key.is_of_sensors()) {
        return None;
    }
    let credited = |filter: Filter<DetectionField>| {
        let role = match attribution {
            Attribution::Primary => is(DetectionField::Role(vec![DetectionRole::Primary])),
            Attribution::Any => anything(),
        };
        F::under(OperationField::Detections(some(Filter::All(vec![role, filter]))))
    };
    let by = |filter| is(DetectionField::Sensor(Box::new(filter)));
    let sensor = of_sensor(group_by, keys);
    if !is_unknown(keys) {
        return Some(credited(by(Filter::All(sensor?))));
    }
    let mut unknown = vec![not(credited(anything())), credited(not(by(anything())))];
    unknown.extend(sensor.map(|sensor| credited(by(Filter::All(sensor)))));
    Some(Filter::Any(unknown))
}

/// Whether no key about the sensor has a value.
fn is_unknown(keys: &[KeyValue]) -> bool {
    keys.iter().all(|value| {
        !matches!(
            value,
            KeyValue::SensorType(Some(_))
                | KeyValue::Sensor(Some(_))
                | KeyValue::FurnishingAgency(Some(_))
                | KeyValue::FurnishingRegion(Some(_))
        )
    })
}

/// What a sensor that is seen meets; none where only one that is not seen has these values.
fn of_sensor(group_by: &[GroupBy], keys: &[KeyValue]) -> Option<Vec<Filter<SensorField>>> {
    let mut all = Vec::new();
    let (mut agency, mut region) = (None, None);
    for value in keys {
        match value {
            KeyValue::SensorType(kind) => all.push(is(SensorField::Type(vec![(*kind)?]))),
            KeyValue::Sensor(id) => {
                let any_of = Some(vec![id.clone()?]);
                all.push(is(SensorField::Name(NameFilter { any_of, none_of: Vec::new() })));
            }
            KeyValue::FurnishingAgency(id) => agency = Some(id.as_ref()),
            KeyValue::FurnishingRegion(code) => region = Some(code.as_ref()),
            KeyValue::Substance(_)
            | KeyValue::SubstanceClass(_)
            | KeyValue::Agency(_)
            | KeyValue::ParticipantRole(_)
            | KeyValue::Region(_)
            | KeyValue::Subdivision(_)
            | KeyValue::PlaceKind(_)
            | KeyValue::Domain(_)
            | KeyValue::Outcome(_)
            | KeyValue::ConveyanceKind(_)
            | KeyValue::OriginRegion(_)
            | KeyValue::DestinationRegion(_)
            | KeyValue::Time(..) => {}
        }
    }
    if group_by.iter().any(|by| by.key.is_of_provisions()) {
        all.push(of_provisions(agency, region));
    }
    Some(all)
}

/// Some provision is of such a provider. The outer option says whether the key is grouped by.
fn of_provisions(
    agency: Option<Option<&AgencyId>>,
    region: Option<Option<&RegionCode>>,
) -> Filter<SensorField> {
    let furnished = |filter: Filter<ProvisionField>| {
        let kind = is(ProvisionField::Kind(vec![ProvisionKind::Furnished]));
        is(SensorField::Provisions(some(Filter::All(vec![kind, filter]))))
    };
    let by = |filter| is(ProvisionField::Provider(filter));
    let within = |code: Option<&RegionCode>| {
        is(AgencyField::RegionCode(code_filter(code.map(RegionCode::as_str))))
    };
    match (agency, region) {
        (Some(Some(id)), region) => {
            let mut provider = vec![named_agency(id)];
            provider.extend(region.map(within));
            furnished(by(Filter::All(provider)))
        }
        (None, Some(Some(code))) => furnished(by(within(Some(code)))),
        // Nobody furnished it, or somebody who is not seen, or whose region is not known.
        (Some(None) | None, region) => {
            let mut unknown = vec![not(furnished(anything())), furnished(not(by(anything())))];
            if agency.is_none() {
                unknown.extend(region.map(|code| furnished(by(within(code)))));
            }
            Filter::Any(unknown)
        }
    }
}
