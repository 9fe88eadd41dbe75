//! What a filter says of a record of the model, and through it of the records that it reaches.

use super::{
    parts,
    tables::{Tables, sees},
};
use interdiction::domain::{
    agencies::Agency,
    codes::Code,
    filters::{
        AgencyField, ConveyanceField, DetectionField, Filter, ItemField, MetaField, NameFilter,
        OperationField, ParticipantField, ProvisionField, Quantified, SeizureField, SensorField,
        StepField, SubstanceField, WaypointField,
    },
    ids::{AgencyId, OperationId, ResourceId, SensorId, SubstanceId},
    operation_parts::{Conveyance, Detection, Participant, Step, Waypoint},
    operations::Operation,
    records::Meta,
    seizures::{Item, Seizure, SeizureState},
    sensors::{Provision, Sensor},
    text::fold,
    viewers::Viewer,
};

/// Who looks at what.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub tables: &'a Tables,
    pub viewer: &'a Viewer,
}

/// A condition on one field of what it is about.
pub trait Condition {
    type Of;
    fn holds(&self, of: &Self::Of, view: View<'_>) -> bool;
}

impl<'a> View<'a> {
    pub fn holds<F: Condition>(self, filter: &Filter<F>, of: &F::Of) -> bool {
        match filter {
            Filter::All(all) => all.iter().all(|one| self.holds(one, of)),
            Filter::Any(any) => any.iter().any(|one| self.holds(one, of)),
            Filter::Not(one) => !self.holds(one, of),
            Filter::Is(field) => field.holds(of, self),
        }
    }

    fn list<F: Condition>(self, list: &Quantified<F>, parts: &[F::Of]) -> bool {
        let Quantified { some, none, every } = list;
        let passes = |filter: &Filter<F>, part: &F::Of| self.holds(filter, part);
        some.as_ref().is_none_or(|f| parts.iter().any(|part| passes(f, part)))
            && none.as_ref().is_none_or(|f| !parts.iter().any(|part| passes(f, part)))
            && every.as_ref().is_none_or(|f| parts.iter().all(|part| passes(f, part)))
    }

    fn agency(self, id: Option<&AgencyId>) -> Option<&'a Agency> {
        self.tables.agency(id?).filter(|one| sees(self.viewer, *one))
    }

    pub fn agency_id(self, id: Option<&AgencyId>) -> Option<AgencyId> {
        self.agency(id).map(|one| one.id.clone())
    }

    pub fn sensor_id(self, id: Option<&SensorId>) -> Option<SensorId> {
        let found = self.tables.sensor(id?).filter(|one| sees(self.viewer, *one));
        found.map(|one| one.id.clone())
    }

    pub fn operation_id(self, id: Option<OperationId>) -> Option<OperationId> {
        let found = self.tables.operation(id?).filter(|one| sees(self.viewer, *one));
        found.map(|one| one.id)
    }

    /// A filter on an agency that a record names: it must be seen, and not be deleted.
    fn by(self, filter: &Filter<AgencyField>, id: Option<&AgencyId>) -> bool {
        self.reached(id).is_some_and(|one| self.holds(filter, one))
    }

    /// An agency that a filter reaches.
    fn reached(self, id: Option<&AgencyId>) -> Option<&'a Agency> {
        self.agency(id).filter(|one| one.meta.delete_micros.is_none())
    }

    fn reaches(self, id: Option<&AgencyId>) -> bool {
        self.reached(id).is_some()
    }

    fn under(self, filter: &Filter<OperationField>, id: Option<OperationId>) -> bool {
        let operation = self.operation_id(id).and_then(|id| self.tables.operation(id));
        let operation = operation.filter(|one| one.meta.delete_micros.is_none());
        operation.is_some_and(|one| self.holds(filter, one))
    }

    fn meta(self, field: &MetaField, meta: &Meta) -> bool {
        match field {
            MetaField::Originator(names) => {
                self.reached(meta.originator.as_ref()).is_some_and(|one| named(names, &one.id))
            }
            MetaField::CreateTime(time) => parts::at_time(time, meta.create_micros),
            MetaField::UpdateTime(time) => parts::at_time(time, meta.update_micros),
        }
    }
}

