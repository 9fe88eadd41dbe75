//! Summaries within random documents, at the root and below records, as the sets of the model tell
//! them.

use super::{
    filters::{self, Written},
    sort_of,
};
use crate::model::{
    chance::Chance,
    conditions::View,
    summaries::{
        oracle::{Counted, Told, Within, answer},
        requests,
    },
    tables::Modelled,
};
use crate::world::all;
use interdiction::domain::{
    codes::Code as _,
    filters::{Filter, OperationField, SeizureField},
    operations::Operation,
    pages::{Direction, List, OrderTerm},
    quantities::Dimension,
    seizures::Seizure,
    summaries::{Figure, Figures, Having, Key, KeyValue, Request, SortBy},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What is asked of a summary.
#[derive(Debug, Clone)]
pub enum Totals {
    Seizures(Summed<SeizureField>),
    Operations(Summed<OperationField>),
}

/// A summary, and the list of each of its groups.
#[derive(Debug, Clone)]
pub struct Summed<F> {
    request: Request<F>,
    rows: Option<Drilled<F>>,
}

/// What is asked of the records of a group.
#[derive(Debug, Clone)]
struct Drilled<F> {
    filter: Filter<F>,
    /// The number of a sort, and whether descending.
    order: Option<(usize, bool)>,
    size: usize,
    last: bool,
}

impl<F> Drilled<F> {
    fn draw(filter: Filter<F>, chance: &mut Chance) -> Self {
        let order = (!chance.once_in(3)).then(|| (chance.below(6), chance.once_in(2)));
        Self { filter, order, size: chance.below(4), last: chance.once_in(3) }
    }
}

/// A request that a document can say: one level for all keys of substances, and no empty buckets,
/// which may be too many.
fn draw<F>(filter: Filter<F>, chance: &mut Chance, of: (fn(Figure) -> bool, bool)) -> Summed<F> {
    let mut request = requests::draw(chance, filter, of);
    request.empty_buckets = false;
    let substances = request.group_by.iter().filter(|by| by.key == Key::Substance).count();
    if substances > 1 {
        request.group_by.truncate(1);
        request.order.clear();
    }
    Summed { request, rows: None }
}

impl Totals {
    /// Of seizures that pass the first filter; of each group, of those that pass the second too.
    pub fn of_seizures(filters: [Filter<SeizureField>; 2], chance: &mut Chance) -> Self {
        let [filter, of_rows] = filters;
        let mut summed = draw(filter, chance, (Figure::is_of_seizures, true));
        summed.rows = chance.once_in(2).then(|| Drilled::draw(of_rows, chance));
        Self::Seizures(summed)
    }

    /// As [`Self::of_seizures`].
    pub fn of_operations(filters: [Filter<OperationField>; 2], chance: &mut Chance) -> Self {
        let [filter, of_rows] = filters;
        let mut summed = draw(filter, chance, (|_| true, false));
        summed.rows = chance.once_in(2).then(|| Drilled::draw(of_rows, chance));
        Self::Operations(summed)
    }

    pub fn text(&self) -> String {
        match self {
            Self::Seizures(summed) => text::<Seizure>(summed, "seizures"),
            Self::Operations(summed) => text::<Operation>(summed, "operations"),
        }
    }
}

/// What the model answers.
pub fn answered<R: Counted>(
    summed: &Summed<R::Field>,
    view: View<'_>,
    within: &Within<'_, R>,
) -> Value {
    let Summed { request, rows } = summed;
    let (sets, total) = R::sets(request, view, within);
    let Told { groups, has_more, total, additive } = answer(request, &sets, &total).unwrap();
    let groups = groups.iter().map(|group| {
        let mut told = figures(request, &group.figures);
        if let Some(rows) = rows {
            let records = sets.get(&group.keys).map(|taken| &taken.records);
            told.insert("rows".to_owned(), drilled::<R>(rows, records, view));
        }
        if !request.group_by.is_empty() {
            let keys: Map<String, Value> = group.keys.iter().map(key).collect();
            told.insert("key".to_owned(), Value::Object(keys));
        }
        Value::Object(told)
    });
    let mut told = Map::from_iter([
        ("hasMore".to_owned(), json!(has_more)),
        ("additive".to_owned(), json!(additive.0)),
        ("sumsAdditive".to_owned(), json!(additive.1)),
        ("groups".to_owned(), groups.collect()),
    ]);
    if let Some(total) = total {
        told.insert("total".to_owned(), Value::Object(figures(request, &total)));
    }
    Value::Object(told)
}

/// The page of the records of a group that a list asks for.
fn drilled<R: Modelled>(
    rows: &Drilled<R::Field>,
    records: Option<&BTreeSet<usize>>,
    view: View<'_>,
) -> Value
where
    R::Field: Clone,
{
    let order = rows.order.map(|(sort, descending)| OrderTerm {
        field: sort_of::<R>(sort),
        direction: if descending { Direction::Descending } else { Direction::Ascending },
    });
    let list = List { filter: rows.filter.clone(), order: Vec::from_iter(order), ..all::<R>() };
    let mut found = view.tables.list::<R>(view.viewer, &list);
    let place = |one: &R| R::rows(view.tables).iter().position(|row| row.id() == one.id()).unwrap();
    found.retain(|one| records.is_some_and(|records| records.contains(&place(one))));
    let cut = found.len().saturating_sub(rows.size);
    let shown = found.iter().skip(if rows.last { cut } else { 0 }).take(rows.size);
    let page = json!({
        "hasNextPage": cut > 0 && !rows.last,
        "hasPreviousPage": cut > 0 && rows.last,
    });
    let nodes = shown.map(|one| json!({ "id": one.id().to_string() }));
    json!({ "pageInfo": page, "nodes": nodes.collect::<Vec<_>>() })
}

fn rows_text<R: Modelled>(rows: &Drilled<R::Field>, field: &str) -> String
where
    R::Field: Written,
{
    let end = if rows.last { "last" } else { "first" };
    let order = rows.order.map_or_else(String::new, |(sort, descending)| {
        let direction = if descending { "DESCENDING" } else { "ASCENDING" };
        format!("{{ field: {}, direction: {direction} }}", sort_of::<R>(sort).name())
    });
    format!(
        " rows: {field}({end}: {}, filter: {}, orderBy: [{order}]) {{ \
         pageInfo {{ hasNextPage hasPreviousPage }} nodes {{ id }} }}",
        rows.size,
        filters::filter(&rows.filter),
    )
}

fn text<R: Modelled>(summed: &Summed<R::Field>, of_rows: &str) -> String
where
    R::Field: Written,
{
    let Summed { request, rows } = summed;
    let rows = rows.as_ref().map_or_else(String::new, |rows| rows_text::<R>(rows, of_rows));
    let keys: Vec<&str> = request.group_by.iter().map(|by| by.key.name()).collect();
    let depth = request.group_by.iter().find_map(|by| by.depth);
    let depth = depth.map_or_else(String::new, |depth| format!("substanceDepth: {depth}, "));
    let having: Vec<String> = request.having.iter().map(having).collect();
    let order = request.order.iter().map(|term| {
        let by = match term.by {
            SortBy::Key(place) => format!("key: {}", request.group_by[place].key.name()),
            SortBy::Figure(figure) => format!("figure: {}", figure.name()),
        };
        let descending = term.direction == Direction::Descending;
        let direction = if descending { "DESCENDING" } else { "ASCENDING" };
        format!("{{ {by}, direction: {direction} }}")
    });
    let order: Vec<String> = order.collect();
    let figures: Vec<String> = request.figures.iter().map(|one| asked(*one)).collect();
    let figures = figures.join(" ") + if has_rate(request) { RATE } else { "" };
    let fields: Vec<&str> = request.group_by.iter().map(|by| field_of(by.key)).collect();
    let key =
        if keys.is_empty() { String::new() } else { format!("key {{ {} }} ", fields.join(" ")) };
    let total = if request.total { format!("total {{ {figures} }} ") } else { String::new() };
    format!(
        "summary(groupBy: [{}], {depth}attribution: {}, having: [{}], orderBy: [{}], first: {}) {{ \
         hasMore additive sumsAdditive {total}groups {{ {key}{figures}{rows} }} }} ",
        keys.join(", "),
        request.attribution.name(),
        having.join(", "),
        order.join(", "),
        request.first,
    )
}

const RATE: &str = " massPerDetection(unit: MICROGRAM)";

fn has_rate<F>(request: &Request<F>) -> bool {
    let has = |figure| request.figures.contains(&figure);
    has(Figure::DetectionCount) && has(Figure::DetectedMass)
}

fn unit(figure: Figure) -> &'static str {
    match figure.dimension() {
        Some(Dimension::Mass) => "MICROGRAM",
        Some(Dimension::Volume) => "MICROLITRE",
        Some(Dimension::Count) | None => "UNIT",
    }
}

