//! Filters as documents write them.

use interdiction::domain::{
    codes::Code,
    dates::{Calendar, When, format_rfc3339_micros},
    filters::{
        AgencyField, BoundingBox, Circle, CodeFilter, ConveyanceField, DetectionField, Filter,
        ItemField, Measure, MetaField, NameFilter, NumberFilter, OperationField, ParticipantField,
        PlaceFilter, ProvisionField, Quantified, QuantityFilter, SeizureField, SensorField,
        StepField, SubstanceField, TextFilter, TimeFilter, WaypointField, WhenFilter,
    },
    ids::ResourceId,
    quantities::Dimension,
};
use serde_json::json;

/// What holds for nothing.
const NOTHING: &str = "not: {}";

/// A condition as a document writes it: `field: value`.
pub trait Written {
    fn written(&self) -> String;
}

pub fn filter<F: Written>(filter: &Filter<F>) -> String {
    let list = |all: &[Filter<F>]| all.iter().map(self::filter).collect::<Vec<_>>().join(", ");
    match filter {
        Filter::All(all) if all.is_empty() => "{}".to_owned(),
        Filter::All(all) => format!("{{ and: [{}] }}", list(all)),
        Filter::Any(any) if any.is_empty() => format!("{{ {NOTHING} }}"),
        Filter::Any(any) => format!("{{ or: [{}] }}", list(any)),
        Filter::Not(one) => format!("{{ not: {} }}", self::filter(one)),
        Filter::Is(field) => format!("{{ {} }}", field.written()),
    }
}

/// The members that are given.
fn object(members: &[(&str, Option<String>)]) -> String {
    let given = members.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let given: Vec<String> = given.map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{{ {} }}", given.join(", "))
}

fn text(text: &str) -> String {
    json!(text).to_string()
}

fn texts(texts: &[String]) -> String {
    json!(texts).to_string()
}

fn codes<C: Code>(codes: &[C]) -> String {
    format!("[{}]", codes.iter().map(|code| code.name()).collect::<Vec<_>>().join(", "))
}

fn some_codes<C: Code>(list: &[C]) -> Option<String> {
    (!list.is_empty()).then(|| codes(list))
}

fn name<I: ResourceId>(field: &str, names: &NameFilter<I>) -> String {
    let NameFilter { any_of, none_of } = names;
    let list = |ids: &[I]| json!(ids.iter().map(ToString::to_string).collect::<Vec<_>>());
    if any_of.as_ref().is_some_and(Vec::is_empty) {
        return NOTHING.to_owned();
    }
    let any = any_of.as_ref().map(|ids| list(ids).to_string());
    let none = (!none_of.is_empty()).then(|| list(none_of).to_string());
    format!("{field}: {}", object(&[("anyOf", any), ("noneOf", none)]))
}

fn folded(filter: &TextFilter) -> String {
    let TextFilter { equals, prefix, contains } = filter;
    let said = |one: &Option<String>| one.as_deref().map(text);
    object(&[("equals", said(equals)), ("prefix", said(prefix)), ("contains", said(contains))])
}

fn code(filter: &CodeFilter) -> String {
    let CodeFilter { any_of, none_of, known } = filter;
    let list = |one: &Option<Vec<String>>| one.as_ref().map(|all| texts(all));
    let known = known.map(|known| known.to_string());
    object(&[("anyOf", list(any_of)), ("noneOf", list(none_of)), ("known", known)])
}

fn number(filter: &NumberFilter, written: fn(i64) -> String) -> String {
    let NumberFilter { at_least, at_most, known } = filter;
    let known = known.map(|known| known.to_string());
    object(&[
        ("atLeast", at_least.map(written)),
        ("atMost", at_most.map(written)),
        ("known", known),
    ])
}

/// Millionths of a percent.
fn percent(millionths: i64) -> String {
    format!("\"{}.{:06}\"", millionths / 1_000_000, millionths % 1_000_000)
}

