//! The registry against a model of it: plain vectors and the pure functions of the domain, written
//! without a look at the store's SQL. Random sequences of writes and reads by several viewers run
//! on SQLite, on Postgres and on the model; every answer of the three is the same.
//!
//! `INTERDICTION_MODEL_SEQUENCES` sets how many sequences each test runs, and
//! `INTERDICTION_MODEL_SEED` runs the one that a failure names.

mod chance;
mod conditions;
mod documents;
mod draws;
mod hidden;
mod pairs;
mod parts;
mod questions;
mod rules;
mod summaries;
mod tables;
mod worked;

use crate::world::{AGENCIES, Backend, World, all, create, nouns::Noun, size, update, viewer};
use chance::Chance;
use documents::Document;
use interdiction::{
    domain::{
        agencies::Agency,
        codes::Code as _,
        errors::{Error, Result},
        filters::Filter,
        operations::Operation,
        pages::{Direction, List, OrderTerm},
        requests::{Create, Delete, Retract, Update, WriteOptions},
        seizures::Seizure,
        sensors::Sensor,
        viewers::{Role, Viewer},
    },
    graphql::{self, RegistrySchema, query::Asked},
    registry::{Registry, Source},
};
use sea_orm::ConnectionTrait as _;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};
use tables::{Modelled, Tables};
use uuid::Uuid;