fn having(having: &Having) -> String {
    let Having { figure, at_least, at_most } = having;
    let bound = |name: &str, value: Option<i64>| {
        let unit = unit(*figure);
        value.map_or_else(String::new, |value| {
            format!(", {name}: {{ value: \"{value}\", unit: {unit} }}")
        })
    };
    let (least, most) = (bound("atLeast", *at_least), bound("atMost", *at_most));
    format!("{{ figure: {}{least}{most} }}", figure.name())
}

fn name_of(figure: Figure) -> &'static str {
    match figure {
        Figure::SeizureCount => "seizureCount",
        Figure::ItemCount => "itemCount",
        Figure::Mass => "mass",
        Figure::Volume => "volume",
        Figure::Count => "units",
        Figure::EstimatedMass => "estimatedMass",
        Figure::EstimatedVolume => "estimatedVolume",
        Figure::EstimatedCount => "estimatedUnits",
        Figure::UnknownQuantityCount => "unknownQuantityCount",
        Figure::OperationCount => "operationCount",
        Figure::SeizedOperationCount => "seizedOperationCount",
        Figure::DetectionCount => "detectionCount",
        Figure::ConvertedDetectionCount => "convertedDetectionCount",
        Figure::DetectedMass => "detectedMass",
    }
}

fn asked(figure: Figure) -> String {
    let name = name_of(figure);
    match figure.dimension() {
        Some(Dimension::Mass | Dimension::Volume) => format!("{name}(unit: {})", unit(figure)),
        Some(Dimension::Count) | None => name.to_owned(),
    }
}

