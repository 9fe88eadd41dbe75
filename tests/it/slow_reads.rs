//! Slow lists beside quick reads: they take their share and no more, and end with their callers.

use crate::{
    filters::{contains, every, is, none},
    world::{
        Backend, Instance, World, all, create, drafts, nouns::Noun as _, on_both, options, size,
    },
};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use interdiction::{
    domain::{
        errors::{Error, Kind},
        filters::{Filter, ItemField, NameFilter, OperationField, SeizureField},
        operations::Operation,
        pages::List,
        seizures::{Seizure, SeizureDraft},
    },
    registry::Registry,
    store::StoreUrl,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TransactionTrait as _};
use std::time::{Duration, Instant};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

on_both! {
    a_record_is_read_beside_more_slow_lists_than_there_are_connections: beside;
    slow_lists_end_with_their_callers: abandoned;
}

const LISTS: usize = 8;
const AT_ONCE: Duration = Duration::from_secs(1);
/// Until every list has begun that can.
const BEGUN: Duration = Duration::from_millis(500);

/// What makes a list of the items of seizures slow: on SQLite rows, on Postgres a lock that it
/// waits for; the row of a seizure is read without.
enum Slowness {
    Rows,
    Lock(sea_orm::DatabaseTransaction),
}

async fn slowness(world: &World, made: &Seizure) -> Slowness {
    let connection = world.connect().await;
    match world.url {
        StoreUrl::Sqlite(_) => {
            copies(&connection, made).await;
            connection.close().await.unwrap();
            Slowness::Rows
        }
        StoreUrl::Postgres(_) => {
            let transaction = connection.begin().await.unwrap();
            let lock = "LOCK TABLE seizure_items IN ACCESS EXCLUSIVE MODE";
            transaction.execute_unprepared(lock).await.unwrap();
            Slowness::Lock(transaction)
        }
    }
}

/// Copies a seizure with its items, many times.
async fn copies(connection: &DatabaseConnection, made: &Seizure) {
    const COPIES: usize = 40_000;
    assert!(!made.body.items.is_empty());
    for (table, key, unique) in
        [("seizures", "id", "uid"), ("seizure_items", "seizure_id", "position")]
    {
        let sql = format!("SELECT name FROM pragma_table_info('{table}')");
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.unwrap();
        let names: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let copied = names.iter().map(|name| match name.as_str() {
            name if name == key => format!("{key} + n.i"),
            "uid" => "randomblob(16)".to_owned(),
            name => name.to_owned(),
        });
        let (names, copied) = (names.join(", "), copied.collect::<Vec<_>>().join(", "));
        assert!(names.contains(unique));
        let sql = format!(
            "INSERT INTO {table} ({names}) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 \
             FROM n WHERE i < {COPIES}) SELECT {copied} FROM n, {table}"
        );
        connection.execute_unprepared(&sql).await.unwrap();
    }
}

/// Passes no record, and looks at the items of each.
fn nothing(n: usize) -> Filter<SeizureField> {
    let label = is(ItemField::ReportedLabel(contains(&format!("zz{n}"))));
    is(SeizureField::Items(every(label)))
}

/// Passes no record, and looks at the items of each many times.
fn slow(page_size: i32) -> List<SeizureField, <Seizure as interdiction::store::Listed>::Sort> {
    let filter = Filter::Any((0..40).map(nothing).collect());
    List { filter, page_size: size(page_size), ..all::<Seizure>() }
}

fn by_name(made: &Seizure) -> Filter<SeizureField> {
    is(SeizureField::Name(NameFilter { any_of: Some(vec![made.id]), none_of: Vec::new() }))
}

fn start(world: &World) -> Vec<JoinHandle<Result<(), Error>>> {
    let start = |n: usize| {
        // A short page is tried where its caller is before it is found to be slow.
        let page_size = if n.is_multiple_of(2) { 50 } else { 1_000 };
        let (registry, viewer) = (world.registry.clone(), world.viewer("us-dod"));
        tokio::spawn(async move {
            Seizure::list(&registry, &viewer, slow(page_size)).await.map(|page| {
                assert!(page.records.is_empty());
            })
        })
    };
    (0..LISTS).map(start).collect()
}

async fn get_at_once(world: &World, made: &Seizure) {
    let began = Instant::now();
    let (viewer, name) = (world.viewer("us-dod"), made.id.to_string());
    let got = timeout(AT_ONCE, Seizure::get(&world.registry, &viewer, &name)).await;
    assert_eq!(&got.expect("an answer at once").unwrap(), made);
    assert!(began.elapsed() < AT_ONCE);
}

async fn beside(world: World) {
    let made: Seizure = world.add(&world.viewer("us-dod"), drafts::seizure("417")).await;
    let slowness = slowness(&world, &made).await;
    let lists = start(&world);
    sleep(BEGUN).await;
    assert!(lists.iter().all(|list| !list.is_finished()), "the lists are not slow");
    for _ in 0..10 {
        get_at_once(&world, &made).await;
    }
    assert!(lists.iter().all(|list| !list.is_finished()), "the lists are not slow");
    if let Slowness::Lock(transaction) = slowness {
        transaction.rollback().await.unwrap();
        for list in lists {
            list.await.unwrap().unwrap();
        }
    } else {
        lists.iter().for_each(JoinHandle::abort);
    }
}