fn time(filter: &TimeFilter) -> String {
    let instant = |micros: Option<i64>| micros.map(|micros| text(&format_rfc3339_micros(micros)));
    object(&[("from", instant(filter.from_micros)), ("until", instant(filter.until_micros))])
}

fn when(filter: &WhenFilter) -> String {
    let WhenFilter { from_micros, until_micros, mode, known } = filter;
    let from = from_micros.map(|micros| match micros {
        When::OPEN_START_MICROS => text("../2020"),
        micros => text(&format_rfc3339_micros(micros)),
    });
    let until = until_micros.map(|micros| match micros {
        When::OPEN_END_MICROS => text("2020/.."),
        micros => text(&format_rfc3339_micros(micros)),
    });
    let known = known.map(|known| known.to_string());
    let mode = Some(mode.name().to_owned());
    object(&[("from", from), ("until", until), ("mode", mode), ("known", known)])
}

fn place(filter: &PlaceFilter) -> String {
    let within_box = filter.within_box.map(|area| {
        let BoundingBox { south, west, north, east } = area;
        format!("{{ south: {south}, west: {west}, north: {north}, east: {east} }}")
    });
    let within_circle = filter.within_circle.map(|circle| {
        let Circle { latitude, longitude, radius_kilometers } = circle;
        let radius = format!("radiusKilometers: {radius_kilometers}");
        format!("{{ latitude: {latitude}, longitude: {longitude}, {radius} }}")
    });
    let code = |one: &Option<CodeFilter>| one.as_ref().map(self::code);
    object(&[
        ("kindAnyOf", some_codes(&filter.kinds)),
        ("regionCode", code(&filter.region_code)),
        ("subdivisionCode", code(&filter.subdivision_code)),
        ("administrativeScheme", code(&filter.administrative_scheme)),
        ("administrativeCode", code(&filter.administrative_code)),
        ("unlocode", code(&filter.unlocode)),
        ("text", filter.text.as_ref().map(folded)),
        ("withinBox", within_box),
        ("withinCircle", within_circle),
        ("hasPoint", filter.has_point.map(|has| has.to_string())),
    ])
}

fn measure(measure: &Measure) -> String {
    let unit = match measure.dimension {
        Dimension::Mass => "MICROGRAM",
        Dimension::Volume => "MICROLITRE",
        Dimension::Count => "UNIT",
    };
    format!("{{ value: \"{}\", unit: {unit} }}", measure.normalized)
}

fn quantity(filter: &QuantityFilter) -> String {
    object(&[
        ("atLeast", filter.at_least.as_ref().map(measure)),
        ("atMost", filter.at_most.as_ref().map(measure)),
        ("dimensionAnyOf", some_codes(&filter.dimensions)),
        ("unitAnyOf", some_codes(&filter.units)),
        ("boundAnyOf", some_codes(&filter.bounds)),
        ("basisAnyOf", some_codes(&filter.bases)),
        ("methodAnyOf", some_codes(&filter.methods)),
        ("known", filter.known.map(|known| known.to_string())),
    ])
}

fn quantified<F: Written>(list: &Quantified<F>) -> String {
    let Quantified { some, none, every } = list;
    let said = |one: &Option<Box<Filter<F>>>| one.as_deref().map(filter);
    object(&[("some", said(some)), ("none", said(none)), ("every", said(every))])
}

fn dated_to(calendar: Calendar) -> String {
    format!("datedTo: {}", calendar.name())
}

impl Written for MetaField {
    fn written(&self) -> String {
        match self {
            Self::Originator(names) => name("originator", names),
            Self::CreateTime(span) => format!("createTime: {}", time(span)),
            Self::UpdateTime(span) => format!("updateTime: {}", time(span)),
        }
    }
}

impl Written for AgencyField {
    fn written(&self) -> String {
        match self {
            Self::Name(names) => name("name", names),
            Self::DisplayName(one) => format!("displayName: {}", folded(one)),
            Self::NativeName(one) => format!("nativeName: {}", folded(one)),
            Self::Acronym(one) => format!("acronym: {}", folded(one)),
            Self::RegionCode(one) => format!("regionCode: {}", code(one)),
            Self::Kind(kinds) => format!("kindAnyOf: {}", codes(kinds)),
            Self::Parent(one) => format!("parent: {}", filter(one)),
            Self::HasParent(has) => format!("hasParent: {has}"),
            Self::Meta(meta) => meta.written(),
        }
    }
}

