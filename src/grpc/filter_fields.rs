//! The fields of each record's filter, decoded in the order of the contract. Every field of a
//! message is named, so that a new one fails to compile here.

use super::filters::Decoder;
use crate::{
    domain::{
        check::Path,
        filters::{
            AgencyField, ConveyanceField, DetectionField, Filter, ItemField, MetaField,
            OperationField, ParticipantField, ProvisionField, SeizureField, SensorField, StepField,
            SubstanceField, WaypointField,
        },
        quantities::Dimension,
        sources::check_scheme,
    },
    proto,
};

impl Decoder<'_> {
    pub fn agencies(
        &mut self,
        field: &str,
        filter: Option<proto::AgencyFilter>,
    ) -> Filter<AgencyField> {
        self.message(&Path::root(field), filter, agency_fields).unwrap_or_default()
    }

    pub fn sensors(
        &mut self,
        field: &str,
        filter: Option<proto::SensorFilter>,
    ) -> Filter<SensorField> {
        self.message(&Path::root(field), filter, sensor_fields).unwrap_or_default()
    }

    pub fn operations(
        &mut self,
        field: &str,
        filter: Option<proto::OperationFilter>,
    ) -> Filter<OperationField> {
        self.message(&Path::root(field), filter, operation_fields).unwrap_or_default()
    }

    pub fn seizures(
        &mut self,
        field: &str,
        filter: Option<proto::SeizureFilter>,
    ) -> Filter<SeizureField> {
        self.message(&Path::root(field), filter, seizure_fields).unwrap_or_default()
    }

    pub fn substances(
        &mut self,
        field: &str,
        filter: Option<proto::SubstanceFilter>,
    ) -> Filter<SubstanceField> {
        self.message(&Path::root(field), filter, substance_fields).unwrap_or_default()
    }

    fn meta<F>(
        &mut self,
        path: &Path<'_>,
        originator: Option<&proto::NameFilter>,
        create_time: Option<&proto::TimeFilter>,
        update_time: Option<&proto::TimeFilter>,
        field: impl Fn(MetaField) -> F,
    ) -> Vec<Filter<F>> {
        let names = originator.map(|names| self.name(&path.field("originator"), names));
        let created = create_time.map(|time| self.time(&path.field("create_time"), time));
        let updated = update_time.map(|time| self.time(&path.field("update_time"), time));
        let all = [
            names.map(MetaField::Originator),
            created.map(MetaField::CreateTime),
            updated.map(MetaField::UpdateTime),
        ];
        all.into_iter().flatten().map(|meta| Filter::Is(field(meta))).collect()
    }
}

fn is<F>(field: F) -> Filter<F> {
    Filter::Is(field)
}

fn unboxed<T>(message: Option<Box<T>>) -> Option<T> {
    message.map(|message| *message)
}

fn agency_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::AgencyFilter,
) -> Vec<Filter<AgencyField>> {
    let proto::AgencyFilter {
        and,
        or,
        not,
        name,
        display_name,
        native_name,
        acronym,
        region_code,
        kind_any_of,
        parent,
        has_parent,
        originator,
        create_time,
        update_time,
    } = filter;
    let mut all = d.composed(path, (and, or, not), agency_fields);
    all.extend(name.map(|one| is(AgencyField::Name(d.name(&path.field("name"), &one)))));
    all.extend(
        display_name
            .map(|one| is(AgencyField::DisplayName(d.text(&path.field("display_name"), &one)))),
    );
    all.extend(
        native_name
            .map(|one| is(AgencyField::NativeName(d.text(&path.field("native_name"), &one)))),
    );
    all.extend(acronym.map(|one| is(AgencyField::Acronym(d.text(&path.field("acronym"), &one)))));
    all.extend(
        region_code
            .map(|one| is(AgencyField::RegionCode(d.code(&path.field("region_code"), &one)))),
    );
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of).map(|list| is(AgencyField::Kind(list))),
    );
    let one = d.message(&path.field("parent"), unboxed(parent), agency_fields);
    all.extend(one.map(|one| is(AgencyField::Parent(Box::new(one)))));
    all.extend(has_parent.map(|has| is(AgencyField::HasParent(has))));
    all.extend(d.meta(
        path,
        originator.as_ref(),
        create_time.as_ref(),
        update_time.as_ref(),
        AgencyField::Meta,
    ));
    all
}

fn provision_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::ProvisionFilter,
) -> Vec<Filter<ProvisionField>> {
    let proto::ProvisionFilter { and, or, not, provider, kind_any_of } = filter;
    let mut all = d.composed(path, (and, or, not), provision_fields);
    let one = d.message(&path.field("provider"), provider, agency_fields);
    all.extend(one.map(|one| is(ProvisionField::Provider(one))));
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of)
            .map(|list| is(ProvisionField::Kind(list))),
    );
    all
}

