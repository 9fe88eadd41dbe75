//! What a summary is, by sets: each record, item and detection under every combination of the values
//! of its keys.

use super::facts::{combinations, is_there, operation_of};
use crate::model::{conditions::View, tables::Modelled};
use interdiction::domain::{
    dates::Bucket,
    errors::Result,
    filters::Filter,
    ids::SensorId,
    operations::Operation,
    pages::Direction,
    quantities::{Dimension, Method},
    seizures::{Item, ItemKind, Seizure},
    summaries::{
        Attribution, Figure, Figures, GROUPS_MAX, Group, Grouped, Having, Key, KeyValue, OrderBy,
        Request, SortBy, Sum, Summary,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// What is compared of an answer: all of it but when it was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub groups: Vec<Group>,
    pub has_more: bool,
    pub total: Option<Figures>,
    pub additive: (bool, bool),
}

pub fn told(answer: Result<Summary>) -> Result<Told, String> {
    let Summary { groups, has_more, total, counting } =
        answer.map_err(|error| error.violations[0].field.clone())?;
    let additive = (counting.counts_are_additive, counting.sums_are_additive);
    Ok(Told { groups, has_more, total, additive })
}

/// The records that are summarised, by their place in the model, with what is counted of them.
#[derive(Default)]
pub struct Taken<'t> {
    pub records: BTreeSet<usize>,
    operations: BTreeSet<usize>,
    seizures: BTreeSet<usize>,
    /// Items, by their seizure and their place in it, with their operation.
    items: BTreeMap<(usize, usize), (&'t Item, Option<usize>)>,
    /// Credited detections, by their operation and their place in it.
    detections: BTreeSet<(usize, usize)>,
    /// Operations under which something was seized.
    seized: BTreeSet<usize>,
}

/// Groups by their keys, and all of them together.
pub type Sets<'t> = (BTreeMap<Vec<KeyValue>, Taken<'t>>, Taken<'t>);

/// Which records of a list there are, and which sensor's detections are credited below it.
pub struct Within<'w, R> {
    pub passes: &'w dyn Fn(&R) -> bool,
    pub sensor: Option<SensorId>,
}

impl<R> Within<'_, R> {
    pub fn everything() -> Self {
        Self { passes: &|_| true, sensor: None }
    }
}

/// A record that the model summarises.
pub trait Counted: Modelled<Field: Grouped + Clone + std::fmt::Debug> {
    fn sets<'t>(
        request: &Request<Self::Field>,
        view: View<'t>,
        within: &Within<'_, Self>,
    ) -> Sets<'t>;
}

/// Those that the viewer sees, that count and that pass.
fn counted<'t, R: Modelled>(
    filter: &Filter<R::Field>,
    view: View<'t>,
    within: &Within<'_, R>,
) -> Vec<(usize, &'t R)> {
    let rows = R::rows(view.tables).iter().enumerate();
    let counts = |one: &&R| {
        is_there(view.viewer, *one)
            && one.counts()
            && one.passes(filter, view)
            && (within.passes)(one)
    };
    rows.filter(|(_, one)| counts(one)).collect()
}

impl Counted for Seizure {
    fn sets<'t>(
        request: &Request<Self::Field>,
        view: View<'t>,
        within: &Within<'_, Self>,
    ) -> Sets<'t> {
        let mut groups: BTreeMap<Vec<KeyValue>, Taken<'_>> = BTreeMap::new();
        let mut total = Taken::default();
        for (n, seizure) in counted(&request.filter, view, within) {
            let operation = operation_of(seizure, view);
            for (i, item) in seizure.body.items.iter().enumerate() {
                total.seizures.insert(n);
                total.items.insert((n, i), (item, None));
                let all = combinations(request, view, (seizure, Some(item)), operation, None);
                for (keys, _) in all {
                    let group = groups.entry(keys).or_default();
                    group.records.insert(n);
                    group.seizures.insert(n);
                    group.items.insert((n, i), (item, None));
                }
            }
        }
        if request.group_by.is_empty() {
            groups.entry(Vec::new()).or_default();
        }
        (groups, total)
    }
}

