//! A file that another process holds: every write that waits is refused, and none is done later.

use crate::world::{Backend, World, create, drafts, nouns::Noun as _};
use interdiction::{
    domain::{errors::Kind, filters::Filter, seizures::Seizure},
    store::StoreUrl,
};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long a write waits for another process, and how far it may be beyond.
const PATIENCE: Duration = Duration::from_secs(10);
const SLACK: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_was_refused_is_not_done_and_the_next_ones_wait_no_longer() {
    let world = World::new(Backend::Sqlite).await;
    let StoreUrl::Sqlite(file) = world.url.clone() else { unreachable!("made above") };
    let other = rusqlite::Connection::open(file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let write = |n: usize| {
        let (registry, viewer) = (world.registry.clone(), world.viewer("us-dod"));
        let request = create("", drafts::seizure(&n.to_string()));
        tokio::spawn(async move { Seizure::create(&registry, &viewer, request).await })
    };
    let writes: Vec<_> = (0..20).map(write).collect();
    // Whoever leaves while waiting is no work.
    let left = write(20);
    sleep(PATIENCE + SLACK / 2).await;
    left.abort();
    other.execute_batch("ROLLBACK").unwrap();
    for write in writes {
        let refused = write.await.unwrap().unwrap_err();
        assert_eq!((refused.kind, refused.reason), (Kind::Unavailable, "STORE_BUSY"));
        assert!(began.elapsed() < PATIENCE + SLACK, "{:?}", began.elapsed());
    }
    let viewer = world.viewer("us-dod");
    let next: Seizure = world.add(&viewer, drafts::seizure("next")).await;
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await, [next]);
}
