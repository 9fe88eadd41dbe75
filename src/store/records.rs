//! What every table of records does alike: find through the lens, insert, replace.

use super::{
    Lens, Reach, Span,
    dialect::{Row, RowLock, Session, Spelled},
    entity::{agencies, markings},
    guard::{self, Guarded, col},
    markings::read_marking,
    references::Keys,
    texts::{Shape, Text},
};
use crate::domain::{
    errors::{Error, Kind, Result},
    ids::AgencyId,
    pages::ANSWER_BYTES_MAX,
    records::{Body as _, Draft, Meta, Record, bytes_of},
};
use futures_util::future::BoxFuture;
use sea_orm::{
    Value,
    sea_query::{Alias, Expr, ExprTrait as _, JoinType, Query, SelectStatement},
};
use std::collections::HashMap;

/// A record with what the store knows of it.
#[derive(Debug, Clone)]
pub struct Found<R> {
    pub(super) key: i64,
    pub(super) bytes: usize,
    /// Whether the viewer's agency recorded it.
    pub mine: bool,
    /// The record as the viewer may see it.
    pub record: R,
}

/// What every row of a record begins with.
pub(super) struct Common {
    pub key: i64,
    pub bytes: usize,
    pub mine: bool,
    pub meta: Meta,
    pub marking: crate::domain::markings::Marking,
}

/// The columns of a row and their values.
pub(super) type Values = Vec<(&'static str, Value)>;

/// How a record lies in its tables.
pub trait Stored: Record + Layout {}
impl<R: Record + Layout> Stored for R {}

/// How a record lies in its tables; the store alone implements it.
#[expect(private_interfaces, private_bounds, reason = "rows never leave the store")]
pub trait Layout: Record {
    /// Its table, and the column that its id is in.
    type Entity: Guarded;
    /// The column that its id is in.
    const ID_COLUMN: &'static str;
    /// The index that holds its id unique.
    const ID_INDEX: &'static str;

    /// The id as its column holds it.
    fn id_value(id: &Self::Id) -> Value;
    /// Adds the columns that [`Layout::read`] reads, and the joins that they need.
    fn columns(query: &mut SelectStatement, lens: &Lens);
    /// Reads a row, without its parts.
    fn read(row: &mut Row<'_>, common: Common) -> Result<Self>;
    /// Whether a record is read in one statement, or its parts in others after it.
    const SPAN: Span = Span::Statement;
    /// Loads the parts of records, one statement for each kind of part.
    fn load_parts<'s>(
        _session: &'s mut Session,
        _lens: &'s Lens,
        _found: &'s mut [Found<Self>],
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async { Ok(()) })
    }
    /// The columns of its own.
    fn values(&self, keys: &Keys) -> Result<Values>;
    /// Writes its parts; where it is not new, after the old ones are gone.
    fn write_parts<'s>(
        &'s self,
        session: &'s mut Session,
        row: PartsOf,
        keys: &'s Keys,
    ) -> BoxFuture<'s, Result<()>>;
}

/// The row that parts belong to.
#[derive(Debug, Clone, Copy)]
pub(super) struct PartsOf {
    pub key: i64,
    pub originator_key: i64,
    pub fresh: bool,
}

/// Alias of the table that a query is about.
pub(super) const T: &str = "t";

/// Hands parts to the records that own them; each comes with the key of its owner.
pub(super) fn hand_out<R, P>(
    found: &mut [Found<R>],
    parts: Vec<(i64, P)>,
    list: fn(&mut R) -> &mut Vec<P>,
) {
    let mut owners: HashMap<i64, &mut Vec<P>> =
        found.iter_mut().map(|one| (one.key, list(&mut one.record))).collect();
    for (key, part) in parts {
        if let Some(list) = owners.get_mut(&key) {
            list.push(part);
        }
    }
}

