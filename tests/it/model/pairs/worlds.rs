//! Two worlds that a viewer cannot tell apart.

use super::{leaks::Leak, requests::Request};
use crate::{
    guard::wire::{Seen, Wire},
    model::{
        chance::Chance,
        empty,
        tables::{Modelled, Tables},
    },
    world::{AGENCIES, World, create, update, viewer, with_roles},
};
use interdiction::{
    domain::{
        agencies::Agency,
        check::Violations,
        codes::Code as _,
        errors::Result,
        markings::{MarkingDraft, Tlp},
        operations::Operation,
        requests::{Create, Delete, WriteOptions},
        seizures::Seizure,
        sensors::Sensor,
        viewers::{Role, Viewer},
    },
    registry::{Registry, Source},
};
use sea_orm::{ConnectionTrait as _, Statement};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use uuid::Uuid;

/// What is recorded in a pair of worlds before anybody asks.
const STEPS: usize = 60;
/// An agency that the asker does not see: one of each world, which does there what the other does in
/// the other world.
const SECRET: [&str; 2] = ["xa-secret", "xb-secret"];
const OTHERS: [&str; 3] = ["mx-sedena", "co-ponal", "us-cbp"];
/// Ids of requests: those who hide things use the same ones as the asker.
pub const REQUEST_IDS: [&str; 3] = [
    "0f0a54a5-6c6e-4b7c-9d53-6a0a5b6f0a01",
    "0f0a54a5-6c6e-4b7c-9d53-6a0a5b6f0a02",
    "0f0a54a5-6c6e-4b7c-9d53-6a0a5b6f0a03",
];

/// Time and ids that depend on the number of the request alone.
#[derive(Default)]
pub struct Clock {
    serial: AtomicI64,
    made: AtomicI64,
}

impl Clock {
    fn set(&self, serial: i64) {
        self.serial.store(serial, Ordering::SeqCst);
        self.made.store(0, Ordering::SeqCst);
    }
}

impl Source for Clock {
    fn now_micros(&self) -> i64 {
        1_600_000_000_000_000 + self.serial.load(Ordering::SeqCst) * 1_000_000
    }
    fn new_uuid(&self) -> Uuid {
        let made = self.made.fetch_add(1, Ordering::SeqCst);
        let low = self.serial.load(Ordering::SeqCst) * 1_000 + made;
        Uuid::from_u64_pair(0x0189_0a5d_ac96_774b, 0xbcce_0000_0000_0000 + low.unsigned_abs())
    }
}

pub struct Side {
    pub registry: Registry,
    wire: Wire,
    clock: Arc<Clock>,
}

pub struct Pair {
    /// The world with less, and the one with more.
    pub sides: [Side; 2],
    pub asker: Viewer,
    pub chance: Chance,
    /// What what is seen may refer to, as the second world has it.
    pub tables: Tables,
    /// What the second world has besides.
    more: Tables,
    /// What a hidden thing of the second world is called there, and what stands for it in the first.
    names: Vec<(String, String)>,
    serial: i64,
    hidden: usize,
    leak: Option<Leak>,
}

impl Pair {
    /// Empties the stores and records two histories.
    pub async fn record(worlds: &[World; 2], seed: u64, leak: Option<Leak>) -> Self {
        let mut sides = Vec::new();
        for world in worlds {
            forget_imports(world).await;
            empty(world).await;
            share_secret(&worlds[0], world).await;
            let clock = Arc::new(Clock::default());
            let registry = world.reopen_with(clock.clone()).await.registry;
            sides.push(Side { wire: Wire::over(&registry).await, registry, clock });
        }
        let mut chance = Chance::new(seed);
        let asker = if leak.is_some() { viewer("us-dod") } else { asker(&mut chance) };
        let mut pair = Self {
            sides: sides.try_into().ok().unwrap(),
            asker,
            chance,
            tables: Tables::default(),
            more: Tables::default(),
            names: vec![(named(SECRET[1]), named(SECRET[0]))],
            serial: 0,
            hidden: 0,
            leak,
        };
        pair.register().await;
        for _ in 0..STEPS {
            match pair.chance.below(8) {
                0 => pair.step::<Agency>().await,
                1 | 2 => pair.step::<Sensor>().await,
                3..5 => pair.step::<Operation>().await,
                _ => pair.step::<Seizure>().await,
            }
        }
        pair
    }

