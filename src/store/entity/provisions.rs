//! Rows of `provisions`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "provisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sensor_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub provider_id: i64,
    pub kind: i64,
    pub from_text: Option<String>,
    pub from_earliest: i64,
    pub from_latest: i64,
    pub until_text: Option<String>,
    pub until_earliest: i64,
    pub until_latest: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
