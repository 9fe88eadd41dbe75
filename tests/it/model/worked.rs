//! The worked questions of the analysts over random worlds: every document of the examples, each
//! answer whole, against an oracle that reads the records of the model one by one.
//!
//! `INTERDICTION_WORKED_WORLDS` sets how many worlds there are, and `INTERDICTION_MODEL_SEED` makes
//! the one that a failure names.

mod documents;
mod filters;
mod oracle;
mod records;
mod totals;

use super::{Play, Tally, conditions::View, from_environment, tables::Modelled, tables::Tables};
use crate::world::{Backend, World, create, drafts, viewer};
use interdiction::{
    domain::{
        agencies::Agency,
        codes::Code as _,
        markings::{Marking, Tlp},
        operation_kinds::ParticipantRole,
        operations::Operation,
        places::PlaceDraft,
        quantities::{Method, Unit},
        seizures::{ItemDraft, Seizure, SeizureDraft},
        sensors::Sensor,
        viewers::Viewer,
    },
    graphql::{examples, query::Asked},
};
use serde_json::Value;
use std::sync::Arc;

/// Worlds, unless the environment says otherwise.
const WORLDS: u64 = 12;
/// Worlds from which every question has been answered with something.
const WORLDS_TELLING: u64 = 100;
/// The agencies that one of the questions names.
const NAMED: [&str; 2] = ["mx-fam", "mx-gn"];
/// When a summary was taken, as it is compared.
const AS_OF: &str = "now";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_worked_question_is_the_oracles() {
    let count = from_environment("INTERDICTION_WORKED_WORLDS").unwrap_or(WORLDS);
    let seeds = match from_environment("INTERDICTION_MODEL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 8_000_000..8_000_000 + count,
    };
    let met = Met::default();
    let worlds = [World::new(Backend::Sqlite).await, World::new(Backend::Postgres).await];
    for seed in seeds {
        Play::new(&worlds, seed, Arc::default()).await.ask_worked(&met).await;
    }
    if count >= WORLDS_TELLING {
        met.proves_something();
    }
}

/// In how many answers to each question something was told, and something hidden.
#[derive(Default)]
struct Met {
    told: Tally,
    hidden: Tally,
}

impl Met {
    fn proves_something(&self) {
        for (what, tally) in [("told", &self.told), ("hidden", &self.hidden)] {
            let tally = tally.0.lock().unwrap();
            for (name, _) in examples::ALL {
                assert!(tally.contains_key(name), "{name}: nothing was {what}: {tally:?}");
            }
        }
    }
}

impl Play {
    async fn ask_worked(mut self, met: &Met) {
        self.fill_at_random().await;
        let other = self.chance.pick(&["mx-sedena", "co-ponal", "us-cbp"]);
        for asker in ["us-dod", other] {
            let asker = viewer(asker);
            for (name, document) in examples::ALL {
                self.step += 1;
                self.ask_one(&asker, (name, document), met).await;
            }
        }
    }