impl<'t> Taken<'t> {
    /// Takes an operation with what was seized under it.
    fn take(&mut self, n: usize, operation: &Operation, view: View<'t>) {
        self.records.insert(n);
        self.operations.insert(n);
        for (s, seizure) in view.tables.seizures.iter().enumerate() {
            let counts = is_there(view.viewer, seizure) && seizure.counts();
            if counts && seizure.body.operation == Some(operation.id) {
                self.seizures.insert(s);
                self.seized.insert(n);
                let items = seizure.body.items.iter().enumerate();
                self.items.extend(items.map(|(i, item)| ((s, i), (item, Some(n)))));
            }
        }
    }
}

impl Counted for Operation {
    fn sets<'t>(
        request: &Request<Self::Field>,
        view: View<'t>,
        within: &Within<'_, Self>,
    ) -> Sets<'t> {
        let mut groups: BTreeMap<Vec<KeyValue>, Taken<'_>> = BTreeMap::new();
        let mut total = Taken::default();
        for (n, operation) in counted(&request.filter, view, within) {
            let credit = within.sensor.as_ref();
            let all = combinations(request, view, (operation, None), Some(operation), credit);
            for (keys, detection) in all {
                for taken in [groups.entry(keys).or_default(), &mut total] {
                    taken.take(n, operation, view);
                    taken.detections.extend(detection.map(|detection| (n, detection)));
                }
            }
        }
        if request.group_by.is_empty() {
            groups.entry(Vec::new()).or_default();
        }
        (groups, total)
    }
}

/// Every figure of what was taken.
fn figures(taken: &Taken<'_>) -> Figures {
    let substances = || taken.items.values().filter(|(item, _)| item.kind == ItemKind::Substance);
    let unknown = substances().filter(|(item, _)| item.quantity.is_none());
    let credited: BTreeSet<usize> = taken.detections.iter().map(|(n, _)| *n).collect();
    let detected = substances()
        .filter(|(_, operation)| operation.is_some_and(|n| credited.contains(&n)))
        .filter_map(|(item, _)| item.quantity.as_ref())
        .filter(|quantity| quantity.dimension() == Dimension::Mass)
        .map(|quantity| i128::from(quantity.normalized));
    let converted = taken.detections.iter().filter(|(n, _)| taken.seized.contains(n));
    let sum = |dimension: Dimension| {
        let quantities = substances().filter_map(|(item, _)| item.quantity.as_ref());
        let of_it: Vec<_> = quantities.filter(|one| one.dimension() == dimension).collect();
        let add = |estimated_only: bool| -> i128 {
            of_it
                .iter()
                .filter(|one| !estimated_only || one.method == Some(Method::Estimated))
                .map(|one| i128::from(one.normalized))
                .sum()
        };
        let is_known = !of_it.is_empty();
        Sum { base_units: is_known.then(|| add(false)), estimated: is_known.then(|| add(true)) }
    };
    Figures {
        seizure_count: taken.seizures.len() as i64,
        item_count: taken.items.len() as i64,
        unknown_quantity_count: unknown.count() as i64,
        mass: sum(Dimension::Mass),
        volume: sum(Dimension::Volume),
        count: sum(Dimension::Count),
        operation_count: taken.operations.len() as i64,
        seized_operation_count: taken.seized.len() as i64,
        detection_count: taken.detections.len() as i64,
        converted_detection_count: converted.count() as i64,
        detected_mass: detected.reduce(|a, b| a + b),
    }
}

/// The figures that were needed; the others are zero or none.
fn needed<F>(request: &Request<F>, all: &Figures) -> Figures {
    let mut figures = Figures::default();
    let needs = |figure| request.needs(figure);
    if needs(Figure::SeizureCount) {
        figures.seizure_count = all.seizure_count;
    }
    if needs(Figure::ItemCount) {
        figures.item_count = all.item_count;
    }
    if needs(Figure::UnknownQuantityCount) {
        figures.unknown_quantity_count = all.unknown_quantity_count;
    }
    for (figure, from, to) in [
        (Figure::OperationCount, all.operation_count, &mut figures.operation_count),
        (
            Figure::SeizedOperationCount,
            all.seized_operation_count,
            &mut figures.seized_operation_count,
        ),
        (Figure::DetectionCount, all.detection_count, &mut figures.detection_count),
        (
            Figure::ConvertedDetectionCount,
            all.converted_detection_count,
            &mut figures.converted_detection_count,
        ),
    ] {
        if needs(figure) {
            *to = from;
        }
    }
    figures.detected_mass = all.detected_mass.filter(|_| needs(Figure::DetectedMass));
    for (whole, part, from, to) in [
        (Figure::Mass, Figure::EstimatedMass, &all.mass, &mut figures.mass),
        (Figure::Volume, Figure::EstimatedVolume, &all.volume, &mut figures.volume),
        (Figure::Count, Figure::EstimatedCount, &all.count, &mut figures.count),
    ] {
        to.base_units = from.base_units.filter(|_| needs(whole));
        to.estimated = from.estimated.filter(|_| needs(part));
    }
    figures
}

