//! From the names that records refer to each other by to the keys of rows.

use super::{
    Lens,
    dialect::{Row, Session, Spelled},
    entity::{agencies, operations, sensors},
    guard::{self, col},
    texts::Shape,
};
use crate::domain::{
    check::Path,
    errors::{Error, Gone, Result},
    ids::{AgencyId, OperationId, SensorId, SubstanceId},
    records::{Body, Target},
};
use sea_orm::{
    Value,
    sea_query::{ExprTrait as _, Query, SelectStatement},
};
use std::collections::{BTreeSet, HashMap};

/// Keys of the records that a body refers to.
#[derive(Debug, Default)]
pub struct Keys {
    found: HashMap<Target, i64>,
    deleted: BTreeSet<Target>,
}

/// A row that may be referred to.
struct Referred {
    key: i64,
    visible: bool,
    deleted: bool,
}

impl Referred {
    fn read(row: &mut Row<'_>) -> Result<Self> {
        let (key, visible) = (row.int()?, row.int()? == 1);
        Ok(Self { key, visible, deleted: row.int_or_null()?.is_some() })
    }
}

impl Keys {
    pub(super) fn agency(&self, id: Option<&AgencyId>) -> Result<Option<i64>> {
        id.map(|id| self.key(&Target::Agency(id.clone()))).transpose()
    }

    pub(super) fn sensor(&self, id: Option<&SensorId>) -> Result<Option<i64>> {
        id.map(|id| self.key(&Target::Sensor(id.clone()))).transpose()
    }

    pub(super) fn operation(&self, id: Option<&OperationId>) -> Result<Option<i64>> {
        id.map(|id| self.key(&Target::Operation(*id))).transpose()
    }

    pub(super) fn substance(&self, id: Option<&SubstanceId>) -> Result<Option<i64>> {
        id.map(|id| self.key(&Target::Substance(id.clone()))).transpose()
    }

    fn note(&mut self, target: Target, row: Referred, kept: &BTreeSet<Target>) {
        let Referred { key, visible, deleted } = row;
        if kept.contains(&target) || visible && !deleted {
            self.found.insert(target, key);
        } else if visible {
            self.deleted.insert(target);
        }
    }

    /// What a body refers to and is not among these.
    ///
    /// # Errors
    /// As [`Session::keys`].
    pub fn check<B: Body>(&self, path: &Path<'_>, body: &B) -> Result<()> {
        let mut gone = Vec::new();
        body.references(path, &mut |path, target| {
            if !self.found.contains_key(&target) {
                let deleted = self.deleted.contains(&target);
                gone.push(Gone { field: path.to_string(), name: target.name(), deleted });
            }
        });
        if gone.is_empty() { Ok(()) } else { Err(Error::references_gone(gone.into_iter())) }
    }

    fn key(&self, target: &Target) -> Result<i64> {
        let key = self.found.get(target).copied();
        key.ok_or_else(|| Error::internal(format!("{} was not looked up", target.name())))
    }
}

impl Session {
    /// Key of an agency, seen or not.
    pub(super) async fn agency_key(&mut self, id: &str) -> Result<Option<i64>> {
        if let Some(key) = self.shared.known.agency_key(id) {
            return Ok(Some(key));
        }
        let mut query = Query::select();
        query
            .column(agencies::Column::Id)
            .from(agencies::Entity)
            .and_where(sea_orm::sea_query::Expr::col(agencies::Column::Slug).eq(id));
        let key = self.row(&query, |row| row.int()).await?;
        if let Some(key) = key {
            self.shared.known.keep_agency_key(id, key);
        }
        Ok(key)
    }

    /// Looks up every record that a body refers to, where the lens shows it and it is not deleted.
    /// What `kept` refers to already needs be neither: it was when it was written.
    ///
    /// # Errors
    /// `NotFound` with the path of every field that names a record that is hidden, absent or
    /// deleted; `FailedPrecondition` where all of them are deleted.
    pub async fn keys<B: Body>(
        &mut self,
        lens: &Lens,
        path: &Path<'_>,
        body: &B,
        kept: Option<&B>,
    ) -> Result<Keys> {
        let mut kept_targets = BTreeSet::new();
        if let Some(kept) = kept {
            kept.references(path, &mut |_, target| {
                kept_targets.insert(target);
            });
        }
        let mut wanted = Wanted::default();
        body.references(path, &mut |_, target| wanted.note(target));
        let keys = self.wanted_keys(lens, &wanted, &kept_targets).await?;
        keys.check(path, body)?;
        Ok(keys)
    }

