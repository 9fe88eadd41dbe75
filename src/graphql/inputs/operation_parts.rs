//! Filters of the parts of operations.

use super::{
    AgencyFilter, CodeFilter, CountFilter, OperationFilter, PlaceFilter, SensorFilter, TextFilter,
    WhenFilter, agencies::agency_fields, codes, composed, operations::operation_fields,
    sensors::sensor_fields,
};
use crate::{
    domain::{
        check::Path,
        filters::{
            ConveyanceField, Decoder, DetectionField, Filter, ParticipantField, StepField,
            WaypointField, is,
        },
        operation_kinds::{
            Confidence, ConveyanceDisposition, ConveyanceKind, DetectionRole, ParticipantRole,
            StepKind, TargetKind, WaypointKind,
        },
    },
    graphql::codes::Coded,
};
use async_graphql::InputObject;

/// Filters the participants of an operation.
#[derive(Debug, Clone, InputObject)]
pub struct ParticipantFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<ParticipantFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<ParticipantFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<ParticipantFilter>>,
    /// The agency that took part.
    pub(super) agency: Option<Box<AgencyFilter>>,
    /// The role is one of these.
    pub(super) role_any_of: Option<Vec<Coded<ParticipantRole>>>,
    /// What the asset was called.
    pub(super) asset_label: Option<TextFilter>,
    /// The number of assets.
    pub(super) asset_count: Option<CountFilter>,
}

/// Quantifies over the participants of an operation; every field that is set must hold.
#[derive(Debug, Clone, InputObject)]
pub struct ParticipantsFilter {
    /// At least one participant passes.
    pub(super) some: Option<Box<ParticipantFilter>>,
    /// No participant passes.
    pub(super) none: Option<Box<ParticipantFilter>>,
    /// Every participant passes; also where there are none.
    pub(super) every: Option<Box<ParticipantFilter>>,
}

/// Filters detections.
#[derive(Debug, Clone, InputObject)]
pub struct DetectionFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<DetectionFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<DetectionFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<DetectionFilter>>,
    /// The sensor that detected.
    pub(super) sensor: Option<Box<SensorFilter>>,
    /// The role is one of these.
    pub(super) role_any_of: Option<Vec<Coded<DetectionRole>>>,
    /// When.
    pub(super) when: Option<WhenFilter>,
    /// The kind of target is one of these.
    pub(super) target_kind_any_of: Option<Vec<Coded<TargetKind>>>,
    /// The confidence is one of these.
    pub(super) confidence_any_of: Option<Vec<Coded<Confidence>>>,
    /// The operation the detection is part of.
    pub(super) operation: Option<Box<OperationFilter>>,
    /// Where.
    pub(super) place: Option<PlaceFilter>,
}

/// Quantifies over detections; every field that is set must hold.
#[derive(Debug, Clone, InputObject)]
pub struct DetectionsFilter {
    /// At least one detection passes.
    pub(super) some: Option<Box<DetectionFilter>>,
    /// No detection passes.
    pub(super) none: Option<Box<DetectionFilter>>,
    /// Every detection passes; also where there are none.
    pub(super) every: Option<Box<DetectionFilter>>,
}

/// Filters the steps of an operation.
#[derive(Debug, Clone, InputObject)]
pub struct StepFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<StepFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<StepFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<StepFilter>>,
    /// The kind is one of these.
    pub(super) kind_any_of: Option<Vec<Coded<StepKind>>>,
    /// The agency that took the step.
    pub(super) agency: Option<Box<AgencyFilter>>,
    /// When.
    pub(super) when: Option<WhenFilter>,
    /// Where.
    pub(super) place: Option<PlaceFilter>,
    /// What the asset was called.
    pub(super) asset_label: Option<TextFilter>,
    /// The number of assets.
    pub(super) asset_count: Option<CountFilter>,
    /// The note.
    pub(super) note: Option<TextFilter>,
}

