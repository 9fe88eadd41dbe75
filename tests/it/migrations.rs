//! Migrations: what they make is what the entities say, and nobody falls over another's.

use crate::world::{
    Backend, World, all, drafts, labels, nouns::Noun as _, on_both, options, size, templates,
};
use interdiction::{
    domain::{errors::Kind, filters::Filter, pages::List, seizures::Seizure},
    store::{self, Store, StoreUrl},
};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use std::{collections::BTreeMap, fs, path::Path};

on_both! {
    a_store_of_a_newer_release_is_refused: newer;
    the_schema_is_what_the_entities_say: schema;
    opening_twice_changes_nothing: twice;
    every_order_by_a_text_has_an_index: indexes;
    two_stores_over_one_database_see_each_other: together;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_instances_migrate_at_once_on_postgres() {
    let url = StoreUrl::Postgres(templates::postgres_empty().await);
    migrate_at_once(&url).await;
    let StoreUrl::Postgres(name) = url else { unreachable!("made above") };
    templates::drop_database(&name).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_instances_migrate_at_once_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    migrate_at_once(&StoreUrl::Sqlite(directory.path().join("registry.db"))).await;
}

async fn migrate_at_once(url: &StoreUrl) {
    let migrations = (0..6).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { store::migrate(&url).await })
    });
    for migration in migrations.collect::<Vec<_>>() {
        migration.await.unwrap().unwrap();
    }
    let connection = connect(url).await;
    assert_eq!(count(&connection, "seaql_migrations").await, 1);
    assert_eq!(count(&connection, "ledger_head").await, 1);
    assert!(count(&connection, "substances").await > 100);
    connection.close().await.unwrap();
    Store::open(&options(url.clone())).await.unwrap();
}

/// Stores that were made before hold the vocabulary as it was: only a migration reaches them.
#[test]
fn the_vocabulary_changes_with_a_migration_alone() {
    const PINNED: &str = "dd266d681f1621d03da5f4be6408b3fe804faabf00f7bc3e5bfb9da5f9211dd9";
    let data = include_bytes!("../../migrations/data/substances.toml");
    let hash = blake3::hash(data).to_hex();
    assert_eq!(
        hash.as_str(),
        PINNED,
        "the data of the first migration changed: put it back and write a migration that changes \
         the rows of every store, or only where no store was ever made, pin the new hash"
    );
}

async fn connect(url: &StoreUrl) -> DatabaseConnection {
    let url = match url {
        StoreUrl::Sqlite(path) => format!("sqlite://{}?mode=rw", path.display()),
        StoreUrl::Postgres(url) => url.clone(),
    };
    sea_orm::Database::connect(url).await.unwrap()
}

