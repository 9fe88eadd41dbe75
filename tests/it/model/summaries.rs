//! Summaries of the model: every item of every seizure that counts, under every combination of the
//! values of its keys, in sets, so that nothing can be met twice.
//!
//! `INTERDICTION_SUMMARY_WORLDS` sets how many worlds each test makes, and
//! `INTERDICTION_MODEL_SEED` makes the one that a failure names.

mod requests;

use super::{
    Play, Tally,
    conditions::View,
    from_environment,
    tables::{Modelled as _, Tables, sees},
    walk,
};
use crate::world::{Backend, World, all, viewer};
use interdiction::domain::{
    agencies::Agency,
    dates::{Bucket, Calendar, When, civil_from_micros},
    errors::Result,
    filters::Filter,
    ids::SubstanceId,
    operation_parts::{DetectionRole, Waypoint, WaypointKind},
    operations::Operation,
    pages::{Direction, List},
    quantities::{Dimension, Method},
    regions::RegionCode,
    seizures::{Item, Seizure},
    sensors::{ProvisionKind, Sensor},
    summaries::{
        Attribution, Figure, Figures, GROUPS_MAX, Group, GroupBy, Having, Key, KeyValue, OrderBy,
        SeizureSummary, SortBy, SubstanceGroup, Sum, Summary,
    },
    viewers::Viewer,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Worlds of each test, unless the environment says otherwise.
const WORLDS: u64 = 60;
/// Requests to each world.
const REQUESTS: usize = 15;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_summary_is_the_models_first_half() {
    run(5_000_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_summary_is_the_models_second_half() {
    run(6_000_000).await;
}

async fn run(first_seed: u64) {
    let tally = Arc::new(Tally::default());
    let count = from_environment("INTERDICTION_SUMMARY_WORLDS").unwrap_or(WORLDS);
    let seeds = match from_environment("INTERDICTION_MODEL_SEED") {
        Some(seed) => seed..seed + 1,
        None => first_seed..first_seed + count,
    };
    let worlds = [World::new(Backend::Sqlite).await, World::new(Backend::Postgres).await];
    for seed in seeds {
        Play::new(&worlds, seed, Arc::clone(&tally)).await.run_summaries().await;
    }
    if count >= WORLDS {
        let tally = tally.0.lock().unwrap();
        for answer in ["no group", "one group", "groups", "cut", "rows"] {
            assert!(tally.contains_key(answer), "no request met {answer}: {tally:?}");
        }
    }
}

impl Play {
    async fn run_summaries(mut self) {
        for _ in 0..3 {
            let viewer = self.viewer();
            self.create::<Agency>(&viewer).await;
        }
        for _ in 0..5 {
            let viewer = self.viewer();
            self.create::<Sensor>(&viewer).await;
        }
        for _ in 0..8 {
            let viewer = self.viewer();
            self.create::<Operation>(&viewer).await;
        }
        for _ in 0..16 {
            let viewer = self.viewer();
            self.create::<Seizure>(&viewer).await;
        }
        let viewer = self.viewer();
        self.delete::<Agency>(&viewer).await;
        self.delete::<Sensor>(&viewer).await;
        self.delete::<Operation>(&viewer).await;
        self.delete::<Seizure>(&viewer).await;
        self.retract(&viewer).await;
        while self.step < REQUESTS {
            self.step += 1;
            self.summarize().await;
        }
    }

    async fn summarize(&mut self) {
        let agency = self.chance.pick(&["us-dod", "mx-sedena", "co-ponal", "us-cbp"]);
        let viewer = viewer(agency);
        let request = self.request();
        let view = View { tables: &self.tables, viewer: &viewer };
        let (groups, total) = sets(&request, view);
        let model = answer(&request, &groups, &total);
        for (registry, backend) in self.registries.iter().zip(["sqlite", "postgres"]) {
            let found = registry.summarize_seizures(&viewer, request.clone()).await;
            let (found, model) = (told(found), model.clone());
            assert_eq!(found, model, "{backend}: {agency} asks {request:#?}");
        }
        self.tally_of(&request, model.as_ref());
        let behind: Vec<_> =
            groups.iter().map(|(keys, taken)| (keys.clone(), taken.seizures.clone())).collect();
        self.rows(&viewer, &request, &behind).await;
    }

    fn tally_of(&self, request: &SeizureSummary, model: Result<&Told, &String>) {
        match model {
            Err(_) => self.tally.count("too many buckets"),
            Ok(Told { groups, has_more, .. }) => {
                self.tally.count(match groups.len() {
                    0 => "no group",
                    1 => "one group",
                    _ => "groups",
                });
                if *has_more {
                    self.tally.count("cut");
                }
                if request.group_by.len() > 2 && groups.len() > 2 {
                    self.tally.count("groups of many keys");
                }
            }
        }
    }

    /// Holds that the filter of each group passes its seizures and no others.
    async fn rows(
        &mut self,
        viewer: &Viewer,
        request: &SeizureSummary,
        groups: &[(Vec<KeyValue>, BTreeSet<usize>)],
    ) {
        let view = View { tables: &self.tables, viewer };
        for (keys, behind) in groups {
            let filter = request.rows_of(keys);
            let passes = |one: &Seizure| {
                sees(viewer, one)
                    && one.meta.delete_micros.is_none()
                    && one.counts()
                    && view.holds(&filter, one)
            };
            let seizures = self.tables.seizures.iter().enumerate();
            let passed: BTreeSet<usize> =
                seizures.filter(|(_, one)| passes(one)).map(|(n, _)| n).collect();
            assert_eq!(passed, *behind, "{viewer:?} asks for the rows of {keys:?} of {request:#?}");
        }
        let Some((keys, behind)) = self.chance.maybe_one(groups) else { return };
        let list = List { filter: request.rows_of(keys), ..all::<Seizure>() };
        for registry in &self.registries {
            let rows = walk::<Seizure>(registry, viewer, list.clone()).await;
            let ids: BTreeSet<_> = rows.iter().map(|one| one.id).collect();
            let wanted: BTreeSet<_> = behind.iter().map(|n| self.tables.seizures[*n].id).collect();
            assert_eq!(ids, wanted, "{viewer:?} lists the rows of {keys:?} of {request:#?}");
        }
        self.tally.count("rows");
    }

    fn request(&mut self) -> SeizureSummary {
        // Days from the first date to the last are more than an answer holds.
        if self.chance.once_in(20) {
            return requests::every_day();
        }
        let filter =
            if self.chance.once_in(2) { Filter::default() } else { self.filter::<Seizure>() };
        requests::draw(&mut self.chance, filter)
    }
}

/// What is compared of an answer: all of it but when it was taken.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    groups: Vec<Group>,
    has_more: bool,
    total: Option<Figures>,
    additive: (bool, bool),
}

fn told(answer: Result<Summary>) -> Result<Told, String> {
    let Summary { groups, has_more, total, counting } =
        answer.map_err(|error| error.violations[0].field.clone())?;
    let additive = (counting.counts_are_additive, counting.sums_are_additive);
    Ok(Told { groups, has_more, total, additive })
}

/// Seizures, and their items, by their place in the model.
#[derive(Default)]
struct Taken<'t> {
    seizures: BTreeSet<usize>,
    items: BTreeMap<(usize, usize), &'t Item>,
}

/// The groups, and all of them together.
fn sets<'t>(
    request: &SeizureSummary,
    view: View<'t>,
) -> (BTreeMap<Vec<KeyValue>, Taken<'t>>, Taken<'t>) {
    let mut groups: BTreeMap<Vec<KeyValue>, Taken<'_>> = BTreeMap::new();
    let mut total = Taken::default();
    for (n, seizure) in view.tables.seizures.iter().enumerate() {
        let counts = sees(view.viewer, seizure)
            && seizure.meta.delete_micros.is_none()
            && seizure.counts()
            && view.holds(&request.filter, seizure);
        if !counts {
            continue;
        }
        for (i, item) in seizure.body.items.iter().enumerate() {
            total.seizures.insert(n);
            total.items.insert((n, i), item);
            for keys in combinations(request, view, seizure, item) {
                let group = groups.entry(keys).or_default();
                group.seizures.insert(n);
                group.items.insert((n, i), item);
            }
        }
    }
    if request.group_by.is_empty() {
        groups.entry(Vec::new()).or_default();
    }
    (groups, total)
}