    /// How many records one world has more than the other, or has otherwise.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// The number of the next request.
    pub fn tick(&mut self) {
        self.serial += 1;
        self.sides.iter().for_each(|side| side.clock.set(self.serial));
    }

    /// The answers of both worlds to a request of the asker.
    pub async fn send(&mut self, request: &Request) -> [Seen; 2] {
        self.tick();
        let mut seen = Vec::with_capacity(2);
        for side in &self.sides {
            seen.push(match request {
                Request::Grpc { method, messages, .. } => {
                    side.wire.call(&self.asker, method, messages).await
                }
                Request::Document(text) => {
                    side.wire.ask(&self.asker, text, &serde_json::json!({})).await
                }
            });
        }
        seen.try_into().unwrap()
    }

    async fn register(&mut self) {
        for agency in AGENCIES.into_iter().chain(["us-cbp"]).chain(SECRET) {
            self.tick();
            for side in &self.sides {
                side.registry.register_own_agency(&viewer(agency)).await.unwrap();
            }
            let side = &self.sides[1];
            let own = side.registry.get_agency(&viewer(agency), &named(agency)).await.unwrap();
            self.tables.agencies.push(own);
        }
        self.tables.agencies.retain(|one| one.id.as_str() != SECRET[0]);
        for agency in SECRET {
            self.tick();
            for side in &self.sides {
                let by = viewer(agency);
                let own = side.registry.get_agency(&by, &named(agency)).await.unwrap();
                let draft = interdiction::domain::agencies::AgencyDraft {
                    marking: crate::world::drafts::red(),
                    ..crate::world::draft_of(&own)
                };
                let own = side.registry.update_agency(&by, update(&own, &["marking"], draft));
                own.await.unwrap();
            }
        }
    }

    async fn step<R: Modelled<Draft: DeserializeOwned>>(&mut self) {
        match self.chance.below(8) {
            0..3 => self.hide_more::<R>().await,
            3 => self.change::<R>().await,
            4 => self.remove::<R>().await,
            _ => self.add::<R>().await,
        }
    }

    /// Who records something, in each world.
    fn originators(&mut self) -> [Viewer; 2] {
        match self.chance.below(6) {
            0 => SECRET.map(viewer),
            1 if !self.asker.is_anonymous() => [(); 2].map(|()| with_roles(&self.asker, Role::ALL)),
            1 | 2 => [(); 2].map(|()| viewer("us-dod")),
            _ => {
                let other = viewer(self.chance.pick(&OTHERS));
                [other.clone(), other]
            }
        }
    }

    fn is_hidden(&self, marking: Option<&MarkingDraft>, originator: &Viewer) -> bool {
        let path = interdiction::domain::check::Path::root("marking");
        let marking = MarkingDraft::check(marking, &path, &mut Violations::default());
        !marking.visible_to(&self.asker, &originator.agency)
    }

    /// What a draft of the second world is in the first.
    fn counterpart<D: Serialize + DeserializeOwned>(&self, draft: &D) -> D {
        let text = serde_json::to_string(draft).unwrap();
        let text = self.names.iter().fold(text, |text, (here, there)| {
            text.replace(&format!("\"{here}\""), &format!("\"{there}\""))
        });
        serde_json::from_str(&text).unwrap()
    }

    /// Records something in both worlds: the same where the asker sees it, else each world its own.
    async fn add<R: Modelled<Draft: DeserializeOwned>>(&mut self) {
        let originators = self.originators();
        let mut draft = R::draw(&self.tables, &mut self.chance);
        self.plain(&mut draft);
        let marking = marking_of::<R>(&draft);
        let is_hidden = self.is_hidden(marking.as_ref(), &originators[1]);
        let ids = self.ids::<R>(is_hidden);
        let mut other =
            if is_hidden { R::draw(&self.tables, &mut self.chance) } else { draft.clone() };
        self.plain(&mut other);
        set_marking::<R>(
            &mut other,
            if is_hidden {
                crate::world::drafts::red()
            } else {
                self.others_left_out(marking, &originators[1])
            },
        );
        let other = self.counterpart(&other);
        self.tick();
        let requests = [create(&ids[0], other), create(&ids[1], draft)];
        let Some([one, more]) = self.make::<R>(&originators, requests).await else { return };
        if is_hidden {
            self.hidden += 1;
            self.names.push((more.id().to_string(), one.id().to_string()));
        }
        self.tables.keep(more);
    }

