//! The fields of the filters of operations and their parts, in the order of the contract.

use super::{
    Decoder, agencies::agency_fields, is, seizures::seizure_fields, sensors::sensor_fields,
};
use crate::{
    domain::{
        check::Path,
        filters::{
            ConveyanceField, DetectionField, Filter, OperationField, ParticipantField, StepField,
            WaypointField,
        },
    },
    proto,
};

impl Decoder<'_> {
    /// Reads the filter in a field of a request.
    pub fn operations(
        &mut self,
        field: &str,
        filter: Option<proto::OperationFilter>,
    ) -> Filter<OperationField> {
        self.message(&Path::root(field), filter.map(Box::new), operation_fields).unwrap_or_default()
    }
}

pub(super) fn operation_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::OperationFilter,
) -> Vec<Filter<OperationField>> {
    let proto::OperationFilter {
        and,
        or,
        not,
        name,
        display_name,
        domain_any_of,
        outcome_any_of,
        when,
        place,
        lead_agency,
        has_lead_agency,
        participants,
        detections,
        steps,
        conveyances,
        route,
        seizures,
        narrative,
        originator,
        create_time,
        update_time,
        dated_to,
    } = filter;
    let mut all = d.composed(path, (and, or, not), operation_fields);
    all.extend(name.map(|one| is(OperationField::Name(d.name(&path.field("name"), &one)))));
    all.extend(
        display_name
            .map(|one| is(OperationField::DisplayName(d.text(&path.field("display_name"), &one)))),
    );
    all.extend(
        d.codes(&path.field("domain_any_of"), &domain_any_of)
            .map(|list| is(OperationField::Domain(list))),
    );
    all.extend(
        d.codes(&path.field("outcome_any_of"), &outcome_any_of)
            .map(|list| is(OperationField::Outcome(list))),
    );
    all.extend(when.map(|one| is(OperationField::When(d.when(&path.field("when"), &one)))));
    all.extend(
        place.map(|one| is(OperationField::Place(Box::new(d.place(&path.field("place"), &one))))),
    );
    let one = d.message(&path.field("lead_agency"), lead_agency, agency_fields);
    all.extend(one.map(|one| is(OperationField::LeadAgency(one))));
    all.extend(has_lead_agency.map(|has| is(OperationField::HasLeadAgency(has))));
    all.extend(part_fields(d, path, (participants, detections, steps, conveyances, route)));
    if let Some(list) = seizures {
        let proto::SeizuresFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Seizures(d.quantified(
            &path.field("seizures"),
            list,
            seizure_fields,
        ))));
    }
    all.extend(
        narrative.map(|one| is(OperationField::Narrative(d.text(&path.field("narrative"), &one)))),
    );
    let calendar = d.violations.code(&path.field("dated_to"), dated_to);
    all.extend(calendar.map(|calendar| is(OperationField::DatedTo(calendar))));
    all.extend(d.meta(
        path,
        originator.as_ref(),
        create_time.as_ref(),
        update_time.as_ref(),
        OperationField::Meta,
    ));
    all
}

/// Filters over the parts of an operation, in the order of the contract.
type Parts = (
    Option<Box<proto::ParticipantsFilter>>,
    Option<Box<proto::DetectionsFilter>>,
    Option<Box<proto::StepsFilter>>,
    Option<Box<proto::ConveyancesFilter>>,
    Option<Box<proto::WaypointsFilter>>,
);

fn part_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    (participants, detections, steps, conveyances, route): Parts,
) -> Vec<Filter<OperationField>> {
    let mut all = Vec::new();
    if let Some(list) = participants {
        let proto::ParticipantsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Participants(d.quantified(
            &path.field("participants"),
            list,
            participant_fields,
        ))));
    }
    if let Some(list) = detections {
        let proto::DetectionsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Detections(d.quantified(
            &path.field("detections"),
            list,
            detection_fields,
        ))));
    }
    if let Some(list) = steps {
        let proto::StepsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Steps(d.quantified(&path.field("steps"), list, step_fields))));
    }
    if let Some(list) = conveyances {
        let proto::ConveyancesFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Conveyances(d.quantified(
            &path.field("conveyances"),
            list,
            conveyance_fields,
        ))));
    }
    if let Some(list) = route {
        let proto::WaypointsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Route(d.quantified(
            &path.field("route"),
            list,
            waypoint_fields,
        ))));
    }
    all
}

