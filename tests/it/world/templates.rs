//! Migrated stores to copy from: a copy is made in a tenth of the time that the migrations take.
//!
//! A template is named by a hash of the migrations, so that a change of them makes another.

use interdiction::store::{self, StoreUrl};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use std::{
    fs,
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// A store of its own for a test, on SQLite.
pub async fn sqlite_copy(directory: &Path) -> PathBuf {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let template = kept.join(format!("template-{}.db", migrations_hash()));
    if !template.exists() {
        let fresh = directory.join("template.db");
        store::migrate(&StoreUrl::Sqlite(fresh.clone())).await.unwrap();
        // A name appears with its content, whoever else makes it too.
        let staged = kept.join(format!("{}.db", name()));
        fs::copy(&fresh, &staged).unwrap();
        fs::rename(&staged, &template).unwrap();
    }
    let copy = directory.join("registry.db");
    fs::copy(template, &copy).unwrap();
    copy
}

/// A database of its own for a test, on the server that the test command started.
pub async fn postgres_copy() -> String {
    let server = server();
    let connection = sea_orm::Database::connect(&server).await.unwrap();
    let template = format!("template_{}", migrations_hash());
    make_template(&connection, &server, &template).await;
    let copy = name();
    run(&connection, &format!("CREATE DATABASE {copy} TEMPLATE {template}")).await;
    connection.close().await.unwrap();
    database(&server, &copy)
}

/// An empty database.
pub async fn postgres_empty() -> String {
    let server = server();
    let connection = sea_orm::Database::connect(&server).await.unwrap();
    let name = name();
    run(&connection, &format!("CREATE DATABASE {name}")).await;
    connection.close().await.unwrap();
    database(&server, &name)
}

/// Removes a database, whoever is still connected.
pub async fn drop_database(url: &str) {
    let (_, name) = url.rsplit_once('/').unwrap();
    let connection = sea_orm::Database::connect(server()).await.unwrap();
    run(&connection, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    connection.close().await.unwrap();
}

async fn make_template(connection: &DatabaseConnection, server: &str, template: &str) {
    let exists = |connection: &DatabaseConnection| {
        let backend = connection.get_database_backend();
        let sql = "SELECT 1 FROM pg_database WHERE datname = $1";
        let statement = Statement::from_sql_and_values(backend, sql, [template.into()]);
        let connection = connection.clone();
        async move { connection.query_one_raw(statement).await.unwrap().is_some() }
    };
    if exists(connection).await {
        return;
    }
    let staged = name();
    run(connection, &format!("CREATE DATABASE {staged}")).await;
    store::migrate(&StoreUrl::Postgres(database(server, &staged))).await.unwrap();
    let rename = format!("ALTER DATABASE {staged} RENAME TO {template}");
    if connection.execute_unprepared(&rename).await.is_err() {
        // Another test made it meanwhile.
        assert!(exists(connection).await, "cannot make the template {template}");
        run(connection, &format!("DROP DATABASE {staged}")).await;
    }
}

fn server() -> String {
    std::env::var("INTERDICTION_TEST_POSTGRES").expect(
        "INTERDICTION_TEST_POSTGRES is not set: run tests/run, which starts a server, or set it to \
         postgres://user@host:port/postgres",
    )
}

fn database(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

async fn run(connection: &DatabaseConnection, sql: &str) {
    connection.execute_unprepared(sql).await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a name that no other test takes")]
fn name() -> String {
    format!("t{}", Uuid::now_v7().simple())
}

fn migrations_hash() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut hasher = blake3::Hasher::new();
    for folder in ["src", "data"] {
        let mut files: Vec<PathBuf> =
            fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            hasher.update(&fs::read(file).unwrap());
        }
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
