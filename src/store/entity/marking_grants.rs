//! Rows of `marking_grants`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "marking_grants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub grantee: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub marking_id: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