/// One of everything that a key may be about.
#[derive(Clone, Copy)]
struct Facts<'t> {
    operation: Option<&'t Operation>,
    sensor: Option<&'t Sensor>,
    provider: Option<&'t Agency>,
    role: Option<interdiction::domain::operation_parts::ParticipantRole>,
    conveyance: Option<interdiction::domain::operation_parts::ConveyanceKind>,
}

fn or_none<T>(list: Vec<T>) -> Vec<Option<T>> {
    if list.is_empty() { vec![None] } else { list.into_iter().map(Some).collect() }
}

fn combinations(
    request: &SeizureSummary,
    view: View<'_>,
    seizure: &Seizure,
    item: &Item,
) -> BTreeSet<Vec<KeyValue>> {
    let tables = view.tables;
    let operation = seizure.body.operation.and_then(|id| tables.operation(id));
    let operation =
        operation.filter(|one| sees(view.viewer, *one) && one.meta.delete_micros.is_none());
    let detections: Vec<_> =
        operation.map_or(Vec::new(), |one| one.body.detections.iter().collect());
    let credited = detections.into_iter().filter(|one| match request.attribution {
        Attribution::Primary => one.role == DetectionRole::Primary,
        Attribution::Any => true,
    });
    let sensors = credited.map(|one| {
        let sensor = one.sensor.as_ref().and_then(|id| tables.sensor(id));
        sensor.filter(|one| sees(view.viewer, *one) && one.meta.delete_micros.is_none())
    });
    let roles =
        operation.map_or(Vec::new(), |one| one.body.participants.iter().map(|p| p.role).collect());
    let kinds =
        operation.map_or(Vec::new(), |one| one.body.conveyances.iter().map(|c| c.kind).collect());
    let mut all = BTreeSet::new();
    for sensor in or_none(sensors.collect()).into_iter().map(Option::flatten) {
        for provider in providers(view, sensor) {
            for role in or_none(roles.clone()) {
                for conveyance in or_none(kinds.clone()) {
                    let facts = Facts { operation, sensor, provider, role, conveyance };
                    let by = request.group_by.iter();
                    all.insert(
                        by.map(|by| value(*by, tables, view, seizure, item, facts)).collect(),
                    );
                }
            }
        }
    }
    all
}