fn named<I: ResourceId>(names: &NameFilter<I>, id: &I) -> bool {
    names.any_of.as_ref().is_none_or(|any| any.contains(id)) && !names.none_of.contains(id)
}

fn one_of<C: Code>(codes: &[C], value: Option<C>) -> bool {
    value.is_some_and(|value| codes.contains(&value))
}

impl Condition for AgencyField {
    type Of = Agency;
    fn holds(&self, of: &Agency, view: View<'_>) -> bool {
        let body = &of.body;
        match self {
            Self::Name(names) => named(names, &of.id),
            Self::DisplayName(one) => parts::text(one, &body.display_name),
            Self::NativeName(one) => parts::text(one, &body.native_name),
            Self::Acronym(one) => parts::text(one, &body.acronym),
            Self::RegionCode(one) => parts::region(one, body.region_code.as_ref()),
            Self::Kind(kinds) => one_of(kinds, body.kind),
            Self::Parent(filter) => view.by(filter, body.parent.as_ref()),
            Self::HasParent(has) => view.reaches(body.parent.as_ref()) == *has,
            Self::Meta(meta) => view.meta(meta, &of.meta),
        }
    }
}

impl Condition for ProvisionField {
    type Of = Provision;
    fn holds(&self, of: &Provision, view: View<'_>) -> bool {
        match self {
            Self::Provider(filter) => view.by(filter, of.provider.as_ref()),
            Self::Kind(kinds) => kinds.contains(&of.kind),
            Self::From(one) => parts::when(one, of.from.as_ref()),
            Self::Until(one) => parts::when(one, of.until.as_ref()),
        }
    }
}

impl Condition for SensorField {
    type Of = Sensor;
    fn holds(&self, of: &Sensor, view: View<'_>) -> bool {
        let body = &of.body;
        match self {
            Self::Name(names) => named(names, &of.id),
            Self::DisplayName(one) => parts::text(one, &body.display_name),
            Self::Type(types) => types.contains(&body.sensor_type),
            Self::Operator(filter) => view.by(filter, body.operator.as_ref()),
            Self::HasOperator(has) => view.reaches(body.operator.as_ref()) == *has,
            Self::Provisions(list) => view.list(list, &body.provisions),
            Self::Site(one) => parts::place(one, body.site.as_ref()),
            Self::Detections(list) => view.list(list, &detections_of(&of.id, view)),
            Self::Meta(meta) => view.meta(meta, &of.meta),
        }
    }
}

/// A detection with the operation that it is part of.
pub struct Detected {
    detection: Detection,
    operation: OperationId,
}

/// Detections are seen where their operation is, and gone where it is deleted.
fn detections_of(sensor: &SensorId, view: View<'_>) -> Vec<Detected> {
    let operations = view.tables.operations.iter();
    let seen = operations.filter(|one| sees(view.viewer, *one) && one.meta.delete_micros.is_none());
    seen.flat_map(detections_in)
        .filter(|one| one.detection.sensor.as_ref() == Some(sensor))
        .collect()
}

pub fn detections_in(operation: &Operation) -> Vec<Detected> {
    let each = operation.body.detections.iter();
    each.map(|one| Detected { detection: one.clone(), operation: operation.id }).collect()
}

