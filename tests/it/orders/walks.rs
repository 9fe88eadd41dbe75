//! A walk over pages while others write: whatever stayed as it was is seen once, under every order.

use crate::world::{World, all, create, delete, drafts, nouns::Noun, on_both, size, update};
use interdiction::{
    domain::{
        agencies::{Agency, AgencyDraft},
        codes::Code,
        operations::{Operation, OperationDraft},
        pages::{Direction, List, OrderTerm},
        quantities::Unit,
        records::Record,
        seizures::{Seizure, SeizureDraft},
        sensors::{Sensor, SensorDraft, SensorType},
        viewers::Viewer,
    },
    registry::Registry,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::sync::Semaphore;

on_both! {
    a_walk_over_agencies_sees_what_stayed_once: agencies;
    a_walk_over_sensors_sees_what_stayed_once: sensors;
    a_walk_over_operations_sees_what_stayed_once: operations;
    a_walk_over_seizures_sees_what_stayed_once: seizures;
}

/// Records that stay as they are, and records that are written to meanwhile, in turn.
const PAIRS: usize = 12;
const PAGE: i32 = 3;

type Drafts<R> = fn(usize) -> <R as Record>::Draft;

/// A value for a sort field: few, so that there are ties, and some unknown.
fn value(n: usize) -> usize {
    n * 7 % 5
}

async fn agencies(world: World) {
    walks::<Agency>(world, |n| AgencyDraft {
        region_code: ["", "BR", "MX", "US", "CO"][value(n)].to_owned(),
        kind: i32::try_from(value(n)).unwrap(),
        ..drafts::agency(["Árbol", "arbol", "zinc", "Mar", "mar"][value(n)])
    })
    .await;
}

async fn sensors(world: World) {
    walks::<Sensor>(world, |n| SensorDraft {
        sensor_type: i32::try_from(1 + value(n)).unwrap(),
        ..drafts::sensor(["Árbol", "arbol", "zinc", "Mar", "mar"][value(n)], SensorType::Other)
    })
    .await;
}

async fn operations(world: World) {
    walks::<Operation>(world, |n| OperationDraft {
        when: [None, Some("2020"), Some("2020-01"), Some("../2019"), Some("2021-05-03")][value(n)]
            .map(ToOwned::to_owned),
        domain: i32::try_from(value(n)).unwrap(),
        outcome: i32::try_from(value(n)).unwrap(),
        ..drafts::operation(["Árbol", "arbol", "zinc", "Mar", "mar"][value(n)])
    })
    .await;
}

async fn seizures(world: World) {
    walks::<Seizure>(world, |n| SeizureDraft {
        when: [None, Some("2020"), Some("2020-01"), Some("../2019"), Some("2021-05-03")][value(n)]
            .map(ToOwned::to_owned),
        place: [None, Some("MX-SON"), Some("MX-SIN"), Some("CO-ANT"), Some("US-AZ")][value(n)]
            .map(drafts::in_subdivision),
        items: vec![drafts::item(
            "heroin",
            &value(n).to_string(),
            if value(n) == 0 { Unit::Litre } else { Unit::Gram },
        )],
        external_ids: Vec::new(),
        ..drafts::seizure("")
    })
    .await;
}

/// Walks under every order and both directions while a writer works.
async fn walks<R: Noun>(world: World, drafts: Drafts<R>) {
    let viewer = world.viewer("us-dod");
    let (mut stayed, mut moving) = (BTreeSet::new(), Vec::new());
    for n in 0..PAIRS {
        let made: R = world.add_as(&viewer, &id::<R>(2 * n), drafts(n)).await;
        stayed.insert(made.id().to_string());
        moving.push(world.add_as::<R>(&viewer, &id::<R>(2 * n + 1), drafts(n)).await);
    }
    let turns = Arc::new(Semaphore::new(0));
    let (registry, writer_turns) = (world.registry.clone(), Arc::clone(&turns));
    let writer = tokio::spawn(write(registry, viewer, moving, drafts, writer_turns));
    for field in R::Sort::ALL {
        for direction in [Direction::Ascending, Direction::Descending] {
            let order = vec![OrderTerm { field: *field, direction }];
            let seen = walk::<R>(&world, order, &turns).await;
            for name in &stayed {
                assert_eq!(seen.get(name), Some(&1), "{name} by {field:?} {direction:?}");
            }
        }
    }
    turns.close();
    assert!(writer.await.unwrap() > PAIRS, "the writer hardly wrote");
}

/// Only agencies and sensors have ids that their callers choose.
fn id<R: Noun>(n: usize) -> String {
    use interdiction::domain::ids::ResourceId as _;
    if R::Id::parse_id("x").is_ok() { format!("r{n}") } else { String::new() }
}

/// How often each record was seen. Each page lets the writer take two turns, fewer than the records
/// of a page, so that a walk towards what changed last comes to its end.
async fn walk<R: Noun>(
    world: &World,
    order: Vec<OrderTerm<R::Sort>>,
    turns: &Semaphore,
) -> BTreeMap<String, usize> {
    let viewer = world.viewer("us-dod");
    let mut list = List { order, page_size: size(PAGE), ..all::<R>() };
    let mut seen = BTreeMap::new();
    loop {
        // The writer has begun all turns but these, whose writes fall into the reading of the page.
        while turns.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        turns.add_permits(2);
        let page = R::list(&world.registry, &viewer, list.clone()).await.unwrap();
        for record in &page.records {
            *seen.entry(record.id().to_string()).or_default() += 1;
        }
        if page.next_page_token.is_empty() {
            return seen;
        }
        list.page_token = page.next_page_token;
    }
}

/// Updates that move the sort values of records, creates and deletes, one for each turn, until the
/// turns end. What is created is deleted at the next turn but two. Returns the number of writes.
async fn write<R: Noun>(
    registry: Registry,
    viewer: Viewer,
    moving: Vec<R>,
    drafts: Drafts<R>,
    turns: Arc<Semaphore>,
) -> usize {
    let mut n = 0;
    let mut made: Option<R> = None;
    while let Ok(turn) = turns.acquire().await {
        turn.forget();
        n += 1;
        match (n % 4, made.take()) {
            (0, None) => {
                let request = create(&id::<R>(1_000 + n), drafts(n));
                made = Some(R::create(&registry, &viewer, request).await.unwrap());
            }
            (3, Some(gone)) => {
                R::delete(&registry, &viewer, delete(&gone)).await.unwrap();
            }
            (_, kept) => {
                made = kept;
                let change = update(&moving[n % moving.len()], &["*"], drafts(n));
                R::update(&registry, &viewer, change).await.unwrap();
            }
        }
    }
    n
}
