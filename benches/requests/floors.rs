//! The floors of the store: the statements that the registry runs, on the bare driver, each row
//! taken out of it as owned values.

use crate::load::{Load, drive, summary};
use rusqlite::{Connection, config::DbConfig, types::Value as Cell};
use sea_orm::{
    Statement, Value,
    sqlx::{self, Postgres, postgres::PgPool, query::Query},
};
use std::{
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// The statements of one request, with what changes from one request to the next.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    pub statements: Vec<Statement>,
    /// Ids of the record and of the request; each run takes others.
    pub ids: Vec<Uuid>,
    /// Key of the record's row.
    pub key: Option<i64>,
}

impl Recorded {
    /// Of a creation: its items name the key of its row first.
    pub fn of_create(statements: Vec<Statement>, ids: Vec<Uuid>) -> Self {
        let items =
            statements.iter().find(|one| one.sql.starts_with("INSERT INTO \"seizure_items"));
        let key = items.and_then(|items| match values(items).first() {
            Some(Value::BigInt(key)) => *key,
            _ => None,
        });
        Self { statements, ids, key }
    }

    fn is_id(&self, value: &Value) -> bool {
        matches!(value, Value::Uuid(Some(uuid)) if self.ids.contains(uuid))
    }

    fn is_key(&self, value: &Value) -> bool {
        matches!(value, Value::BigInt(Some(key)) if Some(*key) == self.key)
    }
}

fn values(statement: &Statement) -> &[Value] {
    statement.values.as_ref().map_or(&[], |values| values.0.as_slice())
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::BigInt(Some(value)) => Cell::Integer(*value),
        Value::BigUnsigned(Some(value)) => Cell::Integer(i64::try_from(*value).expect("a limit")),
        Value::Double(Some(value)) => Cell::Real(*value),
        Value::String(Some(value)) => Cell::Text(value.to_string()),
        Value::Uuid(Some(value)) => Cell::Blob(value.as_bytes().to_vec()),
        _ => Cell::Null,
    }
}

fn connect(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("the store");
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).expect("a setting");
    let pragmas = "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; \
                   PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 4000;";
    connection.execute_batch(pragmas).expect("settings");
    connection
}

/// rusqlite on as many threads, which run through the requests, each by a turn of its own.
pub fn sqlite_reads(
    path: &Path,
    requests: &[Recorded],
    ids: &Arc<Vec<Uuid>>,
    threads: usize,
    lasting: Duration,
) -> Load {
    let began = Instant::now();
    let threads: Vec<_> = (0..threads)
        .map(|thread| {
            let (path, requests, ids) = (path.to_owned(), requests.to_vec(), Arc::clone(ids));
            std::thread::spawn(move || {
                let connection = connect(&path);
                let mut took = Vec::new();
                while began.elapsed() < lasting {
                    let asked = Instant::now();
                    let turn = took.len() * 7 + thread;
                    let request = &requests[turn % requests.len()];
                    read_sqlite(&connection, request, ids[turn % ids.len()]);
                    took.push(asked.elapsed());
                }
                took
            })
        })
        .collect();
    let took = threads.into_iter().flat_map(|thread| thread.join().expect("a thread ends"));
    summary(took.collect(), began.elapsed())
}

fn read_sqlite(connection: &Connection, recorded: &Recorded, id: Uuid) {
    for statement in &recorded.statements {
        let mut prepared = connection.prepare_cached(&statement.sql).expect("a statement");
        let columns = prepared.column_count();
        let bound = values(statement).iter().map(|value| {
            if recorded.is_id(value) { Cell::Blob(id.as_bytes().to_vec()) } else { cell(value) }
        });
        let mut rows = prepared.query(rusqlite::params_from_iter(bound)).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let cells: Result<Vec<Cell>, _> = (0..columns).map(|column| row.get(column)).collect();
            std::hint::black_box(cells.expect("a row"));
        }
    }
}

