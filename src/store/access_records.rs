//! Access records: written as they come, read by the auditors of the agency that they are about, and
//! forgotten after their time.

use super::{
    Keep, Lens, Reach, Span, Store,
    dialect::{Row, Session},
    entity::{access_records, agencies},
    guard::col,
    pages::Cursor,
};
use crate::domain::{
    access_records::{ACCESS_TEXT_BYTES_MAX, AccessRecord},
    codes::Code as _,
    errors::Result,
    ids::AgencyId,
    pages::{Page, PageSize},
    viewers::Viewer,
};
use access_records::Column as C;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, JoinType, Order, Query};
use uuid::Uuid;

const RECORD: &str = "record";
const AGENCY: &str = "agency";
/// Binds page tokens to this list.
const FINGERPRINT: &str = "access records";

impl Store {
    /// Writes an access record; it is on the disk when this returns.
    ///
    /// # Errors
    /// `Unavailable` when the store cannot be written.
    pub async fn note_access(&self, id: Uuid, record: AccessRecord) -> Result<()> {
        self.write(Keep::Commit, move |session| {
            let record = record.clone();
            Box::pin(async move { session.insert_access(id, &record).await })
        })
        .await
    }

    /// A page of the access records of a viewer's agency, the youngest first.
    ///
    /// # Errors
    /// `Invalid` when the page token is not of this list.
    pub async fn list_access_records(
        &self,
        viewer: &Viewer,
        size: PageSize,
        token: &str,
    ) -> Result<Page<AccessRecord>> {
        let fingerprint = [FINGERPRINT, viewer.agency.as_str()].concat().into_bytes();
        let before = match token {
            "" => None,
            token => Uuid::try_parse(&self.unseal(token, &fingerprint)?.name).ok(),
        };
        let (viewer, size) = (viewer.clone(), size.get());
        let mut found = self
            .read(Reach::Scan, Span::Statements, move |session| {
                let viewer = viewer.clone();
                Box::pin(async move {
                    let lens = session.lens(&viewer).await?;
                    session.access_records(&lens, before, u64::from(size) + 1).await
                })
            })
            .await?;
        let more = found.len() > size as usize;
        found.truncate(size as usize);
        let next_page_token = match found.last() {
            Some((id, _)) if more => {
                let cursor = Cursor { values: Vec::new(), name: id.to_string() };
                self.seal(&cursor, &fingerprint)?
            }
            Some(_) | None => String::new(),
        };
        let records = found.into_iter().map(|(_, record)| record).collect();
        Ok(Page { records, next_page_token })
    }

    /// Forgets what is older.
    ///
    /// # Errors
    /// `Unavailable` when the store cannot be written.
    pub async fn forget_access(&self, before_micros: i64) -> Result<()> {
        self.write(Keep::Commit, move |session| {
            Box::pin(async move {
                let mut delete = Query::delete();
                delete
                    .from_table(access_records::Entity)
                    .and_where(Expr::col(C::TimeMicros).lt(before_micros));
                session.execute(&delete).await
            })
        })
        .await
    }
}

impl Session {
    /// Writes an access record in a transaction that does what it is about.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn insert_access(&mut self, id: Uuid, record: &AccessRecord) -> Result<()> {
        let AccessRecord { time_micros, kind, principal, agency, peer, method, answer } = record;
        let agency_key = match agency {
            Some(agency) => self.agency_key(agency.as_str()).await?,
            None => None,
        };
        let mut insert = Query::insert();
        insert
            .into_table(access_records::Entity)
            .columns([
                C::Uid,
                C::TimeMicros,
                C::Kind,
                C::Principal,
                C::AgencyId,
                C::Peer,
                C::Method,
                C::Answer,
            ])
            .values_panic([
                id.into(),
                (*time_micros).into(),
                i64::from(kind.code()).into(),
                cut(principal).into(),
                agency_key.into(),
                cut(peer).into(),
                cut(method).into(),
                cut(answer).into(),
            ]);
        self.execute(&insert).await
    }

    async fn access_records(
        &mut self,
        lens: &Lens,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<(Uuid, AccessRecord)>> {
        let mut query = Query::select();
        let agency = col(AGENCY, agencies::Column::Id).eq(col(RECORD, C::AgencyId));
        query
            .from_as(Alias::new("access_records"), Alias::new(RECORD))
            .join_as(JoinType::InnerJoin, Alias::new("agencies"), Alias::new(AGENCY), agency)
            .exprs([C::Uid, C::TimeMicros, C::Kind, C::Principal].map(|column| col(RECORD, column)))
            .expr(col(AGENCY, agencies::Column::Slug))
            .exprs([C::Peer, C::Method, C::Answer].map(|column| col(RECORD, column)))
            .and_where(col(RECORD, C::AgencyId).eq(lens.key))
            .order_by((Alias::new(RECORD), C::Uid), Order::Desc)
            .limit(limit);
        if let Some(before) = before {
            query.and_where(col(RECORD, C::Uid).lt(before));
        }
        self.rows(&query, read).await
    }
}

fn read(row: &mut Row<'_>) -> Result<(Uuid, AccessRecord)> {
    let id = row.uuid()?;
    let record = AccessRecord {
        time_micros: row.int()?,
        kind: row.code_required()?,
        principal: row.text()?,
        agency: Some(AgencyId::from_stored(row.text()?)),
        peer: row.text()?,
        method: row.text()?,
        answer: row.text()?,
    };
    Ok((id, record))
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(ACCESS_TEXT_BYTES_MAX)]
}
