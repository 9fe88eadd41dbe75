//! Random filters, as deep as they are allowed to be.

use super::{
    chance::Chance,
    draws::{
        DATES, IMO_NUMBERS, MMSIS, NAMES, POINTS, REGIONS, SCHEMES, SUBDIVISIONS, SUBSTANCES,
        VALUES,
    },
    tables::Tables,
};
use crate::filters as say;
use interdiction::domain::{
    codes::Code as _,
    dates::Calendar,
    filters::{
        AgencyField, BoundingBox, Circle, CodeFilter, ConveyanceField, DetectionField, Filter,
        ItemField, Measure, MetaField, NameFilter, NumberFilter, OperationField, ParticipantField,
        PlaceFilter, ProvisionField, Quantified, QuantityFilter, SeizureField, SensorField,
        StepField, SubstanceField, TextFilter, TimeFilter, WaypointField, WhenFilter, WhenMode,
    },
    ids::{ResourceId, SubstanceId},
    quantities::Dimension,
    records::Meta,
};

const COUNTS: [i64; 4] = [0, 1, 2, 3];

/// A filter out of fields that are drawn one level further down.
pub fn filter<F>(
    chance: &mut Chance,
    depth: usize,
    field: &dyn Fn(&mut Chance, usize) -> F,
) -> Filter<F> {
    if depth == 0 {
        return Filter::Is(field(chance, 0));
    }
    match chance.below(10) {
        0 => Filter::All(chance.some(2, |chance| filter(chance, depth - 1, field))),
        1 => Filter::Any(chance.some(2, |chance| filter(chance, depth - 1, field))),
        2 => say::not(filter(chance, depth - 1, field)),
        3 => Filter::default(),
        _ => Filter::Is(field(chance, depth - 1)),
    }
}

/// A list of values out of all, one or two of them.
macro_rules! codes {
    ($chance:ident, $type:ty) => {{
        let all = <$type>::ALL;
        let few = all.len().min(4);
        (0..=$chance.below(2)).map(|_| all[$chance.below(few)]).collect()
    }};
}

fn quantified<F>(
    chance: &mut Chance,
    depth: usize,
    field: &dyn Fn(&mut Chance, usize) -> F,
) -> Quantified<F> {
    let inner = filter(chance, depth, field);
    match chance.below(4) {
        0 => say::none(inner),
        1 => say::every(inner),
        _ => say::some(inner),
    }
}

fn text(chance: &mut Chance) -> TextFilter {
    match chance.below(4) {
        0 => say::equals(chance.pick(&NAMES)),
        1 => say::prefix(chance.pick(&["AR", "mar", "z"])),
        _ => say::contains(chance.pick(&["a", "%", "_", "ñ", "bol", "x"])),
    }
}

fn code(chance: &mut Chance, codes: &[&str]) -> CodeFilter {
    let (one, other) = (chance.pick(codes), chance.pick(codes));
    match chance.below(4) {
        0 => say::none_of(&[one]),
        1 => say::known(chance.once_in(2)),
        2 => say::one_of(&[one, other]),
        _ => say::one_of(&[one]),
    }
}

fn number(chance: &mut Chance, stock: &[i64]) -> NumberFilter {
    let (one, nothing) = (Some(chance.pick(stock)), say::number());
    match chance.below(4) {
        0 => NumberFilter { known: Some(chance.once_in(2)), ..nothing },
        1 => NumberFilter { at_most: one, ..nothing },
        2 => NumberFilter { at_least: one, at_most: Some(chance.pick(stock)), ..nothing },
        _ => NumberFilter { at_least: one, ..nothing },
    }
}

fn when(chance: &mut Chance) -> WhenFilter {
    if chance.once_in(5) {
        return say::dated(chance.once_in(2));
    }
    let mode = chance.pick(WhenMode::ALL);
    let mut filter = say::during(chance.pick(&DATES), mode);
    match chance.below(4) {
        0 => filter.from_micros = None,
        1 => filter.until_micros = None,
        _ => {}
    }
    filter
}