    /// Looks up every record that bodies refer to, one statement for each kind, where the lens
    /// shows it and it is not deleted; [`Keys::check`] tells what a body lacks.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn keys_of_all<'b, B: Body>(
        &mut self,
        lens: &Lens,
        bodies: impl IntoIterator<Item = &'b B>,
    ) -> Result<Keys> {
        let mut wanted = Wanted::default();
        let path = Path::root("");
        for body in bodies {
            body.references(&path, &mut |_, target| wanted.note(target));
        }
        self.wanted_keys(lens, &wanted, &BTreeSet::new()).await
    }

    async fn wanted_keys(
        &mut self,
        lens: &Lens,
        wanted: &Wanted,
        kept: &BTreeSet<Target>,
    ) -> Result<Keys> {
        let mut keys = Keys::default();
        self.find_agencies(lens, wanted, kept, &mut keys).await?;
        self.find_sensors(lens, wanted, kept, &mut keys).await?;
        self.find_operations(lens, wanted, kept, &mut keys).await?;
        for id in &wanted.substances {
            if let Some((key, substance)) = self.shared.kept()?.vocabulary.by_id(id) {
                keys.found.insert(Target::Substance(substance.id.clone()), key);
            }
        }
        Ok(keys)
    }

    async fn find_agencies(
        &mut self,
        lens: &Lens,
        wanted: &Wanted,
        kept: &BTreeSet<Target>,
        keys: &mut Keys,
    ) -> Result<()> {
        let ids = wanted.agencies.iter().map(String::as_str);
        for (slug, row) in self.slugs::<agencies::Entity>(lens, ids).await? {
            keys.note(Target::Agency(AgencyId::from_stored(slug)), row, kept);
        }
        Ok(())
    }

    async fn find_sensors(
        &mut self,
        lens: &Lens,
        wanted: &Wanted,
        kept: &BTreeSet<Target>,
        keys: &mut Keys,
    ) -> Result<()> {
        let ids = wanted.sensors.iter().map(String::as_str);
        for (slug, row) in self.slugs::<sensors::Entity>(lens, ids).await? {
            keys.note(Target::Sensor(SensorId::from_stored(slug)), row, kept);
        }
        Ok(())
    }

    /// A lookup of keys by ids; its text is kept where there are few, as in most records.
    fn lookup_of_keys<E: guard::Guarded>(
        &self,
        lens: &Lens,
        ids: Vec<Value>,
        build: impl FnOnce(&Lens, Vec<Value>) -> SelectStatement,
    ) -> Spelled {
        const KEPT_IDS_MAX: usize = 8;
        if ids.len() > KEPT_IDS_MAX {
            return self.spell(&build(lens, ids));
        }
        let (grants, all_references) = (lens.grants.len(), lens.all_references);
        let shape = Shape::Keys { table: E::TABLE, ids: ids.len(), grants, all_references };
        self.kept_lookup(shape, lens, &ids, |sample| (build(sample, ids.clone()), ids.clone()))
    }

    async fn slugs<E: guard::Guarded>(
        &mut self,
        lens: &Lens,
        ids: impl Iterator<Item = &str>,
    ) -> Result<Vec<(String, Referred)>> {
        let ids: Vec<Value> = ids.map(Value::from).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = self.lookup_of_keys::<E>(lens, ids, |sample, ids| {
            // Agencies and sensors have like columns; those of the one spell those of the other.
            let mut query = guard::unfiltered::<E>("r");
            query
                .expr(col("r", agencies::Column::Slug))
                .expr(col("r", agencies::Column::Id))
                .expr(guard::visible_flag("r", sample))
                .expr(col("r", agencies::Column::DeleteMicros))
                .and_where(col("r", agencies::Column::Slug).is_in(ids));
            query
        });
        self.rows(query, |row| Ok((row.text()?, Referred::read(row)?))).await
    }

    async fn find_operations(
        &mut self,
        lens: &Lens,
        wanted: &Wanted,
        kept: &BTreeSet<Target>,
        keys: &mut Keys,
    ) -> Result<()> {
        if wanted.operations.is_empty() {
            return Ok(());
        }
        let uids = wanted.operations.iter().map(|id| Value::from(id.uuid())).collect();
        let query = self.lookup_of_keys::<operations::Entity>(lens, uids, |sample, uids| {
            let mut query = guard::unfiltered::<operations::Entity>("r");
            query
                .expr(col("r", operations::Column::Uid))
                .expr(col("r", operations::Column::Id))
                .expr(guard::visible_flag("r", sample))
                .expr(col("r", operations::Column::DeleteMicros))
                .and_where(col("r", operations::Column::Uid).is_in(uids));
            query
        });
        let rows = self.rows(query, |row| Ok((row.uuid()?, Referred::read(row)?))).await?;
        for (uid, row) in rows {
            keys.note(Target::Operation(OperationId::from_uuid(uid)), row, kept);
        }
        Ok(())
    }
}

#[derive(Default)]
struct Wanted {
    agencies: BTreeSet<String>,
    sensors: BTreeSet<String>,
    operations: BTreeSet<OperationId>,
    substances: BTreeSet<String>,
}

impl Wanted {
    fn note(&mut self, target: Target) {
        match target {
            Target::Agency(id) => self.agencies.insert(id.as_str().to_owned()),
            Target::Sensor(id) => self.sensors.insert(id.as_str().to_owned()),
            Target::Operation(id) => self.operations.insert(id),
            Target::Substance(id) => self.substances.insert(id.as_str().to_owned()),
        };
    }
}
