//! Rows and queries. Nothing outside this module can reach the database, and every query starts at
//! `guard`, which puts the visibility rule before anything is counted, sorted or paged.

mod access_records;
mod agencies;
mod areas;
mod calendar;
mod dialect;
mod entity;
mod exports;
mod fields;
mod filters;
mod guard;
mod health;
mod imports;
mod known;
mod ledger;
mod lists;
mod markings;
mod open;
mod operation_parts;
mod operations;
mod pages;
mod places;
mod postgres;
mod principals;
mod questions;
mod rankings;
mod records;
mod references;
mod seizures;
mod sensors;
mod shapes;
mod sqlite;
mod substances;
mod summaries;
mod texts;
mod vocabulary;

pub use dialect::Session;
pub use guard::Lens;
pub use health::{Finding, Health, look};
pub use imports::{Identity, Matched, New};
pub use ledger::{Entry, Remembered};
pub use lists::Listed;
pub use open::{Migrated, Options, StoreUrl, migrate};
pub use postgres::PostgresLimits;
pub use principals::KeptToken;
pub use questions::{Answer, Node, Own, Rows, Summarised};
pub use records::{Found, Layout, Stored};
pub use references::Keys;
pub use summaries::Summed;

use crate::domain::errors::{Error, Result};
use dialect::Engine;
use futures_util::future::BoxFuture;
use known::Known;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering},
};
use texts::Texts;
use vocabulary::Vocabulary;

/// The registry's rows, on SQLite or Postgres. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    shared: Arc<Shared>,
}

/// What every session of a store knows.
#[derive(Default)]
pub(crate) struct Shared {
    /// Read when the store is opened, before anybody has it.
    kept: OnceLock<Kept>,
    known: Known,
    /// Statements run so far, for those who count what a request costs.
    statements: AtomicU64,
    texts: Texts,
    notes: access_records::Notes,
    /// Sees every statement before it runs.
    watch: OnceLock<Watch>,
}

type Watch = Box<dyn Fn(&sea_orm::Statement) + Send + Sync>;

/// What the store keeps for all of its servers.
struct Kept {
    /// Signs page tokens.
    secret: [u8; 32],
    /// The substances; they change with a migration alone.
    vocabulary: Vocabulary,
}

impl Shared {
    fn count(&self, statement: &sea_orm::Statement) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        if let Some(watch) = self.watch.get() {
            watch(statement);
        }
    }

    fn kept(&self) -> Result<&Kept> {
        self.kept.get().ok_or_else(|| Error::internal("the store is not open yet"))
    }
}

/// How much a read may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A bounded number of rows by key: microseconds, run where the caller is.
    Keys,
    /// A few rows that an index may well hold in their order: tried where the caller is, and begun
    /// anew as a scan when that takes more than some hundred microseconds.
    Page,
    /// As many rows as there are: run where it holds up nobody else, and cut when the caller goes.
    Scan,
}

/// What has to be seen as of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// One statement, which is a snapshot by itself; besides it only what never changes.
    Statement,
    /// All statements of the work: they share a transaction.
    Statements,
}

/// How much a write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// A few rows, whose commit others may share.
    Small,
    /// Many rows.
    Large,
}

/// What becomes of a write that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It is committed.
    Commit,
    /// It was only to be checked.
    Discard,
}

/// Work inside one snapshot or one transaction.
pub trait Work<T>:
    for<'s> Fn(&'s mut Session) -> BoxFuture<'s, Result<T>> + Send + Sync + 'static
{
}
impl<T, F> Work<T> for F where
    F: for<'s> Fn(&'s mut Session) -> BoxFuture<'s, Result<T>> + Send + Sync + 'static
{
}

impl Store {
    /// Reads as of one moment.
    ///
    /// # Errors
    /// What the work returns; `Unavailable` when the database cannot be reached.
    pub async fn read<T: Send + 'static>(
        &self,
        reach: Reach,
        span: Span,
        work: impl Work<T>,
    ) -> Result<T> {
        self.engine.read(&self.shared, reach, span, work).await
    }

    /// Writes in one transaction, which is committed as a whole or not at all. It runs to its end
    /// even when the caller stops waiting.
    ///
    /// # Errors
    /// What the work returns; `Unavailable` when the database cannot be reached or is full.
    pub async fn write<T: Send + 'static>(&self, keep: Keep, work: impl Work<T>) -> Result<T> {
        self.engine.write(&self.shared, Size::Small, keep, work).await
    }

    /// Writes many rows, as [`Self::write`] does; the commit is shared with nobody.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn write_many<T: Send + 'static>(&self, keep: Keep, work: impl Work<T>) -> Result<T> {
        self.engine.write(&self.shared, Size::Large, keep, work).await
    }

    /// How many changes of principals and tokens there were. Known without asking where Postgres
    /// announces them, which takes less than a millisecond after their commit; else asked for.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached.
    pub async fn credentials_revision(&self) -> Result<i64> {
        if let Some(revision) = self.engine.announced_credentials() {
            return Ok(revision);
        }
        self.read(Reach::Keys, Span::Statement, |s| Box::pin(s.credentials_revision())).await
    }

    /// Statements run so far, beginnings and ends of transactions not counted.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.shared.statements.load(Ordering::Relaxed)
    }

    /// Shows every statement from now on, before it runs, to a watcher that stays: benchmarks run
    /// the same ones on the bare driver.
    #[doc(hidden)]
    pub fn watch(&self, watch: impl Fn(&sea_orm::Statement) + Send + Sync + 'static) {
        let _first_stays = self.shared.watch.set(Box::new(watch));
    }
}