impl Written for ProvisionField {
    fn written(&self) -> String {
        match self {
            Self::Provider(one) => format!("provider: {}", filter(one)),
            Self::Kind(kinds) => format!("kindAnyOf: {}", codes(kinds)),
            Self::From(one) => format!("from: {}", when(one)),
            Self::Until(one) => format!("until: {}", when(one)),
        }
    }
}

impl Written for SensorField {
    fn written(&self) -> String {
        match self {
            Self::Name(names) => name("name", names),
            Self::DisplayName(one) => format!("displayName: {}", folded(one)),
            Self::Type(types) => format!("typeAnyOf: {}", codes(types)),
            Self::Operator(one) => format!("operator: {}", filter(one)),
            Self::HasOperator(has) => format!("hasOperator: {has}"),
            Self::Provisions(list) => format!("provisions: {}", quantified(list)),
            Self::Site(one) => format!("site: {}", place(one)),
            Self::Detections(list) => format!("detections: {}", quantified(list)),
            Self::Meta(meta) => meta.written(),
        }
    }
}

impl Written for ParticipantField {
    fn written(&self) -> String {
        match self {
            Self::Agency(one) => format!("agency: {}", filter(one)),
            Self::Role(roles) => format!("roleAnyOf: {}", codes(roles)),
            Self::AssetLabel(one) => format!("assetLabel: {}", folded(one)),
            Self::AssetCount(one) => format!("assetCount: {}", number(one, |n| n.to_string())),
        }
    }
}

impl Written for DetectionField {
    fn written(&self) -> String {
        match self {
            Self::Sensor(one) => format!("sensor: {}", filter(one)),
            Self::Role(roles) => format!("roleAnyOf: {}", codes(roles)),
            Self::When(one) => format!("when: {}", when(one)),
            Self::Place(one) => format!("place: {}", place(one)),
            Self::TargetKind(kinds) => format!("targetKindAnyOf: {}", codes(kinds)),
            Self::Confidence(levels) => format!("confidenceAnyOf: {}", codes(levels)),
            Self::Operation(one) => format!("operation: {}", filter(one)),
        }
    }
}

impl Written for StepField {
    fn written(&self) -> String {
        match self {
            Self::Kind(kinds) => format!("kindAnyOf: {}", codes(kinds)),
            Self::Agency(one) => format!("agency: {}", filter(one)),
            Self::When(one) => format!("when: {}", when(one)),
            Self::Place(one) => format!("place: {}", place(one)),
            Self::AssetLabel(one) => format!("assetLabel: {}", folded(one)),
            Self::AssetCount(one) => format!("assetCount: {}", number(one, |n| n.to_string())),
            Self::Note(one) => format!("note: {}", folded(one)),
        }
    }
}

impl Written for ConveyanceField {
    fn written(&self) -> String {
        match self {
            Self::Kind(kinds) => format!("kindAnyOf: {}", codes(kinds)),
            Self::Registration(one) => format!("registration: {}", folded(one)),
            Self::FlagRegionCode(one) => format!("flagRegionCode: {}", code(one)),
            Self::ImoNumber(one) => format!("imoNumber: {}", code(one)),
            Self::Mmsi(one) => format!("mmsi: {}", code(one)),
            Self::Model(one) => format!("model: {}", folded(one)),
            Self::Disposition(kinds) => format!("dispositionAnyOf: {}", codes(kinds)),
            Self::ClaimedName(one) => format!("claimedName: {}", folded(one)),
        }
    }
}

impl Written for WaypointField {
    fn written(&self) -> String {
        match self {
            Self::Kind(kinds) => format!("kindAnyOf: {}", codes(kinds)),
            Self::Place(one) => format!("place: {}", place(one)),
        }
    }
}

