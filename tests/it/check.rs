//! `interdiction check` tells how a store is and leaves every byte of it as it was.

use crate::{
    program::{Serving, run},
    world::templates::{drop_database, postgres_empty},
};
use rusqlite::Connection;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A folder with a store that is not made yet.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn migrated() -> Self {
        let folder = Self::new();
        assert_eq!(told(&folder.store(), "migrate").code, 0);
        folder
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("registry.db")
    }

    fn store(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }

    /// Every file with its bytes and the time of its last change.
    fn state(&self) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let read = |path: PathBuf| {
            let changed = fs::metadata(&path).unwrap().modified().unwrap();
            (path.clone(), (fs::read(path).unwrap(), changed))
        };
        let entries = fs::read_dir(self.0.path()).unwrap();
        entries.map(|entry| read(entry.unwrap().path())).collect()
    }

    /// Checks the store, and holds that nothing in the folder changed.
    #[track_caller]
    fn check(&self) -> Told {
        let before = self.state();
        let told = told(&self.store(), "check");
        let after = self.state();
        assert!(before.keys().eq(after.keys()), "{:?} became {:?}", before.keys(), after.keys());
        assert!(before == after, "a file changed");
        told
    }
}

struct Told {
    code: i32,
    text: String,
}

impl Told {
    #[track_caller]
    fn assert(&self, code: i32, parts: &[&str]) {
        for part in parts {
            assert!(self.text.contains(part), "`{part}` is not in:\n{}", self.text);
        }
        assert_eq!(self.code, code, "{}", self.text);
    }
}

fn told(store: &str, command: &str) -> Told {
    told_with(store, &[command])
}

fn told_with(store: &str, arguments: &[&str]) -> Told {
    let output = run(store, arguments);
    let text = [output.stdout, output.stderr].concat();
    Told { code: output.status.code().unwrap(), text: String::from_utf8(text).unwrap() }
}

fn from_the_future(file: &Path) {
    let connection = Connection::open(file).unwrap();
    let sql = "INSERT INTO seaql_migrations VALUES ('m29990101_000001_future', 0)";
    connection.execute_batch(sql).unwrap();
}

#[test]
fn a_store_that_is_up_to_date_is_told_to_be_and_stays_as_it_is() {
    let folder = Folder::migrated();
    let parts = ["up to date", "integrity  ok", "journal    WAL", "writable", "INTERDICTION_STORE"];
    folder.check().assert(0, &parts);
    assert_eq!(folder.state().len(), 1);
}

#[test]
fn a_store_that_does_not_exist_is_told_of_and_not_made() {
    let folder = Folder::new();
    folder.check().assert(0, &["none yet"]);
    fs::write(folder.file(), "").unwrap();
    folder.check().assert(0, &["schema     none yet"]);
    let nowhere = format!("sqlite:{}", folder.0.path().join("none/registry.db").display());
    told(&nowhere, "check").assert(1, &["there is no folder"]);
    assert_eq!(folder.state().len(), 1);
}

#[test]
fn a_store_that_a_newer_release_changed_is_refused_with_a_code_of_its_own() {
    let folder = Folder::migrated();
    from_the_future(&folder.file());
    folder.check().assert(3, &["m29990101_000001_future", "newer release"]);
    for command in ["migrate", "serve"] {
        told(&folder.store(), command).assert(3, &["m29990101_000001_future"]);
    }
}

#[test]
fn a_viewer_that_cannot_be_says_where_it_was_named_and_what_it_may_be() {
    let folder = Folder::new();
    for (arguments, says) in [
        (["--viewer-region", "XX"], ["--viewer-region: not a region code", "such as MX"]),
        (["--viewer-roles", "READR"], ["--viewer-roles: `READR`", "READER,CONTRIBUTOR,STEWARD"]),
    ] {
        let arguments = ["check", arguments[0], arguments[1]];
        told_with(&folder.store(), &arguments).assert(2, &says);
    }
    assert_eq!(folder.state().len(), 0, "nothing was touched");
}

#[test]
fn a_file_of_another_program_is_refused_and_left_alone() {
    let folder = Folder::new();
    fs::write(folder.file(), "dear diary, ".repeat(1_000)).unwrap();
    folder.check().assert(3, &["not an SQLite database"]);
    told(&folder.store(), "migrate").assert(3, &["not an SQLite database"]);
    fs::remove_file(folder.file()).unwrap();
    Connection::open(folder.file()).unwrap().execute_batch("CREATE TABLE diary (day)").unwrap();
    let before = folder.state();
    folder.check().assert(3, &["tables of another program"]);
    told(&folder.store(), "serve").assert(3, &["tables of another program"]);
    assert!(folder.state() == before, "the file was changed");
}

#[test]
fn a_damaged_file_is_found() {
    let folder = Folder::migrated();
    let mut bytes = fs::read(folder.file()).unwrap();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 4_096].fill(0xff);
    fs::write(folder.file(), bytes).unwrap();
    folder.check().assert(1, &["damaged"]);
}

