//! Many seizures in one transaction: found again by what other systems call them, and written in
//! few statements.

use super::{
    Lens, Reach,
    dialect::{Row, Session},
    entity::seizures,
    filters::at,
    guard,
    records::{Found, Layout as _, PartsOf, T, Values, common_columns, read_found},
    references::Keys,
    seizures::{PartValues, part_values, taken},
    summaries::key_name,
};
use crate::domain::{
    errors::{Error, Result},
    ids::OperationId,
    markings::Marking,
    operations::Operation,
    records::Record as _,
    seizures::Seizure,
    sources::ExternalId,
};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait as _, JoinType, OnConflict, Query, SelectStatement,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Bytes of records that are looked at together.
const LOOKED_AT_BYTES_MAX: usize = 16 << 20;

/// Alias of the texts that keys are looked for by.
const LISTED: &str = "named";

/// What finds a seizure of the viewer's agency again.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'r> {
    /// What the row is called in its dataset; empty when it has no such name.
    pub row_id: &'r str,
    /// Its names in other systems, which come first.
    pub external_ids: &'r [ExternalId],
}

/// What an identity found.
#[derive(Debug)]
pub enum Matched {
    /// There is no such seizure.
    Nothing,
    /// The seizure, with every reference.
    One(Box<Found<Seizure>>),
    /// Its external ids belong to several.
    Several,
    /// There is one; it was not read, for the others together are large.
    Later,
}

/// A seizure that a batch makes.
#[derive(Debug)]
pub struct New<'r> {
    /// The record.
    pub record: &'r Seizure,
    /// How many bytes it has as JSON with its names.
    pub bytes: usize,
    /// What the row is called; empty when it has no such name.
    pub row_id: &'r str,
}

impl Session {
    /// Writes rows in statements of a bounded number of them.
    pub(super) async fn insert_all(
        &mut self,
        table: &'static str,
        rows: Vec<Values>,
    ) -> Result<()> {
        for chunk in chunks(rows, self.rows_at_once()) {
            let statement = self.insert_statement(table, chunk, &[]);
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// What each of these identities stands for, among the seizures of the viewer's agency that are
    /// not deleted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn imported(
        &mut self,
        lens: &Lens,
        dataset: &str,
        identities: &[Identity<'_>],
    ) -> Result<Vec<Matched>> {
        let by_external_id = self.by_external_ids(lens, identities).await?;
        let row_ids = identities.iter().map(|one| one.row_id).filter(|id| !id.is_empty());
        let by_row_id = self.by_row_ids(lens, dataset, row_ids.collect()).await?;
        let key_of = |identity: &Identity<'_>| -> Result<Option<i64>, ()> {
            let known = identity.external_ids.iter().filter_map(|id| by_external_id.get(id));
            let known: BTreeSet<i64> = known.copied().collect();
            match known.len() {
                0 => Ok(by_row_id.get(identity.row_id).copied()),
                1 => Ok(known.first().copied()),
                _ => Err(()),
            }
        };
        let keys: Vec<Result<Option<i64>, ()>> = identities.iter().map(key_of).collect();
        let wanted: BTreeSet<i64> = keys.iter().filter_map(|key| key.ok().flatten()).collect();
        let mut found = self.seizures_of_keys(lens, wanted).await?;
        let matched = keys.into_iter().map(|key| match key {
            Err(()) => Matched::Several,
            Ok(None) => Matched::Nothing,
            Ok(Some(key)) => match found.remove(&key) {
                None => Matched::Later,
                // Its row id stands for the next that is made.
                Some(one) if one.record.meta.delete_micros.is_some() => Matched::Nothing,
                Some(one) => Matched::One(Box::new(one)),
            },
        });
        Ok(matched.collect())
    }

    async fn by_external_ids(
        &mut self,
        lens: &Lens,
        identities: &[Identity<'_>],
    ) -> Result<HashMap<ExternalId, i64>> {
        let ids = identities.iter().flat_map(|one| one.external_ids);
        let ids: Vec<[&str; 2]> = ids.map(|id| [id.scheme.as_str(), id.value.as_str()]).collect();
        let mut query = Query::select();
        query
            .expr(at(T, "seizure_id"))
            .from_as(Alias::new("external_ids"), Alias::new(T))
            .and_where(at(T, "originator_id").eq(lens.key))
            .and_where(at(T, "scheme").eq(listed(0)))
            .and_where(at(T, "value").eq(listed(1)))
            .and_where(at(T, "freed_by").eq(0_i64));
        let found = self.each_found(&ids, query).await?.into_iter();
        Ok(found.map(|([scheme, value], key)| (ExternalId { scheme, value }, key)).collect())
    }

    async fn by_row_ids(
        &mut self,
        lens: &Lens,
        dataset: &str,
        row_ids: HashSet<&str>,
    ) -> Result<HashMap<String, i64>> {
        let row_ids: Vec<[&str; 1]> = row_ids.into_iter().map(|id| [id]).collect();
        let mut query = Query::select();
        query
            .expr(at("m", "seizure_id"))
            .from_as(Alias::new("imported_seizures"), Alias::new("m"))
            .and_where(at("m", "originator_id").eq(lens.key))
            .and_where(at("m", "dataset").eq(dataset))
            .and_where(at("m", "row_id").eq(listed(0)));
        let found = self.each_found(&row_ids, query).await?.into_iter();
        Ok(found.map(|([row_id], key)| (row_id, key)).collect())
    }

    /// The key that a query finds for each of these rows of texts, which it names as [`listed`]
    /// does; none where it finds none. It is run for one after the other, by its index: a planner
    /// that joins instead reads whole tables while they grow under an import.
    async fn each_found<const N: usize>(
        &mut self,
        rows: &[[&str; N]],
        query: SelectStatement,
    ) -> Result<HashMap<[String; N], i64>> {
        if rows.is_empty() {
            return Ok(HashMap::new());
        }
        let mut each = Query::select();
        each.from_subquery(self.texts_listed(rows)?, Alias::new(LISTED));
        for place in 0..N {
            each.expr(listed(place));
        }
        each.expr(Expr::SubQuery(None, Box::new(query.into())));
        let read = |row: &mut Row<'_>| {
            let mut texts = [const { String::new() }; N];
            for text in &mut texts {
                *text = row.text()?;
            }
            Ok((texts, row.int_or_null()?))
        };
        let rows = self.rows(&each, read).await?;
        Ok(rows.into_iter().filter_map(|(texts, key)| Some((texts, key?))).collect())
    }

    /// The seizures of keys, with every reference; as many as are looked at together, and one at
    /// least.
    async fn seizures_of_keys(
        &mut self,
        lens: &Lens,
        keys: BTreeSet<i64>,
    ) -> Result<HashMap<i64, Found<Seizure>>> {
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let whole = lens.clone().with_all_references();
        let mut query = guard::select::<seizures::Entity>(&whole, T, Reach::Keys);
        common_columns(&mut query, &whole);
        Seizure::columns(&mut query, &whole);
        query.and_where(at(T, "id").is_in(keys));
        let mut bytes = 0;
        let read = |row: &mut Row<'_>| {
            let one = read_found::<Seizure>(row, &whole)?;
            bytes += one.bytes;
            let fits = bytes <= LOOKED_AT_BYTES_MAX || bytes == one.bytes;
            Ok(fits.then_some((one.key, one)))
        };
        Ok(self.rows_until(&query, read).await?.into_iter().collect())
    }

