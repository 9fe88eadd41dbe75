//! The ledger: one row for every write, in its transaction. Idempotency reads it; the feed, the
//! audit and reads of the past will.

use super::{Lens, dialect::Session, entity::ledger};
use crate::domain::errors::{Error, Result};
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
    pub request: &'e serde_json::Value,
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
    /// The request.
    pub request: serde_json::Value,
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
            request.to_string().into(),
            before.into(),
            after.into(),
        ];
        self.append_to_ledger(values).await
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
        let mut query = Query::select();
        query
            .columns([ledger::Column::Method, ledger::Column::Request, ledger::Column::After])
            .from(ledger::Entity)
            .and_where(Expr::col(ledger::Column::PrincipalId).eq(lens.key))
            .and_where(Expr::col(ledger::Column::RequestId).eq(request_id));
        let found = self.row(&query, |row| Ok((row.text()?, row.text()?, row.text()?))).await?;
        found
            .map(|(method, request, after)| {
                let request = serde_json::from_str(&request)
                    .map_err(|error| Error::internal(format!("ledger: {error}")))?;
                Ok(Remembered { method, request, after })
            })
            .transpose()
    }
}