impl Condition for DetectionField {
    type Of = Detected;
    fn holds(&self, of: &Detected, view: View<'_>) -> bool {
        let Detected { detection, operation } = of;
        match self {
            Self::Sensor(filter) => {
                let id = view.sensor_id(detection.sensor.as_ref());
                let sensor = id.and_then(|id| view.tables.sensor(&id));
                let sensor = sensor.filter(|one| one.meta.delete_micros.is_none());
                sensor.is_some_and(|one| view.holds(filter, one))
            }
            Self::Role(roles) => roles.contains(&detection.role),
            Self::When(one) => parts::when(one, detection.when.as_ref()),
            Self::Place(one) => parts::place(one, detection.place.as_ref()),
            Self::TargetKind(kinds) => one_of(kinds, detection.target_kind),
            Self::Confidence(levels) => one_of(levels, detection.confidence),
            Self::Operation(filter) => view.under(filter, Some(*operation)),
        }
    }
}

impl Condition for ParticipantField {
    type Of = Participant;
    fn holds(&self, of: &Participant, view: View<'_>) -> bool {
        match self {
            Self::Agency(filter) => view.by(filter, of.agency.as_ref()),
            Self::Role(roles) => roles.contains(&of.role),
            Self::AssetLabel(one) => parts::text(one, &of.asset_label),
            Self::AssetCount(one) => parts::count(one, of.asset_count.map(i64::from)),
        }
    }
}

impl Condition for StepField {
    type Of = Step;
    fn holds(&self, of: &Step, view: View<'_>) -> bool {
        match self {
            Self::Kind(kinds) => kinds.contains(&of.kind),
            Self::Agency(filter) => view.by(filter, of.agency.as_ref()),
            Self::When(one) => parts::when(one, of.when.as_ref()),
            Self::Place(one) => parts::place(one, of.place.as_ref()),
            Self::AssetLabel(one) => parts::text(one, &of.asset_label),
            Self::AssetCount(one) => parts::count(one, of.asset_count.map(i64::from)),
            Self::Note(one) => parts::text(one, &of.note),
        }
    }
}

impl Condition for ConveyanceField {
    type Of = Conveyance;
    fn holds(&self, of: &Conveyance, _view: View<'_>) -> bool {
        match self {
            Self::Kind(kinds) => kinds.contains(&of.kind),
            Self::Registration(one) => parts::text(one, &of.registration),
            Self::FlagRegionCode(one) => parts::region(one, of.flag_region_code.as_ref()),
            Self::ImoNumber(one) => parts::code(one, Some(&of.imo_number)),
            Self::Mmsi(one) => parts::code(one, Some(&of.mmsi)),
            Self::Model(one) => parts::text(one, &of.model),
            Self::Disposition(kinds) => one_of(kinds, of.disposition),
            Self::ClaimedName(one) => parts::text(one, &of.claimed_name),
        }
    }
}

impl Condition for WaypointField {
    type Of = Waypoint;
    fn holds(&self, of: &Waypoint, _view: View<'_>) -> bool {
        match self {
            Self::Kind(kinds) => kinds.contains(&of.kind),
            Self::Place(one) => parts::place(one, Some(&of.place)),
        }
    }
}

impl Condition for OperationField {
    type Of = Operation;
    fn holds(&self, of: &Operation, view: View<'_>) -> bool {
        let body = &of.body;
        match self {
            Self::Name(names) => named(names, &of.id),
            Self::DisplayName(one) => parts::text(one, &body.display_name),
            Self::Domain(domains) => one_of(domains, body.domain),
            Self::Outcome(outcomes) => outcomes.contains(&body.outcome),
            Self::When(one) => parts::when(one, body.when.as_ref()),
            Self::DatedTo(calendar) => parts::dated_to(*calendar, body.when.as_ref()),
            Self::Place(one) => parts::place(one, body.place.as_ref()),
            Self::LeadAgency(filter) => view.by(filter, body.lead_agency.as_ref()),
            Self::HasLeadAgency(has) => view.reaches(body.lead_agency.as_ref()) == *has,
            Self::Participants(list) => view.list(list, &body.participants),
            Self::Detections(list) => view.list(list, &detections_in(of)),
            Self::Steps(list) => view.list(list, &body.steps),
            Self::Conveyances(list) => view.list(list, &body.conveyances),
            Self::Route(list) => view.list(list, &body.route),
            Self::Seizures(list) => view.list(list, &seizures_of(of.id, view)),
            Self::Narrative(one) => parts::text(one, &body.narrative),
            Self::Meta(meta) => view.meta(meta, &of.meta),
        }
    }
}

