//! What each field of a filter means for the table of its record or part.

use super::{
    Reach,
    calendar::dated_to,
    entity::{agencies, operations, seizures, sensors},
    filters::{
        Field, Planner, at, code_text, codes, count, dated, name, only, place, quantity, text, when,
    },
    guard,
};
use crate::domain::{
    codes::Code as _,
    filters::{
        AgencyField, ConveyanceField, DetectionField, Filter, ItemField, OperationField,
        ParticipantField, ProvisionField, Quantified, SeizureField, SensorField, StepField,
        SubstanceField, WaypointField,
    },
    ids::SubstanceId,
    seizures::SeizureState,
};
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait as _, JoinType, Query, SelectStatement,
};

impl Field for AgencyField {
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition {
        let parent = || at(alias, "parent_id");
        match self {
            Self::Name(names) => name(names, at(alias, "slug"), |id| id.as_str().into()),
            Self::DisplayName(one) => text(one, at(alias, "display_name_folded")),
            Self::NativeName(one) => text(one, at(alias, "native_name_folded")),
            Self::Acronym(one) => text(one, at(alias, "acronym_folded")),
            Self::RegionCode(one) => code_text(one, at(alias, "region_code")),
            Self::Kind(kinds) => codes(kinds, at(alias, "kind")),
            Self::Parent(filter) => planner.to_one::<agencies::Entity, _>(parent(), filter),
            Self::HasParent(has) => planner.has::<agencies::Entity>(parent(), *has),
            Self::Meta(meta) => planner.meta(meta, alias),
        }
    }
}

fn agency(planner: &Planner<'_>, key: Expr, filter: &Filter<AgencyField>) -> Condition {
    planner.to_one::<agencies::Entity, _>(key, filter)
}

impl Field for ProvisionField {
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition {
        match self {
            Self::Provider(filter) => agency(planner, at(alias, "provider_id"), filter),
            Self::Kind(kinds) => codes(kinds, at(alias, "kind")),
            Self::From(one) => dated(one, alias, ("from_earliest", "from_latest")),
            Self::Until(one) => dated(one, alias, ("until_earliest", "until_latest")),
        }
    }
}

impl Field for SensorField {
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition {
        let operator = || at(alias, "operator_id");
        match self {
            Self::Name(names) => name(names, at(alias, "slug"), |id| id.as_str().into()),
            Self::DisplayName(one) => text(one, at(alias, "display_name_folded")),
            Self::Type(types) => codes(types, at(alias, "sensor_type")),
            Self::Operator(filter) => agency(planner, operator(), filter),
            Self::HasOperator(has) => planner.has::<agencies::Entity>(operator(), *has),
            Self::Provisions(list) => planner.parts(("provisions", "sensor_id"), alias, list),
            Self::Site(one) => place(one, alias),
            Self::Detections(list) => detections_of_sensor(planner, alias, list),
            Self::Meta(meta) => planner.meta(meta, alias),
        }
    }
}

/// A detection is seen where its operation is.
fn detections_of_sensor(
    planner: &Planner<'_>,
    alias: &str,
    list: &Quantified<DetectionField>,
) -> Condition {
    planner.quantified(list, |part| {
        let operation = format!("{part}o");
        let mut query = Query::select();
        query
            .from_as(Alias::new("detections"), Alias::new(part))
            .join_as(
                JoinType::InnerJoin,
                operations::Entity,
                Alias::new(&operation),
                at(&operation, "id").eq(at(part, "operation_id")),
            )
            .cond_where(guard::visible(&operation, planner.lens, Reach::Scan))
            .and_where(at(&operation, "delete_micros").is_null())
            .and_where(at(part, "sensor_id").eq(at(alias, "id")));
        query
    })
}

impl Field for ParticipantField {
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition {
        match self {
            Self::Agency(filter) => agency(planner, at(alias, "agency_id"), filter),
            Self::Role(roles) => codes(roles, at(alias, "role")),
            Self::AssetLabel(one) => text(one, at(alias, "asset_label_folded")),
            Self::AssetCount(one) => count(one, at(alias, "asset_count")),
        }
    }
}

