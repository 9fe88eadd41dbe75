//! A look at a Postgres database, in a transaction that may only read.

use super::{Finding, Health, LOOK_TIMEOUT, Schema, foreign, unavailable};
use crate::domain::errors::{Error, Kind, Result};
use sea_orm::sqlx::{self, Connection as _, PgConnection};

/// What the server and the role are.
type Server = (String, bool, bool, bool, bool);

const SERVER: &str = "
    SELECT current_setting('server_version'),
           pg_is_in_recovery(),
           current_setting('default_transaction_read_only') = 'on',
           COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false),
           to_regclass('seaql_migrations') IS NOT NULL";

const APPLIED: &str = "SELECT version::text FROM seaql_migrations";

/// A table or view of the schema that no extension and no migration of ours made.
pub(in crate::store) const OTHERS: &str = "
    SELECT c.relname::text FROM pg_class c
        WHERE c.relnamespace = to_regnamespace(current_schema()::text)
            AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname <> 'seaql_migrations'
            AND NOT EXISTS (SELECT 1 FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY c.relname LIMIT 1";

/// Why a database cannot be opened whose schema holds a table and no migration that was applied.
pub(in crate::store) fn refusal(applied: &[String], other: Option<&str>) -> Option<Error> {
    let other = other.filter(|_| applied.is_empty())?;
    Some(foreign(format!(
        "the database is not a store of interdiction: its schema holds {other} and no migration, so \
         name an empty database or schema"
    )))
}

/// Rights that a server needs and does not have, as `table: RIGHT`.
const LACKING: &str = "
    WITH needed (name, privilege) AS (
        SELECT c.relname::text, 'SELECT' FROM pg_class c
            JOIN pg_class h ON h.oid = to_regclass('seaql_migrations')
                AND h.relnamespace = c.relnamespace AND h.relowner = c.relowner
            WHERE c.relkind = 'r'
        UNION ALL SELECT name, privilege
            FROM unnest(ARRAY['agencies', 'sensors', 'operations', 'seizures', 'settings']) name,
                 unnest(ARRAY['INSERT', 'UPDATE']) privilege
            WHERE (name, privilege) <> ('settings', 'UPDATE')
        UNION ALL VALUES ('ledger', 'INSERT'), ('ledger_head', 'UPDATE'),
            ('access_records', 'INSERT'), ('access_records', 'DELETE'))
    SELECT string_agg(name || ': ' || privilege, ', ' ORDER BY name, privilege) FROM needed
        WHERE NOT COALESCE(has_table_privilege(to_regclass(name), privilege), true)";

pub async fn look(url: &str) -> Result<Health> {
    let looked = tokio::time::timeout(LOOK_TIMEOUT, inspect(url)).await;
    let late = || unavailable(format!("no answer within {} s", LOOK_TIMEOUT.as_secs()));
    let findings = looked.map_err(|_| late())?;
    let said = |error| unavailable(format!("cannot look at the store: {error}"));
    findings.map(|findings| Health { findings }).map_err(said)
}

async fn inspect(url: &str) -> sqlx::Result<Vec<Finding>> {
    let mut connection = PgConnection::connect(url).await?;
    let mut transaction = connection.begin_with("BEGIN READ ONLY").await?;
    let server: Server = sqlx::query_as(SERVER).fetch_one(&mut *transaction).await?;
    let (version, in_recovery, read_only, may_create, has_history) = server;
    let applied: Vec<String> = match has_history {
        true => sqlx::query_scalar(APPLIED).fetch_all(&mut *transaction).await?,
        false => Vec::new(),
    };
    let other: Option<String> =
        sqlx::query_scalar(OTHERS).fetch_optional(&mut *transaction).await?;
    let lacking: Option<String> = sqlx::query_scalar(LACKING).fetch_one(&mut *transaction).await?;
    transaction.rollback().await?;
    connection.close().await?;
    let schema = Schema::of(&applied);
    if let Some(refusal) = refusal(&applied, other.as_deref()) {
        let engine = Finding::good("engine", format!("Postgres {version}"));
        return Ok(vec![engine, Finding::bad("schema", refusal)]);
    }
    Ok(vec![
        Finding::good("engine", format!("Postgres {version}")),
        writes(in_recovery, read_only),
        schema.finding(),
        rights(&schema, may_create, lacking),
    ])
}

fn writes(in_recovery: bool, read_only: bool) -> Finding {
    const NAME: &str = "writes";
    if in_recovery {
        Finding::bad(NAME, unavailable("refused: this is a replica, so name the primary"))
    } else if read_only {
        Finding::bad(NAME, unavailable("refused: default_transaction_read_only is on"))
    } else {
        Finding::good(NAME, "taken")
    }
}

fn rights(schema: &Schema, may_create: bool, lacking: Option<String>) -> Finding {
    const NAME: &str = "rights";
    let denied = |message: String| {
        Finding::bad(NAME, Error::new(Kind::Unavailable, "STORE_DENIES", message))
    };
    let migrates = matches!(schema, Schema::Absent | Schema::Older { .. });
    match lacking {
        Some(lacking) => denied(format!("the role lacks {lacking}")),
        None if migrates && !may_create => {
            denied("the role may not create tables in the schema".to_owned())
        }
        None => Finding::good(NAME, "enough"),
    }
}