fn providers<'t>(view: View<'t>, sensor: Option<&Sensor>) -> Vec<Option<&'t Agency>> {
    let provisions = sensor.map_or(Vec::new(), |one| one.body.provisions.clone());
    let furnished = provisions.into_iter().filter(|one| one.kind == ProvisionKind::Furnished);
    let providers = furnished.map(|one| {
        let agency = one.provider.as_ref().and_then(|id| view.tables.agency(id));
        agency.filter(|one| sees(view.viewer, *one) && one.meta.delete_micros.is_none())
    });
    or_none(providers.collect()).into_iter().map(Option::flatten).collect()
}

fn value(
    by: GroupBy,
    tables: &Tables,
    view: View<'_>,
    seizure: &Seizure,
    item: &Item,
    facts: Facts<'_>,
) -> KeyValue {
    let Facts { operation, sensor, provider, role, conveyance } = facts;
    let place = seizure.body.place.as_ref();
    let time = |calendar| KeyValue::Time(calendar, bucket(calendar, seizure.body.when.as_ref()));
    match by.key {
        Key::SensorType => KeyValue::SensorType(sensor.map(|one| one.body.sensor_type)),
        Key::Sensor => KeyValue::Sensor(sensor.map(|one| one.id.clone())),
        Key::FurnishingAgency => KeyValue::FurnishingAgency(provider.map(|one| one.id.clone())),
        Key::FurnishingRegion => {
            KeyValue::FurnishingRegion(provider.and_then(|one| one.body.region_code.clone()))
        }
        Key::Substance => {
            KeyValue::Substance(item.substance.as_ref().map(|id| level(tables, id, by.depth)))
        }
        Key::SubstanceClass => {
            let of = |id: &SubstanceId| tables.vocabulary.iter().find(|one| one.id == *id);
            KeyValue::SubstanceClass(item.substance.as_ref().and_then(of).map(|one| one.class))
        }
        Key::Agency => {
            let agency = seizure.body.agency.as_ref().and_then(|id| tables.agency(id));
            let seen =
                agency.filter(|one| sees(view.viewer, *one) && one.meta.delete_micros.is_none());
            KeyValue::Agency(seen.map(|one| one.id.clone()))
        }
        Key::ParticipantRole => KeyValue::ParticipantRole(role),
        Key::Region => KeyValue::Region(place.and_then(|one| one.region_code.clone())),
        Key::Subdivision => {
            let code = place.map(|one| one.subdivision_code.clone());
            KeyValue::Subdivision(code.filter(|code| !code.is_empty()))
        }
        Key::PlaceKind => KeyValue::PlaceKind(place.and_then(|one| one.kind)),
        Key::Domain => KeyValue::Domain(operation.and_then(|one| one.body.domain)),
        Key::Outcome => KeyValue::Outcome(operation.map(|one| one.body.outcome)),
        Key::ConveyanceKind => KeyValue::ConveyanceKind(conveyance),
        Key::OriginRegion => KeyValue::OriginRegion(waypoint(operation, WaypointKind::Origin)),
        Key::DestinationRegion => {
            KeyValue::DestinationRegion(waypoint(operation, WaypointKind::Destination))
        }
        Key::Year => time(Calendar::Year),
        Key::FiscalYear => time(Calendar::FiscalYear),
        Key::Quarter => time(Calendar::Quarter),
        Key::Month => time(Calendar::Month),
        Key::Week => time(Calendar::Week),
        Key::Day => time(Calendar::Day),
    }
}

