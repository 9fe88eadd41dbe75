//! Rows of `participants`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "participants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub agency_id: i64,
    pub role: i64,
    pub asset_label: String,
    pub asset_label_folded: String,
    pub asset_count: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