fn sensor_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::SensorFilter,
) -> Vec<Filter<SensorField>> {
    let proto::SensorFilter {
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
    let mut all = d.composed(path, (and, or, not), sensor_fields);
    all.extend(name.map(|one| is(SensorField::Name(d.name(&path.field("name"), &one)))));
    all.extend(
        display_name
            .map(|one| is(SensorField::DisplayName(d.text(&path.field("display_name"), &one)))),
    );
    all.extend(
        d.codes(&path.field("type_any_of"), &type_any_of).map(|list| is(SensorField::Type(list))),
    );
    let one = d.message(&path.field("operator"), operator, agency_fields);
    all.extend(one.map(|one| is(SensorField::Operator(one))));
    all.extend(has_operator.map(|has| is(SensorField::HasOperator(has))));
    if let Some(list) = provisions {
        let proto::ProvisionsFilter { some, none, every } = list;
        let list = (some, none, every);
        all.push(is(SensorField::Provisions(d.quantified(
            &path.field("provisions"),
            list,
            provision_fields,
        ))));
    }
    all.extend(site.map(|one| is(SensorField::Site(Box::new(d.place(&path.field("site"), &one))))));
    if let Some(list) = detections {
        let proto::DetectionsFilter { some, none, every } = *list;
        let list = (unboxed(some), unboxed(none), unboxed(every));
        all.push(is(SensorField::Detections(d.quantified(
            &path.field("detections"),
            list,
            detection_fields,
        ))));
    }
    all.extend(d.meta(
        path,
        originator.as_ref(),
        create_time.as_ref(),
        update_time.as_ref(),
        SensorField::Meta,
    ));
    all
}

fn participant_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::ParticipantFilter,
) -> Vec<Filter<ParticipantField>> {
    let proto::ParticipantFilter { and, or, not, agency, role_any_of, asset_label } = filter;
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
    all
}

fn detection_fields(
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
    } = filter;
    let mut all = d.composed(path, (and, or, not), detection_fields);
    let one = d.message(&path.field("sensor"), unboxed(sensor), sensor_fields);
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
    let one = d.message(&path.field("operation"), unboxed(operation), operation_fields);
    all.extend(one.map(|one| is(DetectionField::Operation(Box::new(one)))));
    all
}

fn step_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::StepFilter,
) -> Vec<Filter<StepField>> {
    let proto::StepFilter { and, or, not, kind_any_of, agency, when } = filter;
    let mut all = d.composed(path, (and, or, not), step_fields);
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of).map(|list| is(StepField::Kind(list))),
    );
    let one = d.message(&path.field("agency"), agency, agency_fields);
    all.extend(one.map(|one| is(StepField::Agency(one))));
    all.extend(when.map(|one| is(StepField::When(d.when(&path.field("when"), &one)))));
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

fn operation_fields(
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
    if let Some(list) = participants {
        let proto::ParticipantsFilter { some, none, every } = list;
        let list = (some, none, every);
        all.push(is(OperationField::Participants(d.quantified(
            &path.field("participants"),
            list,
            participant_fields,
        ))));
    }
    if let Some(list) = detections {
        let proto::DetectionsFilter { some, none, every } = *list;
        let list = (unboxed(some), unboxed(none), unboxed(every));
        all.push(is(OperationField::Detections(d.quantified(
            &path.field("detections"),
            list,
            detection_fields,
        ))));
    }
    if let Some(list) = steps {
        let proto::StepsFilter { some, none, every } = list;
        let list = (some, none, every);
        all.push(is(OperationField::Steps(d.quantified(&path.field("steps"), list, step_fields))));
    }
    if let Some(list) = conveyances {
        let proto::ConveyancesFilter { some, none, every } = list;
        let list = (some, none, every);
        all.push(is(OperationField::Conveyances(d.quantified(
            &path.field("conveyances"),
            list,
            conveyance_fields,
        ))));
    }
    if let Some(list) = route {
        let proto::WaypointsFilter { some, none, every } = list;
        let list = (some, none, every);
        all.push(is(OperationField::Route(d.quantified(
            &path.field("route"),
            list,
            waypoint_fields,
        ))));
    }
    if let Some(list) = seizures {
        let proto::SeizuresFilter { some, none, every } = *list;
        let list = (unboxed(some), unboxed(none), unboxed(every));
        all.push(is(OperationField::Seizures(d.quantified(
            &path.field("seizures"),
            list,
            seizure_fields,
        ))));
    }
    all.extend(
        narrative.map(|one| is(OperationField::Narrative(d.text(&path.field("narrative"), &one)))),
    );
    all.extend(d.meta(
        path,
        originator.as_ref(),
        create_time.as_ref(),
        update_time.as_ref(),
        OperationField::Meta,
    ));
    all
}