/// The seizures of an operation that count and are seen.
fn seizures_of(operation: OperationId, view: View<'_>) -> Vec<Seizure> {
    let seen = view.tables.seizures.iter().filter(|one| {
        one.body.operation == Some(operation)
            && one.state == SeizureState::Active
            && one.meta.delete_micros.is_none()
            && sees(view.viewer, *one)
    });
    seen.cloned().collect()
}

impl Condition for ItemField {
    type Of = Item;
    fn holds(&self, of: &Item, view: View<'_>) -> bool {
        match self {
            Self::Kind(kinds) => kinds.contains(&of.kind),
            Self::Substance(filter) => {
                of.substance.as_ref().is_some_and(|id| view.holds(filter, id))
            }
            Self::HasSubstance(has) => of.substance.is_some() == *has,
            Self::ReportedLabel(one) => parts::text(one, &of.reported_label),
            Self::Quantity(one) => parts::quantity(one, of.quantity.as_ref()),
            Self::Form(forms) => one_of(forms, of.form),
            Self::Identification(kinds) => kinds.contains(&of.identification),
            Self::Purity(one) => parts::count(one, parts::purity(&of.purity_percent)),
            Self::PackageCount(one) => parts::count(one, of.package_count.map(i64::from)),
        }
    }
}

impl Condition for SubstanceField {
    type Of = SubstanceId;
    fn holds(&self, of: &SubstanceId, view: View<'_>) -> bool {
        let find = |id: &SubstanceId| view.tables.vocabulary.iter().find(|one| one.id == *id);
        match self {
            Self::Name(names) => named(names, of),
            Self::Under(ids) => {
                let mut line = Some(of.clone());
                while let Some(id) = line {
                    if ids.contains(&id) {
                        return true;
                    }
                    line = find(&id).and_then(|one| one.parent.clone());
                }
                false
            }
            Self::Class(classes) => find(of).is_some_and(|one| classes.contains(&one.class)),
            Self::Called(text) => find(of).is_some_and(|one| {
                let mut names = one.terms.iter().flat_map(|t| t.aliases.iter().chain([&t.name]));
                names.any(|name| fold(name) == *text)
            }),
        }
    }
}

impl Condition for SeizureField {
    type Of = Seizure;
    fn holds(&self, of: &Seizure, view: View<'_>) -> bool {
        let body = &of.body;
        match self {
            Self::Name(names) => named(names, &of.id),
            Self::Operation(filter) => view.under(filter, body.operation),
            Self::HasOperation(has) => view.under(&Filter::default(), body.operation) == *has,
            Self::Agency(filter) => view.by(filter, body.agency.as_ref()),
            Self::HasAgency(has) => view.reaches(body.agency.as_ref()) == *has,
            Self::When(one) => parts::when(one, body.when.as_ref()),
            Self::DatedTo(calendar) => parts::dated_to(*calendar, body.when.as_ref()),
            Self::Place(one) => parts::place(one, body.place.as_ref()),
            Self::Items(list) => view.list(list, &body.items),
            Self::TotalMass { at_least, at_most, known } => {
                let mass = body.total_mass_micrograms();
                known.is_none_or(|known| mass.is_some() == known)
                    && at_least.is_none_or(|least| mass.is_some_and(|mass| mass >= least))
                    && at_most.is_none_or(|most| mass.is_some_and(|mass| mass <= most))
            }
            Self::State(states) => states.contains(&of.state),
            Self::ExternalId { scheme, values } => body.external_ids.iter().any(|id| {
                id.scheme == *scheme && (values.is_empty() || values.contains(&id.value))
            }),
            Self::Meta(meta) => view.meta(meta, &of.meta),
        }
    }
}
