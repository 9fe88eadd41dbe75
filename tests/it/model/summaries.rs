//! Summaries of the model: every item of every seizure that counts, under every combination of the
//! values of its keys, in sets, so that nothing can be met twice.
//!
//! `INTERDICTION_SUMMARY_WORLDS` sets how many worlds each test makes, and
//! `INTERDICTION_MODEL_SEED` makes the one that a failure names.

mod facts;
pub mod oracle;
pub mod requests;

use super::{Play, Tally, conditions::View, from_environment, tables::sees, walk};
use crate::world::{Backend, World, all, viewer};
use futures_util::future::BoxFuture;
use interdiction::{
    domain::{
        agencies::Agency,
        errors::Result,
        filters::Filter,
        operations::Operation,
        pages::List,
        seizures::Seizure,
        sensors::Sensor,
        summaries::{Figure, KeyValue, Request, Summary},
        viewers::Viewer,
    },
    registry::Registry,
};
use oracle::{Counted, Told, Within, answer, told};
use std::{collections::BTreeSet, sync::Arc};

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

/// A record that the registry summarises.
trait Summarized: Counted {
    /// The figures that there are, and whether a key about items is one.
    const FIGURES: fn(Figure) -> bool;
    const HAS_ITEMS: bool;
    fn summarize<'r>(
        registry: &'r Registry,
        viewer: &'r Viewer,
        request: Request<Self::Field>,
    ) -> BoxFuture<'r, Result<Summary>>;
}

impl Summarized for Seizure {
    const FIGURES: fn(Figure) -> bool = Figure::is_of_seizures;
    const HAS_ITEMS: bool = true;
    fn summarize<'r>(
        registry: &'r Registry,
        viewer: &'r Viewer,
        request: Request<Self::Field>,
    ) -> BoxFuture<'r, Result<Summary>> {
        Box::pin(registry.summarize_seizures(viewer, request))
    }
}

impl Summarized for Operation {
    const FIGURES: fn(Figure) -> bool = |_| true;
    const HAS_ITEMS: bool = false;
    fn summarize<'r>(
        registry: &'r Registry,
        viewer: &'r Viewer,
        request: Request<Self::Field>,
    ) -> BoxFuture<'r, Result<Summary>> {
        Box::pin(registry.summarize_operations(viewer, request))
    }
}

impl Play {
    async fn run_summaries(mut self) {
        self.fill().await;
        while self.step < REQUESTS {
            self.step += 1;
            if self.chance.once_in(2) {
                self.summarize::<Seizure>().await;
            } else {
                self.summarize::<Operation>().await;
            }
        }
    }

    /// Records of every kind by several agencies, some of them deleted or retracted.
    pub(super) async fn fill(&mut self) {
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
    }

    async fn summarize<R: Summarized>(&mut self) {
        let agency = self.chance.pick(&["us-dod", "mx-sedena", "co-ponal", "us-cbp"]);
        let viewer = viewer(agency);
        let request = self.request::<R>();
        let view = View { tables: &self.tables, viewer: &viewer };
        let (groups, total) = R::sets(&request, view, &Within::everything());
        let model = answer(&request, &groups, &total);
        for (registry, backend) in self.registries.iter().zip(["sqlite", "postgres"]) {
            let found = R::summarize(registry, &viewer, request.clone()).await;
            let (found, model) = (told(found), model.clone());
            assert_eq!(found, model, "{backend}: {agency} asks {request:#?}");
        }
        self.tally_of(&request, model.as_ref());
        let behind: Vec<_> =
            groups.iter().map(|(keys, taken)| (keys.clone(), taken.records.clone())).collect();
        self.rows::<R>(&viewer, &request, &behind).await;
    }

    fn tally_of<F>(&self, request: &Request<F>, model: Result<&Told, &String>) {
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

    /// Holds that the filter of each group passes its records and no others.
    async fn rows<R: Summarized>(
        &mut self,
        viewer: &Viewer,
        request: &Request<R::Field>,
        groups: &[(Vec<KeyValue>, BTreeSet<usize>)],
    ) {
        let view = View { tables: &self.tables, viewer };
        for (keys, behind) in groups {
            let filter = request.rows_of(keys);
            let passes = |one: &R| {
                sees(viewer, one)
                    && one.meta().delete_micros.is_none()
                    && one.counts()
                    && one.passes(&filter, view)
            };
            let rows = R::rows(&self.tables).iter().enumerate();
            let passed: BTreeSet<usize> =
                rows.filter(|(_, one)| passes(one)).map(|(n, _)| n).collect();
            assert_eq!(passed, *behind, "{viewer:?} asks for the rows of {keys:?} of {request:#?}");
        }
        let Some((keys, behind)) = self.chance.maybe_one(groups) else { return };
        let list = List { filter: request.rows_of(keys), ..all::<R>() };
        for registry in &self.registries {
            let rows = walk::<R>(registry, viewer, list.clone()).await;
            let ids: BTreeSet<_> = rows.iter().map(|one| one.id().to_string()).collect();
            let of = |n: &usize| R::rows(&self.tables)[*n].id().to_string();
            let wanted: BTreeSet<_> = behind.iter().map(of).collect();
            assert_eq!(ids, wanted, "{viewer:?} lists the rows of {keys:?} of {request:#?}");
        }
        self.tally.count("rows");
    }

    fn request<R: Summarized>(&mut self) -> Request<R::Field> {
        // Days from the first date to the last are more than an answer holds.
        if self.chance.once_in(20) {
            return requests::every_day(R::FIGURES);
        }
        let filter = if self.chance.once_in(2) { Filter::default() } else { self.filter::<R>() };
        requests::draw(&mut self.chance, filter, (R::FIGURES, R::HAS_ITEMS))
    }
}
