//! Rows of `substance_terms`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "substance_terms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub folded: String,
    pub substance_id: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