    async fn ask_one(&self, asker: &Viewer, (name, document): (&'static str, &str), met: &Met) {
        let view = View { tables: &self.tables, viewer: asker };
        let wanted = oracle::answer(document, view);
        for (registry, backend) in self.registries.iter().zip(["sqlite", "postgres"]) {
            let asked = Asked::new(registry.clone(), asker.clone());
            let request = async_graphql::Request::new(document).data(asked);
            let answer = serde_json::to_value(self.schema.execute(request).await).unwrap();
            assert_eq!(answer.get("errors"), None, "{name}");
            let mut told = answer["data"].clone();
            without_times(&mut told);
            let asker = &asker.agency;
            assert_eq!(told, wanted, "{backend}: {asker} asks {name} of seed {}", self.seed);
        }
        if holds_something(&wanted) {
            met.told.count(name);
        }
        if oracle::answer(document, View { tables: &released(&self.tables), ..view }) != wanted {
            met.hidden.count(name);
        }
    }

    /// 5 to 40 seizures and what they refer to, by several agencies, much of it hidden from others,
    /// some deleted or retracted.
    async fn fill_at_random(&mut self) {
        for name in NAMED {
            let draft = Agency::draw(&self.tables, &mut self.chance);
            self.keep_if_made::<Agency>(name, draft).await;
        }
        for _ in 0..=self.chance.below(3) {
            let viewer = self.viewer();
            self.create::<Agency>(&viewer).await;
        }
        for _ in 0..2 + self.chance.below(5) {
            let viewer = self.viewer();
            self.create::<Sensor>(&viewer).await;
        }
        for _ in 0..2 + self.chance.below(9) {
            let mut draft = Operation::draw(&self.tables, &mut self.chance);
            if self.chance.once_in(4) {
                draft.sources = drafts::full_sources();
            }
            if self.chance.once_in(3) {
                let part = |agency| drafts::participant(agency, ParticipantRole::Interdiction);
                draft.participants.extend(NAMED.map(part));
            }
            self.keep_if_made::<Operation>("", draft).await;
        }
        for _ in 0..5 + self.chance.below(36) {
            let mut draft = Seizure::draw(&self.tables, &mut self.chance);
            if self.chance.once_in(4) {
                self.make_telling(&mut draft);
            }
            self.keep_if_made::<Seizure>("", draft).await;
        }
        for _ in 0..=self.chance.below(2) {
            let viewer = self.viewer();
            self.delete::<Agency>(&viewer).await;
            self.delete::<Sensor>(&viewer).await;
            self.delete::<Operation>(&viewer).await;
            self.delete::<Seizure>(&viewer).await;
            self.retract(&viewer).await;
        }
    }

    /// What every filter of the questions passes: kilograms of a stimulant in Sonora, estimated, at a
    /// point and a day.
    fn make_telling(&mut self, draft: &mut SeizureDraft) {
        let kilograms = self.chance.pick(&["0.5", "12.25", "2000"]);
        let mut quantity = drafts::quantity(kilograms, Unit::Kilogram);
        quantity.method = Method::Estimated.code();
        let item = drafts::item("crystal-methamphetamine", "1", Unit::Gram);
        draft.items.push(ItemDraft { quantity: Some(quantity), ..item });
        let point = drafts::point(29.07, -110.96).point;
        draft.place = Some(PlaceDraft { point, ..drafts::in_subdivision("MX-SON") });
        draft.when = Some("2022-04-08".to_owned());
    }

    /// Records what some agency proposes, unless it is refused on both backends.
    async fn keep_if_made<R: Modelled>(&mut self, id: &str, draft: R::Draft) {
        let by = self.chance.pick(&["us-dod", "mx-sedena", "mx-sedena", "co-ponal"]);
        let request = create(id, draft);
        let made = [
            R::create(&self.registries[0], &viewer(by), request.clone()).await.ok(),
            R::create(&self.registries[1], &viewer(by), request).await.ok(),
        ];
        assert_eq!(made[0], made[1]);
        if let [Some(record), _] = made {
            self.tables.keep(record);
        }
    }
}

/// When a summary was taken is told, and compared no further.
fn without_times(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(without_times),
        Value::Object(fields) => {
            if let Some(as_of) = fields.get_mut("asOf") {
                assert!(as_of.as_str().is_some_and(|time| time.ends_with('Z')), "{as_of}");
                *as_of = AS_OF.into();
            }
            fields.values_mut().for_each(without_times);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether some list of an answer has a row or a group that is more than zeros.
fn holds_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(told) => *told,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => text != AS_OF,
        Value::Array(all) => all.iter().any(holds_something),
        Value::Object(fields) => {
            let fields =
                fields.iter().filter(|(name, _)| !name.to_lowercase().contains("additive"));
            fields.map(|(_, value)| value).any(holds_something)
        }
    }
}

/// The same records, all of them for everybody.
fn released(tables: &Tables) -> Tables {
    fn clear<R: Modelled>(rows: &[R]) -> Vec<R> {
        let mut rows = rows.to_vec();
        let clear = || Marking { label: Tlp::Clear, releasable_to: Vec::new() };
        rows.iter_mut().for_each(|one| one.set_marking(clear()));
        rows
    }
    Tables {
        agencies: clear(&tables.agencies),
        sensors: clear(&tables.sensors),
        operations: clear(&tables.operations),
        seizures: clear(&tables.seizures),
        vocabulary: tables.vocabulary.clone(),
    }
}
