//! The one place that knows that there are two databases.
//!
//! SeaORM builds every statement. On Postgres it runs them too; on SQLite they run through rusqlite
//! on the thread that asks, where a hop to a thread for each connection would cost more than the
//! statement.

mod bound;
mod errors;
mod rows;

pub(super) use bound::BoundGroup;
pub(super) use errors::{SERIALIZATION, postgres_error, sqlite_error, unavailable};
pub(super) use rows::{Row, code, code_required};

use super::{
    Keep, Reach, Shared, Size, Span, Work,
    filters::at,
    postgres::{self, CREDENTIALS_CHANNEL, Postgres},
    questions::{PARENT, PARENTS, Spent},
    records::T,
    sqlite::Sqlite,
};
use crate::domain::{
    errors::{Error, Kind, Result},
    questions::Cost,
};
use futures_util::{Stream, StreamExt as _};
use rows::Cells;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult,
    Statement, StatementBuilder, StreamTrait as _, Value,
    sea_query::{
        Alias, Asterisk, Condition, Expr, ExprTrait as _, JoinType, LockType, Order, Query,
        SelectStatement,
    },
};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::{runtime::Handle, sync::mpsc, time::timeout};

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Engine {
    pub async fn read<T: Send + 'static>(
        &self,
        shared: &Arc<Shared>,
        reach: Reach,
        span: Span,
        work: impl Work<T>,
    ) -> Result<T> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read(shared, reach, span, work).await,
            Self::Postgres(postgres) => postgres.read(shared, reach, span, work).await,
        }
    }

    /// The revision of credentials, where it is known without asking.
    pub fn announced_credentials(&self) -> Option<i64> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(postgres) => postgres.announcements.revision(),
        }
    }

    pub async fn write<T: Send + 'static>(
        &self,
        shared: &Arc<Shared>,
        size: Size,
        keep: Keep,
        work: impl Work<T>,
    ) -> Result<T> {
        match self {
            Self::Sqlite(sqlite) => sqlite.write(size, keep, work).await,
            Self::Postgres(postgres) => postgres.write(shared, keep, work).await,
        }
    }
}

/// How a row is locked until the transaction ends. A reference to it may still be checked, for its
/// key stays what it is.
///
/// Writers on Postgres wait for each other and cannot deadlock. A transaction takes, in this order:
/// the row that it changes; the operation that it adds a seizure to; the identities that it makes
/// (a marking, external ids); last of all the row of `ledger_head`, which it holds to its end. What
/// it asks for after that are the key-share locks of its references, which Postgres checks at the
/// commit. They conflict with a deletion or another key alone, and no row that others refer to is
/// deleted or changes its key; so the holder of `ledger_head` waits for nobody. Two that make the
/// same external ids in another order can meet, or two imports that add to an operation and then
/// change it; Postgres ends one of them, and it is run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowLock {
    /// Against every other writer.
    ToChange,
    /// Against those that change it; others may keep it as it is as well.
    ToKeep,
}

impl From<RowLock> for LockType {
    fn from(lock: RowLock) -> Self {
        match lock {
            RowLock::ToChange => Self::NoKeyUpdate,
            RowLock::ToKeep => Self::Share,
        }
    }
}

/// One snapshot or one transaction.
pub struct Session {
    pub(super) link: Link,
    pub(super) shared: Arc<Shared>,
    pub(super) cost: Cost,
    /// What the answer to a question takes so far.
    pub(super) spent: Spent,
    /// When the snapshot of a question was taken, as its summaries say.
    pub(super) as_of_micros: i64,
}

pub(super) enum Link {
    Sqlite(rusqlite::Connection),
    Postgres(DatabaseTransaction),
    /// Each statement on whatever connection is free, for work of one.
    PostgresPool(DatabaseConnection),
}

impl Session {
    pub(super) fn new(link: Link, shared: Arc<Shared>) -> Self {
        Self { link, shared, cost: Cost::default(), spent: Spent::default(), as_of_micros: 0 }
    }

    fn backend(&self) -> DbBackend {
        match self.link {
            Link::Sqlite(_) => DbBackend::Sqlite,
            Link::Postgres(_) | Link::PostgresPool(_) => DbBackend::Postgres,
        }
    }