#[test]
fn a_look_beside_a_running_server_and_after_a_crash_changes_nothing() {
    let folder = Folder::new();
    let mut serving = Serving::start(&folder.store());
    assert!(folder.state().len() > 1, "the server keeps a log beside the file");
    let file = folder.file();
    let before = (fs::read(&file).unwrap(), fs::metadata(&file).unwrap().modified().unwrap());
    told(&folder.store(), "check").assert(0, &["up to date", "integrity  ok"]);
    let after = (fs::read(&file).unwrap(), fs::metadata(&file).unwrap().modified().unwrap());
    assert!(before == after, "the file changed");
    serving.kill();
    folder.check().assert(0, &["up to date", "integrity  ok", "bytes in the log"]);
    assert!(folder.state().len() > 1, "the log is still to be recovered");
}

#[test]
fn a_log_without_its_index_is_left_for_the_server_to_recover() {
    let folder = Folder::new();
    Serving::start(&folder.store()).kill();
    fs::remove_file(folder.0.path().join("registry.db-shm")).unwrap();
    folder.check().assert(1, &["wait to be recovered"]);
}

async fn connect(store: &str) -> DatabaseConnection {
    Database::connect(store).await.unwrap()
}

async fn count(connection: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Relations of the schema, and rows of the tables that an opening writes to.
const KEPT: &str = "SELECT (SELECT COUNT(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace) \
                    + (SELECT COUNT(*) FROM settings) + (SELECT COUNT(*) FROM agencies) \
                    + (SELECT COUNT(*) FROM seaql_migrations)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_store_is_looked_at_and_left_alone() {
    let store = postgres_empty().await.replace("postgres@", "postgres:s3cret@");
    let connection = connect(&store).await;
    told(&store, "check").assert(0, &["engine     Postgres", "none yet", "rights     enough"]);
    let tables = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(count(&connection, tables).await, 0);
    told(&store, "migrate").assert(0, &["1 migrations applied"]);
    let kept = count(&connection, KEPT).await;
    let told_of = told(&store, "check");
    told_of.assert(0, &["up to date", "writes     taken", "postgres:***@"]);
    assert!(!told_of.text.contains("s3cret"), "{}", told_of.text);
    assert_eq!(count(&connection, KEPT).await, kept);
    let future = "INSERT INTO seaql_migrations VALUES ('m29990101_000001_future', 0)";
    connection.execute_unprepared(future).await.unwrap();
    told(&store, "check").assert(3, &["m29990101_000001_future", "newer release"]);
    told("postgres://postgres:s3cret@127.0.0.1:1/none", "check").assert(1, &["refused"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_database_of_another_program_is_refused_and_left_alone() {
    let store = postgres_empty().await;
    let connection = sea_orm::Database::connect(&store).await.unwrap();
    connection.execute_unprepared("CREATE TABLE diary (day date)").await.unwrap();
    for command in ["check", "migrate", "serve"] {
        told(&store, command).assert(3, &["not a store of interdiction", "diary"]);
    }
    // The history of a migration that never ran makes it no store of ours.
    let history = "CREATE TABLE seaql_migrations (version varchar PRIMARY KEY, applied_at bigint)";
    connection.execute_unprepared(history).await.unwrap();
    told(&store, "migrate").assert(3, &["not a store of interdiction"]);
    connection.execute_unprepared("DROP TABLE seaql_migrations").await.unwrap();
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let statement =
        sea_orm::Statement::from_string(connection.get_database_backend(), tables.to_owned());
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 1, "only the diary");
    connection.execute_unprepared("DROP TABLE diary").await.unwrap();
    connection.close().await.unwrap();
    told(&store, "migrate").assert(0, &[]);
    drop_database(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_role_learns_which_rights_it_lacks() {
    let owner = postgres_empty().await;
    let database = owner.rsplit_once('/').unwrap().1.to_owned();
    let role = format!("r{}", &database[1..]);
    let connection = connect(&owner).await;
    let create = format!("CREATE ROLE {role} LOGIN");
    connection.execute_unprepared(&create).await.unwrap();
    let store = owner.replace("postgres@", &format!("{role}@"));
    let revoke = "REVOKE CREATE ON SCHEMA public FROM PUBLIC";
    connection.execute_unprepared(revoke).await.unwrap();
    told(&store, "check").assert(1, &["may not create tables"]);
    assert_eq!(told(&owner, "migrate").code, 0);
    let grant = format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}");
    connection.execute_unprepared(&grant).await.unwrap();
    told(&store, "check").assert(1, &["lacks", "seizures: INSERT", "ledger_head: UPDATE"]);
    let grant = format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}");
    connection.execute_unprepared(&grant).await.unwrap();
    told(&store, "check").assert(0, &["rights     enough"]);
    told(&store, "migrate").assert(0, &["0 migrations applied"]);
    let read_only = format!("ALTER ROLE {role} SET default_transaction_read_only = on");
    connection.execute_unprepared(&read_only).await.unwrap();
    told(&store, "check").assert(1, &["default_transaction_read_only is on"]);
}
