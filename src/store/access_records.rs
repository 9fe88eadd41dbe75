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
    errors::{Error, Kind, Result},
    ids::AgencyId,
    pages::{Page, PageSize},
    viewers::Viewer,
};
use access_records::Column as C;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, JoinType, OnConflict, Order, Query};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;
use uuid::Uuid;

/// Notes that share a statement; each binds nine values.
const NOTES_AT_ONCE: usize = 256;
/// Notes that wait; one more is refused, and with it the answer that it is about.
const NOTES_MAX: usize = 8_192;

/// Access records that wait to be written. Whoever adds the first one sees to it that all are.
#[derive(Default)]
pub(super) struct Notes(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    notes: Vec<Note>,
    is_written: bool,
}

struct Note {
    id: Uuid,
    record: AccessRecord,
    answer: oneshot::Sender<Result<()>>,
}

impl Notes {
    /// Adds a note, and says whether nobody writes yet.
    fn add(&self, note: Note) -> Result<bool> {
        let mut waiting = self.waiting();
        if waiting.notes.len() >= NOTES_MAX {
            let message = "too many access records wait: try again";
            return Err(Error::new(Kind::Exhausted, "TOO_MANY_WRITES", message)
                .retry_after(Duration::from_secs(1)));
        }
        waiting.notes.push(note);
        Ok(!std::mem::replace(&mut waiting.is_written, true))
    }

    /// What to write next; none, and nobody writes any more.
    fn next(&self) -> Option<Vec<Note>> {
        let mut waiting = self.waiting();
        let count = waiting.notes.len().min(NOTES_AT_ONCE);
        waiting.is_written = count > 0;
        (count > 0).then(|| waiting.notes.drain(..count).collect())
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records that are forgotten by one write.
const FORGOTTEN_AT_ONCE: usize = 2_000;

const RECORD: &str = "record";
const AGENCY: &str = "agency";
/// Binds page tokens to this list.
const FINGERPRINT: &str = "access records";

impl Store {
    /// Writes an access record; it is on the disk when this returns, and is written also when nobody
    /// waits for that. All that wait share one statement and one commit; of one id, the first stays.
    ///
    /// # Errors
    /// `Unavailable` when the store cannot be written; `Exhausted` when too many wait.
    pub async fn note_access(&self, id: Uuid, record: AccessRecord) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        if self.shared.notes.add(Note { id, record, answer })? {
            tokio::spawn(self.clone().write_notes());
        }
        answered.await.map_err(|_| Error::internal("an access record was not written"))?
    }

    /// Writes what waits, and what comes to wait meanwhile.
    async fn write_notes(self) {
        while let Some(notes) = self.shared.notes.next() {
            let (records, answers): (Vec<_>, Vec<_>) =
                notes.into_iter().map(|note| ((note.id, note.record), note.answer)).unzip();
            let records = Arc::new(records);
            let written = self.write(Keep::Commit, move |session| {
                let records = Arc::clone(&records);
                Box::pin(async move { session.insert_accesses(&records).await })
            });
            let written = written.await;
            for answer in answers {
                let _gone = answer.send(written.clone());
            }
        }
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

    /// Forgets what is older, some at a time, so that nobody waits long for a write behind it.
    ///
    /// # Errors
    /// `Unavailable` when the store cannot be written.
    pub async fn forget_access(&self, before_micros: i64) -> Result<()> {
        let some = || {
            self.write(Keep::Commit, move |session| {
                Box::pin(async move { session.forget_accesses(before_micros).await })
            })
        };
        while some().await? == FORGOTTEN_AT_ONCE {}
        Ok(())
    }
}

impl Session {
    /// Writes an access record in a transaction that does what it is about.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn insert_access(&mut self, id: Uuid, record: &AccessRecord) -> Result<()> {
        self.insert_accesses(&[(id, record.clone())]).await
    }

    async fn insert_accesses(&mut self, records: &[(Uuid, AccessRecord)]) -> Result<()> {
        let mut insert = Query::insert();
        insert.into_table(access_records::Entity).columns([
            C::Uid,
            C::TimeMicros,
            C::Kind,
            C::Principal,
            C::AgencyId,
            C::Peer,
            C::Method,
            C::Answer,
            C::Shown,
        ]);
        for (id, record) in records {
            let AccessRecord { time_micros, kind, principal, agency, peer, method, answer, shown } =
                record;
            let agency_key = match agency {
                Some(agency) => self.agency_key(agency.as_str()).await?,
                None => None,
            };
            insert.values_panic([
                (*id).into(),
                (*time_micros).into(),
                i64::from(kind.code()).into(),
                cut(principal).into(),
                agency_key.into(),
                cut(peer).into(),
                cut(method).into(),
                cut(answer).into(),
                i64::try_from(*shown).unwrap_or(i64::MAX).into(),
            ]);
        }
        insert.on_conflict(OnConflict::column(C::Uid).do_nothing().to_owned());
        self.execute(&insert).await
    }

    /// Forgets some records that are older; how many.
    async fn forget_accesses(&mut self, before_micros: i64) -> Result<usize> {
        let mut find = Query::select();
        find.column(C::Id)
            .from(access_records::Entity)
            .and_where(Expr::col(C::TimeMicros).lt(before_micros))
            .order_by(C::TimeMicros, Order::Asc)
            .limit(FORGOTTEN_AT_ONCE as u64);
        let ids = self.rows(&find, |row| row.int()).await?;
        let count = ids.len();
        if count > 0 {
            let mut delete = Query::delete();
            delete.from_table(access_records::Entity).and_where(Expr::col(C::Id).is_in(ids));
            self.execute(&delete).await?;
        }
        Ok(count)
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
            .exprs([C::Peer, C::Method, C::Answer, C::Shown].map(|column| col(RECORD, column)))
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
        shown: u64::try_from(row.int()?).unwrap_or(0),
    };
    Ok((id, record))
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(ACCESS_TEXT_BYTES_MAX)]
}