    /// A list of a marking without those that the asker is not told of.
    fn others_left_out(
        &self,
        marking: Option<MarkingDraft>,
        originator: &Viewer,
    ) -> Option<MarkingDraft> {
        let mut marking = marking?;
        if originator.agency != self.asker.agency {
            let own = self.asker.agency.to_string();
            marking.releasable_to.retain(|one| !one.starts_with("agencies/") || *one == own);
        }
        Some(marking)
    }

    fn ids<R: Modelled>(&mut self, is_hidden: bool) -> [String; 2] {
        match (R::CHOSEN, is_hidden) {
            (false, _) => [(); 2].map(|()| String::new()),
            (true, true) => ["a", "b"].map(|side| format!("h{side}-{}", self.serial)),
            (true, false) => {
                let id = format!("r-{}", self.chance.below(12));
                [id.clone(), id]
            }
        }
    }

    /// Where a leak of external ids is to be planted, they are kept apart until then.
    fn plain<D: Serialize + DeserializeOwned>(&self, draft: &mut D) {
        if self.leak == Some(Leak::ExternalIds) {
            let mut json = serde_json::to_value(&*draft).unwrap();
            if let Some(ids) = json.get_mut("external_ids") {
                *ids = serde_json::json!([]);
                *draft = serde_json::from_value(json).unwrap();
            }
        }
    }

    /// Makes a record in both worlds, or in none.
    async fn make<R: Modelled>(
        &self,
        originators: &[Viewer; 2],
        requests: [Create<R::Draft>; 2],
    ) -> Option<[R; 2]> {
        for validate_only in [true, false] {
            let mut made = Vec::new();
            for ((side, by), request) in self.sides.iter().zip(originators).zip(&requests) {
                let options = WriteOptions { validate_only, ..WriteOptions::default() };
                let request = Create { options, ..request.clone() };
                made.push(R::create(&side.registry, by, request).await.ok()?);
            }
            if !validate_only {
                return made.try_into().ok();
            }
        }
        None
    }

    /// Records something in the second world alone, which may refer to whatever it likes.
    pub async fn hide_more<R: Modelled<Draft: DeserializeOwned>>(&mut self) {
        let everything = Tables {
            agencies: [&self.tables.agencies[..], &self.more.agencies].concat(),
            sensors: [&self.tables.sensors[..], &self.more.sensors].concat(),
            operations: [&self.tables.operations[..], &self.more.operations].concat(),
            seizures: [&self.tables.seizures[..], &self.more.seizures].concat(),
            vocabulary: Vec::new(),
        };
        let mut draft = R::draw(&everything, &mut self.chance);
        self.plain(&mut draft);
        let mut others = OTHERS.to_vec();
        others.retain(|other| *other != self.asker.agency.as_str());
        let by = viewer(self.chance.pick(&others));
        set_marking::<R>(&mut draft, self.hiding());
        self.tick();
        let id = if R::CHOSEN { format!("hm-{}", self.serial) } else { String::new() };
        let mut request = create(&id, draft);
        if self.chance.once_in(3) {
            request.options.request_id = self.chance.pick(&REQUEST_IDS).to_owned();
        }
        assert!(self.is_hidden(marking_of::<R>(&request.draft).as_ref(), &by));
        if let Ok(made) = R::create(&self.sides[1].registry, &by, request).await {
            self.hidden += 1;
            self.more.keep(made);
        }
    }

    /// A marking that hides from the asker.
    fn hiding(&mut self) -> Option<MarkingDraft> {
        let nowhere = MarkingDraft { label: Tlp::Amber.code(), releasable_to: vec!["PE".into()] };
        match self.chance.below(3) {
            0 => None,
            1 => Some(nowhere),
            _ => crate::world::drafts::red(),
        }
    }

    /// Changes what is the same in both worlds, by its originator; what it was seen as may change.
    async fn change<R: Modelled<Draft: DeserializeOwned>>(&mut self) {
        let Some((record, originators)) = self.shared::<R>() else { return };
        let mask = self.chance.mask::<R>();
        let mask: Vec<&str> = mask.iter().map(String::as_str).collect();
        let mut draft = R::draw(&self.tables, &mut self.chance);
        self.plain(&mut draft);
        let mut other = draft.clone();
        let marking = self.others_left_out(marking_of::<R>(&draft), &originators[1]);
        set_marking::<R>(&mut other, marking);
        let drafts = [self.counterpart(&other), draft];
        self.tick();
        for validate_only in [true, false] {
            let mut changed: Vec<Result<R>> = Vec::new();
            for ((side, by), draft) in self.sides.iter().zip(&originators).zip(&drafts) {
                let mut request = update(&record, &mask, draft.clone());
                request.options.validate_only = validate_only;
                changed.push(R::update(&side.registry, by, request).await);
            }
            if changed.iter().any(Result::is_err) {
                assert!(validate_only, "one of the worlds takes what the other does not");
                return;
            }
            if !validate_only {
                self.tables.keep(changed.pop().unwrap().unwrap());
            }
        }
    }