pub(super) fn common_columns(query: &mut SelectStatement, lens: &Lens) {
    let at = |name: &'static str| Expr::col((Alias::new(T), Alias::new(name)));
    guard::join_visible::<agencies::Entity>(query, lens, "originator", at("originator_id"));
    query
        .join_as(
            JoinType::InnerJoin,
            Alias::new("markings"),
            Alias::new("marking"),
            col("marking", markings::Column::Id).eq(at("marking_id")),
        )
        .expr(at("id"))
        .expr(at("originator_id"))
        .expr(col("originator", agencies::Column::Slug))
        .expr(col("marking", markings::Column::Label))
        .expr(col("marking", markings::Column::ReleasableTo));
    for name in ["version", "create_micros", "update_micros", "delete_micros", "bytes"] {
        query.expr(at(name));
    }
}

pub(super) fn read_common(row: &mut Row<'_>, lens: &Lens) -> Result<Common> {
    let (key, originator_key) = (row.int()?, row.int()?);
    let originator = row.text_or_null()?.map(AgencyId::from_stored);
    let mine = originator_key == lens.key;
    let marking = read_marking(row, lens, mine)?;
    let meta = Meta {
        originator,
        version: row.int()?,
        create_micros: row.int()?,
        update_micros: row.int()?,
        delete_micros: row.int_or_null()?,
    };
    let bytes = usize::try_from(row.int()?).unwrap_or(0);
    Ok(Common { key, bytes, mine, meta, marking })
}

pub(super) fn read_found<R: Layout>(row: &mut Row<'_>, lens: &Lens) -> Result<Found<R>> {
    let common = read_common(row, lens)?;
    let (key, bytes, mine) = (common.key, common.bytes, common.mine);
    Ok(Found { key, bytes, mine, record: R::read(row, common)? })
}

