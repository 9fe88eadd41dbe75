//! Everything that a store holds, so that two looks at it can be compared.

use interdiction::store::StoreUrl;
use rusqlite::{Connection, OpenFlags, types::Value};
use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};
use std::{collections::BTreeMap, path::Path};

/// Every row of every table, as text: the ledger, the records, their parts, the markings.
type Trace = BTreeMap<String, Vec<String>>;

pub async fn of(url: &StoreUrl) -> Trace {
    let mut trace = match url {
        StoreUrl::Sqlite(path) => sqlite(path),
        StoreUrl::Postgres(url) => postgres(url).await,
    };
    assert!(trace.contains_key("ledger"), "{:?}", trace.keys());
    trace.values_mut().for_each(|rows| rows.sort());
    trace
}

fn sqlite(path: &Path) -> Trace {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let values: rusqlite::Result<Vec<Value>> = (0..columns).map(|i| row.get(i)).collect();
            Ok(match values?.as_slice() {
                [Value::Text(text)] => text.clone(),
                values => format!("{values:?}"),
            })
        });
        rows.unwrap().map(Result::unwrap).collect()
    };
    let tables = texts("SELECT name FROM sqlite_schema WHERE type = 'table'");
    let each = tables.into_iter();
    each.map(|table| (table.clone(), texts(&format!("SELECT * FROM \"{table}\"")))).collect()
}

async fn postgres(url: &str) -> Trace {
    let connection = Database::connect(url).await.unwrap();
    let texts = async |sql: String| -> Vec<String> {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let rows = connection.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    };
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut trace = Trace::new();
    for table in texts(tables.to_owned()).await {
        let rows = texts(format!("SELECT t::text FROM \"{table}\" t")).await;
        trace.insert(table, rows);
    }
    connection.close().await.unwrap();
    trace
}