fn item_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::ItemFilter,
) -> Vec<Filter<ItemField>> {
    let proto::ItemFilter {
        and,
        or,
        not,
        kind_any_of,
        substance,
        has_substance,
        reported_label,
        quantity,
        form_any_of,
        identification_any_of,
    } = filter;
    let mut all = d.composed(path, (and, or, not), item_fields);
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of).map(|list| is(ItemField::Kind(list))),
    );
    let one = d.message(&path.field("substance"), substance, substance_fields);
    all.extend(one.map(|one| is(ItemField::Substance(one))));
    all.extend(has_substance.map(|has| is(ItemField::HasSubstance(has))));
    all.extend(
        reported_label
            .map(|one| is(ItemField::ReportedLabel(d.text(&path.field("reported_label"), &one)))),
    );
    all.extend(
        quantity.map(|one| is(ItemField::Quantity(d.quantity(&path.field("quantity"), &one)))),
    );
    all.extend(
        d.codes(&path.field("form_any_of"), &form_any_of).map(|list| is(ItemField::Form(list))),
    );
    all.extend(
        d.codes(&path.field("identification_any_of"), &identification_any_of)
            .map(|list| is(ItemField::Identification(list))),
    );
    all
}

fn seizure_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::SeizureFilter,
) -> Vec<Filter<SeizureField>> {
    let proto::SeizureFilter {
        and,
        or,
        not,
        name,
        operation,
        has_operation,
        agency,
        has_agency,
        when,
        place,
        items,
        total_mass,
        state_any_of,
        external_id,
        originator,
        create_time,
        update_time,
    } = filter;
    let mut all = d.composed(path, (and, or, not), seizure_fields);
    all.extend(name.map(|one| is(SeizureField::Name(d.name(&path.field("name"), &one)))));
    let one = d.message(&path.field("operation"), unboxed(operation), operation_fields);
    all.extend(one.map(|one| is(SeizureField::Operation(Box::new(one)))));
    all.extend(has_operation.map(|has| is(SeizureField::HasOperation(has))));
    let one = d.message(&path.field("agency"), agency, agency_fields);
    all.extend(one.map(|one| is(SeizureField::Agency(one))));
    all.extend(has_agency.map(|has| is(SeizureField::HasAgency(has))));
    all.extend(when.map(|one| is(SeizureField::When(d.when(&path.field("when"), &one)))));
    all.extend(
        place.map(|one| is(SeizureField::Place(Box::new(d.place(&path.field("place"), &one))))),
    );
    if let Some(list) = items {
        let proto::ItemsFilter { some, none, every } = list;
        let list = (some, none, every);
        all.push(is(SeizureField::Items(d.quantified(&path.field("items"), list, item_fields))));
    }
    all.extend(total_mass.map(|one| mass(d, &path.field("total_mass"), &one)));
    all.extend(
        d.codes(&path.field("state_any_of"), &state_any_of)
            .map(|list| is(SeizureField::State(list))),
    );
    all.extend(external_id.map(|one| named(d, &path.field("external_id"), &one)));
    all.extend(d.meta(
        path,
        originator.as_ref(),
        create_time.as_ref(),
        update_time.as_ref(),
        SeizureField::Meta,
    ));
    all
}

fn mass(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: &proto::TotalMassFilter,
) -> Filter<SeizureField> {
    let proto::TotalMassFilter { at_least, at_most, known } = filter;
    let mut micrograms = |field, measure: Option<&proto::Measure>| {
        let path = path.field(field);
        let measure = d.measure(&path, measure)?;
        if measure.dimension != Dimension::Mass {
            d.violations.add(&path.field("unit"), "want a unit of mass");
        }
        Some(measure.normalized)
    };
    is(SeizureField::TotalMass {
        at_least: micrograms("at_least", at_least.as_ref()),
        at_most: micrograms("at_most", at_most.as_ref()),
        known: *known,
    })
}

fn named(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: &proto::ExternalIdFilter,
) -> Filter<SeizureField> {
    let proto::ExternalIdFilter { scheme, value_any_of } = filter;
    d.violations.keep(&path.field("scheme"), check_scheme(scheme));
    let values = d.code_texts(&path.field("value_any_of"), value_any_of);
    is(SeizureField::ExternalId { scheme: scheme.clone(), values })
}

fn substance_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::SubstanceFilter,
) -> Vec<Filter<SubstanceField>> {
    let proto::SubstanceFilter { name, under, class_any_of } = filter;
    let mut all = Vec::new();
    all.extend(name.map(|one| is(SubstanceField::Name(d.name(&path.field("name"), &one)))));
    if !under.is_empty() {
        all.push(is(SubstanceField::Under(d.ids(&path.field("under"), &under))));
    }
    let classes = d.codes(&path.field("class_any_of"), &class_any_of);
    all.extend(classes.map(|list| is(SubstanceField::Class(list))));
    all
}
