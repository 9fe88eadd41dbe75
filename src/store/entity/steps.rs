//! Rows of `steps`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "steps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub kind: i64,
    pub when_text: Option<String>,
    pub when_earliest: i64,
    pub when_latest: i64,
    pub agency_id: Option<i64>,
    pub asset_label: String,
    pub asset_count: Option<i64>,
    pub place: Option<String>,
    pub note: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