impl Session {
    /// The records of these ids that the lens shows, in no order, with their parts.
    ///
    /// # Errors
    /// `Exhausted` when they have more than [`ANSWER_BYTES_MAX`].
    pub async fn find<R: Stored>(&mut self, lens: &Lens, ids: &[R::Id]) -> Result<Vec<Found<R>>> {
        let statement = match ids {
            [id] => self.find_one::<R>(lens, [R::id_value(id)]),
            ids => self.spell(&lookup::<R>(lens, ids.iter().map(R::id_value))),
        };
        let mut found = match ids.len() {
            // A record by itself is as large as it may be, and is never refused.
            1 => self.rows(statement, |row| read_found::<R>(row, lens)).await?,
            names => {
                let mut left = ANSWER_BYTES_MAX;
                let read = |row: &mut Row<'_>| {
                    let found = read_found::<R>(row, lens)?;
                    left = left.checked_sub(found.bytes).ok_or_else(|| too_large(names))?;
                    Ok(Some(found))
                };
                self.rows_until(statement, read).await?
            }
        };
        if !found.is_empty() {
            R::load_parts(self, lens, &mut found).await?;
        }
        Ok(found)
    }

    /// The record of an id that the lens shows, locked against other writers.
    ///
    /// # Errors
    /// `NotFound` when it is hidden or absent.
    pub async fn find_to_change<R: Stored>(&mut self, lens: &Lens, id: &R::Id) -> Result<Found<R>> {
        if self.locks_rows() {
            self.lock::<R>(lens, id, RowLock::ToChange).await?;
        }
        let mut found = self.find::<R>(lens, std::slice::from_ref(id)).await?;
        found.pop().ok_or_else(|| Error::not_found(id.to_string()))
    }

    /// Locks a record and reads nothing of it: a statement that waited for a lock meets the row as
    /// it has become, and every other row as it was before the wait, so what it joins is old. The
    /// statement after it sees all as it is.
    pub(super) async fn lock<R: Stored>(
        &mut self,
        lens: &Lens,
        id: &R::Id,
        lock: RowLock,
    ) -> Result<()> {
        // The second finds what the first waited for where it got a marking that was made during
        // the wait; of a record that is hidden or absent both find nothing.
        const ATTEMPTS: u32 = 2;
        for _ in 0..ATTEMPTS {
            let statement = self.lock_statement::<R>(lens, [R::id_value(id)], lock);
            if self.row(statement, |row| row.int()).await?.is_some() {
                return Ok(());
            }
        }
        Err(Error::not_found(id.to_string()))
    }

    fn lock_statement<R: Stored>(&self, lens: &Lens, id: [Value; 1], lock: RowLock) -> Spelled {
        let shape = Shape::Lock {
            table: R::Entity::TABLE,
            grants: lens.grants.len(),
            shared: lock == RowLock::ToKeep,
        };
        self.kept_lookup(shape, lens, &id, |sample| {
            let mut query = guard::select::<R::Entity>(sample, T, Reach::Keys);
            query.expr(Expr::col((Alias::new(T), Alias::new("id"))));
            query.and_where(id_column::<R>().is_in(id.iter().cloned()));
            query.lock_with_tables(lock.into(), [Alias::new(T)]);
            (query, id.to_vec())
        })
    }

    fn find_one<R: Stored>(&self, lens: &Lens, id: [Value; 1]) -> Spelled {
        let (grants, all_references) = (lens.grants.len(), lens.all_references);
        let shape = Shape::Find { table: R::Entity::TABLE, grants, all_references };
        self.kept_lookup(shape, lens, &id, |sample| {
            (lookup::<R>(sample, id.iter().cloned()), id.to_vec())
        })
    }

    /// A lookup of ids through a lens, built when its shape is new, with ids that can stand for
    /// those that are looked up.
    pub(super) fn kept_lookup(
        &self,
        shape: Shape,
        lens: &Lens,
        ids: &[Value],
        build: impl FnOnce(&Lens) -> (SelectStatement, Vec<Value>),
    ) -> Spelled {
        let text = self.shared.texts.get(shape).unwrap_or_else(|| {
            let sample = lens.sample();
            let (query, ids) = build(&sample);
            let spelled = self.spell(&query);
            self.shared.texts.keep(shape, Text::of_lookup(&spelled, &sample, &ids))
        });
        self.spelled(text.sql(), text.lookup(lens, ids))
    }

    /// A statement whose values are given in the order in which `build` binds them, built when it
    /// is new.
    pub(super) fn kept<const N: usize>(
        &self,
        name: &'static str,
        values: [Value; N],
        build: impl FnOnce([Value; N]) -> SelectStatement,
    ) -> Spelled {
        let shape = Shape::Fixed(name);
        match self.shared.texts.get(shape) {
            Some(text) => self.spelled(text.sql(), values.into()),
            None => {
                let spelled = self.spell(&build(values));
                self.shared.texts.keep(shape, Text::of_values(&spelled));
                spelled
            }
        }
    }

    /// Writes a new record of the viewer's agency.
    ///
    /// # Errors
    /// `AlreadyExists` when its id or an external id of it is taken.
    pub async fn insert<R: Stored>(&mut self, lens: &Lens, record: &R, keys: &Keys) -> Result<()> {
        let marking_key = self.marking_key(record.body().marking()).await?;
        let meta = record.meta();
        let mut values: Values = vec![
            (R::ID_COLUMN, R::id_value(record.id())),
            ("originator_id", lens.key.into()),
            ("marking_id", marking_key.into()),
            ("version", meta.version.into()),
            ("create_micros", meta.create_micros.into()),
            ("update_micros", meta.update_micros.into()),
            ("bytes", bytes_value(record)?),
        ];
        values.extend(record.values(keys)?);
        let key = self.insert_row(R::Entity::TABLE, values).await;
        let key = key.map_err(|error| taken(error, record))?;
        let row = PartsOf { key, originator_key: lens.key, fresh: true };
        record.write_parts(self, row, keys).await
    }

    /// Writes a record of the viewer's agency over what it was.
    ///
    /// # Errors
    /// `AlreadyExists` when an external id of it is taken.
    pub async fn replace<R: Stored>(
        &mut self,
        lens: &Lens,
        was: &Found<R>,
        record: &R,
        keys: &Keys,
    ) -> Result<()> {
        let marking_key = self.marking_key(record.body().marking()).await?;
        let meta = record.meta();
        let mut values: Values = vec![
            ("marking_id", marking_key.into()),
            ("version", meta.version.into()),
            ("update_micros", meta.update_micros.into()),
            ("delete_micros", meta.delete_micros.into()),
            ("bytes", bytes_value(record)?),
        ];
        values.extend(record.values(keys)?);
        let mut update = Query::update();
        update
            .table(Alias::new(R::Entity::TABLE))
            .values(values.into_iter().map(|(c, value)| (Alias::new(c), Expr::value(value))))
            .and_where(Expr::col(Alias::new("id")).eq(was.key));
        self.execute(&update).await?;
        let row = PartsOf { key: was.key, originator_key: lens.key, fresh: false };
        record.write_parts(self, row, keys).await
    }

    /// Removes the parts of a row.
    pub(super) async fn clear_parts(
        &mut self,
        table: &'static str,
        owner: &'static str,
        key: i64,
    ) -> Result<()> {
        let mut delete = Query::delete();
        delete.from_table(Alias::new(table)).and_where(Expr::col(Alias::new(owner)).eq(key));
        self.execute(&delete).await
    }

    /// Writes rows of parts in as few statements as their number of values allows.
    pub(super) async fn insert_parts(
        &mut self,
        table: &'static str,
        parts: Vec<Values>,
    ) -> Result<()> {
        // Well below the 32,766 bound values that SQLite allows a statement.
        const ROWS_MAX: usize = 500;
        let mut parts = parts.into_iter().peekable();
        while parts.peek().is_some() {
            let chunk: Vec<Values> = parts.by_ref().take(ROWS_MAX).collect();
            let statement = self.insert_statement(table, chunk, &[]);
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// Writes a row and returns its key.
    async fn insert_row(&mut self, table: &'static str, values: Values) -> Result<i64> {
        let statement = self.insert_statement(table, vec![values], &["id"]);
        let key = self.row(statement, |row| row.int()).await?;
        key.ok_or_else(|| Error::internal("an insert returned no key"))
    }

    /// The insert of rows that all have the columns of the first. Its text depends on the table and
    /// their number alone, so it is built once.
    pub(super) fn insert_statement(
        &self,
        table: &'static str,
        rows: Vec<Values>,
        returned: &[&'static str],
    ) -> Spelled {
        /// Texts of more rows are seldom asked for twice, but for those of whole batches.
        const KEPT_ROWS_MAX: usize = 16;
        let shape = Shape::Insert { table, rows: rows.len(), returned: returned.len() };
        let keep = rows.len() <= KEPT_ROWS_MAX || rows.len() == self.rows_at_once();
        if let Some(text) = self.shared.texts.get(shape) {
            let values = rows.into_iter().flatten().map(|(_, value)| value);
            return self.spelled(text.sql(), values.collect());
        }
        let mut insert = Query::insert();
        insert.into_table(Alias::new(table));
        if let Some(first) = rows.first() {
            insert.columns(first.iter().map(|(column, _)| Alias::new(*column)));
        }
        for row in rows {
            insert.values_panic(row.into_iter().map(|(_, value)| Expr::value(value)));
        }
        if !returned.is_empty() {
            let columns = returned.iter().map(|column| Alias::new(*column));
            insert.returning(Query::returning().columns(columns));
        }
        let statement = self.spell(&insert);
        if keep {
            self.shared.texts.keep(shape, Text::of_values(&statement));
        }
        statement
    }
}

fn id_column<R: Stored>() -> Expr {
    Expr::col((Alias::new(T), Alias::new(R::ID_COLUMN)))
}

fn lookup<R: Stored>(lens: &Lens, ids: impl Iterator<Item = Value>) -> SelectStatement {
    let mut query = guard::select::<R::Entity>(lens, T, Reach::Keys);
    common_columns(&mut query, lens);
    R::columns(&mut query, lens);
    query.and_where(id_column::<R>().is_in(ids));
    query
}

fn bytes_value<R: Stored>(record: &R) -> Result<Value> {
    Ok(i64::try_from(bytes_of(record)?).unwrap_or(i64::MAX).into())
}

fn too_large(names: usize) -> Error {
    let mib = ANSWER_BYTES_MAX >> 20;
    let message = format!("these {names} records have more than {mib} MiB: ask for fewer at once");
    Error::new(Kind::Exhausted, "ANSWER_TOO_LARGE", message)
}

fn taken<R: Stored>(error: Error, record: &R) -> Error {
    if !error.is_conflict_on(R::ID_INDEX) {
        return error;
    }
    let name = record.id().to_string();
    let field = format!("{}_id", <R::Draft as Draft>::FIELD);
    let message = format!("{name} is taken: choose another id");
    Error::new(Kind::AlreadyExists, "ID_TAKEN", message.clone()).at(field, message).about(name)
}