/// Quantifies over the steps of an operation; every field that is set must hold.
#[derive(Debug, Clone, InputObject)]
pub struct StepsFilter {
    /// At least one step passes.
    pub(super) some: Option<Box<StepFilter>>,
    /// No step passes.
    pub(super) none: Option<Box<StepFilter>>,
    /// Every step passes; also where there are none.
    pub(super) every: Option<Box<StepFilter>>,
}

/// Filters the conveyances of an operation.
#[derive(Debug, Clone, InputObject)]
pub struct ConveyanceFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<ConveyanceFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<ConveyanceFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<ConveyanceFilter>>,
    /// The kind is one of these.
    pub(super) kind_any_of: Option<Vec<Coded<ConveyanceKind>>>,
    /// Registration.
    pub(super) registration: Option<TextFilter>,
    /// Flag state.
    pub(super) flag_region_code: Option<CodeFilter>,
    /// The disposition is one of these.
    pub(super) disposition_any_of: Option<Vec<Coded<ConveyanceDisposition>>>,
    /// The name it claimed.
    pub(super) claimed_name: Option<TextFilter>,
    /// IMO number, exactly.
    pub(super) imo_number: Option<CodeFilter>,
    /// Maritime mobile service identity, exactly.
    pub(super) mmsi: Option<CodeFilter>,
    /// Make and model.
    pub(super) model: Option<TextFilter>,
}

/// Quantifies over the conveyances of an operation; every field that is set must hold.
#[derive(Debug, Clone, InputObject)]
pub struct ConveyancesFilter {
    /// At least one conveyance passes.
    pub(super) some: Option<Box<ConveyanceFilter>>,
    /// No conveyance passes.
    pub(super) none: Option<Box<ConveyanceFilter>>,
    /// Every conveyance passes; also where there are none.
    pub(super) every: Option<Box<ConveyanceFilter>>,
}

/// Filters the points of a route.
#[derive(Debug, Clone, InputObject)]
pub struct WaypointFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<WaypointFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<WaypointFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<WaypointFilter>>,
    /// The kind is one of these.
    pub(super) kind_any_of: Option<Vec<Coded<WaypointKind>>>,
    /// Where the point lies.
    pub(super) place: Option<PlaceFilter>,
}

/// Quantifies over the points of a route; every field that is set must hold.
#[derive(Debug, Clone, InputObject)]
pub struct WaypointsFilter {
    /// At least one point passes.
    pub(super) some: Option<Box<WaypointFilter>>,
    /// No point passes.
    pub(super) none: Option<Box<WaypointFilter>>,
    /// Every point passes; also where there are none.
    pub(super) every: Option<Box<WaypointFilter>>,
}

pub(super) fn participant_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: ParticipantFilter,
) -> Vec<Filter<ParticipantField>> {
    let ParticipantFilter { and, or, not, agency, role_any_of, asset_label, asset_count } = filter;
    let mut all = composed(d, path, (and, or, not), participant_fields);
    let one = d.message(&path.field("agency"), agency, agency_fields);
    all.extend(one.map(|one| is(ParticipantField::Agency(one))));
    all.extend(
        codes(d, &path.field("role_any_of"), role_any_of)
            .map(|list| is(ParticipantField::Role(list))),
    );
    all.extend(
        asset_label
            .map(|one| is(ParticipantField::AssetLabel(one.read(d, &path.field("asset_label"))))),
    );
    all.extend(
        asset_count
            .map(|one| is(ParticipantField::AssetCount(one.read(d, &path.field("asset_count"))))),
    );
    all
}

