//! The vocabulary of substances, which every viewer may read.

use super::{
    Lens, Reach, Span, Store,
    dialect::{Row, Session},
    filters::{Planner, at},
    pages::Cursor,
    shapes::from_json,
};
use crate::domain::{
    codes::Code as _,
    errors::{Error, Result},
    filters::{Filter, NameFilter, SubstanceField, SubstanceSort},
    ids::SubstanceId,
    pages::{List, Page},
    substances::{Language, Substance, Terms},
    viewers::Viewer,
};
use sea_orm::sea_query::{Alias, ExprTrait as _, JoinType, Order, Query, SelectStatement};
use serde::Deserialize;
use std::sync::Arc;

const S: &str = "s";

/// The terms as the migrations wrote them.
#[derive(Deserialize)]
struct StoredTerms {
    language: i32,
    name: String,
    aliases: Vec<String>,
}

impl Store {
    /// A substance by id.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn substance(&self, viewer: &Viewer, id: &SubstanceId) -> Result<Substance> {
        let name = NameFilter { any_of: Some(vec![id.clone()]), none_of: Vec::new() };
        let filter = Filter::Is(SubstanceField::Name(name));
        let found = self.substances(viewer, filter, String::new(), 1).await?.pop();
        found.ok_or_else(|| Error::not_found(id.to_string()))
    }

    /// A page of substances, by name.
    ///
    /// # Errors
    /// `Invalid` when the page token is not of this query.
    pub async fn list_substances(
        &self,
        viewer: &Viewer,
        list: List<SubstanceField, SubstanceSort>,
    ) -> Result<Page<Substance>> {
        let fingerprint = serde_json::to_vec(&("substances", &list.filter))
            .map_err(|error| Error::internal(format!("page token: {error}")))?;
        let after = match list.page_token.as_str() {
            "" => String::new(),
            token => self.unseal(token, &fingerprint)?.name,
        };
        let size = list.page_size.get();
        let mut records = self.substances(viewer, list.filter, after, u64::from(size) + 1).await?;
        let more = records.len() > size as usize;
        records.truncate(size as usize);
        let next_page_token = match records.last() {
            Some(last) if more => {
                let cursor = Cursor { values: Vec::new(), name: last.id.as_str().to_owned() };
                self.seal(&cursor, &fingerprint)?
            }
            _ => String::new(),
        };
        Ok(Page { records, next_page_token })
    }

    async fn substances(
        &self,
        viewer: &Viewer,
        filter: Filter<SubstanceField>,
        after: String,
        limit: u64,
    ) -> Result<Vec<Substance>> {
        let (viewer, filter) = (viewer.clone(), Arc::new(filter));
        self.read(Reach::Keys, Span::Statement, move |session: &mut Session| {
            let (viewer, filter, after) = (viewer.clone(), Arc::clone(&filter), after.clone());
            Box::pin(async move {
                let lens = session.lens(&viewer).await?;
                let query = select(&lens, &filter, &after, limit);
                session.rows(&query, read).await
            })
        })
        .await
    }
}

fn select(
    lens: &Lens,
    filter: &Filter<SubstanceField>,
    after: &str,
    limit: u64,
) -> SelectStatement {
    let mut query = columns(Query::select());
    query
        .cond_where(Planner::new(lens).filter(filter, S))
        .and_where(at(S, "slug").gt(after))
        .limit(limit);
    query
}

/// Every substance, after its key, from a to z.
pub(super) fn all() -> SelectStatement {
    let mut query = Query::select();
    query.expr(at(S, "id"));
    columns(query)
}

fn columns(mut query: SelectStatement) -> SelectStatement {
    query
        .from_as(Alias::new("substances"), Alias::new(S))
        .join_as(
            JoinType::LeftJoin,
            Alias::new("substances"),
            Alias::new("parent"),
            at("parent", "id").eq(at(S, "parent_id")),
        )
        .expr(at("parent", "slug"));
    for column in ["slug", "display_name", "class", "terms", "dea_codes", "nibrs_category"] {
        query.expr(at(S, column));
    }
    query.order_by((Alias::new(S), Alias::new("slug")), Order::Asc);
    query
}

/// Keys of the substances that pass, from a to z.
pub(super) fn passing(lens: &Lens, filter: &Filter<SubstanceField>) -> SelectStatement {
    let mut query = Query::select();
    query
        .expr(at(S, "id"))
        .from_as(Alias::new("substances"), Alias::new(S))
        .cond_where(Planner::new(lens).filter(filter, S))
        .order_by((Alias::new(S), Alias::new("slug")), Order::Asc);
    query
}

pub(super) fn read(row: &mut Row<'_>) -> Result<Substance> {
    let parent = row.text_or_null()?.map(SubstanceId::from_stored);
    let (id, display_name) = (SubstanceId::from_stored(row.text()?), row.text()?);
    let class = row.code_required()?;
    let stored: Vec<StoredTerms> = from_json(row.str()?)?;
    let terms: Result<Vec<Terms>> = stored
        .into_iter()
        .map(|StoredTerms { language, name, aliases }| {
            let language = Language::from_code(language)
                .ok_or_else(|| Error::internal(format!("language {language} is unknown here")))?;
            Ok(Terms { language, name, aliases })
        })
        .collect();
    Ok(Substance {
        id,
        display_name,
        parent,
        class,
        terms: terms?,
        dea_codes: from_json(row.str()?)?,
        nibrs_category: row.text()?,
    })
}
