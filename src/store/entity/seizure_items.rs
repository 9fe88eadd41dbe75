//! Rows of `seizure_items`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "seizure_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seizure_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub kind: i64,
    pub substance_id: Option<i64>,
    pub reported_label_folded: String,
    pub unit: i64,
    pub bound: i64,
    pub basis: i64,
    pub method: i64,
    pub dimension: i64,
    pub normalized: Option<i64>,
    pub form: i64,
    pub identification: i64,
    pub purity: Option<i64>,
    pub package_count: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