fn figures<F>(request: &Request<F>, figures: &Figures) -> Map<String, Value> {
    let told = request.figures.iter().map(|figure| {
        let value = figures.get(*figure);
        let value = match figure.dimension() {
            Some(_) => json!(value.map(|value| value.to_string())),
            None => json!(value.map(|value| i64::try_from(value).unwrap())),
        };
        (name_of(*figure).to_owned(), value)
    });
    let mut told: Map<String, Value> = told.collect();
    if has_rate(request) {
        let rate = match (figures.detected_mass, i128::from(figures.detection_count)) {
            (Some(mass), detections @ 1..) => {
                // Half-even, by the double of what is left.
                let (whole, rest) = (mass / detections, (mass % detections) * 2);
                let up = rest > detections || (rest == detections && whole % 2 == 1);
                Some(whole + i128::from(up))
            }
            _ => None,
        };
        told.insert("massPerDetection".to_owned(), json!(rate.map(|rate| rate.to_string())));
    }
    told
}

fn field_of(key: Key) -> &'static str {
    match key {
        Key::SensorType => "sensorType",
        Key::Sensor => "sensor",
        Key::FurnishingAgency => "furnishingAgency",
        Key::FurnishingRegion => "furnishingRegion",
        Key::Substance => "substance",
        Key::SubstanceClass => "substanceClass",
        Key::Agency => "agency",
        Key::ParticipantRole => "participantRole",
        Key::Region => "region",
        Key::Subdivision => "subdivision",
        Key::PlaceKind => "placeKind",
        Key::Domain => "domain",
        Key::Outcome => "outcome",
        Key::ConveyanceKind => "conveyanceKind",
        Key::OriginRegion => "originRegion",
        Key::DestinationRegion => "destinationRegion",
        Key::Year => "year",
        Key::FiscalYear => "fiscalYear",
        Key::Quarter => "quarter",
        Key::Month => "month",
        Key::Week => "week",
        Key::Day => "day",
    }
}

/// A key by the name of its field.
pub fn key(value: &KeyValue) -> (String, Value) {
    fn text<T: ToString>(value: Option<&T>) -> Value {
        json!(value.map(ToString::to_string))
    }
    let told = match value {
        KeyValue::SensorType(kind) => json!(kind.map(|kind| kind.name())),
        KeyValue::Sensor(id) => text(id.as_ref()),
        KeyValue::FurnishingAgency(id) | KeyValue::Agency(id) => text(id.as_ref()),
        KeyValue::Substance(group) => json!(group.as_ref().map(|group| group.id.to_string())),
        KeyValue::SubstanceClass(class) => json!(class.map(|class| class.name())),
        KeyValue::ParticipantRole(role) => json!(role.map(|role| role.name())),
        KeyValue::FurnishingRegion(code)
        | KeyValue::Region(code)
        | KeyValue::OriginRegion(code)
        | KeyValue::DestinationRegion(code) => text(code.as_ref()),
        KeyValue::Subdivision(code) => text(code.as_ref()),
        KeyValue::PlaceKind(kind) => json!(kind.map(|kind| kind.name())),
        KeyValue::Domain(domain) => json!(domain.map(|domain| domain.name())),
        KeyValue::Outcome(outcome) => json!(outcome.map(|outcome| outcome.name())),
        KeyValue::ConveyanceKind(kind) => json!(kind.map(|kind| kind.name())),
        KeyValue::Time(_, bucket) => text(bucket.as_ref()),
    };
    (field_of(value.key()).to_owned(), told)
}