impl Written for OperationField {
    fn written(&self) -> String {
        match self {
            Self::Name(names) => name("name", names),
            Self::DisplayName(one) => format!("displayName: {}", folded(one)),
            Self::Domain(domains) => format!("domainAnyOf: {}", codes(domains)),
            Self::Outcome(outcomes) => format!("outcomeAnyOf: {}", codes(outcomes)),
            Self::When(one) => format!("when: {}", when(one)),
            Self::DatedTo(calendar) => dated_to(*calendar),
            Self::Place(one) => format!("place: {}", place(one)),
            Self::LeadAgency(one) => format!("leadAgency: {}", filter(one)),
            Self::HasLeadAgency(has) => format!("hasLeadAgency: {has}"),
            Self::Participants(list) => format!("participants: {}", quantified(list)),
            Self::Detections(list) => format!("detections: {}", quantified(list)),
            Self::Steps(list) => format!("steps: {}", quantified(list)),
            Self::Conveyances(list) => format!("conveyances: {}", quantified(list)),
            Self::Route(list) => format!("route: {}", quantified(list)),
            Self::Seizures(list) => format!("seizures: {}", quantified(list)),
            Self::Narrative(one) => format!("narrative: {}", folded(one)),
            Self::Meta(meta) => meta.written(),
        }
    }
}

impl Written for SubstanceField {
    fn written(&self) -> String {
        match self {
            Self::Name(names) => name("name", names),
            Self::Under(ids) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                format!("under: {}", texts(&ids))
            }
            Self::Class(classes) => format!("classAnyOf: {}", codes(classes)),
            Self::Called(called) => format!("called: {}", text(called)),
        }
    }
}

impl Written for ItemField {
    fn written(&self) -> String {
        match self {
            Self::Kind(kinds) => format!("kindAnyOf: {}", codes(kinds)),
            Self::Substance(one) => format!("substance: {}", filter(one)),
            Self::HasSubstance(has) => format!("hasSubstance: {has}"),
            Self::ReportedLabel(one) => format!("reportedLabel: {}", folded(one)),
            Self::Quantity(one) => format!("quantity: {}", quantity(one)),
            Self::Form(forms) => format!("formAnyOf: {}", codes(forms)),
            Self::Identification(kinds) => format!("identificationAnyOf: {}", codes(kinds)),
            Self::Purity(one) => format!("purityPercent: {}", number(one, percent)),
            Self::PackageCount(one) => format!("packageCount: {}", number(one, |n| n.to_string())),
        }
    }
}

impl Written for SeizureField {
    fn written(&self) -> String {
        match self {
            Self::Name(names) => name("name", names),
            Self::Operation(one) => format!("operation: {}", filter(one)),
            Self::HasOperation(has) => format!("hasOperation: {has}"),
            Self::Agency(one) => format!("agency: {}", filter(one)),
            Self::HasAgency(has) => format!("hasAgency: {has}"),
            Self::When(one) => format!("when: {}", when(one)),
            Self::DatedTo(calendar) => dated_to(*calendar),
            Self::Place(one) => format!("place: {}", place(one)),
            Self::Items(list) => format!("items: {}", quantified(list)),
            Self::TotalMass { at_least, at_most, known } => {
                let mass = |micrograms: &Option<i64>| {
                    let dimension = Dimension::Mass;
                    micrograms.map(|normalized| measure(&Measure { normalized, dimension }))
                };
                let known = known.map(|known| known.to_string());
                let members =
                    [("atLeast", mass(at_least)), ("atMost", mass(at_most)), ("known", known)];
                format!("totalMass: {}", object(&members))
            }
            Self::State(states) => format!("stateAnyOf: {}", codes(states)),
            Self::ExternalId { scheme, values } => {
                let values = (!values.is_empty()).then(|| texts(values));
                let members = [("scheme", Some(text(scheme))), ("valueAnyOf", values)];
                format!("externalId: {}", object(&members))
            }
            Self::Meta(meta) => meta.written(),
        }
    }
}