/// Steps of a sequence.
const STEPS: usize = 20;
/// Sequences of each test, unless the environment says otherwise.
const SEQUENCES: u64 = 50;
/// Sequences that a test runs at once, each on stores of its own: most of the time is waiting for
/// the disk.
const LANES: u64 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_the_models_first_quarter() {
    run(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_the_models_second_quarter() {
    run(1_000_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_the_models_third_quarter() {
    run(2_000_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_the_models_fourth_quarter() {
    run(3_000_000).await;
}

/// Time and ids that are the same on both backends.
struct Steady(AtomicI64);

impl Source for Steady {
    fn now_micros(&self) -> i64 {
        1_600_000_000_000_000 + self.0.fetch_add(1, Ordering::Relaxed)
    }
    fn new_uuid(&self) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u64_pair(0x0189_0a5d_ac96_774b, 0xbcce_0000_0000_0000 + n.unsigned_abs())
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

async fn run(first_seed: u64) {
    let tally = Arc::new(Tally::default());
    if let Some(seed) = from_environment("INTERDICTION_MODEL_SEED") {
        lane(vec![seed], tally).await;
        return;
    }
    let sequences = from_environment("INTERDICTION_MODEL_SEQUENCES").unwrap_or(SEQUENCES);
    let lanes = (0..LANES).map(|one| {
        let seeds = (0..sequences).filter(|n| n % LANES == one).map(|n| first_seed + n);
        tokio::spawn(lane(seeds.collect(), Arc::clone(&tally)))
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.unwrap();
    }
    if sequences >= SEQUENCES {
        tally.proves_something();
    }
}

async fn lane(seeds: Vec<u64>, tally: Arc<Tally>) {
    let worlds = [World::new(Backend::Sqlite).await, World::new(Backend::Postgres).await];
    for seed in seeds {
        Play::new(&worlds, seed, Arc::clone(&tally)).await.run().await;
    }
}

/// How often each kind of answer came.
#[derive(Default)]
struct Tally(Mutex<BTreeMap<&'static str, usize>>);

impl Tally {
    fn count(&self, answer: &'static str) {
        *self.0.lock().unwrap().entry(answer).or_default() += 1;
    }

    /// Holds that the sequences met every kind of answer but the rarest, which have tests of their
    /// own.
    fn proves_something(&self) {
        let tally = self.0.lock().unwrap();
        for answer in ANSWERS {
            assert!(tally.contains_key(answer), "no sequence met {answer}: {tally:?}");
        }
        assert!(tally["listed some"] > tally["listed none"] / 2, "{tally:?}");
    }
}

const ANSWERS: [&str; 11] = [
    "asked",
    "written",
    "validated",
    "read",
    "listed some",
    "listed none",
    "NOT_FOUND",
    "INVALID_FIELD",
    "ROLE_REQUIRED",
    "NOT_ORIGINATOR",
    "NOT_A_PARTICIPANT",
];

/// One sequence.
struct Play {
    seed: u64,
    step: usize,
    registries: [Registry; 2],
    tables: Tables,
    chance: Chance,
    /// What documents are drawn by, so that they change nothing of the rest.
    asking: Chance,
    tally: Arc<Tally>,
    schema: RegistrySchema,
}

/// Says which sequence failed, whatever failed in it.
impl Drop for Play {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("step {}: INTERDICTION_MODEL_SEED={} repeats it", self.step, self.seed);
        }
    }
}

const WRITTEN: [&str; 14] = [
    "ledger",
    "external_ids",
    "seizure_items",
    "seizures",
    "participants",
    "detections",
    "steps",
    "conveyances",
    "waypoints",
    "operations",
    "provisions",
    "sensors",
    "agencies",
    "marking_grants",
];

impl Play {
    /// Empties both stores and opens them anew.
    async fn new(worlds: &[World; 2], seed: u64, tally: Arc<Tally>) -> Self {
        let mut registries = Vec::new();
        for world in worlds {
            empty(world).await;
            registries.push(world.reopen_with(Arc::new(Steady(AtomicI64::new(0)))).await.registry);
        }
        let registries: [Registry; 2] = registries.try_into().ok().unwrap();
        let mut tables = Tables::default();
        for agency in AGENCIES.into_iter().chain(["us-cbp"]) {
            for registry in &registries {
                registry.register_own_agency(&viewer(agency)).await.unwrap();
            }
            let name = format!("agencies/{agency}");
            let own = registries[0].get_agency(&viewer(agency), &name).await.unwrap();
            tables.agencies.push(own);
        }
        tables.read_vocabulary(&registries[0], &viewer("us-dod")).await;
        Self {
            seed,
            step: 0,
            registries,
            tables,
            asking: Chance::new(!seed),
            chance: Chance::new(seed),
            tally,
            schema: graphql::schema(),
        }
    }

    async fn run(mut self) {
        while self.step < STEPS {
            self.step += 1;
            match self.chance.below(8) {
                0 => self.turn::<Agency>().await,
                1 => self.turn::<Sensor>().await,
                2..5 => self.turn::<Operation>().await,
                _ => self.turn::<Seizure>().await,
            }
        }
    }

    fn viewer(&mut self) -> Viewer {
        // One agency writes more than the others, so that its records meet each other.
        let agencies = ["us-dod", "mx-sedena", "mx-sedena", "mx-sedena", "co-ponal", "us-cbp"];
        let agency = self.chance.pick(&agencies);
        let mut viewer = viewer(agency);
        if self.chance.once_in(12) {
            viewer.roles = vec![self.chance.pick(Role::ALL)];
        }
        viewer
    }

    async fn turn<R: Modelled>(&mut self) {
        let viewer = self.viewer();
        match self.chance.below(10) {
            0..5 => self.create::<R>(&viewer).await,
            5 | 6 => self.update::<R>(&viewer).await,
            7 if self.chance.once_in(3) => self.delete::<R>(&viewer).await,
            7 => self.retract(&viewer).await,
            8 => self.get::<R>(&viewer).await,
            _ => self.batch_get::<R>(&viewer).await,
        }
        self.list::<R>(&viewer).await;
        self.document(&viewer).await;
    }

    /// A random document of the analysts' contract.
    async fn document(&mut self, viewer: &Viewer) {
        let document = Document::draw(&self.tables, &mut self.asking);
        let model = document.answer(&self.tables, viewer);
        for registry in &self.registries {
            let asked = Asked::new(registry.clone(), viewer.clone());
            let request = async_graphql::Request::new(document.text()).data(asked);
            let answer = self.schema.execute(request).await;
            let answer = serde_json::to_value(answer).unwrap();
            assert_eq!(answer.get("errors"), None, "{}", document.text());
            assert_eq!(answer["data"], model, "{viewer:?} asks {}", document.text());
        }
        self.tally.count("asked");
    }

    /// Who changes a record: mostly the agency that recorded it.
    fn writer<R: Modelled>(&mut self, viewer: &Viewer, record: &R) -> Viewer {
        let originator = record.meta().originator.as_ref().unwrap();
        if self.chance.once_in(4) {
            viewer.clone()
        } else {
            crate::world::viewer(originator.as_str())
        }
    }

    fn options(&mut self) -> WriteOptions {
        WriteOptions { request_id: String::new(), validate_only: self.chance.once_in(10) }
    }

    async fn create<R: Modelled>(&mut self, viewer: &Viewer) {
        let draft = R::draw(&self.tables, &mut self.chance);
        let id = if R::CHOSEN { self.chance.slug() } else { String::new() };
        let request = Create { options: self.options(), ..create(&id, draft) };
        let [sqlite, postgres] = [
            R::create(&self.registries[0], viewer, request.clone()).await,
            R::create(&self.registries[1], viewer, request.clone()).await,
        ];
        assert_eq!(sqlite, postgres, "create {request:?}");
        let stamp = sqlite.as_ref().ok().cloned();
        let model = self.tables.create::<R>(viewer, &request, stamp.as_ref());
        self.settle(viewer, request.options.validate_only, sqlite, model);
    }

    async fn update<R: Modelled>(&mut self, viewer: &Viewer) {
        let Some(record) = self.chance.maybe_one(R::rows(&self.tables)).cloned() else { return };
        let viewer = &self.writer(viewer, &record);
        let mask = self.chance.mask::<R>();
        let mask: Vec<&str> = mask.iter().map(String::as_str).collect();
        let draft = R::draw(&self.tables, &mut self.chance);
        let etag = self.chance.pick(&["", "", "", "\"1\"", "\"9\""]);
        let request = Update {
            etag: etag.to_owned(),
            options: self.options(),
            ..update(&record, &mask, draft)
        };
        let [sqlite, postgres] = [
            R::update(&self.registries[0], viewer, request.clone()).await,
            R::update(&self.registries[1], viewer, request.clone()).await,
        ];
        assert_eq!(sqlite, postgres, "update {request:?}");
        let now = sqlite.as_ref().map_or(0, |record| record.meta().update_micros);
        let model = self.tables.update::<R>(viewer, &request, record.id(), now);
        self.settle(viewer, request.options.validate_only, sqlite, model);
    }

    async fn delete<R: Modelled>(&mut self, viewer: &Viewer) {
        let Some(record) = self.chance.maybe_one(R::rows(&self.tables)).cloned() else { return };
        let viewer = &self.writer(viewer, &record);
        let etag = self.chance.pick(&["", "", "", "\"1\"", "\"9\""]);
        let name = record.id().to_string();
        let request = Delete { name, etag: etag.to_owned(), options: self.options() };
        let [sqlite, postgres] = [
            R::delete(&self.registries[0], viewer, request.clone()).await,
            R::delete(&self.registries[1], viewer, request.clone()).await,
        ];
        assert_eq!(sqlite, postgres, "delete {request:?}");
        let now = sqlite.as_ref().map_or(0, |record| record.meta().update_micros);
        let model = self.tables.delete::<R>(viewer, &request, record.id(), now);
        self.settle(viewer, request.options.validate_only, sqlite, model);
    }

    /// Any seizure, or one that is retracted already.
    fn retractable(&mut self) -> Option<Seizure> {
        let mut retracted = self.tables.seizures.iter().filter(|one| !one.counts());
        match retracted.next() {
            Some(one) if self.chance.once_in(2) => Some(one.clone()),
            _ => self.chance.maybe_one(&self.tables.seizures).cloned(),
        }
    }

    async fn retract(&mut self, viewer: &Viewer) {
        let Some(record) = self.retractable() else { return };
        let viewer = &self.writer(viewer, &record);
        let request = Retract {
            name: record.id.to_string(),
            reason: self.chance.pick(&["counted twice", "", "wrong\nplace"]).to_owned(),
            etag: String::new(),
            options: self.options(),
        };
        let [sqlite, postgres] = [
            self.registries[0].retract_seizure(viewer, request.clone()).await,
            self.registries[1].retract_seizure(viewer, request.clone()).await,
        ];
        assert_eq!(sqlite, postgres, "retract {request:?}");
        let now = sqlite.as_ref().map_or(0, |record| record.meta.update_micros);
        let model = self.tables.retract(viewer, &request, record.id, now);
        self.settle(viewer, request.options.validate_only, sqlite, model);
    }

    /// Holds that an answer is the model's, and keeps what was written.
    fn settle<R: Modelled>(
        &mut self,
        viewer: &Viewer,
        validate_only: bool,
        answer: Result<R>,
        model: Result<R, Refusal>,
    ) {
        let told = model.as_ref().map(|record| self.tables.shown(record, viewer));
        assert_eq!(answer.as_ref().map_err(Refusal::of), told.as_ref().map_err(|r| (*r).clone()));
        match model {
            Err(refusal) => self.tally.count(refusal.reason),
            Ok(_) if validate_only => self.tally.count("validated"),
            Ok(record) => {
                self.tally.count("written");
                self.tables.keep(record);
            }
        }
    }

    async fn get<R: Modelled>(&mut self, viewer: &Viewer) {
        let Some(record) = self.chance.maybe_one(R::rows(&self.tables)).cloned() else { return };
        let name = record.id().to_string();
        let model = self.tables.get::<R>(viewer, record.id());
        self.tally.count(model.as_ref().map_or_else(|refusal| refusal.reason, |_| "read"));
        for registry in &self.registries {
            let answer = R::get(registry, viewer, &name).await;
            assert_eq!(answer.as_ref().map_err(Refusal::of), model.as_ref().map_err(Clone::clone));
        }
    }

    async fn batch_get<R: Modelled>(&mut self, viewer: &Viewer) {
        let rows = R::rows(&self.tables);
        let picked: Vec<R> = (0..3).filter_map(|_| self.chance.maybe_one(rows).cloned()).collect();
        let names: Vec<String> = picked.iter().map(|one| one.id().to_string()).collect();
        if names.is_empty() {
            return;
        }
        let model = self.tables.batch_get::<R>(viewer, &picked);
        for registry in &self.registries {
            let answer = R::batch_get(registry, viewer, &names).await;
            assert_eq!(answer.map_err(|error| Refusal::of(&error)), model);
        }
    }

    /// A random question, read page by page.
    async fn list<R: Modelled>(&mut self, viewer: &Viewer) {
        let list = List {
            filter: self.filter::<R>(),
            order: self.order::<R>(),
            show_deleted: self.chance.once_in(3),
            show_inactive: self.chance.once_in(3),
            page_size: size(self.chance.pick(&[2, 3, 50])),
            ..all::<R>()
        };
        let model = self.tables.list::<R>(viewer, &list);
        self.tally.count(if model.is_empty() { "listed none" } else { "listed some" });
        for registry in &self.registries {
            let seen = walk::<R>(registry, viewer, list.clone()).await;
            assert_eq!(seen, model, "{viewer:?} asks {list:?}");
        }
    }

    /// One question in four is about everything, so that orders and pages have something to do.
    fn filter<R: Modelled>(&mut self) -> Filter<R::Field> {
        if self.chance.once_in(4) {
            return Filter::default();
        }
        let filter = R::question(&self.tables, &mut self.chance, 3);
        if self.chance.once_in(3) { Filter::Not(Box::new(filter)) } else { filter }
    }

    fn order<R: Modelled>(&mut self) -> Vec<OrderTerm<R::Sort>> {
        let mut order: Vec<OrderTerm<R::Sort>> = Vec::new();
        for _ in 0..self.chance.below(3) {
            let field = self.chance.pick(R::Sort::ALL);
            let direction = self.chance.pick(&[Direction::Ascending, Direction::Descending]);
            if order.iter().all(|term| term.field != field) {
                order.push(OrderTerm { field, direction });
            }
        }
        order
    }
}

async fn walk<R: Noun>(
    registry: &Registry,
    viewer: &Viewer,
    mut list: List<R::Field, R::Sort>,
) -> Vec<R> {
    let mut seen = Vec::new();
    loop {
        let page = R::list(registry, viewer, list.clone()).await.unwrap();
        seen.extend(page.records);
        if page.next_page_token.is_empty() {
            return seen;
        }
        list.page_token = page.next_page_token;
    }
}

async fn empty(world: &World) {
    let deletes: Vec<String> =
        WRITTEN.iter().map(|table| format!("DELETE FROM {table};")).collect();
    let sql = format!("BEGIN; {} DELETE FROM markings; COMMIT;", deletes.join(" "));
    let connection = world.connect().await;
    connection.execute_unprepared(&sql).await.unwrap();
    connection.close().await.unwrap();
}

/// What a caller can act on in an error: its kind, its reason, the fields and the records.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub kind: String,
    pub reason: &'static str,
    pub fields: Vec<String>,
    pub resources: Vec<String>,
}

impl Refusal {
    fn of(error: &Error) -> Self {
        Self {
            kind: format!("{:?}", error.kind),
            reason: error.reason,
            fields: error.violations.iter().map(|one| one.field.clone()).collect(),
            resources: error.resources.clone(),
        }
    }
}
