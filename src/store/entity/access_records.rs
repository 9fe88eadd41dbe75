//! Rows of `access_records`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "access_records")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub uid: Uuid,
    pub time_micros: i64,
    pub kind: i64,
    pub principal: String,
    pub agency_id: Option<i64>,
    pub peer: String,
    pub method: String,
    pub answer: String,
    pub shown: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
