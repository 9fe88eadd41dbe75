//! Typed filters, one type for both wire contracts.
//!
//! A filter is a tree of conditions over the fields of one record; relations hold filters over the
//! records they reach. A condition on what the record does not know does not hold.

mod decoder;
mod sorts;

pub use decoder::{Decoder, is};
pub use sorts::{AgencySort, OperationSort, SeizureSort, SensorSort, SubstanceSort};

use super::{
    agencies::AgencyKind,
    codes::codes,
    dates::Calendar,
    ids::{AgencyId, OperationId, SeizureId, SensorId, SubstanceId},
    operation_kinds::{
        Confidence, ConveyanceDisposition, ConveyanceKind, DetectionRole, Domain, Outcome,
        ParticipantRole, StepKind, TargetKind, WaypointKind,
    },
    places::PlaceKind,
    quantities::{Basis, Bound, Dimension, Method, Unit},
    seizures::{Form, Identification, ItemKind, SeizureState},
    sensors::{ProvisionKind, SensorType},
    substances::SubstanceClass,
};
use serde::Serialize;

/// The deepest nesting of a filter.
pub const FILTER_DEPTH_MAX: usize = 16;
/// The most messages of a filter.
pub const FILTER_MESSAGES_MAX: usize = 200;
/// The most values that the lists of a filter hold together.
pub const FILTER_VALUES_MAX: usize = 1_000;
/// Longest text of a filter, in characters.
pub const FILTER_TEXT_CHARS_MAX: usize = 500;

/// Conditions over the fields `F` of a record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Filter<F> {
    /// Every one holds; an empty list holds for everything.
    All(Vec<Filter<F>>),
    /// At least one holds.
    Any(Vec<Filter<F>>),
    /// It does not hold.
    Not(Box<Filter<F>>),
    /// The condition holds.
    Is(F),
}

impl<F> Default for Filter<F> {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// Quantifies over a list of parts or records.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quantified<F> {
    /// At least one passes.
    pub some: Option<Box<Filter<F>>>,
    /// None passes.
    pub none: Option<Box<Filter<F>>>,
    /// Every one passes; also where there are none.
    pub every: Option<Box<Filter<F>>>,
}

/// Compares a resource name, by the last part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NameFilter<I> {
    /// The name is one of these.
    pub any_of: Option<Vec<I>>,
    /// The name is none of these.
    pub none_of: Vec<I>,
}

/// Compares a text; the texts are folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextFilter {
    /// Equal.
    pub equals: Option<String>,
    /// Begins with this.
    pub prefix: Option<String>,
    /// Contains this.
    pub contains: Option<String>,
}

/// Compares a code exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeFilter {
    /// The code is one of these.
    pub any_of: Option<Vec<String>>,
    /// The code is known and none of these.
    pub none_of: Option<Vec<String>>,
    /// Whether the code is known.
    pub known: Option<bool>,
}

/// Compares an instant, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TimeFilter {
    /// At or after.
    pub from_micros: Option<i64>,
    /// Before.
    pub until_micros: Option<i64>,
}

codes! {
    /// How an uncertain date is compared with a span.
    pub enum WhenMode {
        /// The record could have been in the span.
        Overlaps = 1 => "OVERLAPS",
        /// The record certainly was in the span.
        Within = 2 => "WITHIN",
    }
}

/// Compares an uncertain date with a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WhenFilter {
    /// First instant of the span.
    pub from_micros: Option<i64>,
    /// Last instant of the span.
    pub until_micros: Option<i64>,
    /// How.
    pub mode: WhenMode,
    /// Whether a date is known.
    pub known: Option<bool>,
}

/// A box of latitudes and longitudes, its borders included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BoundingBox {
    /// Southern border, degrees.
    pub south: f64,
    /// Western border, degrees.
    pub west: f64,
    /// Northern border, degrees.
    pub north: f64,
    /// Eastern border, degrees; smaller than `west` across the antimeridian.
    pub east: f64,
}

/// A circle on the sphere of the mean radius of the earth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Circle {
    /// Degrees.
    pub latitude: f64,
    /// Degrees.
    pub longitude: f64,
    /// Kilometres.
    pub radius_kilometers: f64,
}

/// Mean radius of the earth in kilometres (IUGG, R1 of GRS 80).
pub const EARTH_RADIUS_KILOMETERS: f64 = 6_371.008_8;