fn place(chance: &mut Chance) -> Box<PlaceFilter> {
    let mut filter = say::anywhere();
    match chance.below(8) {
        0 => filter.kinds = codes!(chance, interdiction::domain::places::PlaceKind),
        1 => filter.region_code = Some(code(chance, &REGIONS)),
        2 => filter.subdivision_code = Some(code(chance, &SUBDIVISIONS)),
        3 => filter.unlocode = Some(code(chance, &["MXZLO", "COBUN"])),
        4 => filter.text = Some(text(chance)),
        5 => {
            let (latitude, longitude) = chance.pick(&POINTS);
            let radius_kilometers = chance.pick(&[0.5, 400.0, 5_000.0]);
            filter.within_circle = Some(Circle { latitude, longitude, radius_kilometers });
        }
        6 => {
            let (west, east) = chance.pick(&[(-112.0, -70.0), (170.0, -111.0), (-180.0, 180.0)]);
            filter.within_box = Some(BoundingBox { south: -20.0, west, north: 30.0, east });
        }
        _ => filter.has_point = Some(chance.once_in(2)),
    }
    Box::new(filter)
}

fn names<I: ResourceId>(chance: &mut Chance, ids: Vec<I>) -> NameFilter<I> {
    let Some(id) = chance.maybe_one(&ids).cloned() else {
        return NameFilter { any_of: Some(Vec::new()), none_of: Vec::new() };
    };
    if chance.once_in(2) {
        NameFilter { any_of: Some(vec![id]), none_of: Vec::new() }
    } else {
        NameFilter { any_of: None, none_of: vec![id] }
    }
}

fn meta<'a>(
    tables: &Tables,
    chance: &mut Chance,
    metas: impl Iterator<Item = &'a Meta>,
) -> MetaField {
    let times: Vec<i64> = metas.map(|meta| meta.update_micros).collect();
    let time = chance.maybe_one(&times).copied();
    let span = if chance.once_in(2) {
        TimeFilter { from_micros: time, until_micros: None }
    } else {
        TimeFilter { from_micros: None, until_micros: time }
    };
    match chance.below(3) {
        0 => MetaField::CreateTime(span),
        1 => MetaField::UpdateTime(span),
        _ => {
            let ids = tables.agencies.iter().map(|one| one.id.clone()).collect();
            MetaField::Originator(names(chance, ids))
        }
    }
}

fn agency(tables: &Tables, chance: &mut Chance, depth: usize) -> Filter<AgencyField> {
    filter(chance, depth, &|chance, depth| agencies(tables, chance, depth))
}

pub fn agencies(tables: &Tables, chance: &mut Chance, depth: usize) -> AgencyField {
    match chance.below(if depth == 0 { 8 } else { 9 }) {
        0 => {
            let ids = tables.agencies.iter().map(|one| one.id.clone()).collect();
            AgencyField::Name(names(chance, ids))
        }
        1 => AgencyField::DisplayName(text(chance)),
        2 => AgencyField::NativeName(text(chance)),
        3 => AgencyField::Acronym(text(chance)),
        4 => AgencyField::RegionCode(code(chance, &REGIONS)),
        5 => AgencyField::Kind(codes!(chance, interdiction::domain::agencies::AgencyKind)),
        6 => AgencyField::HasParent(chance.once_in(2)),
        7 => AgencyField::Meta(meta(tables, chance, tables.agencies.iter().map(|one| &one.meta))),
        _ => AgencyField::Parent(Box::new(agency(tables, chance, depth - 1))),
    }
}

pub fn sensors(tables: &Tables, chance: &mut Chance, depth: usize) -> SensorField {
    match chance.below(if depth == 0 { 6 } else { 9 }) {
        0 => {
            let ids = tables.sensors.iter().map(|one| one.id.clone()).collect();
            SensorField::Name(names(chance, ids))
        }
        1 => SensorField::DisplayName(text(chance)),
        2 => SensorField::Type(codes!(chance, interdiction::domain::sensors::SensorType)),
        3 => SensorField::HasOperator(chance.once_in(2)),
        4 => SensorField::Site(place(chance)),
        5 => SensorField::Meta(meta(tables, chance, tables.sensors.iter().map(|one| &one.meta))),
        6 => SensorField::Operator(agency(tables, chance, depth - 1)),
        7 => SensorField::Provisions(quantified(chance, depth - 1, &|chance, depth| {
            provision(tables, chance, depth)
        })),
        _ => SensorField::Detections(quantified(chance, depth - 1, &|chance, depth| {
            detection(tables, chance, depth)
        })),
    }
}

fn provision(tables: &Tables, chance: &mut Chance, depth: usize) -> ProvisionField {
    match chance.below(4) {
        0 => ProvisionField::Kind(codes!(chance, interdiction::domain::sensors::ProvisionKind)),
        1 => ProvisionField::From(when(chance)),
        2 => ProvisionField::Until(when(chance)),
        _ => ProvisionField::Provider(agency(tables, chance, depth.saturating_sub(1))),
    }
}