    async fn remove<R: Modelled<Draft: DeserializeOwned>>(&mut self) {
        let Some((record, originators)) = self.shared::<R>() else { return };
        self.tick();
        for (side, by) in self.sides.iter().zip(&originators) {
            let options = WriteOptions::default();
            let name = record.id().to_string();
            let request = Delete { name, etag: String::new(), options };
            let _gone = R::delete(&side.registry, by, request).await;
        }
    }

    /// A record that is called the same in both worlds, and who recorded it in each.
    fn shared<R: Modelled>(&mut self) -> Option<(R, [Viewer; 2])> {
        let record = self.chance.maybe_one(R::rows(&self.tables))?.clone();
        let name = record.id().to_string();
        if self.names.iter().any(|(here, _)| *here == name) {
            return None;
        }
        let originator = record.meta().originator.as_ref().unwrap().as_str().to_owned();
        let originators = match originator == SECRET[1] {
            true => SECRET.map(viewer),
            false => [(); 2].map(|()| viewer(&originator)),
        };
        Some((record, originators))
    }

    /// The names of records of a collection, of both worlds.
    pub fn known(&self, collection: &str) -> Vec<String> {
        let of = |tables: &Tables| match collection {
            "agencies" => names(&tables.agencies),
            "sensors" => names(&tables.sensors),
            "operations" => names(&tables.operations),
            _ => names(&tables.seizures),
        };
        let there = self.names.iter().map(|(_, there)| there.clone());
        let there = there.filter(|name| name.starts_with(collection));
        of(&self.tables).into_iter().chain(of(&self.more)).chain(there).collect()
    }
}

fn names<R: Modelled>(records: &[R]) -> Vec<String> {
    records.iter().map(|one| one.id().to_string()).collect()
}

fn named(agency: &str) -> String {
    format!("agencies/{agency}")
}

/// Mostly an agency that may do everything, that records much and is listed now and then.
fn asker(chance: &mut Chance) -> Viewer {
    match chance.below(8) {
        0 => Viewer::anonymous(),
        1 => with_roles(&viewer("co-ponal"), &[Role::Reader, Role::Auditor]),
        // Nobody has registered it.
        2 => with_roles(&viewer("br-pf"), &[Role::Contributor]),
        3 => viewer("mx-sedena"),
        _ => viewer("us-dod"),
    }
}

fn marking_of<R: Modelled>(draft: &R::Draft) -> Option<MarkingDraft> {
    let json = serde_json::to_value(draft).unwrap();
    serde_json::from_value(json["marking"].clone()).unwrap()
}

fn set_marking<R: Modelled<Draft: DeserializeOwned>>(
    draft: &mut R::Draft,
    marking: Option<MarkingDraft>,
) {
    let mut json = serde_json::to_value(&*draft).unwrap();
    json["marking"] = serde_json::to_value(marking).unwrap();
    *draft = serde_json::from_value(json).unwrap();
}

async fn forget_imports(world: &World) {
    let connection = world.connect().await;
    let tables = ["imported_seizures", "imported_operations", "access_records"];
    for table in tables {
        connection.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// Both worlds sign page tokens alike, as one store would.
async fn share_secret(from: &World, to: &World) {
    let (source, target) = (from.connect().await, to.connect().await);
    let find = "SELECT value FROM settings WHERE name = 'page_token_secret'";
    let statement = Statement::from_string(source.get_database_backend(), find);
    let row = source.query_one_raw(statement).await.unwrap().unwrap();
    let secret: String = row.try_get_by_index(0).unwrap();
    let set = format!("UPDATE settings SET value = '{secret}' WHERE name = 'page_token_secret'");
    target.execute_unprepared(&set).await.unwrap();
    source.close().await.unwrap();
    target.close().await.unwrap();
}