impl Field for DetectionField {
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition {
        match self {
            Self::Sensor(filter) => {
                planner.to_one::<sensors::Entity, _>(at(alias, "sensor_id"), filter)
            }
            Self::Role(roles) => codes(roles, at(alias, "role")),
            Self::When(one) => when(one, alias),
            Self::Place(one) => place(one, alias),
            Self::TargetKind(kinds) => codes(kinds, at(alias, "target_kind")),
            Self::Confidence(levels) => codes(levels, at(alias, "confidence")),
            Self::Operation(filter) => {
                planner.to_one::<operations::Entity, _>(at(alias, "operation_id"), filter)
            }
        }
    }
}

impl Field for StepField {
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition {
        match self {
            Self::Kind(kinds) => codes(kinds, at(alias, "kind")),
            Self::Agency(filter) => agency(planner, at(alias, "agency_id"), filter),
            Self::When(one) => when(one, alias),
            Self::Place(one) => place(one, alias),
            Self::AssetLabel(one) => text(one, at(alias, "asset_label_folded")),
            Self::AssetCount(one) => count(one, at(alias, "asset_count")),
            Self::Note(one) => text(one, at(alias, "note_folded")),
        }
    }
}

impl Field for ConveyanceField {
    fn condition(&self, _planner: &Planner<'_>, alias: &str) -> Condition {
        match self {
            Self::Kind(kinds) => codes(kinds, at(alias, "kind")),
            Self::Registration(one) => text(one, at(alias, "registration_folded")),
            Self::FlagRegionCode(one) => code_text(one, at(alias, "flag_region_code")),
            Self::ImoNumber(one) => code_text(one, at(alias, "imo_number")),
            Self::Mmsi(one) => code_text(one, at(alias, "mmsi")),
            Self::Model(one) => text(one, at(alias, "model_folded")),
            Self::Disposition(kinds) => codes(kinds, at(alias, "disposition")),
            Self::ClaimedName(one) => text(one, at(alias, "claimed_name_folded")),
        }
    }
}

impl Field for WaypointField {
    fn condition(&self, _planner: &Planner<'_>, alias: &str) -> Condition {
        match self {
            Self::Kind(kinds) => codes(kinds, at(alias, "kind")),
            Self::Place(one) => place(one, alias),
        }
    }
}

impl Field for OperationField {
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition {
        const OWNER: &str = "operation_id";
        let lead = || at(alias, "lead_agency_id");
        match self {
            Self::Name(names) => name(names, at(alias, "uid"), |id| id.uuid().into()),
            Self::DisplayName(one) => text(one, at(alias, "display_name_folded")),
            Self::Domain(domains) => codes(domains, at(alias, "domain")),
            Self::Outcome(outcomes) => codes(outcomes, at(alias, "outcome")),
            Self::When(one) => when(one, alias),
            Self::DatedTo(calendar) => dated_to(*calendar, alias),
            Self::Place(one) => place(one, alias),
            Self::LeadAgency(filter) => agency(planner, lead(), filter),
            Self::HasLeadAgency(has) => planner.has::<agencies::Entity>(lead(), *has),
            Self::Participants(list) => planner.parts(("participants", OWNER), alias, list),
            Self::Detections(list) => planner.parts(("detections", OWNER), alias, list),
            Self::Steps(list) => planner.parts(("steps", OWNER), alias, list),
            Self::Conveyances(list) => planner.parts(("conveyances", OWNER), alias, list),
            Self::Route(list) => planner.parts(("waypoints", OWNER), alias, list),
            Self::Seizures(list) => seizures_of_operation(planner, alias, list),
            Self::Narrative(one) => text(one, at(alias, "narrative_folded")),
            Self::Meta(meta) => planner.meta(meta, alias),
        }
    }
}

fn seizures_of_operation(
    planner: &Planner<'_>,
    alias: &str,
    list: &Quantified<SeizureField>,
) -> Condition {
    planner.quantified(list, |part| {
        let mut query = guard::select::<seizures::Entity>(planner.lens, part, Reach::Scan);
        query
            .and_where(at(part, "delete_micros").is_null())
            .and_where(at(part, "state").eq(i64::from(SeizureState::Active.code())))
            .and_where(at(part, "operation_id").eq(at(alias, "id")));
        query
    })
}

