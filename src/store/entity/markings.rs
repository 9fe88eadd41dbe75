//! Rows of `markings`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "markings")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub label: i64,
    pub releasable_to: String,
    pub list_hash: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