pub fn detection(tables: &Tables, chance: &mut Chance, depth: usize) -> DetectionField {
    use interdiction::domain::operation_parts::{Confidence, DetectionRole, TargetKind};
    match chance.below(if depth == 0 { 5 } else { 8 }) {
        0 => DetectionField::Role(codes!(chance, DetectionRole)),
        1 => DetectionField::When(when(chance)),
        2 => DetectionField::TargetKind(codes!(chance, TargetKind)),
        3 => DetectionField::Confidence(codes!(chance, Confidence)),
        4 => DetectionField::Place(place(chance)),
        5 => DetectionField::Operation(Box::new(filter(chance, depth - 1, &|chance, depth| {
            operations(tables, chance, depth)
        }))),
        _ => DetectionField::Sensor(Box::new(filter(chance, depth - 1, &|chance, depth| {
            sensors(tables, chance, depth)
        }))),
    }
}

fn participant(tables: &Tables, chance: &mut Chance, depth: usize) -> ParticipantField {
    use interdiction::domain::operation_parts::ParticipantRole;
    match chance.below(4) {
        0 => ParticipantField::Role(codes!(chance, ParticipantRole)),
        1 => ParticipantField::AssetLabel(text(chance)),
        2 => ParticipantField::AssetCount(number(chance, &COUNTS)),
        _ => ParticipantField::Agency(agency(tables, chance, depth.saturating_sub(1))),
    }
}

fn step(tables: &Tables, chance: &mut Chance, depth: usize) -> StepField {
    match chance.below(7) {
        0 => StepField::Kind(codes!(chance, interdiction::domain::operation_parts::StepKind)),
        1 => StepField::When(when(chance)),
        2 => StepField::Place(place(chance)),
        3 => StepField::AssetLabel(text(chance)),
        4 => StepField::AssetCount(number(chance, &COUNTS)),
        5 => StepField::Note(text(chance)),
        _ => StepField::Agency(agency(tables, chance, depth.saturating_sub(1))),
    }
}

fn conveyance(chance: &mut Chance) -> ConveyanceField {
    use interdiction::domain::operation_parts::{ConveyanceDisposition, ConveyanceKind};
    match chance.below(8) {
        0 => ConveyanceField::Kind(codes!(chance, ConveyanceKind)),
        1 => ConveyanceField::Registration(text(chance)),
        2 => ConveyanceField::FlagRegionCode(code(chance, &REGIONS)),
        3 => ConveyanceField::Disposition(codes!(chance, ConveyanceDisposition)),
        4 => ConveyanceField::ImoNumber(code(chance, &IMO_NUMBERS)),
        5 => ConveyanceField::Mmsi(code(chance, &MMSIS)),
        6 => ConveyanceField::Model(text(chance)),
        _ => ConveyanceField::ClaimedName(text(chance)),
    }
}

pub fn operations(tables: &Tables, chance: &mut Chance, depth: usize) -> OperationField {
    use interdiction::domain::operations::{Domain, Outcome};
    let parts = |chance: &mut Chance| match chance.below(6) {
        0 => OperationField::Participants(quantified(chance, depth - 1, &|chance, depth| {
            participant(tables, chance, depth)
        })),
        1 => OperationField::Steps(quantified(chance, depth - 1, &|chance, depth| {
            step(tables, chance, depth)
        })),
        2 => OperationField::Conveyances(quantified(chance, depth - 1, &|chance, _| {
            conveyance(chance)
        })),
        3 => OperationField::Route(quantified(chance, depth - 1, &|chance, _| {
            WaypointField::Place(place(chance))
        })),
        4 => OperationField::Seizures(quantified(chance, depth - 1, &|chance, depth| {
            seizures(tables, chance, depth)
        })),
        _ => OperationField::Detections(quantified(chance, depth - 1, &|chance, depth| {
            detection(tables, chance, depth)
        })),
    };
    match chance.below(if depth == 0 { 9 } else { 15 }) {
        0 => {
            let ids = tables.operations.iter().map(|one| one.id).collect();
            OperationField::Name(names(chance, ids))
        }
        1 => OperationField::DisplayName(text(chance)),
        2 => OperationField::Domain(codes!(chance, Domain)),
        3 => OperationField::Outcome(codes!(chance, Outcome)),
        4 if chance.once_in(4) => OperationField::DatedTo(chance.pick(Calendar::ALL)),
        4 => OperationField::When(when(chance)),
        5 => OperationField::Place(place(chance)),
        6 => OperationField::HasLeadAgency(chance.once_in(2)),
        7 => OperationField::Narrative(text(chance)),
        8 => {
            let metas = tables.operations.iter().map(|one| &one.meta);
            OperationField::Meta(meta(tables, chance, metas))
        }
        9 => OperationField::LeadAgency(agency(tables, chance, depth - 1)),
        _ => parts(chance),
    }
}

