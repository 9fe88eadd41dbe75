//! The history of the registry's schema, one source for SQLite and Postgres.
//!
//! It names nothing of the registry: a migration means tomorrow what it meant on the day it was
//! written.

mod identities;
mod m20261124_000001_registry;
mod tables;
pub mod vocabulary;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait};

/// Every migration, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261124_000001_registry::Migration)]
    }
}