pub fn answer<F>(
    request: &Request<F>,
    groups: &BTreeMap<Vec<KeyValue>, Taken<'_>>,
    total: &Taken<'_>,
) -> Result<Told, String> {
    let mut all: Vec<Group> = groups
        .iter()
        .map(|(keys, taken)| Group {
            keys: keys.clone(),
            figures: needed(request, &figures(taken)),
        })
        .filter(|group| request.having.iter().all(|having| meets(having, group)))
        .collect();
    if request.empty_buckets {
        fill(request, &mut all)?;
    }
    all.sort_by(|a, b| {
        let by = |term: &OrderBy| {
            let ordering = match term.by {
                SortBy::Key(place) => a.keys[place].cmp(&b.keys[place]),
                SortBy::Figure(figure) => a.figures.get(figure).cmp(&b.figures.get(figure)),
            };
            if term.direction == Direction::Descending { ordering.reverse() } else { ordering }
        };
        let mut terms = request.order.iter().map(by);
        terms.find(|one| one.is_ne()).unwrap_or_else(|| a.keys.cmp(&b.keys))
    });
    let has_more = all.len() > request.first as usize;
    all.truncate(request.first as usize);
    let sums = !request.group_by.iter().any(|by| fans_out(by.key, request.attribution));
    let counts = sums
        && !request
            .group_by
            .iter()
            .any(|by| matches!(by.key, Key::Substance | Key::SubstanceClass));
    let total = request.total.then(|| needed(request, &figures(total)));
    Ok(Told { groups: all, has_more, total, additive: (counts, sums) })
}

fn meets(having: &Having, group: &Group) -> bool {
    let value = group.figures.get(having.figure);
    having.at_least.is_none_or(|least| value.is_some_and(|value| value >= least.into()))
        && having.at_most.is_none_or(|most| value.is_some_and(|value| value <= most.into()))
}

fn fans_out(key: Key, attribution: Attribution) -> bool {
    match key {
        Key::SensorType | Key::Sensor => attribution == Attribution::Any,
        Key::FurnishingAgency
        | Key::FurnishingRegion
        | Key::ParticipantRole
        | Key::ConveyanceKind => true,
        _ => false,
    }
}

fn fill<F>(request: &Request<F>, groups: &mut Vec<Group>) -> Result<(), String> {
    let place = request.group_by.iter().position(|by| by.key.calendar().is_some()).unwrap();
    let known = |group: &Group| match &group.keys[place] {
        KeyValue::Time(_, bucket) => *bucket,
        _ => None,
    };
    let buckets: BTreeSet<Bucket> = groups.iter().filter_map(known).collect();
    let others: Vec<Vec<KeyValue>> =
        groups.iter().filter(|g| known(g).is_some()).map(|g| g.keys.clone()).collect();
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else { return Ok(()) };
    let too_many = || "empty_buckets".to_owned();
    if first.distance(*last) > 2_000 {
        return Err(too_many());
    }
    let mut there: BTreeSet<Vec<KeyValue>> = groups.iter().map(|g| g.keys.clone()).collect();
    for mut keys in others {
        let mut bucket = *first;
        while bucket <= *last {
            keys[place] = KeyValue::Time(bucket.calendar(), Some(bucket));
            if there.insert(keys.clone()) {
                groups.push(Group { keys: keys.clone(), figures: Figures::default() });
            }
            bucket = bucket.next();
        }
    }
    if groups.len() > GROUPS_MAX as usize { Err(too_many()) } else { Ok(()) }
}
