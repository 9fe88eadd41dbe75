//! Agencies in their table.

use super::{
    Lens, Reach,
    dialect::{Row, Session},
    entity::agencies,
    guard::{self, col},
    records::{Common, Layout, PartsOf, T, Values},
    references::Keys,
};
use crate::domain::{
    agencies::{Agency, AgencyBody},
    codes::Code as _,
    errors::Result,
    ids::AgencyId,
    regions::RegionCode,
    text::fold,
};
use agencies::Column as C;
use futures_util::future::BoxFuture;
use sea_orm::{
    Value,
    sea_query::{Expr, ExprTrait as _, Query, SelectStatement},
};

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Layout for Agency {
    type Entity = agencies::Entity;
    const ID_COLUMN: &'static str = "slug";
    const ID_INDEX: &'static str = "agencies_by_slug";

    fn id_value(id: &AgencyId) -> Value {
        id.as_str().into()
    }

    fn columns(query: &mut SelectStatement, lens: &Lens) {
        guard::join_visible::<agencies::Entity>(query, lens, "parent", col(T, C::ParentId));
        for column in [C::Slug, C::DisplayName, C::NativeName, C::Acronym, C::RegionCode, C::Kind] {
            query.expr(col(T, column));
        }
        query.expr(col("parent", C::Slug));
    }

    fn read(row: &mut Row<'_>, common: Common) -> Result<Self> {
        let Common { key: _, bytes: _, mine: _, meta, marking } = common;
        let id = AgencyId::from_stored(row.text()?);
        let body = AgencyBody {
            display_name: row.text()?,
            native_name: row.text()?,
            acronym: row.text()?,
            region_code: Some(row.text()?).filter(|c| !c.is_empty()).map(RegionCode::from_stored),
            kind: row.code()?,
            parent: row.text_or_null()?.map(AgencyId::from_stored),
            marking,
        };
        Ok(Self { id, body, meta })
    }

    fn values(&self, keys: &Keys) -> Result<Values> {
        let AgencyBody {
            display_name,
            native_name,
            acronym,
            region_code,
            kind,
            parent,
            marking: _,
        } = &self.body;
        Ok(vec![
            ("display_name", display_name.as_str().into()),
            ("display_name_folded", fold(display_name).into()),
            ("native_name", native_name.as_str().into()),
            ("native_name_folded", fold(native_name).into()),
            ("acronym", acronym.as_str().into()),
            ("acronym_folded", fold(acronym).into()),
            ("region_code", region_code.as_ref().map_or("", RegionCode::as_str).into()),
            ("kind", kind.map_or(0, |kind| i64::from(kind.code())).into()),
            ("parent_id", keys.agency(parent.as_ref())?.into()),
        ])
    }

    fn write_parts<'s>(
        &'s self,
        _session: &'s mut Session,
        _row: PartsOf,
        _keys: &'s Keys,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

impl Session {
    /// Registers the agency that a server runs for, when it is not registered yet. It is its own
    /// originator.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn register_own_agency(&mut self, agency: &Agency) -> Result<()> {
        if self.agency_key(agency.id.as_str()).await?.is_some() {
            return Ok(());
        }
        // The reference is checked when the transaction ends, and by then it is the row's own.
        const NOT_YET: i64 = 0;
        let lens = Lens::of_key(agency, NOT_YET);
        self.insert(&lens, agency, &Keys::default()).await?;
        let mut own = Query::update();
        own.table(agencies::Entity)
            .value(C::OriginatorId, Expr::col(C::Id))
            .and_where(Expr::col(C::Slug).eq(agency.id.as_str()));
        self.execute(&own).await
    }

    /// Whether an agency would become its own ancestor under a parent, or stand too deep, as far as
    /// the lens shows: what it hides neither counts nor is told of.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_descendant(
        &mut self,
        lens: &Lens,
        of: &AgencyId,
        agency: &AgencyId,
    ) -> Result<bool> {
        let mut next = Some(agency.as_str().to_owned());
        for _ in 0..crate::domain::agencies::ANCESTORS_MAX {
            let Some(slug) = next else { return Ok(false) };
            if slug == of.as_str() {
                return Ok(true);
            }
            next = self.parent_slug(lens, &slug).await?;
        }
        Ok(next.is_some())
    }

    async fn parent_slug(&mut self, lens: &Lens, slug: &str) -> Result<Option<String>> {
        let mut query = guard::select::<agencies::Entity>(lens, T, Reach::Keys);
        guard::join_visible::<agencies::Entity>(&mut query, lens, "parent", col(T, C::ParentId));
        query.expr(col("parent", C::Slug)).and_where(col(T, C::Slug).eq(slug));
        Ok(self.row(&query, |row| row.text_or_null()).await?.flatten())
    }
}