/// Compares a place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceFilter {
    /// The kind is one of these.
    pub kinds: Vec<PlaceKind>,
    /// Region code.
    pub region_code: Option<CodeFilter>,
    /// Subdivision code.
    pub subdivision_code: Option<CodeFilter>,
    /// Scheme of the administrative code.
    pub administrative_scheme: Option<CodeFilter>,
    /// Administrative code.
    pub administrative_code: Option<CodeFilter>,
    /// UN/LOCODE.
    pub unlocode: Option<CodeFilter>,
    /// Free text.
    pub text: Option<TextFilter>,
    /// The point lies in this box.
    pub within_box: Option<BoundingBox>,
    /// The point lies in this circle.
    pub within_circle: Option<Circle>,
    /// Whether a point is known.
    pub has_point: Option<bool>,
}

/// An amount to compare with: normalised value and dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Micrograms, microlitres or a count.
    pub normalized: i64,
    /// Which of them.
    pub dimension: Dimension,
}

/// Compares a quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuantityFilter {
    /// At least this much.
    pub at_least: Option<Measure>,
    /// At most this much.
    pub at_most: Option<Measure>,
    /// The dimension is one of these.
    pub dimensions: Vec<Dimension>,
    /// The unit as reported is one of these.
    pub units: Vec<Unit>,
    /// The bound is one of these.
    pub bounds: Vec<Bound>,
    /// The basis is one of these.
    pub bases: Vec<Basis>,
    /// The method is one of these.
    pub methods: Vec<Method>,
    /// Whether a quantity is known.
    pub known: Option<bool>,
}

/// Compares a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NumberFilter {
    /// At least this many.
    pub at_least: Option<i64>,
    /// At most this many.
    pub at_most: Option<i64>,
    /// Whether the number is known.
    pub known: Option<bool>,
}

/// Conditions on a substance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum SubstanceField {
    /// Its name.
    Name(NameFilter<SubstanceId>),
    /// It is one of these, or under one of them in the hierarchy.
    Under(Vec<SubstanceId>),
    /// Its class is one of these.
    Class(Vec<SubstanceClass>),
    /// Some language calls it this; the text is folded.
    Called(String),
}

/// Conditions on what every record has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum MetaField {
    /// The agency that recorded it.
    Originator(NameFilter<AgencyId>),
    /// When it was recorded.
    CreateTime(TimeFilter),
    /// When it last changed.
    UpdateTime(TimeFilter),
}

/// Conditions on an agency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum AgencyField {
    /// Its name.
    Name(NameFilter<AgencyId>),
    /// Display name.
    DisplayName(TextFilter),
    /// Native name.
    NativeName(TextFilter),
    /// Acronym.
    Acronym(TextFilter),
    /// Region code.
    RegionCode(CodeFilter),
    /// Kind.
    Kind(Vec<AgencyKind>),
    /// The parent agency.
    Parent(Box<Filter<AgencyField>>),
    /// Whether it has a parent agency.
    HasParent(bool),
    /// What every record has.
    Meta(MetaField),
}

/// Conditions on a provision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ProvisionField {
    /// The agency that provides.
    Provider(Filter<AgencyField>),
    /// Kind.
    Kind(Vec<ProvisionKind>),
    /// When it begins.
    From(WhenFilter),
    /// When it ends.
    Until(WhenFilter),
}

/// Conditions on a sensor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum SensorField {
    /// Its name.
    Name(NameFilter<SensorId>),
    /// Display name.
    DisplayName(TextFilter),
    /// Type.
    Type(Vec<SensorType>),
    /// The agency that operates it.
    Operator(Filter<AgencyField>),
    /// Whether an operator is known.
    HasOperator(bool),
    /// Who provides it.
    Provisions(Quantified<ProvisionField>),
    /// Where it stands.
    Site(Box<PlaceFilter>),
    /// Its detections.
    Detections(Quantified<DetectionField>),
    /// What every record has.
    Meta(MetaField),
}

/// Conditions on a participant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ParticipantField {
    /// The agency.
    Agency(Filter<AgencyField>),
    /// Role.
    Role(Vec<ParticipantRole>),
    /// What it acted with.
    AssetLabel(TextFilter),
    /// With how many.
    AssetCount(NumberFilter),
}

/// Conditions on a detection.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum DetectionField {
    /// The sensor.
    Sensor(Box<Filter<SensorField>>),
    /// Role.
    Role(Vec<DetectionRole>),
    /// When.
    When(WhenFilter),
    /// Where.
    Place(Box<PlaceFilter>),
    /// Kind of target.
    TargetKind(Vec<TargetKind>),
    /// Confidence.
    Confidence(Vec<Confidence>),
    /// The operation it is part of.
    Operation(Box<Filter<OperationField>>),
}