fn participant_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::ParticipantFilter,
) -> Vec<Filter<ParticipantField>> {
    let proto::ParticipantFilter { and, or, not, agency, role_any_of, asset_label, asset_count } =
        filter;
    let mut all = d.composed(path, (and, or, not), participant_fields);
    let one = d.message(&path.field("agency"), agency, agency_fields);
    all.extend(one.map(|one| is(ParticipantField::Agency(one))));
    all.extend(
        d.codes(&path.field("role_any_of"), &role_any_of)
            .map(|list| is(ParticipantField::Role(list))),
    );
    all.extend(
        asset_label
            .map(|one| is(ParticipantField::AssetLabel(d.text(&path.field("asset_label"), &one)))),
    );
    all.extend(
        asset_count.map(|one| {
            is(ParticipantField::AssetCount(d.number(&path.field("asset_count"), &one)))
        }),
    );
    all
}

pub(super) fn detection_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::DetectionFilter,
) -> Vec<Filter<DetectionField>> {
    let proto::DetectionFilter {
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
    let mut all = d.composed(path, (and, or, not), detection_fields);
    let one = d.message(&path.field("sensor"), sensor, sensor_fields);
    all.extend(one.map(|one| is(DetectionField::Sensor(Box::new(one)))));
    all.extend(
        d.codes(&path.field("role_any_of"), &role_any_of)
            .map(|list| is(DetectionField::Role(list))),
    );
    all.extend(when.map(|one| is(DetectionField::When(d.when(&path.field("when"), &one)))));
    all.extend(
        d.codes(&path.field("target_kind_any_of"), &target_kind_any_of)
            .map(|list| is(DetectionField::TargetKind(list))),
    );
    all.extend(
        d.codes(&path.field("confidence_any_of"), &confidence_any_of)
            .map(|list| is(DetectionField::Confidence(list))),
    );
    let one = d.message(&path.field("operation"), operation, operation_fields);
    all.extend(one.map(|one| is(DetectionField::Operation(Box::new(one)))));
    all.extend(
        place.map(|one| is(DetectionField::Place(Box::new(d.place(&path.field("place"), &one))))),
    );
    all
}

fn step_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::StepFilter,
) -> Vec<Filter<StepField>> {
    let proto::StepFilter {
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
    let mut all = d.composed(path, (and, or, not), step_fields);
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of).map(|list| is(StepField::Kind(list))),
    );
    let one = d.message(&path.field("agency"), agency, agency_fields);
    all.extend(one.map(|one| is(StepField::Agency(one))));
    all.extend(when.map(|one| is(StepField::When(d.when(&path.field("when"), &one)))));
    all.extend(
        place.map(|one| is(StepField::Place(Box::new(d.place(&path.field("place"), &one))))),
    );
    all.extend(
        asset_label.map(|one| is(StepField::AssetLabel(d.text(&path.field("asset_label"), &one)))),
    );
    all.extend(
        asset_count
            .map(|one| is(StepField::AssetCount(d.number(&path.field("asset_count"), &one)))),
    );
    all.extend(note.map(|one| is(StepField::Note(d.text(&path.field("note"), &one)))));
    all
}

fn conveyance_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::ConveyanceFilter,
) -> Vec<Filter<ConveyanceField>> {
    let proto::ConveyanceFilter {
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
    let mut all = d.composed(path, (and, or, not), conveyance_fields);
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of)
            .map(|list| is(ConveyanceField::Kind(list))),
    );
    all.extend(
        registration.map(|one| {
            is(ConveyanceField::Registration(d.text(&path.field("registration"), &one)))
        }),
    );
    all.extend(flag_region_code.map(|one| {
        is(ConveyanceField::FlagRegionCode(d.code(&path.field("flag_region_code"), &one)))
    }));
    all.extend(
        d.codes(&path.field("disposition_any_of"), &disposition_any_of)
            .map(|list| is(ConveyanceField::Disposition(list))),
    );
    all.extend(
        claimed_name
            .map(|one| is(ConveyanceField::ClaimedName(d.text(&path.field("claimed_name"), &one)))),
    );
    all.extend(
        imo_number
            .map(|one| is(ConveyanceField::ImoNumber(d.code(&path.field("imo_number"), &one)))),
    );
    all.extend(mmsi.map(|one| is(ConveyanceField::Mmsi(d.code(&path.field("mmsi"), &one)))));
    all.extend(model.map(|one| is(ConveyanceField::Model(d.text(&path.field("model"), &one)))));
    all
}

fn waypoint_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::WaypointFilter,
) -> Vec<Filter<WaypointField>> {
    let proto::WaypointFilter { and, or, not, kind_any_of, place } = filter;
    let mut all = d.composed(path, (and, or, not), waypoint_fields);
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of).map(|list| is(WaypointField::Kind(list))),
    );
    all.extend(
        place.map(|one| is(WaypointField::Place(Box::new(d.place(&path.field("place"), &one))))),
    );
    all
}