async fn abandoned(world: World) {
    let made: Seizure = world.add(&world.viewer("us-dod"), drafts::seizure("417")).await;
    let slowness = slowness(&world, &made).await;
    for _ in 0..3 {
        let lists = start(&world);
        sleep(BEGUN).await;
        lists.iter().for_each(JoinHandle::abort);
        for list in lists {
            assert!(list.await.unwrap_err().is_cancelled());
        }
        get_at_once(&world, &made).await;
        // Another list finds a place too, though no slow one could have ended by itself.
        let viewer = world.viewer("us-dod");
        let listing = world.list::<Seizure>(&viewer, by_name(&made));
        assert_eq!(timeout(AT_ONCE, listing).await.unwrap(), std::slice::from_ref(&made));
    }
    if let Slowness::Lock(transaction) = slowness {
        let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND wait_event_type = 'Lock'";
        assert_eq!(count(&transaction, waiting).await, 0);
        transaction.rollback().await.unwrap();
    }
}

async fn count(connection: &impl ConnectionTrait, sql: &str) -> i64 {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// An instance with so many connections to Postgres, whose statements wait long for a lock.
async fn with_connections(world: &World, connections_max: usize) -> Instance {
    let mut options = options(world.url.clone());
    options.postgres.connections_max = u32::try_from(connections_max).unwrap();
    options.postgres.lock_timeout = Duration::from_secs(30);
    world.reopen_so(&options).await
}

const CROWD: usize = 12;

/// Reads and writes by as many callers as would take every connection.
fn crowd(
    world: &World,
    registry: &Registry,
    made: &Seizure,
) -> FuturesUnordered<JoinHandle<Result<(), Error>>> {
    let one = |n: usize| {
        let (registry, viewer) = (registry.clone(), world.viewer("us-dod"));
        let draft = SeizureDraft { external_ids: Vec::new(), ..drafts::seizure("") };
        let name = made.id.to_string();
        tokio::spawn(async move {
            if n.is_multiple_of(2) {
                Seizure::get(&registry, &viewer, &name).await.map(|_| ())
            } else {
                Seizure::create(&registry, &viewer, create("", draft)).await.map(|_| ())
            }
        })
    };
    (0..CROWD).map(one).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_gets_the_configured_connections_and_a_crowd_is_told_to_come_back() {
    for connections_max in [3, 5] {
        crowd_of(connections_max).await;
    }
}

async fn crowd_of(connections_max: usize) {
    let world = World::new(Backend::Postgres).await;
    let made: Seizure = world.add(&world.viewer("us-dod"), drafts::seizure("417")).await;
    let (connection, looking) = (world.connect().await, world.connect().await);
    let held = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()";
    let expected = count(&looking, held).await + i64::try_from(connections_max).unwrap();
    let instance = with_connections(&world, connections_max).await;
    let transaction = connection.begin().await.unwrap();
    let lock = "LOCK TABLE seizures IN ACCESS EXCLUSIVE MODE";
    transaction.execute_unprepared(lock).await.unwrap();
    let mut crowd = crowd(&world, &instance.registry, &made);
    for _told in connections_max..CROWD {
        let error = crowd.next().await.unwrap().unwrap().unwrap_err();
        assert_eq!((error.kind, error.reason), (Kind::Exhausted, "STORE_BUSY"));
        assert!(error.retry_after.is_some());
    }
    // By now every connection that can be made is made, and its statement waits.
    assert_eq!(count(&looking, held).await, expected);
    transaction.rollback().await.unwrap();
    while let Some(held) = crowd.next().await {
        held.unwrap().unwrap();
    }
}

/// The first try ends in the middle of a statement, and of a transaction where there is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_page_on_sqlite_that_takes_long_is_begun_anew_and_whole() {
    let world = World::new(Backend::Sqlite).await;
    let viewer = world.viewer("us-dod");
    let case: Operation = world.add(&viewer, drafts::operation("Case")).await;
    let draft = SeizureDraft { operation: case.id.to_string(), ..drafts::seizure("417") };
    let made: Seizure = world.add(&viewer, draft).await;
    slowness(&world, &made).await;
    let one = Filter::Any(vec![nothing(0), by_name(&made)]);
    let seizures = List { filter: one, page_size: size(10), ..all::<Seizure>() };
    let without = is(OperationField::Seizures(none(nothing(0))));
    let operations = List { filter: without, page_size: size(10), ..all::<Operation>() };
    for _ in 0..3 {
        let before = world.store.statements();
        let page = Seizure::list(&world.registry, &viewer, seizures.clone()).await.unwrap();
        assert_eq!(page.records, std::slice::from_ref(&made));
        assert_eq!(world.store.statements() - before, 2);
        let page = Operation::list(&world.registry, &viewer, operations.clone()).await.unwrap();
        assert_eq!(page.records, std::slice::from_ref(&case));
        // One that was cut, and the six of a list of operations.
        assert_eq!(world.store.statements() - before, 2 + 7);
        get_at_once(&world, &made).await;
    }
}
