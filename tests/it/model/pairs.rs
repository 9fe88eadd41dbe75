//! What a viewer may not see changes no byte of any answer. Two worlds are recorded that differ in
//! nothing else: one has hidden records that the other has not, records that are hidden in both have
//! other contents in each, and what is seen refers to the ones here and to the others there, is
//! releasable to others, and was recorded by agencies that are hidden. Random requests of both
//! contracts, reads and writes alike, are sent to both; status, headers, body and trailers are the
//! same.
//!
//! `INTERDICTION_PAIR_REQUESTS` sets how many requests each backend is asked, and
//! `INTERDICTION_MODEL_SEED` runs the pair that a failure names.
//!
//! One thing is told of what is hidden, and agencies and sensors are recorded here so that it is not
//! asked: an id that a caller may not choose, for it is taken.

mod leaks;
mod requests;
mod worlds;

use super::from_environment;
use crate::{
    guard::wire::Seen,
    world::{Backend, World},
};
use leaks::Leak;
use requests::{Asking, Request};
use std::collections::BTreeMap;
use worlds::Pair;

/// Requests to each backend, unless the environment says otherwise.
const REQUESTS: u64 = 400;
/// Requests to each pair of worlds.
const REQUESTS_OF_A_PAIR: u64 = 200;
/// Requests before a leak is planted, which find nothing.
const REQUESTS_BEFORE_A_LEAK: u64 = 20;
/// Requests by which a leak has to be found.
const REQUESTS_OF_A_LEAK: u64 = 600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_changes_no_byte_sqlite() {
    unchanged(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_changes_no_byte_postgres() {
    unchanged(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_leaks_are_found_sqlite() {
    found(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_leaks_are_found_postgres() {
    found(Backend::Postgres).await;
}

async fn unchanged(backend: Backend) {
    let requests = from_environment("INTERDICTION_PAIR_REQUESTS").unwrap_or(REQUESTS);
    let worlds = [World::new(backend).await, World::new(backend).await];
    let mut tally = Tally::default();
    let seeds = match from_environment("INTERDICTION_MODEL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 8_000_000..8_000_000 + requests.div_ceil(REQUESTS_OF_A_PAIR),
    };
    for seed in seeds {
        let mut pair = Pair::record(&worlds, seed, None).await;
        tally.hidden += pair.hidden();
        let difference = differ(&mut pair, REQUESTS_OF_A_PAIR, &mut tally).await;
        assert_eq!(difference, None, "INTERDICTION_MODEL_SEED={seed} repeats it");
    }
    tally.proves_something(requests);
}

/// Each planted leak is one thing that a viewer is shown in one of the worlds alone.
async fn found(backend: Backend) {
    let worlds = [World::new(backend).await, World::new(backend).await];
    for (n, leak) in Leak::ALL.into_iter().enumerate() {
        let mut pair = Pair::record(&worlds, 9_000_000 + n as u64, Some(leak)).await;
        let before = differ(&mut pair, REQUESTS_BEFORE_A_LEAK, &mut Tally::default()).await;
        assert_eq!(before, None, "before {leak:?} was planted");
        leak.plant(&mut pair, &worlds[1]).await;
        let after = differ(&mut pair, REQUESTS_OF_A_LEAK, &mut Tally::default()).await;
        let after = after.unwrap_or_else(|| panic!("{leak:?} was not found"));
        println!("{leak:?}: {}", after.split_once(',').unwrap().0);
        leak.pull_out(&worlds[1]).await;
    }
}

/// The first difference between the answers of two worlds, if there is one.
async fn differ(pair: &mut Pair, requests: u64, tally: &mut Tally) -> Option<String> {
    let mut asking = Asking::of(pair);
    for n in 0..requests {
        let request = asking.draw(pair);
        let [one, other] = pair.send(&request).await;
        if one != other {
            return Some(format!(
                "request {n}, {:?} asks {request:?}\n{one:#?}\n{other:#?}",
                pair.asker
            ));
        }
        tally.count(&request, &one);
        asking.learn(&request, &one);
    }
    None
}

/// What was asked, and how it was answered.
#[derive(Default)]
struct Tally {
    hidden: usize,
    asked: u64,
    answered: u64,
    /// How often a method was asked, and how often that was answered with what it asked for.
    methods: BTreeMap<String, [u64; 2]>,
    /// Why what was not answered was refused.
    refusals: BTreeMap<String, u64>,
}

impl Tally {
    fn count(&mut self, request: &Request, seen: &Seen) {
        let good = u64::from(seen.status() == 0 && seen.http_status == 200);
        if let Some(refusal) = seen.refusal() {
            *self.refusals.entry(format!("{} {refusal}", request.method())).or_default() += 1;
        }
        self.asked += 1;
        self.answered += good;
        let [asked, answered] = self.methods.entry(request.method().to_owned()).or_default();
        *asked += 1;
        *answered += good;
    }

    fn proves_something(&self, requests: u64) {
        println!("{} hidden; {} of {} answered", self.hidden, self.answered, self.asked);
        for (method, [asked, answered]) in &self.methods {
            println!("{answered:>6} of {asked:>6} {method}");
        }
        println!("{:#?}", self.refusals);
        assert!(self.hidden as u64 > requests / 20, "only {} hidden records", self.hidden);
        assert!(self.answered * 2 > self.asked, "{:?}", self.methods);
        if requests >= 5_000 {
            let never = self.methods.iter().find(|(_, [_, answered])| *answered == 0);
            assert_eq!(never, None, "a method was never answered");
        }
    }
}
