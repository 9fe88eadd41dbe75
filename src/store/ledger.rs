//! The ledger: one row for every write, in its transaction. Idempotency reads it; the feed, the
//! audit and reads of the past will.

use super::{Lens, dialect::Session, entity::ledger, records::Values};
use crate::domain::{errors::Result, ids::PrincipalId};
use sea_orm::{
    Value,
    sea_query::{Expr, ExprTrait as _, Query},
};
use uuid::Uuid;

/// What one write did.
#[derive(Debug)]
pub struct Entry<'e> {
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    pub time_micros: i64,
    /// `CreateSeizure`.
    pub method: &'static str,
    /// Resource name of the record.
    pub record_name: String,
    /// The caller's id of the request.
    pub request_id: Option<Uuid>,
    /// The request, as JSON.
    pub request: &'e str,
    /// The record before; none where it was made.
    pub before: Option<String>,
    /// The record after, as it was answered.
    pub after: String,
}

/// What a request id stood for when it was first sent.
#[derive(Debug)]
pub struct Remembered {
    /// The method.
    pub method: String,
    /// The request, as JSON.
    pub request: String,
    /// The answer.
    pub after: String,
}

impl Session {
    /// Writes an entry.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn record(&mut self, lens: &Lens, entry: Entry<'_>) -> Result<()> {
        let Entry { time_micros, method, record_name, request_id, request, before, after } = entry;
        let values: Vec<Value> = vec![
            time_micros.into(),
            lens.key.into(),
            method.into(),
            record_name.into(),
            request_id.into(),
            request.into(),
            before.into(),
            after.into(),
            lens.viewer.principal.as_ref().map_or("", PrincipalId::as_str).into(),
        ];
        self.append_to_ledger(values).await
    }

    /// Writes entries, in few statements. Nothing else is written after them.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn record_all(&mut self, lens: &Lens, entries: Vec<Entry<'_>>) -> Result<()> {
        let Some(count) = i64::try_from(entries.len()).ok().filter(|count| *count > 0) else {
            return Ok(());
        };
        let first = self.take_revisions(count).await?;
        let principal = lens.viewer.principal.as_ref().map_or("", PrincipalId::as_str);
        let rows = (0_i64..).zip(entries).map(|(i, entry)| -> Values {
            let Entry { time_micros, method, record_name, request_id, request, before, after } =
                entry;
            vec![
                ("revision", first.map(|first| first + i).into()),
                ("time_micros", time_micros.into()),
                ("principal_id", lens.key.into()),
                ("method", method.into()),
                ("record_name", record_name.into()),
                ("request_id", request_id.into()),
                ("request", request.into()),
                ("before", before.into()),
                ("after", after.into()),
                ("principal", principal.into()),
            ]
        });
        self.insert_all("ledger", rows.collect()).await
    }

    /// What the viewer's agency sent with this request id before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn remembered(
        &mut self,
        lens: &Lens,
        request_id: Uuid,
    ) -> Result<Option<Remembered>> {
        let values = [lens.key.into(), request_id.into()];
        let query = self.kept("ledger by request id", values, |[principal, request_id]| {
            let mut query = Query::select();
            query
                .columns([ledger::Column::Method, ledger::Column::Request, ledger::Column::After])
                .from(ledger::Entity)
                .and_where(Expr::col(ledger::Column::PrincipalId).eq(principal))
                .and_where(Expr::col(ledger::Column::RequestId).eq(request_id));
            query
        });
        let found = self.row(query, |row| Ok((row.text()?, row.text()?, row.text()?))).await?;
        Ok(found.map(|(method, request, after)| Remembered { method, request, after }))
    }
}