    /// Writes new seizures of the viewer's agency with their parts, and what their rows are called.
    ///
    /// # Errors
    /// `AlreadyExists` when another writer has taken an external id of one meanwhile.
    pub async fn insert_seizures(
        &mut self,
        lens: &Lens,
        dataset: &str,
        new: &[New<'_>],
        keys: &Keys,
    ) -> Result<()> {
        let mut markings: HashMap<String, i64> = HashMap::new();
        let mut rows = Vec::with_capacity(new.len());
        for New { record, bytes, row_id: _ } in new {
            let marking = self.interned(&record.body.marking, &mut markings).await?;
            rows.push(seizure_values((record, *bytes), lens.key, marking, keys)?);
        }
        let row_keys = self.insert_returning_keys(rows).await?;
        let mut parts = PartValues { items: Vec::new(), external_ids: Vec::new() };
        let mut called = Vec::new();
        for New { record, bytes: _, row_id } in new {
            let key = row_keys.get(&record.id.uuid()).copied();
            let key = key.ok_or_else(|| Error::internal("an insert returned no key"))?;
            let row = PartsOf { key, originator_key: lens.key, fresh: true };
            let PartValues { items, external_ids } = part_values(record, row, keys)?;
            parts.items.extend(items);
            parts.external_ids.extend(external_ids);
            if !row_id.is_empty() {
                called.push((*row_id, key));
            }
        }
        self.insert_all("seizure_items", parts.items).await?;
        self.insert_all("external_ids", parts.external_ids).await.map_err(taken)?;
        self.call_rows("imported_seizures", "seizure_id", (lens, dataset), called).await
    }

    async fn interned(
        &mut self,
        marking: &Marking,
        known: &mut HashMap<String, i64>,
    ) -> Result<i64> {
        let name = format!("{marking:?}");
        if let Some(key) = known.get(&name) {
            return Ok(*key);
        }
        let key = self.marking_key(marking).await?;
        known.insert(name, key);
        Ok(key)
    }

    async fn insert_returning_keys(&mut self, rows: Vec<Values>) -> Result<HashMap<Uuid, i64>> {
        let mut keys = HashMap::with_capacity(rows.len());
        for chunk in chunks(rows, self.rows_at_once()) {
            let statement = self.insert_statement("seizures", chunk, &["id", "uid"]);
            let read = |row: &mut Row<'_>| Ok((row.int()?, row.uuid()?));
            let made = self.rows(statement, read).await?;
            keys.extend(made.into_iter().map(|(key, uid)| (uid, key)));
        }
        Ok(keys)
    }

    /// Keeps what rows are called. A name whose record was deleted stands for the new one.
    async fn call_rows(
        &mut self,
        table: &'static str,
        column: &'static str,
        (lens, dataset): (&Lens, &str),
        called: Vec<(&str, i64)>,
    ) -> Result<()> {
        for chunk in chunks(called, self.rows_at_once()) {
            let columns = ["originator_id", "dataset", "row_id", column].map(Alias::new);
            let conflict = columns[..3].to_vec();
            let mut insert = Query::insert();
            insert.into_table(Alias::new(table)).columns(columns).on_conflict(
                OnConflict::columns(conflict).update_column(Alias::new(column)).to_owned(),
            );
            for (row_id, key) in chunk {
                insert.values_panic([lens.key.into(), dataset.into(), row_id.into(), key.into()]);
            }
            self.execute(&insert).await?;
        }
        Ok(())
    }

    /// Keeps what the row of a seizure is called, besides what it was called before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn call_seizure(
        &mut self,
        lens: &Lens,
        dataset: &str,
        row_id: &str,
        seizure: &Seizure,
    ) -> Result<()> {
        let key = self.key_of("seizures", seizure.id.uuid()).await?;
        let called = vec![(row_id, key)];
        self.call_rows("imported_seizures", "seizure_id", (lens, dataset), called).await
    }