impl Field for ItemField {
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition {
        let substance = || at(alias, "substance_id");
        match self {
            Self::Kind(kinds) => codes(kinds, at(alias, "kind")),
            Self::Substance(filter) => only(substance().in_subquery(substances(planner, filter))),
            Self::HasSubstance(true) => only(substance().is_not_null()),
            Self::HasSubstance(false) => only(substance().is_null()),
            Self::ReportedLabel(one) => text(one, at(alias, "reported_label_folded")),
            Self::Quantity(one) => quantity(one, alias),
            Self::Form(forms) => codes(forms, at(alias, "form")),
            Self::Identification(kinds) => codes(kinds, at(alias, "identification")),
            Self::Purity(one) => count(one, at(alias, "purity")),
            Self::PackageCount(one) => count(one, at(alias, "package_count")),
        }
    }
}

/// Keys of the substances that pass. The vocabulary is the same for every viewer.
fn substances(planner: &Planner<'_>, filter: &Filter<SubstanceField>) -> SelectStatement {
    const ALIAS: &str = "vocabulary";
    let mut query = Query::select();
    query
        .from_as(Alias::new("substances"), Alias::new(ALIAS))
        .expr(at(ALIAS, "id"))
        .cond_where(planner.filter(filter, ALIAS));
    query
}

impl Field for SubstanceField {
    fn condition(&self, _planner: &Planner<'_>, alias: &str) -> Condition {
        match self {
            Self::Name(names) => name(names, at(alias, "slug"), |id| id.as_str().into()),
            Self::Under(ids) => only(at(alias, "id").in_subquery(descendants(ids))),
            Self::Class(classes) => codes(classes, at(alias, "class")),
            Self::Called(term) => {
                let mut query = Query::select();
                query
                    .from(Alias::new("substance_terms"))
                    .column(Alias::new("substance_id"))
                    .and_where(Expr::col(Alias::new("folded")).eq(term.as_str()));
                only(at(alias, "id").in_subquery(query))
            }
        }
    }
}

fn descendants(ids: &[SubstanceId]) -> SelectStatement {
    let mut query = Query::select();
    query
        .from_as(Alias::new("substance_closure"), Alias::new("line"))
        .join_as(
            JoinType::InnerJoin,
            Alias::new("substances"),
            Alias::new("top"),
            at("top", "id").eq(at("line", "ancestor_id")),
        )
        .expr(at("line", "descendant_id"))
        .and_where(at("top", "slug").is_in(ids.iter().map(SubstanceId::as_str)));
    query
}

impl Field for SeizureField {
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition {
        let (operation, seizer) = (|| at(alias, "operation_id"), || at(alias, "agency_id"));
        match self {
            Self::Name(names) => name(names, at(alias, "uid"), |id| id.uuid().into()),
            Self::Operation(filter) => planner.to_one::<operations::Entity, _>(operation(), filter),
            Self::HasOperation(has) => planner.has::<operations::Entity>(operation(), *has),
            Self::Agency(filter) => agency(planner, seizer(), filter),
            Self::HasAgency(has) => planner.has::<agencies::Entity>(seizer(), *has),
            Self::When(one) => when(one, alias),
            Self::DatedTo(calendar) => dated_to(*calendar, alias),
            Self::Place(one) => place(one, alias),
            Self::Items(list) => planner.parts(("seizure_items", "seizure_id"), alias, list),
            Self::TotalMass { at_least, at_most, known } => {
                total_mass(*at_least, *at_most, *known, alias)
            }
            Self::State(states) => codes(states, at(alias, "state")),
            Self::ExternalId { scheme, values } => external_id(scheme, values, alias),
            Self::Meta(meta) => planner.meta(meta, alias),
        }
    }
}

fn total_mass(
    at_least: Option<i64>,
    at_most: Option<i64>,
    known: Option<bool>,
    alias: &str,
) -> Condition {
    let mass = || at(alias, "mass_micrograms");
    let mut all = Condition::all();
    if known == Some(false) {
        all = all.add(mass().lt(0_i64));
    } else {
        all = all.add(mass().gte(at_least.unwrap_or(0)));
    }
    if let Some(most) = at_most {
        all = all.add(mass().lte(most)).add(mass().gte(0_i64));
    }
    all
}

fn external_id(scheme: &str, values: &[String], alias: &str) -> Condition {
    const ALIAS: &str = "named";
    let mut query = Query::select();
    query
        .from_as(Alias::new("external_ids"), Alias::new(ALIAS))
        .expr(at(ALIAS, "seizure_id"))
        .and_where(at(ALIAS, "scheme").eq(scheme));
    if !values.is_empty() {
        query.and_where(at(ALIAS, "value").is_in(values.iter().map(String::as_str)));
    }
    only(at(alias, "id").in_subquery(query))
}