fn waypoint(operation: Option<&Operation>, kind: WaypointKind) -> Option<RegionCode> {
    let of_kind = |one: &&Waypoint| one.kind == kind;
    operation?.body.route.iter().find(of_kind)?.place.region_code.clone()
}

/// The line of a substance from the root down, cut at a depth.
fn level(tables: &Tables, id: &SubstanceId, depth: Option<u32>) -> SubstanceGroup {
    let mut line = vec![id.clone()];
    while let Some(parent) =
        tables.vocabulary.iter().find(|one| one.id == line[0]).and_then(|one| one.parent.clone())
    {
        line.insert(0, parent);
    }
    let Some(depth) = depth else {
        return SubstanceGroup { id: id.clone(), with_narrower: false };
    };
    let at = line.get(depth as usize);
    SubstanceGroup { id: at.unwrap_or(id).clone(), with_narrower: at.is_some() }
}

fn bucket(calendar: Calendar, when: Option<&When>) -> Option<Bucket> {
    let when = when?;
    let (first, last) = (when.earliest_micros(), when.latest_micros());
    let index = |micros: i64| {
        let (year, month, _) = civil_from_micros(micros);
        let (year, month) = (i64::from(year), i64::from(month));
        let day = micros.div_euclid(86_400_000_000) + 719_468;
        match calendar {
            Calendar::Year => year,
            Calendar::FiscalYear => year + i64::from(month >= 10),
            Calendar::Quarter => year * 4 + (month - 1) / 3,
            Calendar::Month => year * 12 + month - 1,
            Calendar::Week => (day + 2).div_euclid(7),
            Calendar::Day => day,
        }
    };
    let bounded = first > When::OPEN_START_MICROS && last < When::OPEN_END_MICROS;
    (bounded && index(first) == index(last)).then(|| Bucket::from_index(calendar, index(first)))
}

/// Every figure of what was taken.
fn figures(taken: &Taken<'_>) -> Figures {
    let known = |item: &&&Item| item.quantity.is_some();
    let sum = |dimension: Dimension| {
        let quantities = taken.items.values().filter_map(|item| item.quantity.as_ref());
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
        unknown_quantity_count: (taken.items.len() - taken.items.values().filter(known).count())
            as i64,
        mass: sum(Dimension::Mass),
        volume: sum(Dimension::Volume),
        count: sum(Dimension::Count),
        ..Figures::default()
    }
}

/// The figures that were needed; the others are zero or none.
fn needed(request: &SeizureSummary, all: &Figures) -> Figures {
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

fn answer(
    request: &SeizureSummary,
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

fn fill(request: &SeizureSummary, groups: &mut Vec<Group>) -> Result<(), String> {
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