/// Conditions on a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum StepField {
    /// Kind.
    Kind(Vec<StepKind>),
    /// The agency that took it.
    Agency(Filter<AgencyField>),
    /// When.
    When(WhenFilter),
    /// Where.
    Place(Box<PlaceFilter>),
    /// What the agency acted with.
    AssetLabel(TextFilter),
    /// With how many.
    AssetCount(NumberFilter),
    /// The note.
    Note(TextFilter),
}

/// Conditions on a conveyance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ConveyanceField {
    /// Kind.
    Kind(Vec<ConveyanceKind>),
    /// Registration.
    Registration(TextFilter),
    /// Flag state.
    FlagRegionCode(CodeFilter),
    /// IMO number.
    ImoNumber(CodeFilter),
    /// MMSI.
    Mmsi(CodeFilter),
    /// Make and model.
    Model(TextFilter),
    /// Disposition.
    Disposition(Vec<ConveyanceDisposition>),
    /// The name it claimed.
    ClaimedName(TextFilter),
}

/// Conditions on a waypoint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum WaypointField {
    /// Kind.
    Kind(Vec<WaypointKind>),
    /// Where it lies.
    Place(Box<PlaceFilter>),
}

/// Conditions on an operation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum OperationField {
    /// Its name.
    Name(NameFilter<OperationId>),
    /// Display name.
    DisplayName(TextFilter),
    /// Domain.
    Domain(Vec<Domain>),
    /// Outcome.
    Outcome(Vec<Outcome>),
    /// When.
    When(WhenFilter),
    /// Its date is known to one bucket of this kind.
    DatedTo(Calendar),
    /// Where.
    Place(Box<PlaceFilter>),
    /// The agency that leads it.
    LeadAgency(Filter<AgencyField>),
    /// Whether a lead agency is known.
    HasLeadAgency(bool),
    /// Who took part.
    Participants(Quantified<ParticipantField>),
    /// What was detected.
    Detections(Quantified<DetectionField>),
    /// What was done.
    Steps(Quantified<StepField>),
    /// What carried the goods.
    Conveyances(Quantified<ConveyanceField>),
    /// The way the goods took.
    Route(Quantified<WaypointField>),
    /// What was seized; only seizures that count.
    Seizures(Quantified<SeizureField>),
    /// The narrative.
    Narrative(TextFilter),
    /// What every record has.
    Meta(MetaField),
}

/// Conditions on an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum ItemField {
    /// Kind.
    Kind(Vec<ItemKind>),
    /// The substance.
    Substance(Filter<SubstanceField>),
    /// Whether a substance is known.
    HasSubstance(bool),
    /// The label as reported.
    ReportedLabel(TextFilter),
    /// The quantity.
    Quantity(QuantityFilter),
    /// Form.
    Form(Vec<Form>),
    /// Identification.
    Identification(Vec<Identification>),
    /// Purity, in millionths of a percent.
    Purity(NumberFilter),
    /// Number of packages.
    PackageCount(NumberFilter),
}

/// Conditions on a seizure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum SeizureField {
    /// Its name.
    Name(NameFilter<SeizureId>),
    /// The operation it was made under.
    Operation(Box<Filter<OperationField>>),
    /// Whether it was made under an operation.
    HasOperation(bool),
    /// The agency that seized.
    Agency(Filter<AgencyField>),
    /// Whether the agency is known.
    HasAgency(bool),
    /// When.
    When(WhenFilter),
    /// Its date is known to one bucket of this kind.
    DatedTo(Calendar),
    /// Where.
    Place(Box<PlaceFilter>),
    /// What was seized.
    Items(Quantified<ItemField>),
    /// Mass of all items together, in micrograms.
    TotalMass {
        /// At least this much.
        at_least: Option<i64>,
        /// At most this much.
        at_most: Option<i64>,
        /// Whether the mass of any item is known; the bounds hold only where it is.
        known: Option<bool>,
    },
    /// State.
    State(Vec<SeizureState>),
    /// Name in another system: scheme, and values if any are named.
    ExternalId {
        /// The scheme.
        scheme: String,
        /// The values; empty: any.
        values: Vec<String>,
    },
    /// What every record has.
    Meta(MetaField),
}
