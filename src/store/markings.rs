//! Markings as interned rows: few, distinct and never changed.

use super::{
    Lens,
    dialect::{Row, Session},
    entity::{marking_grants, markings},
    shapes::list_from_json,
};
use crate::domain::{
    codes::Code as _,
    errors::{Error, Result},
    markings::{Grantee, Marking, Tlp},
};
use markings::Column as C;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use std::borrow::Cow;

impl Session {
    /// Key of a marking, made when it is new.
    pub(super) async fn marking_key(&mut self, marking: &Marking) -> Result<i64> {
        let label = i64::from(marking.label.code());
        let list = releasable_json(marking)?;
        let hash = blake3::hash(list.as_bytes()).to_hex();
        if let Some(key) = self.find_marking(label, &hash).await? {
            return Ok(key);
        }
        let mut insert = Query::insert();
        insert
            .into_table(markings::Entity)
            .columns([C::Label, C::ReleasableTo, C::ListHash])
            .values_panic([label.into(), list.as_str().into(), hash.as_str().into()])
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .returning_col(C::Id);
        if let Some(key) = self.row(&insert, |row| row.int()).await? {
            self.insert_grants(key, marking).await?;
            return Ok(key);
        }
        // Another writer made it between the two statements.
        let key = self.find_marking(label, &hash).await?;
        key.ok_or_else(|| Error::internal("a marking was neither found nor made"))
    }

    async fn find_marking(&mut self, label: i64, list_hash: &str) -> Result<Option<i64>> {
        let query = self.kept("marking", [label.into(), list_hash.into()], |[label, hash]| {
            let mut query = Query::select();
            query
                .column(C::Id)
                .from(markings::Entity)
                .and_where(Expr::col(C::Label).eq(label))
                .and_where(Expr::col(C::ListHash).eq(hash));
            query
        });
        self.row(query, |row| row.int()).await
    }

    async fn insert_grants(&mut self, key: i64, marking: &Marking) -> Result<()> {
        let grants = marking.grants();
        if grants.is_empty() {
            return Ok(());
        }
        let mut insert = Query::insert();
        insert
            .into_table(marking_grants::Entity)
            .columns([marking_grants::Column::Grantee, marking_grants::Column::MarkingId]);
        for grant in grants {
            insert.values_panic([grant.into(), key.into()]);
        }
        self.execute(&insert).await
    }
}

fn releasable_json(marking: &Marking) -> Result<String> {
    serde_json::to_string(&marking.releasable_to)
        .map_err(|error| Error::internal(format!("marking: {error}")))
}

/// Reads a label and a list; a viewer that is not the originator is shown part of the list.
pub(super) fn read_marking(row: &mut Row<'_>, lens: &Lens, mine: bool) -> Result<Marking> {
    let label: Tlp = row.code_required()?;
    let list: Vec<Cow<'_, str>> = list_from_json(row.str()?)?;
    let releasable_to = list.iter().map(|text| Grantee::from_stored(text)).collect();
    let marking = Marking { label, releasable_to };
    Ok(if mine { marking } else { marking.shown_to(&lens.viewer) })
}