    /// Keeps what the row of an operation is called.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn call_operation(
        &mut self,
        lens: &Lens,
        dataset: &str,
        row_id: &str,
        operation: &Operation,
    ) -> Result<()> {
        let key = self.key_of("operations", operation.id.uuid()).await?;
        let called = vec![(row_id, key)];
        self.call_rows("imported_operations", "operation_id", (lens, dataset), called).await
    }

    async fn key_of(&mut self, table: &'static str, uid: Uuid) -> Result<i64> {
        let mut query = Query::select();
        query
            .expr(at(T, "id"))
            .from_as(Alias::new(table), Alias::new(T))
            .and_where(at(T, "uid").eq(uid));
        let key = self.row(&query, |row| row.int()).await?;
        key.ok_or_else(|| Error::internal("a record is gone after it was written"))
    }

    /// The operation of the viewer's agency that a row of this name became, if it is not deleted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn imported_operation(
        &mut self,
        lens: &Lens,
        dataset: &str,
        row_id: &str,
    ) -> Result<Option<Found<Operation>>> {
        let mut query = Query::select();
        query
            .expr(at(T, "uid"))
            .from_as(Alias::new("imported_operations"), Alias::new("m"))
            .join_as(
                JoinType::InnerJoin,
                Alias::new("operations"),
                Alias::new(T),
                at(T, "id").eq(at("m", "operation_id")),
            )
            .and_where(at("m", "originator_id").eq(lens.key))
            .and_where(at("m", "dataset").eq(dataset))
            .and_where(at("m", "row_id").eq(row_id))
            .and_where(at(T, "delete_micros").is_null());
        let Some(uid) = self.row(&query, |row| row.uuid()).await? else { return Ok(None) };
        let whole = lens.clone().with_all_references();
        self.find_to_change::<Operation>(&whole, &OperationId::from_uuid(uid)).await.map(Some)
    }
}

/// The row of a new seizure.
fn seizure_values(
    (record, bytes): (&Seizure, usize),
    originator: i64,
    marking: i64,
    keys: &Keys,
) -> Result<Values> {
    let meta = record.meta();
    let mut values: Values = vec![
        (Seizure::ID_COLUMN, Seizure::id_value(record.id())),
        ("originator_id", originator.into()),
        ("marking_id", marking.into()),
        ("version", meta.version.into()),
        ("create_micros", meta.create_micros.into()),
        ("update_micros", meta.update_micros.into()),
        ("bytes", i64::try_from(bytes).unwrap_or(i64::MAX).into()),
    ];
    values.extend(record.values(keys)?);
    Ok(values)
}

/// A text of the row that a query of [`Session::each_found`] looks for.
fn listed(place: usize) -> Expr {
    Expr::col((Alias::new(LISTED), Alias::new(key_name(place))))
}

fn chunks<T>(rows: Vec<T>, size: usize) -> impl Iterator<Item = Vec<T>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<T> = rows.by_ref().take(size).collect();
        (!chunk.is_empty()).then_some(chunk)
    })
}