pub(super) fn detection_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: DetectionFilter,
) -> Vec<Filter<DetectionField>> {
    let DetectionFilter {
        and,
        or,
        not,
        sensor,
        role_any_of,
        when,
        target_kind_any_of,
        confidence_any_of,
        operation,
        place,
    } = filter;
    let mut all = composed(d, path, (and, or, not), detection_fields);
    let one = d.message(&path.field("sensor"), sensor, sensor_fields);
    all.extend(one.map(|one| is(DetectionField::Sensor(Box::new(one)))));
    all.extend(
        codes(d, &path.field("role_any_of"), role_any_of)
            .map(|list| is(DetectionField::Role(list))),
    );
    all.extend(when.map(|one| is(DetectionField::When(one.read(d, &path.field("when"))))));
    all.extend(
        codes(d, &path.field("target_kind_any_of"), target_kind_any_of)
            .map(|list| is(DetectionField::TargetKind(list))),
    );
    all.extend(
        codes(d, &path.field("confidence_any_of"), confidence_any_of)
            .map(|list| is(DetectionField::Confidence(list))),
    );
    let one = d.message(&path.field("operation"), operation, operation_fields);
    all.extend(one.map(|one| is(DetectionField::Operation(Box::new(one)))));
    all.extend(
        place.map(|one| is(DetectionField::Place(Box::new(one.read(d, &path.field("place")))))),
    );
    all
}

pub(super) fn step_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: StepFilter,
) -> Vec<Filter<StepField>> {
    let StepFilter {
        and,
        or,
        not,
        kind_any_of,
        agency,
        when,
        place,
        asset_label,
        asset_count,
        note,
    } = filter;
    let mut all = composed(d, path, (and, or, not), step_fields);
    all.extend(
        codes(d, &path.field("kind_any_of"), kind_any_of).map(|list| is(StepField::Kind(list))),
    );
    let one = d.message(&path.field("agency"), agency, agency_fields);
    all.extend(one.map(|one| is(StepField::Agency(one))));
    all.extend(when.map(|one| is(StepField::When(one.read(d, &path.field("when"))))));
    all.extend(place.map(|one| is(StepField::Place(Box::new(one.read(d, &path.field("place")))))));
    all.extend(
        asset_label.map(|one| is(StepField::AssetLabel(one.read(d, &path.field("asset_label"))))),
    );
    all.extend(
        asset_count.map(|one| is(StepField::AssetCount(one.read(d, &path.field("asset_count"))))),
    );
    all.extend(note.map(|one| is(StepField::Note(one.read(d, &path.field("note"))))));
    all
}

pub(super) fn conveyance_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: ConveyanceFilter,
) -> Vec<Filter<ConveyanceField>> {
    let ConveyanceFilter {
        and,
        or,
        not,
        kind_any_of,
        registration,
        flag_region_code,
        disposition_any_of,
        claimed_name,
        imo_number,
        mmsi,
        model,
    } = filter;
    let mut all = composed(d, path, (and, or, not), conveyance_fields);
    all.extend(
        codes(d, &path.field("kind_any_of"), kind_any_of)
            .map(|list| is(ConveyanceField::Kind(list))),
    );
    all.extend(
        registration
            .map(|one| is(ConveyanceField::Registration(one.read(d, &path.field("registration"))))),
    );
    all.extend(flag_region_code.map(|one| {
        is(ConveyanceField::FlagRegionCode(one.read(d, &path.field("flag_region_code"))))
    }));
    all.extend(
        codes(d, &path.field("disposition_any_of"), disposition_any_of)
            .map(|list| is(ConveyanceField::Disposition(list))),
    );
    all.extend(
        claimed_name
            .map(|one| is(ConveyanceField::ClaimedName(one.read(d, &path.field("claimed_name"))))),
    );
    all.extend(
        imo_number
            .map(|one| is(ConveyanceField::ImoNumber(one.read(d, &path.field("imo_number"))))),
    );
    all.extend(mmsi.map(|one| is(ConveyanceField::Mmsi(one.read(d, &path.field("mmsi"))))));
    all.extend(model.map(|one| is(ConveyanceField::Model(one.read(d, &path.field("model"))))));
    all
}

pub(super) fn waypoint_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: WaypointFilter,
) -> Vec<Filter<WaypointField>> {
    let WaypointFilter { and, or, not, kind_any_of, place } = filter;
    let mut all = composed(d, path, (and, or, not), waypoint_fields);
    all.extend(
        codes(d, &path.field("kind_any_of"), kind_any_of).map(|list| is(WaypointField::Kind(list))),
    );
    all.extend(
        place.map(|one| is(WaypointField::Place(Box::new(one.read(d, &path.field("place")))))),
    );
    all
}
