//! Every record that passes, from one snapshot, part by part: what is not read is not held.

use super::{
    Lens, Reach, Span, Store,
    dialect::{Row, Session, unavailable},
    entity::{ledger, markings, seizures},
    filters::{Planner, at},
    guard::{self, col},
    lists::{After, fingerprint, read_page},
    markings::read_marking,
    pages::Cursor,
    records::T,
};
use crate::domain::{
    codes::Code as _,
    errors::{Error, Result},
    exports::{COUNTING_RULE, COUNTING_RULE_ALL, ExportHeader, Exported},
    filters::{SeizureField, SeizureSort},
    markings::Marking,
    pages::List,
    seizures::{Seizure, SeizureState},
    viewers::Viewer,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, JoinType, Query, SelectStatement};
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// How long the reader of an export may leave a part unread. Its snapshot is held meanwhile.
pub const EXPORT_PATIENCE: Duration = Duration::from_secs(60);

type Seizures = List<SeizureField, SeizureSort>;

impl Store {
    /// Hands over every seizure that the viewer may see and the list lets pass, behind its page
    /// token; the page size is that of a part.
    ///
    /// # Errors
    /// `Invalid` when the token is not of this export; `DeadlineExceeded` when a part is not read
    /// in time; `Unavailable` when the snapshot is older than the token.
    pub async fn export(
        &self,
        viewer: &Viewer,
        list: Seizures,
        as_of_micros: i64,
        to: mpsc::Sender<Exported>,
    ) -> Result<()> {
        let fingerprint = Arc::new(fingerprint::<Seizure>(viewer, &list)?);
        let place = match list.page_token.as_str() {
            "" => None,
            token => Some(Place::read(self.unseal(token, &fingerprint)?, &list)?),
        };
        let (viewer, list, place) = (viewer.clone(), Arc::new(list), Arc::new(place));
        self.read(Reach::Scan, Span::Statements, move |session| {
            let (viewer, list, place) = (viewer.clone(), Arc::clone(&list), Arc::clone(&place));
            let (fingerprint, to) = (Arc::clone(&fingerprint), to.clone());
            Box::pin(async move {
                let lens = session.lens(&viewer).await?;
                let revision = session.revision().await?;
                if let Some(place) = place.as_ref() {
                    session.reaches(place, revision).await?;
                }
                let after = place.as_ref().as_ref().map(|place| &place.after);
                let (count, restricted_count, marking) =
                    session.totals(&lens, &list, after).await?;
                let shows_all = list.show_deleted || list.show_inactive;
                let counting_rule = if shows_all { COUNTING_RULE_ALL } else { COUNTING_RULE };
                let header =
                    ExportHeader { as_of_micros, count, restricted_count, counting_rule, marking };
                session.hand_over(&to, Exported::Header(header), EXPORT_PATIENCE).await?;
                let handing = Handing { revision, fingerprint: &fingerprint, to: &to };
                session.parts(&lens, &list, after, handing).await
            })
        })
        .await
    }
}

/// Where an export goes on.
struct Place {
    after: After,
    /// The revision that the part before it was read as of.
    revision: i64,
}

impl Place {
    fn read(cursor: Cursor, list: &Seizures) -> Result<Self> {
        let wrong = || Error::invalid_field("page_token", "not a token of an export");
        let revision = cursor.revision.ok_or_else(wrong)?;
        Ok(Self { after: After::read::<Seizure>(cursor, &list.order)?, revision })
    }
}

/// What the parts of an export are handed over with.
#[derive(Clone, Copy)]
struct Handing<'e> {
    /// Of the snapshot.
    revision: i64,
    fingerprint: &'e [u8],
    to: &'e mpsc::Sender<Exported>,
}

impl Session {
    /// The last revision of the ledger that the snapshot holds. As revisions are in the order of
    /// commits, it holds all that came before.
    async fn revision(&mut self) -> Result<i64> {
        let query = self.kept("last revision", [], |[]| {
            let mut query = Query::select();
            query.expr(Expr::col(ledger::Column::Revision).max()).from(ledger::Entity);
            query
        });
        let last = self.row(query, |row| row.int_or_null()).await?;
        Ok(last.flatten().unwrap_or(0))
    }

