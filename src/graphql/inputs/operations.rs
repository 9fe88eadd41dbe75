//! Filters of operations.

use super::{
    AgencyFilter, ConveyancesFilter, DetectionsFilter, NameFilter, ParticipantsFilter, PlaceFilter,
    SeizuresFilter, StepsFilter, TextFilter, TimeFilter, WaypointsFilter, WhenFilter,
    agencies::agency_fields,
    codes, composed, meta,
    operation_parts::{
        conveyance_fields, detection_fields, participant_fields, step_fields, waypoint_fields,
    },
    seizures::seizure_fields,
};
use crate::{
    domain::{
        check::Path,
        dates::Calendar,
        filters::{Decoder, Filter, OperationField, is},
        operation_kinds::{Domain, Outcome},
    },
    graphql::codes::Coded,
};
use async_graphql::InputObject;

/// Filters operations.
#[derive(Debug, Clone, InputObject)]
pub struct OperationFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<OperationFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<OperationFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<OperationFilter>>,
    /// Resource name.
    pub(super) name: Option<NameFilter>,
    /// Display name.
    pub(super) display_name: Option<TextFilter>,
    /// The domain is one of these.
    pub(super) domain_any_of: Option<Vec<Coded<Domain>>>,
    /// The outcome is one of these.
    pub(super) outcome_any_of: Option<Vec<Coded<Outcome>>>,
    /// When.
    pub(super) when: Option<WhenFilter>,
    /// Where.
    pub(super) place: Option<PlaceFilter>,
    /// The agency that leads it.
    pub(super) lead_agency: Option<Box<AgencyFilter>>,
    /// Whether a lead agency is known.
    pub(super) has_lead_agency: Option<bool>,
    /// Who took part.
    pub(super) participants: Option<Box<ParticipantsFilter>>,
    /// What was detected.
    pub(super) detections: Option<Box<DetectionsFilter>>,
    /// What was done.
    pub(super) steps: Option<Box<StepsFilter>>,
    /// What carried the goods.
    pub(super) conveyances: Option<Box<ConveyancesFilter>>,
    /// The way the goods took.
    pub(super) route: Option<Box<WaypointsFilter>>,
    /// What was seized.
    pub(super) seizures: Option<Box<SeizuresFilter>>,
    /// The narrative.
    pub(super) narrative: Option<TextFilter>,
    /// Name of the agency that recorded it.
    pub(super) originator: Option<NameFilter>,
    /// When it was recorded.
    pub(super) create_time: Option<TimeFilter>,
    /// When it last changed.
    pub(super) update_time: Option<TimeFilter>,
    /// Every instant that its date can mean lies in one and the same bucket of this kind: for
    /// MONTH, the month is known.
    pub(super) dated_to: Option<Coded<Calendar>>,
}

pub(super) fn operation_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: OperationFilter,
) -> Vec<Filter<OperationField>> {
    let OperationFilter {
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
    let mut all = composed(d, path, (and, or, not), operation_fields);
    all.extend(name.map(|one| is(OperationField::Name(one.read(d, &path.field("name"))))));
    all.extend(
        display_name
            .map(|one| is(OperationField::DisplayName(one.read(d, &path.field("display_name"))))),
    );
    all.extend(
        codes(d, &path.field("domain_any_of"), domain_any_of)
            .map(|list| is(OperationField::Domain(list))),
    );
    all.extend(
        codes(d, &path.field("outcome_any_of"), outcome_any_of)
            .map(|list| is(OperationField::Outcome(list))),
    );
    all.extend(when.map(|one| is(OperationField::When(one.read(d, &path.field("when"))))));
    all.extend(
        place.map(|one| is(OperationField::Place(Box::new(one.read(d, &path.field("place")))))),
    );
    let one = d.message(&path.field("lead_agency"), lead_agency, agency_fields);
    all.extend(one.map(|one| is(OperationField::LeadAgency(one))));
    all.extend(has_lead_agency.map(|has| is(OperationField::HasLeadAgency(has))));
    all.extend(part_fields(d, path, (participants, detections, steps, conveyances, route)));
    if let Some(list) = seizures {
        let SeizuresFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Seizures(d.quantified(
            &path.field("seizures"),
            list,
            seizure_fields,
        ))));
    }
    all.extend(
        narrative.map(|one| is(OperationField::Narrative(one.read(d, &path.field("narrative"))))),
    );
    all.extend(dated_to.map(|calendar| is(OperationField::DatedTo(calendar.0))));
    all.extend(meta(d, path, (originator, create_time, update_time), OperationField::Meta));
    all
}

/// Filters over the parts of an operation, in the order of the contract.
type Parts = (
    Option<Box<ParticipantsFilter>>,
    Option<Box<DetectionsFilter>>,
    Option<Box<StepsFilter>>,
    Option<Box<ConveyancesFilter>>,
    Option<Box<WaypointsFilter>>,
);

pub(super) fn part_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    (participants, detections, steps, conveyances, route): Parts,
) -> Vec<Filter<OperationField>> {
    let mut all = Vec::new();
    if let Some(list) = participants {
        let ParticipantsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Participants(d.quantified(
            &path.field("participants"),
            list,
            participant_fields,
        ))));
    }
    if let Some(list) = detections {
        let DetectionsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Detections(d.quantified(
            &path.field("detections"),
            list,
            detection_fields,
        ))));
    }
    if let Some(list) = steps {
        let StepsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Steps(d.quantified(&path.field("steps"), list, step_fields))));
    }
    if let Some(list) = conveyances {
        let ConveyancesFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Conveyances(d.quantified(
            &path.field("conveyances"),
            list,
            conveyance_fields,
        ))));
    }
    if let Some(list) = route {
        let WaypointsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(OperationField::Route(d.quantified(
            &path.field("route"),
            list,
            waypoint_fields,
        ))));
    }
    all
}