/// Seconds that rusqlite takes to run statements once, one after the other.
pub fn sqlite_once(path: &Path, statements: Vec<Statement>) -> f64 {
    let connection = connect(path);
    let recorded = Recorded { statements, ids: Vec::new(), key: None };
    let began = Instant::now();
    read_sqlite(&connection, &recorded, Uuid::nil());
    began.elapsed().as_secs_f64()
}

/// The same of sqlx, over one connection.
pub async fn postgres_once(url: &str, statements: &[Statement]) -> f64 {
    let options = sqlx::postgres::PgPoolOptions::new().max_connections(1);
    let pool: PgPool = options.connect(url).await.expect("the database");
    let began = Instant::now();
    for statement in statements {
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement.sql.as_str()));
        for value in values(statement) {
            query = bind(query, value);
        }
        std::hint::black_box(query.fetch_all(&pool).await.expect("rows"));
    }
    let seconds = began.elapsed().as_secs_f64();
    pool.close().await;
    seconds
}

/// A loop over rusqlite that commits some creations at a time.
pub fn sqlite_creates(
    path: &Path,
    recorded: &[Recorded],
    at_a_time: usize,
    lasting: Duration,
) -> Load {
    let connection = connect(path);
    let mut recorded = recorded.iter().cycle();
    let (began, mut took) = (Instant::now(), Vec::new());
    while began.elapsed() < lasting {
        let asked = Instant::now();
        connection.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        for _ in 0..at_a_time {
            create_sqlite(&connection, recorded.next().expect("some are recorded"));
        }
        connection.execute_batch("COMMIT").expect("a commit");
        took.extend(std::iter::repeat_n(asked.elapsed(), at_a_time));
    }
    summary(took, began.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "ids of the benchmark's rows")]
fn create_sqlite(connection: &Connection, recorded: &Recorded) {
    let mut key = None;
    let inserts = recorded.statements.iter().filter(|one| one.sql.starts_with("INSERT"));
    for statement in inserts {
        let mut prepared = connection.prepare_cached(&statement.sql).expect("a statement");
        let bound = values(statement).iter().map(|value| {
            if recorded.is_id(value) {
                // The record's id grows with time; a client's request id is all chance.
                let record = matches!(value, Value::Uuid(Some(id)) if *id == recorded.ids[0]);
                let id = if record { Uuid::now_v7() } else { Uuid::new_v4() };
                Cell::Blob(id.as_bytes().to_vec())
            } else if recorded.is_key(value) {
                Cell::Integer(key.expect("the seizure comes first"))
            } else {
                cell(value)
            }
        });
        let bound: Vec<Cell> = bound.collect();
        if statement.sql.contains("RETURNING") {
            let made = prepared.query_row(rusqlite::params_from_iter(bound), |row| row.get(0));
            key = Some(made.expect("a key"));
        } else {
            prepared.execute(rusqlite::params_from_iter(bound)).expect("a row");
        }
    }
}

/// sqlx over as many connections, each with a caller of its own.
pub async fn postgres_reads(
    url: &str,
    recorded: &Recorded,
    ids: &Arc<Vec<Uuid>>,
    connections: u32,
    lasting: Duration,
) -> Load {
    let options = sqlx::postgres::PgPoolOptions::new().max_connections(connections);
    let pool: PgPool = options.connect(url).await.expect("the database");
    let (recorded, ids) = (Arc::new(recorded.clone()), Arc::clone(ids));
    let load = drive(connections as usize, lasting, {
        let pool = pool.clone();
        move |caller, turn| {
            let (pool, recorded) = (pool.clone(), Arc::clone(&recorded));
            let id = ids[(turn * 7 + caller) % ids.len()];
            async move {
                for statement in &recorded.statements {
                    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement.sql.as_str()));
                    for value in values(statement) {
                        query =
                            if recorded.is_id(value) { query.bind(id) } else { bind(query, value) };
                    }
                    std::hint::black_box(query.fetch_all(&pool).await.expect("rows"));
                }
            }
        }
    })
    .await;
    pool.close().await;
    load
}