fn substance(chance: &mut Chance) -> SubstanceField {
    let ids: Vec<SubstanceId> =
        SUBSTANCES.iter().map(|id| SubstanceId::parse_id(id).unwrap()).collect();
    match chance.below(4) {
        0 => SubstanceField::Name(names(chance, ids)),
        1 => {
            SubstanceField::Class(codes!(chance, interdiction::domain::substances::SubstanceClass))
        }
        2 => SubstanceField::Called(chance.pick(&["heroina", "cocaine", "x"]).to_owned()),
        _ => SubstanceField::Under(chance.maybe_one(&ids).cloned().into_iter().collect()),
    }
}

fn quantity(chance: &mut Chance) -> QuantityFilter {
    use interdiction::domain::quantities::{Basis, Bound, Method, Unit};
    let mut filter = say::any_quantity();
    let measure = Measure {
        normalized: chance.pick(&[0, 1, 1_000_000, 1_500_000, 390, 680_388_555]),
        dimension: chance.pick(Dimension::ALL),
    };
    match chance.below(8) {
        0 => filter.at_least = Some(measure),
        1 => filter.at_most = Some(measure),
        2 => filter.dimensions = vec![measure.dimension],
        3 => filter.units = vec![chance.pick(&[Unit::Gram, Unit::Litre])],
        4 => filter.bounds = codes!(chance, Bound),
        5 => filter.bases = codes!(chance, Basis),
        6 => filter.methods = codes!(chance, Method),
        _ => filter.known = Some(chance.once_in(2)),
    }
    filter
}

fn item(chance: &mut Chance) -> ItemField {
    use interdiction::domain::seizures::{Form, Identification, ItemKind};
    match chance.below(11) {
        0 => ItemField::Kind(codes!(chance, ItemKind)),
        1 => ItemField::HasSubstance(chance.once_in(2)),
        2 => ItemField::ReportedLabel(text(chance)),
        3 => ItemField::Form(codes!(chance, Form)),
        4 => ItemField::Identification(codes!(chance, Identification)),
        5 | 6 => ItemField::Quantity(quantity(chance)),
        7 => ItemField::PackageCount(number(chance, &COUNTS)),
        8 => ItemField::Purity(number(chance, &[0, 7_500_000, 97_250_000, 97_250_001])),
        _ => ItemField::Substance(filter(chance, 1, &|chance, _| substance(chance))),
    }
}

pub fn seizures(tables: &Tables, chance: &mut Chance, depth: usize) -> SeizureField {
    match chance.below(if depth == 0 { 9 } else { 13 }) {
        0 => {
            let ids = tables.seizures.iter().map(|one| one.id).collect();
            SeizureField::Name(names(chance, ids))
        }
        1 => SeizureField::HasOperation(chance.once_in(2)),
        2 => SeizureField::HasAgency(chance.once_in(2)),
        3 if chance.once_in(4) => SeizureField::DatedTo(chance.pick(Calendar::ALL)),
        3 => SeizureField::When(when(chance)),
        4 => SeizureField::Place(place(chance)),
        5 => total_mass(chance),
        6 => SeizureField::State(codes!(chance, interdiction::domain::seizures::SeizureState)),
        7 => SeizureField::ExternalId {
            scheme: chance.pick(&SCHEMES).to_owned(),
            values: chance.some(2, |chance| chance.pick(&VALUES).to_owned()),
        },
        8 => SeizureField::Meta(meta(tables, chance, tables.seizures.iter().map(|one| &one.meta))),
        9 => SeizureField::Agency(agency(tables, chance, depth - 1)),
        10 => SeizureField::Items(quantified(chance, depth - 1, &|chance, _| item(chance))),
        _ => SeizureField::Operation(Box::new(filter(chance, depth - 1, &|chance, depth| {
            operations(tables, chance, depth)
        }))),
    }
}

fn total_mass(chance: &mut Chance) -> SeizureField {
    let grams = Some(chance.pick(&[0, 1_000_000, 1_500_000]));
    let (at_least, at_most, known) = match chance.below(4) {
        0 => (grams, None, None),
        1 => (None, grams, None),
        2 => (grams, Some(680_388_555), Some(true)),
        _ => (None, None, Some(chance.once_in(2))),
    };
    SeizureField::TotalMass { at_least, at_most, known }
}