    /// Whether the snapshot is as new as the part that the export goes on behind. An older one, of
    /// a replica that lags or a store that was put back, would end early, as though nothing were
    /// left.
    async fn reaches(&mut self, place: &Place, revision: i64) -> Result<()> {
        // A store that was put back and went on has other records under the same revisions.
        let is_there = self.row(&place.after.key::<Seizure>(), |row| row.int()).await?.is_some();
        if is_there && revision >= place.revision {
            return Ok(());
        }
        let message = "the store does not hold yet what the export has shown before: try again";
        Err(unavailable("STORE_BEHIND", message))
    }

    async fn parts(
        &mut self,
        lens: &Lens,
        list: &Seizures,
        first: Option<&After>,
        Handing { revision, fingerprint, to }: Handing<'_>,
    ) -> Result<()> {
        let mut last: Option<After> = None;
        loop {
            let rows = read_page::<Seizure>(self, lens, list, last.as_ref().or(first)).await?;
            let records: Vec<Seizure> = rows.found.into_iter().map(|one| one.record).collect();
            let Some(name) = records.last().map(|record| record.id.to_string()) else {
                return Ok(());
            };
            let cursor = Cursor { values: Vec::new(), name, revision: Some(revision) };
            let token = self.shared.seal(&cursor, fingerprint)?;
            self.hand_over(to, Exported::Part(records, token), EXPORT_PATIENCE).await?;
            if !rows.more {
                return Ok(());
            }
            last = Some(After::read::<Seizure>(cursor, &list.order)?);
        }
    }

    /// How many seizures are to come, how many of them are restricted, and the marking of all of
    /// them together.
    async fn totals(
        &mut self,
        lens: &Lens,
        list: &Seizures,
        after: Option<&After>,
    ) -> Result<(u64, u64, Marking)> {
        let query = totals_query(lens, list, after);
        let read = |row: &mut Row<'_>| {
            let mine = row.int()? == lens.key;
            Ok((row.int()?, read_marking(row, lens, mine)?))
        };
        let rows = self.rows(&query, read).await?;
        let restricted = rows.iter().filter(|(_, marking)| marking.label.is_restricted());
        let restricted: i64 = restricted.map(|(count, _)| count).sum();
        let count: i64 = rows.iter().map(|(count, _)| count).sum();
        let marking = Marking::rolled_up(rows.into_iter().map(|(_, marking)| marking));
        let counts = [count, restricted].map(|count| u64::try_from(count).unwrap_or(0));
        Ok((counts[0], counts[1], marking))
    }
}

fn totals_query(lens: &Lens, list: &Seizures, after: Option<&After>) -> SelectStatement {
    let mut query = guard::select::<seizures::Entity>(lens, T, Reach::Scan);
    let marking = |column| col("marking", column);
    query
        .join_as(
            JoinType::InnerJoin,
            Alias::new("markings"),
            Alias::new("marking"),
            marking(markings::Column::Id).eq(at(T, "marking_id")),
        )
        .expr(at(T, "originator_id"))
        .expr(Expr::cust("COUNT(*)"))
        .expr(marking(markings::Column::Label))
        .expr(marking(markings::Column::ReleasableTo))
        .cond_where(Planner::new(lens).filter(&list.filter, T))
        .add_group_by([
            at(T, "originator_id"),
            marking(markings::Column::Label),
            marking(markings::Column::ReleasableTo),
        ]);
    if !list.show_deleted {
        query.and_where(at(T, "delete_micros").is_null());
    }
    if !list.show_inactive {
        query.and_where(at(T, "state").eq(i64::from(SeizureState::Active.code())));
    }
    if let Some(after) = after {
        query.cond_where(after.condition::<Seizure>(&list.order));
    }
    query
}