type PgQuery<'q> = Query<'q, Postgres, <Postgres as sqlx::Database>::Arguments>;

fn bind<'q>(query: PgQuery<'q>, value: &'q Value) -> PgQuery<'q> {
    match value {
        Value::BigInt(value) => query.bind(*value),
        Value::BigUnsigned(value) => query.bind(value.map(|v| i64::try_from(v).expect("a limit"))),
        Value::Double(value) => query.bind(*value),
        Value::String(value) => query.bind(value.as_deref()),
        Value::Uuid(value) => query.bind(*value),
        other => panic!("no column holds a {other:?}"),
    }
}

/// `pgbench -M prepared` running the statements as one transaction. Its p50 and p99 are the mean:
/// it tells no others without a log of each.
pub fn pgbench(url: &str, recorded: &Recorded, clients: usize, lasting: Duration) -> Load {
    let script = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(script.path(), transaction(recorded)).expect("a script");
    let seconds = lasting.as_secs().max(1).to_string();
    let mut command = Command::new("pgbench");
    command.args(["-n", "-M", "prepared", "-j", "2", "-T", &seconds, "-c", &clients.to_string()]);
    run_pgbench(command.arg("-f").arg(script.path()).arg(url))
}

/// What pgbench reports.
pub fn run_pgbench(command: &mut Command) -> Load {
    let output = command.output().expect("pgbench is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("aborted"), "pgbench: {errors}");
    let figure = |before: &str, after: &str| -> f64 {
        let line = text
            .lines()
            .find(|line| line.starts_with(before))
            .unwrap_or_else(|| panic!("pgbench: {text}{errors}"));
        let number = line[before.len()..].split(after).next().unwrap_or_default();
        number.trim().parse().expect("a figure")
    };
    let mean = Duration::from_secs_f64(figure("latency average = ", " ms") / 1_000.0);
    Load { rate: figure("tps = ", " ("), p50: mean, p99: mean }
}

fn transaction(recorded: &Recorded) -> String {
    // Drawn by pgbench: a function of chance inside a condition keeps Postgres from its index.
    let mut script = String::new();
    for name in ["record", "request"] {
        script.push_str(&format!("\\set {name} random(1, 281474976710655)\n"));
    }
    script.push_str("BEGIN;\n");
    for statement in &recorded.statements {
        let mut sql = statement.sql.clone();
        for (number, value) in values(statement).iter().enumerate().rev() {
            let literal = if recorded.is_id(value) {
                let record = matches!(value, Value::Uuid(Some(id)) if *id == recorded.ids[0]);
                let (version, number) = if record { (7, "record") } else { (4, "request") };
                format!(
                    "('00000000-0000-{version}000-8000-' || lpad(to_hex(:{number}::bigint), 12, '0'))::uuid"
                )
            } else if recorded.is_key(value) {
                ":id".to_owned()
            } else {
                literal(value)
            };
            sql = sql.replace(&format!("${}", number + 1), &literal);
        }
        let end = if sql.contains("RETURNING \"id\"") { " \\gset\n" } else { ";\n" };
        script.push_str(&sql);
        script.push_str(end);
    }
    script.push_str("COMMIT;\n");
    script
}

/// A statement with its values in its text.
pub fn spelled(statement: &Statement) -> String {
    let each = values(statement).iter().enumerate().rev();
    each.fold(statement.sql.clone(), |sql, (number, value)| {
        sql.replace(&format!("${}", number + 1), &literal(value))
    })
}

fn literal(value: &Value) -> String {
    match value {
        Value::BigInt(Some(value)) => value.to_string(),
        Value::BigUnsigned(Some(value)) => value.to_string(),
        Value::Double(Some(value)) => value.to_string(),
        // pgbench takes a colon before a letter for a variable; in JSON a space may stand between.
        Value::String(Some(value)) => format!("'{}'", value.replace('\'', "''").replace(':', ": ")),
        Value::Uuid(Some(value)) => format!("'{value}'"),
        _ => "NULL".to_owned(),
    }
}
