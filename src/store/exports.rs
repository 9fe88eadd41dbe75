//! Every record that passes, from one snapshot, part by part: what is not read is not held.

use super::{
    Lens, Reach, Span, Store,
    dialect::{Row, Session, unavailable},
    entity::{markings, seizures},
    filters::{Planner, at},
    guard::{self, col},
    lists::{After, fingerprint, read_page},
    markings::read_marking,
    pages::Cursor,
    records::T,
};
use crate::domain::{
    codes::Code as _,
    errors::Result,
    exports::{COUNTING_RULE, COUNTING_RULE_ALL, ExportHeader, Exported},
    filters::{SeizureField, SeizureSort},
    markings::Marking,
    pages::List,
    seizures::{Seizure, SeizureState},
    viewers::Viewer,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, JoinType, SelectStatement};
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
        let after = match list.page_token.as_str() {
            "" => None,
            token => Some(After::read::<Seizure>(self.unseal(token, &fingerprint)?, &list.order)?),
        };
        let (viewer, list, after) = (viewer.clone(), Arc::new(list), Arc::new(after));
        self.read(Reach::Scan, Span::Statements, move |session| {
            let (viewer, list, after) = (viewer.clone(), Arc::clone(&list), Arc::clone(&after));
            let (fingerprint, to) = (Arc::clone(&fingerprint), to.clone());
            Box::pin(async move {
                let lens = session.lens(&viewer).await?;
                if let Some(after) = after.as_ref() {
                    session.reaches(after).await?;
                }
                let (count, restricted_count, marking) =
                    session.totals(&lens, &list, after.as_ref().as_ref()).await?;
                let shows_all = list.show_deleted || list.show_inactive;
                let counting_rule = if shows_all { COUNTING_RULE_ALL } else { COUNTING_RULE };
                let header =
                    ExportHeader { as_of_micros, count, restricted_count, counting_rule, marking };
                session.hand_over(&to, Exported::Header(header), EXPORT_PATIENCE).await?;
                session.parts(&lens, &list, after.as_ref().as_ref(), (&fingerprint, &to)).await
            })
        })
        .await
    }
}

impl Session {
    /// Whether the snapshot holds the record that an export goes on behind. One that was taken
    /// before that record came would end there, as though nothing were left.
    async fn reaches(&mut self, after: &After) -> Result<()> {
        match self.row(&after.key::<Seizure>(), |row| row.int()).await? {
            Some(_) => Ok(()),
            None => {
                let message = "the store does not hold yet what the export goes on behind: try \
                               again";
                Err(unavailable("STORE_BEHIND", message))
            }
        }
    }

    async fn parts(
        &mut self,
        lens: &Lens,
        list: &Seizures,
        first: Option<&After>,
        (fingerprint, to): (&[u8], &mpsc::Sender<Exported>),
    ) -> Result<()> {
        let mut last: Option<After> = None;
        loop {
            let rows = read_page::<Seizure>(self, lens, list, last.as_ref().or(first)).await?;
            let records: Vec<Seizure> = rows.found.into_iter().map(|one| one.record).collect();
            let Some(name) = records.last().map(|record| record.id.to_string()) else {
                return Ok(());
            };
            let cursor = Cursor { values: Vec::new(), name };
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