    /// Runs a statement and decodes its rows in the order of its columns.
    pub(super) async fn rows<T: Send>(
        &mut self,
        statement: impl Spell,
        decode: impl Fn(&mut Row<'_>) -> Result<T> + Send,
    ) -> Result<Vec<T>> {
        let statement = statement.spell(self.backend());
        self.shared.count(&statement);
        self.cost.statements += 1;
        let results = match &self.link {
            Link::Sqlite(connection) => {
                let rows = sqlite_rows(connection, &statement, |row| decode(row).map(Some))?;
                self.cost.rows += rows.len() as u64;
                return Ok(rows);
            }
            Link::Postgres(transaction) => transaction.query_all_raw(statement).await,
            Link::PostgresPool(pool) => postgres::query(pool, &statement).await,
        };
        let results = results.map_err(|error| postgres_error(&error))?;
        self.cost.rows += results.len() as u64;
        results.iter().map(|result| decode(&mut Row::new(postgres_cells(result)?))).collect()
    }

    /// Runs a statement and decodes its rows one by one, until it fails or wants no more: what is
    /// not read is not held.
    pub(super) async fn rows_until<T: Send>(
        &mut self,
        statement: impl Spell,
        decode: impl FnMut(&mut Row<'_>) -> Result<Option<T>> + Send,
    ) -> Result<Vec<T>> {
        let statement = statement.spell(self.backend());
        self.shared.count(&statement);
        self.cost.statements += 1;
        let rows = match &self.link {
            Link::Sqlite(connection) => sqlite_rows(connection, &statement, decode),
            Link::Postgres(transaction) => {
                streamed(transaction.stream_raw(statement).await, decode).await
            }
            Link::PostgresPool(pool) => {
                streamed(postgres::stream(pool, &statement).await, decode).await
            }
        }?;
        self.cost.rows += rows.len() as u64;
        Ok(rows)
    }

    /// Runs a statement that has at most one row.
    pub(super) async fn row<T: Send>(
        &mut self,
        statement: impl Spell,
        decode: impl Fn(&mut Row<'_>) -> Result<T> + Send,
    ) -> Result<Option<T>> {
        Ok(self.rows(statement, decode).await?.pop())
    }

    /// Runs a statement without rows.
    pub(super) async fn execute(&mut self, statement: impl Spell) -> Result<()> {
        let statement = statement.spell(self.backend());
        self.shared.count(&statement);
        let done = match &self.link {
            Link::Sqlite(connection) => return sqlite_execute(connection, &statement),
            Link::Postgres(transaction) => transaction.execute_raw(statement).await,
            Link::PostgresPool(pool) => pool.execute_raw(statement).await,
        };
        done.map(|_| ()).map_err(|error| postgres_error(&error))
    }

    /// Whether a row is locked against other writers by a statement; on SQLite the transaction locks
    /// all rows from its beginning.
    pub(super) fn locks_rows(&self) -> bool {
        match self.link {
            Link::Sqlite(_) => false,
            Link::Postgres(_) | Link::PostgresPool(_) => true,
        }
    }

    /// How many rows a statement of a batch inserts: a statement costs Postgres a round trip, and
    /// SQLite nothing but its text.
    pub(super) fn rows_at_once(&self) -> usize {
        match self.link {
            Link::Sqlite(_) => 1,
            Link::Postgres(_) | Link::PostgresPool(_) => 100,
        }
    }

    /// Numbers of so many entries of the ledger, the first of them; none on SQLite, whose rows
    /// number themselves. As [`Self::append_to_ledger`] says, nothing else is written after this.
    pub(super) async fn take_revisions(&mut self, count: i64) -> Result<Option<i64>> {
        if !self.locks_rows() {
            return Ok(None);
        }
        let sql = "UPDATE ledger_head SET revision = revision + $1 WHERE id = 1 RETURNING revision";
        let last = self.row(self.spelled(sql, vec![count.into()]), |row| row.int()).await?;
        let last = last.ok_or_else(|| Error::internal("the ledger has no head"))?;
        Ok(Some(last - count + 1))
    }

    /// Hands something over to whoever reads along, and waits until there is room: on SQLite the
    /// thread of the scan itself waits, for its work never does.
    ///
    /// # Errors
    /// `DeadlineExceeded` when there was none in time; `Aborted` when nobody reads any more.
    pub(super) async fn hand_over<T: Send>(
        &mut self,
        to: &mpsc::Sender<T>,
        what: T,
        patience: Duration,
    ) -> Result<()> {
        let sending = timeout(patience, to.send(what));
        let sent = match self.link {
            Link::Sqlite(_) => Handle::current().block_on(sending),
            Link::Postgres(_) | Link::PostgresPool(_) => sending.await,
        };
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Error::new(Kind::Aborted, "CANCELLED", "nobody reads any more")),
            Err(_) => {
                let message = "the answer was not read in time: resume behind what was read";
                Err(Error::new(Kind::DeadlineExceeded, "DEADLINE_EXCEEDED", message))
            }
        }
    }

    /// The rows of a page for each parent: it holds conditions, an order and a limit over a table
    /// under [`T`], and names its parent as [`PARENTS`].[`PARENT`]. What comes back begins with the
    /// parent's key and has the rows under the same alias.
    ///
    /// The key is a column that SQLite finds a row by. The text does not depend on the number of
    /// parents.
    pub(super) fn for_each_parent(
        &self,
        parents: &[i64],
        (table, key): (&'static str, &'static str),
        mut page: SelectStatement,
    ) -> SelectStatement {
        let mut query = Query::select();
        self.begin_at_parents(&mut query, parents);
        query.expr(at(PARENTS, PARENT));
        match self.link {
            Link::Sqlite(_) => {
                page.expr(at(T, key));
                let rows = at(T, key).in_subquery(page);
                // CROSS JOIN keeps SQLite from beginning at the table.
                let always = Condition::all();
                query
                    .join_as(JoinType::CrossJoin, Alias::new(table), Alias::new(T), always)
                    .and_where(rows);
            }
            Link::Postgres(_) | Link::PostgresPool(_) => {
                page.column((Alias::new(T), Asterisk));
                query.join_lateral(JoinType::InnerJoin, page, Alias::new(T), Expr::cust("TRUE"));
            }
        }
        query.order_by((Alias::new(PARENTS), Alias::new(PARENT)), Order::Asc);
        query
    }

    /// Begins a query at keys.
    pub(super) fn begin_at_parents(&self, query: &mut SelectStatement, parents: &[i64]) {
        query.from_subquery(self.keys_of_parents(parents), Alias::new(PARENTS));
    }

    /// Appends to the ledger and returns nothing: its number is nobody's to know. Revisions are in
    /// the order of commits: on SQLite there is one writer, on Postgres the row of `ledger_head`
    /// stays locked from here to the commit, so nothing may be written after this ([`RowLock`]).
    pub(super) async fn append_to_ledger(&mut self, values: Vec<Value>) -> Result<()> {
        const COLUMNS: &str = "revision, time_micros, principal_id, method, record_name, \
                               request_id, request, before, after, principal";
        let backend = self.backend();
        let sql = match backend {
            DbBackend::Sqlite => {
                format!("INSERT INTO ledger ({COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            }
            _ => format!(
                "WITH head AS (UPDATE ledger_head SET revision = revision + 1 WHERE id = 1 \
                 RETURNING revision) INSERT INTO ledger ({COLUMNS}) \
                 SELECT head.revision, $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM head"
            ),
        };
        self.execute(self.spelled(&sql, values)).await
    }

    /// Tells servers, once this is committed, that credentials changed. On SQLite they ask.
    pub(super) async fn announce_credentials(&mut self, revision: i64) -> Result<()> {
        match self.link {
            Link::Sqlite(_) => Ok(()),
            Link::Postgres(_) | Link::PostgresPool(_) => {
                let values = vec![CREDENTIALS_CHANNEL.into(), revision.to_string().into()];
                self.execute(self.spelled("SELECT pg_notify($1, $2)", values)).await
            }
        }
    }

    /// Spells a statement for this database.
    pub(super) fn spell(&self, statement: &impl StatementBuilder) -> Spelled {
        Spelled(self.backend().build(statement))
    }

    /// A statement of a known text.
    pub(super) fn spelled(&self, text: &str, values: Vec<Value>) -> Spelled {
        Spelled(Statement::from_sql_and_values(self.backend(), text, values))
    }
}

/// A statement that is spelled out already.
pub(super) struct Spelled(Statement);

impl Spelled {
    /// Its text, with a placeholder for each value.
    pub fn text(&self) -> &str {
        &self.0.sql
    }

    /// The values of its placeholders.
    pub fn values(&self) -> &[Value] {
        values(&self.0)
    }
}

/// What can be run: a statement of SeaORM's, or one that is spelled out already.
pub(super) trait Spell {
    fn spell(self, backend: DbBackend) -> Statement;
}

impl<S: StatementBuilder> Spell for &S {
    fn spell(self, backend: DbBackend) -> Statement {
        backend.build(self)
    }
}

impl Spell for Spelled {
    fn spell(self, _backend: DbBackend) -> Statement {
        self.0
    }
}

fn sqlite_rows<T>(
    connection: &rusqlite::Connection,
    statement: &Statement,
    mut decode: impl FnMut(&mut Row<'_>) -> Result<Option<T>>,
) -> Result<Vec<T>> {
    let mut prepared =
        connection.prepare_cached(&statement.sql).map_err(|error| sqlite_error(&error))?;
    let mut rows = prepared.query(params(statement)).map_err(|error| sqlite_error(&error))?;
    let mut decoded = Vec::new();
    while let Some(row) = rows.next().map_err(|error| sqlite_error(&error))? {
        match decode(&mut Row::new(Cells::Sqlite(row)))? {
            Some(one) => decoded.push(one),
            None => break,
        }
    }
    Ok(decoded)
}

fn postgres_cells(result: &QueryResult) -> Result<Cells<'_>> {
    let row = result.try_as_pg_row().ok_or_else(|| Error::internal("not a row of Postgres"))?;
    Ok(Cells::Postgres(row))
}

/// The rows of a stream. One that is left before its end is read to it and forgotten when its
/// connection is used next.
async fn streamed<T>(
    rows: std::result::Result<impl Stream<Item = std::result::Result<QueryResult, DbErr>>, DbErr>,
    mut decode: impl FnMut(&mut Row<'_>) -> Result<Option<T>>,
) -> Result<Vec<T>> {
    let mut rows = pin!(rows.map_err(|error| postgres_error(&error))?);
    let mut decoded = Vec::new();
    while let Some(row) = rows.next().await {
        let row = row.map_err(|error| postgres_error(&error))?;
        match decode(&mut Row::new(postgres_cells(&row)?))? {
            Some(one) => decoded.push(one),
            None => break,
        }
    }
    Ok(decoded)
}

fn sqlite_execute(connection: &rusqlite::Connection, statement: &Statement) -> Result<()> {
    let mut prepared =
        connection.prepare_cached(&statement.sql).map_err(|error| sqlite_error(&error))?;
    prepared.execute(params(statement)).map(|_| ()).map_err(|error| sqlite_error(&error))
}

fn params(statement: &Statement) -> impl rusqlite::Params + '_ {
    rusqlite::params_from_iter(values(statement).iter().map(Bound))
}

fn values(statement: &Statement) -> &[Value] {
    statement.values.as_ref().map_or(&[], |values| values.0.as_slice())
}

struct Bound<'v>(&'v Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Value::Bool(value) => value.map_or(ValueRef::Null, |v| ValueRef::Integer(v.into())),
            Value::Int(value) => value.map_or(ValueRef::Null, |v| ValueRef::Integer(v.into())),
            Value::BigInt(value) => value.map_or(ValueRef::Null, ValueRef::Integer),
            Value::BigUnsigned(value) => match value.map(i64::try_from) {
                None => ValueRef::Null,
                Some(Ok(value)) => ValueRef::Integer(value),
                Some(Err(error)) => {
                    return Err(rusqlite::Error::ToSqlConversionFailure(error.into()));
                }
            },
            Value::Double(value) => value.map_or(ValueRef::Null, ValueRef::Real),
            Value::String(value) => {
                value.as_ref().map_or(ValueRef::Null, |v| ValueRef::Text(v.as_bytes()))
            }
            Value::Bytes(value) => value.as_ref().map_or(ValueRef::Null, |v| ValueRef::Blob(v)),
            Value::Uuid(value) => {
                value.as_ref().map_or(ValueRef::Null, |v| ValueRef::Blob(v.as_bytes()))
            }
            other => {
                let message = format!("no column holds a {other:?}");
                return Err(rusqlite::Error::ToSqlConversionFailure(message.into()));
            }
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
