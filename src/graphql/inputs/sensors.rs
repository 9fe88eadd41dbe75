//! Filters of sensors and their provisions.

use super::{
    AgencyFilter, DetectionsFilter, NameFilter, PlaceFilter, TextFilter, TimeFilter, WhenFilter,
    agencies::agency_fields, codes, composed, meta, operation_parts::detection_fields,
};
use crate::{
    domain::{
        check::Path,
        filters::{Decoder, Filter, ProvisionField, SensorField, is},
        sensors::{ProvisionKind, SensorType},
    },
    graphql::codes::Coded,
};
use async_graphql::InputObject;

/// Filters the provisions of a sensor.
#[derive(Debug, Clone, InputObject)]
pub struct ProvisionFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<ProvisionFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<ProvisionFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<ProvisionFilter>>,
    /// The agency that provides the sensor.
    pub(super) provider: Option<Box<AgencyFilter>>,
    /// The kind is one of these.
    pub(super) kind_any_of: Option<Vec<Coded<ProvisionKind>>>,
    /// When the provision begins.
    pub(super) from: Option<WhenFilter>,
    /// When the provision ends.
    pub(super) until: Option<WhenFilter>,
}

/// Quantifies over the provisions of a sensor; every field that is set must hold.
#[derive(Debug, Clone, InputObject)]
pub struct ProvisionsFilter {
    /// At least one provision passes.
    pub(super) some: Option<Box<ProvisionFilter>>,
    /// No provision passes.
    pub(super) none: Option<Box<ProvisionFilter>>,
    /// Every provision passes; also where there are none.
    pub(super) every: Option<Box<ProvisionFilter>>,
}

/// Filters sensors.
#[derive(Debug, Clone, InputObject)]
pub struct SensorFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<SensorFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<SensorFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<SensorFilter>>,
    /// Resource name.
    pub(super) name: Option<NameFilter>,
    /// Display name.
    pub(super) display_name: Option<TextFilter>,
    /// The type is one of these.
    pub(super) type_any_of: Option<Vec<Coded<SensorType>>>,
    /// The agency that operates it.
    pub(super) operator: Option<Box<AgencyFilter>>,
    /// Whether an operator is known.
    pub(super) has_operator: Option<bool>,
    /// Who provides it.
    pub(super) provisions: Option<Box<ProvisionsFilter>>,
    /// Where it stands.
    pub(super) site: Option<PlaceFilter>,
    /// Its detections.
    pub(super) detections: Option<Box<DetectionsFilter>>,
    /// Name of the agency that recorded it.
    pub(super) originator: Option<NameFilter>,
    /// When it was recorded.
    pub(super) create_time: Option<TimeFilter>,
    /// When it last changed.
    pub(super) update_time: Option<TimeFilter>,
}

pub(super) fn sensor_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: SensorFilter,
) -> Vec<Filter<SensorField>> {
    let SensorFilter {
        and,
        or,
        not,
        name,
        display_name,
        type_any_of,
        operator,
        has_operator,
        provisions,
        site,
        detections,
        originator,
        create_time,
        update_time,
    } = filter;
    let mut all = composed(d, path, (and, or, not), sensor_fields);
    all.extend(name.map(|one| is(SensorField::Name(one.read(d, &path.field("name"))))));
    all.extend(
        display_name
            .map(|one| is(SensorField::DisplayName(one.read(d, &path.field("display_name"))))),
    );
    all.extend(
        codes(d, &path.field("type_any_of"), type_any_of).map(|list| is(SensorField::Type(list))),
    );
    let one = d.message(&path.field("operator"), operator, agency_fields);
    all.extend(one.map(|one| is(SensorField::Operator(one))));
    all.extend(has_operator.map(|has| is(SensorField::HasOperator(has))));
    if let Some(list) = provisions {
        let ProvisionsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(SensorField::Provisions(d.quantified(
            &path.field("provisions"),
            list,
            provision_fields,
        ))));
    }
    all.extend(site.map(|one| is(SensorField::Site(Box::new(one.read(d, &path.field("site")))))));
    if let Some(list) = detections {
        let DetectionsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(SensorField::Detections(d.quantified(
            &path.field("detections"),
            list,
            detection_fields,
        ))));
    }
    all.extend(meta(d, path, (originator, create_time, update_time), SensorField::Meta));
    all
}

pub(super) fn provision_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: ProvisionFilter,
) -> Vec<Filter<ProvisionField>> {
    let ProvisionFilter { and, or, not, provider, kind_any_of, from, until } = filter;
    let mut all = composed(d, path, (and, or, not), provision_fields);
    let one = d.message(&path.field("provider"), provider, agency_fields);
    all.extend(one.map(|one| is(ProvisionField::Provider(one))));
    all.extend(
        codes(d, &path.field("kind_any_of"), kind_any_of)
            .map(|list| is(ProvisionField::Kind(list))),
    );
    all.extend(from.map(|one| is(ProvisionField::From(one.read(d, &path.field("from"))))));
    all.extend(until.map(|one| is(ProvisionField::Until(one.read(d, &path.field("until"))))));
    all
}