async fn count(connection: &DatabaseConnection, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

async fn indexes(world: World) {
    let connection = connect(&world.url).await;
    let sql = match connection.get_database_backend() {
        sea_orm::DbBackend::Sqlite => "SELECT sql FROM sqlite_master WHERE type = 'index'",
        _ => "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()",
    };
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let made: Vec<String> =
        rows.iter().filter_map(|row| row.try_get_by_index(0).unwrap()).collect();
    for (table, column) in [
        ("agencies", "display_name_folded"),
        ("sensors", "display_name_folded"),
        ("operations", "display_name_folded"),
        ("seizures", "region_code"),
        ("seizures", "subdivision_code"),
    ] {
        let name = format!("{table}_by_{column}_id ");
        let columns = format!("({column}, id)");
        let is_it = |sql: &&String| sql.contains(&name) && sql.contains(&columns);
        assert!(made.iter().any(|sql| is_it(&sql)), "{table} by {column}: {made:#?}");
    }
    connection.close().await.unwrap();
}

async fn newer(world: World) {
    let viewer = world.viewer("us-dod");
    let made: Seizure = world.add(&viewer, drafts::seizure("417")).await;
    let connection = connect(&world.url).await;
    let future = "m29991231_000001_future";
    let insert =
        format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{future}', 1)");
    connection.execute_unprepared(&insert).await.unwrap();
    let refused = Store::open(&options(world.url.clone())).await.err().unwrap();
    assert_eq!((refused.kind, refused.reason), (Kind::FailedPrecondition, "STORE_NEWER"));
    assert!(refused.message.contains(future) && refused.message.contains("newer release"));
    connection
        .execute_unprepared("DELETE FROM seaql_migrations WHERE applied_at = 1")
        .await
        .unwrap();
    connection.close().await.unwrap();
    Store::open(&options(world.url.clone())).await.unwrap();
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn twice(world: World) {
    let viewer = world.viewer("us-dod");
    for label in ["a", "b"] {
        let _made: Seizure = world.add(&viewer, drafts::seizure(label)).await;
    }
    let list = List { page_size: size(1), ..all::<Seizure>() };
    let page = Seizure::list(&world.registry, &viewer, list.clone()).await.unwrap();
    let connection = connect(&world.url).await;
    let tables = ["seaql_migrations", "settings", "substances", "agencies", "ledger"];
    let mut before = Vec::new();
    for table in tables {
        before.push(count(&connection, table).await);
    }
    let second = world.reopen().await;
    second.registry.register_own_agency(&viewer).await.unwrap();
    for (table, before) in tables.iter().zip(before) {
        assert_eq!(count(&connection, table).await, before, "{table}");
    }
    connection.close().await.unwrap();
    // A token of the one continues at the other.
    let next = List { page_token: page.next_page_token, ..list };
    let page = Seizure::list(&second.registry, &viewer, next).await.unwrap();
    assert_eq!(labels(&page.records), ["b"]);
}

async fn together(world: World) {
    let viewer = world.viewer("us-dod");
    let second = world.reopen().await;
    for n in 0..20 {
        let writer = if n % 2 == 0 { &world.registry } else { &second.registry };
        let request = crate::world::create("", drafts::seizure(&n.to_string()));
        let made = Seizure::create(writer, &viewer, request).await.unwrap();
        let reader = if n % 2 == 0 { &second.registry } else { &world.registry };
        assert_eq!(Seizure::get(reader, &viewer, &made.id.to_string()).await.unwrap(), made);
    }
    let listed = world.list::<Seizure>(&viewer, Filter::default()).await;
    assert_eq!(listed.len(), 20);
}

/// Columns of each table: name, and type as the entities spell it.
type Schema = BTreeMap<String, BTreeMap<String, String>>;

async fn schema(world: World) {
    let entities = entities();
    assert!(entities.len() > 15, "{entities:?}");
    let backend = match world.url {
        StoreUrl::Sqlite(_) => Backend::Sqlite,
        StoreUrl::Postgres(_) => Backend::Postgres,
    };
    let connection = connect(&world.url).await;
    for (table, columns) in &entities {
        let found = columns_of(&connection, backend, table).await;
        assert_eq!(&found, columns, "{table}");
    }
    connection.close().await.unwrap();
}

/// What the entities say, read from their sources: they are private to the store.
fn entities() -> Schema {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/entity");
    let mut entities = Schema::new();
    for entry in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        let Some((_, rest)) = source.split_once("table_name = \"") else { continue };
        let (table, rest) = rest.split_once('"').unwrap();
        let (_, rest) = rest.split_once("pub struct Model {").unwrap();
        let (fields, _) = rest.split_once('}').unwrap();
        let fields = fields.lines().filter_map(|line| line.trim().strip_prefix("pub "));
        let columns = fields.map(|field| {
            let (name, kind) = field.trim_end_matches(',').split_once(": ").unwrap();
            (name.to_owned(), kind.to_owned())
        });
        entities.insert(table.to_owned(), columns.collect());
    }
    entities
}

async fn columns_of(
    connection: &DatabaseConnection,
    backend: Backend,
    table: &str,
) -> BTreeMap<String, String> {
    // A key that SQLite fills in is not declared NOT NULL, and never null.
    let sql = match backend {
        Backend::Sqlite => {
            format!("SELECT name, type, \"notnull\" OR pk > 0 FROM pragma_table_info('{table}')")
        }
        Backend::Postgres => format!(
            "SELECT column_name::text, data_type::text, \
             (CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END)::bigint \
             FROM information_schema.columns WHERE table_name = '{table}'"
        ),
    };
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| {
            let (name, kind): (String, String) =
                (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
            let required: i64 = row.try_get_by_index(2).unwrap();
            (name, spelled(&kind, required == 1))
        })
        .collect()
}

fn spelled(kind: &str, required: bool) -> String {
    let kind = match kind {
        "INTEGER" | "bigint" => "i64",
        "REAL" | "double precision" => "f64",
        "TEXT" | "text" => "String",
        "BLOB" | "uuid" => "Uuid",
        other => panic!("no entity has a column of type {other}"),
    };
    if required { kind.to_owned() } else { format!("Option<{kind}>") }
}
